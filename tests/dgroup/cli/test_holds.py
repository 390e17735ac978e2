"""`dgroup hold | quarantine`: looked at and decided."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from archive.rawmail import store_mail
from dgroup.tables import quarantine
from tests.dgroup.cli.commandline import NOW, Folder, letter

_MAIL = letter("Awa Diop <awa@ong.example>", "Pumps", "Which one lasts?")


@pytest.fixture
def water(folder: Folder) -> Folder:
    """A moderated group with one mail that waits."""
    folder.with_group().done("group", "set", "water", "who-posts", "moderated")
    folder.done("member", "add", "water", "ben@ngo.example")
    mail = _MAIL.replace("Awa Diop <awa@ong.example>", "ben@ngo.example")
    folder.mail_comes(mail, "ben@ngo.example")
    return folder


def test_a_held_mail_is_listed_and_shown(water: Folder) -> None:
    assert "ben@ngo.example  moderated" in water.done("hold", "list", "water")
    shown = water.done("hold", "show", "water", "1")
    assert shown == water.done("hold", "show", "water", "P-1"), "as letters write the number"
    assert "no number like P-98" in water.refused("hold", "show", "water", "first", code=2)
    assert "From:" in shown
    assert "Subject: Pumps" in shown
    assert "Which one lasts?" in shown
    assert water.done("hold", "show", "water", "1", "--raw").startswith("From: ben@ngo.example\r")


def test_an_approved_mail_is_published(water: Folder) -> None:
    water.done("hold", "approve", "water", "1")
    assert water.done("hold", "list", "water") == "None.\n"
    assert "posted" in water.done("trace", "m1@ong.example")
    water.done("render")
    assert "Pumps" in (water.path / "data/public/water/index.html").read_text("utf-8")


@pytest.mark.parametrize("decision", ["refuse", "discard"])
def test_a_mail_that_is_not_wanted_is_not_published(water: Folder, decision: str) -> None:
    water.done("hold", decision, "water", "1")
    assert f"{decision.rstrip('e')}" in water.done("trace", "m1@ong.example")
    assert water.done("hold", "list", "water") == "None.\n"


def test_a_mail_is_decided_once_and_in_its_own_group(water: Folder) -> None:
    water.done("group", "create", "seeds")
    assert "no mail 1 waits" in water.refused("hold", "approve", "seeds", "1")
    assert "no mail 1 waits" in water.refused("hold", "show", "seeds", "1")
    water.done("hold", "discard", "water", "1")
    assert "no mail 1 waits" in water.refused("hold", "approve", "water", "1")


def test_a_mail_in_quarantine_is_shown_and_taken_in_again(folder: Folder) -> None:
    folder.with_group()
    raw = _MAIL.replace("\n", "\r\n").encode()
    row = {"envelope_id": "e7", "recipient": "water@localhost", "peer": "", "smtputf8": False}
    row |= {"trusted": False, "error": "KeyError('x')", "state": "waiting", "at": NOW}
    with folder.runtime() as runtime, runtime.db.write() as conn:
        mail_id = store_mail(conn, raw, "", "awa@ong.example", NOW)
        conn.execute(insert(quarantine).values(mail_id=mail_id, **row))
    assert "KeyError" in folder.done("quarantine", "list")
    assert "Which one lasts?" in folder.done("quarantine", "show", "1")
    assert folder.done("quarantine", "release", "1").startswith("250 ")
    assert folder.done("quarantine", "list") == "None.\n"
    assert "posted" in folder.done("trace", "m1@ong.example")
    for verb in ("show", "release"):
        assert "no mail 1 in quarantine" in folder.refused("quarantine", verb, "1")

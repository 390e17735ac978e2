"""`dgroup explain | trace | queue`: what would become, and what became, of a mail."""

from __future__ import annotations

import json

import pytest

from tests.dgroup.cli.commandline import Folder, letter


@pytest.fixture
def water(folder: Folder) -> Folder:
    """A folder with the group `water`."""
    return folder.with_group()


def _file(folder: Folder, sender: str, text: str = "Good morning.") -> str:
    (folder.path / "mail.eml").write_text(letter(sender, "Hello", text))
    return "mail.eml"


def test_explain_tells_outcome_answer_and_effects_and_does_nothing(water: Folder) -> None:
    mail = _file(water, "Awa <awa@ong.example>")
    said = water.done("explain", mail, "--to", "water@localhost", "--from", "awa@ong.example")
    first, answer, *effects = said.splitlines()
    assert first == "posted: member"
    assert answer.startswith("  250 2.0.0 ")
    names = [effect.split()[1] for effect in effects]
    assert names == ["StorePost", "QueueCopies", "CountPost", "QueueLetter"]
    assert said == water.done("explain", mail, "--to", "water@localhost")
    assert "nothing is known" in water.refused("trace", "m1@ong.example")
    assert "now active, gets each post" in water.done("trace", "awa@ong.example")


@pytest.mark.parametrize(
    ("recipient", "first"),
    [
        ("water@localhost", "refused: "),
        ("wine@localhost", "refused: unknown-group"),
        ("water-join@localhost", "command: "),
    ],
)
def test_explain_knows_strangers_unknown_groups_and_commands(
    water: Folder, recipient: str, first: str
) -> None:
    mail = _file(water, "Zoe <zoe@else.example>")
    said = water.done("explain", mail, "--to", recipient, "--from", "zoe@else.example")
    assert said.startswith(first)


def test_explain_shows_how_a_command_was_read(water: Folder) -> None:
    mail = _file(water, "Awa <awa@ong.example>", "Please pause me until 20 April, I am travelling.")
    said = water.done(
        "explain", mail, "--to", "water-request@localhost", "--from", "awa@ong.example"
    )
    reading = said.splitlines()[-1]
    assert reading.startswith("  - Reading verb=pause ")
    assert reading.partition(" until=")[2].endswith("-04-20")
    assert "truncated" not in reading


def test_explain_of_what_came_through_a_front_does_not_bounce(water: Folder) -> None:
    mail = _file(water, "Zoe <zoe@else.example>")
    said = water.done("explain", mail, "--to", "water@localhost", "--front")
    assert said.startswith("held: ")
    assert "  250 " in said


def test_explain_takes_an_empty_sender_where_it_is_said(water: Folder) -> None:
    mail = _file(water, "Awa <awa@ong.example>")
    said = water.done("explain", mail, "--to", "water@localhost", "--from", "<>")
    assert said.startswith("discarded: null-sender")


def test_explain_of_nothing_is_wrong_use(water: Folder) -> None:
    (water.path / "empty.eml").touch()
    assert "is empty" in water.refused("explain", "empty.eml", "--to", "water@localhost", code=2)
    water.refused("explain", "gone.eml", "--to", "water@localhost", code=2)


def test_trace_tells_of_a_mail_by_id_key_and_address(water: Folder) -> None:
    reply = water.mail_comes(letter("awa@ong.example", "Hello", "All well."), "awa@ong.example")
    key = reply.text.rpartition("/")[2].removesuffix(".html")
    for what in ("m1@ong.example", "<m1@ong.example>", "awa@ong.example", key, "e1"):
        assert "posted" in water.done("trace", what), what


def test_queue_counts_and_lists(water: Folder) -> None:
    assert "to send: 0; given up: 0" in water.done("queue")
    water.mail_comes(
        letter("zoe@else.example", "join", "join"), "zoe@else.example", "water-join@localhost"
    )
    said = water.done("queue")
    assert "to send: 1, the oldest since 2026-03-23" in said
    assert "zoe@else.example" in said


def test_what_came_by_mail_cannot_steer_the_terminal(water: Folder) -> None:
    water.done("group", "set", "water", "who-posts", "moderated")
    evil = "=?utf-8?q?red_=1B=5B31m_bell=07?="
    water.done("member", "add", "water", "ben@ngo.example")
    water.mail_comes(letter("ben@ngo.example", evil, "Tab\tand \x1b[31m."), "ben@ngo.example")
    listed = water.done("hold", "list", "water")
    shown = water.done("hold", "show", "water", "1")
    assert not {"\x1b", "\x07"} & set(listed + shown)
    assert "31m" in shown


def test_queue_tells_domains_and_retries_and_drops(water: Folder) -> None:
    water.mail_comes(
        letter("zoe@else.example", "join", "join"), "zoe@else.example", "water-join@localhost"
    )
    said = water.done("queue")
    assert "else.example" in said
    assert "not tried yet" in said
    found = json.loads(water.done("queue", "--json"))
    assert [(one["name"], one["means"]) for one in found["domains"]] == [
        ("else.example", "nothing")
    ]
    number = str(found["deliveries"][0]["id"])
    assert water.done("queue", "retry").startswith("0 to be tried")
    assert "no copy to x.example waits" in water.refused(
        "queue", "drop", "--domain", "x.example", "--yes"
    )
    assert "give the number" in water.refused("queue", "drop", code=2)
    assert "not both" in water.refused("queue", "retry", number, "--domain", "x", code=2)
    water.refused("queue", "drop", number)  # nobody confirmed it
    assert "1 dropped" in water.done("queue", "drop", number, "--yes")
    assert "to send: 0" in water.done("queue")
    assert "dropped by the host" in water.done("trace", "zoe@else.example")

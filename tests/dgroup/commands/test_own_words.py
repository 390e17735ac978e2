"""A coordinator's own words to people who are invited: what is taken for them, and where they stand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.db import Database
from dgroup.commands.reading import read
from dgroup.model import Role
from tests.dgroup.commands.saying import words
from tests.dgroup.desk import Desk, opened
from tests.dgroup.plainmail import mail

PAUL = "paul@ong.example"


@pytest.fixture
def desk(sqlite_database: Database) -> Iterator[Desk]:
    with opened(sqlite_database) as made:
        made.join("kim@ngo.example", "Kim Osei", Role.COORDINATOR)
        yield made


def said(body: str, to: str = "water-invite") -> str:
    text = body.replace("\n", "\r\n")
    return read(mail(to=f"{to}@lists.example", subject="", body=text)).options.words


@pytest.mark.parametrize(
    ("body", "own"),
    [
        (f"{PAUL}\n\nmessage: Come and talk.\n", "Come and talk."),
        (f"message : Venez parler.\n\n{PAUL}\n", "Venez parler."),
        (f"{PAUL}\nMensaje para ellos: Vengan.\n\nGracias, Kim\n", "Vengan."),
        (f"Inviter {PAUL}\n\nVenez parler avec nous des puits.\nAwa\n", "Venez parler avec nous des puits.\nAwa"),
        (f"{PAUL}\n\nMany thanks,\nKim Osei\nWater officer, Accra\n", ""),
        (f"Please invite Paul, he knows pumps better than we do: {PAUL}\n", ""),
        (f"{PAUL}\n\nKim\n", ""),
        ("Please invite the people in the file.\n", ""),
    ],
)  # fmt: skip
def test_what_stands_below_the_addresses(body: str, own: str) -> None:
    assert said(body) == own


def test_other_verbs_carry_none() -> None:
    assert said(f"{PAUL}\n\nCome and talk with us of pumps.\n", "water-add") == ""


async def test_they_are_shown_before_they_are_sent(desk: Desk) -> None:
    own = "Come and talk with us of pumps."
    await desk.send("water-invite", f"{PAUL}\r\n\r\n{own}\r\n", sender="kim@ngo.example")
    preview = desk.letter()
    assert f"Your words in the letter:\n\n  {own}\n" in words(preview)
    await desk.answer(preview, "yes")
    invitation = next(one for one in desk.new_letters() if one.recipient == PAUL)
    assert f"Kim Osei writes:\n\n  {own}\n" in words(invitation)

"""What members are told about themselves and others: status, who, help; in their language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import insert, select

from archive.db import Database
from dgroup.incoming import Options, Reading
from dgroup.model import Role, WhoSees
from dgroup.tables import deliveries, outbox_mails, persons
from tests.dgroup.commands.fakes import Says, saying
from tests.dgroup.desk import Desk, opened

ANA, KIM = "ana@ngo.example", "kim@ngo.example"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.join(ANA, "Ana")
        made.join(KIM, "Kim", Role.COORDINATOR)
        yield made


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Says:
    return saying(monkeypatch)


def sent_copy(desk: Desk, address: str) -> None:
    with desk.db.write() as conn:
        mail = conn.execute(
            select(outbox_mails.c.id).where(outbox_mails.c["class"] == "post")
        ).scalar_one()
        row = {"outbox_mail_id": mail, "recipient": address, "envelope_from": "", "state": "sent"}
        row |= {"not_before": desk.now, "created_at": desk.now, "done_at": desk.now}
        conn.execute(insert(deliveries).values(row))


async def test_status_tells_all_about_all_groups(desk: Desk, says: Says) -> None:
    desk.join(ANA, group=desk.other_group("soil"))
    await desk.send("water", "How deep is yours?", subject="Wells", sender=KIM)
    sent_copy(desk, ANA)
    says(Reading("pause", options=Options(until=date(2026, 9, 15))))
    await desk.send("soil-request")
    desk.new_letters()
    says(Reading("status"))
    await desk.send("water-request")
    letter = desk.letter()
    assert (letter.recipient, letter.subject) == (ANA, "How you get mail from Water")
    text = letter.text
    assert text.index("Water, water@lists.example") < text.index("Soil, soil@lists.example")
    assert "Last mail sent to you: Wells (2 March 2026)" in text
    assert "Paused until 15 September 2026." in text
    assert "We write to you in this language: English" in text
    for line in ("pause until 15 August", "daily", "change address to", "leave"):
        assert any(one.startswith(f"  {line}") for one in text.splitlines())


async def test_status_of_an_unproved_sender_goes_out_after_a_yes_only(desk: Desk) -> None:
    await desk.send("water-status", "", auth="none")
    question = desk.letter()
    assert question.subject.startswith("Please confirm: how you get mail from Water [")
    await desk.answer(question, "yes", auth="none")
    assert desk.letter().subject == "How you get mail from Water"


async def test_a_group_that_lets_members_see_gives_names_only(desk: Desk, says: Says) -> None:
    desk.join("zoe@ngo.example")
    says(Reading("who"))
    await desk.send("water-request")
    assert desk.letter().subject == "Not done: who is in Water"
    desk.set(who_sees=WhoSees.MEMBERS)
    await desk.send("water-request")
    letter = desk.letter()
    assert letter.subject == "3 people are in Water"
    assert letter.text.splitlines()[:3] == ["  Ana", "  Kim, coordinator", "  and 1 more"]
    assert "@ngo.example" not in letter.text


async def test_coordinators_see_addresses(desk: Desk, says: Says) -> None:
    says(Reading("who"))
    await desk.send("water-request", sender=KIM)
    assert "  Ana <ana@ngo.example>" in desk.letter().text.splitlines()


# --- Language -------------------------------------------------------------------------------


def language(desk: Desk, address: str = ANA) -> tuple[str, bool]:
    member = desk.member(address)
    assert member is not None
    return member.language, member.language_chosen


async def test_a_language_is_chosen_and_taken_back(desk: Desk, says: Says) -> None:
    says(Reading("language", options=Options(language="fr"), language="en"))
    await desk.send("water-request")
    assert language(desk) == ("fr", True)
    letter = desk.letter()
    assert "Water" in letter.subject
    await desk.answer(letter, "undo")
    assert language(desk) == ("en", True)


@pytest.mark.parametrize("code", ["", "de", "xx"])
async def test_a_language_that_we_do_not_write_is_asked_again(
    desk: Desk, says: Says, code: str
) -> None:
    says(Reading("language", options=Options(language=code)))
    await desk.send("water-request")
    assert language(desk) == ("en", False)
    letter = desk.letter()
    assert (letter.recipient, "idioma es" in letter.text) == (ANA, True)


async def test_we_follow_the_language_that_a_member_writes(desk: Desk, says: Says) -> None:
    says(Reading("daily", language="fr"))
    await desk.send("water-request")
    assert language(desk) == ("fr", False)
    with desk.db.read() as conn:
        assert list(conn.execute(select(persons.c.language).order_by("id")).scalars()) == [
            "fr",
            "en",
        ]


@pytest.mark.parametrize(
    ("reading", "auth"),
    [
        (Reading("daily", language="fr"), "none"),
        (Reading("daily", language="fr"), "fail"),
        (Reading("daily", language="de"), "aligned"),
        (Reading("daily", language=""), "aligned"),
        (Reading("daily", language="fr", sure=False), "aligned"),
        (Reading("", language="fr"), "aligned"),
    ],
)
async def test_nothing_is_learnt_without_proof_or_certainty(
    desk: Desk, says: Says, reading: Reading, auth: str
) -> None:
    says(reading)
    await desk.send("water-request", auth=auth)
    assert language(desk) == ("en", False)


async def test_a_language_that_was_chosen_stays(desk: Desk, says: Says) -> None:
    says(Reading("language", options=Options(language="es")))
    await desk.send("water-request")
    says(Reading("daily", language="fr"))
    await desk.send("water-request")
    assert language(desk) == ("es", True)

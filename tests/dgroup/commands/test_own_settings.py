"""Modes and switches: set at once where it is proved, by a question where it is not, undone by one reply."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from archive.db import Database
from dgroup.incoming import Options, Reading
from dgroup.model import Delivery, Membership, MemberState
from tests.dgroup.commands.fakes import Says, saying
from tests.dgroup.desk import Desk, opened

ANA = "ana@ngo.example"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.join(ANA, "Ana")
        yield made


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Says:
    return saying(monkeypatch)


def ana(desk: Desk) -> Membership:
    member = desk.member(ANA)
    assert member is not None
    return member


@pytest.mark.parametrize(
    ("words", "field", "value", "subject"),
    [
        (
            "digest weekly",
            "delivery",
            Delivery.WEEKLY_FULL,
            "Done: all mails of the week in one from Water",
        ),
        (
            "digest mime",
            "mime_digest",
            True,
            "Done: whole mails in each mail of several from Water",
        ),
    ],
)
async def test_a_kind_of_digest_is_set_and_taken_back(
    desk: Desk, words: str, field: str, value: Any, subject: str
) -> None:
    before = getattr(ana(desk), field)
    await desk.send("water-request", words)
    assert getattr(ana(desk), field) == value != before
    letter = desk.letter()
    assert (letter.recipient, letter.subject) == (ANA, subject)
    await desk.answer(letter, "undo", auth="none")
    assert getattr(ana(desk), field) == before


async def test_a_kind_of_digest_that_nothing_proves_is_asked_first(desk: Desk) -> None:
    await desk.send("water-request", "digest mime", auth="none")
    assert not ana(desk).mime_digest
    letter = desk.letter()
    assert letter.subject.startswith("Please confirm: whole mails in each mail of several")
    await desk.answer(letter, "yes", auth="none")
    assert ana(desk).mime_digest


@pytest.mark.parametrize(
    ("verb", "on", "field", "value", "subject"),
    [
        ("daily", True, "delivery", Delivery.DAILY, "Done: one mail a day from Water"),
        ("weekly", True, "delivery", Delivery.WEEKLY, "Done: one mail a week from Water"),
        ("monthly", True, "delivery", Delivery.MONTHLY, "Done: one mail a month from Water"),
        ("light", True, "light", True, "Done: only text, no attachments, from Water"),
        ("summary", False, "summary", False, "Done: no weekly summary of Water"),
        ("receipt", True, "receipts", True, "Done: a receipt for each of your posts in Water"),
        ("copy", False, "own_copy", False, "Done: no copy of your own posts in Water"),
    ],
)
async def test_an_aligned_member_sets_it_at_once_and_takes_it_back(
    desk: Desk, says: Says, verb: str, on: bool, field: str, value: Any, subject: str
) -> None:
    before = getattr(ana(desk), field)
    says(Reading(verb, options=Options(on=on)))
    await desk.send("water-request")
    assert getattr(ana(desk), field) == value != before
    letter = desk.letter()
    assert (letter.recipient, letter.subject) == (ANA, subject)
    assert "UNDO before 1 April 2026" in letter.text
    await desk.answer(letter, "undo", auth="none")
    assert getattr(ana(desk), field) == before
    told = desk.letter()
    assert (told.subject, "as they were" in told.text) == ("Done: taken back in Water", True)


async def test_the_address_alone_is_enough(desk: Desk) -> None:
    await desk.send("water-daily", "")
    assert ana(desk).delivery is Delivery.DAILY
    await desk.send("water+each", "")
    assert ana(desk).delivery is Delivery.EACH


async def test_what_is_so_already_is_said_and_nothing_changes(desk: Desk) -> None:
    await desk.send("water-each", "")
    letter = desk.letter()
    assert letter.subject == "Nothing to do: every mail from Water"
    assert letter.reply_to == "water-request@lists.example"


async def test_without_proof_the_registered_address_is_asked_in_words(desk: Desk) -> None:
    await desk.send("water-monthly", "", auth="none")
    assert ana(desk).delivery is Delivery.EACH
    question = desk.letter()
    assert question.recipient == ANA
    assert question.subject.startswith("Please confirm: one mail a month from Water [")
    await desk.answer(question, "", auth="none")
    assert ana(desk).delivery is Delivery.EACH
    await desk.answer(question, "yes", auth="none")
    assert ana(desk).delivery is Delivery.MONTHLY


async def test_an_answer_that_asks_for_something_else_does_neither(desk: Desk, says: Says) -> None:
    says(Reading("receipt", options=Options(on=True)))
    await desk.send("water-request", auth="none")
    question = desk.letter()
    await desk.answer(question, "yes\nlight", auth="none")
    assert not ana(desk).receipts
    assert not ana(desk).light
    await desk.answer(question, "yes", auth="none")
    assert ana(desk).receipts
    assert not ana(desk).light


async def test_no_to_the_question_changes_nothing_for_ever(desk: Desk) -> None:
    await desk.send("water-monthly", "", auth="none")
    question = desk.letter()
    await desk.answer(question, "no")
    await desk.answer(question, "yes")
    assert ana(desk).delivery is Delivery.EACH


async def test_a_forger_changes_nothing_and_the_real_person_gets_one_note(desk: Desk) -> None:
    for _ in range(3):
        await desk.send("water-daily", "", auth="fail")
    assert ana(desk).delivery is Delivery.EACH
    assert desk.letter().subject == 'Not done: someone used your address to ask "daily"'


async def test_a_forged_answer_with_the_right_code_changes_nothing(desk: Desk) -> None:
    await desk.send("water-monthly", "", auth="none")
    await desk.answer(desk.letter(), "yes", auth="fail")
    assert ana(desk).delivery is Delivery.EACH


async def test_whoever_is_not_in_the_group_is_told_the_same_whatever_they_were(desk: Desk) -> None:
    desk.join("lou@ngo.example", state=MemberState.LEFT)
    for who in ("lou@ngo.example", "eve@x.example"):
        await desk.send("water-daily", "", sender=who)
        letter = desk.letter()
        assert letter.recipient == who
        assert letter.subject == "Not done: we do not know this address in Water"
        assert letter.text.count("@x.example") == (who == "eve@x.example")


async def test_a_banned_person_gets_nothing(desk: Desk) -> None:
    await desk.send("water-daily", "", auth="none")
    question = desk.letter()
    desk.join(ANA, state=MemberState.BANNED)
    await desk.send("water-daily", "")
    await desk.answer(question, "yes", sender="ana.two@ngo.example")
    assert desk.new_letters() == []
    assert ana(desk).delivery is Delivery.EACH


async def test_no_beside_the_verb_asks_first(desk: Desk) -> None:
    await desk.send("water-daily", "No, I do not want this")
    assert ana(desk).delivery is Delivery.EACH
    assert desk.letter().subject.startswith("Please confirm")


async def test_ten_letters_a_day_and_then_it_is_done_without_one(desk: Desk) -> None:
    for number in range(13):
        await desk.send("water-daily" if number % 2 == 0 else "water-each", "")
    assert len(desk.new_letters()) == 10
    assert ana(desk).delivery is Delivery.DAILY
    assert desk.last()[1] == "cap setting-done"


async def test_a_weekly_reader_gets_the_summary(desk: Desk, says: Says) -> None:
    says(Reading("summary", options=Options(on=False)))
    await desk.send("water-request")
    await desk.send("water-request")
    assert not ana(desk).summary
    says(Reading("weekly"))
    await desk.send("water-request")
    assert ana(desk).summary
    desk.new_letters()
    says(Reading("summary", options=Options(on=False)))
    await desk.send("water-request")
    assert "reply EACH" in desk.letter().text


async def test_an_undo_leaves_alone_what_was_changed_since(desk: Desk) -> None:
    await desk.send("water-daily", "")
    letter = desk.letter()
    await desk.send("water-monthly", "")
    desk.new_letters()
    await desk.answer(letter, "undo")
    assert ana(desk).delivery is Delivery.MONTHLY
    assert "nothing left to take back" in desk.letter().text


async def test_another_address_of_the_person_speaks_for_them(desk: Desk) -> None:
    own = ana(desk)
    desk.know_address(own, "ana@home.example")
    await desk.send("water-daily", "", sender="ana@home.example")
    assert ana(desk).delivery is Delivery.DAILY
    assert desk.letter().recipient == ANA

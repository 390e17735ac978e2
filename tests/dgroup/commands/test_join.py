"""Joining by mail: the address itself is asked, whoever wrote first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.db import Database
from dgroup.model import MemberState, Role, WhoJoins
from tests.dgroup.desk import Desk, opened

BOB = "bob@farm.example"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        yield made


async def asked(desk: Desk, auth: str = "none") -> None:
    await desk.send("water-join", sender=BOB, name="Bob", auth=auth)


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("", "en"),
        ("yes", "en"),
        ("Oui merci", "fr"),
        ("sí", "es"),
        ("sim", "pt"),
        ("> To join, just reply", "en"),
    ],
)
async def test_a_plain_reply_joins_even_an_empty_one(desk: Desk, words: str, language: str) -> None:
    await asked(desk)
    question = desk.letter()
    assert question.recipient == BOB
    assert desk.state(BOB) == ""
    await desk.answer(question, words, auth="none")
    assert desk.state(BOB) == "active"
    welcome = desk.letter()
    assert welcome.recipient == BOB
    assert "Water" in welcome.subject
    member = desk.member(BOB)
    assert member is not None
    assert (member.name, member.role, member.language) == ("Bob", Role.MEMBER, language)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("no", "cancelled"),
        ("Non merci", "annulé"),
        ("não", "cancelado"),
        ("cancel", "cancelled"),
        ("Undo", "cancelled"),
        ("yes\nno, wait", "cancelled"),
    ],
)
async def test_no_always_wins(desk: Desk, words: str, told: str) -> None:
    await asked(desk)
    question = desk.letter()
    await desk.answer(question, words)
    assert desk.state(BOB) == ""
    assert told in desk.letter().subject
    await desk.answer(question, "yes")
    assert desk.state(BOB) == ""


async def test_an_unclear_answer_is_asked_about_and_does_nothing(desk: Desk) -> None:
    await asked(desk)
    question = desk.letter()
    await desk.answer(question, "What is this about, and who are you?")
    assert desk.state(BOB) == ""
    assert desk.letter().subject.startswith("Not done: please answer")
    await desk.answer(question, "ok")
    assert desk.state(BOB) == "active"


async def test_a_code_counts_once(desk: Desk) -> None:
    await asked(desk)
    question = desk.letter()
    await desk.answer(question, "yes")
    desk.new_letters()
    await desk.answer(question, "yes")
    assert desk.letter().subject.startswith("Nothing to do: already done")


async def test_an_old_code_counts_no_more(desk: Desk) -> None:
    await asked(desk)
    question = desk.letter()
    desk.later(days=7, minutes=1)
    await desk.answer(question, "yes")
    assert desk.state(BOB) == ""
    assert desk.letter().subject.startswith("Not done: this code is too old")


async def test_a_code_of_nobody_is_not_known(desk: Desk) -> None:
    await desk.send("water-confirm+" + "a" * 26, "yes", sender=BOB)
    assert desk.letter().subject.startswith("Not done: this code is not known")


async def test_the_code_in_the_text_or_subject_counts_where_the_address_was_lost(
    desk: Desk,
) -> None:
    await asked(desk)
    question = desk.letter()
    printed = next(line for line in question.text.splitlines() if line.startswith("Code: "))
    code = printed.removeprefix("Code: ").split(" ")[0]
    await desk.send("water-request", f"yes {code}", sender="bob@other.example", auth="none")
    assert desk.state(BOB) == "active"


async def test_the_short_reference_counts_from_the_address_that_was_asked_only(
    desk: Desk,
) -> None:
    await asked(desk)
    question = desk.letter()
    subject = f"Re: {question.subject}"
    await desk.send("water-request", "yes", sender="eve@farm.example", subject=subject)
    assert desk.state(BOB) == ""
    desk.new_letters()
    await desk.send("water-owner", "yes", sender=BOB, subject=subject)
    assert desk.state(BOB) == "active"


async def test_after_five_wrong_references_only_the_whole_code_counts(desk: Desk) -> None:
    await asked(desk)
    question = desk.letter()
    for number in range(5):
        wrong = f"Re: join [AAAA-AA{number + 2}A]"
        await desk.send("water-confirm", "yes", sender=BOB, subject=wrong, auth="none")
    await desk.send("water-confirm", "yes", sender=BOB, subject=f"Re: {question.subject}")
    assert desk.state(BOB) == ""
    await desk.answer(question, "yes")
    assert desk.state(BOB) == "active"


async def test_one_question_a_day_and_group_and_three_in_all(desk: Desk) -> None:
    others = [desk.other_group(name) for name in ("soil", "seed", "sun")]
    for _ in range(3):
        await asked(desk)
    assert len(desk.new_letters()) == 1
    for group in others:
        await desk.send(f"{group.name}-join", sender=BOB, auth="none")
    assert len(desk.new_letters()) == 2
    desk.later(days=1, minutes=1)
    await asked(desk)
    assert len(desk.new_letters()) == 1


async def test_automatic_mail_never_joins_and_uses_no_code(desk: Desk) -> None:
    await asked(desk)
    question = desk.letter()
    away = "Auto-Submitted: auto-replied\r\n"
    await desk.answer(question, "", headers=away)
    await desk.answer(question, "", mail_from="")
    await desk.send(question.reply_to, "", sender=BOB, subject="Automatic reply: away")
    assert (desk.state(BOB), desk.new_letters()) == ("", [])
    await desk.answer(question, "")
    assert desk.state(BOB) == "active"


async def test_a_failed_authentication_sends_nothing_to_anybody(desk: Desk) -> None:
    await asked(desk, auth="fail")
    assert desk.new_letters() == []
    assert desk.last() == ("discarded", "auth-fail join")


async def test_who_is_in_already_is_told(desk: Desk) -> None:
    desk.join(BOB)
    await asked(desk)
    assert desk.letter().subject == "Nothing to do: you are already in Water"


async def test_a_closed_group_names_its_coordinators(desk: Desk) -> None:
    desk.set(who_joins=WhoJoins.CLOSED)
    await asked(desk)
    letter = desk.letter()
    assert letter.subject == "Not done: join Water"
    assert "water-owner@lists.example" in letter.text


async def test_where_coordinators_decide_they_are_asked_after_the_address_is_proved(
    desk: Desk,
) -> None:
    desk.set(who_joins=WhoJoins.APPROVAL)
    desk.join("kim@ngo.example", "Kim", Role.COORDINATOR, language="fr")
    await asked(desk)
    await desk.answer(desk.letter(), "")
    assert desk.state(BOB) == "pending"
    waiting, told = desk.new_letters()
    assert (waiting.recipient, told.recipient) == (BOB, "kim@ngo.example")
    assert BOB in told.subject


async def test_the_banned_are_met_with_silence(desk: Desk) -> None:
    desk.join(BOB, state=MemberState.BANNED)
    await asked(desk, auth="aligned")
    assert (desk.new_letters(), desk.last()) == ([], ("discarded", "banned"))


async def test_a_ban_between_question_and_answer_holds(desk: Desk) -> None:
    await asked(desk)
    question = desk.letter()
    desk.join(BOB, state=MemberState.BANNED)
    await desk.answer(question, "yes")
    assert (desk.state(BOB), desk.new_letters()) == ("banned", [])


async def test_whoever_comes_back_comes_as_a_member(desk: Desk) -> None:
    desk.join(BOB, "Bob", Role.COORDINATOR, MemberState.LEFT)
    await asked(desk)
    await desk.answer(desk.letter(), "")
    member = desk.member(BOB)
    assert member is not None
    assert (member.state, member.role) == (MemberState.ACTIVE, Role.MEMBER)


async def test_a_mail_that_waited_for_its_author_is_published_when_they_join(desk: Desk) -> None:
    await desk.send("water", "Our well is dry.", sender=BOB, subject="Dry well")
    offer = desk.letter()
    assert offer.subject.startswith("Not published yet: Dry well")
    assert desk.subjects() == []
    await desk.answer(offer, "")
    assert desk.state(BOB) == "active"
    assert desk.subjects() == ["Dry well"]
    assert desk.held() == [("not-a-member", "approved")]


async def test_a_mail_in_somebodys_name_is_not_published_when_they_join(desk: Desk) -> None:
    await desk.send("water", "Buy my pills.", sender=BOB, subject="Pills", auth="none")
    assert (desk.held(), desk.new_letters()) == ([("unproved", "waiting")], [])
    await asked(desk)
    await desk.answer(desk.letter(), "yes")
    assert (desk.state(BOB), desk.subjects()) == ("active", [])


async def test_a_hostile_name_stays_one_line_and_no_header(desk: Desk) -> None:
    await desk.send("water-join", sender=BOB, name='"x\\r\\nBcc: all@x.example" \u202e\u2066evil')
    await desk.answer(desk.letter(), "")
    member = desk.member(BOB)
    assert member is not None
    assert "\n" not in member.name
    assert "\u202e" not in member.name
    assert all(letter.message["Bcc"] is None for letter in desk.letters())

"""Invitations: asked by mail, joined by one reply, sent again once, ended, taken back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.db import Database
from dgroup.chores import inviting
from dgroup.chores.inviting import Told
from dgroup.incoming import Named, Options
from dgroup.model import Delivery, MemberState, Role, WhoJoins
from tests.dgroup.commands.saying import Said, saying, words
from tests.dgroup.desk import CAPS, Desk, Sent, opened

KIM, AWA = "kim@ngo.example", "Awa@ong.example"
WORDS = "We met at the pump.\nDo come!"


@pytest.fixture
def said() -> Iterator[Said]:
    with saying() as made:
        yield made


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.join(KIM, "Kim", Role.COORDINATOR)
        yield made


async def told(desk: Desk, said: Said, verb: str, *people: Named, **more: object) -> Sent:
    """Ask for something and say yes to the preview; gives the report."""
    said.next(verb=verb, people=people, **more)
    await desk.send("water-request", "x", sender=KIM)
    preview = desk.letter()
    await desk.answer(preview, "yes")
    return desk.letters()[-1]


async def invited(desk: Desk, said: Said, address: str = AWA, **more: object) -> Sent:
    options = Options(words=WORDS)
    await told(desk, said, "invite", Named(address, "Awa", "en", "weekly"), options=options, **more)
    letter, report = desk.new_letters()
    assert report.subject == "Done: 1 person invited to Water"
    return letter


async def remind(desk: Desk) -> Told:
    return await inviting.remind(desk.tools, desk.writer, CAPS, desk.now)


async def test_the_letter_has_the_coordinators_own_words(desk: Desk, said: Said) -> None:
    letter = await invited(desk, said)
    assert (letter.recipient, letter.subject) == (AWA, "You are invited to Water")
    assert "Kim writes:\n\n  We met at the pump.\n  Do come!\n" in words(letter)
    assert "before 23 March 2026" in words(letter)
    assert desk.state(AWA) == ""


async def test_long_words_are_whole_and_short_lines(desk: Desk, said: Said) -> None:
    options = Options(words="All the wells of the valley. " * 30)
    await told(desk, said, "invite", Named(AWA, ""), options=options)
    text = words(desk.new_letters()[0])
    assert " ".join(text.split()).count("All the wells of the valley.") == 30
    assert max(map(len, text.splitlines())) <= 72


async def test_an_empty_reply_joins_nobody_who_did_not_ask(desk: Desk, said: Said) -> None:
    await desk.answer(await invited(desk, said), "")
    assert desk.state(AWA) == ""
    assert "YES or NO" in words(desk.letter())


@pytest.mark.parametrize("answer", ["yes", "Yes, gladly", "join"])
async def test_one_reply_joins_from_whatever_address(desk: Desk, said: Said, answer: str) -> None:
    desk.set(who_joins=WhoJoins.CLOSED)
    letter = await invited(desk, said)
    await desk.answer(letter, answer, sender="awa.private@mail.example", auth="none")
    member = desk.member(AWA)
    assert member is not None
    assert (member.address, member.state, member.delivery, member.name) == (
        AWA,
        MemberState.ACTIVE,
        Delivery.WEEKLY,
        "Awa",
    )
    assert [one.subject for one in desk.new_letters()] == ["Done: you are in Water"]
    assert desk.member("awa.private@mail.example") is None


async def test_the_welcome_has_the_groups_own_words(desk: Desk, said: Said) -> None:
    desk.set(welcome="Tell us who you are.\nWe like that.")
    await desk.answer(await invited(desk, said), "yes")
    assert "Tell us who you are.\nWe like that.\n" in words(desk.letter())


async def test_no_means_no_and_nobody_writes_again(desk: Desk, said: Said) -> None:
    letter = await invited(desk, said)
    await desk.answer(letter, "No thank you")
    assert desk.letter().subject == "Done: you are not in Water"
    assert desk.state(AWA) == ""
    desk.later(days=8)
    assert await remind(desk) == Told(0, 0)


async def test_an_answer_that_is_neither_asks_for_one_word(desk: Desk, said: Said) -> None:
    letter = await invited(desk, said)
    await desk.answer(letter, "Is this about wells or about rivers?")
    assert desk.state(AWA) == ""
    assert desk.letter().subject.startswith("Not done: please answer with one word")


async def test_out_of_office_joins_nobody(desk: Desk, said: Said) -> None:
    letter = await invited(desk, said)
    await desk.answer(letter, "yes", headers="Auto-Submitted: auto-replied\r\n")
    assert desk.state(AWA) == ""


async def test_it_is_sent_again_once_and_then_ends(desk: Desk, said: Said) -> None:
    await invited(desk, said)
    desk.later(days=6)
    assert await remind(desk) == Told(0, 0)
    desk.later(days=1)
    assert await remind(desk) == Told(1, 0)
    again = desk.letter()
    assert again.subject == "Reminder: you are invited to Water"
    assert "We met at the pump." in words(again)
    assert "before 23 March 2026" in words(again)
    desk.later(days=5)
    assert await remind(desk) == Told(0, 0)
    desk.later(days=9)
    assert await remind(desk) == Told(0, 1)
    await desk.answer(again, "yes")
    assert desk.letter().subject.startswith("Not done: ")
    assert desk.state(AWA) == ""


async def test_the_second_letter_lets_them_in_too(desk: Desk, said: Said) -> None:
    await invited(desk, said)
    desk.later(days=7)
    await remind(desk)
    await desk.answer(desk.letter(), "yes")
    assert desk.state(AWA) == "active"


async def test_who_came_in_otherwise_is_not_reminded(desk: Desk, said: Said) -> None:
    await invited(desk, said)
    desk.join(AWA)
    desk.later(days=7)
    assert await remind(desk) == Told(0, 0)


async def test_nobody_is_asked_twice(desk: Desk, said: Said) -> None:
    await invited(desk, said)
    said.next(verb="invite", people=(Named(AWA, ""),))
    await desk.send("water-request", "x", sender=KIM)
    letter = desk.letter()
    assert letter.subject == "Not done: invite people to Water"
    assert " 1. ASKED BEFORE Awa@ong.example\n    was invited on 2026-03-02\n" in words(letter)


async def test_three_groups_a_day_may_ask_somebody(desk: Desk, said: Said) -> None:
    for name in ("fire", "earth", "wind"):
        group = desk.other_group(name)
        desk.join(KIM, "Kim", Role.COORDINATOR, group=group)
        said.next(verb="invite", people=(Named(AWA, ""),))
        await desk.send(f"{name}-request", "x", sender=KIM)
        await desk.answer(desk.letter(), "yes")
        assert desk.new_letters()[0].recipient == AWA
    said.next(verb="invite", people=(Named(AWA, ""),))
    await desk.send("water-request", "x", sender=KIM)
    assert " 1. LEFT OUT Awa@ong.example\n    we have asked them" in words(desk.letter())


async def test_adding_somebody_invited_brings_them_in(desk: Desk, said: Said) -> None:
    letter = await invited(desk, said)
    said.next(verb="add", people=(Named(AWA, ""),))
    await desk.send("water-request", "x", sender=KIM)
    shown = desk.letter()
    assert "was invited on 2026-03-02" in words(shown)
    await desk.answer(shown, "yes")
    assert desk.state(AWA) == "active"
    desk.new_letters()
    await desk.answer(letter, "yes")
    assert desk.letter().subject == "Nothing to do: you are already in Water"


async def test_a_coordinator_takes_an_invitation_back(desk: Desk, said: Said) -> None:
    letter = await invited(desk, said)
    people = (Named(AWA, ""), Named("bob@farm.example", ""))
    report = await told(desk, said, "uninvite", *people)
    assert report.subject == "Done: 1 invitation to Water taken back"
    assert "NOT INVITED bob@farm.example" in words(report)
    desk.new_letters()
    await desk.answer(letter, "yes")
    assert desk.letter().subject == "Not done: this invitation to Water is over"
    assert desk.state(AWA) == ""


async def test_a_ban_is_stronger_than_an_invitation(desk: Desk, said: Said) -> None:
    letter = await invited(desk, said)
    desk.join(AWA, state=MemberState.BANNED)
    await desk.answer(letter, "yes", sender="other@mail.example")
    assert desk.state(AWA) == "banned"
    assert desk.new_letters() == []


async def test_a_forged_coordinator_invites_nobody(desk: Desk, said: Said) -> None:
    said.next(verb="invite", people=(Named(AWA, ""),))
    await desk.send("water-request", "x", sender=KIM, auth="fail")
    assert [one.recipient for one in desk.new_letters()] == [KIM]

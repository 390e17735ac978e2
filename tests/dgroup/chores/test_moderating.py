"""What time does to held mails: lists, one reminder, the end; and two moderators at one moment."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from archive.db import Database
from dgroup.chores import moderating
from dgroup.model import Role, WhoJoins, WhoPosts
from dgroup.moderation import ASKED_PER_DAY
from tests.dgroup.desk import Desk, Sent, opened
from tests.dgroup.spoken import plain_words

ANA, KIM, AWA = "ana@ngo.example", "kim@ngo.example", "awa@coop.example"


@pytest.fixture
def desk(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    plain_words(monkeypatch)
    with opened(database) as made:
        made.join(ANA, "Ana Lopez")
        made.join(KIM, "Kim Osei", Role.COORDINATOR)
        made.join(AWA, "Awa Diop", Role.MODERATOR)
        yield made


async def look(desk: Desk) -> list[Sent]:
    await moderating.look(desk.tools, desk.writer, desk.now)
    return desk.new_letters()


async def stranger(desk: Desk, number: int) -> None:
    sender = f"s{number}@bad.example"
    await desk.send("water", "buy", sender=sender, auth="none", subject=f"Offer {number}")


async def test_two_moderators_at_one_moment_make_one_decision(desk: Desk) -> None:
    desk.set(who_posts=WhoPosts.MODERATED)
    for number in range(6):
        await desk.send("water", f"text {number}", subject=f"Post {number}")
    asked = [one for one in desk.new_letters() if one.subject.startswith("Approve?")]
    await asyncio.gather(
        *(desk.answer(one, "yes" if one.recipient == KIM else "no: later") for one in asked)
    )
    states = [state for _, state in desk.held()]
    assert set(states) <= {"approved", "refused"}
    assert len(desk.subjects()) == states.count("approved")
    letters = desk.new_letters()
    assert sum("Not done" in one.subject for one in letters) == 6
    assert sum(one.recipient == ANA for one in letters) == states.count("refused")


async def test_what_nobody_vouches_for_is_listed_at_most_once_an_hour(desk: Desk) -> None:
    await stranger(desk, 1)
    await stranger(desk, 2)
    assert desk.new_letters() == []
    kim, awa = await look(desk)
    assert (kim.recipient, awa.recipient) == (KIM, AWA)
    assert kim.subject == "2 mails wait for a decision in Water"
    assert "Offer 1" in kim.text
    await stranger(desk, 3)
    desk.later(minutes=59)
    assert await look(desk) == []
    desk.later(minutes=2)
    kim, _ = await look(desk)
    assert kim.subject == "1 mail waits for a decision in Water"
    assert "Offer 1" not in kim.text
    desk.later(hours=2)
    assert await look(desk) == []


async def test_a_list_is_decided_by_number_and_thrown_away_by_one_word(desk: Desk) -> None:
    for number in range(4):
        await stranger(desk, number)
    kim, awa = await look(desk)
    last = f"P-{desk.hold_id()}"
    await desk.answer(kim, "yes")
    assert desk.letter().subject.startswith("Not done")
    await desk.answer(kim, f"yes {last}")
    assert desk.subjects() == ["Offer 3"]
    assert desk.letter().recipient == AWA
    await desk.answer(kim, "discard")
    told, done = sorted(desk.new_letters(), key=lambda one: one.recipient)
    assert told.subject == "3 mails were discarded by Kim Osei, 09:30"
    assert done.subject == "Done: 3 mails not published in Water"
    assert [state for _, state in desk.held()] == ["discarded"] * 3 + ["approved"]
    await desk.answer(awa, f"no {last}")
    assert "already published by Kim Osei" in desk.letter().subject


async def test_a_flood_of_held_mails_becomes_a_list(desk: Desk) -> None:
    desk.set(who_joins=WhoJoins.CLOSED)
    for number in range(ASKED_PER_DAY + 3):
        await desk.send("water", "buy", sender=f"s{number}@bad.example", subject=f"N {number}")
    to_kim = [one for one in desk.new_letters() if one.recipient == KIM]
    assert len(to_kim) == ASKED_PER_DAY
    kim = next(one for one in await look(desk) if one.recipient == KIM)
    assert kim.subject == "3 mails wait for a decision in Water"
    assert await look(desk) == []


async def test_moderators_are_reminded_once_of_all_that_waits(desk: Desk) -> None:
    desk.set(who_posts=WhoPosts.MODERATED)
    await desk.send("water", "x", subject="First")
    desk.later(days=1)
    await desk.send("water", "y", subject="Second")
    desk.new_letters()
    desk.later(hours=23)
    assert await look(desk) == []
    desk.later(hours=1)
    kim, _ = await look(desk)
    assert kim.subject == "2 mails still wait for a decision in Water"
    desk.later(days=5)
    assert await look(desk) == []
    await desk.answer(kim, f"yes P-{desk.hold_id()}")
    assert desk.subjects() == ["Second"]


async def test_what_nobody_decides_ends_with_a_word_to_its_author(desk: Desk) -> None:
    desk.set(who_posts=WhoPosts.MODERATED, hold_days=14)
    await desk.send("water", "x", subject="First")
    desk.new_letters()
    desk.later(days=13, hours=23)
    await look(desk)
    desk.later(hours=1)
    told = await look(desk)
    assert [one.recipient for one in told] == [ANA]
    assert told[0].subject == "Not published: First"
    assert "14 days" in told[0].text
    assert desk.held() == [("moderated", "expired")]
    assert ("expired", f"P-{desk.hold_id()} moderated") in desk.outcomes()
    assert await look(desk) == []


async def test_an_expired_mail_is_kept_and_can_still_be_published(desk: Desk) -> None:
    desk.set(who_posts=WhoPosts.MODERATED)
    await desk.send("water", "x", subject="First")
    desk.later(days=15)
    await look(desk)
    await desk.send("water-request", f"reopen P-{desk.hold_id()}", sender=KIM)
    assert desk.subjects() == ["First"]


async def test_a_stranger_who_does_not_join_is_told_and_a_forged_one_is_not(desk: Desk) -> None:
    await desk.send("water", "x", sender="bob@farm.example", subject="Pump")
    await desk.send("water", "x", sender=ANA, auth="fail", subject="Forged")
    assert {one.recipient for one in desk.new_letters()} == {"bob@farm.example", ANA}
    desk.later(days=15)
    (told,) = await look(desk)
    assert told.recipient == "bob@farm.example"
    assert "until you join" in told.text
    assert [state for _, state in desk.held()] == ["expired", "expired"]


async def test_a_group_without_moderators_is_left_alone(desk: Desk) -> None:
    for address in (KIM, AWA):
        desk.join(address, role=Role.MEMBER)
    await stranger(desk, 1)
    assert await look(desk) == []
    desk.later(days=3)
    assert await look(desk) == []
    desk.later(days=20)
    assert await look(desk) == []
    assert desk.held() == [("unproved", "expired")]


async def test_a_look_that_finds_nothing_says_so(desk: Desk) -> None:
    assert await moderating.look(desk.tools, desk.writer, desk.now) == 0

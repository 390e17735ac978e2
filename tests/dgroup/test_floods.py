"""Many posts within an hour: those beyond the limit wait, one letter to each, all can still be published."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from archive.db import Database
from archive.tables import posts
from dgroup.chores import moderating
from dgroup.model import Role
from tests.dgroup.desk import Desk, opened
from tests.dgroup.plainmail import GROUP, MEMBER, decide, mail
from tests.dgroup.spoken import plain_words

ANA, BEA, KIM = "ana@ngo.example", "bea@ngo.example", "kim@ngo.example"


@pytest.fixture
def desk(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    plain_words(monkeypatch)
    with opened(database) as made:
        made.join(ANA, "Ana")
        made.join(BEA, "Bea")
        made.join(KIM, "Kim", Role.COORDINATOR)
        made.set(member_hourly=3, group_hourly=0)
        yield made


async def send(desk: Desk, count: int, sender: str = ANA) -> None:
    for _ in range(count):
        await desk.send("water", "text", subject="Loop", sender=sender)


async def test_the_rest_of_the_hour_waits_and_each_is_told_once_a_day(desk: Desk) -> None:
    await send(desk, 6)
    assert desk.held() == [("flood", "waiting")] * 3
    to_ana, to_kim = sorted(desk.new_letters(), key=lambda one: one.recipient)
    assert to_ana.subject == "Received, it goes out later: Loop"
    assert to_kim.subject == "Water: many mails at once, further ones wait"
    assert "ana@ngo.example sent 3 posts to Water within an hour." in " ".join(to_kim.text.split())
    assert to_kim.reply_to == "water-request@lists.example"
    desk.later(minutes=61)
    await send(desk, 4)
    assert len(desk.subjects()) == 6
    assert desk.new_letters() == []
    await moderating.look(desk.tools, desk.writer, desk.now)
    assert desk.new_letters() == []  # no list every hour beside it


async def test_others_go_on_and_the_next_day_is_told_again(desk: Desk) -> None:
    await send(desk, 4)
    await send(desk, 1, BEA)
    assert (len(desk.subjects()), len(desk.held())) == (4, 1)
    desk.new_letters()
    desk.later(days=1, minutes=1)
    await send(desk, 4)
    assert [one.recipient for one in desk.new_letters()] == [ANA, KIM]


async def test_what_people_published_does_not_count_against_its_author(desk: Desk) -> None:
    await send(desk, 5)
    desk.later(minutes=50)
    kim = next(one for one in desk.new_letters() if one.recipient == KIM)
    await desk.answer(kim, "pending", sender=KIM)
    pending, last = desk.letter(), desk.hold_id()
    for number in (last - 1, last):
        await desk.answer(pending, f"yes P-{number}")
    assert len(desk.subjects()) == 5
    desk.later(minutes=15)
    await send(desk, 3)
    assert len(desk.subjects()) == 8


async def test_a_whole_group_is_slowed_too(desk: Desk) -> None:
    desk.set(member_hourly=0, group_hourly=4)
    await send(desk, 3)
    await send(desk, 3, BEA)
    assert desk.held() == [("group-flood", "waiting")] * 2
    kinds = sorted(desk.letter_kinds())
    assert kinds == [("flood-told", KIM), ("held-flood", BEA)]


async def test_a_burst_in_one_commit_counts_as_one_after_the_other(desk: Desk) -> None:
    sent = [desk.envelope("water", f"text {n}") for n in range(12)]
    replies = await asyncio.gather(*(desk.intake.accept(one) for one in sent))
    assert {reply.code for (reply,) in replies} == {250}
    with desk.db.read() as conn:
        numbers = conn.execute(select(posts.c.number).order_by(posts.c.number)).scalars().all()
    assert (numbers, len(desk.held())) == ([1, 2, 3], 9)


def test_what_is_beyond_the_desk_too_comes_again_later_where_a_client_waits() -> None:
    full: dict[str, object] = {"sent_this_hour": 30, "waiting": 100}
    assert decide(mail(), MEMBER, GROUP, **full).outcome.reply.line().startswith("450 4.7.1")
    assert decide(mail(front=True), MEMBER, GROUP, **full).outcome.reason == "cap flood"
    assert decide(mail(), MEMBER, GROUP, sent_this_hour=29).outcome.reason == "member"

"""What the smarthost refuses at once counts like what comes back later."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy.exc import OperationalError

from archive.db import Database
from dgroup import refusals as refusing
from dgroup.model import Envelope, OutboxItem
from dgroup.refusals import AT_ONCE, Refusals
from dgroup.tokens import make
from tests.dgroup.desk import KEYRING, SITE, Desk, opened
from tests.dgroup.test_bouncing import ANA, points

DEAD = "550 5.1.1 <ana@ngo.example>: Recipient address rejected: User unknown"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        yield made


def item(desk: Desk, member: int | None, back: str = "", number: int = 1) -> OutboxItem:
    return OutboxItem(number, 1, member, ANA, back, 0, desk.now)


def refusals(desk: Desk) -> Refusals:
    return Refusals(desk.db, KEYRING, SITE, lambda: desk.now)


async def test_a_refused_copy_counts_once_a_day_and_a_refused_probe_stops_the_mail(
    desk: Desk,
) -> None:
    ana, found = desk.join(ANA), refusals(desk)
    for day in range(4):
        found.note(item(desk, ana.id, number=day + 1), DEAD)
        assert await found.tell(desk.intake.accept) == 1
        desk.later(days=1)
    assert points(desk) == [100] * 4
    assert [kind for kind, _ in desk.letter_kinds()] == ["probe"]
    back = f"water-bounces+{make('probe', ana.id, KEYRING)}@lists.example"
    found.note(item(desk, None, back), DEAD)
    await found.tell(desk.intake.accept)
    assert desk.state(ANA) == "suspended"


async def test_a_refusal_of_everything_blames_nobody(desk: Desk) -> None:
    ana, found = desk.join(ANA), refusals(desk)
    for number in range(AT_ONCE + 5):
        found.note(item(desk, ana.id, number=number), "554 5.7.1 Relay access denied")
    assert await found.tell(desk.intake.accept) == AT_ONCE
    assert await found.tell(desk.intake.accept) == 5
    assert set(points(desk)) == {0}


async def test_letters_without_a_way_back_and_what_was_given_up_are_no_refusals(
    desk: Desk,
) -> None:
    ana, found = desk.join(ANA), refusals(desk)
    found.note(item(desk, None), DEAD)
    found.note(item(desk, ana.id), "given up: 450 4.2.2 Mailbox full")
    found.note(item(desk, ana.id), "000 twice no answer")
    found.note(item(desk, 4711), DEAD)
    assert await found.tell(desk.intake.accept) == 0


async def test_they_are_told_again_and_again_also_after_the_database_was_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusing, "TICK_S", 0.0)
    ana, found = desk.join(ANA), refusals(desk)
    told = asyncio.Event()
    calls = 0

    async def accept(envelope: Envelope) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise OperationalError("insert", {}, OSError("away"))
        told.set()

    task = asyncio.create_task(found.run(accept))
    try:
        found.note(item(desk, ana.id, number=1), DEAD)
        found.note(item(desk, ana.id, number=2), DEAD)
        await asyncio.wait_for(told.wait(), 20)
    finally:
        task.cancel()
    assert calls == 2

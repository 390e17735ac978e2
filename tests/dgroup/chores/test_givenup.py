"""What could not be delivered in time: one letter a group and day, to those who can do something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from archive.db import Database
from dgroup import deliveries, expansion
from dgroup.chores import givenup
from dgroup.model import Role
from dgroup.tables import audit, memberships
from dgroup.tables import deliveries as rows
from tests.dgroup.desk import Desk, Sent, opened

KIM, ANA, BEN = "kim@ngo.example", "ana@ngo.example", "ben@ngo.example"
LIFETIME = timedelta(hours=72)


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.join(KIM, "Kim", Role.COORDINATOR)
        made.join(ANA, "Ana")
        made.join(BEN, "Ben")
        yield made


async def lose(desk: Desk, *who: str, reply: str = "452 4.2.2 mailbox full") -> datetime:
    """Post a mail and give up the copies of some when their time is over."""
    await desk.intake.accept(desk.envelope("water", "Wells.", subject="Wells"))
    with desk.db.write() as conn:
        for fanout in expansion.open_fanouts(conn):
            expansion.expand(desk.db, conn, fanout, desk.now)
        late = rows.c.recipient.in_(who)
        conn.execute(update(rows).where(late).values(last_reply=reply, attempts=9))
        conn.execute(update(rows).where(~late).values(state="sent", done_at=desk.now))
        desk.now += LIFETIME + timedelta(hours=1)
        conn.execute(update(rows).where(late).values(not_before=desk.now))
        deliveries.expire(conn, desk.now - LIFETIME, desk.now)
    desk.now += timedelta(minutes=5)
    desk.new_letters()
    return desk.now


async def told(desk: Desk) -> list[Sent]:
    await givenup.send_due(desk.tools, desk.writer, desk.now)
    return desk.new_letters()


async def test_coordinators_are_told_once_and_nobody_is_removed(desk: Desk) -> None:
    await lose(desk, ANA, BEN)
    (letter,) = await told(desk)
    assert letter.recipient == KIM
    text = str(letter.text)
    assert f"{ANA}: 1 (their mailbox is full)" in text
    assert BEN in text
    assert await told(desk) == []
    desk.now += timedelta(days=1)
    assert await told(desk) == []  # of these it was told
    with desk.db.read() as conn:
        line = conn.execute(select(audit.c.reason).where(audit.c.event == "given-up")).scalar_one()
        active = select(func.count()).where(memberships.c.state == "active")
        assert conn.execute(active).scalar_one() == 3
    assert line == "2 copies to 2 members could not be delivered in time"


async def test_it_is_traced_with_the_last_answer(desk: Desk) -> None:
    await lose(desk, ANA)
    with desk.db.read() as conn:
        said = conn.execute(select(rows.c.last_reply).where(rows.c.recipient == ANA)).scalar_one()
    assert said == "given up: 452 4.2.2 mailbox full"


async def test_what_was_refused_at_once_is_no_such_news(desk: Desk) -> None:
    await lose(desk)
    with desk.db.write() as conn:
        conn.execute(
            update(rows).values(state="failed", last_reply="550 5.1.1 no", done_at=desk.now)
        )
    assert await told(desk) == []


async def test_without_a_coordinator_who_can_be_reached_the_host_is_told(desk: Desk) -> None:
    desk.tools = replace(desk.tools, host_contact="host@example.org")
    await lose(desk, KIM)
    assert [one.recipient for one in await told(desk)] == ["host@example.org"]

"""What became of a person's copy of a post, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from archive.db import Database
from archive.tables import posts
from dgroup import expansion, tracing, whynot
from dgroup.tables import deliveries, memberships, mutes
from tests.dgroup.desk import Desk, opened

ANA, BEN, CID = "ana@ngo.example", "ben@ngo.example", "cid@ngo.example"
VIA = "smtp.example"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        for address in (ANA, BEN, CID):
            made.join(address)
        yield made


async def post(desk: Desk) -> str:
    """Ana posts; gives the key."""
    await desk.intake.accept(desk.envelope("water", "Wells.", subject="Wells"))
    with desk.db.read() as conn:
        return str(conn.execute(select(posts.c.key)).scalars().first())


def expand(desk: Desk) -> None:
    with desk.db.write() as conn:
        for fanout in expansion.open_fanouts(conn):
            expansion.expand(desk.db, conn, fanout, desk.now)


def said(desk: Desk, who: str, key: str) -> str:
    with desk.db.read() as conn:
        (line,) = whynot.trace_copy(conn, who, key, VIA)
    return line.detail


def change(desk: Desk, who: str, **values: object) -> None:
    with desk.db.write() as conn:
        conn.execute(update(memberships).where(memberships.c.address == who).values(**values))


def mark(desk: Desk, who: str, **values: object) -> None:
    with desk.db.write() as conn:
        conn.execute(update(deliveries).where(deliveries.c.recipient == who).values(**values))


async def test_a_copy_is_told_in_plain_words(desk: Desk) -> None:
    key = await post(desk)
    assert said(desk, BEN, key) == "waiting: the copies of this post are still being made"
    expand(desk)
    assert said(desk, BEN, key) == "waiting to be sent"
    later = desk.now + timedelta(minutes=7)
    mark(desk, BEN, not_before=later)
    assert "waiting for its turn" in said(desk, BEN, key)
    mark(desk, BEN, attempts=2, last_reply="452 4.2.2 mailbox full")
    assert said(desk, BEN, key) == (
        f"waiting: their mailbox is full (452 4.2.2 mailbox full); next try at {later:%Y-%m-%d %H:%M}"
    )
    mark(desk, BEN, state="sent", last_reply="250 2.0.0 queued as X")
    assert said(desk, BEN, key) == "handed to smtp.example: 250 2.0.0 queued as X"
    mark(desk, BEN, state="failed", last_reply="550 5.1.1 nobody")
    assert said(desk, BEN, key).startswith("refused: their server does not know the address")
    mark(desk, BEN, last_reply="given up: 451 4.4.1 no answer")
    assert (
        said(desk, BEN, key) == "given up: their server could not be reached (451 4.4.1 no answer)"
    )
    with desk.db.read() as conn:
        lines = [one.detail for one in tracing.trace(conn, BEN, 9, VIA)]
    assert "given up: their server could not be reached (451 4.4.1 no answer)" in lines


async def test_why_there_is_no_copy(desk: Desk) -> None:
    change(desk, ANA, own_copy=False)
    change(desk, BEN, delivery="weekly")
    change(desk, CID, state="paused", paused_until=desk.now + timedelta(days=3))
    key = await post(desk)
    expand(desk)
    desk.join("zoe@ngo.example")
    assert said(desk, ANA, key) == "left out: is the author and wants no copy of own posts"
    assert said(desk, BEN, key) == "not sent by itself: it comes in the weekly mail"
    assert said(desk, CID, key).startswith("not sent: paused until ")
    assert said(desk, "zoe@ngo.example", key).startswith("left out: joined later")
    assert said(desk, "nobody@x.example", key) == "not a member of the group with this address"
    change(desk, BEN, delivery="none")
    assert said(desk, BEN, key) == "not sent: wants no mail"
    change(desk, BEN, state="left")
    assert said(desk, BEN, key) == "not sent: the membership is left"
    with desk.db.read() as conn:
        assert whynot.trace_copy(conn, BEN, "nosuchkey", VIA) == []


async def test_a_muted_discussion(desk: Desk) -> None:
    key = await post(desk)
    with desk.db.write() as conn:
        thread = conn.execute(select(posts.c.thread_id)).scalar_one()
        member = conn.execute(
            select(memberships.c.id).where(memberships.c.address == BEN)
        ).scalar_one()
        conn.execute(insert(mutes).values(membership_id=member, thread_id=thread))
    expand(desk)
    assert said(desk, BEN, key) == "left out: has muted this discussion"
    assert said(desk, CID, key) == "waiting to be sent"

"""Outcomes are written once, together, and never given up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError

from dgroup.model import OutboxItem
from dgroup.retry import Answer, Heard
from dgroup.sending.ledger import STRIKES, Ledger
from dgroup.sending.stock import claim
from dgroup.tables import deliveries as rows
from tests.dgroup.faulty_smtp import until
from tests.dgroup.office import NOW, Office, opened

T = TypeVar("T")
TAKEN = Answer(Heard.ANSWER, 250, "2.0.0 taken")
LOST = Answer(Heard.UNSENT, 0, "connection lost")


class FlakyJobs:
    """A database that is away for the first jobs."""

    def __init__(self, office: Office, failures: int = 0) -> None:
        self.office, self.failures, self.runs = office, failures, 0

    async def run(self, job: Callable[[Connection], T]) -> T:
        self.runs += 1
        await asyncio.sleep(0)
        if self.runs <= self.failures:
            raise OperationalError("COMMIT", {}, OSError("disk full"))
        with self.office.db.write() as conn:
            return job(conn)


class Line:
    """Counts what was written."""

    def __init__(self) -> None:
        self.count = 0

    def written(self, count: int) -> None:
        self.count += count


def claimed(office: Office, members: int) -> list[OutboxItem]:
    office.join(*[f"m{n}" for n in range(members)])
    office.post()
    with office.db.write() as conn:
        return list(claim(office.db, conn, "n1", NOW, 1000, 0).items)


def states(office: Office) -> list[str]:
    with office.db.read() as conn:
        return list(conn.execute(select(rows.c.state).order_by(rows.c.id)).scalars())


@asynccontextmanager
async def writing(jobs: FlakyJobs, released: Callable[[], None]) -> AsyncIterator[Ledger]:
    def clock() -> datetime:
        return NOW

    ledger = Ledger(jobs, clock, timedelta(hours=72), released)
    task = asyncio.create_task(ledger.run())
    yield ledger
    ledger.stop()
    await task


async def test_many_outcomes_share_a_transaction(sqlite_url: str) -> None:
    line = Line()
    with opened(sqlite_url) as office:
        jobs = FlakyJobs(office)
        async with writing(jobs, lambda: None) as ledger:
            for item in claimed(office, 30):
                ledger.settle(line, item, TAKEN)
        assert states(office) == ["sent"] * 30
    assert (line.count, jobs.runs) == (30, 1)


async def test_what_was_sent_is_marked_when_the_database_is_back(sqlite_url: str) -> None:
    line = Line()
    with opened(sqlite_url) as office:
        jobs = FlakyJobs(office, failures=1)
        async with writing(jobs, lambda: None) as ledger:
            ledger.settle(line, claimed(office, 1)[0], TAKEN)
            await until(lambda: line.count == 1)
        assert states(office) == ["sent"]
    assert jobs.runs == 2


async def test_a_copy_that_breaks_session_after_session_has_to_wait(sqlite_url: str) -> None:
    line, released = Line(), []
    with opened(sqlite_url) as office:
        async with writing(FlakyJobs(office), lambda: released.append(1)) as ledger:
            (item,) = claimed(office, 1)
            for count in range(1, STRIKES + 1):
                ledger.settle(line, item, LOST)
                await until(lambda count=count: line.count == count)  # type: ignore[misc]  # a default binds the loop variable
        with office.db.read() as conn:
            row = conn.execute(select(rows)).one()
    assert len(released) == STRIKES - 1
    assert (row.attempts, row.not_before, row.state) == (1, NOW + timedelta(minutes=1), "pending")


async def test_items_that_never_came_to_a_session_are_given_back(sqlite_url: str) -> None:
    released: list[int] = []
    with opened(sqlite_url) as office:
        async with writing(FlakyJobs(office), lambda: released.append(1)) as ledger:
            ledger.release(claimed(office, 3))
        with office.db.read() as conn:
            assert set(conn.execute(select(rows.c.claimed_by)).scalars()) == {None}
    assert released == [1]

"""The ticks: what they call, that one failing hurts no other, and that stopping waits."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from archive.db import Database
from dgroup import config as settings
from dgroup import groups
from dgroup.changes import ChangeMember
from dgroup.groups import NewGroup
from dgroup.jobs import Daily, Jobs, Regular, Scheduler
from dgroup.model import Group, MemberState
from dgroup.people import members
from dgroup.runtime import Runtime
from dgroup.tables import job_runs, letter_log
from dgroup.writer import Writer
from tests.dgroup.running import runtime_on

NIGHT = datetime(2026, 3, 23, 3, 30, tzinfo=UTC)


@dataclass(slots=True)
class Clock:
    now: datetime = NIGHT

    def __call__(self) -> datetime:
        return self.now


@dataclass(slots=True)
class Office:
    """A scheduler's surroundings: what was called, and a clock to turn."""

    runtime: Runtime
    writer: Writer
    clock: Clock = field(default_factory=Clock)
    called: list[str] = field(default_factory=list)

    def scheduler(
        self,
        *daily: Daily,
        publish: Callable[[], None] | None = None,
        regular: tuple[Regular, ...] = (),
    ) -> Scheduler:
        async def sweep() -> None:
            self.called.append("publish")
            if publish:
                publish()

        async def summaries() -> None:
            self.called.append("summaries")

        async def missed() -> None:
            self.called.append("missed")

        jobs = Jobs(self.runtime, self.writer, sweep, summaries, missed, daily, regular)
        return Scheduler(jobs, self.clock)

    def nightly(self, hour: int = 2) -> Daily:
        async def run() -> str:
            self.called.append("nightly")
            return "0 pages differ"

        return Daily("nightly", hour, run)

    def runs(self) -> list[tuple[str, str, str]]:
        with self.runtime.db.read() as conn:
            query = select(job_runs.c.job, job_runs.c.period, job_runs.c.result)
            rows = conn.execute(query.where(job_runs.c.done_at.is_not(None)).order_by("job"))
            return [(row.job, row.period, row.result) for row in rows]


@pytest.fixture
async def office(database: Database, tmp_path: Path) -> AsyncIterator[Office]:
    runtime = runtime_on(database, tmp_path)
    often = replace(runtime.config, scheduler=settings.Scheduler(sweep_s=0.05))
    writer = Writer(database)
    yield Office(replace(runtime, config=often), writer)
    await asyncio.to_thread(writer.close)


async def until(ready: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 10
    while not ready():
        assert time.monotonic() < deadline, f"waited for {what}"
        await asyncio.sleep(0.01)


async def test_the_sweep_comes_again_and_again(office: Office) -> None:
    scheduler = office.scheduler()
    await scheduler.start()
    await until(lambda: office.called.count("publish") >= 3, "three sweeps")
    await scheduler.stop()
    assert not scheduler._scheduler.running


async def test_a_job_that_fails_is_logged_and_comes_again(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("disk full")

    scheduler = office.scheduler(publish=fail)
    await scheduler.start()
    await until(lambda: office.called.count("publish") >= 2, "two sweeps")
    await scheduler.stop()
    assert "job=publish failed" in caplog.text


async def test_stopping_waits_for_what_runs(office: Office) -> None:
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        begun.set()
        await may_end.wait()
        ended.set()

    async def nothing() -> None:
        return

    scheduler = Scheduler(Jobs(office.runtime, office.writer, slow, nothing, nothing), office.clock)
    await scheduler.start()
    await begun.wait()
    stopping = asyncio.create_task(scheduler.stop())
    await asyncio.wait({stopping}, timeout=0.05)
    assert not stopping.done()
    may_end.set()
    await stopping
    assert ended.is_set()


async def test_stopping_does_not_wait_for_ever(office: Office) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def endless() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def nothing() -> None:
        return

    scheduler = Scheduler(
        Jobs(office.runtime, office.writer, endless, nothing, nothing), office.clock
    )
    await scheduler.start()
    await begun.wait()
    await scheduler.stop(drain_s=0.05)
    assert ended.is_set()


async def test_a_scheduler_that_never_started_can_be_stopped(office: Office) -> None:
    await office.scheduler().stop()


async def test_the_night_work_is_done_once_a_day_over_all_nodes(office: Office) -> None:
    first, second = office.scheduler(office.nightly()), office.scheduler(office.nightly())
    await asyncio.gather(first.run_daily(), second.run_daily())
    await first.run_daily()
    assert office.called.count("nightly") == 1
    assert ("nightly", "2026-03-23", "0 pages differ") in office.runs()
    office.clock.now = NIGHT + timedelta(days=1)
    await second.run_daily()
    assert office.called.count("nightly") == 2


@pytest.mark.parametrize(("hour", "times"), [(1, 0), (2, 1), (7, 1), (8, 0), (23, 0)])
async def test_night_work_that_was_missed_waits_for_the_next_night(
    office: Office, hour: int, times: int
) -> None:
    office.clock.now = NIGHT.replace(hour=hour)
    await office.scheduler(office.nightly()).run_daily()
    assert office.called.count("nightly") == times


async def test_night_work_that_crashed_is_tried_again_after_an_hour(office: Office) -> None:
    async def crash() -> str:
        office.called.append("crash")
        raise RuntimeError("killed")

    scheduler = office.scheduler(Daily("nightly", 2, crash))
    for minutes in (0, 30, 61):
        office.clock.now = NIGHT + timedelta(minutes=minutes)
        try:
            await scheduler.run_daily()
        except RuntimeError:
            continue
    assert office.called == ["crash", "crash"]


async def test_what_is_old_is_forgotten_every_day(office: Office) -> None:
    old = {"address": "a@b.example", "group_id": 1, "kind": "help"}
    with office.runtime.db.write() as conn:
        rows = [old | {"at": NIGHT - timedelta(days=days)} for days in (40, 40, 1)]
        conn.execute(insert(letter_log), rows)
    office.clock.now = NIGHT.replace(hour=5)
    await office.scheduler().run_daily()
    assert office.runs() == [
        ("expiry", "2026-03-23", "codes=0 letters=2 deliveries=0 mails=0"),
    ]


async def test_pauses_end_by_the_clock(office: Office) -> None:
    with office.runtime.db.write() as conn:
        group = groups.create(conn, NewGroup("water", "Water"), "lists.example", NIGHT)
        for name, day in (("ana", 1), ("bob", 2), ("kim", None)):
            until = NIGHT + timedelta(days=day) if day else None
            wish = ChangeMember(f"{name}@x.example", state=MemberState.PAUSED, until=until)
            members.change(conn, group.info, wish, NIGHT)
    scheduler = office.scheduler()
    await scheduler.end_pauses()
    assert paused(office, group) == ["ana@x.example", "bob@x.example", "kim@x.example"]
    office.clock.now += timedelta(days=1)
    await scheduler.end_pauses()
    assert paused(office, group) == ["bob@x.example", "kim@x.example"]


def paused(office: Office, group: Group) -> list[str]:
    with office.runtime.db.read() as conn:
        found = members.of_group(conn, group.id, [MemberState.PAUSED])
    return [one.address for one in found]


async def test_an_erasure_goes_on_until_it_is_done(office: Office) -> None:
    state = {"person": 7, "addresses": ["ana@ngo.example"]}
    row = {"job": "erase", "group_id": 0, "period": "7", "claimed_at": NIGHT}
    with office.runtime.db.write() as conn:
        conn.execute(insert(job_runs).values(**row, result=json.dumps(state)))
    scheduler = office.scheduler()
    await scheduler.erase()
    assert office.runs() == [("erase", "7", "posts=0")]
    await scheduler.erase()
    assert office.runs() == [("erase", "7", "posts=0")]


async def test_regular_work_is_looked_for_again_and_again(office: Office) -> None:
    twice = asyncio.Event()

    async def look() -> None:
        office.called.append("holds")
        if office.called.count("holds") == 2:
            twice.set()

    scheduler = office.scheduler(regular=(Regular("holds", 0.05, look),))
    await scheduler.start()
    await asyncio.wait_for(twice.wait(), 20)
    await scheduler.stop()

"""The scheduler: fixed ticks in memory on every node; what is due stands in the database.

APScheduler's jobs are code, not data: nothing is pickled, no job store is shared (LIBRARIES 5).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from dgroup.erasure import is_erasing
from dgroup.erasure import step as erase_step
from dgroup.expiry import Expired, expire
from dgroup.failing import Failing
from dgroup.people import pauses
from dgroup.runs import claim_run, due_weeks, finish_run, is_done, last_week
from dgroup.runtime import Runtime
from dgroup.writer import Writer

__all__ = [
    "Daily",
    "Jobs",
    "Scheduler",
    "claim_run",
    "due_weeks",
    "finish_run",
    "last_week",
]

log = logging.getLogger("dgroup.jobs")

SUMMARY_TICK_S = 30.0
MISSED_TICK_S = 60.0
DAILY_TICK_S = 60.0
PAUSES_TICK_S = 300.0
ERASE_TICK_S = 20.0
DAILY_WINDOW = timedelta(hours=6)
"""a daily job that was missed for longer waits for the next day: no verify at noon"""
DRAIN_S = 20.0

Clock = Callable[[], datetime]
Action = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Daily:
    """Work of one night or morning: once a day over all nodes, from `hour` (UTC) on.

    `run` gives a word on what came of it, which is kept with the run.
    """

    name: str
    hour: int
    run: Callable[[], Awaitable[str]]
    window: timedelta = DAILY_WINDOW


@dataclass(frozen=True, slots=True)
class Regular:
    """Work that is looked for again and again, every `seconds`."""

    name: str
    seconds: float
    run: Action


@dataclass(frozen=True, slots=True)
class Jobs:
    """What the scheduler does; the edges behind it are passed in."""

    runtime: Runtime
    writer: Writer
    publish: Action
    """writes pages that a crash left marked"""
    send_summaries: Action
    """makes and queues the weekly summaries that are due"""
    tell_missed: Action
    """writes to authors whose posts could not go to some (dgroup.chores.missed)"""
    daily: tuple[Daily, ...] = ()
    """nightly verify and compress"""
    regular: tuple[Regular, ...] = ()
    """what time does to held mails, to groups that end, and the like"""


class Scheduler:
    """Runs the jobs on the event loop. `clock` says which day and week it is; the pace of the
    ticks is the machine's own."""

    def __init__(self, jobs: Jobs, clock: Clock, holds: Callable[[], bool] = lambda: True) -> None:
        """`holds` tells whether this node is the one that runs them."""
        self._holds = holds
        self._jobs = jobs
        self._clock = clock
        self._running: set[asyncio.Task[None]] = set()
        self._failing: dict[str, Failing] = {}
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,  # daylight saving stalls a scheduler in any other zone
            jobstores={"default": MemoryJobStore()},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600},
        )

    async def start(self) -> None:
        """Begin to tick, each job after its first interval."""
        self._every("publish", self._jobs.runtime.config.scheduler.sweep_s, self._jobs.publish)
        self._every("summaries", SUMMARY_TICK_S, self._jobs.send_summaries)
        self._every("missed", MISSED_TICK_S, self._jobs.tell_missed)
        self._every("pauses", PAUSES_TICK_S, self.end_pauses)
        self._every("erase", ERASE_TICK_S, self.erase)
        self._every("daily", DAILY_TICK_S, self.run_daily)
        for one in self._jobs.regular:
            self._every(one.name, one.seconds, one.run)
        self._scheduler.start()

    async def stop(self, drain_s: float = DRAIN_S) -> None:
        """Start nothing more, let what runs finish for `drain_s` seconds, then cancel it.

        APScheduler's own shutdown cancels running coroutines at once, so that we wait first.
        """
        if not self._scheduler.running:
            return
        self._scheduler.pause()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=drain_s)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._scheduler.shutdown(wait=False)
        await asyncio.sleep(0)  # the shutdown is a callback of the loop

    def _every(self, name: str, seconds: float, action: Action) -> None:
        self._scheduler.add_job(
            self._tick, "interval", args=(name, action), seconds=seconds, id=name
        )

    async def _tick(self, name: str, action: Action) -> None:
        task = asyncio.create_task(self._guarded(name, action), name=f"job-{name}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.shield(task)

    async def _guarded(self, name: str, action: Action) -> None:
        if not self._holds():
            return
        failing = self._failing.setdefault(name, Failing(log, f"job={name} failed"))
        try:
            await action()
        except Exception as error:  # one job that fails must not end the others; it comes again
            failing.failed(error)
        else:
            failing.works()

    async def end_pauses(self) -> None:
        """Let members get mail again whose last day of a pause is over."""
        now, writer = self._clock(), self._jobs.writer
        if await asyncio.to_thread(self._are_due, now):
            while await writer.run(lambda conn: pauses.end_due(conn, now)):
                pass

    def _are_due(self, now: datetime) -> bool:
        with self._jobs.runtime.db.read() as conn:
            return pauses.are_due(conn, now)

    async def run_daily(self) -> None:
        """Do the daily work that is due and that no node has done."""
        expiry = Daily("expiry", 4, self._expire, window=timedelta(hours=20))
        for job in (*self._jobs.daily, expiry):
            now = self._clock()
            if not timedelta() <= now - _at_hour(now, job.hour) < job.window:
                continue
            await self._run_once(job, f"{now:%Y-%m-%d}")

    async def _run_once(self, job: Daily, day: str) -> None:
        if await asyncio.to_thread(self._is_done, job.name, day):
            return
        writer, now = self._jobs.writer, self._clock()
        if not await writer.run(lambda conn: claim_run(conn, job.name, 0, day, now)):
            return
        result = await job.run()
        log.info("job=%s day=%s %s", job.name, day, result)
        done = self._clock()
        await writer.run(lambda conn: finish_run(conn, job.name, 0, day, done, result))

    async def erase(self) -> None:
        """Go on with the erasures of people, step by step: mail is taken between the steps."""
        db, domain = self._jobs.runtime.db, self._jobs.runtime.site.domain
        if not await asyncio.to_thread(self._is_erasing):
            return
        going_on = True
        while going_on:
            step = partial(erase_step, db, domain=domain, now=self._clock())
            going_on = await self._jobs.writer.run(step)

    def _is_erasing(self) -> bool:
        with self._jobs.runtime.db.read() as conn:
            return is_erasing(conn)

    def _is_done(self, job: str, day: str) -> bool:
        with self._jobs.runtime.db.read() as conn:
            return is_done(conn, job, 0, day)

    async def _expire(self) -> str:
        now, keep = self._clock(), self._jobs.runtime.config.relay.keep_days
        gone = Expired(0, 0, 0, 0)
        while True:
            some = await self._jobs.writer.run(lambda conn: expire(conn, now, keep))
            gone += some
            if not some.total:
                return (
                    f"codes={gone.codes} letters={gone.letters} "
                    f"deliveries={gone.deliveries} mails={gone.mails}"
                )


def _at_hour(now: datetime, hour: int) -> datetime:
    return now.astimezone(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)

"""Starts, wires and stops the edges: listener, sender, web, scheduler, publisher. Signals end it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from archive import search
from archive.pagewriter import Setting
from archive.publish import Publisher, Tally
from archive.readers import list_groups
from dgroup import jobs, weekly
from dgroup.config import Config
from dgroup.intake import Intake
from dgroup.listener import Listener
from dgroup.runtime import Runtime, intake_settings, open_runtime
from dgroup.sender import Sender
from dgroup.web import HealthServer, WebServer
from dgroup.writer import Writer

log = logging.getLogger("dgroup.service")
GRACE_S = 20.0
VERIFY_HOUR = 2
"""UTC hour from which the nightly check of all pages runs"""
Clock = Callable[[], datetime]


class PublishTask:
    """Writes dirty pages: woken by a commit, a little later so that a burst is written once."""

    def __init__(self, runtime: Runtime, clock: Clock) -> None:
        config = runtime.config
        setting = Setting(runtime.site, config.public_path, config.site.templates)
        self._db = runtime.db
        self._debounce = config.scheduler.publish_debounce_s
        self._publisher = Publisher(runtime.db, setting)
        self._clock = clock
        self._woken = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    def wake(self) -> None:
        """Say that pages were marked."""
        self._woken.set()

    async def run(self) -> None:
        """Write what readers wait for whenever woken; the scheduler's sweep does the rest."""
        while True:
            await self._woken.wait()
            await asyncio.sleep(self._debounce)
            self._woken.clear()
            await self._drain(slow=False)

    async def sweep(self) -> None:
        """Write everything that is marked, also what a crash left behind; index what is new."""
        await self._drain(slow=True)

    async def _drain(self, *, slow: bool) -> None:
        async with self._one_at_a_time:
            try:
                await asyncio.to_thread(self._write, slow)
            except Exception:  # pages that cannot be written must not end the service
                log.exception("pages could not be written; they stay marked")

    async def verify(self) -> str:
        """Render everything again and heal what differs from the files; say what was found."""
        async with self._one_at_a_time:
            found = await asyncio.to_thread(self._verify)
        if found.changed:
            log.warning("pages had drifted and were mended: %s", ", ".join(found.changed[:10]))
        return f"{found.files} files, {found.written} mended, {found.removed} removed"

    def _verify(self) -> Tally:
        with self._db.read() as conn:
            infos = list_groups(conn)
        return self._publisher.verify(infos, self._clock)

    def _write(self, slow: bool) -> None:
        self._publisher.drain(self._clock, slow=slow)
        while search.index_pending(self._db, limit=500):
            pass


@dataclass(frozen=True, slots=True)
class Bound:
    """Where the service listens."""

    smtp: tuple[str, int]
    web: tuple[str, int]
    health: tuple[str, int]


class Service:
    """One process with all roles. `start` returns when mail can come in."""

    def __init__(self, config: Config, clock: Clock, arrival: Clock | None = None) -> None:
        """`arrival` is the clock by which mail arrives, where it is another one (demonstration):
        leases and retries go by real time, else a clock that jumps would end them."""
        self._config = config
        self._clock = clock
        self._arrival = arrival or clock
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> Bound:
        """Open the database and start every edge."""
        config, clock = self._config, self._clock
        self.runtime = runtime = open_runtime(config)
        self._writer = Writer(runtime.db, threads=2)
        self.publisher = PublishTask(runtime, clock)
        self.sender = Sender(
            runtime.db,
            self._writer,
            relay=config.relay,
            target=config.relay_target,
            password=config.relay_password,
            hostname=config.hostname,
            keyring=runtime.keyring,
            site=runtime.site,
            clock=clock,
        )
        self.intake = Intake(
            runtime.tools,
            self._writer,
            intake_settings(config),
            runtime.keyring,
            wake_sender=self.sender.wake,
            wake_publish=self.publisher.wake,
        )
        listening = replace(config.listener, hostname=config.hostname)
        spool = config.site.data_dir / "spool"
        spool.mkdir(exist_ok=True)
        self._listener = Listener(listening, self.intake, self._arrival, spool_dir=spool)
        self._web = WebServer(config.web, runtime, self._writer, clock, self.sender.wake)
        self._health = HealthServer(config.health, runtime, lambda: self._listener.open)
        self._scheduler = jobs.Scheduler(self._jobs(), clock)
        self._tasks = [
            asyncio.create_task(self.publisher.run(), name="publisher"),
            asyncio.create_task(self.sender.run(), name="sender"),
        ]
        web = await self._web.start()
        health = await self._health.start()
        smtp = await self._listener.start()
        await self._scheduler.start()
        self.publisher.wake()
        log.info("listening smtp=%s web=%s health=%s", smtp, web, health)
        return Bound(smtp, web, health)

    def _jobs(self) -> jobs.Jobs:
        return jobs.Jobs(
            runtime=self.runtime,
            writer=self._writer,
            publish=self.publisher.sweep,
            send_summaries=self.send_summaries,
            daily=(jobs.Daily("verify", VERIFY_HOUR, self.publisher.verify),),
        )

    async def send_summaries(self) -> None:
        """Make and queue the weekly summaries that are due."""
        sent = await weekly.send_due(self.runtime.weekly, self._writer, self._clock())
        if sent:
            self.sender.wake()
            self.publisher.wake()

    async def stop(self) -> None:
        """Finish the sessions in flight, then everything behind them, then the database."""
        await self._listener.stop(GRACE_S)
        await self._scheduler.stop()
        await self._web.stop()
        await self._health.stop()
        await self.sender.stop()
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await asyncio.to_thread(self._writer.close)
        self.runtime.close()


async def run_until_signal(service: Service, started: Callable[[Bound], Awaitable[None]]) -> None:
    """Run the service until SIGINT or SIGTERM, then stop it gracefully."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    bound = await service.start()
    try:
        await started(bound)
        await ended.wait()
    finally:
        log.info("stopping")
        await service.stop()

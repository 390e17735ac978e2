"""Starts, wires and stops the edges: listener, sender, web, scheduler, publisher. Signals end it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import platform
import signal
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from dgroup import (
    alone,
    digests,
    ending,
    givenup,
    inviting,
    jobs,
    missed,
    moderating,
    morning,
    refusals,
    weekly,
)
from dgroup.config import Config
from dgroup.errors import DgroupError
from dgroup.intake import Intake
from dgroup.listener import Listener
from dgroup.parsers import Parsers
from dgroup.publishing import PublishTask
from dgroup.refusals import Refusals
from dgroup.runtime import Runtime, caps, intake_settings, open_runtime, verifier
from dgroup.sender import Sender
from dgroup.signature import from_settings
from dgroup.web import HealthServer, WebServer
from dgroup.writer import Writer

log = logging.getLogger("dgroup.service")
GRACE_S = 20.0
VERIFY_HOUR = 2
INVITATIONS_HOUR = 7
Clock = Callable[[], datetime]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Bound:
    """Where the service listens: (address, port) of each way in."""

    smtp: tuple[str, int]
    web: tuple[str, int]
    health: tuple[str, int]


class Service:
    """One process with all roles. `start` returns when mail can come in."""

    runtime: Runtime
    publisher: PublishTask
    sender: Sender

    def __init__(self, config: Config, clock: Clock, arrival: Clock | None = None) -> None:
        """`arrival` is the clock by which mail arrives, where it is another one (demonstration):
        leases and retries go by real time, else a clock that jumps would end them."""
        self._config = config
        self._clock = clock
        self._arrival = arrival or clock
        self._parts = AsyncExitStack()

    async def start(self) -> Bound:
        """Open the database and start every edge; the way in comes last, so that it ends first.

        Raises DgroupError where a port cannot be had; then nothing is left running.
        """
        try:
            return await self._start()
        except BaseException:
            await self._parts.aclose()
            raise

    async def stop(self) -> None:
        """Finish the sessions in flight, then everything behind them, then the database."""
        await self._parts.aclose()

    async def _start(self) -> Bound:
        parts, config = self._parts, self._config
        self.runtime = await asyncio.to_thread(open_runtime, config)
        parts.callback(self.runtime.close)
        parts.callback(alone.hold(config.site.data_dir).close)
        self._node = alone.node_name(config.site.data_dir, platform.node())
        self._writer = Writer(self.runtime.db, threads=2)
        parts.push_async_callback(asyncio.to_thread, self._writer.close)
        await self._start_publisher()
        await self._start_sender()
        listener = self._listener()
        health = HealthServer(
            config.health, self.runtime, lambda: listener.open, lambda: self.intake.stores
        )
        health_at = await _listening("health", config.health.host, config.health.port, health.start)
        parts.push_async_callback(health.stop)
        web = WebServer(config.web, self.runtime, self._writer, self._clock, self.sender.wake)
        web_at = await _listening("web", config.web.host, config.web.port, web.start)
        parts.push_async_callback(web.stop)
        way_in = config.listener
        smtp_at = await _listening("listener", way_in.host, way_in.port, listener.start)
        # The scheduler's jobs may still queue letters while sessions end.
        scheduler = jobs.Scheduler(self._jobs(), self._clock)
        await scheduler.start()
        parts.push_async_callback(scheduler.stop)
        parts.push_async_callback(listener.stop, GRACE_S)
        parts.callback(self.publisher.leave_the_rest)
        self.publisher.wake()
        log.info("listening smtp=%s web=%s health=%s", smtp_at, web_at, health_at)
        return Bound(smtp_at, web_at, health_at)

    async def _start_publisher(self) -> None:
        self.publisher = PublishTask(self.runtime, self._clock, self._node)
        await asyncio.to_thread(self.publisher.take_back)
        task = asyncio.create_task(self.publisher.run(), name="publisher")
        self._parts.push_async_callback(_cancelled, task)
        self._parts.push_async_callback(self.publisher.stop)

    async def _start_sender(self) -> None:
        config, runtime = self._config, self.runtime
        self.refusals = Refusals(runtime.db, runtime.keyring, runtime.site, self._clock)
        self.sender = Sender(
            self.runtime.db,
            self._writer,
            relay=config.relay,
            target=config.relay_target,
            password=config.relay_password,
            hostname=config.hostname,
            keyring=self.runtime.keyring,
            site=self.runtime.site,
            clock=self._clock,
            node=self._node,
            on_failed=self.refusals.note,
            signature=from_settings(config, self._clock),
        )
        task = asyncio.create_task(self.sender.run(), name="sender")
        self._parts.push_async_callback(_cancelled, task)
        self._parts.push_async_callback(self.sender.stop)

    def _listener(self) -> Listener:
        config = self._config
        self._parsers = Parsers(config.listener.workers)
        self._parts.push_async_callback(self._parsers.stop)
        judge = verifier(config)
        if judge is not None:
            self._parts.callback(judge.close)
        self.intake = Intake(
            self.runtime.tools,
            self._writer,
            intake_settings(config),
            self.runtime.keyring,
            wake_sender=self.sender.wake,
            wake_publish=self.publisher.wake,
            read=self._parsers.read,
            verify=judge.verdicts if judge is not None else None,
        )
        spool = config.site.data_dir / "spool"
        spool.mkdir(exist_ok=True)
        listening = replace(config.listener, hostname=config.hostname)
        return Listener(listening, self.intake, self._arrival, spool_dir=spool)

    def _jobs(self) -> jobs.Jobs:
        return jobs.Jobs(
            runtime=self.runtime,
            writer=self._writer,
            publish=self.publisher.sweep,
            send_summaries=self._summaries_now,
            tell_missed=self.tell_missed,
            regular=(
                jobs.Regular("holds", moderating.TICK_S, self.look_after_holds),
                jobs.Regular("refusals", refusals.TICK_S, self.tell_refused),
                jobs.Regular("endings", ending.TICK_S, self.end_groups),
                jobs.Regular("morning", morning.TICK_S, self.send_morning_letters),
                jobs.Regular("given-up", givenup.TICK_S, self.tell_given_up),
            ),
            daily=(
                jobs.Daily("verify", VERIFY_HOUR, self.publisher.verify),
                jobs.Daily("invitations", INVITATIONS_HOUR, self.tell_invited),
            ),
        )

    async def tell_refused(self) -> int:
        """Count what the smarthost itself refused as the reports that come by mail; gives how many."""
        return await self.refusals.tell(self.intake.accept)

    async def _summaries_now(self) -> None:
        await self.send_summaries()
        if await digests.send_due(self.runtime.weekly, self._writer, self._clock()):
            self.sender.wake()

    async def send_summaries(self, at: datetime | None = None) -> int:
        """Make and queue the weekly summaries that are due now, or were `at` a moment; gives how
        many groups got one."""
        moment = at or self._clock()
        sent = await weekly.send_due(self.runtime.weekly, self._writer, moment)
        if sent:
            self.sender.wake()
        self.publisher.wake()
        return sent

    async def look_after_holds(self) -> int:
        """Remind moderators, list what waits, end what nobody decided; gives how many groups had
        something."""
        found = await moderating.look(self.runtime.tools, self._writer, self._clock())
        if found:
            self.sender.wake()
        return found

    async def tell_missed(self) -> int:
        """Write to the authors of posts that the smarthost could not take for some; gives how many
        letters were queued."""
        sent = await missed.send_due(
            self.runtime.tools,
            self._writer,
            caps(self._config),
            self._clock(),
            timedelta(hours=self._config.relay.retry_hours),
        )
        if sent:
            self.sender.wake()
        return sent

    async def tell_invited(self) -> str:
        """Remind people of their invitations, once, and end those whose time is over."""
        tools, moment = self.runtime.tools, self._clock()
        told = await inviting.remind(tools, self._writer, caps(self._config), moment)
        if told.reminded:
            self.sender.wake()
        return f"reminded={told.reminded} expired={told.expired}"

    async def end_groups(self) -> None:
        """End the groups whose week of grace is over."""
        data_dir = self._config.site.data_dir
        if await ending.end_due(self.runtime.tools, self._writer, data_dir, self._clock()):
            self.sender.wake()
            self.publisher.wake()

    async def tell_given_up(self) -> None:
        """Write to coordinators about mail that could not be delivered in time."""
        if await givenup.send_due(self.runtime.tools, self._writer, self._clock()):
            self.sender.wake()

    async def send_morning_letters(self) -> None:
        """Write the coordinators' morning letters that are due."""
        if await morning.send_due(self.runtime.tools, self._writer, self._clock()):
            self.sender.wake()


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _listening(what: str, host: str, port: int, start: Callable[[], Awaitable[T]]) -> T:
    """Start an edge; a port that cannot be had is told with its setting."""
    try:
        return await start()
    except OSError as error:
        said = os.strerror(error.errno) if error.errno else str(error)
        raise DgroupError(
            f"cannot listen on {host}:{port} ([{what}] host and port): {said.lower()}"
        ) from error


async def run_until_signal(service: Service, started: Callable[[Bound], Awaitable[None]]) -> None:
    """Run the service until SIGINT or SIGTERM, then stop it gracefully; a second signal ends it
    at once. `started` is called once it listens."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    bound = await service.start()
    try:
        await _until(ended, started(bound))
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
        log.info("stopping")
        await service.stop()


async def _until(ended: asyncio.Event, started: Awaitable[None]) -> None:
    """Do what comes after the start, then wait for the end; a signal ends both."""
    starting = asyncio.ensure_future(started)
    ending = asyncio.create_task(ended.wait())
    try:
        await asyncio.wait([starting, ending], return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            await ending
    finally:
        starting.cancel()
        ending.cancel()
        await asyncio.gather(starting, ending, return_exceptions=True)

"""Starts, wires and stops the edges that the node's roles ask for: listener (listen), sender (send),
scheduler and publisher (work), web (web). Signals end it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import platform
import time
from collections.abc import Awaitable, Callable, Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from archive.dirty import PAGES
from dgroup import jobs
from dgroup.authentication.signature import from_settings
from dgroup.checks import ROLES
from dgroup.chores import Chores, remaking
from dgroup.config import Config
from dgroup.errors import DgroupError
from dgroup.nodes import alone
from dgroup.nodes import register as nodes
from dgroup.nodes.handover import Handover
from dgroup.nodes.oneclock import OneClock
from dgroup.nodes.presence import Presence
from dgroup.nodes.register import Node
from dgroup.nodes.shares import Shares
from dgroup.outbox import MAIL
from dgroup.publishing import NOT_FINISHED, PublishTask
from dgroup.receiving.intake import Intake
from dgroup.receiving.parsers import Parsers
from dgroup.receiving.refusals import Refusals
from dgroup.runtime import Runtime, intake_settings, open_runtime, protections, verifier
from dgroup.sending.sender import Sender
from dgroup.smtp.listener import Listener
from dgroup.web import HealthServer, WebServer
from dgroup.writer import Writer

log = logging.getLogger("dgroup.service")
GRACE_S = 20.0
NOWHERE = ("", 0)
VERIFY_HOUR = 2
Clock = Callable[[], datetime]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Bound:
    """Where the service listens: (address, port) of each way in, ('', 0) of one that is not its."""

    smtp: tuple[str, int]
    web: tuple[str, int]
    health: tuple[str, int]


class Service:
    """One process with the roles of its settings. `start` returns when mail can come in."""

    runtime: Runtime
    presence: Presence
    publisher: PublishTask
    """there with the role `work`"""
    sender: Sender
    """there with the role `send`"""
    intake: Intake
    """there with the roles `listen` and `send`"""

    def __init__(self, config: Config, clock: Clock, arrival: Clock | None = None) -> None:
        """`arrival` is the clock by which mail arrives, where it is another one (demonstration):
        leases and retries go by real time, else a clock that jumps would end them."""
        self._config = config
        self._clock = OneClock(clock)
        self._arrival = arrival or self._clock
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
        self._node = self._named()
        self._shares = Shares(self._node.name, config.relay.domains, config.node.lease_s)
        self._writer = Writer(self.runtime.db, threads=2)
        parts.push_async_callback(asyncio.to_thread, self._writer.close)
        self.presence = self._presence()
        parts.push_async_callback(self.presence.stop)
        self._chores = Chores(
            self.runtime, self._writer, self._clock, self._wake_sender, self._wake_publisher
        )
        if self._is("work"):
            await self._start_publisher()
        if self._is("send"):
            await self._start_sender()
        if self._is("send") or self._is("listen"):
            self.intake = self._intake()
        if self._is("send"):
            self._start_refusals()
        listener = self._listener() if self._is("listen") else None
        health_at = await self._start_health(listener)
        web_at = await self._start_web() if self._is("web") else NOWHERE
        way_in = config.listener
        smtp_at = NOWHERE
        if listener is not None:
            smtp_at = await _listening("listener", way_in.host, way_in.port, listener.start)
        if self._is("work"):
            # The scheduler's jobs may still queue letters while sessions end.
            scheduler = jobs.Scheduler(self._jobs(), self._clock, lambda: self.presence.holds)
            await scheduler.start()
            parts.push_async_callback(scheduler.stop)
        if listener is not None:
            parts.push_async_callback(listener.stop, GRACE_S)
        if self._is("work"):
            parts.callback(self.publisher.leave_the_rest)
        self.presence.start()
        log.info(
            "node=%s roles=%s smtp=%s web=%s health=%s",
            self._node.name, ",".join(self._node.roles), smtp_at, web_at, health_at,
        )  # fmt: skip
        return Bound(smtp_at, web_at, health_at)

    def _is(self, role: str) -> bool:
        return role in self._config.node.roles

    def _named(self) -> Node:
        """Hold what no other service may use, and give our name among the nodes."""
        config, folder = self._config, self._config.site.data_dir
        # The embedded database has one node, whatever it is called.
        called = "" if self.runtime.db.is_sqlite else config.node.name
        node = Node(alone.node_name(folder, platform.node(), called), config.node.roles)
        self._parts.callback(alone.hold(folder, called, node.label).close)
        missing = [role for role in ROLES if role not in node.roles]
        if missing and self.runtime.db.is_sqlite:
            log.warning("nobody does %s: an embedded database has one node", ", ".join(missing))
        elsewhere = config.database_file
        if elsewhere is not None and elsewhere.parent.resolve() != folder.resolve():
            self._parts.callback(alone.hold(elsewhere.parent, elsewhere.name, node.label).close)
        return node

    def _presence(self) -> Presence:
        return Presence(
            self.runtime.db,
            self._node,
            self._config.node.lease_s,
            schedules=self._is("work"),
            heard=self._heard,
            back=lambda: self.sender.forget() if self._is("send") else None,
            took=self._wake_publisher,
            seen=self._seen,
            clock=self._clock,
        )

    def _seen(self, there: Collection[Node]) -> None:
        """These nodes share the limits of recipient domains."""
        if self._is("send"):
            senders = [one.name for one in there if "send" in one.roles]
            self.sender.limit(self._shares.seen(senders, time.monotonic()))

    def _heard(self, what: str) -> None:
        """Another process, or this one, has committed something to do."""
        if what in {"", MAIL}:
            self._wake_sender()
        if what in {"", PAGES}:
            self._wake_publisher()

    def _wake_sender(self) -> None:
        """Wake ours, if we have one; those of other nodes hear of it by the commit."""
        if self._is("send"):
            self.sender.wake()

    def _wake_publisher(self) -> None:
        if self._is("work"):
            self.publisher.wake()

    async def _start_health(self, listener: Listener | None) -> tuple[str, int]:
        settings = self._config.health
        health = HealthServer(
            settings,
            self.runtime,
            lambda: listener is None or listener.open,
            lambda: listener is None or self.intake.stores,
            self._about,
        )
        found = await _listening("health", settings.host, settings.port, health.start)
        self._parts.push_async_callback(health.stop)
        return found

    def _about(self, conn: Connection) -> list[str]:
        """What the health page says of this node, and who the scheduler is."""
        if self.runtime.db.is_sqlite:
            schedulers = [self._node.name] * self.presence.holds
        else:
            schedulers = [one.node.name for one in nodes.present(conn) if one.schedules]
        return [
            f"node: {self._node.name}",
            f"roles: {', '.join(self._node.roles)}",
            f"scheduler: {', '.join(schedulers) or 'none'}",
        ]

    async def _start_web(self) -> tuple[str, int]:
        settings = self._config.web
        web = WebServer(settings, self.runtime, self._writer, self._clock, self._wake_sender)
        found = await _listening("web", settings.host, settings.port, web.start)
        self._parts.push_async_callback(web.stop)
        return found

    async def _start_publisher(self) -> None:
        self.publisher = PublishTask(
            self.runtime,
            self._clock,
            self._node.name,
            lambda: self.presence.holds or self._config.node.shared_pages,
        )
        await asyncio.to_thread(self.publisher.take_back)
        task = asyncio.create_task(self.publisher.run(), name="publisher")
        self._parts.push_async_callback(_cancelled, task)
        self._parts.push_async_callback(self.publisher.stop)

    async def _start_sender(self) -> None:
        config = self._config
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
            node=self._node.name,
            alive=lambda: self.presence.alive,
            signature=from_settings(config, self._clock),
            again=partial(remaking.again, self.runtime.weekly),
        )
        task = asyncio.create_task(self.sender.run(), name="sender")
        self._parts.push_async_callback(_cancelled, task)
        self._parts.push_async_callback(self.sender.stop)

    def _start_refusals(self) -> None:
        """What the smarthost refused comes back by the way that reports come."""
        known = self.runtime
        refusals = Refusals(known.db, self._writer, known.keyring, known.site, self._clock)
        task = asyncio.create_task(refusals.run(self.intake.accept), name="refusals")
        self._parts.push_async_callback(_cancelled, task)

    def _intake(self) -> Intake:
        """Only what comes from outside is read in other processes and asked after."""
        config = self._config
        listens = self._is("listen")
        parsers = Parsers(config.listener.workers if listens else 0)
        self._parts.push_async_callback(parsers.stop)
        judge = verifier(config) if listens else None
        if judge is not None:
            self._parts.callback(judge.close)
        found = protections(config) if listens else None
        if found is not None:
            self._parts.callback(found.close)
        return Intake(
            self.runtime.tools,
            self._writer,
            intake_settings(config),
            self.runtime.keyring,
            wake_sender=self._wake_sender,
            wake_publish=self._wake_publisher,
            read=parsers.read,
            verify=judge.verdicts if judge is not None else None,
            protection=found.find if found is not None else None,
        )

    def _listener(self) -> Listener:
        config = self._config
        spool = config.site.data_dir / "spool"
        spool.mkdir(exist_ok=True)
        listening = replace(config.listener, hostname=config.hostname)
        return Listener(listening, self.intake, self._arrival, spool_dir=spool)

    def _jobs(self) -> jobs.Jobs:
        config = self._config
        self._handover = handover = Handover(
            self.runtime.db,
            self._writer,
            self.presence,
            self._node.name,
            config.node.lease_s,
            self._clock,
            self._wake_sender,
        )
        return jobs.Jobs(
            runtime=self.runtime,
            writer=self._writer,
            publish=self.publisher.sweep,
            send_summaries=self._chores.summaries_and_digests,
            tell_missed=self._chores.tell_missed,
            regular=(
                jobs.Regular("nodes", config.node.lease_s / 3, handover.look),
                jobs.Regular("pages", config.node.lease_s, self._doubted_pages),
                *self._chores.regular(),
            ),
            daily=(
                jobs.Daily("verify", VERIFY_HOUR, self.publisher.verify),
                *self._chores.daily(),
            ),
        )

    async def _doubted_pages(self) -> None:
        """Render all pages where another node wrote them until now to a disk of its own: what our copy
        of them lacks is written."""
        if not self._handover.pages_in_doubt:
            return
        if not self._config.node.shared_pages:
            found = await self.publisher.verify()
            log.info("pages after another node: %s", found)
            if found == NOT_FINISHED:
                return
        self._handover.pages_in_doubt = False

    async def send_summaries(self, at: datetime | None = None) -> int:
        """Make and queue the weekly summaries that are due now, or were `at` a moment; gives how many
        groups got one."""
        return await self._chores.send_summaries(at)


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

"""This node among those that share a PostgreSQL: one connection by which the others see that it is
here, which is told what there is to do, and which may hold the scheduler's lock.

The server drops a connection that says nothing for a lease, so that a node which hangs counts as gone,
like one whose machine is dead. On SQLite there is one node, which is always here.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Collection
from typing import Any

import psycopg

from archive.db import WAKES, Database
from dgroup.failing import Failing
from dgroup.nodes.oneclock import OneClock
from dgroup.nodes.register import LABELS, SCHEDULER, Node, node_of

log = logging.getLogger("dgroup.nodes.presence")

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0
BEATS = 3
"""beats in a lease: one that is late harms nothing"""
_NOTIFY = "SELECT pg_notify(%s, %s)"
_LOCK = f"pg_try_advisory_lock({SCHEDULER[0]}, {SCHEDULER[1]})"
_BEAT = f"SELECT clock_timestamp(), ARRAY({LABELS}), "
Control = psycopg.AsyncConnection[tuple[Any, ...]]


class Presence:
    """The node's control connection; `start` it before what asks it, `stop` it after.

    `heard` is told what there is to do (`archive.db.wake`), '' for everything: after each connect
    something may have been missed. `back` is called before this node is seen again after a time in
    which it was not, `took` when it becomes the scheduler, `seen` at each beat of all nodes that are here.
    """

    def __init__(
        self,
        db: Database,
        node: Node,
        lease_s: float,
        *,
        schedules: bool,
        heard: Callable[[str], None],
        back: Callable[[], None] = lambda: None,
        took: Callable[[], None] = lambda: None,
        seen: Callable[[Collection[Node]], None] = lambda _nodes: None,
        clock: OneClock | None = None,
    ) -> None:
        """`schedules` says whether this node may run the jobs; `clock` is set by the server's."""
        self._seen, self._clock = seen, clock
        self._db, self._node, self._lease, self._wants = db, node, lease_s, schedules
        self._heard, self._back, self._took = heard, back, took
        self._task: asyncio.Task[None] | None = None
        self._confirmed = -lease_s
        self._locked = False
        self._some = asyncio.Event()
        self._unsaid: set[str] = set()
        self._failing = Failing(log, "this node cannot be seen by the others")
        self.terms = 0
        """how often this node became the scheduler"""

    @property
    def alive(self) -> bool:
        """Whether the others see this node; if not, they may take what it has claimed."""
        return self._db.is_sqlite or time.monotonic() - self._confirmed < self._lease

    @property
    def holds(self) -> bool:
        """Whether this node is the scheduler; it stops believing so before another can be."""
        return self._locked and self.alive

    def start(self) -> None:
        """Begin, on the event loop."""
        if self._db.is_sqlite:
            self._gain(locked=self._wants)
        else:
            self._loop = asyncio.get_running_loop()
            self._task = asyncio.create_task(self._run(), name="presence")

    async def stop(self) -> None:
        """Let go of everything: another node may schedule at once."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._locked = False

    async def _run(self) -> None:
        pause = FIRST_PAUSE_S
        while True:
            before = self._confirmed
            try:
                async with asyncio.timeout(self._lease):
                    conn = await self._connected()
                async with conn:
                    await self._attend(conn)
            except (psycopg.Error, OSError, TimeoutError) as error:
                self._failing.failed(error)
            finally:
                self._locked = False
                self._db.tell = None
            pause = FIRST_PAUSE_S if self._confirmed > before else min(2 * pause, LONGEST_PAUSE_S)
            await asyncio.sleep(pause)

    async def _connected(self) -> Control:
        settings = self._db.connect_settings()
        settings["application_name"] = self._node.label
        conn = await psycopg.AsyncConnection.connect(autocommit=True, **settings)
        try:
            await conn.execute(f"SET idle_session_timeout = {round(self._lease * 1000)}".encode())
            # What it says is a hint: nothing is lost with it, so that it need not wait for the disk.
            await conn.execute("SET synchronous_commit = off")
            await conn.execute(f"LISTEN {WAKES}".encode())
        except BaseException:
            await conn.close()
            raise
        return conn

    def _tell(self, what: Collection[str]) -> None:
        """Say to the other nodes what there is to do; from the thread that has committed it."""
        self._loop.call_soon_threadsafe(self._keep, what)

    def _keep(self, what: Collection[str]) -> None:
        self._unsaid.update(what)
        self._some.set()

    async def _attend(self, conn: Control) -> None:
        """Beat and listen until the connection breaks."""
        await self._beat(conn)
        self._failing.works()
        self._heard("")
        self._db.tell = self._tell
        while True:
            until = time.monotonic() + self._lease / BEATS
            while (left := until - time.monotonic()) > 0:
                self._some.clear()
                await self._exchange(conn)
                await _happens(self._some, conn.fileno(), left)
            await self._beat(conn)

    async def _exchange(self, conn: Control) -> None:
        """Hear what the others say, say what there is to say: all since the last time at once."""
        async for notice in conn.notifies(timeout=0):
            if notice.pid != conn.info.backend_pid:
                for word in notice.payload.split():
                    self._heard(word)
        if self._unsaid:
            words, self._unsaid = self._unsaid, set()
            async with asyncio.timeout(self._lease):
                await conn.execute(_NOTIFY, [WAKES, " ".join(sorted(words))])

    async def _beat(self, conn: Control) -> None:
        """Say that this node is here; try to become the scheduler where it may and is not."""
        asked = time.monotonic()
        asked_at = self._clock.own() if self._clock is not None else None
        tries = self._wants and not self._locked
        async with asyncio.timeout(self._lease):
            cursor = await conn.execute((_BEAT + (_LOCK if tries else "false")).encode())
            row = await cursor.fetchone()
        assert row is not None
        theirs, labels, locked = row
        if self._clock is not None and asked_at is not None:
            self._clock.compare(asked_at, theirs)
        self._seen([node_of(label) for label in labels])
        if not self.alive:
            self._back()
        # From the asking on: the server begins to count later than that.
        self._confirmed = asked
        if locked:
            self._gain(locked=True)

    def _gain(self, *, locked: bool) -> None:
        self._locked = locked
        if locked:
            self.terms += 1
            log.info("node=%s is the scheduler", self._node.name)
            self._took()


async def _happens(some: asyncio.Event, descriptor: int, seconds: float) -> None:
    """Wait until something is to be said or comes, or until the time is over. The driver's own wait
    polls."""
    loop = asyncio.get_running_loop()
    loop.add_reader(descriptor, some.set)
    try:
        async with asyncio.timeout(seconds):
            await some.wait()
    except TimeoutError:
        return
    finally:
        loop.remove_reader(descriptor)

"""Where copies go: sessions with the smarthost, as many as the work asks for, or Maildirs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from dgroup import config
from dgroup.model import OutboxItem
from dgroup.retry import Answer, Heard, host_delay
from dgroup.sending import maildir
from dgroup.sending.crate_session import CrateSession
from dgroup.sending.crates import Crate, Outcome
from dgroup.sending.ledger import IN_FLIGHT
from dgroup.sending.pipeline import Copy
from dgroup.sending.smarthost import Host, HostError, connect
from dgroup.sending.wire import Extensions

log = logging.getLogger("dgroup.sending.sender")

IDLE_S = 5.0
"""how long a session is kept open without work"""
SHARE = 10
"""copies that are worth a session of their own"""


class Line(Protocol):
    """See `dgroup.sending.ledger.Line`."""

    def written(self, count: int) -> None:
        """So many of its copies are in the database."""


class Supply(Protocol):
    """Where copies come from and outcomes go to: the sender."""

    def take(self) -> tuple[OutboxItem, Copy] | None:
        """Give the next copy, if there is one."""

    def waiting(self) -> int:
        """How many copies could be taken now."""

    def holds_up(self, items: Iterable[OutboxItem]) -> bool:
        """Whether nothing should go out in one session behind copies of these items."""

    def settle(self, line: Line, item: OutboxItem, answer: Answer) -> None:
        """Take the outcome of a copy."""

    def crates_wait(self) -> bool:
        """Whether a session that has nothing unwritten would get a crate."""

    def take_crate(self, offers: Extensions) -> Crate | None:
        """Give the next crate, if there is one, for a smarthost that offers this."""

    def settle_crate(self, line: Line, crate: Crate, found: Outcome) -> None:
        """Take the outcome of a crate."""

    def blocked(self) -> None:
        """No copy can go out for a while."""


class Relay(Protocol):
    """A way out for copies."""

    def poke(self, waiting: int) -> None:
        """So many copies wait."""

    def blocked_for(self) -> float:
        """Seconds until it is worth while to try again; 0 if it works."""

    async def stop(self, grace_s: float) -> None:
        """Let what is in flight end, for `grace_s` at most."""


class Backoff:
    """Counts failures in a row and says how long to wait."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._failures = 0
        self._until = 0.0

    def failed(self) -> None:
        """It did not work; failures of sessions that began together count once."""
        if not self.seconds():
            self._failures += 1
            self._until = self._loop.time() + host_delay(self._failures).total_seconds()

    def worked(self) -> None:
        """It worked."""
        self._failures, self._until = 0, 0.0

    def seconds(self) -> float:
        """Seconds still to wait."""
        return max(0.0, self._until - self._loop.time())


class _Line:
    """One session after another on one of the connections that the settings allow."""

    def __init__(self, supply: Supply) -> None:
        self._supply = supply
        self._items: dict[int, OutboxItem] = {}
        self._pipeline: CrateSession | None = None
        self.unwritten = 0

    def source(self) -> Copy | None:
        """Give the pipeline a copy, unless too many of this line are not yet written down."""
        if self.unwritten >= IN_FLIGHT or self._supply.crates_wait():
            return None
        if self._items and self._supply.holds_up(self._items.values()):
            return None
        if (found := self._supply.take()) is None:
            return None
        item, copy = found
        self._items[item.id] = item
        self.unwritten += 1
        return copy

    def settle(self, copy: Copy, answer: Answer) -> None:
        """Pass an outcome on."""
        self._supply.settle(self, self._items.pop(copy.id), answer)

    def crate(self, offers: Extensions) -> Crate | None:
        """Give the pipeline a crate, once all that this line has sent is written down."""
        crate = None if self.unwritten else self._supply.take_crate(offers)
        if crate is not None:
            self.unwritten = len(crate.items)
        return crate

    def settle_crate(self, crate: Crate, found: Outcome) -> None:
        """Pass an outcome on."""
        self._supply.settle_crate(self, crate, found)

    def written(self, count: int) -> None:
        """So many are in the database: as many more may go."""
        self.unwritten -= count
        self.kick()

    def kick(self) -> None:
        """There may be work."""
        if self._pipeline is not None:
            self._pipeline.kick()

    def quit(self) -> bool:
        """End after what is in flight; False if there is no session yet."""
        if self._pipeline is not None:
            self._pipeline.quit()
        return self._pipeline is not None

    def abort(self) -> None:
        """End now."""
        if self._pipeline is not None:
            self._pipeline.fail("stopped")

    async def session(self, host: Host, limit: int) -> None:
        """Run one session to its end. HostError if none can be had, or if it broke before any copy
        got an answer."""
        pipeline, offers = await connect(host)
        self._pipeline = pipeline
        pipeline.carry(self.crate, self.settle_crate)
        pipeline.start(offers, self.source, self.settle, limit)
        while not pipeline.ended.done():
            await asyncio.wait({pipeline.ended}, timeout=IDLE_S)
            silent = pipeline.loop.time() - pipeline.heard
            if pipeline.idle and not self.unwritten and silent >= IDLE_S:
                pipeline.quit()
        self._pipeline = None
        end = pipeline.ended.result()
        if end.failed:
            log.info("session ended: %s after %d copies", end.reason, end.settled)
            if not end.settled:
                raise HostError(f"{host.host}: {end.reason}")


class SmarthostRelay:
    """Up to `connections` sessions with the smarthost, `limit` copies each."""

    def __init__(self, host: Host, supply: Supply, connections: int, limit: int) -> None:
        self._host = host
        self._supply = supply
        self._connections = connections
        self._limit = limit
        self._lines: dict[asyncio.Task[None], _Line] = {}
        self._backoff = Backoff()
        self._stopping = False

    def poke(self, waiting: int) -> None:
        """Wake idle sessions, and open more where each has its share of work."""
        for line in list(self._lines.values()):
            line.kick()
        wanted = min(self._connections, -(-waiting // SHARE))
        while len(self._lines) < wanted and not self._stopping and not self.blocked_for():
            line = _Line(self._supply)
            self._lines[asyncio.create_task(self._run(line))] = line

    def blocked_for(self) -> float:
        """Seconds until the smarthost is tried again."""
        return self._backoff.seconds()

    async def stop(self, grace_s: float) -> None:
        """End all sessions: politely, and after `grace_s` at once."""
        self._stopping = True
        for task, line in list(self._lines.items()):
            if not line.quit():
                task.cancel()
        if self._lines:
            await asyncio.wait(set(self._lines), timeout=grace_s)
        for task, line in list(self._lines.items()):
            line.abort()
            task.cancel()

    async def _run(self, line: _Line) -> None:
        try:
            await self._sessions(line)
        finally:
            # Here and not in a callback: whoever pokes next must not count on this line.
            task = asyncio.current_task()
            assert task is not None
            del self._lines[task]

    async def _sessions(self, line: _Line) -> None:
        while not self._stopping and not self.blocked_for():
            try:
                await line.session(self._host, self._limit)
            except HostError as error:
                log.warning("smarthost: %s", error)
                self._backoff.failed()
                self._supply.blocked()
                return
            self._backoff.worked()
            if not self._supply.waiting():
                return


class MaildirRelay:
    """Puts copies into Maildirs, a few at a time, on a thread."""

    def __init__(self, root: Path, supply: Supply) -> None:
        self._root = root
        self._supply = supply
        self._backoff = Backoff()
        self._task: asyncio.Task[None] | None = None
        self._room = asyncio.Semaphore(IN_FLIGHT)

    def poke(self, waiting: int) -> None:
        """Begin, if nothing is under way."""
        if waiting and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._run())

    def blocked_for(self) -> float:
        """Seconds until the disk is tried again."""
        return self._backoff.seconds()

    async def stop(self, grace_s: float) -> None:
        """Let what is being written end."""
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=grace_s)

    def written(self, count: int) -> None:
        """So many are in the database."""
        for _ in range(count):
            self._room.release()

    async def _run(self) -> None:
        while batch := await self._batch():
            copies = [copy for _, copy in batch]
            try:
                await asyncio.to_thread(maildir.deliver, self._root, copies)
            except OSError as error:
                log.warning("maildir: %s", error)
                self._answer(batch, Answer(Heard.UNSENT, 0, str(error)))
                self._backoff.failed()
                return self._supply.blocked()
            self._backoff.worked()
            self._answer(batch, Answer(Heard.ANSWER, 250, "2.0.0 in the Maildir"))
        return None

    async def _batch(self) -> list[tuple[OutboxItem, Copy]]:
        batch: list[tuple[OutboxItem, Copy]] = []
        while len(batch) < SHARE:
            if batch and self._room.locked():
                break
            await self._room.acquire()
            if (found := self._supply.take()) is None:
                self._room.release()
                break
            batch.append(found)
        return batch

    def _answer(self, batch: list[tuple[OutboxItem, Copy]], answer: Answer) -> None:
        for item, _ in batch:
            self._supply.settle(self, item, answer)


def way_out(
    relay: config.Relay, target: config.RelayTarget, password: str, hostname: str, supply: Supply
) -> Relay:
    """Give the way that the settings name."""
    if target.path is not None:
        return MaildirRelay(target.path, supply)
    host = Host(
        host=target.host,
        port=target.port,
        implicit_tls=target.implicit_tls,
        tls=relay.tls,
        username=relay.username,
        password=password,
        hostname=hostname,
        timeout_s=relay.timeout_s,
    )
    return SmarthostRelay(host, supply, relay.connections, relay.per_connection)

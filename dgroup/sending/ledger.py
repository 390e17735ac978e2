"""The sender's ledger: writes down what became of copies, many in one transaction, and only then lets
their sessions send further ones. What is not yet written is repeated after a crash: at most 20 copies
a session (RULINGS 2), or one transaction of a copy that many share."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from dgroup import deliveries
from dgroup.deliveries import PutOff, Said
from dgroup.failing import Failing
from dgroup.model import OutboxItem
from dgroup.retry import Answer, Fate, decide

T = TypeVar("T")
log = logging.getLogger("dgroup.sending.sender")

IN_FLIGHT = 20
ENOUGH = IN_FLIGHT * 3 // 4
"""unwritten copies of one session that are worth a transaction: the others go out meanwhile"""
GATHER_S = 0.02
"""longest wait of an outcome for others to be written with it"""
STRIKES = 3
"""sessions that may break over one copy before it counts as an attempt"""
_PAUSE_S = 1.0


class Jobs(Protocol):
    """Runs jobs on the database (`dgroup.writer.Writer`)."""

    async def run(self, job: Callable[[Connection], T]) -> T:
        """Run `job` in a transaction and give its result once that is committed."""


class Line(Protocol):
    """A session that waits for its copies to be written down."""

    def written(self, count: int) -> None:
        """So many of its copies are in the database."""


@dataclass(slots=True)
class Marks:
    """Outcomes that wait to be written together."""

    sent: dict[int, str] = field(default_factory=dict)
    alike: list[tuple[list[int], str]] = field(default_factory=list)
    """deliveries of one transaction each, with what was said to it"""
    failed: dict[int, str] = field(default_factory=dict)
    put_off: list[PutOff] = field(default_factory=list)
    released: list[int] = field(default_factory=list)
    lines: dict[Line, int] = field(default_factory=dict)
    frees: bool = False
    """whether copies can be claimed anew, at once or when their turn comes"""

    def __bool__(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.sent or self.alike or self.failed or self.put_off or self.released)

    def write(self, conn: Connection, now: datetime) -> None:
        """Write them all."""
        deliveries.mark_sent(conn, self.sent, now)
        for ids, reply in self.alike:
            deliveries.mark_sent_alike(conn, ids, reply, now)
        deliveries.mark_failed(conn, self.failed, now)
        deliveries.mark_retry(conn, self.put_off)
        deliveries.release(conn, self.released)


class Ledger:
    """Collects outcomes while the transaction before is being committed."""

    def __init__(
        self,
        jobs: Jobs,
        clock: Callable[[], datetime],
        lifetime: timedelta,
        on_released: Callable[[], None],
    ) -> None:
        self._jobs = jobs
        self._clock = clock
        self._lifetime = lifetime
        self._on_released = on_released
        self._marks = Marks()
        self._some = asyncio.Event()
        self._strikes: Counter[int] = Counter()
        self._stopping = False
        self._failing = Failing(log, "deliveries cannot be marked")
        self.counts: Counter[str] = Counter()

    def settle(self, line: Line, item: OutboxItem, answer: Answer) -> None:
        """Take the outcome of a copy that `line` sent or could not send."""
        if answer.taken:
            self._marks.sent[item.id] = answer.said
            self.counts[Fate.SENT] += 1
        else:
            self._not_sent(item, answer)
        lines = self._marks.lines
        if not lines:
            asyncio.get_running_loop().call_later(GATHER_S, self._some.set)
        lines[line] = count = lines.get(line, 0) + 1
        if count >= ENOUGH:
            self._some.set()

    def settle_alike(self, line: Line, ids: list[int], answer: Answer) -> None:
        """Take the outcome of a transaction whose recipients were all taken."""
        if not ids:
            return
        self._marks.alike.append((ids, answer.said))
        self.counts[Fate.SENT] += len(ids)
        self._marks.lines[line] = self._marks.lines.get(line, 0) + len(ids)
        self._some.set()

    def _not_sent(self, item: OutboxItem, answer: Answer) -> None:
        now = self._clock()
        decision = decide(answer, now - item.created_at, self._lifetime, item.last_reply)
        fate, delay = decision.fate, decision.delay
        if fate is Fate.REQUEUE:
            fate, delay = self._strike(item)
        if fate is Fate.FAILED:
            self._marks.failed[item.id] = decision.reply
            log.warning(
                "failed delivery=%d to=%s reply=%s", item.id, item.recipient, decision.reply
            )
        elif fate is Fate.RETRY:
            later = PutOff(item.id, decision.reply, now + delay, item.attempts + 1)
            self._marks.put_off.append(later)
        else:
            self._marks.released.append(item.id)
            self._marks.frees = True
        self.counts[fate] += 1

    def _strike(self, item: OutboxItem) -> tuple[Fate, timedelta]:
        """A copy over which session after session breaks must not hold up all others."""
        self._strikes[item.id] += 1
        if self._strikes[item.id] < STRIKES:
            return Fate.REQUEUE, timedelta(0)
        del self._strikes[item.id]
        return Fate.RETRY, timedelta(minutes=1)

    def fail(self, done: Said) -> None:
        """Give up items that never came to a session."""
        if not done:
            return
        self._marks.failed.update(done)
        self.counts[Fate.FAILED] += len(done)
        self._some.set()

    def put_off(self, later: list[PutOff]) -> None:
        """Write down items whose turn comes later; they never came to a session."""
        self._marks.put_off += later
        self._marks.frees = True
        self._some.set()

    def release(self, items: list[OutboxItem]) -> None:
        """Give items back that never came to a session."""
        if not items:
            return
        self._marks.released += [item.id for item in items]
        self._marks.frees = True
        self._some.set()

    async def run(self) -> None:
        """Write marks until `stop`. None is ever given up: what was sent is not to be repeated."""
        while not self._stopping or self._some.is_set():
            await self._some.wait()
            await self._write()

    def stop(self) -> None:
        """Let `run` end when all that was settled is written."""
        self._stopping = True
        self._some.set()

    async def _write(self) -> None:
        self._some.clear()
        marks, self._marks = self._marks, Marks()
        if not marks:
            return
        now = self._clock()
        while True:
            try:
                await self._jobs.run(lambda conn: marks.write(conn, now))
                break
            except SQLAlchemyError as error:
                self._failing.failed(error)
                await asyncio.sleep(_PAUSE_S)
        self._failing.works()
        if marks.frees:
            self._on_released()
        for line, count in marks.lines.items():
            line.written(count)

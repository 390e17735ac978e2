"""The sender: takes what is due from the outbox and gets it out; woken, not polled.

Expansion, claims and marks are jobs on the database's writer; copies go out on the event loop. A
crash skips no copy and repeats at most what was in flight (invariant 5).
"""

from __future__ import annotations

import asyncio
import logging
import platform
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy.exc import SQLAlchemyError

from archive.db import Database
from archive.model import SiteInfo
from dgroup import config, deliveries
from dgroup.authentication.signature import Signature
from dgroup.failing import Failing
from dgroup.limits import Limits
from dgroup.model import OutboxItem
from dgroup.retry import LONGEST_DELAY, Answer
from dgroup.sending.bulk import Bulk
from dgroup.sending.crates import Crate, Outcome
from dgroup.sending.ledger import Jobs, Ledger, Line
from dgroup.sending.pacing import Blame, Pacing
from dgroup.sending.pipeline import Copy
from dgroup.sending.sessions import way_out
from dgroup.sending.shelf import Shelf
from dgroup.sending.stock import LEASE, Claim, Copies, Loaded, MakeAgain, claim
from dgroup.sending.wire import Extensions
from dgroup.tokens import Keyring

log = logging.getLogger("dgroup.sending.sender")

BATCH = 500
"""copies taken at a time: while they are claimed, nothing else is written down"""
SHARED = 2000
"""the same, while they go out many in one transaction"""
FIRST = 100
"""taken at first from an outbox that was empty: the first copy is not to wait for all others"""
LOW = 400
"""copies in stock below which further ones are claimed"""
FIRST_SIGNED, SIGNED = 10, 60
"""copies that are signed together, 0.35 ms each: few at first, so that the first ones go out soon"""
QUIET_S = 0.01
"""least time between two looks for new mails: posts that stream in are expanded many at a time"""
POLL_S = 30.0
ERROR_PAUSE_S = 1.0
EXPIRY = timedelta(minutes=10)
AWAY = timedelta(hours=1)
"""between two looks: nobody was there to send, or the clock has jumped"""
BACK = timedelta(seconds=10)
"""the clock may be put back between two looks before it counts"""


class Sender:
    """One node's sender. `run` it as a task, `wake` it after a commit, `stop` it before the writer.

    `node` names this sender in claims, by default after the machine: `alone.node_name` tells two of one
    machine apart. At its start it takes back what a sender of the same name held when it died, so two
    that run at the same time need different names.
    """

    def __init__(
        self,
        db: Database,
        jobs: Jobs,
        *,
        relay: config.Relay,
        target: config.RelayTarget,
        password: str,
        hostname: str,
        keyring: Keyring,
        site: SiteInfo,
        clock: Callable[[], datetime],
        node: str = "",
        signature: Signature | None = None,
        alive: Callable[[], bool] = lambda: True,
        again: MakeAgain | None = None,
    ) -> None:
        """`alive` tells whether other nodes respect what this one has claimed (`dgroup.nodes.presence`); `again`: see
        `stock.Copies`.
        """
        self._db, self._jobs, self._clock = db, jobs, clock
        self._node = (node or platform.node() or "sender")[:40]
        self._alive = alive
        self._lifetime = timedelta(hours=relay.retry_hours)
        self._ledger = Ledger(jobs, clock, self._lifetime, self.wake)
        self._copies = Copies(db, keyring, site, signature, again)
        self._relay = way_out(relay, target, password, hostname, self)
        self._limits = relay.domains
        self._pacing = Pacing(dict(relay.domains), relay.connections)
        self._shelf = Shelf(self._pacing)
        self._bulk = Bulk(
            self._pacing,
            lambda item, loaded, verp: self._copies.shared(item, loaded, verp=verp),
            relay.recipients_per_transaction if target.path is None else 1,
            max(1, relay.connections // 2),
        )
        self._unloaded: list[OutboxItem] = []
        self._in_hand: set[int] = set()
        """deliveries that are in stock or with a session"""
        self._quiet: asyncio.TimerHandle | None = None
        never = datetime.min.replace(tzinfo=clock().tzinfo)
        self._claimed_at = self._expired_at = self._renewed_at = self._looked_at = never
        self._last_fanout = 0
        self._more = False
        """the last look could not take all that there was"""
        self._failing = Failing(log, "the outbox cannot be read")
        self.looks = 0
        """how often the outbox was read since the start"""
        self._waked = False
        self._woken = asyncio.Event()
        self._started = self._stopping = False
        self._running = asyncio.Event()
        self._running.set()
        self._writing: asyncio.Task[None] | None = None

    @property
    def counts(self) -> Counter[str]:
        """How many copies were sent, put off, failed or given back since the start."""
        return self._ledger.counts

    def wake(self) -> None:
        """Something may be due. Call it on the event loop, after the commit.

        The first call is heard at once, those that follow soon after together a little later.
        """
        if self._quiet is None:
            self._woken.set()
            self._quiet = asyncio.get_running_loop().call_later(QUIET_S, self._hear)
        else:
            self._waked = True

    def _hear(self) -> None:
        self._quiet = None
        if self._waked:
            self._waked = False
            self.wake()

    async def run(self) -> None:
        """Send until `stop`. An error of the database is waited out."""
        self._running.clear()
        self._writing = asyncio.create_task(self._ledger.run(), name="sender-ledger")
        try:
            while not self._stopping:
                self._woken.clear()
                pause = await self._look()
                if pause and not self._stopping:
                    await self._wait(pause)
        finally:
            self._running.set()

    async def stop(self, grace_s: float = 10.0) -> None:
        """End sessions politely, write down what was sent, give the rest back."""
        self._stopping = True
        self._woken.set()
        await self._running.wait()
        await self._relay.stop(grace_s)
        self._give_back()
        self._ledger.stop()
        if self._writing is not None:
            await self._writing

    def limit(self, domains: Limits) -> None:
        """Keep to other limits from now on (`dgroup.nodes.shares`)."""
        if domains != self._limits:
            self._limits = domains
            self._pacing.limit(dict(domains), self._clock())
            self.blocked()

    def forget(self) -> None:
        """Drop what was claimed and not begun: while this node was not seen others may have taken it.
        The next look takes back what they have not."""
        held = self._shelf.clear() + self._bulk.clear() + self._unloaded
        self._in_hand.difference_update(item.id for item in held)
        self._unloaded = []
        self._started = False
        self._woken.set()

    # --- For the relay -----------------------------------------------------------------------

    def take(self) -> tuple[OutboxItem, Copy] | None:
        """Give the next copy; the stock is filled up again before it is empty."""
        stock = self._shelf.stock
        if self._stopping or not stock or not self._alive():
            return None
        before = len(stock)
        found = self._shelf.take(self._clock())
        if not stock or len(stock) < LOW <= before:
            self._woken.set()
        if found is None:
            self._write_put_off()
            return None
        item, made = found
        return item, made if isinstance(made, Copy) else self._copies.copy(item, made)

    def waiting(self) -> int:
        """How many copies could be taken now."""
        return 0 if self._stopping else len(self._shelf.stock) + self._bulk.worth

    @property
    def stock(self) -> int:
        """How many copies are claimed and not with a session."""
        return self._shelf.held + self._bulk.waiting

    def holds_up(self, items: Iterable[OutboxItem]) -> bool:
        """Whether a session busy with these should get nothing behind them."""
        return bool(self._pacing.slow) and self._shelf.holds_up(items)

    def settle(self, line: Line, item: OutboxItem, answer: Answer) -> None:
        """Take the outcome of a copy."""
        self._in_hand.discard(item.id)
        self._ledger.settle(line, item, answer)
        found, more = self._shelf.settle(item, answer, self._clock())
        if self._shelf.later:
            self._write_put_off()
        if found is Blame.HOST:
            log.warning("the smarthost is full or slow: everything waits (%s)", answer.said)
            self.blocked()
        elif more:
            self._relay.poke(self.waiting())

    def crates_wait(self) -> bool:
        """Whether a session should write down what it sent and come for a crate."""
        return not self._stopping and self._bulk.wanted()

    def take_crate(self, offers: Extensions) -> Crate | None:
        """Give the next crate; the stock is filled up again before it is empty."""
        if self._stopping or not self._bulk.waiting or not self._alive():
            return None
        before = self.stock
        crate = self._bulk.take(offers)
        if self.stock < LOW <= before or not self._bulk.waiting:
            self._woken.set()
        return crate

    def settle_crate(self, line: Line, crate: Crate, found: Outcome) -> None:
        """Take the outcome of a crate: what it did not deliver goes on waiting, or alone."""
        done = [item.id for item in found.taken]
        self._in_hand.difference_update(done)
        self._ledger.settle_alike(line, done, found.answer)
        for item in found.unknown:
            self._in_hand.discard(item.id)
            self._ledger.settle(line, item, found.answer)
        back = [*found.left, *found.alone]
        alone = self._bulk.settle(crate, found)
        if alone is None:
            self._in_hand.difference_update(item.id for item in back)
            self._ledger.release(back)
        else:
            self._shelf.add(alone)
        if back:
            line.written(len(back))
            self._relay.poke(self.waiting())

    def blocked(self) -> None:
        """Nothing can go out for a while: other nodes may have what is in stock."""
        self._give_back()
        self._woken.set()

    # --- The stock ---------------------------------------------------------------------------

    async def _look(self) -> float:
        try:
            if not self._started:
                flying = tuple(self._in_hand)
                await self._jobs.run(lambda conn: deliveries.release_node(conn, self._node, flying))
                self._started = True
            await self._renew()
            await self._expire()
            pause = await self._refill()
        except SQLAlchemyError as error:
            self._failing.failed(error)
            return ERROR_PAUSE_S
        self._failing.works()
        return pause

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _refill(self) -> float:
        """Fill the stock if it is low; gives the seconds to wait for the next look, 0 for none."""
        if not self._alive():
            return POLL_S
        if self._clock() - self._claimed_at > LEASE / 2:
            self._give_back()
        if blocked := self._relay.blocked_for() or self._pacing.host_wait(self._clock()):
            return min(blocked, POLL_S)
        ready_to_go = len(self._shelf.stock) + self._bulk.waiting
        if ready_to_go >= LOW or (self._unloaded and ready_to_go):
            return POLL_S
        pause = 0.0 if self._unloaded else await self._claim()
        if not self._unloaded:
            return pause
        ready = self._copies.at_hand(self._unloaded)
        if ready is None:
            ready = await asyncio.to_thread(self._copies.load, self._unloaded)
        self._unloaded = ready.later
        self._in_hand.difference_update(ready.gone)
        self._ledger.fail(ready.gone)
        alone = self._bulk.sort(ready.stock, self._clock())
        if self._copies.signs:
            self._relay.poke(self.waiting())
            await self._sign(alone)
        else:
            self._shelf.add(alone)
            self._relay.poke(self.waiting())
        return pause

    async def _sign(self, loaded: list[tuple[OutboxItem, Loaded]]) -> None:
        """Make copies in a thread, a few at a time: the first ones go out while others are signed."""
        cuts = [0, *range(FIRST_SIGNED, len(loaded), SIGNED), len(loaded)]
        for begin, end in pairwise(cuts):
            part = loaded[begin:end]
            self._shelf.add(await asyncio.to_thread(self._copies.copies, part))
            self._relay.poke(self.waiting())

    async def _claim(self) -> float:
        """Claim what is due; gives the seconds until it is worth while to look again."""
        limit = (SHARED if self._bulk.flows else BATCH) if self.stock or self._more else FIRST
        self.looks += 1
        # What is there already was claimed earlier, and goes out first.
        if not self.stock:
            self._claimed_at = self._clock()
        found: Claim = await self._jobs.run(
            lambda conn: claim(self._db, conn, self._node, self._clock(), limit, self._last_fanout)
        )
        self._last_fanout, self._more = found.fanout, found.more
        # A session that hangs may hold a copy for longer than the lease: it is claimed again then.
        new = [item for item in found.items if item.id not in self._in_hand]
        self._unloaded = self._shelf.admit(new, self._clock())
        self._in_hand.update(item.id for item in new)
        self._write_put_off()
        return 0.0 if found.more else self._until(found.wakes_at)

    def _until(self, moment: datetime | None) -> float:
        if moment is None:
            return POLL_S
        return min(max((moment - self._clock()).total_seconds(), 0.05), POLL_S)

    def _give_back(self) -> None:
        """Release what was claimed and not begun."""
        held = self._shelf.clear() + self._bulk.clear() + self._unloaded
        self._in_hand.difference_update(item.id for item in held)
        self._ledger.release(held)
        self._unloaded = []

    def _write_put_off(self) -> None:
        """Write down which copies wait for their domain."""
        if later := self._shelf.put_off():
            self._in_hand.difference_update(one.id for one in later)
            self._ledger.put_off(later)

    async def _renew(self) -> None:
        """Go on holding what is in hand: other nodes take what was claimed a lease ago."""
        now, held = self._clock(), tuple(self._in_hand)
        if not held or now - self._renewed_at < LEASE / 4:
            return
        self._renewed_at = now
        until = now + LEASE
        await self._jobs.run(lambda conn: deliveries.renew(conn, self._node, held, until))

    async def _expire(self) -> None:
        """Give up what waited longer than a copy may, also where no session can be had. After a time
        in which nobody could send each copy has its turn first."""
        now, looked_at = self._clock(), self._looked_at
        self._looked_at = now
        if looked_at - now > BACK:
            self._pacing.forget_times(now)
        if now - looked_at > AWAY:
            self._expired_at = now + LONGEST_DELAY
        if now - self._expired_at < EXPIRY:
            return
        self._expired_at = now
        before = now - self._lifetime
        count = await self._jobs.run(lambda conn: deliveries.expire(conn, before, now))
        if count:
            log.warning("gave up %d deliveries after %s", count, self._lifetime)

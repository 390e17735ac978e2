"""The sender's shelf: copies in memory that are to go out next, each domain at its own pace.

What a domain has no room for stands aside, a few of each; the rest is put off in the database, so
that neither memory nor other domains' mail depends on how much waits for a slow one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime

from dgroup.deliveries import PutOff
from dgroup.model import OutboxItem
from dgroup.retry import Answer
from dgroup.sending.pacing import Blame, Pacing, domain_of
from dgroup.sending.pipeline import Copy
from dgroup.sending.stock import Loaded

ASIDE = 20
"""copies of one domain that may stand aside, once it is known to be slow"""
ASIDE_IN_ALL = 1000

Ready = tuple[OutboxItem, Loaded | Copy]
"""a copy that is signed is made already"""


class Shelf:
    """Copies in the order in which they came; `take` passes over those that may not go now."""

    def __init__(self, pacing: Pacing) -> None:
        self._pacing = pacing
        self.stock: deque[Ready] = deque()
        """what could be taken, as far as is known"""
        self._aside: dict[str, deque[Ready]] = {}
        self._standing = 0
        self.later: list[PutOff] = []
        """what was put off and is to be written down"""

    @property
    def held(self) -> int:
        """How many are in memory, those that stand aside included."""
        return len(self.stock) + self._standing

    def admit(self, items: Iterable[OutboxItem], now: datetime) -> list[OutboxItem]:
        """Give those of claimed items whose turn has come; the others are put off."""
        if self._pacing.is_calm(now):
            return list(items)
        admitted = []
        for item in items:
            had_turn = item.due is not None and item.due > item.created_at
            turn = self._pacing.admit(domain_of(item.recipient), now, had_turn=had_turn)
            if turn is None:
                admitted.append(item)
            else:
                self._postpone(item, turn)
        return admitted

    def _postpone(self, item: OutboxItem, turn: datetime) -> None:
        """No attempt, and nothing was said: only the moment changes."""
        self.later.append(PutOff(item.id, item.last_reply, turn, item.attempts))

    def put_off(self) -> list[PutOff]:
        """Give what was put off since the last call, to be written down."""
        done, self.later = self.later, []
        return done

    def add(self, ready: Sequence[Ready]) -> None:
        """Put copies at the end."""
        self.stock.extend(ready)

    def take(self, now: datetime) -> Ready | None:
        """Give the first copy that may go; it counts as in flight from now on."""
        while self.stock:
            ready = self.stock.popleft()
            item = ready[0]
            domain = domain_of(item.recipient)
            if self._pacing.begin(domain, item.id, now):
                return ready
            standing = self._aside.get(domain) or deque()
            full = len(standing) >= ASIDE and self._pacing.has_queue(domain, now)
            # A domain that rests has no copy in flight whose answer would bring back those aside.
            if full or self._standing >= ASIDE_IN_ALL or self._pacing.rests(domain, now):
                self._postpone(item, self._pacing.later(domain, now))
            else:
                standing.append(ready)
                self._aside[domain] = standing
                self._standing += 1
        return None

    def settle(self, item: OutboxItem, answer: Answer, now: datetime) -> tuple[Blame, bool]:
        """Learn from an outcome; gives what it was about, and whether copies that stood aside are
        back because of it."""
        found = self._pacing.settle(item.id, answer, now)
        if not self._standing:
            return found, False
        domain = domain_of(item.recipient)
        if domain in self._aside and self._pacing.rests(domain, now):
            for other, _ in self._unshelve(domain, ASIDE):
                self._postpone(other, self._pacing.later(domain, now))
        return found, self._return(domain, now)

    def _return(self, domain: str, now: datetime) -> bool:
        """Put back what may be tried again: of the domain that was answered as many as may go now,
        and one of each other (a slow one has room again, or the smarthost takes mail again)."""
        back = []
        untried = self._pacing.may_try(now)
        for name in list(self._aside):
            free = self._pacing.free(name)
            free = free if name == domain else min(free, 1)
            if not self._pacing.has_answered(name):
                free = min(free, untried)
                untried -= free
            if free:
                back += self._unshelve(name, free)
        self.stock.extendleft(reversed(back))
        return bool(back)

    def _unshelve(self, domain: str, most: int) -> list[Ready]:
        """Take copies of a domain that stand aside, those first that stand longest."""
        standing = self._aside[domain]
        taken = [standing.popleft() for _ in range(min(most, len(standing)))]
        self._standing -= len(taken)
        if not standing:
            del self._aside[domain]
        return taken

    def holds_up(self, items: Iterable[OutboxItem]) -> bool:
        """Whether a session that is busy with these should get nothing behind them."""
        slow = self._pacing.slow
        return bool(slow) and any(domain_of(item.recipient) in slow for item in items)

    def clear(self) -> list[OutboxItem]:
        """Give up all copies; gives their items."""
        held = [item for item, _ in self.stock]
        held += [item for standing in self._aside.values() for item, _ in standing]
        self.stock.clear()
        self._aside.clear()
        self._standing = 0
        return held

"""Bulk: posts of groups whose members share copies, waiting to go out many recipients at a time.

Only first tries to domains that nothing limits and nothing ails go in crates; all others get copies of
their own from the shelf, at their domain's pace.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from datetime import datetime

from dgroup.model import OutboxItem
from dgroup.sending.crates import Crate, Outcome, writable
from dgroup.sending.pacing import Pacing, domain_of
from dgroup.sending.pipeline import Copy
from dgroup.sending.sessions import SHARE
from dgroup.sending.stock import Loaded
from dgroup.sending.wire import Extensions

APART = 10_000
"""recipients that are remembered as having been in a crate that was not taken"""
LEAST = 2
"""recipients that make a crate"""
Ready = tuple[OutboxItem, Loaded]
MakeCopy = Callable[[OutboxItem, Loaded, bool], Copy]


class _Pile:
    """What waits of one mail."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.items: deque[OutboxItem] = deque()
        self.copies: dict[bool, Copy] = {}
        """with and without the recipients in the reverse-path: made, and signed, once"""


class Bulk:
    """Sorts what is to go out, makes crates of it, takes back what they did not deliver."""

    def __init__(self, pacing: Pacing, make: MakeCopy, most: int, at_once: int) -> None:
        """Crates of at most `most` recipients, in `at_once` sessions at a time."""
        self._pacing, self._make = pacing, make
        self._most, self._at_once = most, at_once
        self._piles: OrderedDict[int, _Pile] = OrderedDict()
        self._out: dict[int, _Pile] = {}
        """where crates under way came from, by their first recipient"""
        self._apart: set[int] = set()
        self.waiting = 0
        """recipients that no crate has taken yet"""
        self.flows = False
        """what came last is sent in crates"""

    def sort(self, ready: Sequence[Ready], now: datetime) -> list[Ready]:
        """Keep what may share a copy; gives the rest, for copies of their own."""
        self.flows = self._most >= LEAST and any(loaded.shared for _, loaded in ready)
        if not self.flows:
            return list(ready)
        known: dict[str, bool] = {}
        alone = []
        plain = writable([item.recipient for item, _ in ready])
        for one in ready:
            item, loaded = one
            domain = domain_of(item.recipient)
            if (shares := known.get(domain)) is None:
                shares = known[domain] = self._pacing.shares(domain, now)
            sendable = plain or writable([item.recipient])
            if loaded.shared and shares and sendable and self._is_first(item):
                self._pile(item.mail_id, loaded).items.append(item)
                self.waiting += 1
            else:
                alone.append(one)
        return alone

    def _is_first(self, item: OutboxItem) -> bool:
        return not item.attempts and item.id not in self._apart

    def _pile(self, mail_id: int, loaded: Loaded) -> _Pile:
        pile = self._piles.get(mail_id)
        if pile is None:
            pile = self._piles[mail_id] = _Pile(loaded)
        return pile

    @property
    def worth(self) -> int:
        """How many copies would be worth as many sessions."""
        return SHARE * min(-(-self.waiting // self._most), self._at_once)

    def wanted(self) -> bool:
        """Whether a crate waits that one more session may take."""
        return self.waiting > 0 and len(self._out) < self._at_once

    def take(self, offers: Extensions) -> Crate | None:
        """Give the next crate, of the mail that waits longest."""
        if not self.wanted():
            return None
        mail_id, pile = next(iter(self._piles.items()))
        most = min(self._most, offers.most_recipients or self._most, len(pile.items))
        items = [pile.items.popleft() for _ in range(most)]
        if not pile.items:
            del self._piles[mail_id]
        self.waiting -= len(items)
        copy = pile.copies.get(offers.xverp)
        if copy is None:
            copy = pile.copies[offers.xverp] = self._make(items[0], pile.loaded, offers.xverp)
        self._out[items[0].id] = pile
        return Crate(copy, items, verp=offers.xverp)

    def settle(self, crate: Crate, found: Outcome) -> list[Ready] | None:
        """Put back what did not fit; gives those that get a copy of their own. None where all was
        given back while the crate was under way: then what it did not deliver is given back, too."""
        if len(self._apart) > APART:
            self._apart.clear()
        self._apart.update(item.id for item in found.alone)
        pile = self._out.pop(crate.items[0].id, None)
        if pile is None:
            return None
        if found.left:
            again = self._piles.setdefault(found.left[0].mail_id, pile)
            again.items.extendleft(reversed(found.left))
            self.waiting += len(found.left)
        return [(item, pile.loaded) for item in found.alone]

    def clear(self) -> list[OutboxItem]:
        """Give up what waits; gives its items."""
        held = [item for pile in self._piles.values() for item in pile.items]
        self._piles.clear()
        self._out.clear()
        self.waiting = 0
        return held

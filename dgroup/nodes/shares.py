"""What part of the host's limits one of several senders may use, so that they hold for all together.

Pure: who is there, and when, is told. A part that grows counts a lease later, when the other senders
have seen the change too; one that shrinks counts at once.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from dgroup.limits import NOTHING, Limit, Limits


class Share(NamedTuple):
    """One of `of` senders, the one at `place` (from 0); `of` 0: none of them as yet."""

    place: int
    of: int

    def part(self, whole: Limit) -> Limit:
        """Give this sender's part of a limit. Fewer copies at once than senders: some get none."""
        if not whole.any:
            return whole
        if not self.of:
            return NOTHING._replace(together=whole.per_minute)
        at_once = whole.at_once // self.of + (self.place < whole.at_once % self.of)
        if whole.at_once and not at_once:
            return NOTHING._replace(together=whole.per_minute)
        return Limit(whole.per_minute / self.of, at_once, whole.per_minute)


WHOLE = Share(0, 1)
NONE = Share(0, 0)


class Shares:
    """Remembers what this sender's part was within the last lease."""

    def __init__(self, own: str, limits: Limits, lease_s: float) -> None:
        self._own, self._limits, self._lease = own, limits, lease_s
        self._now: Share | None = None
        self._ended: dict[Share, float] = {}
        """earlier ones, and when each ended"""

    def seen(self, senders: Collection[str], at: float) -> Limits:
        """Give the limits for this sender, which sees these (itself among them) at the second `at`."""
        names = sorted({*senders, self._own})
        now = Share(names.index(self._own), len(names))
        if self._now is None:
            # The others do not know of this one yet.
            self._now = now if now == WHOLE else NONE
        if self._now != now:
            self._ended[self._now] = at
            self._now = now
        self._ended = {one: end for one, end in self._ended.items() if at - end < self._lease}
        parts = {now, *self._ended}
        return tuple((domain, _least(whole, parts)) for domain, whole in self._limits)


def _least(whole: Limit, shares: Collection[Share]) -> Limit:
    parts = [share.part(whole) for share in shares]
    shut = next((part for part in parts if part.shut), None)
    if shut is not None:
        return shut
    return Limit(*map(min, zip(*parts, strict=True)))

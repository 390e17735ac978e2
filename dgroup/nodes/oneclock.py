"""One clock for all nodes: leases, turns and due times of one node are read by the others, so where a
machine's clock is wrong the node goes by that of the database server."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

log = logging.getLogger("dgroup.clock")

NOTICED = timedelta(seconds=2)
"""a difference that is set right; clocks that are kept by NTP differ by milliseconds"""
SURE = timedelta(seconds=1)
"""a question that took longer tells too little"""


class OneClock:
    """The machine's clock, set right by the server's. Called from any thread."""

    def __init__(self, own: Callable[[], datetime]) -> None:
        self._own = own
        self._off = timedelta(0)

    def __call__(self) -> datetime:
        """Give the moment."""
        now = self._own()
        return now + self._off if self._off else now

    def own(self) -> datetime:
        """Give the moment by the machine's clock, for `compare`."""
        return self._own()

    def compare(self, asked: datetime, theirs: datetime) -> None:
        """Learn what the server's clock said to a question that was asked at `asked` of our own."""
        now = self._own()
        took = now - asked
        if not timedelta(0) <= took <= SURE:
            return
        off = theirs - (asked + took / 2)
        if abs(off) < NOTICED:
            off = timedelta(0)
        elif abs(off - self._off) < NOTICED:
            return
        if off != self._off:
            log.warning("our clock differs from the database server's by %s: we go by theirs", -off)
        self._off = off

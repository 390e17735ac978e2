"""How much a listener takes on at a time: sessions, bytes of mail in memory, patience with a sender."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dgroup.model import Reply

FULL = Reply(421, "4.7.0", "Too many connections, please try again later")
FULL_FOR_YOU = Reply(421, "4.7.0", "Too many connections from your address, please try again later")


class Admission:
    """Counts live sessions, in all and from each address."""

    def __init__(self, total: int, per_ip: int) -> None:
        self._total = total
        self._per_ip = per_ip
        self._live: Counter[str] = Counter()

    def enter(self, ip: str, *, trusted: bool) -> Reply | None:
        """Count a session in and give None, or say why not. Our own front has no share to keep to."""
        if self._live.total() >= self._total:
            return FULL
        if not trusted and self._live[ip] >= self._per_ip:
            return FULL_FOR_YOU
        self._live[ip] += 1
        return None

    def leave(self, ip: str) -> None:
        """Count out a session that had been let in."""
        self._live[ip] -= 1
        if not self._live[ip]:
            del self._live[ip]


class ByteBudget:
    """Bounds how many bytes of big mails are in memory at once; who waits is served in turn."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._free = total
        self._turn = asyncio.Lock()
        self._freed = asyncio.Event()

    @asynccontextmanager
    async def room(self, size: int) -> AsyncIterator[None]:
        """Hold `size` bytes of the budget; what is larger than all of it waits to have it alone."""
        need = min(size, self._total)
        # Only the first in line waits for room: small mails cannot overtake a big one for ever.
        async with self._turn:
            while self._free < need:
                self._freed.clear()
                await self._freed.wait()
            self._free -= need
        try:
            yield
        finally:
            self._free += need
            self._freed.set()


def patience(elapsed: float, received: int, silence: float, min_rate: int) -> float:
    """Seconds to wait for the next bytes of a mail's text; not above 0: it came too slowly.

    `elapsed` seconds have brought `received` bytes. No pause may last longer than `silence`, and
    the whole not longer than `silence` beyond what `min_rate` bytes a second need (0: any rate).
    """
    if not min_rate:
        return silence
    return min(silence, silence + received / min_rate - elapsed)

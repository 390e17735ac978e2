"""A sender and what counts its refusals in a process of its own, for a test that kills it:
`run_refusals.py DATABASE PORT SECONDS`, the last one being the time between two looks.
"""

from __future__ import annotations

import asyncio
import sys

from archive.db import Database
from dgroup.config import Relay, relay_target
from dgroup.receiving import refusals
from dgroup.receiving.refusals import Refusals
from dgroup.sending.sender import Sender
from tests.dgroup.desk import DOMAIN, KEYRING, SITE, opened


async def main(url: str, port: str, seconds: str) -> None:
    """Send and count until killed."""
    db = Database(url)
    refusals.TICK_S = float(seconds)
    with opened(db, founded=True) as desk:
        sender = Sender(
            db,
            desk.writer,
            relay=Relay(connections=2, timeout_s=5),
            target=relay_target(f"smtp://127.0.0.1:{port}"),
            password="",
            hostname=DOMAIN,
            keyring=KEYRING,
            site=SITE,
            clock=lambda: desk.now,
        )
        counting = Refusals(db, desk.writer, KEYRING, SITE, lambda: desk.now)
        await asyncio.gather(sender.run(), counting.run(desk.intake.accept))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

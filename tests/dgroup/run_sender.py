"""A sender in a process of its own, for tests that kill it: `run_sender.py DATABASE PORT`."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime

from archive.db import Database
from dgroup.config import Relay, relay_target
from dgroup.sending.sender import Sender
from dgroup.tokens import Keyring
from dgroup.writer import Writer
from tests.dgroup.office import DOMAIN, SITE

CONNECTIONS = 4
RECIPIENTS = 50


async def main(url: str, port: str) -> None:
    """Send until killed."""
    db = Database(url)
    sender = Sender(
        db,
        Writer(db),
        relay=Relay(connections=CONNECTIONS, timeout_s=5, recipients_per_transaction=RECIPIENTS),
        target=relay_target(f"smtp://127.0.0.1:{port}"),
        password="",
        hostname=DOMAIN,
        keyring=Keyring(((1, b"a secret for tests of 32 bytes !!"),)),
        site=SITE,
        clock=lambda: datetime.now(UTC),
    )
    await sender.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

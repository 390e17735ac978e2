"""A real Postfix in front of our listener: fates of several recipients, the real client, a big mail."""

from __future__ import annotations

import asyncio
import re
import smtplib
from dataclasses import replace

import pytest

from dgroup.model import Reply
from tests.dgroup.smtp_talk import FRONT, Keeper, serving
from tests.real.parts import mx_front, wait_until

NAMES = ("open", "shut", "held")


def _send(port: int, text: bytes, *names: str) -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="far.test", timeout=30) as client:
        client.sendmail("ann@far.test", [f"{name}@lists.test" for name in names], text)


def _fates(log: str) -> list[str]:
    """What the front noted for each recipient in the end: sent, bounced, deferred or nothing yet."""
    found = [re.findall(rf"to=<{name}@lists\.test>.* status=(\w+)", log) for name in NAMES]
    return [states[-1] if states else "" for states in found]


@pytest.mark.parametrize("protocol", ["smtp", "lmtp"])
async def test_a_front_delivers_with_all_it_knows(protocol: str) -> None:
    keeper = Keeper(
        answers={
            "shut@lists.test": Reply(550, "5.7.1", "Members only"),
            "held@lists.test": Reply(250, "2.0.0", "Held"),
        }
    )
    config = replace(FRONT, protocol=protocol, max_size=40_000_000)
    async with serving(keeper, config) as (_, port):
        with mx_front("lists.test", port, protocol) as front:
            await asyncio.to_thread(
                _send, front.port, b"Subject: hello\r\n\r\n.A text.\r\n", *NAMES
            )
            await asyncio.to_thread(
                wait_until, lambda: all(_fates(front.log())), "the front to have delivered"
            )
            fates = _fates(front.log())
            big = b"Subject: big\r\n\r\n" + b"x" * 70 + b"\r\n" * 300_000 + b"end\r\n"
            await asyncio.to_thread(_send, front.port, big, "open")
            await asyncio.to_thread(wait_until, lambda: len(keeper.kept) == 2, "the big mail")
    # SMTP has one answer for all three, and 250 wins; LMTP has one for each
    assert fates == ["sent", "bounced" if protocol == "lmtp" else "sent", "sent"]
    first, second = keeper.kept
    assert sorted(first.rcpt) == sorted(f"{name}@lists.test" for name in NAMES)
    assert (first.mail_from, first.peer, first.helo) == ("ann@far.test", "127.0.0.1", "far.test")
    assert first.trusted_front
    assert first.raw.endswith(b"\r\n\r\n.A text.\r\n")
    assert second.raw.endswith(big[-100_000:])

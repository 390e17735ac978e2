"""The transport for large providers of docs/operate.md, in a real Postfix: what is slow for one domain
holds up no other."""

from __future__ import annotations

import asyncio
import re
import smtplib

import pytest

from tests.dgroup.faulty_smtp import faulty_smtp, until
from tests.real.mailhost import OPERATE
from tests.real.parts import Postfix, postfix

MAIL = b"Subject: wells\r\n\r\nHow deep?\r\n"
COUNT = 4

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postfix")]


def documented() -> tuple[str, dict[str, str]]:
    """The line of master.cf and the settings of main.cf."""
    text = OPERATE.read_text("utf-8")
    service = re.search(r"In `master\.cf`:\n```\n(slow .*?\n)```", text)
    settings = re.search(r"```slow\n(.*?)```", text, re.DOTALL)
    assert service is not None
    assert settings is not None
    lines = [line for line in settings[1].splitlines() if not line.startswith("#")]
    return service[1], {
        key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)
    }


def hand_over(server: Postfix) -> None:
    with smtplib.SMTP("127.0.0.1", server.port, "lists.test", timeout=30) as client:
        for domain in ("gmail.com", "homes.test"):
            for number in range(COUNT):
                client.sendmail("x@lists.test", f"m{number}@{domain}", MAIL)


async def test_others_do_not_wait_for_a_slow_provider() -> None:
    service, settings = documented()
    async with faulty_smtp() as world:
        hop = f"[127.0.0.1]:{world.port}"
        settings |= {
            "mynetworks": "127.0.0.0/8",
            "smtpd_relay_restrictions": "permit_mynetworks, reject",
            "transport_maps": f"inline:{{ {{ gmail.com = slow:{hop} }} {{ homes.test = smtp:{hop} }} }}",
            # As documented but for this: the order is to be beyond doubt.
            "slow_destination_rate_delay": "3s",
        }
        with postfix("slow", settings, services=service) as server:
            await asyncio.to_thread(hand_over, server)
            await until(lambda: len(world.ledger) == 2 * COUNT, 60)
        order = [one.recipient.rpartition("@")[2] for one in world.ledger]
    third = [at for at, domain in enumerate(order) if domain == "gmail.com"][2]
    assert order[:third].count("homes.test") == COUNT

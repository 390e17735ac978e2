"""The recipient verification of docs/operate.md with a real Postfix: it never accepts what we would
refuse, and its questions leave nothing behind."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Table, func, select

from archive.tables import mails
from dgroup.groups import NewGroup
from dgroup.tables import audit, codes, deliveries, holds, letter_log, outbox_mails, quarantine
from tests.real.installation import DOMAIN, Installation, Someone, installation
from tests.real.mailhost import AUTHSERV_ID, WORLD, mail_server
from tests.real.parts import Postfix, free_port, wait_until

TRACES: tuple[Table, ...] = (
    audit, codes, deliveries, holds, letter_log, mails, outbox_mails, quarantine,
)  # fmt: skip
OURS = (
    "water", "WATER", "water-join", "join.water", "water-owner", "water+leave",
    "water-bounces+a2b3c4d5e6f7", "water+re-abcdefgh234567ab", "water-confirm", "postmaster", "abuse",
)  # fmt: skip
FOREIGN = ("fire", "water-nothing", "wather", "water.join.more", "x+y", "root")
SOON = {"address_verify_negative_refresh_time": "1s", "address_verify_negative_expire_time": "1s"}

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postfix")]


@contextmanager
def host(folder: Path, protocol: str) -> Iterator[tuple[Postfix, Installation]]:
    """Postfix as documented, but that it asks again soon, and dgroup behind it."""
    port = free_port()
    listener = {
        "port": port,
        "protocol": protocol,
        "trusted_fronts": ["127.0.0.1/32"],
        "authserv_id": AUTHSERV_ID,
    }
    with (
        mail_server(port, protocol, [], changes=SOON) as server,
        installation(folder, f"smtp://127.0.0.1:{server.port}", {"listener": listener}) as place,
    ):
        place.group(NewGroup("water", "Water and wells"), [Someone("ama@homes.test", "Ama")])
        yield server, place


def rcpt(server: Postfix, name: str, sender: str = "x@far.test") -> tuple[int, str]:
    """Ask the mail server, as a stranger's host, whether it takes mail for an address of ours."""
    with smtplib.SMTP(
        "127.0.0.1", server.port, "far.test", timeout=60, source_address=(WORLD, 0)
    ) as client:
        client.ehlo()
        client.mail(sender)
        code, text = client.rcpt(name if "@" in name else f"{name}@{DOMAIN}")
        client.rset()
    return code, text.decode()


def every(server: Postfix, names: Sequence[str]) -> list[tuple[int, str]]:
    """The same for many at once: each first question takes Postfix a second."""
    with ThreadPoolExecutor(len(names)) as clients:
        return list(clients.map(lambda name: rcpt(server, name), names))


def traces(place: Installation) -> dict[str, int]:
    """How many rows the tables have that a mail leaves something in."""
    with place.database() as db, db.read() as conn:
        return {
            table.name: conn.execute(select(func.count()).select_from(table)).scalar_one()
            for table in TRACES
        }


@pytest.mark.parametrize("protocol", ["lmtp", "smtp"])
def test_postfix_asks_us_and_we_remember_nothing(tmp_path: Path, protocol: str) -> None:
    with host(tmp_path, protocol) as (server, place):
        with place.serving():
            before = traces(place)
            taken = every(server, OURS)
            assert [code for code, _ in taken] == [250] * len(OURS), taken
            refused = every(server, FOREIGN)
            assert [code for code, _ in refused] == [550] * len(FOREIGN), refused
            assert all("No such group here" in text for _, text in refused)
            assert rcpt(server, f"water@other.{DOMAIN}")[0] in {454, 550, 554}
            # A question in the name of a member, or of nobody, is a question still.
            assert rcpt(server, "water-leave", sender="ama@homes.test")[0] == 250
            assert rcpt(server, "water-join", sender="")[0] == 250
            # A group made now is found as soon as the last no is old.
            place.group(NewGroup("fire", "Fire"))
            wait_until(lambda: rcpt(server, "fire")[0] == 250, "the new group at Postfix")
            assert traces(place) == before
        # With nobody to ask, the client is told to come again: nothing is lost or refused for good.
        wait_until(lambda: rcpt(server, "stone")[0] == 450, "450 while dgroup is away")
        assert "Traceback" not in place.log()
        assert not server.queue()

"""The mail server of docs/operate.md: one Postfix in front of dgroup and behind it, with the lines that
stand there, and mailboxes for the members of a test."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.real.installation import DOMAIN, Installation, Sections, installation
from tests.real.parts import Postfix, free_port, postfix

OPERATE = Path(__file__).resolve().parents[2] / "docs" / "operate.md"
WORLD = "127.0.0.2"
"""a client from here is a stranger to Postfix: only 127.0.0.1 is at home"""
AUTHSERV_ID = "mx.example.org"
_MAIN_CF = re.compile(r"In `main\.cf`:\n```\n(.*?)```", re.DOTALL)


def documented() -> dict[str, str]:
    """The settings that docs/operate.md tells a host to put into main.cf."""
    found = _MAIN_CF.search(OPERATE.read_text("utf-8"))
    assert found is not None, f"{OPERATE} shows no main.cf"
    lines = [line for line in found[1].splitlines() if not line.startswith("#")]
    return {key.strip(): value.strip() for key, _, value in (x.partition("=") for x in lines)}


@contextmanager
def mail_server(
    port: int,
    protocol: str,
    boxes: Sequence[str],
    gone: Sequence[str] = (),
    changes: Mapping[str, str] | None = None,
) -> Iterator[Postfix]:
    """Run it in front of dgroup on `port`; mail to `gone` is accepted and comes back with a report.
    `changes` win over the documented settings."""
    settings = documented()
    hop = f"lmtp:inet:127.0.0.1:{port}" if protocol == "lmtp" else f"smtp:[127.0.0.1]:{port}"
    hops = " ".join(f"{{ {address} = gone: }}" for address in gone)
    settings |= {
        "relay_domains": DOMAIN,
        "transport_maps": f"inline:{{ {{ {DOMAIN} = {hop} }} {hops} }}",
        # Everybody comes by loopback here, and a test cannot wait as long as a client.
        "mynetworks": "127.0.0.1/32",
        "address_verify_poll_count": "20",
        "address_verify_poll_delay": "1s",
    }
    settings |= changes or {}
    if protocol == "smtp":
        settings["smtp_send_xforward_command"] = settings.pop("lmtp_send_xforward_command")
    with postfix("host", settings, [*boxes, *gone]) as server:
        yield server


@contextmanager
def mail_host(
    folder: Path,
    protocol: str,
    boxes: Sequence[str],
    gone: Sequence[str] = (),
    changes: Sections | None = None,
    front: Mapping[str, str] | None = None,
) -> Iterator[tuple[Postfix, Installation]]:
    """The mail server and an installation of dgroup, each knowing the other; `front` are settings of
    the mail server that win over the documented ones."""
    port = free_port()
    listener = {
        "port": port,
        "protocol": protocol,
        "trusted_fronts": ["127.0.0.1/32"],
        "authserv_id": AUTHSERV_ID,
    }
    with mail_server(port, protocol, boxes, gone, front) as server:
        sections = {**(changes or {}), "listener": listener}
        with installation(folder, f"smtp://127.0.0.1:{server.port}", sections) as place:
            yield server, place


def send(
    server: Postfix, sender: str, recipients: str | Sequence[str], raw: bytes, at: str = WORLD
) -> None:
    """Hand a mail to the mail server as a stranger's host does, unless `at` is another address."""
    with smtplib.SMTP(
        "127.0.0.1",
        server.port,
        local_hostname="far.test",
        timeout=30,
        source_address=(at, 0),
    ) as client:
        client.sendmail(sender, recipients, raw, ["BODY=8BITMIME"])

"""`dgroup doctor` as a process against real parts: a name server, a smarthost, a running service behind https."""

from __future__ import annotations

import asyncio
import http.client
import http.server
import json
import os
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dns.rdata
import pytest
from dns.rdtypes.txtbase import TXTBase

from dgroup.authentication import dkimkeys
from dgroup.groups import NewGroup
from tests.dgroup.faulty_smtp import OFFERS, certificate, faulty_smtp
from tests.real.installation import DOMAIN, Installation, Sections, Someone, installation
from tests.real.nameserver import NameServer, Zone, name_server
from tests.real.parts import free_port, smarthost

OURS = "192.0.2.10"
HOSTNAME = f"mx.{DOMAIN}"
ZONE: Zone = {
    (DOMAIN, "MX"): [f"10 {HOSTNAME}"],
    (DOMAIN, "TXT"): [f"v=spf1 ip4:{OURS} -all"],
    (HOSTNAME, "A"): [OURS],
    ("10.2.0.192.in-addr.arpa", "PTR"): [HOSTNAME],
    (f"_dmarc.{DOMAIN}", "TXT"): ["v=DMARC1; p=reject"],
}
KEY_NAME = f"dgroup._domainkey.{DOMAIN}"
GROUP = NewGroup("water", "Water and wells")

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("doctor")]


class Answer:
    """What the process said."""

    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        assert not done.stderr, done.stderr
        self.code, self.text = done.returncode, done.stdout

    @property
    def findings(self) -> dict[str, tuple[str, str]]:
        """Level and text by check, of `--json`; the worst where there are several."""
        found: dict[str, tuple[str, str]] = {}
        for one in json.loads(self.text)["findings"]:
            if one["check"] not in found or found[one["check"]][0] == "ok":
                found[one["check"]] = (one["level"], one["text"])
        return found


def doctor(place: Installation, *words: str, trust: Path | None = None) -> Answer:
    """Run it as a host does."""
    program = Path(sys.executable).with_name("dgroup")
    env = os.environ | ({"SSL_CERT_FILE": str(trust)} if trust else {})
    command: list[str | Path] = [program, "--config", place.settings, "doctor", *words]
    return Answer(
        subprocess.run(command, check=False, capture_output=True, text=True, timeout=60, env=env)
    )


@contextmanager
def by_https(port: int, serving: ssl.SSLContext) -> Iterator[int]:
    """A web server with a certificate that passes everything on to dgroup."""

    class Passing(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wire = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            wire.request("GET", self.path)
            answer = wire.getresponse()
            page = answer.read()
            wire.close()
            self.send_response(answer.status)
            for name in ("X-Robots-Tag", "Content-Type"):
                self.send_header(name, answer.getheader(name, ""))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *words: Any) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Passing)
    server.socket = serving.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def sections(names: NameServer, **more: Mapping[str, object]) -> Sections:
    """Settings that ask the name server of the test."""
    return {
        "auth": {"verify": False, "dns_servers": [names.address]},
        "listener": {"hostname": HOSTNAME},
        **more,
    }


async def test_a_host_in_order_hears_only_good(tmp_path: Path) -> None:
    serving, _ = certificate(tmp_path)
    web_port = free_port()
    key = dkimkeys.make(tmp_path / "dkim.pem")
    zone = {**ZONE, (KEY_NAME, "TXT"): [dkimkeys.record(key)]}
    async with faulty_smtp(tls=serving) as far:
        with name_server(zone) as names, by_https(web_port, serving) as https:
            changes = sections(
                names,
                site={"base_url": f"https://localhost:{https}", "contact": "host@far.test"},
                web={"port": web_port},
                relay={"url": f"smtp://localhost:{far.port}", "tls": "opportunistic"},
                dkim={"key_file": str(tmp_path / "dkim.pem")},
            )
            with installation(tmp_path, "maildir:x", changes) as place:
                place.group(GROUP, [Someone("ama@far.test", "Ama")])
                said = await asyncio.to_thread(_served, place, tmp_path / "cert.pem")
    wrong = {one: told for one, told in said.findings.items() if told[0] == "wrong"}
    assert (said.code, wrong) == (0, {})
    assert said.findings["dkim"] == ("ok", f"DKIM: the key at {KEY_NAME} is ours")
    assert said.findings["tls"][0] == "look"  # the certificate of the test ends tomorrow
    assert "looking at it takes nobody out" in said.findings["one-click"][1]
    assert said.findings["service"] == ("ok", "dgroup serve is at work")
    assert (far.ledger, far.seen["rset"]) == ([], 1)  # asked, and nothing sent


def _served(place: Installation, trust: Path) -> Answer:
    with place.serving():
        return doctor(place, "--json", "--address", OURS, trust=trust)


def test_a_host_in_disorder_is_told_each_line_for_the_zone(tmp_path: Path) -> None:
    zone = {(DOMAIN, "TXT"): ["v=spf1 ip4:198.51.100.1 -all"], (DOMAIN, "MX"): ["0 ."]}
    dkimkeys.make(tmp_path / "dkim.pem")
    with name_server(zone) as names:
        changes = sections(
            names,
            relay={"url": f"smtp://127.0.0.1:{free_port()}", "tls": "none"},
            dkim={"key_file": str(tmp_path / "dkim.pem")},
        )
        with installation(tmp_path, "maildir:x", changes) as place:
            said = doctor(place, "--address", OURS)
    assert said.code == 1
    lines = [line.strip() for line in said.text.splitlines()]
    key = dkimkeys.read(tmp_path / "dkim.pem")
    for line in (
        f"{DOMAIN}. IN MX 10 {HOSTNAME}.",
        f'{DOMAIN}. IN TXT "v=spf1 ip4:{OURS} ip4:198.51.100.1 -all"',
        dkimkeys.zone_line("dgroup", DOMAIN, dkimkeys.record(key)),
        f'_dmarc.{DOMAIN}. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@{DOMAIN}"',
        f"10.2.0.192.in-addr.arpa. IN PTR {HOSTNAME}.",
    ):
        assert line in lines
    assert "Connection refused" in said.text
    told = " ".join(said.text.split())
    assert "Gmail refuses our mail: neither SPF nor DKIM vouches for it, 550 5.7.26" in told


def test_what_it_says_can_be_put_into_the_zone_and_then_all_is_well(tmp_path: Path) -> None:
    """The cure is taken as it is printed, by a reader of zone files."""
    dkimkeys.make(tmp_path / "dkim.pem")
    more = {"dkim": {"key_file": str(tmp_path / "dkim.pem")}}
    with (
        name_server({(HOSTNAME, "A"): [OURS]}) as names,
        installation(tmp_path, "maildir:x", sections(names, **more)) as place,
    ):
        before = json.loads(doctor(place, "--json", "--address", OURS).text)["findings"]
    lines = [line for one in before for line in one["zone"]]
    assert len(lines) == 5
    other = tmp_path / "after"
    other.mkdir()
    with (
        name_server({(HOSTNAME, "A"): [OURS], **_zone_of(lines)}) as names,
        installation(other, "maildir:x", sections(names, **more)) as place,
    ):
        after = doctor(place, "--json", "--address", OURS).findings
    assert {after[one][0] for one in ("mx", "spf", "dkim", "dmarc", "ptr")} == {"ok"}


def _zone_of(lines: list[str]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for line in lines:
        name, _, kind, value = line.split(" ", 3)
        record = dns.rdata.from_text("IN", kind, value.strip("() "))
        text = record.to_text().rstrip(".")
        if isinstance(record, TXTBase):
            text = b"".join(record.strings).decode("latin-1")
        found[name.rstrip("."), kind] = [text]
    return found


def test_name_servers_that_do_not_answer_cost_five_seconds(tmp_path: Path) -> None:
    mute = [DOMAIN, HOSTNAME, f"_dmarc.{DOMAIN}", "10.2.0.192.in-addr.arpa", "_dmarc.test"]
    with (
        name_server(ZONE, mute=mute) as names,
        installation(tmp_path, "maildir:x", sections(names)) as place,
    ):
        begun = time.monotonic()
        said = doctor(place, "--json", "--address", OURS)
        spent = time.monotonic() - begun
    assert {said.findings[one][0] for one in ("mx", "spf", "dmarc", "ptr")} == {"look"}
    assert spent < 30  # five, and a start on a machine that others use too


async def test_a_smarthost_that_offers_little(tmp_path: Path) -> None:
    few = tuple(one for one in OFFERS if one not in {"SMTPUTF8", "SIZE 50000000"})
    async with faulty_smtp(offers=(*few, "SIZE 1000000")) as far:
        with name_server(ZONE) as names:
            changes = sections(
                names, relay={"url": f"smtp://127.0.0.1:{far.port}", "tls": "required"}
            )
            with installation(tmp_path, "maildir:x", changes) as place:
                said = await asyncio.to_thread(doctor, place, "--json", "--address", OURS)
    assert said.code == 1
    assert said.findings["tls"][0] == "wrong"
    assert said.findings["size"][0] == said.findings["smtputf8"][0] == "look"


def test_a_real_postfix_is_a_good_smarthost(tmp_path: Path) -> None:
    with smarthost(["ama@far.test"]) as server, name_server(ZONE) as names:
        changes = sections(names, relay={"url": f"smtp://127.0.0.1:{server.port}", "tls": "none"})
        with installation(tmp_path, "maildir:x", changes) as place:
            said = doctor(place, "--json", "--address", OURS).findings
    assert said["relay"][0] == "ok"
    assert not {"8bitmime", "pipelining"} & set(said)

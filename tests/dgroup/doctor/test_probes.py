"""The doctor at a smarthost, at web pages and at certificates, each a real one on the loopback."""

from __future__ import annotations

import asyncio
import http.server
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dgroup.config import Config, parse
from dgroup.doctor import probes as doctor_probes
from dgroup.doctor.checkup import Smarthost, Web
from tests.dgroup.faulty_smtp import DROP, HANG, OFFERS, Rule, certificate, faulty_smtp
from tests.dgroup.sending.test_sender_patience import endless
from tests.parts import free_port

PASSWORD = '\nusername = "u"\npassword_env = "P"'


def config_of(port: int, more: str = 'tls = "opportunistic"', scheme: str = "smtp") -> Config:
    return parse(f'[relay]\nurl = "{scheme}://localhost:{port}"\n{more}\n')


def replace_contact(config: Config) -> Config:
    return replace(config, site=replace(config.site, contact="host@example.org"))


def reply(kind: str, text: str) -> Rule:
    return lambda step: text if step.kind == kind else ""


async def knocked(config: Config) -> Smarthost:
    return await asyncio.to_thread(doctor_probes.smarthost, config, datetime.now(UTC))


async def test_what_a_smarthost_offers_is_found() -> None:
    async with faulty_smtp() as server:
        found = await knocked(config_of(server.port))
    assert (found.near, found.problem, found.size, found.secure) == (True, "", 50_000_000, False)
    assert found.offers >= {"SMTPUTF8", "8BITMIME", "PIPELINING"}
    assert (found.refusal, server.ledger, server.lines[-1].upper()) == ("", [], "RSET")


@pytest.mark.parametrize(
    ("kind", "said"),
    [("mail", "553 5.7.1 not your domain"), ("rcpt", "554 5.7.1 relay access denied")],
)
async def test_a_smarthost_that_does_not_take_our_mail(kind: str, said: str) -> None:
    """It is asked by an envelope that is taken back."""
    async with faulty_smtp(reply(kind, said)) as server:
        found = await knocked(replace_contact(config_of(server.port)))
    assert (found.refusal, server.seen["rset"], server.ledger) == (said, 1, [])


async def test_a_certificate_that_nobody_vouches_for_is_told(tmp_path: Path) -> None:
    serving, _ = certificate(tmp_path)
    async with faulty_smtp(tls=serving) as server:
        found = await knocked(config_of(server.port, 'tls = "required"'))
    assert (found.problem, found.secure, found.certificate) == ("", True, "self-signed certificate")


async def test_a_good_certificate_and_its_days(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving, _ = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    async with faulty_smtp(tls=serving) as server:
        found = await knocked(config_of(server.port))
    assert (found.secure, found.certificate, found.days_left) == (True, "", 0)


async def test_a_wrong_password_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    serving, _ = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    rule = reply("auth", "535 5.7.8 bad credentials")
    async with faulty_smtp(rule, (*OFFERS, "AUTH PLAIN"), serving) as server:
        found = await knocked(config_of(server.port, PASSWORD))
    assert (found.problem, found.login) == ("", "535 5.7.8 bad credentials")


async def test_no_password_goes_out_in_clear() -> None:
    async with faulty_smtp(offers=(*OFFERS, "AUTH PLAIN")) as server:
        found = await knocked(config_of(server.port, PASSWORD))
    assert "not sent in clear" in found.login
    assert "auth" not in server.seen


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (reply("greeting", "554 5.7.1 not you"), "554 5.7.1 not you"),
        (reply("greeting", DROP), "closed"),
        (reply("ehlo", "421 4.3.2 closing"), "421 4.3.2 closing"),
        (reply("greeting", "what?"), "it does not speak SMTP"),
    ],
)
async def test_a_smarthost_that_does_not_want_us(rule: Rule, said: str) -> None:
    async with faulty_smtp(rule) as server:
        found = await knocked(config_of(server.port))
    assert said in found.problem


async def test_a_smarthost_that_hangs_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_probes, "TIMEOUT_S", 0.2)
    async with faulty_smtp(reply("ehlo", HANG)) as server:
        found = await knocked(config_of(server.port))
    assert "timed out" in found.problem


async def test_a_smarthost_whose_answer_does_not_end_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doctor_probes, "LONGEST_S", 0.5)
    async with asyncio.timeout(10), endless(0.05, b"EHLO") as port:
        found = await knocked(config_of(port))
    assert found == Smarthost(near=True, problem="its answers do not end within 0 s")


def test_nobody_listens() -> None:
    found = doctor_probes.smarthost(config_of(free_port()), datetime.now(UTC))
    assert found.problem == "Connection refused"


# --- Pages ------------------------------------------------------------------------------------


class Pages(http.server.BaseHTTPRequestHandler):
    """Answers by the path."""

    def do_GET(self) -> None:
        robots = "noindex, nofollow" if "known" in self.path else "all"
        status = 301 if "moved" in self.path else 200 if "known" in self.path else 404
        status = 404 if "unknown" in self.path else status
        self.send_response(status)
        self.send_header("X-Robots-Tag", robots)
        if status == 301:
            self.send_header("Location", "https://elsewhere.example/")
        self.end_headers()
        if status == 200:
            self.wfile.write(b'<input type="hidden" name="List-Unsubscribe" value="One-Click">')

    def log_message(self, *words: object) -> None:
        """Say nothing."""


@contextmanager
def pages(tls: ssl.SSLContext | None = None) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"{'https' if tls else 'http'}://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def test_what_a_leave_link_answers() -> None:
    def seen(path: str) -> Web:
        return doctor_probes.leave_page(f"{base}/_/leave/{path}", datetime.now(UTC))

    with pages() as base:
        known, unknown, moved, other = seen("known"), seen("unknown"), seen("moved"), seen("x")
    assert (known.status, known.ours) == (200, True)
    assert (unknown.status, unknown.ours) == (404, True)
    assert (moved.status, moved.location, moved.ours) == (301, "https://elsewhere.example/", False)
    assert (other.status, other.ours) == (404, False)
    assert known.ahead_s is not None
    assert abs(known.ahead_s) < 30


def test_pages_with_a_certificate_that_nobody_vouches_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving, _ = certificate(tmp_path)
    with pages(serving) as base:
        link = f"{base}/_/leave/known"
        assert "self-signed" in doctor_probes.leave_page(link, datetime.now(UTC)).problem
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        assert doctor_probes.leave_page(link, datetime.now(UTC)).ours


# --- Certificates -----------------------------------------------------------------------------


def listening(tmp_path: Path, name: str = "cert.pem") -> Config:
    path = tmp_path / name
    return parse(f'[listener]\ntls_cert = "{path}"\ntls_key = "{path}"\n')


def test_the_listeners_certificate_is_read(tmp_path: Path) -> None:
    certificate(tmp_path, "mx.example.org")
    found = doctor_probes.certificate(listening(tmp_path))
    assert found is not None
    assert (found.problem, found.names) == ("", ("mx.example.org",))
    assert found.until is not None


def test_a_certificate_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "junk.pem").write_text("junk")
    for name in ("absent.pem", "junk.pem"):
        found = doctor_probes.certificate(listening(tmp_path, name))
        assert found is not None
        assert found.problem
    assert doctor_probes.certificate(parse("")) is None

"""The real parts work: each is started, used once and stopped."""

from __future__ import annotations

import smtplib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from playwright.sync_api import Browser
from sqlalchemy import create_engine, text

from tests.real.parts import (
    Postfix,
    Postgres,
    free_port,
    mx_front,
    page_at,
    program,
    scrolls_sideways,
    served,
    smarthost,
    violations,
    wait_until,
)


def test_postgres_gives_an_empty_database(pg_url: str) -> None:
    engine = create_engine(pg_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (id integer)"))
        assert connection.execute(text("SELECT count(*) FROM t")).scalar_one() == 0
    engine.dispose()


def _fill(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE filled (id integer)"))
    engine.dispose()


def test_postgres_copies_a_template_made_once(postgres: Postgres) -> None:
    name = postgres.template("parts_test", _fill)
    assert postgres.template("parts_test", _fill) == name
    with postgres.database(name) as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM filled")).scalar_one() == 0
        engine.dispose()


class _Listener:
    """Takes mail for one address and refuses every other, as ours does."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []

    async def handle_RCPT(  # noqa: N802  # the library's hook
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address != "here@lists.test":
            return "550 5.1.1 No such group"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(  # noqa: N802  # the library's hook
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.taken.append(envelope)
        return "250 2.0.0 Kept"


@contextmanager
def _listening() -> Iterator[tuple[_Listener, int]]:
    handler = _Listener()
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port, server_hostname="lists.test")
    controller.start()
    try:
        yield handler, port
    finally:
        controller.stop()


def _send(port: int, recipient: str, sender: str = "ann@far.test") -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="far.test", timeout=20) as client:
        client.sendmail(sender, [recipient], b"Subject: hello\r\n\r\nA text.\r\n")


def test_a_front_hands_mail_to_a_listener() -> None:
    with _listening() as (handler, port), mx_front("lists.test", port) as front:
        _send(front.port, "here@lists.test")
        wait_until(lambda: len(handler.taken) == 1, "the mail from the front")
        assert handler.taken[0].mail_from == "ann@far.test"
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            _send(front.port, "someone@elsewhere.example")


def test_a_front_that_verifies_refuses_whom_the_listener_refuses() -> None:
    with _listening() as (handler, port), mx_front("lists.test", port, verify=True) as front:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            _send(front.port, "gone@lists.test")
        assert refused.value.recipients["gone@lists.test"][0] == 550
        _send(front.port, "here@lists.test")
        wait_until(lambda: len(handler.taken) == 1, "the mail from the front")


def test_a_smarthost_fills_maildirs_and_refuses_strangers() -> None:
    with smarthost(["bob@b.test", "eva@e.test"]) as relay:
        swaks = [str(program("swaks", "swaks")), "--server", f"127.0.0.1:{relay.port}"]
        words = ["--from", "ann@far.test", "--to", "bob@b.test,eva@e.test", "--silent", "2"]
        subprocess.run([*swaks, "--helo", "x.test", *words], check=True)
        assert relay.wait_for("bob@b.test", 1)[0]["Delivered-To"] == "bob@b.test"
        assert len(relay.wait_for("eva@e.test", 1)) == 1
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            _send(relay.port, "nobody@b.test")
        _wait_for_empty_queue(relay)


def _wait_for_empty_queue(relay: Postfix) -> None:
    wait_until(lambda: relay.queue() == [], "an empty queue")


def test_a_smarthost_sends_bounces_back_to_the_listener() -> None:
    with (
        _listening() as (handler, port),
        smarthost(["bob@b.test"], ("lists.test", port), bouncing=["gone@b.test"]) as relay,
    ):
        _send(relay.port, "gone@b.test", sender="here@lists.test")
        wait_until(lambda: bool(handler.taken), "the bounce")
        assert handler.taken[0].mail_from in {"", "<>"}
        assert "5.1.1" in str(handler.taken[0].content)


_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Hello</title></head>
<body><main><h1>Hello</h1>{}<p>A page.</p></main></body></html>"""


@pytest.mark.parametrize("width", [390, 1280])
def test_chromium_opens_a_page_and_axe_passes_it(
    tmp_path: Path, browser: Browser, width: int
) -> None:
    (tmp_path / "index.html").write_text(_PAGE.format(""), "utf-8")
    with served(tmp_path) as base, page_at(browser, f"{base}/index.html", width) as page:
        assert page.title() == "Hello"
        assert violations(page) == []
        assert not scrolls_sideways(page)


def test_axe_finds_a_picture_without_words(tmp_path: Path, browser: Browser) -> None:
    bad = '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="><p style="width:200vw">Wide</p>'
    (tmp_path / "bad.html").write_text(_PAGE.format(bad), "utf-8")
    with served(tmp_path) as base, page_at(browser, f"{base}/bad.html") as page:
        assert any(line.startswith("image-alt") for line in violations(page))
        assert scrolls_sideways(page)

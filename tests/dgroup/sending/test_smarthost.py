"""Sessions begin as the settings say: encrypted or not at all, with a password only in secret."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from dgroup.sending.pipeline import Pipeline
from dgroup.sending.smarthost import Host, HostError, connect, extensions
from dgroup.sending.wire import Extensions
from tests.dgroup.faulty_smtp import DROP, HANG, OFFERS, Rule, certificate, faulty_smtp

PASSWORD = "open sesame"


async def begin(host: Host) -> tuple[Pipeline, Extensions]:
    pipeline, offers = await connect(host)
    pipeline.start(offers, lambda: None, lambda copy, answer: None, 1)
    pipeline.quit()
    await pipeline.ended
    return pipeline, offers


def only(kind: str, what: str) -> Rule:
    return lambda step: what if step.kind == kind else ""


async def test_what_is_offered_is_read() -> None:
    async with faulty_smtp() as server:
        _, offers = await begin(Host("127.0.0.1", server.port, hostname="lists.example"))
    assert offers.pipelining
    assert offers.size
    assert server.lines[0] == "EHLO lists.example"


@pytest.mark.parametrize(
    ("text", "methods"),
    [("x AUTH LOGIN PLAIN", {"PLAIN", "LOGIN"}), ("x AUTH=LOGIN", {"LOGIN"}), ("x PLAIN", set())],
)
def test_methods_of_login_are_read(text: str, methods: set[str]) -> None:
    assert extensions(text).auth == methods


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("x LIMITS RCPTMAX=20 MAILMAX=5 SIZE 100", 20),
        ("x limits mailmax=5 rcptmax=100", 100),
        ("x LIMITS RCPTMAX=0", 0),
        ("x LIMITS RCPTMAX=many", 0),
        ("x RCPTMAX=20", 0),
        ("x SIZE 100", 0),
    ],
)
def test_how_many_recipients_it_takes_is_read(text: str, most: int) -> None:
    assert extensions(text).most_recipients == most
    assert not extensions(text).xverp


async def test_an_old_server_is_greeted_the_old_way() -> None:
    async with faulty_smtp(only("ehlo", "502 5.5.1 what?")) as server:
        _, offers = await begin(Host("127.0.0.1", server.port))
    assert offers == Extensions()


@pytest.mark.parametrize("kind", ["greeting", "ehlo"])
@pytest.mark.parametrize("what", [DROP, HANG, "554 5.3.2 no", "421 4 busy", "gibberish"])
async def test_a_host_that_does_not_let_us_in_is_a_host_error(kind: str, what: str) -> None:
    if (kind, what) == ("ehlo", "554 5.3.2 no"):
        pytest.skip("HELO is tried then")
    async with faulty_smtp(only(kind, what)) as server:
        with pytest.raises(HostError):
            await connect(Host("127.0.0.1", server.port, timeout_s=0.3))


async def test_nobody_there_is_a_host_error() -> None:
    async with faulty_smtp() as server:
        port = server.port
    with pytest.raises(HostError):
        await connect(Host("127.0.0.1", port, timeout_s=1))


async def test_encryption_is_used_where_it_is_offered(tmp_path: Path) -> None:
    serving, _ = certificate(tmp_path)
    async with faulty_smtp(tls=serving) as server:
        await begin(Host("localhost", server.port))
        assert server.seen["tls"] == 1
    async with faulty_smtp(tls=serving) as server:
        await begin(Host("localhost", server.port, tls="none"))
        assert "starttls" not in server.seen


async def test_a_broken_handshake_falls_back_only_where_that_is_allowed(tmp_path: Path) -> None:
    serving, trust = certificate(tmp_path)
    broken = only("starttls", "220 go ahead\r\n250 injected\r\n")
    async with faulty_smtp(broken, tls=serving) as server:
        await begin(Host("localhost", server.port, timeout_s=1))
        assert server.sessions == 2
    async with faulty_smtp(broken, tls=serving) as server:
        with pytest.raises(HostError):
            await connect(Host("localhost", server.port, tls="required", trust=trust, timeout_s=1))


async def test_required_encryption_checks_the_certificate(tmp_path: Path) -> None:
    serving, trust = certificate(tmp_path)
    async with faulty_smtp(tls=serving) as server:
        await begin(Host("localhost", server.port, tls="required", trust=trust))
    async with faulty_smtp(tls=serving) as server:
        with pytest.raises(HostError):
            await connect(Host("localhost", server.port, tls="required", timeout_s=2))
    async with faulty_smtp() as server:
        with pytest.raises(HostError, match="does not offer STARTTLS"):
            await connect(Host("localhost", server.port, tls="required", trust=trust))


@pytest.mark.parametrize("method", ["PLAIN", "LOGIN"])
async def test_a_password_is_given_inside_encryption(tmp_path: Path, method: str) -> None:
    serving, _ = certificate(tmp_path)
    async with faulty_smtp(offers=(*OFFERS, f"AUTH {method}"), tls=serving) as server:
        await begin(Host("localhost", server.port, username="water", password=PASSWORD))
    said = " ".join(server.lines)
    if method == "PLAIN":
        assert base64.b64encode(f"\0water\0{PASSWORD}".encode()).decode() in said
    assert server.seen["auth"] >= 1


async def test_a_password_is_never_sent_in_clear(tmp_path: Path) -> None:
    serving, _ = certificate(tmp_path)
    async with faulty_smtp(offers=(*OFFERS, "AUTH PLAIN")) as server:
        with pytest.raises(HostError, match="not sent in clear"):
            await connect(Host("localhost", server.port, username="water", password=PASSWORD))
        assert "auth" not in server.seen
    broken = only("starttls", "220 go ahead\r\n250 injected\r\n")
    async with faulty_smtp(broken, offers=(*OFFERS, "AUTH PLAIN"), tls=serving) as server:
        with pytest.raises(HostError):
            await connect(
                Host("localhost", server.port, username="w", password=PASSWORD, timeout_s=1)
            )
        assert "auth" not in server.seen


async def test_a_wrong_password_is_a_host_error(tmp_path: Path) -> None:
    serving, _ = certificate(tmp_path)
    refused = only("auth", "535 5.7.8 no")
    async with faulty_smtp(refused, offers=(*OFFERS, "AUTH PLAIN"), tls=serving) as server:
        with pytest.raises(HostError, match="535"):
            await connect(Host("localhost", server.port, username="water", password=PASSWORD))


def test_the_password_is_not_shown() -> None:
    assert PASSWORD not in repr(Host("h", 25, password=PASSWORD))

"""A connection's life: TLS, limits, time, failures. Over real sockets."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dgroup.errors import RefusedError, UnavailableError
from dgroup.model import Envelope, Reply
from dgroup.smtp.limits import ByteBudget
from tests.dgroup.smtp_talk import (
    CONFIG,
    FRONT,
    KEPT,
    MAIL,
    Keeper,
    Talk,
    hang_up,
    serving,
    talking,
)


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


@pytest.fixture
async def port(keeper: Keeper) -> AsyncIterator[int]:
    async with serving(keeper, CONFIG) as (_, port):
        yield port


# --- TLS -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of our own for localhost, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    home = tmp_path_factory.mktemp("tls")
    (home / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (home / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return home / "cert.pem", home / "key.pem"


@pytest.fixture
async def tls_port(keeper: Keeper, certificate: tuple[Path, Path]) -> AsyncIterator[int]:
    config = replace(CONFIG, tls_cert=certificate[0], tls_key=certificate[1])
    async with serving(keeper, config) as (_, port):
        yield port


@pytest.fixture
def client_tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificate[0])


async def test_a_mail_comes_in_over_tls(
    keeper: Keeper, tls_port: int, client_tls: ssl.SSLContext
) -> None:
    async with talking(tls_port, hello="") as talk:
        await talk.reply()
        assert "250-STARTTLS" in await talk.say("EHLO client.example")
        assert (await talk.say("STARTTLS")).startswith("220 2.0.0")
        await talk.start_tls(client_tls)
        assert (await talk.say("MAIL FROM:<ana@member.example>")).startswith("503")
        assert "STARTTLS" not in await talk.say("EHLO client.example")
        assert (await talk.say("STARTTLS")).startswith("503 5.5.1")
        assert await talk.mail(MAIL + b"x" * 90_000 + b"\r\n") == KEPT.line()
        assert (await talk.say("QUIT")).startswith("221")
        assert await talk.ended()
    assert len(keeper.kept) == 1


async def test_what_is_sent_ahead_of_tls_is_thrown_away(
    keeper: Keeper, tls_port: int, client_tls: ssl.SSLContext
) -> None:
    async with talking(tls_port) as talk:
        evil = (
            b"EHLO evil.example\r\nMAIL FROM:<evil@x.example>\r\nRCPT TO:<group@lists.example>\r\n"
        )
        await talk.send(b"STARTTLS\r\n" + evil)
        assert (await talk.reply()).startswith("220 ")
        await talk.start_tls(client_tls)
        assert (await talk.say("DATA")).startswith("503")
        await talk.say("EHLO client.example")
        assert await talk.mail(MAIL) == KEPT.line()
    assert keeper.kept[0].helo == "client.example"


async def test_a_failed_handshake_ends_one_session_only(keeper: Keeper, tls_port: int) -> None:
    async with talking(tls_port) as talk:
        await talk.say("STARTTLS")
        await talk.send(b"this is no TLS\r\n" * 10)
        async with asyncio.timeout(10):
            await talk.reader.read()
    async with talking(tls_port) as talk:
        assert await talk.mail(MAIL) == KEPT.line()


# --- Limits ----------------------------------------------------------------------------------------


async def test_one_address_cannot_take_all_places(keeper: Keeper) -> None:
    config = replace(CONFIG, max_connections=4, max_connections_per_ip=2)
    async with serving(keeper, config) as (listener, port):
        async with talking(port), talking(port):
            for _ in range(3):  # who was refused gives no place back
                async with talking(port, hello="") as third:
                    assert (await third.reply()).startswith("421 4.7.0")
                    assert await third.ended()
        assert await listener._empty(10)
        async with talking(port) as talk:
            assert await talk.mail(MAIL) == KEPT.line()


async def test_places_are_bounded_even_for_a_front(keeper: Keeper) -> None:
    config = replace(FRONT, max_connections=2, max_connections_per_ip=1)
    async with (
        serving(keeper, config) as (_, port),
        talking(port),
        talking(port),
        talking(port, hello="") as third,
    ):
        assert (await third.reply()).startswith("421 4.7.0")


@pytest.mark.parametrize(
    ("line", "times", "text"),
    [("NONSENSE", 20, "421 4.7.0 Too many errors"), ("NOOP", 209, "421 4.7.0 Too many commands")],
)
async def test_a_stranger_who_only_talks_is_sent_away(
    keeper: Keeper, line: str, times: int, text: str
) -> None:
    async with (
        serving(keeper, replace(CONFIG, max_recipients=5)) as (_, port),
        talking(port) as talk,
    ):
        for _ in range(times - 1):
            assert not (await talk.say(line)).startswith("421")
        await talk.say(line)
        assert (await talk.reply()).startswith(text)
        assert await talk.ended()


async def test_who_brings_mail_may_go_on(keeper: Keeper) -> None:
    async with (
        serving(keeper, replace(CONFIG, max_recipients=1)) as (_, port),
        talking(port) as talk,
    ):
        for _ in range(3):
            for _ in range(15):
                await talk.say("NONSENSE")
            assert await talk.mail(MAIL) == KEPT.line()


async def test_a_silent_client_is_told_and_cut(keeper: Keeper) -> None:
    async with serving(keeper, replace(CONFIG, command_timeout_s=1)) as (listener, port):
        async with talking(port) as talk:
            assert (await talk.reply()).startswith("421 4.4.2")
            assert await talk.ended()
        assert await listener._empty(10)


@pytest.mark.parametrize("rate", [0, 1000], ids=["silence", "rate"])
async def test_a_slow_mail_is_cut_and_not_kept(keeper: Keeper, rate: int) -> None:
    config = replace(CONFIG, data_timeout_s=1, data_min_rate=rate)
    async with serving(keeper, config) as (_, port), talking(port) as talk:
        await talk.begin()
        if rate:  # never silent for long, and yet too slow
            drip = asyncio.create_task(_drip(talk))
            assert (await talk.reply()).startswith("421 4.4.2")
            drip.cancel()
        else:
            await talk.send(b"half a mail\r\n")
            assert (await talk.reply()).startswith("421 4.4.2")
        assert await talk.ended()
    assert not keeper.kept


async def _drip(talk: Talk) -> None:
    while True:
        talk.writer.write(b"x")
        await asyncio.sleep(0.05)  # the slowness that is tested


# --- Failures --------------------------------------------------------------------------------------


async def test_a_failure_inside_says_nothing_to_the_client(
    keeper: Keeper, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    keeper.raises = RuntimeError("db password=secret")
    async with talking(port) as talk:
        await talk.say("MAIL FROM:<ana@member.example>")
        assert (await talk.say("RCPT TO:<broken@lists.example>")).startswith("451 4.3.0 Something")
        assert (await talk.say("RCPT TO:<full@lists.example>")).startswith("451 4.3.0 Cannot")
        await talk.say("RCPT TO:<group@lists.example>")
        await talk.say("DATA")
        await talk.send(MAIL + b".\r\n")
        assert (await talk.reply()).startswith("451 4.3.0 Something")
        keeper.raises = None
        assert await talk.mail(MAIL) == KEPT.line()
    assert caplog.text.count("db password=secret") >= 2


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (UnavailableError("disk full"), "451 4.3.0 Cannot store mail now, please try again later"),
        (RefusedError(550, "5.7.1", "Members\r\nonly", "no row"), "550 5.7.1 Members only"),
    ],
)
async def test_a_refusal_that_is_raised_is_the_reply(
    keeper: Keeper, port: int, error: RefusedError, line: str
) -> None:
    keeper.raises = error
    async with talking(port) as talk:
        assert await talk.mail(MAIL) == line


async def test_a_client_that_goes_away_does_not_stop_its_mail_from_being_kept(
    keeper: Keeper,
) -> None:
    keeper.hold.clear()
    async with serving(keeper, CONFIG) as (listener, port):
        async with talking(port) as talk:
            await talk.begin()
            await talk.send(MAIL + b".\r\n")
            await keeper.inside.wait()
            await hang_up(talk, listener)
        assert listener.sessions == 1  # it holds its place while the mail is being kept
        keeper.hold.set()
        assert await listener._empty(10)
    assert [mail.raw for mail in keeper.kept] == [MAIL]


async def test_who_goes_away_while_its_mail_waits_on_disk_has_been_promised_nothing(
    keeper: Keeper,
) -> None:
    big = b"Subject: big\r\n\r\n" + b"x" * 600_000 + b"\r\n"
    keeper.hold.clear()
    async with serving(keeper, replace(CONFIG, max_size=1_000_000)) as (listener, port):
        listener._shared.budget = ByteBudget(1_000_000)
        async with talking(port) as first, talking(port) as second:
            await first.begin()
            await first.send(big + b".\r\n")
            await keeper.inside.wait()
            await second.begin(sender="gone@member.example")
            await second.send(big + b".\r\n")
            async with asyncio.timeout(10):
                while not listener._shared.budget._turn.locked():  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0.01)
            await hang_up(second, listener)
            keeper.hold.set()
            assert await first.reply() == KEPT.line()
        assert await listener._empty(10)
    assert [mail.mail_from for mail in keeper.kept] == ["ana@member.example"]


class Forgetful(Keeper):
    """An intake that breaks its contract: it answers for nobody."""

    async def accept(self, envelope: Envelope) -> tuple[Reply, ...]:
        return ()


async def test_an_intake_that_answers_for_too_few_is_a_failure_inside() -> None:
    async with serving(Forgetful(), CONFIG) as (_, port), talking(port) as talk:
        assert (await talk.mail(MAIL)).startswith("451 4.3.0")


async def test_a_long_wait_for_the_intake_is_no_timeout(keeper: Keeper) -> None:
    config = replace(CONFIG, command_timeout_s=1, data_timeout_s=1)
    keeper.hold.clear()
    async with serving(keeper, config) as (_, port), talking(port) as talk:
        await talk.begin()
        await talk.send(MAIL + b".\r\n")
        asyncio.get_running_loop().call_later(1.5, keeper.hold.set)
        assert await talk.reply() == KEPT.line()


async def test_half_a_mail_is_not_kept(keeper: Keeper, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with serving(keeper, CONFIG) as (listener, port):
        async with talking(port) as talk:
            await talk.begin()
            await talk.send(MAIL)
        assert await listener._empty(10)
    assert not keeper.kept
    assert "broke off" in caplog.text

"""Opens sessions to the smarthost: greeting, EHLO, STARTTLS as the settings say, AUTH."""

from __future__ import annotations

import asyncio
import base64
import re
import ssl
from dataclasses import dataclass, field

from dgroup.errors import DgroupError
from dgroup.sending.crate_session import CrateSession
from dgroup.sending.wire import Extensions, Reply


class HostError(DgroupError):
    """No session with the smarthost can be had just now; says nothing about any mail."""


@dataclass(frozen=True, slots=True)
class Host:
    """How to reach the smarthost."""

    host: str
    port: int
    implicit_tls: bool = False
    tls: str = "opportunistic"
    """none, opportunistic (encrypt if offered, do not check the certificate), required (check it)"""
    username: str = ""
    password: str = field(default="", repr=False)
    hostname: str = "localhost"
    """our name in EHLO"""
    timeout_s: float = 120.0
    trust: ssl.SSLContext | None = None
    """checks certificates in place of the system's store"""

    def context(self) -> ssl.SSLContext:
        """The TLS settings; opportunistic encryption accepts any certificate (RFC 7435)."""
        if self.implicit_tls or self.tls == "required":
            return self.trust or ssl.create_default_context()
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context


async def connect(host: Host) -> tuple[CrateSession, Extensions]:
    """Open a session that is ready for MAIL. Raises HostError with the reason.

    Opportunistic TLS whose handshake fails is done again without, but never with a password.
    """
    try:
        return await _session(host, plain=host.tls == "none")
    except _TlsError as error:
        if host.tls != "opportunistic" or host.username or host.implicit_tls:
            raise
        try:
            return await _session(host, plain=True)
        except HostError:
            raise error from None


class _TlsError(HostError):
    """The handshake failed."""


async def _session(host: Host, *, plain: bool) -> tuple[CrateSession, Extensions]:
    pipeline = await _open(host)
    try:
        return pipeline, await _greet(pipeline, host, plain=plain)
    except (OSError, TimeoutError) as error:
        pipeline.fail("no session")
        raise HostError(f"{host.host}: {str(error) or 'no answer'}") from error
    except BaseException:
        pipeline.fail("no session")
        raise


async def _open(host: Host) -> CrateSession:
    loop = asyncio.get_running_loop()
    context = host.context() if host.implicit_tls else None
    try:
        async with asyncio.timeout(host.timeout_s):
            _, pipeline = await loop.create_connection(
                lambda: CrateSession(host.timeout_s), host.host, host.port, ssl=context
            )
    except (OSError, TimeoutError) as error:
        raise HostError(f"{host.host}:{host.port}: {str(error) or 'no answer'}") from error
    return pipeline


async def _greet(pipeline: CrateSession, host: Host, *, plain: bool) -> Extensions:
    _expect(await pipeline.ask(b""), 220, "greeting")
    offers = await _hello(pipeline, host)
    secure = host.implicit_tls
    if not secure and not plain and offers.starttls:
        _expect(await pipeline.ask(b"STARTTLS"), 220, "STARTTLS")
        try:
            await pipeline.encrypt(host.context(), host.host)
        except (OSError, TimeoutError) as error:
            raise _TlsError(f"{host.host}: TLS: {error}") from error
        offers, secure = await _hello(pipeline, host), True
    if host.tls == "required" and not secure:
        raise HostError(f"{host.host} does not offer STARTTLS, and relay.tls is required")
    if host.username:
        if not secure:
            raise HostError(f"{host.host} offers no TLS: the password is not sent in clear")
        await _login(pipeline, host, offers)
    return offers


async def _hello(pipeline: CrateSession, host: Host) -> Extensions:
    name = host.hostname.encode("ascii", "replace")
    reply = await pipeline.ask(b"EHLO " + name)
    if reply.code >= 500:
        _expect(await pipeline.ask(b"HELO " + name), 250, "HELO")
        return Extensions()
    _expect(reply, 250, "EHLO")
    return extensions(reply.text)


def extensions(text: str) -> Extensions:
    """Read what EHLO offers: its lines without the codes, joined by spaces.

    An extension's name and its parameters are words alike here; none of ours is a parameter of
    another one. AUTH methods are looked for among all words: `AUTH=PLAIN` is an old spelling.
    """
    words = {word.upper() for word in text.replace("=", " ").split()}
    return Extensions(
        pipelining="PIPELINING" in words,
        size="SIZE" in words,
        eight_bit="8BITMIME" in words,
        smtputf8="SMTPUTF8" in words,
        starttls="STARTTLS" in words,
        auth=frozenset(words & {"PLAIN", "LOGIN"}) if "AUTH" in words else frozenset(),
        xverp="XVERP" in words,
        most_recipients=_most_recipients(text) if "LIMITS" in words else 0,
    )


def _most_recipients(text: str) -> int:
    """RCPTMAX of LIMITS (RFC 9422 4.3)."""
    found = re.search(r"\bRCPTMAX=([1-9]\d{0,5})\b", text, re.IGNORECASE)
    return int(found[1]) if found else 0


async def _login(pipeline: CrateSession, host: Host, offers: Extensions) -> None:
    """AUTH PLAIN (RFC 4616), else the old LOGIN."""
    user, secret = host.username.encode(), host.password.encode()
    if "PLAIN" in offers.auth:
        proof = base64.b64encode(b"\0" + user + b"\0" + secret)
        reply = await pipeline.ask(b"AUTH PLAIN " + proof)
    elif "LOGIN" in offers.auth:
        _expect(await pipeline.ask(b"AUTH LOGIN"), 334, "AUTH")
        _expect(await pipeline.ask(base64.b64encode(user)), 334, "AUTH")
        reply = await pipeline.ask(base64.b64encode(secret))
    else:
        raise HostError(f"{host.host} offers neither AUTH PLAIN nor LOGIN")
    _expect(reply, 235, "AUTH")


def _expect(reply: Reply, code: int, what: str) -> None:
    if reply.code != code:
        raise HostError(f"{what} refused: {reply.code} {reply.text}")

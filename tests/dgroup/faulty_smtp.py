"""An SMTP server that keeps a ledger and does at each step what a test's rule says: answer otherwise,
hang, drop the line, talk nonsense."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.parts import PATIENCE_S

DROP = "drop"
HANG = "hang"
LOSE = "lose"
"""at a final dot: take the mail, and drop the line before the answer"""
TRICKLE = "trickle "
"""before a reply: write it byte by byte"""
OFFERS = ("PIPELINING", "SIZE 50000000", "8BITMIME", "ENHANCEDSTATUSCODES", "SMTPUTF8")


@dataclass(frozen=True, slots=True)
class Step:
    """Where a session stands: greeting, ehlo, helo, mail, rcpt, data, text, dot, rset, auth ..."""

    kind: str
    argument: str
    number: int
    """how many steps of this kind the server has seen, from 1"""


Rule = Callable[[Step], str]
"""What to do: '' the usual thing, DROP, HANG, LOSE, or the reply to give, raw where it ends in CRLF"""


@dataclass(slots=True)
class Taken:
    """A mail that was answered 250, for one of its recipients."""

    sender: str
    recipient: str
    data: bytes


@dataclass(slots=True)
class FaultySmtp:
    """The server's state, for a test to look at."""

    rule: Rule
    offers: tuple[str, ...] = OFFERS
    tls: ssl.SSLContext | None = None
    ledger: list[Taken] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    port: int = 0
    sessions: int = 0

    def step(self, kind: str, argument: str = "") -> str:
        """Count a step and ask the rule."""
        self.seen[kind] = self.seen.get(kind, 0) + 1
        return self.rule(Step(kind, argument, self.seen[kind]))


class _Gone(Exception):
    """The session ends here."""


class _Session:
    def __init__(
        self, server: FaultySmtp, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.sender: str | None = None
        self.recipients: list[str] = []

    async def run(self) -> None:
        await self.reply("greeting", "", "220 faulty.example ESMTP")
        while True:
            line = await self.line()
            self.server.lines.append(line)
            verb, _, argument = line.partition(" ")
            handler = getattr(self, f"do_{verb.lower()}", None)
            if handler is None:
                await self.reply(verb.lower(), argument, "500 5.5.1 what?")
            else:
                await handler(argument)

    async def line(self) -> str:
        data = await self.reader.readline()
        if not data:
            raise _Gone
        assert data.endswith(b"\r\n"), data
        return data[:-2].decode()

    async def reply(self, kind: str, argument: str, usual: str) -> str:
        wanted = self.server.step(kind, argument)
        if wanted == DROP:
            self.writer.transport.abort()
            raise _Gone
        if wanted == HANG:
            await asyncio.Event().wait()  # reads nothing more, until the test ends
        if wanted == LOSE:
            return wanted
        said = wanted or usual
        if said.startswith(TRICKLE):
            return await self.trickle(said.removeprefix(TRICKLE) or usual)
        self.writer.write(said.encode() if said.endswith("\r\n") else f"{said}\r\n".encode())
        await self.writer.drain()
        return said

    async def trickle(self, said: str) -> str:
        for sign in said.encode() + b"\r\n":
            self.writer.write(bytes([sign]))
            await self.writer.drain()
            await asyncio.sleep(0.001)
        return said

    async def do_ehlo(self, argument: str) -> None:
        offers = ["faulty.example", *self.server.offers]
        if self.server.tls is not None and "tls" not in self.server.seen:
            offers.append("STARTTLS")
        lines = [f"250-{word}\r\n" for word in offers[:-1]] + [f"250 {offers[-1]}\r\n"]
        await self.reply("ehlo", argument, "".join(lines))

    async def do_helo(self, argument: str) -> None:
        await self.reply("helo", argument, "250 faulty.example")

    async def do_starttls(self, argument: str) -> None:
        said = await self.reply("starttls", argument, "220 go ahead")
        if self.server.step("handshake") == DROP:
            await self.reader.read(16)
            self.writer.write(b"\x16\x03\x03\x00\x40half a hello")
            self.writer.close()
            raise _Gone
        if said.startswith("220"):
            assert self.server.tls is not None
            await self.writer.start_tls(self.server.tls)
            self.server.seen["tls"] = 1

    async def do_auth(self, argument: str) -> None:
        if argument.upper() == "LOGIN":
            await self.reply("auth", argument, "334 VXNlcm5hbWU6")
            user = await self.line()
            await self.reply("auth-user", user, "334 UGFzc3dvcmQ6")
            argument = f"{argument} {user} {await self.line()}"
        await self.reply("auth", argument, "235 2.7.0 welcome")

    async def do_mail(self, argument: str) -> None:
        if self.sender is not None:
            await self.reply("nested", argument, "503 5.5.1 nested MAIL")
            return
        said = await self.reply("mail", argument, "250 2.1.0 ok")
        if said.startswith("2"):
            self.sender = argument.partition("<")[2].partition(">")[0]

    async def do_rcpt(self, argument: str) -> None:
        if self.sender is None:
            await self.reply("orphan", argument, "503 5.5.1 MAIL first")
            return
        said = await self.reply("rcpt", argument, "250 2.1.5 ok")
        if said.startswith("2"):
            self.recipients.append(argument.partition("<")[2].partition(">")[0])

    async def do_data(self, argument: str) -> None:
        usual = "354 go on" if self.recipients else "554 5.5.1 no valid recipients"
        said = await self.reply("data", argument, usual)
        if said.startswith("354"):
            await self.text()

    async def text(self) -> None:
        data = bytearray()
        while True:
            line = await self.reader.readline()
            if not line.endswith(b"\r\n"):
                raise _Gone
            if not data and line != b".\r\n" and self.server.rule(Step("text", "", 0)):
                await self.reply("text", "", "")
            if line == b".\r\n":
                break
            data += line.removeprefix(b".")
        usual = "250 2.0.0 taken" if self.recipients else "554 5.5.1 no valid recipients"
        before, recipients = self.sender or "", self.recipients
        self.sender, self.recipients = None, []
        said = await self.reply("dot", recipients[0] if recipients else "", usual)
        if recipients and (said == LOSE or said.startswith("2")):
            text = bytes(data)
            self.server.ledger += [Taken(before, recipient, text) for recipient in recipients]
        if said == LOSE:
            self.writer.transport.abort()
            raise _Gone

    async def do_rset(self, argument: str) -> None:
        self.sender, self.recipients = None, []
        await self.reply("rset", argument, "250 2.0.0 ok")

    async def do_quit(self, argument: str) -> None:
        await self.reply("quit", argument, "221 2.0.0 bye")
        raise _Gone


@asynccontextmanager
async def faulty_smtp(
    rule: Rule | None = None,
    offers: tuple[str, ...] = OFFERS,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[FaultySmtp]:
    """Run the server on a free port of the loopback."""
    server = FaultySmtp(rule or (lambda step: ""), offers, tls)
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        server.sessions += 1
        with suppress(_Gone, OSError, asyncio.CancelledError):
            await _Session(server, reader, writer).run()
        writer.close()
        tasks.discard(task)

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 20)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(ready: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    """Poll until `ready`; TimeoutError after `seconds`."""
    async with asyncio.timeout(seconds):
        while not ready():  # noqa: ASYNC110  # a poll with a deadline over other tasks' state
            await asyncio.sleep(0.002)


def certificate(folder: Path, name: str = "localhost") -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make a self-signed certificate; gives the server's context and one that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    title = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(title)
        .issuer_name(title)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "cert.pem"
    pem.write_bytes(
        built.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(pem)
    return serving, ssl.create_default_context(cafile=str(pem))

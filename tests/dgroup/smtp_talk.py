"""The client's side of an SMTP session for tests, and an intake that keeps mails in memory."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from dgroup.config import Listener as ListenerConfig
from dgroup.errors import UnavailableError
from dgroup.model import Envelope, Reply
from dgroup.smtp.listener import Listener

CONFIG = ListenerConfig(port=0, hostname="lists.example", max_size=100_000)
FRONT = replace(CONFIG, trusted_fronts=("127.0.0.0/8",))
LMTP = replace(CONFIG, protocol="lmtp")
MAIL = b"Subject: hello\r\n\r\nHow are you?\r\n"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
KEPT = Reply(250, "2.0.0", "Accepted")
UNKNOWN = Reply(550, "5.1.1", "No such group here")
PATIENCE = 20.0
"""Seconds after which a test gives up waiting for a reply."""


@dataclass
class Keeper:
    """An intake: keeps what comes, refuses nobody@, answers as told for some recipients."""

    kept: list[Envelope] = field(default_factory=list)
    answers: dict[str, Reply] = field(default_factory=dict)
    raises: Exception | None = None
    hold: asyncio.Event = field(default_factory=asyncio.Event)
    inside: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.hold.set()

    async def check_rcpt(self, address: str) -> Reply | None:
        if address.startswith("broken@"):
            raise RuntimeError("db password=secret")
        if address.startswith("full@"):
            raise UnavailableError("disk full")
        return UNKNOWN if address.startswith("nobody@") else None

    async def accept(self, envelope: Envelope) -> tuple[Reply, ...]:
        self.inside.set()
        await self.hold.wait()
        if self.raises is not None:
            raise self.raises
        self.kept.append(envelope)
        return tuple(self.answers.get(address, KEPT) for address in envelope.rcpt)


@asynccontextmanager
async def serving(intake: Keeper, config: ListenerConfig) -> AsyncIterator[tuple[Listener, int]]:
    """A listener that runs, and its port."""
    listener = Listener(config, intake, lambda: NOON)
    _, port = await listener.start()
    try:
        yield listener, port
    finally:
        intake.hold.set()
        await listener.stop(0.2)


class Talk:
    """One connection: says lines, reads replies."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def reply(self) -> str:
        """The next reply, its lines joined by newlines; '' where the server has hung up."""
        lines: list[str] = []
        while not lines or lines[-1][3:4] == "-":
            async with asyncio.timeout(PATIENCE):
                try:
                    line = await self.reader.readline()
                except ConnectionError:
                    line = b""
            if not line:
                break
            lines.append(line.decode().rstrip("\r\n"))
        return "\n".join(lines)

    async def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(data)
        async with asyncio.timeout(PATIENCE):
            await self.writer.drain()

    async def say(self, line: str) -> str:
        """Send one command and give its reply."""
        await self.send(line.encode() + b"\r\n")
        return await self.reply()

    async def begin(self, *rcpt: str, sender: str = "ana@member.example") -> None:
        """All of a transaction up to the 354."""
        assert (await self.say(f"MAIL FROM:<{sender}>")).startswith("250")
        for address in rcpt or ("group@lists.example",):
            assert (await self.say(f"RCPT TO:<{address}>")).startswith("250")
        assert (await self.say("DATA")).startswith("354")

    async def mail(self, text: bytes, *rcpt: str, sender: str = "ana@member.example") -> str:
        """A whole transaction; gives the first reply to the final dot. `text` goes as it is."""
        await self.begin(*rcpt, sender=sender)
        await self.send(text + b".\r\n")
        return await self.reply()

    async def ended(self) -> bool:
        """Whether the server hangs up without another word."""
        return not await self.reply()

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Go on inside TLS."""
        await self.writer.start_tls(context, server_hostname="localhost")


@asynccontextmanager
async def talking(port: int, hello: str = "EHLO client.example") -> AsyncIterator[Talk]:
    """A connection that has greeted (unless `hello` is empty)."""
    talk = Talk(*await asyncio.open_connection("127.0.0.1", port))
    try:
        if hello:
            assert (await talk.reply()).startswith("220 ")
            assert (await talk.say(hello)).startswith("250")
        yield talk
    finally:
        talk.writer.close()


async def hang_up(talk: Talk, listener: Listener) -> None:
    """Break the connection off, without a word, and wait until the listener has seen it."""
    mine = talk.writer.get_extra_info("sockname")
    theirs = next(
        session
        for session in listener._shared.sessions
        if session.session is not None and session.session.peer == mine
    )
    handle = talk.writer.get_extra_info("socket")
    handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    talk.writer.transport.abort()
    assert theirs._handler_coroutine is not None
    async with asyncio.timeout(PATIENCE):
        await asyncio.wait({theirs._handler_coroutine})

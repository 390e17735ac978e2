"""One SMTP session as a client: cuts what comes in into replies, asks commands one by one, TLS."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from typing import NamedTuple, cast

MAX_LINE = 8192
MAX_LINES = 200
BUFFER = 256 * 1024
"""bytes that a session may have written and not yet sent"""


@dataclass(frozen=True, slots=True)
class Extensions:
    """What the other side offers that we use."""

    pipelining: bool = False
    size: bool = False
    eight_bit: bool = False
    smtputf8: bool = False
    starttls: bool = False
    auth: frozenset[str] = frozenset()
    xverp: bool = False
    """it writes each recipient into the reverse-path of its copy where it is asked to (Postfix)"""
    most_recipients: int = 0
    """it takes no more in one transaction (RFC 9422); 0: it does not say"""


class Reply(NamedTuple):
    """One reply, its lines joined by a space. A tuple, because each copy takes four."""

    code: int
    text: str


def plain(text: bytes) -> str:
    """Give the words of a reply, without what would steer the terminal that shows the log."""
    said = text.strip().decode("utf-8", "replace")
    return said if said.isprintable() else "".join(c if c.isprintable() else "?" for c in said)


class Wire(asyncio.Protocol):
    """A session in which each command waits for its reply. What follows overrides `on_reply`,
    `on_end`, `on_room`."""

    def __init__(self, timeout_s: float) -> None:
        self.loop = asyncio.get_running_loop()
        self.timeout = timeout_s
        self.heard = self.loop.time()
        """when a whole reply came, or something was begun, last"""
        self.closed = False
        self.paused = False
        self._rest = b""
        self._lines: list[str] = []
        """of a reply that has begun"""
        self._waiting: asyncio.Future[Reply] | None = None
        self._early: list[Reply] = []
        self._reason = ""

    # --- Transport ---------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a new transport, also the encrypted one after STARTTLS."""
        self.transport = cast("asyncio.Transport", transport)
        # Both event loops set TCP_NODELAY: Nagle and delayed ACK together cost 40 ms a copy.
        self.transport.set_write_buffer_limits(high=BUFFER)

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side has gone."""
        self.fail(f"connection lost ({exc})" if exc else "connection closed")

    def pause_writing(self) -> None:
        """The buffer is full: an upload waits."""
        self.paused = True

    def resume_writing(self) -> None:
        """The buffer has room again."""
        self.paused = False
        self.on_room()

    def data_received(self, data: bytes) -> None:
        """Cut what came into replies; end the session where it is none (RFC 5321 4.2.1)."""
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            code, sign = line[:3], line[3:4]
            if not code.isdigit() or not b"200" <= code <= b"599" or sign not in b" -\r":
                return self.fail(f"no SMTP reply: {line[:80]!r}")
            text = plain(line[4:])
            if sign == b"-" or self._lines:
                self._lines.append(text)
                if sign == b"-":
                    continue
                text = " ".join(self._lines)
                self._lines.clear()
            # Not before: whoever sends a reply byte by byte would hold the session for ever.
            self.heard = self.loop.time()
            self.on_reply(Reply(int(code), text))
        if len(self._rest) > MAX_LINE or len(self._lines) > MAX_LINES:
            self.fail("reply too long")
        return None

    # --- Commands, one by one ----------------------------------------------------------------

    async def ask(self, command: bytes) -> Reply:
        """Write a command (empty: wait for the greeting) and give its reply.

        Raises ConnectionError where the session ends and TimeoutError where no answer comes.
        """
        if self.closed:
            raise ConnectionError(self._reason)
        self._waiting = self.loop.create_future()
        if command:
            self.transport.write(command + b"\r\n")
        if self._early:
            self._waiting.set_result(self._early.pop(0))
        async with asyncio.timeout(self.timeout):
            return await self._waiting

    async def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        """Begin TLS after STARTTLS was granted. Raises ConnectionError for what came before it:
        replies in clear behind the grant are somebody else's (CVE-2011-0411)."""
        if self._rest or self._early:
            raise ConnectionError("plain text after STARTTLS")
        transport = await self.loop.start_tls(
            self.transport,
            self,
            context,
            server_hostname=host,
            ssl_handshake_timeout=self.timeout,
        )
        if transport is None:
            raise ConnectionError("connection lost in the TLS handshake")
        self.connection_made(transport)

    # --- What a session makes of it ----------------------------------------------------------

    def on_reply(self, reply: Reply) -> None:
        """Take a reply: here the answer to the command that was asked."""
        if self._waiting is None or self._waiting.done():
            self._early.append(reply)
        else:
            self._waiting.set_result(reply)

    def on_room(self) -> None:
        """The other side reads again."""

    def on_end(self, reason: str) -> None:
        """The session was ended in the middle."""

    def fail(self, reason: str) -> None:
        """End the session in the middle, once."""
        if self.closed:
            return
        self.close(reason)
        self.transport.abort()
        self.on_end(reason)

    def close(self, reason: str) -> None:
        """Take nothing more; whoever still asks is told the reason."""
        self.closed, self._reason = True, reason
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionError(reason))

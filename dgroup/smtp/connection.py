"""A connection from its greeting to its end: what sessions share, timers, the command loop, replies.

aiosmtpd brings the protocol's plumbing; what a server facing the open network must do otherwise
(LIBRARIES.md 1) is overridden here. What the commands mean stands in `dgroup.smtp.session`.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import ssl
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from aiosmtpd.smtp import SMTP, TLSSetupException

from dgroup.config import Listener as ListenerConfig
from dgroup.errors import RefusedError
from dgroup.model import Envelope, Reply
from dgroup.smtp.limits import Admission, ByteBudget
from dgroup.smtp.syntax import MAX_COMMAND, clean_ip, split_command, with_status

MAX_ERRORS = 20
"""Refusals that a stranger may collect between two mails."""

MAX_COMMANDS = 200
"""Commands that a stranger may give between two mails, beside two for each recipient."""

LAST_WORDS_S = 10.0
"""Seconds in which a client must take our last reply before the connection is cut."""

TRY_LATER = Reply(451, "4.3.0", "Something went wrong here, please try again later")
CLOSING = Reply(421, "4.3.2", "Service is closing, please try again later")
SILENT = Reply(421, "4.4.2", "You have been silent or slow for too long")
TOO_LONG = Reply(500, "5.5.2", "Line too long")
TOO_MANY_ERRORS = Reply(421, "4.7.0", "Too many errors")
TOO_MANY_COMMANDS = Reply(421, "4.7.0", "Too many commands without a mail")
_VERBS = frozenset("HELO EHLO MAIL RCPT DATA RSET NOOP QUIT VRFY HELP STARTTLS XFORWARD".split())

log = logging.getLogger(__name__)


class Intake(Protocol):
    """What the listener needs of the service behind it."""

    async def check_rcpt(self, address: str) -> Reply | None:
        """A refusal of this recipient, or None."""

    async def accept(self, envelope: Envelope) -> tuple[Reply, ...]:
        """Keep a whole mail and answer for each recipient, in their order.

        A reply of class 2 means: kept for good (RFC 5321 6.1). Never cancelled by the listener, so
        a client that went away may bring the same mail again. RefusedError answers for all.
        """


@dataclass(slots=True)
class Shared:
    """What all sessions of one listener have in common."""

    config: ListenerConfig
    intake: Intake
    clock: Callable[[], datetime]
    tls: ssl.SSLContext | None
    fronts: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]
    spool_dir: Path | None
    spool_threads: Executor
    admission: Admission
    budget: ByteBudget
    sessions: set[Connection] = field(default_factory=set)
    empty: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: bool = False

    def __post_init__(self) -> None:
        self.empty.set()

    def join(self, session: Connection) -> None:
        """Note a session that has begun."""
        self.sessions.add(session)
        self.empty.clear()

    def part(self, session: Connection) -> None:
        """Forget a session that has ended, and whose mail has been answered."""
        self.sessions.discard(session)
        if not self.sessions:
            self.empty.set()

    def trusts(self, peer: str) -> bool:
        """Whether a client's address is that of our own front."""
        address = ipaddress.ip_address(peer)
        return any(address in network for network in self.fronts)


class Connection(SMTP):
    """The protocol object that asyncio drives, and the loop over a client's commands."""

    line_length_limit = 65_536  # the reader's buffer as well; mails may have lines of any length

    def __init__(self, shared: Shared) -> None:
        config = shared.config
        super().__init__(
            None,
            data_size_limit=config.max_size,
            enable_SMTPUTF8=True,
            hostname=config.hostname or "localhost",
            tls_context=shared.tls,
            timeout=config.command_timeout_s,
            loop=asyncio.get_running_loop(),
        )
        self._shared = shared
        self._lmtp = config.protocol == "lmtp"
        self._peer = ""
        self._trusted = False
        self._refusal: Reply | None = None
        self._waiting = False
        self._leaving = False
        self._errors = 0
        self._commands = 0
        self._delivery: asyncio.Task[tuple[Reply, ...]] | None = None

    # --- From the first byte to the last -----------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin a session, or begin it anew inside TLS (RFC 3207 4.2)."""
        first = self._original_transport is None
        if first:
            # a client that is gone already has no name
            name = transport.get_extra_info("peername") or ("::",)
            self._peer = clean_ip(name[0])
            self._trusted = self._shared.trusts(self._peer)
            self._refusal = self._admit()
        super().connection_made(transport)
        if first and self._handler_coroutine is not None:
            self._shared.join(self)
            self._handler_coroutine.add_done_callback(self._ended)

    def _admit(self) -> Reply | None:
        if self._shared.stopping:
            return CLOSING
        return self._shared.admission.enter(self._peer, trusted=self._trusted)

    def _ended(self, _task: asyncio.Task[None]) -> None:
        """Leave the list of sessions; a mail that is still being kept holds its place till then."""
        delivery = self._delivery
        if delivery is not None and not delivery.done():
            delivery.add_done_callback(lambda _: self._leave())
        else:
            self._leave()

    def _leave(self) -> None:
        self._shared.part(self)
        if self._refusal is None:
            self._shared.admission.leave(self._peer)

    def eof_received(self) -> bool:
        """The client sends no more. It may still wait for a reply: what runs is not cancelled."""
        self._reader.feed_eof()
        return self._tls_protocol is None

    def drain(self) -> None:
        """Say 421 to a client that is between commands; others hear it after their reply."""
        if self._waiting and not self._leaving:
            self._last_words(CLOSING)

    def abort(self) -> None:
        """Cut the connection now."""
        if self.transport is not None:
            self._writer.transport.abort()

    def _last_words(self, reply: Reply) -> None:
        self._leaving = True
        if self.transport is not None:
            self._writer.write(reply.line().encode() + b"\r\n")
            self._writer.close()
            self._reset_timeout(LAST_WORDS_S)

    def _timeout_cb(self) -> None:
        """Nothing came for too long: say so and close; the second time around: cut."""
        if self.transport is None:
            return
        if self.transport.is_closing():
            self.abort()
        else:
            log.info("%s timed out", self._peer)
            self._last_words(SILENT)

    def _stop_timer(self) -> None:
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()

    # --- Commands ----------------------------------------------------------------------------

    async def _handle_client(self) -> None:
        try:
            await self._converse()
        except (ConnectionError, TLSSetupException) as error:
            log.info("%s broke off: %r", self._peer, error)
        finally:
            self._leaving = True
            self._writer.close()
            if self.transport is not None:
                self._reset_timeout(LAST_WORDS_S)

    async def _converse(self) -> None:
        if self._refusal is not None:
            log.info("%s not let in: %s", self._peer, self._refusal.line())
            await self._say(self._refusal)
            return
        await self._write([f"220 {self.hostname} {'LMTP' if self._lmtp else 'ESMTP'}"])
        while not self._leaving:
            line = await self._next_line()
            if line is None or self._leaving:
                return
            await self._obey(line)
            limit = self._limit()
            if limit is not None and not self._leaving:
                await self._say(limit)
                return

    async def _next_line(self) -> bytes | None:
        self._reset_timeout()
        self._waiting = True
        try:
            line = await self._reader.readuntil(b"\n")
        except asyncio.IncompleteReadError:
            return None
        except asyncio.LimitOverrunError:
            await self._say(TOO_LONG)
            return None
        finally:
            self._waiting = False
        return line.rstrip(b"\r\n")

    async def _obey(self, line: bytes) -> None:
        self._commands += 1
        if len(line) > MAX_COMMAND:
            await self._say(TOO_LONG)
            return
        verb, argument = split_command(line)
        if self._lmtp:  # RFC 2033 4.1: LHLO in place of both
            verb = {"LHLO": "EHLO", "EHLO": "", "HELO": ""}.get(verb, verb)
        if verb not in _VERBS:
            await self.push("500 5.5.2 Command not recognized")
            return
        try:
            await self._smtp_methods[verb](argument)
        except (ConnectionError, TLSSetupException):
            raise
        except Exception as error:  # the edge: whatever fails in a command, the session goes on
            await self.push(await self.handle_exception(error))

    async def handle_exception(self, error: Exception) -> str:
        """A temporary failure for the client; the details are for the log alone."""
        if isinstance(error, RefusedError):
            return error.reply
        log.error("%s: a command failed", self._peer, exc_info=error)
        return TRY_LATER.line()

    def _limit(self) -> Reply | None:
        if self._shared.stopping:
            return CLOSING
        if self._trusted or self._lmtp:
            return None
        if self._errors >= MAX_ERRORS:
            return TOO_MANY_ERRORS
        if self._commands >= MAX_COMMANDS + 2 * self._shared.config.max_recipients:
            return TOO_MANY_COMMANDS
        return None

    async def push(self, status: str | bytes) -> None:
        """Send one reply line; it gets an enhanced status code where it has none."""
        text = status if isinstance(status, str) else status.decode()
        await self._write([with_status(text)])

    async def _say(self, reply: Reply) -> None:
        await self._write([reply.line()])

    async def _write(self, lines: Sequence[str]) -> None:
        """Send lines in one piece, each within RFC 5321 4.5.3.1.5 and of one line for sure."""
        self._errors += sum(line[:1] in {"4", "5"} for line in lines)
        charset = "utf-8" if self.envelope and self.envelope.smtp_utf8 else "ascii"
        whole = b"".join(
            " ".join(line.splitlines()).encode(charset, "replace")[:510] + b"\r\n" for line in lines
        )
        self._writer.write(whole)
        await self._writer.drain()

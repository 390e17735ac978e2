"""What a client may say in an SMTP or LMTP session, and handing over the whole mail in the end."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import datetime
from typing import Any

from aiosmtpd.smtp import MISSING

from dgroup.errors import RefusedError
from dgroup.model import Envelope, Reply
from dgroup.smtp.connection import TRY_LATER, Connection, Shared
from dgroup.smtp.data import Fault, Received, Spool, receive
from dgroup.smtp.limits import patience
from dgroup.smtp.syntax import Forwarded, clean_name, one_reply, parse_path, parse_xforward

TOO_MANY_RECIPIENTS = Reply(
    452, "4.5.3", "Too many recipients, please send the mail again to the others"
)
NEEDS_SMTPUTF8 = Reply(553, "5.6.7", "An address beyond ASCII needs SMTPUTF8")
AMBIGUOUS = Reply(550, "5.6.0", "A lone dot beside a bare CR or LF: mail lines must end in CRLF")
_FAULTS = {
    Fault.TOO_LARGE: Reply(552, "5.3.4", "Mail is too large"),
    Fault.ENDLESS: Reply(552, "5.3.4", "Mail is much too large"),
    Fault.NO_SPACE: Reply(452, "4.3.1", "No space for mail now, please try again later"),
}

log = logging.getLogger(__name__)


class Session(Connection):
    """The commands. Names in capitals are given by aiosmtpd, which looks for smtp_VERB."""

    def __init__(self, shared: Shared) -> None:
        self._forwarded = Forwarded()
        super().__init__(shared)

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802 - aiosmtpd finds it by this name
        """Greet and say what we can (RFC 5321 4.1.1.1; LHLO in LMTP)."""
        if not hostname:
            await self.push("501 Syntax: EHLO hostname")
            return
        self._greet(hostname, extended=True)
        offers = ["PIPELINING", f"SIZE {self._shared.config.max_size}"]
        if self.tls_context and not self._tls_protocol:
            offers.append("STARTTLS")
        offers += ["ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8"]
        if self._trusted:
            offers.append("XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE")
        lines = [self.hostname, *offers]
        await self._write([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"])

    async def smtp_HELO(self, hostname: str) -> None:  # noqa: N802 - aiosmtpd finds it by this name
        """Greet without extensions."""
        if not hostname:
            await self.push("501 Syntax: HELO hostname")
            return
        self._greet(hostname, extended=False)
        await self._write([f"250 {self.hostname}"])

    def _greet(self, name: str, *, extended: bool) -> None:
        self._set_rset_state()  # type: ignore[no-untyped-call]  # aiosmtpd's
        assert self.session is not None
        self.session.host_name = clean_name(name)
        self.session.extended_smtp = extended

    async def smtp_QUIT(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd finds it by this name
        """End the session; an argument does not stop a client from leaving."""
        self._leaving = True
        await self.push("221 Bye")

    async def smtp_VRFY(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd finds it by this name
        """Tell nobody who is here (RFC 5321 7.3)."""
        await self.push("252 Send some mail and see")

    async def smtp_HELP(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd finds it by this name
        """Point to the standard."""
        await self.push("214 See RFC 5321")

    async def smtp_STARTTLS(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd finds it by this name
        """Go on inside TLS, once; what was sent ahead in the clear is thrown away (RFC 3207 5)."""
        if self._tls_protocol is not None:
            await self.push("503 TLS is on already")
            return
        await super().smtp_STARTTLS(arg or "")

    async def smtp_XFORWARD(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd finds it by this name
        """Learn from a trusted front who its client was, for the next mail."""
        if not self._trusted:
            await self.push("550 5.7.1 You are not trusted to say so")
        elif self.envelope is not None and self.envelope.mail_from:
            await self.push("503 Not inside a mail transaction")
        elif (told := parse_xforward(arg or "", self._forwarded)) is None:
            await self.push("501 Syntax: XFORWARD name=value ...")
        else:
            self._forwarded = told
            await self.push("250 Ok")

    def _set_post_data_state(self) -> None:
        """A new transaction: nothing of the last one is left."""
        super()._set_post_data_state()  # type: ignore[no-untyped-call]  # aiosmtpd's
        self._forwarded = Forwarded()

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        return parse_path(arg) or (None, None)

    def _getparams(self, params: Sequence[str]) -> dict[str, str | bool] | None:
        # digits of other scripts would pass the library's own check and then break it
        return super()._getparams(params) if all(word.isascii() for word in params) else None

    async def _call_handler_hook(self, command: str, *args: Any) -> Any:
        if command == "MAIL":
            return self._check_sender(args[0])
        if command == "RCPT":
            return await self._check_recipient(args[0])
        return MISSING

    def _check_sender(self, address: str) -> str:
        assert self.envelope is not None
        if not address.isascii() and not self.envelope.smtp_utf8:
            return NEEDS_SMTPUTF8.line()
        self.envelope.mail_from = address
        return "250 2.1.0 Ok"

    async def _check_recipient(self, address: str) -> str:
        assert self.envelope is not None
        if len(self.envelope.rcpt_tos) >= self._shared.config.max_recipients:
            return TOO_MANY_RECIPIENTS.line()
        if address == "<>":
            return "550 5.1.3 The null address takes no mail"
        if not address.isascii() and not self.envelope.smtp_utf8:
            return NEEDS_SMTPUTF8.line()
        refusal = await self._shared.intake.check_rcpt(address)
        if refusal is not None:
            log.info("%s: no mail to %s: %s", self._peer, address, refusal.line())
            return refusal.line()
        self.envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    # --- A mail ------------------------------------------------------------------------------

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd finds it by this name
        """Read a mail and hand it over; LMTP answers for each recipient (RFC 2033 4.2)."""
        if await self.check_helo_needed():
            return
        assert self.envelope is not None
        recipients = len(self.envelope.rcpt_tos)
        if arg or not recipients:
            await self.push("501 Syntax: DATA" if arg else "503 Error: need RCPT command")
            return
        await self._write(["354 End data with <CR><LF>.<CR><LF>"])
        replies = await self._mail()
        self._reset_timeout()
        if any(reply.kept for reply in replies):
            self._errors = self._commands = 0
        answers = replies if self._lmtp else (one_reply(replies),)
        await self._write([reply.line() for reply in answers])
        self._set_post_data_state()

    async def _mail(self) -> tuple[Reply, ...]:
        assert self.envelope is not None
        with ExitStack() as stack:
            spool = Spool(self._shared.spool_dir, self._shared.spool_threads)
            stack.callback(spool.close)
            config = self._shared.config
            received = await receive(self._reader, spool, config.max_size, self._pace())
            self._stop_timer()
            refusal = self._refuse(received)
            if refusal is not None:
                log.info("%s: mail refused: %s", self._peer, refusal.line())
                return (refusal,) * len(self.envelope.rcpt_tos)
            stack.pop_all()  # the delivery has the spool from here on, and outlives this session
        self._delivery = asyncio.create_task(self._deliver(spool, self._envelope()))
        return await asyncio.shield(self._delivery)

    def _pace(self) -> Callable[[int], None]:
        """Restart the timer as bytes come in; a sender that is too slow on average runs out of it."""
        config = self._shared.config
        started = self.loop.time()
        silence = float(config.data_timeout_s)
        self._reset_timeout(silence)

        def on_progress(received: int) -> None:
            left = patience(self.loop.time() - started, received, silence, config.data_min_rate)
            if not self._leaving:
                self._reset_timeout(max(left, 0.001))

        return on_progress

    def _refuse(self, received: Received) -> Reply | None:
        if received.fault is not None:
            self._leaving = received.fault is Fault.ENDLESS
            return _FAULTS[received.fault]
        # a front has answered 250 already, and LMTP comes from our own host
        if received.ambiguous and not self._trusted and not self._lmtp:
            return AMBIGUOUS
        return None

    def _envelope(self) -> Envelope:
        """What is known of the mail that has just come in whole; its bytes are filled in later."""
        assert self.envelope is not None
        assert self.session is not None
        sender = self.envelope.mail_from or ""
        received_at = self._shared.clock()
        return Envelope(
            id=_new_id(received_at),
            mail_from="" if sender == "<>" else sender,
            rcpt=tuple(self.envelope.rcpt_tos),
            raw=b"",
            received_at=received_at,
            peer=self._forwarded.peer or self._peer,
            helo=self._forwarded.helo or self.session.host_name or "",
            smtputf8=self.envelope.smtp_utf8,
            trusted_front=self._trusted,
        )

    async def _deliver(self, spool: Spool, draft: Envelope) -> tuple[Reply, ...]:
        """Runs in a task of its own, which nothing cancels; never raises."""
        with closing(spool):
            async with self._shared.budget.room(spool.size if spool.on_disk else 0):
                if self.transport is None:  # gone while it waited: nothing was promised
                    return (TRY_LATER,) * len(draft.rcpt)
                return await self._accept(spool, draft)

    async def _accept(self, spool: Spool, draft: Envelope) -> tuple[Reply, ...]:
        everyone = len(draft.rcpt)
        size = spool.size
        try:
            replies = await self._shared.intake.accept(replace(draft, raw=await spool.take()))
            _check_count(replies, everyone)
        except RefusedError as error:
            log.info("mail %s refused: %s", draft.id, error.reason)
            replies = (Reply(error.code, error.enhanced, error.text),) * everyone
        except Exception:  # the edge: the client tries again, the log has the reason
            log.exception("mail %s could not be kept", draft.id)
            replies = (TRY_LATER,) * everyone
        for address, reply in zip(draft.rcpt, replies, strict=False):
            log.info(
                "envelope=%s peer=%s from=%s to=%s size=%d reply=%r",
                draft.id,
                draft.peer,
                draft.mail_from,
                address,
                size,
                reply.line(),
            )
        return replies


def _new_id(received_at: datetime) -> str:
    """An id for logs and the audit: by time, so that its index grows at one end, and not to be
    guessed."""
    return f"{int(received_at.timestamp() * 1000):011x}{secrets.token_hex(5)}"


def _check_count(replies: Sequence[Reply], recipients: int) -> None:
    if len(replies) != recipients:
        raise ValueError(f"{len(replies)} replies for {recipients} recipients")

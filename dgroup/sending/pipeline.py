"""One SMTP session to the smarthost as a state machine: one copy a transaction, and where the other
side offers PIPELINING the final dot and the next envelope in one write (RFC 2920 3.1).

Every copy taken from the source is settled exactly once, whatever the other side does.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from dgroup.retry import Answer, Heard
from dgroup.sending.wire import Extensions, Reply, Wire, plain
from dgroup.splice import crlf

UPLOAD = 128 * 1024
"""bodies above this are written in slices, so that ten sessions do not hold ten copies in buffers"""
_SLICE = 64 * 1024
_PATH = re.compile(r"[!-;=?-~]+")
_PATHS = re.compile(r"[!-;=?-~]* [!-;=?-~]+")
_USUAL = re.compile(rb"(2\d\d) ([^\r\n]*)\r\n2\d\d [^\r\n]*\r\n2\d\d [^\r\n]*\r\n354 [^\r\n]*\r\n")
DOT = b".\r\n"


@dataclass(frozen=True, slots=True)
class Body:
    """A mail ready for DATA: CRLF line ends, dots stuffed, without the final dot."""

    data: bytes
    eight_bit: bool
    smtputf8: bool


def body_of(whole: bytes, *, smtputf8: bool = False) -> Body:
    """Prepare a mail once for all its copies: no bare CR or LF, dots stuffed (RFC 5321 4.5.2)."""
    data = crlf(whole).replace(b"\r\n.", b"\r\n..")
    if data.startswith(b"."):
        data = b"." + data
    if not data.endswith(b"\r\n"):
        data += b"\r\n"
    return Body(data, eight_bit=not data.isascii(), smtputf8=smtputf8)


class Copy(NamedTuple):
    """One transaction: a body with the header lines of one recipient before it."""

    id: int
    sender: str
    """'' for the null reverse-path"""
    recipient: str
    personal: bytes
    """whole lines that end in CRLF and begin with no dot"""
    body: Body


@dataclass(frozen=True, slots=True)
class End:
    """How a session ended."""

    failed: bool
    reason: str
    settled: int
    """copies that got an answer"""


class State(Enum):
    """Where a session stands."""

    IDLE = auto()
    ENVELOPE = auto()
    UPLOAD = auto()
    """a large body is being written; its final dot is not"""
    BODY = auto()
    RESET = auto()
    """waits for the answer to RSET or to a lone dot"""
    ENDED = auto()


Source = Callable[[], Copy | None]
Settle = Callable[[Copy, Answer], None]


class Pipeline(Wire):
    """A session. First commands are asked one by one (`ask`), then `start` sends copies."""

    def __init__(self, timeout_s: float) -> None:
        super().__init__(timeout_s)
        self._state = State.IDLE
        self._sending = False
        self._answered = False
        self._settled = 0
        self._got: list[Reply] = []
        self._current: Copy | None = None
        self._next: Copy | None = None
        self._upload = memoryview(b"")
        self._timer: asyncio.TimerHandle | None = None
        self.ended: asyncio.Future[End] = self.loop.create_future()

    def start(self, offers: Extensions, source: Source, settle: Settle, limit: int) -> None:
        """Send what `source` gives, up to `limit` copies; `kick` when it has something again."""
        self._offers, self._source, self._settle = offers, source, settle
        self._left = limit
        self._sending = True
        self._watch()
        self._advance()

    @property
    def idle(self) -> bool:
        """Whether the session is open and waits for copies."""
        return self._sending and self._state is State.IDLE

    def kick(self) -> None:
        """The source may have something."""
        if self.idle:
            self._advance()

    def quit(self) -> None:
        """End an idle session politely; one at work ends after its copies in flight."""
        self._left = 0
        if self.idle:
            self._advance()

    def _advance(self) -> None:
        """Between transactions: begin the next one, wait for work, or say goodbye."""
        self._state = State.IDLE
        self._current = self._take()
        if self._current is not None:
            self._begin()
        elif self._left <= 0:
            self.transport.write(b"QUIT\r\n")
            self.close("done")
            self.transport.close()
            self._finish(End(failed=False, reason="done", settled=self._settled))

    def _begin(self) -> None:
        assert self._current is not None
        self.heard = self.loop.time()
        self._state = State.ENVELOPE
        self._got = []
        envelope = self._envelope(self._current)
        self.transport.write(envelope if self._offers.pipelining else _command(envelope, 0))

    def _take(self) -> Copy | None:
        """Take a copy whose addresses can be written; others are settled here."""
        while self._left > 0 and (copy := self._source()) is not None:
            refusal = self._refusal(copy)
            if refusal is None:
                self._left -= 1
                return copy
            self._settle(copy, refusal)
        return None

    def _refusal(self, copy: Copy) -> Answer | None:
        """Why a copy cannot go out here: an address that would break out of its command, or one or
        a header that needs SMTPUTF8 where it is not offered (RFC 6531 3.2)."""
        if not copy.body.smtputf8 and _PATHS.fullmatch(f"{copy.sender} {copy.recipient}"):
            return None
        ascii_only = copy.recipient.isascii() and copy.sender.isascii()
        if (copy.body.smtputf8 or not ascii_only) and not self._offers.smtputf8:
            return Answer(Heard.ANSWER, 553, "5.6.7 the smarthost does not offer SMTPUTF8")
        paths = (copy.recipient, copy.sender) if copy.sender else (copy.recipient,)
        for path in paths:
            plain = path if path.isascii() else "".join(c for c in path if c.isascii())
            if not _PATH.fullmatch(plain) or not path.isprintable():
                return Answer(Heard.ANSWER, 553, "5.1.3 bad address syntax")
        return None

    def _envelope(self, copy: Copy) -> bytes:
        """MAIL, RCPT and DATA of a copy. Eight-bit text goes as it is where 8BITMIME is not offered:
        RFC 6152 3 asks to encode it or give it up, but encoding breaks the author's signature, and
        every smarthost that matters passes it on."""
        offers, body, to, sender = self._offers, copy.body, copy.recipient, copy.sender
        size = f" SIZE={len(body.data) + len(copy.personal)}" if offers.size else ""
        bits = " BODY=8BITMIME" if body.eight_bit and offers.eight_bit else ""
        wide = body.smtputf8 or not (to.isascii() and sender.isascii())
        utf8 = " SMTPUTF8" if wide else ""
        return f"MAIL FROM:<{sender}>{size}{bits}{utf8}\r\nRCPT TO:<{to}>\r\nDATA\r\n".encode()

    # --- Replies -----------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Take replies. The usual four, to a final dot and the next envelope, are read in one go:
        cut and judged one by one they would cost as much as sending the copy."""
        begun = self._rest or self._lines
        if self._next is not None and self._state is State.BODY and not begun:
            usual = _USUAL.fullmatch(data)
            if usual is not None:
                self.heard = self.loop.time()
                code, text = usual.groups()
                following, self._next = self._next, None
                self._answer_current(Answer(Heard.ANSWER, int(code), plain(text)))
                self._current = following
                return self._send_body()
        return super().data_received(data)

    def on_reply(self, reply: Reply) -> None:
        """Take a reply; which command it answers follows from the order."""
        if not self._sending:
            super().on_reply(reply)
        elif reply.code == 421:
            self._answered = True
            self.fail(f"421 {reply.text}")
        elif self._state is State.BODY:
            self._on_final(reply)
        elif self._state is State.ENVELOPE:
            self._got.append(reply)
            self._on_envelope()
        elif self._state is State.RESET:
            self._advance()
        elif self._state is State.UPLOAD and reply.code >= 400:
            # Refused in the middle of the text: the rest would be read as commands.
            self._answer_current(Answer(Heard.ANSWER, reply.code, reply.text))
            self.fail("text refused before its end")
        elif not self.closed:
            self.fail(f"reply without a command: {reply.code} {reply.text}")

    def on_room(self) -> None:
        """The other side reads again: an upload goes on."""
        if self._state is State.UPLOAD:
            self._continue_upload()

    def _on_envelope(self) -> None:
        """Replies to MAIL, RCPT and DATA, in this order."""
        assert self._current is not None
        last = self._got[-1]
        refused = next((reply for reply in self._got[:2] if reply.code >= 300), None)
        if len(self._got) < 3:
            if not self._offers.pipelining and refused is None:
                self.transport.write(_command(self._envelope(self._current), len(self._got)))
            elif not self._offers.pipelining:
                self._drop_current(last, b"RSET\r\n")
        elif last.code == 354 and refused is None:
            self._send_body()
        elif last.code == 354:
            # Nobody accepted, and yet it wants a text: an empty one ends the transaction.
            self._drop_current(refused or last, DOT)
        elif last.code < 400:
            self.fail(f"unexpected reply to DATA: {last.code} {last.text}")
        else:
            self._drop_current(refused or last, b"RSET\r\n")

    def _drop_current(self, reply: Reply, command: bytes) -> None:
        """The copy has its answer; the session needs `command` to be ready for the next one."""
        if reply.code < 400:
            return self.fail(f"unexpected reply: {reply.code} {reply.text}")
        heard = Heard.ANSWER
        if reply.code == 452 and reply.text.startswith("4.5.3") and self._settled:
            # Enough for one session: says nothing about the copy, which goes with the next one.
            heard, self._left = Heard.UNSENT, 0
        self._answer_current(Answer(heard, reply.code, reply.text))
        self._state = State.RESET
        self.transport.write(command)
        return None

    def _on_final(self, reply: Reply) -> None:
        """The reply to a final dot; the next envelope may be on its way already."""
        if 300 <= reply.code < 400:
            return self.fail(f"unexpected reply to a text: {reply.code} {reply.text}")
        following, self._next = self._next, None
        self._answer_current(Answer(Heard.ANSWER, reply.code, reply.text))
        if following is None:
            return self._advance()
        self._current, self._got = following, []
        self._state = State.ENVELOPE
        return None

    def _answer_current(self, answer: Answer) -> None:
        copy, self._current = self._current, None
        assert copy is not None
        self._settled += 1
        self._settle(copy, answer)

    # --- Texts -------------------------------------------------------------------------------

    def _send_body(self) -> None:
        assert self._current is not None
        copy = self._current
        if len(copy.body.data) > UPLOAD:
            self.transport.write(copy.personal)
            self._upload = memoryview(copy.body.data)
            self._state = State.UPLOAD
            return self._continue_upload()
        self._state = State.BODY
        self.transport.write(b"".join((copy.personal, copy.body.data, DOT, self._following())))
        return None

    def _continue_upload(self) -> None:
        self.heard = self.loop.time()
        while self._upload and not self.paused and self._state is State.UPLOAD:
            piece, self._upload = self._upload[:_SLICE], self._upload[_SLICE:]
            self.transport.write(piece)
        if self._state is State.UPLOAD and not self._upload:
            self._state = State.BODY
            self.transport.write(DOT + self._following())

    def _following(self) -> bytes:
        """The next envelope, to go with the final dot, where the other side can take it."""
        self._next = self._take() if self._offers.pipelining else None
        return self._envelope(self._next) if self._next is not None else b""

    # --- Ends --------------------------------------------------------------------------------

    def _watch(self) -> None:
        """One coarse timer a session: a timer a reply would cost more than the reply."""
        busy = self._state is not State.IDLE
        if busy and self.loop.time() - self.heard > self.timeout:
            self.fail(f"no answer for {self.timeout:.0f} s")
        if not self.closed:
            self._timer = self.loop.call_later(self.timeout / 8, self._watch)

    def on_end(self, reason: str) -> None:
        """Settle what was in flight. A copy whose final dot is out has an unknown outcome unless it
        was answered (421); all others taken were certainly not sent."""
        unknown = self._state is State.BODY and not self._answered
        self._state = State.ENDED
        left, self._current = self._current, None
        following, self._next = self._next, None
        if left is not None:
            said = 421 if self._answered else 0
            self._settle(left, Answer(Heard.UNKNOWN if unknown else Heard.UNSENT, said, reason))
        if following is not None:
            self._settle(following, Answer(Heard.UNSENT, 0, reason))
        self._finish(End(failed=True, reason=reason, settled=self._settled))

    def _finish(self, end: End) -> None:
        self._state = State.ENDED
        if self._timer is not None:
            self._timer.cancel()
        if not self.ended.done():
            self.ended.set_result(end)


def _command(envelope: bytes, at: int) -> bytes:
    """One of an envelope's three commands."""
    return envelope.splitlines(keepends=True)[at]

"""A session to the smarthost that sends crates between copies: MAIL, all RCPT and DATA in one write, the
text behind their replies. Nothing goes out behind a crate before its final dot is answered.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from dgroup.retry import Answer, Heard
from dgroup.sending.crates import Crate, Outcome, accepted, fitting, outcome
from dgroup.sending.pipeline import DOT, Pipeline, State
from dgroup.sending.wire import Extensions, Reply

TakeCrate = Callable[[Extensions], Crate | None]
SettleCrate = Callable[[Crate, Outcome], None]
_RESET = b"RSET\r\n"
_ALL_TAKEN = re.compile(rb"(?:250 [^\r\n]*\r\n)+354 [^\r\n]*\r\n")
_YES = Reply(250, "")


class CrateSession(Pipeline):
    """A session for copies and, once told by `carry` where they come from, for crates."""

    _crate: Crate | None = None
    _take_crate: TakeCrate = staticmethod(lambda _offers: None)
    _settle_crate: SettleCrate

    def carry(self, take: TakeCrate, settle: SettleCrate) -> None:
        """Ask `take` for a crate between transactions; each one taken is settled exactly once."""
        self._take_crate, self._settle_crate = take, settle

    def _advance(self) -> None:
        self._crate = self._take_crate(self._offers) if self._left > 0 else None
        if self._crate is None:
            return super()._advance()
        self._left -= 1
        self.heard = self.loop.time()
        self._current, self._got, self._state = self._crate.copy, [], State.ENVELOPE
        commands = self._crate.commands(self._offers)
        self.transport.write(b"".join(commands) if self._offers.pipelining else commands[0])
        return None

    def _following(self) -> bytes:
        return b"" if self._crate is not None else super()._following()

    def data_received(self, data: bytes) -> None:
        """Take replies; where everybody is accepted, as nearly always, all in one go."""
        if self._crate is not None and self._is_all_taken(data):
            self.heard = self.loop.time()
            self._got = [_YES] * (len(self._crate.items) + 1)
            return self._send_body()
        return super().data_received(data)

    def _is_all_taken(self, data: bytes) -> bool:
        assert self._crate is not None
        begun = self._got or self._rest or self._lines or not self._offers.pipelining
        fresh = self._state is State.ENVELOPE and not begun
        whole = fresh and data.count(b"\n") == len(self._crate.items) + 2
        return whole and _ALL_TAKEN.fullmatch(data) is not None

    def _on_envelope(self) -> None:
        """Replies to MAIL, each RCPT and DATA, in this order."""
        crate, got, last = self._crate, len(self._got), self._got[-1]
        if crate is None:
            return super()._on_envelope()
        if got < len(crate.items) + 2:
            return None if self._offers.pipelining else self._next_command(crate, got)
        if last.code == 354:
            # Nobody accepted, and yet it wants a text: an empty one ends the transaction.
            return self._send_body() if self._anybody() else self._unload(last, DOT)
        if last.code < 400:
            return self.fail(f"unexpected reply to DATA: {last.code} {last.text}")
        return self._unload(last, _RESET)

    def _next_command(self, crate: Crate, got: int) -> None:
        """Where each command waits for its reply: the next one, or RSET where a text would reach nobody."""
        ends = self._got[0].code >= 300 or (got > len(crate.items) and not self._anybody())
        if ends:
            return self._unload(self._got[-1], _RESET)
        return self.transport.write(crate.commands(self._offers)[got])

    def _anybody(self) -> bool:
        return self._got[0].code < 300 and bool(accepted(self._replies()))

    def _replies(self) -> list[Reply]:
        """The replies to RCPT."""
        assert self._crate is not None
        return self._got[1 : len(self._crate.items) + 1]

    def _unload(self, reply: Reply, command: bytes) -> None:
        """No text goes out; the session needs `command` to be ready for what comes next."""
        self._answer_current(Answer(Heard.UNSENT, reply.code, reply.text))
        self._state = State.RESET
        self.transport.write(command)

    def _answer_current(self, answer: Answer) -> None:
        if self._crate is None:
            return super()._answer_current(answer)
        self._settled += len(self._crate.items)
        return self._close_crate(answer)

    def _close_crate(self, answer: Answer) -> None:
        assert self._crate is not None
        crate, replies = self._crate, self._replies()
        self._crate = self._current = None
        if fits := fitting(replies):
            self._offers = replace(self._offers, most_recipients=fits)
        self._settle_crate(crate, outcome(crate, replies, answer))

    def on_end(self, reason: str) -> None:
        """Settle what was in flight: as with a copy, only a text whose final dot is out is unsure."""
        if self._crate is not None:
            unsure = self._state is State.BODY and not self._answered
            said = 421 if self._answered else 0
            self._close_crate(Answer(Heard.UNKNOWN if unsure else Heard.UNSENT, said, reason))
        super().on_end(reason)

"""Crates: one shared copy for many recipients, sent in one transaction, and what its answers mean. Pure.

A crate only ever delivers. Whoever was not taken for sure by it gets a copy of their own, whose answer
counts as always: nobody is blamed, put off or given up by what was said about many.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from dgroup.model import OutboxItem
from dgroup.retry import Answer, Heard
from dgroup.sending.pipeline import Copy
from dgroup.sending.wire import Extensions, Reply

_PATHS = re.compile(r"[!-;=?-~]+(?: [!-;=?-~]+)*")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
_TOO_MANY = (452, 552)


@dataclass(frozen=True, slots=True)
class Crate:
    """One transaction: a copy without a recipient, and to whom it goes."""

    copy: Copy
    items: Sequence[OutboxItem]
    verp: bool = False
    """the smarthost is asked to write each recipient into the reverse-path"""

    def commands(self, offers: Extensions) -> list[bytes]:
        """MAIL, one RCPT each, DATA."""
        body = self.copy.body
        size = f" SIZE={len(body.data) + len(self.copy.personal)}" if offers.size else ""
        bits = " BODY=8BITMIME" if body.eight_bit and offers.eight_bit else ""
        verp = " XVERP=+=" if self.verp else ""
        mail = f"MAIL FROM:<{self.copy.sender}>{size}{bits}{verp}\r\n"
        to = [f"RCPT TO:<{item.recipient}>\r\n".encode("ascii") for item in self.items]
        return [mail.encode("ascii"), *to, b"DATA\r\n"]


@dataclass(slots=True)
class Outcome:
    """What became of a crate's recipients; each is in one of the lists."""

    taken: Sequence[OutboxItem] = ()
    unknown: Sequence[OutboxItem] = ()
    """the text went out, and its final dot got no answer"""
    left: Sequence[OutboxItem] = ()
    """too many for one transaction: the next one takes them"""
    alone: Sequence[OutboxItem] = ()
    """they get a copy of their own"""
    answer: Answer = field(default_factory=lambda: Answer(Heard.UNSENT, 0, ""))
    """to the final dot, or why there is none"""


def writable(recipients: Sequence[str]) -> bool:
    """Tell whether all these addresses can stand in a command as they are, without SMTPUTF8."""
    return _PATHS.fullmatch(" ".join(recipients)) is not None


def accepted(replies: Sequence[Reply]) -> list[int]:
    """Which recipients were accepted, by their replies."""
    return [at for at, reply in enumerate(replies) if reply.code < 300]


def outcome(crate: Crate, replies: Sequence[Reply], answer: Answer) -> Outcome:
    """Sort the recipients by the replies to their RCPT and the answer to the text."""
    items = crate.items
    if answer.taken and len(replies) == len(items) and all(one.code < 300 for one in replies):
        return Outcome(taken=items, answer=answer)
    inside = set(accepted(replies))
    reached = [items[at] for at in sorted(inside)]
    over = {at for at, reply in enumerate(replies) if inside and _is_too_many(reply)}
    found = Outcome(answer=answer, left=[items[at] for at in sorted(over)])
    if answer.taken:
        found.taken = reached
    elif answer.heard is Heard.UNKNOWN:
        found.unknown = reached
    else:
        inside = set()
    found.alone = [item for at, item in enumerate(items) if at not in inside and at not in over]
    return found


def _is_too_many(reply: Reply) -> bool:
    """Tell whether a refusal is about the number of recipients (RFC 5321 4.5.3.1.10): by its status, or
    by its code where it has none. Another status means the mailbox or the host's disk."""
    status = _STATUS.match(reply.text)
    return reply.code in _TOO_MANY and (status is None or status[0][2:] == "5.3")


def fitting(replies: Sequence[Reply]) -> int:
    """How many recipients the smarthost takes in one transaction; 0 where it took all that it wanted."""
    took = len(accepted(replies))
    return took if any(map(_is_too_many, replies)) else 0

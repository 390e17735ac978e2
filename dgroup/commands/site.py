"""Mail to groups@, which belongs to no group: a command that names its group goes there, a question gets
the list of groups, the rest goes to the host's people (COMMANDS D1). Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from dgroup.address import command_address, name_problem, split_address
from dgroup.commands.base import Caps
from dgroup.effects import Outcome, OutcomeKind, Plan, QueueLetter
from dgroup.incoming import Incoming, LetterCounts, Reading
from dgroup.model import Alignment, Reply, Route, RouteKind

NAMES = 60
"""words that are looked at as names of groups"""
_TEXT = 2000
_WORD = re.compile(r"[a-z0-9][a-z0-9-]{1,23}(?![a-z0-9-])")
_ASKS = frozenset({"help", "who", "status", "members", "search", ""})


@dataclass(frozen=True, slots=True)
class Listed:
    """What is known for an answer: the groups whose archive is open to all, and the letters sent."""

    groups: tuple[tuple[str, str, str], ...]
    """(address, title, address to join) each"""
    language: str
    letters: LetterCounts


def names_in(mail: Incoming) -> tuple[str, ...]:
    """Words of the mail, addresses among them, that may be the name of a group."""
    text = f"{mail.message.subject[:200]}\n{mail.content.own[:_TEXT]}".casefold()
    found = dict.fromkeys(_WORD.findall(text))
    return tuple(word for word in found if not name_problem(word))[:NAMES]


def to_group(mail: Incoming, name: str) -> Incoming:
    """The mail as if it had come to the group's own command address."""
    domain = split_address(mail.route.address)[1]
    where = Route(RouteKind.COMMAND, command_address(name, "request", domain), name, "request")
    return replace(mail, route=where)


def asks(reading: Reading, mail: Incoming) -> bool:
    """Tell whether a mail that names no group wants to know what there is: HELP, or nothing at all."""
    says_nothing = not mail.content.own.strip() and len(mail.message.subject) < 40
    return reading.verb in _ASKS - {""} or (not reading.verb and says_nothing)


def plan(mail: Incoming, listed: Listed, caps: Caps) -> Plan:
    """Answer with the list of groups, within the caps, and never to a forged or automatic mail."""
    reply = Reply(250, "2.0.0", "Command received")
    if mail.verdicts.alignment is Alignment.FAIL or not mail.sender:
        return Plan(Outcome(OutcomeKind.DISCARDED, reply, "auth-fail site-help"))
    if listed.letters.letters >= caps.answers_per_day:
        return Plan(Outcome(OutcomeKind.DISCARDED, reply, "cap site-help"))
    told = QueueLetter(
        "site-help",
        mail.sender,
        listed.language,
        (("groups", listed.groups),),
        answers=mail.message.message_id,
    )
    return Plan(Outcome(OutcomeKind.COMMAND, reply, "site-help"), (told,))

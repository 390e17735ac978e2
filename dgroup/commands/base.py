"""What every command shares: the request it gets, the plans it can give, the caps on letters."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from dgroup.effects import (
    Audit,
    Effect,
    NewCode,
    Outcome,
    OutcomeKind,
    Plan,
    QueueLetter,
    Value,
    Values,
)
from dgroup.incoming import CommandFacts, Incoming, Named, Reading
from dgroup.model import Alignment, Membership, MemberState, Reply

UNDO_DAYS = 30


@dataclass(frozen=True, slots=True)
class Caps:
    """How often we answer, so that nobody can be flooded through us (RULINGS 8)."""

    answers_per_day: int
    confirmations_per_group: int
    confirmations: int
    code_days: int


@dataclass(frozen=True, slots=True)
class Request:
    """A command mail, what it says and what the database knows about it."""

    mail: Incoming
    reading: Reading
    facts: CommandFacts
    caps: Caps

    @property
    def sender(self) -> str:
        """The address that the mail claims to come from. Never proof by itself."""
        return self.mail.sender

    @property
    def forged(self) -> bool:
        """Authentication failed: nothing may be done or answered on its word."""
        return self.mail.verdicts.alignment is Alignment.FAIL

    @property
    def aligned(self) -> bool:
        """The sender's domain vouches for the mail."""
        return self.mail.verdicts.alignment is Alignment.ALIGNED

    @property
    def language(self) -> str:
        """How to speak to the sender: their own language, else how they wrote, else the group's."""
        if self.facts.member is not None:
            return self.facts.member.language
        return self.reading.language or self.facts.group.info.language


@dataclass(frozen=True, slots=True)
class Command:
    """A verb and the function that plans it."""

    verb: str
    plan: Callable[[Request], Plan]


def active(member: Membership | None) -> bool:
    """Tell whether this is somebody who is in the group now."""
    inside = (MemberState.ACTIVE, MemberState.PAUSED, MemberState.SUSPENDED)
    return member is not None and member.state in inside


def done(request: Request, reason: str, *effects: Effect) -> Plan:
    """The command was carried out, asked back or answered."""
    reply = Reply(250, "2.0.0", "Command received")
    return Plan(Outcome(OutcomeKind.COMMAND, reply, reason), effects)


def dropped(reason: str) -> Plan:
    """Nothing is done and nobody is told: automatic mail, caps reached."""
    return Plan(Outcome(OutcomeKind.DISCARDED, Reply(250, "2.0.0", "Received"), reason))


def answer(request: Request, name: str, *effects: Effect, **values: Value) -> Plan:
    """Answer the sender with a letter and do nothing else; silence where caps or forgery say so."""
    if request.forged:
        return dropped(f"auth-fail {name}")
    if request.facts.letters_today >= request.caps.answers_per_day:
        return dropped(f"cap {name}")
    return done(request, name, *effects, letter(request, name, **values))


def letter(request: Request, name: str, **values: Value) -> QueueLetter:
    """A letter to the sender, answering their mail."""
    return QueueLetter(
        name=name,
        recipient=request.sender,
        language=request.language,
        values=tuple(values.items()),
        answers=request.mail.message.message_id,
    )


def letter_to(member: Membership, name: str, **values: Value) -> QueueLetter:
    """A letter to a member's registered address, in their language."""
    return QueueLetter(name, member.address, member.language, tuple(values.items()))


def ask(request: Request, name: str, code: NewCode, language: str, **values: Value) -> Plan:
    """Send a letter with a confirmation code to `code.address`, within the caps on confirmations."""
    facts, caps = request.facts, request.caps
    full = (
        facts.confirmations_today_group >= caps.confirmations_per_group
        or facts.confirmations_today >= caps.confirmations
    )
    if full:
        return dropped(f"cap {name}")
    pairs: Values = tuple(values.items())
    asked = QueueLetter(name, code.address, language, pairs, code, request.mail.message.message_id)
    return done(request, f"asked {name}", asked)


def forged_note(request: Request, verb: str) -> Plan:
    """Tell the real person, once a day, that somebody used their address (COMMANDS D6.6)."""
    member = request.facts.member
    if member is None or request.facts.letters_today >= 1:
        return dropped("auth-fail")
    audit = Audit("forged", f"{verb} as {member.address} from {request.mail.envelope.peer}")
    note = letter_to(member, "forged-note", verb=verb, origin=request.mail.envelope.peer)
    return done(request, "auth-fail", audit, note)


def people_payload(people: tuple[Named, ...], **extra: str) -> str:
    """Write the people of a code's payload as JSON."""
    rows = [[person.address, person.name] for person in people]
    return json.dumps({"people": rows, **extra})


def people_of(payload: str) -> tuple[Named, ...]:
    """Read the people of a code's payload."""
    return tuple(Named(address, name) for address, name in json.loads(payload)["people"])


def rows(people: tuple[Named, ...]) -> tuple[tuple[str, ...], ...]:
    """Give people as rows for a letter's template."""
    return tuple((person.address, person.name) for person in people)

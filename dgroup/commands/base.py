"""What every command shares: the request it gets, the plans it can give, the caps on letters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeGuard, TypeVar

from dgroup.address import is_sendable
from dgroup.config import Bounces
from dgroup.effects import (
    Audit,
    CountTry,
    Effect,
    NewCode,
    Outcome,
    OutcomeKind,
    Plan,
    QueueLetter,
    UseCode,
    Value,
)
from dgroup.incoming import Answer, CommandFacts, Incoming, LetterCounts, Named, Reading
from dgroup.model import Alignment, Membership, Reply

UNDO_DAYS = 30


@dataclass(frozen=True, slots=True)
class Caps:
    """How often we answer, so that nobody can be flooded through us (RULINGS 8)."""

    answers_per_day: int
    confirmations_per_group: int
    confirmations: int
    code_days: int
    private_per_hour: int = 20
    """private mails of one member to others' aliases in a group"""
    bounces: Bounces = field(default_factory=Bounces)


@dataclass(frozen=True, slots=True)
class Request:
    """A command mail, what it says and what the database knows about it."""

    mail: Incoming
    reading: Reading
    facts: CommandFacts
    caps: Caps
    proved: bool = False
    """the registered address has said yes to exactly this: `reading` is what was asked then"""

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
    def addressee(self) -> str:
        """Whom an answer goes to: the registered address of somebody we know, else the sender."""
        return self.facts.addressee or self.sender

    @property
    def language(self) -> str:
        """How to speak to the addressee: their own language, else how they wrote, else the group's."""
        known = self.facts.token_member or self.facts.member
        if known is not None:
            return known.language
        return self.reading.language or self.facts.group.info.language


@dataclass(frozen=True, slots=True)
class Command:
    """A verb and the functions that plan it."""

    verb: str
    plan: Callable[[Request], Plan]
    confirmed: Callable[[Request], Plan] | None = None
    """what a yes to this verb's code does; None: the verb sends no code"""
    undone: Callable[[Request], Plan] | None = None
    """what UNDO does, where it is about more than memberships"""
    needs: str = ""
    """which look-up of `facts.LOOKUPS` fills `CommandFacts.found`"""
    answers: frozenset[Answer] = frozenset()
    """words beside yes that `confirmed` takes; it finds them in `reading.answer`"""
    declined: Callable[[Request], Plan] | None = None
    """what a no to this verb's code does, where it is more than that nothing is done"""


def active(member: Membership | None) -> TypeGuard[Membership]:
    """Tell whether this is somebody who is in the group now."""
    return member is not None and member.inside


_T = TypeVar("_T")


def found(request: Request, kind: type[_T]) -> _T:
    """Give what the command's `needs` looked up."""
    assert isinstance(request.facts.found, kind)  # facts.LOOKUPS and `needs` belong together
    return request.facts.found


def done(request: Request, reason: str, *effects: Effect) -> Plan:
    """The command was carried out, asked back or answered."""
    reply = Reply(250, "2.0.0", "Command received")
    return Plan(Outcome(OutcomeKind.COMMAND, reply, reason), effects)


def dropped(reason: str, *effects: Effect) -> Plan:
    """Nothing is done and nobody is told: automatic mail, caps reached."""
    return Plan(Outcome(OutcomeKind.DISCARDED, Reply(250, "2.0.0", "Received"), reason), effects)


# --- Letters within their caps ----------------------------------------------------------------


def answer(request: Request, name: str, /, *effects: Effect, **values: Value) -> Plan:
    """Answer with a letter and do `effects`; forgery and caps silence the letter, not the effects."""
    if request.forged:
        return dropped(f"auth-fail {name}", *effects)
    if not may_answer(request):
        return dropped(f"cap {name}", *effects)
    return done(request, name, *effects, letter(request, name, **values))


def may_answer(request: Request) -> bool:
    """Tell whether the addressee can be written to and has not had the answers of the day."""
    counts = request.facts.letters
    return is_sendable(request.addressee) and counts.letters < request.caps.answers_per_day


def may_ask(counts: LetterCounts, caps: Caps) -> bool:
    """Tell whether one more letter with a code may go to the address counted (COMMANDS D4)."""
    return (
        counts.letters < caps.answers_per_day
        and counts.confirmations_here < caps.confirmations_per_group
        and counts.confirmations < caps.confirmations
    )


def letter(request: Request, name: str, /, **values: Value) -> QueueLetter:
    """A letter to the addressee, answering the mail."""
    return QueueLetter(
        name=name,
        recipient=request.addressee,
        language=request.language,
        values=tuple(values.items()),
        answers=request.mail.message.message_id,
    )


def letter_to(member: Membership, name: str, /, **values: Value) -> QueueLetter:
    """A letter to a member's registered address, in their language."""
    return QueueLetter(name, member.address, member.language, tuple(values.items()))


def ask(request: Request, name: str, code: NewCode, **values: Value) -> Plan:
    """Send a letter with a confirmation code to the addressee, within the caps on confirmations."""
    if not is_sendable(code.address) or not may_ask(request.facts.letters, request.caps):
        return dropped(f"cap {name}")
    asked = QueueLetter(
        name=name,
        recipient=code.address,
        language=request.language,
        values=tuple(values.items()),
        code=code,
        answers=request.mail.message.message_id,
    )
    return done(request, f"asked {name}", asked)


def forged_note(request: Request, verb: str) -> Plan:
    """Tell the real person, once a day, that somebody used their address (COMMANDS D6.6)."""
    member, counts = request.facts.member, request.facts.letters
    peer = request.mail.envelope.peer
    if member is None:
        return dropped("auth-fail")
    audit = Audit("forged", f"{verb} as {member.address} from {peer}")
    if counts.notes or counts.letters >= request.caps.answers_per_day:
        return dropped("auth-fail", audit)
    return done(
        request, "auth-fail", audit, letter_to(member, "forged-note", verb=verb, origin=peer)
    )


# --- Codes ------------------------------------------------------------------------------------


def used(request: Request) -> UseCode:
    """The effect that ends the code of this answer."""
    assert request.facts.code is not None  # only answers to a code are confirmed
    return UseCode(request.facts.code.id)


def wrong_reference(request: Request) -> tuple[Effect, ...]:
    """Count a short reference that fits no code of the sender's: guessing ends after a few tries."""
    if request.reading.code or not request.reading.reference or not request.sender:
        return ()
    return (CountTry(request.sender),)


def rows(people: tuple[Named, ...]) -> tuple[tuple[str, ...], ...]:
    """Give people as rows for a letter's template."""
    return tuple((person.address, person.name) for person in people)

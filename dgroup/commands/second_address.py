"""also write from: one more address of a member's own that they write from, and the way to be rid of it;
their mail goes where it went (RULINGS 3). The codes are those of `new_address`, which calls this. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dgroup.changes import MoveAddress
from dgroup.commands import payload
from dgroup.commands.base import (
    UNDO_DAYS,
    Request,
    answer,
    done,
    dropped,
    found,
    letter,
    may_answer,
    used,
)
from dgroup.commands.proof import settle, spent, tell
from dgroup.effects import Audit, NewCode, Plan, QueueLetter
from dgroup.incoming import LetterCounts, Named, Options
from dgroup.model import Membership

VERB = "address"
_NO_LETTERS = LetterCounts()


@dataclass(frozen=True, slots=True)
class Move:
    """What is known of a member and of another address that they name."""

    mover: Membership | None
    address: str
    """the other one"""
    problem: str = ""
    """why it cannot be used: 'none', 'syntax', 'ours', 'same'; or ''"""
    places: tuple[int, ...] = ()
    """memberships, in all groups, that get their mail at the address that the member has now"""
    is_theirs: bool = False
    """it is a verified address of the same person already"""
    is_known: bool = False
    """it is a verified address of somebody, whoever that is"""
    is_taken: bool = False
    """it belongs to somebody else who is in a group, waits for one or is banned"""
    is_used: bool = False
    """mail of a group goes there"""
    left: tuple[int, ...] = ()
    """memberships that have ended, whose mail went there"""
    is_banned: bool = False
    """the member is banned in some group: no address of theirs is let go"""
    letters: LetterCounts = _NO_LETTERS
    """to the other address"""


def is_forgetting(options: Options) -> bool:
    """Tell whether an address is to be theirs no more."""
    return options.also and not options.on


def added(request: Request, member: Membership, move: Move) -> Plan:
    """Both addresses have said yes and both are told; either can take it back."""
    old, new = request.facts.people[0].address, move.address
    if move.is_theirs:  # asked twice: an UNDO of the second time must not take the first
        return answer(request, "second-already", used(request), new=new)
    back = payload.write(VERB, [Named(new, member.name)], Options(address=old, also=True), own=True)
    letters = [
        QueueLetter(
            name="second-done",
            recipient=to,
            language=member.language,
            values=(("old", old), ("new", new)),
            code=NewCode("undo", to, back, UNDO_DAYS),
        )
        for to in (new, old)
    ]
    effect = MoveAddress(member.person_id, (), new, take=True)
    return done(request, VERB, used(request), effect, Audit(VERB, f"{new} beside {old}"), *letters)


# --- No longer theirs -------------------------------------------------------------------------


def forget(request: Request) -> Plan:
    """At once for a sender whose domain vouches for them, else by a code to the registered address."""
    move = found(request, Move)
    if move.problem == "none":
        return answer(request, "second-bad", problem="forget-none", new="")
    member = request.facts.token_member if request.proved else request.facts.member
    if member is not None:
        # A code must remember whose address it is, as that of the change of address does.
        whose = (Named(member.address, member.name),)
        request = replace(request, reading=replace(request.reading, people=whose))
    return settle(request, _forgotten, question="forget-confirm", new=move.address)


def _forgotten(request: Request, member: Membership) -> Plan:
    move = found(request, Move)
    if not move.is_theirs:
        return tell(request, member, "second-bad", problem="unknown", new=move.address)
    if move.is_used or move.is_banned:
        problem = "used" if move.is_used else "banned"
        return tell(request, member, "second-bad", problem=problem, new=move.address)
    # Who comes back by UNDO to a group that they left gets its mail at an address of theirs.
    gone = MoveAddress(member.person_id, move.left, member.address, forget=move.address)
    effects = (*spent(request), gone, Audit(VERB, f"{member.address} without {move.address}"))
    if not may_answer(request):
        return dropped("cap forget-done", *effects)
    back = payload.write(
        VERB,
        [Named(member.address, member.name)],
        Options(address=move.address, also=True, on=False),
        own=True,
    )
    told = QueueLetter(
        name="forget-done",
        recipient=member.address,
        language=member.language,
        values=(("new", move.address),),
        code=NewCode("undo", member.address, back, UNDO_DAYS),
        answers=request.mail.message.message_id,
    )
    return done(request, VERB, *effects, told)


# --- Taken back -------------------------------------------------------------------------------


def undone(request: Request, options: Options) -> Plan:
    """As it was before, unless the address has found another use since."""
    code, move = request.facts.code, found(request, Move)
    assert code is not None  # `confirm` calls with a code only
    member = move.mover
    effect = _back(member, move, options, request.facts.people[0].address)
    if member is None or effect is None:
        return answer(request, "undone-own", used(request), verb=VERB, people=())
    told = replace(
        letter(request, "undone-own", verb=VERB, people=((member.address, member.name),)),
        language=member.language,
    )
    both = dict.fromkeys((member.address, code.address))
    letters = [replace(told, recipient=to) for to in both]
    audit = Audit("undone", f"address {effect.forget or effect.address} by {code.address}")
    return done(request, "undone", used(request), effect, audit, *letters)


def _back(
    member: Membership | None, move: Move, options: Options, first: str
) -> MoveAddress | None:
    """What takes it back; `first` is the address added, or the registered one of who forgot another."""
    if member is None or member.banned or move.is_banned:
        return None
    if is_forgetting(options):
        free = not move.is_known
        return MoveAddress(member.person_id, (), move.address, take=True) if free else None
    # Theirs still, and no group's mail has been sent there since: else it is another's, or a change's.
    if not move.is_theirs or move.places:
        return None
    return MoveAddress(member.person_id, (), member.address, forget=first)

"""remove: a coordinator's list of people, from this group or "from all" groups that they run;
`quiet` tells only the coordinators (STANDARDS 22).
"""

from __future__ import annotations

from dgroup.changes import ChangeElsewhere, ChangeMember
from dgroup.commands import acting, leave, payload, undo
from dgroup.commands.acting import Act, Target
from dgroup.commands.base import Command, Request, answer, found
from dgroup.commands.coordinator import guard
from dgroup.effects import Effect, Plan, QueueLetter, Value
from dgroup.incoming import Named
from dgroup.known import Elsewhere, RemoveFacts
from dgroup.model import Membership, MemberState

VERB = "remove"
ALL = "all"


def plan(request: Request) -> Plan:
    """Show who would be removed; nothing is done before the coordinator's yes.

    A member who names nobody else means themselves (COMMANDS D2.5); a coordinator does not.
    """
    member, group = request.facts.member, request.reading.options.group
    others = [one for one in request.reading.people if one.address.lower() != request.sender]
    if not others and member is not None and not member.coordinates:
        return leave.plan(request)
    if group not in {"", ALL, request.facts.group.name}:
        return guard(request, VERB) or answer(request, "other-group", other=group)
    elsewhere = _elsewhere(request)
    return acting.preview(request, ACT, more=bool(elsewhere), elsewhere=_rows(elsewhere))


def confirmed(request: Request) -> Plan:
    """The coordinator said yes: out, each told by a letter, unless quietly."""
    elsewhere = _elsewhere(request)
    return acting.carried_out(
        request,
        ACT,
        *(_change(request, one) for one in elsewhere),
        always=request.reading.options.group == ALL,
        extra={"elsewhere": [_kept(one) for one in elsewhere]},
        elsewhere=_rows(elsewhere),
    )


def undone(request: Request) -> Plan:
    """Take them in again, in the other groups too where they are still out."""
    code = request.facts.code
    assert code is not None  # `confirm` calls with a code only
    kept = payload.value(code.payload, "elsewhere") or ()
    more = [
        ChangeElsewhere(
            group_id,
            ChangeMember(address, state=MemberState(state)),
            "undone",
            f"remove {address} by {code.address}",
            only_if=MemberState.LEFT,
            by=code.address,
        )
        for group_id, address, state in kept
    ]
    return undo.taken_back(request, *more)


# --- Elsewhere ----------------------------------------------------------------------------------


def _elsewhere(request: Request) -> tuple[Elsewhere, ...]:
    """Where else the people are; nobody leaves all their groups by a slip of their own list."""
    boss = request.facts.member
    mine = boss.person_id if boss is not None else 0
    return tuple(
        one for one in found(request, RemoveFacts).elsewhere if one.membership.person_id != mine
    )


def _rows(elsewhere: tuple[Elsewhere, ...]) -> tuple[tuple[str, ...], ...]:
    return tuple((one.group_name, one.membership.address) for one in elsewhere)


def _change(request: Request, one: Elsewhere) -> Effect:
    wish = ChangeMember(one.membership.address, state=MemberState.LEFT, decided=True)
    line = f"{wish.address} by {request.addressee}, from all groups"
    return ChangeElsewhere(one.membership.group_id, wish, "removed", line, by=request.addressee)


def _kept(one: Elsewhere) -> list[object]:
    return [one.membership.group_id, one.membership.address, str(one.membership.state)]


# --- The act ------------------------------------------------------------------------------------


def _wish(request: Request, member: Membership | None, named: Named) -> ChangeMember:
    address = member.address if member is not None else named.address
    return ChangeMember(address, state=MemberState.LEFT)


def _letters(request: Request, target: Target) -> tuple[Effect, ...]:
    member = target.member
    if member is None or request.reading.options.quiet:
        return ()
    if member.state is MemberState.PENDING:
        return (QueueLetter("join-declined", member.address, member.language),)
    return (QueueLetter("removed", member.address, member.language, (("name", member.name),)),)


def _concerns(member: Membership) -> bool:
    """Who waits to be let in can be told no by it."""
    return member.inside or member.state is MemberState.PENDING


def _shown(request: Request) -> dict[str, Value]:
    return {"quiet": request.reading.options.quiet}


ACT = Act(
    VERB,
    "removed",
    _wish,
    concerns=_concerns,
    letters=_letters,
    shown=_shown,
    worth_telling=acting.coordinates,
)
COMMAND = Command(VERB, plan, confirmed, undone=undone, needs=VERB)

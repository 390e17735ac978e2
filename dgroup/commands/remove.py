"""remove: a coordinator's list of people, previewed and confirmed like `add`."""

from __future__ import annotations

from dgroup.commands import leave, payload
from dgroup.commands.base import Command, Request, active, answer, rows
from dgroup.commands.coordinator import answer_guard, confirm_letter, guard, orphaned, report
from dgroup.commands.undo import undo_code
from dgroup.effects import Audit, ChangeMember, Effect, NewCode, Plan, QueueLetter
from dgroup.incoming import Known, Named
from dgroup.model import Membership, MemberState


def plan(request: Request) -> Plan:
    """Show who would be removed; nothing is done before the coordinator's yes.

    A member who names nobody else means themselves (COMMANDS D2.5); a coordinator does not.
    """
    member = request.facts.member
    others = [one for one in request.reading.people if one.address.lower() != request.sender]
    if not others and member is not None and not member.coordinates:
        return leave.plan(request)
    if refusal := guard(request, "remove"):
        return refusal
    there, absent = _sorted(request.facts.people)
    if not there:
        return answer(request, "remove-nobody", absent=rows(absent))
    code = NewCode(
        "remove", request.addressee, payload.write("remove", there), request.caps.code_days
    )
    lists = {"there": rows(there), "absent": rows(absent)}
    return confirm_letter(request, "remove-confirm", code, count=len(there), **lists)


def confirmed(request: Request) -> Plan:
    """The coordinator said yes: out, each told by a letter."""
    if refusal := answer_guard(request, "remove"):
        return refusal
    people, _ = _sorted(request.facts.people)
    going = [one.membership for one in request.facts.people if active(one.membership)]
    effects = list(orphaned(request, {member.id for member in going}))
    for member in going:
        effects += _removed(request, member)
    undo = undo_code(request.addressee, "remove", [(one, _wish(one)) for one in going], own=False)
    return report(request, "remove-done", undo, people, effects)


def _removed(request: Request, member: Membership) -> tuple[Effect, ...]:
    return (
        _wish(member),
        Audit("removed", f"{member.address} by {request.addressee}"),
        QueueLetter("removed", member.address, member.language, (("name", member.name),)),
    )


def _wish(member: Membership) -> ChangeMember:
    return ChangeMember(member.address, state=MemberState.LEFT)


def _sorted(known: tuple[Known, ...]) -> tuple[tuple[Named, ...], tuple[Named, ...]]:
    """Give who is there, under the address and name that we have, and who is not."""
    members = [one.membership for one in known if active(one.membership)]
    there = {one.id: Named(one.address, one.name) for one in members}
    absent = tuple(Named(one.address, one.name) for one in known if not active(one.membership))
    return tuple(there.values()), absent


COMMAND = Command("remove", plan, confirmed)

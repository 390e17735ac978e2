"""remove: a coordinator's list of people, previewed and confirmed like `add`."""

from __future__ import annotations

from dgroup.commands.base import (
    UNDO_DAYS,
    Command,
    Request,
    active,
    answer,
    people_of,
    people_payload,
    rows,
)
from dgroup.commands.coordinator import confirm_letter, guard, report
from dgroup.effects import Audit, ChangeMember, Effect, NewCode, Plan, QueueLetter
from dgroup.incoming import Named
from dgroup.model import MemberState


def plan(request: Request) -> Plan:
    """Show who would be removed; nothing is done before the coordinator's yes."""
    if refusal := guard(request, "remove"):
        return refusal
    known = request.facts.people
    there = tuple(Named(one.address, one.name) for one in known if active(one.membership))
    absent = tuple(Named(one.address, one.name) for one in known if not active(one.membership))
    if not there:
        return answer(request, "remove-nobody", absent=rows(absent))
    code = NewCode("remove", request.sender, people_payload(there), request.caps.code_days)
    lists = {"there": rows(there), "absent": rows(absent)}
    return confirm_letter(request, "remove-confirm", code, count=len(there), **lists)


def confirmed(request: Request) -> Plan:
    """The coordinator said yes: out, each told by a letter."""
    code = request.facts.code
    assert code is not None  # `confirm` calls this with a code only
    people = people_of(code.payload)
    effects: list[Effect] = []
    for person in people:
        effects.append(ChangeMember(person.address, state=MemberState.LEFT))
        effects.append(Audit("removed", f"{person.address} by {code.address}"))
        language = request.facts.group.info.language
        effects.append(QueueLetter("removed", person.address, language, (("name", person.name),)))
    payload = people_payload(people, verb="remove")
    undo = NewCode("undo", code.address, payload, UNDO_DAYS)
    return report(request, "remove-done", undo, people, effects)


COMMAND = Command("remove", plan)

"""add: a coordinator's list of people, previewed and confirmed by a code to the registered address."""

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
from dgroup.incoming import Known, Named
from dgroup.model import MemberState


def plan(request: Request) -> Plan:
    """Show what would happen to each address; nothing is done before the coordinator's yes."""
    if refusal := guard(request, "add"):
        return refusal
    new, known, bad = _sorted(request.facts.people)
    lists = {"new": rows(new), "known": rows(known), "bad": rows(bad)}
    if not new:
        return answer(request, "add-nobody", **lists)
    code = NewCode("add", request.sender, people_payload(new), request.caps.code_days)
    return confirm_letter(request, "add-confirm", code, count=len(new), **lists)


def confirmed(request: Request) -> Plan:
    """The coordinator said yes: each new person is in and gets a welcome."""
    code = request.facts.code
    assert code is not None  # `confirm` calls this with a code only
    people = people_of(code.payload)
    effects: list[Effect] = []
    for person in people:
        effects.append(ChangeMember(person.address, person.name, MemberState.ACTIVE))
        effects.append(Audit("added", f"{person.address} by {code.address}"))
        language = request.facts.group.info.language
        values = (("name", person.name), ("by", _name(request)))
        effects.append(QueueLetter("welcome-added", person.address, language, values))
    payload = people_payload(people, verb="add")
    undo = NewCode("undo", code.address, payload, UNDO_DAYS)
    return report(request, "add-done", undo, people, effects)


def _name(request: Request) -> str:
    member = request.facts.member
    return member.name if member is not None else ""


def _sorted(
    people: tuple[Known, ...],
) -> tuple[tuple[Named, ...], tuple[Named, ...], tuple[Named, ...]]:
    new, known, bad = [], [], []
    for person in people:
        banned = person.membership is not None and person.membership.state is MemberState.BANNED
        named = Named(person.address, person.name)
        if person.problem or banned:
            bad.append(named)
        elif active(person.membership):
            known.append(named)
        else:
            new.append(named)
    return tuple(new), tuple(known), tuple(bad)


COMMAND = Command("add", plan)

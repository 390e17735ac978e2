"""add: a coordinator's list of people, previewed and confirmed by a code to the registered address."""

from __future__ import annotations

from dgroup.commands import payload
from dgroup.commands.base import (
    Command,
    Request,
    active,
    answer,
    rows,
)
from dgroup.commands.coordinator import answer_guard, confirm_letter, guard, report
from dgroup.commands.undo import Changed, undo_code
from dgroup.effects import Audit, ChangeMember, Effect, NewCode, Plan, QueueLetter
from dgroup.incoming import Known, Named
from dgroup.model import MemberState, Role


def plan(request: Request) -> Plan:
    """Show what would happen to each address; nothing is done before the coordinator's yes."""
    if refusal := guard(request, "add"):
        return refusal
    new, known, bad = _sorted(request.facts.people)
    lists = {"new": rows(new), "known": rows(known), "bad": rows(bad)}
    if not new:
        return answer(request, "add-nobody", **lists)
    code = NewCode("add", request.addressee, payload.write("add", new), request.caps.code_days)
    return confirm_letter(request, "add-confirm", code, count=len(new), **lists)


def confirmed(request: Request) -> Plan:
    """The coordinator said yes: each new person is in and gets a welcome.

    Who has joined, or was banned, since the preview is left as they are.
    """
    if refusal := answer_guard(request, "add"):
        return refusal
    people, _, _ = _sorted(request.facts.people)
    before = {one.address: one.membership for one in request.facts.people}
    effects: list[Effect] = []
    changes: list[Changed] = []
    for person in people:
        effects += _added(request, person)
        changes.append((before[person.address], _wish(person)))
    undo = undo_code(request.addressee, "add", changes, own=False)
    return report(request, "add-done", undo, people, effects)


def _added(request: Request, person: Named) -> tuple[Effect, ...]:
    boss, language = request.facts.member, request.facts.group.info.language
    assert boss is not None  # answer_guard() says so
    values = (("name", person.name), ("by", boss.name))
    return (
        _wish(person),
        Audit("added", f"{person.address} by {boss.address}"),
        QueueLetter("welcome-added", person.address, language, values),
    )


def _wish(person: Named) -> ChangeMember:
    return ChangeMember(person.address, person.name, MemberState.ACTIVE, Role.MEMBER)


def _sorted(
    people: tuple[Known, ...],
) -> tuple[tuple[Named, ...], tuple[Named, ...], tuple[Named, ...]]:
    new, known, bad = [], [], []
    for person in people:
        named = Named(person.address, person.name)
        if person.problem or (person.membership is not None and person.membership.banned):
            bad.append(named)
        elif active(person.membership):
            known.append(named)
        else:
            new.append(named)
    return tuple(new), tuple(known), tuple(bad)


COMMAND = Command("add", plan, confirmed)

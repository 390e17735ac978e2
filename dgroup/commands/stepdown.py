"""stepdown: a coordinator gives the role up and stays a member. The last one does not do so silently
(RULINGS 3): members and host are told. Pure.
"""

from __future__ import annotations

from dataclasses import replace

from dgroup.changes import ChangeMember
from dgroup.commands import payload, undo
from dgroup.commands.base import Command, Request, done, used
from dgroup.commands.coordinator import answer_guard, confirm_letter, guard, orphaned
from dgroup.commands.life import tell_others, told
from dgroup.effects import Audit, NewCode, Plan
from dgroup.model import Role


def plan(request: Request) -> Plan:
    """Say what it means, and who coordinates then, and ask."""
    if refusal := guard(request, "stepdown"):
        return refusal
    code = NewCode("stepdown", request.addressee, payload.write("stepdown"), request.caps.code_days)
    return confirm_letter(request, "stepdown-confirm", code, others=_others(request))


def confirmed(request: Request) -> Plan:
    """The coordinator said yes: a member from now on."""
    if refusal := answer_guard(request, "stepdown"):
        return refusal
    member = request.facts.member
    assert member is not None  # answer_guard() says so
    wish = ChangeMember(member.address, role=Role.MEMBER)
    way_back = undo.undo_code(member.address, "stepdown", [(member, wish)], own=True)
    effects = (
        *orphaned(request, {member.id}),
        wish,
        Audit("stepdown", member.address),
        *tell_others(request, "stepdown-told"),
        told(request, "stepdown-done", way_back, others=_others(request)),
    )
    return done(request, "stepdown", used(request), *effects)


def undone(request: Request) -> Plan:
    """They take it up again; nobody coordinates without the others' knowing."""
    taken_back = undo.taken_back(request)
    member = request.facts.member
    if member is None or not any(isinstance(one, ChangeMember) for one in taken_back.effects):
        return taken_back
    others = tell_others(request, "stepdown-back")
    return replace(taken_back, effects=(*taken_back.effects, *others))


def _others(request: Request) -> tuple[tuple[str, ...], ...]:
    member = request.facts.member
    return tuple(
        (one.address, one.name)
        for one in request.facts.coordinators
        if member is None or one.id != member.id
    )


COMMAND = Command("stepdown", plan, confirmed, undone)

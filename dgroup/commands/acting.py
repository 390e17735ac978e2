"""What a coordinator does to members named in a mail: remove, set, moderate, ban and the like have one
shape: a preview line for each person, a yes, a report with the way back. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from dgroup.changes import ChangeMember
from dgroup.commands import payload
from dgroup.commands.base import Request, active, answer
from dgroup.commands.coordinator import (
    answer_guard,
    confirm_letter,
    gives_up,
    guard,
    orphaned,
    report,
    told_others,
)
from dgroup.commands.preview import unread
from dgroup.commands.undo import undo_code
from dgroup.effects import Audit, Effect, NewCode, Plan, Value
from dgroup.incoming import Known, Named
from dgroup.model import Membership


class Fate(StrEnum):
    """What would become of a person that the mail names."""

    DO = "do"
    SAME = "same"
    """it is so already"""
    ABSENT = "absent"
    """no member"""
    SELF = "self"
    """not by this command: nobody bans themselves"""


@dataclass(frozen=True, slots=True)
class Target:
    """A person that the mail names, under the address and name that we have."""

    fate: Fate
    person: Named
    member: Membership | None
    wish: ChangeMember | None = None


def coordinates(target: Target) -> bool:
    """Tell whether the person coordinates the group: what is done to them the host hears of."""
    return target.member is not None and target.member.coordinates


@dataclass(frozen=True, slots=True)
class Act:
    """A verb that changes memberships."""

    verb: str
    event: str
    """word of the audit"""
    wish: Callable[[Request, Membership | None, Named], ChangeMember | None]
    """the change, or None where it is so already; of a membership, or of nobody's (`strangers`)"""
    concerns: Callable[[Membership], bool] = active
    """whether it is about a membership that stands so; else it is nobody's"""
    strangers: bool = False
    """it concerns addresses that never had a membership too"""
    spares_self: bool = False
    letters: Callable[[Request, Target], tuple[Effect, ...]] = lambda _request, _target: ()
    """letters to the person concerned"""
    shown: Callable[[Request], dict[str, Value]] = lambda _request: {}
    """what the preview and the report say beside the people"""
    worth_telling: Callable[[Target], bool] = lambda _target: False
    """the other coordinators are told of it, however few it concerns"""


PLAIN: Mapping[str, Value] = {
    "quiet": False,
    "elsewhere": (),
    "delivery": "",
    "light": "",
    "tongue": "",
    "role": "",
    "name": "",
}
"""what the templates are given where a command says nothing of it"""


# --- Who is meant -------------------------------------------------------------------------------


def targets(request: Request, act: Act) -> tuple[Target, ...]:
    """Give each person once, with what would become of them."""
    seen: set[int] = set()
    found = []
    for named, known in zip(request.reading.people, request.facts.people, strict=True):
        member = known.membership
        if member is not None and member.id in seen:
            continue
        if member is not None:
            seen.add(member.id)
        found.append(_target(request, act, named, known))
    return tuple(found)


def _target(request: Request, act: Act, named: Named, known: Known) -> Target:
    member, boss = known.membership, request.facts.member
    if member is None:
        if known.problem or not act.strangers:
            return Target(Fate.ABSENT, named, None)
        return Target(Fate.DO, named, None, act.wish(request, None, named))
    person = Named(member.address, member.name, named.language, named.delivery)
    if act.spares_self and boss is not None and member.id == boss.id:
        return Target(Fate.SELF, person, member)
    if not act.concerns(member):
        return Target(Fate.ABSENT, person, member)
    wish = act.wish(request, member, named)
    return Target(Fate.DO if wish is not None else Fate.SAME, person, member, wish)


# --- Preview and report -------------------------------------------------------------------------


def preview(request: Request, act: Act, *, more: bool = False, **values: Value) -> Plan:
    """Show what would become of each person; nothing is done before the coordinator's yes.

    `more`: there is something to do beside what concerns this group's members.
    """
    if refusal := guard(request, act.verb):
        return refusal
    found = targets(request, act)
    doing = [one for one in found if one.fate is Fate.DO]
    shared: dict[str, Value] = {"verb": act.verb, "lines": table(found), **unread(request)}
    if not doing and not more:
        return answer(request, "people-nobody", **shared)
    text = payload.write(act.verb, request.reading.people, request.reading.options)
    code = NewCode(act.verb, request.addressee, text, request.caps.code_days)
    return confirm_letter(
        request,
        "people-confirm",
        code,
        count=len(doing),
        orphans=bool(orphaned(request, leaving(doing))),
        gives_up=_own_role(request, leaving(doing)),
        **{**PLAIN, **act.shown(request), **shared, **values},
    )


def carried_out(
    request: Request,
    act: Act,
    *more: Effect,
    always: bool = False,
    extra: Mapping[str, Any] | None = None,
    **values: Value,
) -> Plan:
    """The coordinator said yes: do it and `more`, tell whom it concerns (`always`: the other
    coordinators too), offer the way back. `extra` goes into the code of the way back."""
    if refusal := answer_guard(request, act.verb):
        return refusal
    found = targets(request, act)
    doing = [one for one in found if one.fate is Fate.DO]
    effects: list[Effect] = [*orphaned(request, leaving(doing)), *more]
    for one in doing:
        effects += _done(request, act, one)
    people = tuple(one.person for one in doing)
    always = always or any(act.worth_telling(one) for one in doing)
    shown = {**PLAIN, **act.shown(request), "verb": act.verb, "lines": table(found), **values}
    effects += told_others(request, act.verb, people, always=always, role=shown["role"])
    changes = [(one.member, one.wish) for one in doing if one.wish is not None]
    undo = undo_code(request.addressee, act.verb, changes, own=False, **(extra or {}))
    return report(request, "people-done", undo, people, effects, **shown)


def _done(request: Request, act: Act, one: Target) -> tuple[Effect, ...]:
    assert one.wish is not None  # it is Fate.DO
    line = f"{one.person.address} by {request.addressee}"
    wish = decided(request, one.member, one.wish)
    return (wish, Audit(act.event, line), *act.letters(request, one))


def decided(request: Request, member: Membership | None, wish: ChangeMember) -> ChangeMember:
    """Mark what decides for somebody else whether they are in and what they may do there."""
    boss = request.facts.member
    own = boss is not None and member is not None and member.id == boss.id
    return replace(wish, decided=not own and bool(wish.state or wish.role))


def leaving(doing: Sequence[Target]) -> set[int]:
    """Give the memberships that would coordinate no more."""
    return {
        one.member.id
        for one in doing
        if one.member is not None and one.wish is not None and gives_up(one.member, one.wish)
    }


def _own_role(request: Request, giving_up: set[int]) -> bool:
    """The coordinator is about to give up their own role: nobody does that by accident."""
    boss = request.facts.member
    return boss is not None and boss.id in giving_up


def table(found: Sequence[Target]) -> tuple[tuple[str, ...], ...]:
    """Give the people for a letter's template: what becomes of them, address, name."""
    return tuple((one.fate, one.person.address, one.person.name) for one in found)

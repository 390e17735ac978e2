"""set and coordinator: what a coordinator changes for others: how mail reaches them, their language,
name and role. The person concerned is told; a new coordinator is told to the others and to the host.
"""

from __future__ import annotations

from dataclasses import replace

from dgroup.changes import ChangeMember
from dgroup.commands import acting
from dgroup.commands.acting import PLAIN, Act, Target
from dgroup.commands.base import Command, Request
from dgroup.effects import Effect, Plan, QueueLetter, TellHost, Value
from dgroup.incoming import Named
from dgroup.model import Delivery, Membership, Role

_LIGHT = {"light": True, "full": False}


def plan(request: Request) -> Plan:
    """Show what would be set for whom."""
    return acting.preview(request, SET)


def confirmed(request: Request) -> Plan:
    """The coordinator said yes."""
    return acting.carried_out(request, SET, *_hosts(request))


def plan_coordinator(request: Request) -> Plan:
    """Show who would become a coordinator, or a moderator."""
    return acting.preview(_with_role(request), COORDINATOR)


def confirmed_coordinator(request: Request) -> Plan:
    """The coordinator said yes: the other coordinators and the host are told."""
    request = _with_role(request)
    return acting.carried_out(request, COORDINATOR, *_hosts(request))


def _with_role(request: Request) -> Request:
    """`coordinator x` without more says which role."""
    options = request.reading.options
    role = options.role if options.role in set(Role) else Role.COORDINATOR
    return replace(request, reading=replace(request.reading, options=replace(options, role=role)))


# --- What is set --------------------------------------------------------------------------------


def said(request: Request, named: Named) -> ChangeMember:
    """Give what the mail says of a person, as a change: what stands beside them, else what counts
    for all. A word that is no setting says nothing."""
    options = request.reading.options
    words = {options.value.lower(), options.setting.lower()} - {""}
    delivery = named.delivery or next((one for one in Delivery if one in words), "")
    light = next((_LIGHT[one] for one in _LIGHT if one in words), None)
    language = options.language or named.language
    wish = ChangeMember(
        named.address,
        role=Role(options.role) if options.role in set(Role) else None,
        delivery=Delivery(delivery) if delivery else None,
        language=language or None,
        light=light,
        chosen=bool(language),
    )
    name = options.value if options.setting == "name" else ""
    if not name and wish == ChangeMember(named.address):
        name = named.name  # "set ana@ngo.example Ana Lopez" says nothing but the name
    return replace(wish, name=name, renamed=True) if name else wish


def says_something(request: Request) -> bool:
    """Tell whether a `set` is about people: it names them, and what they are to have."""
    return any(
        said(request, named) != ChangeMember(named.address) for named in request.reading.people
    )


def _wish(request: Request, member: Membership | None, named: Named) -> ChangeMember | None:
    """Only what is not so already."""
    if member is None:
        return None
    wish = replace(said(request, named), address=member.address)
    wish = replace(
        wish,
        role=None if wish.role is member.role else wish.role,
        delivery=None if wish.delivery is member.delivery else wish.delivery,
        language=None if wish.language == member.language else wish.language,
        light=None if wish.light == member.light else wish.light,
    )
    if wish.renamed and wish.name == member.name:
        wish = replace(wish, name="", renamed=False)
    plain = ChangeMember(member.address)
    return wish if replace(wish, chosen=False) != plain else None


# --- Who is told --------------------------------------------------------------------------------


def _letters(request: Request, target: Target) -> tuple[Effect, ...]:
    """The person concerned learns what was changed for them, unless it is themselves."""
    member, wish, boss = target.member, target.wish, request.facts.member
    if member is None or wish is None or boss is None or member.id == boss.id:
        return ()
    values: dict[str, Value] = {"by": boss.name or boss.address, **_changes(wish)}
    language = wish.language or member.language
    return (QueueLetter("changed-for-you", member.address, language, tuple(values.items())),)


def _changes(wish: ChangeMember) -> dict[str, Value]:
    return {
        "role": wish.role or "",
        "delivery": wish.delivery or "",
        "tongue": wish.language or "",
        "light": "" if wish.light is None else ("light" if wish.light else "full"),
        "name": wish.name if wish.renamed else "",
    }


def _shown(request: Request) -> dict[str, Value]:
    """What is set, where it is the same for all."""
    wishes = [replace(said(request, one), address="") for one in request.reading.people]
    if not wishes or any(wish != wishes[0] for wish in wishes):
        return dict(PLAIN)
    return _changes(wishes[0])


def _hosts(request: Request) -> tuple[Effect, ...]:
    """Who became a coordinator, or is one no more, is told to the host: it is the host's last resort
    that there is somebody to ask (RULINGS 3)."""
    boss, act = request.facts.member, SET
    changed = [
        one.person.address
        for one in acting.targets(request, act)
        if one.fate is acting.Fate.DO and _is_about_coordinators(one)
    ]
    if not changed or boss is None:
        return ()
    role = request.reading.options.role
    values = (("who", ", ".join(changed)), ("by", boss.address), ("role", role))
    return (TellHost("role-host", values),)


def _is_about_coordinators(target: Target) -> bool:
    wish, member = target.wish, target.member
    if wish is None or wish.role is None or member is None:
        return False
    return Role.COORDINATOR in {wish.role, member.role}


SET = Act("set", "set", _wish, letters=_letters, shown=_shown, worth_telling=_is_about_coordinators)
COORDINATOR = replace(SET, verb="coordinator", event="role")
COORDINATOR_COMMAND = Command("coordinator", plan_coordinator, confirmed_coordinator)

"""who: the members of a group, for those whom the group lets see them (Group.who_sees)."""

from __future__ import annotations

from dataclasses import dataclass

from dgroup.commands import own_settings
from dgroup.commands.base import Command, Request, found
from dgroup.commands.proof import settle, tell
from dgroup.effects import Plan
from dgroup.model import Membership, Role, WhoSees


@dataclass(frozen=True, slots=True)
class Company:
    """Who is in a group."""

    people: tuple[tuple[str, str, Role], ...]
    """(name, address, role), those with a name first; not all of a large group"""
    total: int


def plan(request: Request) -> Plan:
    """Tell a member at the registered address, which is asked first where nothing proves them."""
    return settle(request, _tell, question="self-confirm", **own_settings.said(request))


def _tell(request: Request, member: Membership) -> Plan:
    """Members see names, coordinators also addresses: an address is its owner's to give away."""
    if request.facts.group.who_sees is WhoSees.COORDINATORS and not member.coordinates:
        return tell(request, member, "who-closed")
    here = found(request, Company)
    if member.coordinates:
        rows = tuple((name or address, str(role), address) for name, address, role in here.people)
    else:
        rows = tuple((name, str(role), "") for name, _, role in here.people if name)
    return tell(request, member, "who", people=rows, count=here.total, more=here.total - len(rows))


COMMAND = Command("who", plan, plan, needs="company")

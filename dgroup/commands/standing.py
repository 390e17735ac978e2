"""moderate, trust, ban, unban: how far a group trusts somebody, decided by a coordinator."""

from __future__ import annotations

from collections.abc import Callable

from dgroup.changes import ChangeMember
from dgroup.commands import acting
from dgroup.commands.acting import Act
from dgroup.commands.base import Command, Request
from dgroup.effects import Plan
from dgroup.incoming import Named
from dgroup.model import Membership, MemberState, Posting


def _posting(wanted: Posting) -> Callable[[Request, Membership | None, Named], ChangeMember | None]:
    def wish(request: Request, member: Membership | None, named: Named) -> ChangeMember | None:
        if member is None or member.posting is wanted:
            return None
        return ChangeMember(member.address, posting=wanted)

    return wish


def _ban(request: Request, member: Membership | None, named: Named) -> ChangeMember | None:
    """Also for who was never in: they cannot come in then."""
    if member is None:
        return ChangeMember(named.address, named.name, MemberState.BANNED)
    return None if member.banned else ChangeMember(member.address, state=MemberState.BANNED)


def _unban(request: Request, member: Membership | None, named: Named) -> ChangeMember | None:
    """They are not in again: they may join again."""
    if member is None or not member.banned:
        return None
    return ChangeMember(member.address, state=MemberState.LEFT)


def _anybody(member: Membership) -> bool:
    """A ban is about people who are out too."""
    return True


_ACTS = (
    Act("moderate", "moderated", _posting(Posting.MODERATED)),
    Act("trust", "trusted", _posting(Posting.TRUSTED)),
    Act(
        "ban",
        "banned",
        _ban,
        concerns=_anybody,
        strangers=True,
        spares_self=True,
        worth_telling=acting.coordinates,
    ),
    Act("unban", "unbanned", _unban, concerns=_anybody),
)


def _command(act: Act) -> Command:
    def plan(request: Request) -> Plan:
        return acting.preview(request, act)

    def confirmed(request: Request) -> Plan:
        return acting.carried_out(request, act)

    return Command(act.verb, plan, confirmed)


COMMANDS = tuple(_command(act) for act in _ACTS)

"""How a member gets the group's mail: each, daily, weekly, monthly, digest, light, full, and what is switched on
or off: summary, receipt, copy (COMMANDS D3). At once where it is proved, with the way back.
"""

from __future__ import annotations

from dgroup.changes import ChangeMember
from dgroup.commands.base import Command, Request
from dgroup.commands.proof import change, settle, tell
from dgroup.commands.wishes import MODES, SWITCHES, is_so_already, pause_last_day, wish_for
from dgroup.effects import Plan, Value
from dgroup.model import Delivery, Membership, MemberState


def plan(request: Request) -> Plan:
    """Set it for the member who asks; where nothing proves them, ask at their registered address."""
    return settle(request, carry_out, question="self-confirm", **said(request))


def carry_out(request: Request, member: Membership) -> Plan:
    """Change the setting and tell how to take it back; or say that it is so already."""
    zone = request.facts.group.info.timezone
    wish = wish_for(request.reading.verb, request.reading.options, member, zone)
    name = "setting-already" if is_so_already(member, wish) else "setting-done"
    values = said(request) | _beside(request, member, wish)
    if name == "setting-already":
        return tell(request, member, name, **values)
    return change(request, member, wish, name, **values)


def said(request: Request) -> dict[str, Value]:
    """Give what `_wish.txt.j2` needs to say in words what is asked for."""
    options, verb = request.reading.options, request.reading.verb
    return {
        "verb": f"digest-{options.value}" if verb == "digest" else verb,
        "on": options.on,
        "until": options.until or "",
        "into": options.language,
    }


def _beside(request: Request, member: Membership, wish: ChangeMember) -> dict[str, Value]:
    """Say what else decides whether mail comes: a pause, or that nothing is left to come."""
    state = wish.state or member.state
    paused = state is MemberState.PAUSED
    end = wish.until if wish.state else member.paused_until
    zone = request.facts.group.info.timezone
    return {
        "paused": paused,
        "paused_until": pause_last_day(end, zone) if paused and end else "",
        "silent": not paused and _is_silent(member, wish),
    }


def _is_silent(member: Membership, wish: ChangeMember) -> bool:
    """Tell whether a member gets no mail of the group's any more, though nothing is paused."""
    delivery = wish.delivery or member.delivery
    summary = member.summary if wish.summary is None else wish.summary
    return delivery is Delivery.NONE or (delivery is Delivery.WEEKLY and not summary)


COMMANDS = tuple(
    Command(verb, plan, plan) for verb in (*MODES, "digest", "light", "full", *SWITCHES)
)

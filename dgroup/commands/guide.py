"""help: how to use the group by mail. Also the answer to what was not understood."""

from __future__ import annotations

from dgroup.commands.base import Command, Request, active, answer
from dgroup.effects import Plan
from dgroup.model import Role


def plan(request: Request) -> Plan:
    """Send the group's short guide; coordinators get their commands too."""
    member = request.facts.member
    boss = active(member) and member.role is Role.COORDINATOR
    return answer(request, "help", member=active(member), coordinator=boss)


def not_understood(request: Request) -> Plan:
    """Do nothing, and say kindly what can be asked for."""
    return answer(request, "not-understood", subject=request.mail.message.subject[:120])


COMMAND = Command("help", plan)

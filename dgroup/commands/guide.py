"""help: how to use the group by mail. Also the answer to what was not understood."""

from __future__ import annotations

from dgroup.commands.base import Command, Request, active, answer, done, letter, may_answer
from dgroup.effects import ForwardMail, Plan
from dgroup.model import Role


def plan(request: Request) -> Plan:
    """Send the group's short guide; coordinators get their commands too."""
    member = request.facts.member
    boss = active(member) and member.role is Role.COORDINATOR
    return answer(request, "help", member=active(member), coordinator=boss)


def not_understood(request: Request) -> Plan:
    """Do nothing, and say kindly what the mail may have meant.

    Prose in which nothing was recognised goes on to people, where the sender's domain vouches for it
    (COMMANDS D6.8): somebody has a problem that no list of commands answers.
    """
    subject, nearest = request.mail.message.subject, request.reading.nearest
    bosses = tuple(boss.address for boss in request.facts.coordinators)
    if not nearest and bosses and request.aligned and may_answer(request):
        told = letter(request, "to-people", subject=subject)
        return done(request, "to-people", ForwardMail(bosses), told)
    rows = tuple((verb,) for verb in nearest)
    return answer(request, "not-understood", subject=subject, nearest=rows)


COMMAND = Command("help", plan)

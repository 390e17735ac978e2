"""pause, until a day or until they say so, and resume (COMMANDS D3, D6.3)."""

from __future__ import annotations

from dataclasses import replace

from dgroup.commands import own_settings
from dgroup.commands.base import Command, Request, active, answer
from dgroup.commands.wishes import last_day_problem
from dgroup.effects import Plan
from dgroup.model import Membership


def plan(request: Request) -> Plan:
    """Stop the mail through the day named; a day that cannot be used is asked for again.

    A day that could be read in two ways is echoed in words before it is used (COMMANDS D3), which
    is what the question to an unproved sender does.
    """
    options = request.reading.options
    if options.ambiguous and not request.proved:
        request = replace(request, reading=replace(request.reading, sure=False))
    if problem := _problem(request):
        return answer(request, "pause-day", until=options.until or "", problem=problem)
    return own_settings.plan(request)


def _problem(request: Request) -> str:
    until, facts = request.reading.options.until, request.facts
    if until is None or request.forged or not active(_asking(request)):
        return ""
    return last_day_problem(until, facts.group.info.timezone, facts.now)


def _asking(request: Request) -> Membership | None:
    return request.facts.token_member if request.proved else request.facts.member


PAUSE = Command("pause", plan, plan)
RESUME = Command("resume", own_settings.plan, own_settings.plan)

"""language: in which language we write to a person; and how it is learnt from the way they write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dgroup.changes import ChangeMember
from dgroup.commands import own_settings
from dgroup.commands.base import Command, Request, active, answer
from dgroup.config import LANGUAGES
from dgroup.effects import OutcomeKind, Plan


def plan(request: Request) -> Plan:
    """Set a language that we write; another one, or none, is asked for again."""
    if request.reading.options.language not in LANGUAGES and active(request.facts.member):
        return answer(request, "language-which")
    return own_settings.plan(request)


# --- Learning ---------------------------------------------------------------------------------


def heard(request: Request, planning: Callable[[Request], Plan]) -> Plan:
    """Plan a command of somebody who writes in another language than we do: from now on we follow.

    Only where their domain vouches for them, and never against a language that they chose.
    """
    member, spoken = request.facts.member, request.reading.language
    if member is None or not _is_news(request):
        return planning(request)
    follows = replace(member, language=spoken)
    planned = planning(replace(request, facts=replace(request.facts, member=follows)))
    if planned.outcome.kind is not OutcomeKind.COMMAND:
        return planned
    learnt = ChangeMember(member.address, language=spoken)
    return replace(planned, effects=(learnt, *planned.effects))


def _is_news(request: Request) -> bool:
    member, reading = request.facts.member, request.reading
    return (
        active(member)
        and request.aligned
        and reading.sure  # what only sounds like a command says nothing of its writer
        and reading.verb not in {"", "language"}
        and reading.language in LANGUAGES
        and reading.language != member.language
        and not member.language_chosen
    )


COMMAND = Command("language", plan, plan)

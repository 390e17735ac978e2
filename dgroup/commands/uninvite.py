"""uninvite: a coordinator takes invitations back that nobody has answered yet."""

from __future__ import annotations

from dgroup.changes import EndInvitation
from dgroup.commands import payload
from dgroup.commands.base import Command, Request, answer, found
from dgroup.commands.coordinator import answer_guard, confirm_letter, finished, guard
from dgroup.commands.preview import unread
from dgroup.effects import Audit, Effect, NewCode, Plan
from dgroup.known import ListFacts

VERB = "uninvite"
_Rows = tuple[tuple[str, ...], ...]


def plan(request: Request) -> Plan:
    """Show whose invitation would be taken back."""
    if refusal := guard(request, VERB):
        return refusal
    shown = _lines(request)
    count = sum(line[0] == "do" for line in shown)
    if not count:
        return answer(request, "people-nobody", verb=VERB, lines=shown, **unread(request))
    text = payload.write(VERB, request.reading.people, request.reading.options)
    code = NewCode(VERB, request.addressee, text, request.caps.code_days)
    return confirm_letter(request, "uninvite-confirm", code, count=count, lines=shown)


def confirmed(request: Request) -> Plan:
    """The coordinator said yes. The people invited are not told: a yes of theirs now gets a kind
    answer."""
    if refusal := answer_guard(request, VERB):
        return refusal
    shown = _lines(request)
    effects: list[Effect] = []
    for fate, address, _ in shown:
        if fate == "do":
            effects.append(EndInvitation(address, "cancelled"))
            effects.append(Audit("uninvited", f"{address} by {request.addressee}"))
    count = len(effects) // 2
    return finished(request, "uninvite-done", effects, count=count, lines=shown)


def _lines(request: Request) -> _Rows:
    past = found(request, ListFacts).past
    return tuple(
        ("do" if before.invitation is not None else "uninvited", one.address, one.name)
        for one, before in zip(request.facts.people, past, strict=True)
    )


COMMAND = Command(VERB, plan, confirmed, needs="list")

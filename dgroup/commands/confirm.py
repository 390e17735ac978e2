"""The answer to one of our questions: which code, which word, and what it then does."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from dgroup.commands import add, join, leave, remove
from dgroup.commands.base import (
    Request,
    answer,
    done,
    dropped,
    letter,
    people_of,
    rows,
)
from dgroup.commands.coordinator import still_coordinates
from dgroup.effects import Audit, ChangeMember, Effect, Plan, ResolveHold, UseCode
from dgroup.incoming import Answer, Code
from dgroup.model import MemberState


def plan(request: Request) -> Plan:
    """A code that is wrong, used or expired says so; "no" always wins; an empty reply only joins."""
    code, words = request.facts.code, request.reading.answer
    if code is None:
        return answer(request, "code-unknown")
    if code.used_at is not None:
        return answer(request, "code-used", at=f"{code.used_at:%H:%M}", day=code.used_at.date())
    if code.expires_at <= request.facts.now:
        return answer(request, "code-expired")
    if words is Answer.NO:
        return answer(request, "cancelled", UseCode(code.id), action=code.action)
    if not _is_yes(code, words):
        return answer(request, "answer-unclear", action=code.action)
    return _act(request, code)


def _is_yes(code: Code, words: Answer) -> bool:
    if code.action == "undo":
        return words in {Answer.UNDO, Answer.YES}
    if code.action == "join":
        return words in {Answer.YES, Answer.EMPTY}
    return words is Answer.YES


def _act(request: Request, code: Code) -> Plan:
    act = ACTIONS[code.action]
    if code.action in {"add", "remove"} and not still_coordinates(request):
        return answer(request, "not-coordinator", verb=code.action)
    planned = act(request)
    return Plan(planned.outcome, (UseCode(code.id), *planned.effects))


def _publish(request: Request) -> Plan:
    """The registered address says that it did send the held mail."""
    holds = tuple(ResolveHold(hold, "approved", "author") for hold in request.facts.waiting)
    if not holds:
        return dropped("nothing-held")
    return done(request, "published", *holds)


def _undo(request: Request) -> Plan:
    """Take back what a letter's UNDO offered."""
    code = request.facts.code
    assert code is not None  # `plan` calls this with a code only
    verb = json.loads(code.payload)["verb"]
    if verb != "leave" and not still_coordinates(request):
        return answer(request, "not-coordinator", verb="undo")
    state = MemberState.LEFT if verb == "add" else MemberState.ACTIVE
    people = people_of(code.payload)
    effects: list[Effect] = []
    for person in people:
        effects.append(ChangeMember(person.address, state=state))
        effects.append(Audit("undone", f"{verb} {person.address} by {code.address}"))
    told = letter(request, "undone", verb=verb, people=rows(people))
    return done(request, "undone", *effects, told)


ACTIONS: Mapping[str, Callable[[Request], Plan]] = {
    "join": join.confirmed,
    "leave": leave.confirmed,
    "add": add.confirmed,
    "remove": remove.confirmed,
    "publish": _publish,
    "undo": _undo,
}

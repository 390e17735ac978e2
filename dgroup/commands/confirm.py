"""The answer to one of our questions: which code, which word, and what it then does."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dgroup.commands import add, join, leave, remove
from dgroup.commands.base import (
    Request,
    active,
    answer,
    done,
    dropped,
    letter,
    used,
    verb_of,
    wrong_reference,
)
from dgroup.commands.coordinator import answer_guard, orphaned
from dgroup.effects import Audit, ChangeMember, Effect, KeepHold, Plan, ResolveHold
from dgroup.incoming import Answer, Code
from dgroup.model import Membership, MemberState
from dgroup.policy import needs_decision


def plan(request: Request) -> Plan:
    """A code that is wrong, used or expired says so; "no" always wins; an empty reply only joins."""
    code, words = request.facts.code, request.reading.answer
    if code is None:
        return answer(request, "code-unknown", *wrong_reference(request))
    if code.used_at is not None:
        return answer(request, "code-used", at=f"{code.used_at:%H:%M}", day=code.used_at.date())
    if code.expires_at <= request.facts.now:
        return answer(request, "code-expired")
    if words is Answer.NO or (words is Answer.UNDO and code.action != "undo"):
        return _cancelled(request, code)
    if not _is_yes(code, words):
        return answer(request, "answer-unclear", action=code.action)
    return ACTIONS[code.action](request)


def _is_yes(code: Code, words: Answer) -> bool:
    if code.action == "undo":
        return words in {Answer.UNDO, Answer.YES}
    if code.action == "join":
        return words in {Answer.YES, Answer.EMPTY}
    return words is Answer.YES


def _cancelled(request: Request, code: Code) -> Plan:
    """An offer to undo stays open until it ends; a question is answered."""
    effects: tuple[Effect, ...] = () if code.action == "undo" else (used(request),)
    return answer(request, "cancelled", *effects)


def _publish(request: Request) -> Plan:
    """The registered address says that it did send the held mail: it is treated as proved."""
    facts, member = request.facts, request.facts.token_member
    if not facts.waiting or member is None or not member.inside:
        return dropped("nothing-held", used(request))
    if not needs_decision(facts.group, member):
        holds = [ResolveHold(held.id, "approved", "author") for held in facts.waiting]
        return done(request, "published", used(request), *holds)
    kept = [KeepHold(held.id, "moderated", member.address) for held in facts.waiting]
    told = letter(request, "held", subject=facts.waiting[0].subject)
    return done(request, "moderated", used(request), *kept, told)


def _undo(request: Request) -> Plan:
    """Take back what a letter's UNDO offered, for those who are still as it left them."""
    code = request.facts.code
    assert code is not None  # `plan` calls this with a code only
    verb = verb_of(code.payload)
    if verb != "leave" and (refusal := answer_guard(request, "undo")):
        return refusal
    state = MemberState.LEFT if verb == "add" else MemberState.ACTIVE
    people = _undoable(request, state)
    leaving = {member.id for member in people} if state is MemberState.LEFT else ()
    effects = list(orphaned(request, leaving))
    for member in people:
        effects.append(ChangeMember(member.address, state=state))
        effects.append(Audit("undone", f"{verb} {member.address} by {code.address}"))
    listed = tuple((member.address, member.name) for member in people)
    told = letter(request, "undone", verb=verb, people=listed)
    return done(request, "undone", used(request), *effects, told)


def _undoable(request: Request, state: MemberState) -> tuple[Membership, ...]:
    """Those whom nobody else has moved since: in, where they are to go out, or the other way."""
    members = [one.membership for one in request.facts.people if one.membership is not None]
    if state is MemberState.LEFT:
        return tuple(member for member in members if active(member))
    return tuple(member for member in members if member.state is MemberState.LEFT)


ACTIONS: Mapping[str, Callable[[Request], Plan]] = {
    "join": join.confirmed,
    "leave": leave.confirmed,
    "add": add.confirmed,
    "remove": remove.confirmed,
    "publish": _publish,
    "undo": _undo,
}

"""add: a coordinator's list of people, previewed, put right by reply, confirmed by a code to the
registered address (COMMANDS D6.5).
"""

from __future__ import annotations

from dgroup.changes import ChangeMember, EndInvitation
from dgroup.commands import invite
from dgroup.commands.base import Command, Request, answer, used
from dgroup.commands.coordinator import answer_guard, confirm_letter, guard, report, told_others
from dgroup.commands.preview import Kind, Line, lines, list_code, of_kind, table, unread
from dgroup.commands.undo import Changed, undo_code
from dgroup.effects import Audit, Effect, Plan, QueueLetter
from dgroup.incoming import Answer
from dgroup.model import Delivery, MemberState, Role

VERB = "add"


def plan(request: Request) -> Plan:
    """Show what would happen to each address; nothing is done before the coordinator's yes."""
    if refusal := guard(request, VERB):
        return refusal
    return _shown(request)


def confirmed(request: Request) -> Plan:
    """The coordinator answered: put lines right and show them again, ask the people first, or add
    them. Who has joined, or was banned, since the preview is left as they are."""
    if refusal := answer_guard(request, VERB):
        return refusal
    if request.reading.answer is Answer.FIX:
        return _shown(request, used(request))
    shown = lines(request)
    if request.reading.answer is Answer.INVITE:
        return invite.carried_out(request, shown)
    return _added(request, shown)


def _shown(request: Request, *before: Effect) -> Plan:
    shown = lines(request)
    ready, doubtful = of_kind(shown, Kind.READY), of_kind(shown, Kind.CHECK)
    values = {"lines": table(shown), **unread(request)}
    if not ready and not doubtful:
        return answer(request, "add-nobody", *before, verb=VERB, **values)
    return confirm_letter(
        request,
        "add-confirm",
        list_code(request, VERB, shown),
        *before,
        count=len(ready),
        doubtful=len(doubtful),
        **values,
    )


def _added(request: Request, shown: tuple[Line, ...]) -> Plan:
    ready = of_kind(shown, Kind.READY)
    effects: list[Effect] = []
    changes: list[Changed] = []
    for line in ready:
        effects += _add(request, line)
        changes.append((line.known.membership, _wish(line)))
    undo = undo_code(request.addressee, VERB, changes, own=False)
    people = tuple(line.person for line in ready)
    effects += told_others(request, VERB, people)
    return report(request, "add-done", undo, people, effects, lines=table(shown))


def _add(request: Request, line: Line) -> tuple[Effect, ...]:
    boss = request.facts.member
    assert boss is not None  # answer_guard() says so
    member, person = line.known.membership, line.person
    language = member.language if member is not None else request.facts.group.info.language
    values = (("name", person.name), ("by", boss.name))
    return (
        _wish(line),
        EndInvitation(person.address, "joined"),
        Audit("added", f"{person.address} by {boss.address}"),
        QueueLetter("welcome-added", person.address, person.language or language, values),
    )


def _wish(line: Line) -> ChangeMember:
    person = line.person
    return ChangeMember(
        person.address,
        person.name,
        MemberState.ACTIVE,
        Role.MEMBER,
        Delivery(person.delivery) if person.delivery else None,
        person.language or None,
        decided=True,
    )


COMMAND = Command(
    VERB,
    plan,
    confirmed,
    answers=frozenset({Answer.INVITE, Answer.FIX}),
    needs="list",
)

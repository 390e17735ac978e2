"""trace: what became of the newest posts for somebody, in plain words (COMMANDS D6.10)."""

from __future__ import annotations

from datetime import datetime

from dgroup.commands.base import Command, Request, answer, done, dropped, found, letter, may_answer
from dgroup.commands.coordinator import guard
from dgroup.effects import Plan
from dgroup.incoming import Known
from dgroup.known import Copy, TraceFacts
from dgroup.saying import GIVEN_UP, why


def plan(request: Request) -> Plan:
    """Tell, for each person named, what became of each post."""
    if refusal := guard(request, "trace"):
        return refusal
    if not may_answer(request):
        return dropped("cap trace")
    people = [
        (known, copies)
        for known, copies in zip(
            request.facts.people, found(request, TraceFacts).copies, strict=False
        )
        if known.membership is not None
    ]
    absent = tuple((one.address,) for one in request.facts.people if one.membership is None)
    if not people:
        return answer(request, "trace-nobody", absent=absent)
    rows = tuple(row for known, copies in people for row in _rows(known, copies))
    shown = [known for known, _ in people]
    who = shown[0].membership.address if shown[0].membership else ""
    told = letter(request, "trace", who=who, count=len(shown), lines=rows, absent=absent)
    return done(request, "trace", told)


def _rows(known: Known, copies: tuple[Copy, ...]) -> list[tuple[str, ...]]:
    """A line about the person, then one for each post, newest first."""
    member = known.membership
    assert member is not None  # `plan` leaves out who is not known
    head = ("person", member.address, member.name, str(member.state), str(member.delivery))
    return [head, *(_row(copy) for copy in copies)]


def _row(copy: Copy) -> tuple[str, ...]:
    return (
        _what(copy),
        str(copy.number),
        copy.subject,
        _moment(copy.received_at),
        _moment(copy.at) if copy.state == "sent" else "",
        copy.reply.removeprefix(GIVEN_UP),
        str(why(copy.reply)),
    )


def _what(copy: Copy) -> str:
    if copy.state == "pending":
        return "put-off" if copy.attempts else "waits"
    return copy.state or "none"


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at is not None else ""


COMMAND = Command("trace", plan, needs="trace")

"""trace: what became of the newest posts for somebody, in plain words (COMMANDS D6.10)."""

from __future__ import annotations

import re
from datetime import datetime

from dgroup.commands.base import Command, Request, answer, done, dropped, found, letter, may_answer
from dgroup.commands.coordinator import guard
from dgroup.effects import Plan
from dgroup.incoming import Known
from dgroup.known import Copy, TraceFacts

_STATUS = re.compile(r"\b[45]\.(\d{1,3})\.(\d{1,3})\b")
_REASONS = {
    ("1", "1"): "no-mailbox",
    ("1", "2"): "no-domain",
    ("1", "10"): "no-domain",
    ("2", "1"): "switched-off",
    ("2", "2"): "full",
    ("2", "3"): "too-large",
    ("3", "4"): "too-large",
}
_CLASSES = {"1": "no-mailbox", "4": "not-reached", "6": "content", "7": "blocked"}


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
        copy.reply,
        reason(copy.reply) if copy.state == "failed" else "",
    )


def _what(copy: Copy) -> str:
    if copy.state == "pending":
        return "put-off" if copy.attempts else "waits"
    return copy.state or "none"


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at is not None else ""


def reason(reply: str) -> str:
    """Say in one word what a server's refusal is about, by its enhanced status code (RFC 3463)."""
    status = _STATUS.search(reply)
    if status is None:
        return "other"
    subject, detail = status.groups()
    return _REASONS.get((subject, detail)) or _CLASSES.get(subject, "other")


COMMAND = Command("trace", plan, needs="trace")

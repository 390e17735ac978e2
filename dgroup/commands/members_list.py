"""members and bouncing: who is in the group, as a letter and as a table for spreadsheets; whose mail
comes back. Only for coordinators, and only to the registered address.
"""

from __future__ import annotations

from collections.abc import Sequence

from dgroup.bounces.outlook import outlook
from dgroup.commands.base import Command, Request, done, dropped, found, letter, may_answer
from dgroup.commands.coordinator import guard
from dgroup.effects import Attachment, Plan, QueueLetter
from dgroup.known import Bouncing, MembersFacts
from dgroup.model import MemberState
from dgroup.spreadsheet import as_csv

SHOWN = 100
"""people in the letter itself; the table has all"""
_COLUMNS = ("address", "name", "role", "state", "delivery", "language", "since", "returned")


def plan_members(request: Request) -> Plan:
    """List everybody who is in the group."""
    if refusal := guard(request, "members"):
        return refusal
    people = found(request, MembersFacts).members
    values = (
        ("people", _rows(people[:SHOWN])),
        ("count", len(people)),
        ("more", max(0, len(people) - SHOWN)),
    )
    if not may_answer(request):
        return dropped("cap members")
    file = Attachment(
        f"{request.facts.group.name}-members.csv", 'text/csv; charset="utf-8"', table(people)
    )
    told = QueueLetter(
        name="members",
        recipient=request.addressee,
        language=request.language,
        values=values,
        answers=request.mail.message.message_id,
        attachments=(file,),
    )
    return done(request, "members", told)


def plan_bouncing(request: Request) -> Plan:
    """List whose mail came back, worst first."""
    if refusal := guard(request, "bouncing"):
        return refusal
    if not may_answer(request):
        return dropped("cap bouncing")
    returned = [one for one in found(request, MembersFacts).members if _bounces(one)]
    returned.sort(key=lambda one: (one.member.state is not MemberState.SUSPENDED, -one.bounces))
    now = request.facts.now
    rows = tuple(
        (
            one.member.address,
            one.member.name,
            str(one.bounces),
            *outlook(one.member.state, one.standing, one.reports, now, request.caps.bounces),
        )
        for one in returned[:SHOWN]
    )
    told = letter(
        request, "bouncing", people=rows, count=len(returned), more=len(returned) - len(rows)
    )
    return done(request, "bouncing", told)


def _bounces(one: Bouncing) -> bool:
    return one.bounces > 0 or one.member.state is MemberState.SUSPENDED


def _rows(people: Sequence[Bouncing]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            one.member.address,
            one.member.name,
            str(one.member.role),
            str(one.member.state),
            str(one.member.delivery),
        )
        for one in people
    )


def table(people: Sequence[Bouncing]) -> bytes:
    """Give a CSV that `add` reads again."""
    return as_csv(_COLUMNS, map(_cells, people))


def _cells(one: Bouncing) -> tuple[str, ...]:
    member = one.member
    return (
        member.address,
        member.name,
        member.role,
        member.state,
        member.delivery,
        member.language,
        f"{member.joined_at:%Y-%m-%d}",
        str(one.bounces),
    )


MEMBERS = Command("members", plan_members, needs="members")
BOUNCING = Command("bouncing", plan_bouncing, needs="members")

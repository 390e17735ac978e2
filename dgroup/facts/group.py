"""Look-ups for coordinators' questions about a group: who is in it, what waits, who bounces, its
months in figures, what became of somebody's copies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, select

from archive.model import PostState
from archive.tables import posts
from dgroup import bouncing, tracing
from dgroup.bounce_report import Cause
from dgroup.bounces.outlook import SHOWN_FOR
from dgroup.incoming import CommandFacts, Reading
from dgroup.known import (
    Bouncing,
    MembersFacts,
    MonthFacts,
    PendingFacts,
    ReportFacts,
    TraceFacts,
    Waiting,
)
from dgroup.model import Group, MemberState
from dgroup.people import invitations, members
from dgroup.runs import zone_of
from dgroup.tables import bounces, holds, memberships

RECENT = timedelta(days=7)
"""how long a declined or expired invitation is still told"""
TRACED = 5
"""posts that `trace` tells about where no number is given"""
MAX_TRACED = 50
MAX_TRACED_PEOPLE = 10
MAX_HOLDS = 100
_INSIDE = (MemberState.ACTIVE, MemberState.PAUSED, MemberState.SUSPENDED)


def members_facts(conn: Connection, facts: CommandFacts, asked: Reading) -> MembersFacts:
    """Read who is in the group, with how often mail to each came back."""
    group_id = facts.group.id
    query = select(memberships.c.id, memberships.c.bounces, memberships.c.last_bounce_at).where(
        memberships.c.group_id == group_id, memberships.c.bounces > 0
    )
    returned = {row.id: (row.bounces, row.last_bounce_at) for row in conn.execute(query)}
    people = members.of_group(conn, group_id, _INSIDE)
    trouble = bouncing.troubled(conn, group_id, facts.now - SHOWN_FOR)
    return MembersFacts(
        tuple(
            Bouncing(one, *returned.get(one.id, (0, None)), *trouble.get(one.id, ()))
            for one in people
        )
    )


def pending_facts(conn: Connection, facts: CommandFacts, asked: Reading) -> PendingFacts:
    """Read what waits for a person: held mails, wishes to join, invitations."""
    group_id = facts.group.id
    query = (
        select(holds)
        .where(holds.c.group_id == group_id, holds.c.state == "waiting")
        .order_by(holds.c.id)
        .limit(MAX_HOLDS)
    )
    waiting = tuple(
        Waiting(row.id, row.sender, row.subject, row.reason, row.held_at)
        for row in conn.execute(query)
    )
    invited = invitations.recent(conn, group_id, facts.now - RECENT)
    there = members.find_all(conn, group_id, [one.address for one in invited])
    return PendingFacts(
        waiting,
        tuple(members.of_group(conn, group_id, [MemberState.PENDING])),
        tuple(one for one in invited if one.address not in there or not there[one.address].inside),
    )


# --- Months -------------------------------------------------------------------------------------


def report_facts(conn: Connection, facts: CommandFacts, asked: Reading) -> ReportFacts:
    """Count this month and the one before, in the group's time zone."""
    today = facts.now.astimezone(zone_of(facts.group.info.timezone)).date()
    this = today.replace(day=1)
    before = (this - timedelta(days=1)).replace(day=1)
    months = (
        _month(conn, facts.group, this, today),
        _month(conn, facts.group, before, this - timedelta(days=1)),
    )
    query = select(func.count()).where(
        memberships.c.group_id == facts.group.id, memberships.c.state.in_(_INSIDE)
    )
    return ReportFacts(conn.execute(query).scalar_one(), months)


def _month(conn: Connection, group: Group, first: date, last: date) -> MonthFacts:
    start, end = _midnight(group, first), _midnight(group, last + timedelta(days=1))
    written = select(func.count(), func.count(posts.c.person.distinct())).where(
        posts.c.group_id == group.id,
        posts.c.state == PostState.PUBLISHED,
        posts.c.received_at >= start,
        posts.c.received_at < end,
    )
    number, writers = conn.execute(written).one()
    joined = (memberships.c.joined_at >= start, memberships.c.joined_at < end)
    left = (memberships.c.left_at >= start, memberships.c.left_at < end)
    return MonthFacts(
        first,
        last,
        number,
        writers,
        _people(conn, group, *joined, memberships.c.state != MemberState.PENDING),
        _people(conn, group, *left),
        _bounces(conn, group, start, end),
    )


def _midnight(group: Group, day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone_of(group.info.timezone))


def _people(conn: Connection, group: Group, *where: ColumnElement[bool]) -> int:
    query = select(func.count()).where(memberships.c.group_id == group.id, *where)
    counted: int = conn.execute(query).scalar_one()
    return counted


def _bounces(conn: Connection, group: Group, start: datetime, end: datetime) -> int:
    query = select(func.count()).where(
        bounces.c.group_id == group.id,
        bounces.c.at >= start,
        bounces.c.at < end,
        bounces.c.cause != Cause.TEMPORARY,
    )
    counted: int = conn.execute(query).scalar_one()
    return counted


# --- One person ---------------------------------------------------------------------------------


def trace_facts(conn: Connection, facts: CommandFacts, asked: Reading) -> TraceFacts:
    """Read what became of the copies of each person named."""
    last = min(asked.options.count or TRACED, MAX_TRACED)
    return TraceFacts(
        tuple(
            tracing.copies(conn, one.membership, last) if one.membership is not None else ()
            for one in facts.people[:MAX_TRACED_PEOPLE]
        )
    )


LOOKUPS: Mapping[str, Callable[[Connection, CommandFacts, Reading], object]] = {
    "members": members_facts,
    "pending": pending_facts,
    "report": report_facts,
    "trace": trace_facts,
}

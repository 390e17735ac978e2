"""What a coordinator's morning letter tells: what waits, who came, left or bounced, what nobody answered."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from archive.weekfacts import unanswered
from dgroup import bouncing
from dgroup.bounce_effects import Standing
from dgroup.bounces.outlook import SHOWN_FOR, outlook
from dgroup.config import Bounces
from dgroup.model import Group, GroupState, MemberState, WhoJoins
from dgroup.moderation import WAITING
from dgroup.people.members import INSIDE
from dgroup.policy import MAYBE
from dgroup.tables import addresses, audit, holds, invitations, memberships, persons
from dgroup.work import Tools

ROWS = 20
"""rows that a list in the letter shows; the others are counted"""
UNANSWERED_DAYS = 3
"""a question that nobody has answered for so long is told, once"""
BOMBED = 10
"""so many requests for one confirmation more than the caps allow are worth a word"""
_CAPPED = ("cap join-confirm", "cap leave-confirm")
_AUTHORS = frozenset({"auth-fail", MAYBE})
"""reasons of held mails that wait for their author's word"""
Rows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as the letter shows it."""

    rows: Rows = ()
    more: int = 0
    """how many are left out"""


@dataclass(frozen=True, slots=True)
class MorningFacts:
    """What is to be told of a group since the last letter."""

    held: Listed = Listed()
    """number, sender, subject, reason"""
    asking: Listed = Listed()
    """address and name, here and below: who asks to join"""
    silent: Listed = Listed()
    """invitations that ended without an answer"""
    joined: Listed = Listed()
    left: Listed = Listed()
    bouncing: Listed = Listed()
    """with the number of bounces, and the `outlook`"""
    questions: Listed = Listed()
    """subject, author, URL"""
    invited: int = 0
    """invitations that are open; no reason for a letter"""
    capped: int = 0
    """requests for a confirmation that were not answered, where somebody sent very many"""
    targets: int = 0
    """how many addresses these named"""

    @property
    def anything(self) -> bool:
        """Tell whether there is a reason for a letter."""
        lists = [getattr(self, one.name) for one in fields(self)]
        return self.capped > 0 or any(one.rows for one in lists if isinstance(one, Listed))


def gather(
    conn: Connection, group: Group, since: datetime, now: datetime, tools: Tools
) -> MorningFacts:
    """Read what happened in a group from `since` to `now`, and what waits."""
    in_group = memberships.c.group_id == group.id
    invited = invitations.c.group_id == group.id
    inside = in_group & memberships.c.state.in_(INSIDE)
    gone = in_group & (memberships.c.state == MemberState.LEFT)
    capped, targets = _capped(conn, group, since, now)
    return MorningFacts(
        held=_held(conn, group),
        asking=_people(conn, in_group & (memberships.c.state == MemberState.PENDING)),
        silent=_silent(conn, invited & _between(invitations.c.expires_at, since, now)),
        joined=_people(conn, inside & _between(memberships.c.joined_at, since, now)),
        left=_people(conn, gone & _between(memberships.c.left_at, since, now)),
        bouncing=_bouncing(
            conn,
            group,
            inside & _between(memberships.c.last_bounce_at, since, now),
            now,
            tools.bounces,
        ),
        questions=_questions(conn, group, since, now, tools),
        invited=_count(conn, select(invitations).where(invited, invitations.c.state == "open")),
        capped=capped,
        targets=targets,
    )


def _between(column: ColumnElement[Any], since: datetime, now: datetime) -> ColumnElement[bool]:
    return (column >= since) & (column < now)


def _people(conn: Connection, where: ColumnElement[bool]) -> Listed:
    """Address, name and bounces of memberships, the newest first."""
    query = (
        select(memberships.c.address, persons.c.name, memberships.c.bounces)
        .join(persons, persons.c.id == memberships.c.person_id)
        .where(where)
    )
    rows = conn.execute(query.order_by(memberships.c.id.desc()).limit(ROWS)).all()
    found = tuple((row.address, row.name, str(row.bounces)) for row in rows)
    return Listed(found, _count(conn, query) - len(found))


def _bouncing(
    conn: Connection, group: Group, where: ColumnElement[bool], now: datetime, rules: Bounces
) -> Listed:
    """Whose mail came back, with since when, why and what happens next."""
    query = (
        select(memberships, persons.c.name)
        .join(persons, persons.c.id == memberships.c.person_id)
        .where(where)
    )
    rows = conn.execute(query.order_by(memberships.c.id.desc()).limit(ROWS)).all()
    trouble = bouncing.troubled(conn, group.id, now - SHOWN_FOR) if rows else {}
    found = []
    for row in rows:
        known = trouble.get(row.id, (Standing(), ()))
        told = outlook(MemberState(row.state), *known, now, rules)
        found.append((row.address, row.name, str(row.bounces), *told))
    return Listed(tuple(found), _count(conn, query) - len(found))


def _silent(conn: Connection, where: ColumnElement[bool]) -> Listed:
    """Invitations that ended; whoever came in by another way has answered."""
    there = (
        select(addresses.c.address)
        .join(memberships, memberships.c.person_id == addresses.c.person_id)
        .where(
            addresses.c.address == func.lower(invitations.c.address),
            memberships.c.group_id == invitations.c.group_id,
        )
    )
    query = select(invitations.c.address, invitations.c.name).where(
        where, invitations.c.state.in_(["open", "expired"]), ~there.exists()
    )
    rows = conn.execute(query.order_by(invitations.c.id.desc()).limit(ROWS)).all()
    found = tuple((row.address, row.name) for row in rows)
    return Listed(found, _count(conn, query) - len(found))


def _held(conn: Connection, group: Group) -> Listed:
    """The mails that wait for a coordinator, the oldest first."""
    others = set(_AUTHORS)
    if group.who_joins is WhoJoins.OPEN:
        others.add("not-a-member")  # who writes so is asked to join
    query = select(holds.c.id, holds.c.sender, holds.c.subject, holds.c.reason).where(
        holds.c.group_id == group.id,
        holds.c.state == WAITING,
        holds.c.reason.not_in(sorted(others)),
    )
    rows = conn.execute(query.order_by(holds.c.id).limit(ROWS)).all()
    found = tuple((f"P-{row.id}", row.sender, row.subject, row.reason) for row in rows)
    return Listed(found, _count(conn, query) - len(found))


def _questions(
    conn: Connection, group: Group, since: datetime, now: datetime, tools: Tools
) -> Listed:
    """The questions that have become old without an answer since the last letter."""
    if group.state is not GroupState.OPEN:
        return Listed()
    wait = timedelta(days=UNANSWERED_DAYS)
    found = [
        one.post
        for one in unanswered(conn, group.info, (since - wait, now - wait), now, tools.site)
    ]
    rows = tuple((post.subject, post.author, post.url) for post in found[:ROWS])
    return Listed(rows, len(found) - len(rows))


def _count(conn: Connection, query: Select[Any]) -> int:
    found: int = conn.execute(select(func.count()).select_from(query.subquery())).scalar_one()
    return found


# --- Subscription bombing (STANDARDS 17) ---------------------------------------------------------


def _capped(conn: Connection, group: Group, since: datetime, now: datetime) -> tuple[int, int]:
    """Count the requests for a confirmation that the caps silenced, and the addresses they named;
    nothing where they are no more than impatience explains."""
    query = select(func.count().label("mails"), func.count(audit.c.sender.distinct())).where(
        audit.c.id >= first_since(conn, since),
        audit.c.at < now,
        audit.c.group_id == group.id,
        audit.c.reason.in_(_CAPPED),
    )
    mails, targets = conn.execute(query).one()
    return (mails, targets) if mails >= BOMBED else (0, 0)


def first_since(conn: Connection, since: datetime) -> int:
    """Give the id of the first line of the audit from `since` on: lines come in order of time, so
    that halving finds it without an index on time."""
    ends = conn.execute(select(func.min(audit.c.id), func.max(audit.c.id))).one()
    low, high = ends[0] or 0, (ends[1] or 0) + 1
    while low < high:
        middle = (low + high) // 2
        query = select(audit.c.id, audit.c.at).where(audit.c.id >= middle)
        row = conn.execute(query.order_by(audit.c.id).limit(1)).first()
        if row is None or row.at >= since:
            high = middle
        else:
            low = row.id + 1
    return low

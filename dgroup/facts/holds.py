"""Reads about held posts: what waits, who decides on it, whom a letter may be sent to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, func, select

from archive.tables import mails
from dgroup.address import comparable
from dgroup.model import Group, Membership
from dgroup.moderation import ASKED, ASKED_PER_DAY, JOINING, WAITING, HeldPost, Moderation
from dgroup.people import members
from dgroup.tables import holds, letter_log

_DAY = timedelta(days=1)


def moderation(conn: Connection, group: Group, wanted: Sequence[int], now: datetime) -> Moderation:
    """Read the held posts that an answer is about, and who decides in the group."""
    posts = held_posts(conn, group, holds.c.id.in_(wanted)) if wanted else ()
    people = members.moderators(conn, group.id)
    return Moderation(posts, people, _askable(conn, group.id, people, now))


def askable(conn: Connection, group_id: int, now: datetime) -> tuple[Membership, ...]:
    """Give the moderators who may be shown one more held post today."""
    return _askable(conn, group_id, members.moderators(conn, group_id), now)


def _askable(
    conn: Connection, group_id: int, people: Sequence[Membership], now: datetime
) -> tuple[Membership, ...]:
    """A flood of mails fills no mailbox: after the day's letters, lists tell what waits."""
    keys = [comparable(one.address) for one in people]
    query = (
        select(letter_log.c.address, func.count().label("letters"))
        .where(
            letter_log.c.address.in_(keys),
            letter_log.c.at > now - _DAY,
            letter_log.c.group_id == group_id,
            letter_log.c.kind.in_([ASKED, JOINING]),
        )
        .group_by(letter_log.c.address)
    )
    counted = {row.address: row.letters for row in conn.execute(query)} if keys else {}
    return tuple(one for one in people if counted.get(comparable(one.address), 0) < ASKED_PER_DAY)


def waiting(conn: Connection, group: Group) -> tuple[HeldPost, ...]:
    """Give all mails of a group that wait, oldest first."""
    return held_posts(conn, group, holds.c.state == WAITING)


def held_posts(conn: Connection, group: Group, which: ColumnElement[bool]) -> tuple[HeldPost, ...]:
    """Give held mails of a group, oldest first, with their authors' memberships."""
    query = (
        select(holds, mails.c.purged)
        .join(mails, mails.c.id == holds.c.mail_id)
        .where(holds.c.group_id == group.id, which)
        .order_by(holds.c.id)
    )
    rows = conn.execute(query).all()
    named = {one for row in rows for one in (row.sender, row.decided_by) if "@" in one}
    people = members.find_all(conn, group.id, sorted(named))
    return tuple(
        HeldPost(
            id=row.id,
            subject=row.subject,
            sender=row.sender,
            reason=row.reason,
            state=row.state,
            held_at=row.held_at,
            decided_at=row.decided_at,
            decided_by=_name(people.get(comparable(row.decided_by)), row.decided_by),
            author=people.get(comparable(row.sender)),
            proved=bool(row.answer_to),
            kept=not row.purged,
        )
        for row in rows
    )


def _name(member: Membership | None, decided_by: str) -> str:
    return (member.name or member.address) if member is not None else decided_by

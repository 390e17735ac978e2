"""Reads about floods: how many posts came within the hour, and whether moderators know."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, or_, select

from archive.quick import Quick
from archive.tables import posts
from dgroup.effects import OutcomeKind
from dgroup.model import Group
from dgroup.moderation import FLOOD_TOLD
from dgroup.tables import audit, letter_log

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# What was published by a decision of people does not count against its author.
_OWN = or_(audit.c.reason == "member", audit.c.reason == "open-group")
_MANY = 500


@dataclass(frozen=True, slots=True)
class Recent:
    """Posts of the last hour in a group."""

    by_sender: dict[str, int] = field(default_factory=dict)
    in_all: int = 0

    def with_one(self, sender: str) -> Recent:
        """Count one more post of `sender`."""
        mine = self.by_sender.get(sender, 0) + 1
        return Recent({**self.by_sender, sender: mine}, self.in_all + 1)


_ONE = Quick(
    select(func.count().label("number")).where(
        audit.c.sender == bindparam("sender"),
        audit.c.at > bindparam("since"),
        audit.c.group_id == bindparam("group_id"),
        audit.c.event == OutcomeKind.POSTED.value,
        _OWN,
    )
)
_ALL = Quick(
    select(func.count().label("number")).where(
        posts.c.group_id == bindparam("group_id"), posts.c.received_at > bindparam("since")
    )
)


def recent(conn: Connection, group: Group, senders: Collection[str], now: datetime) -> Recent:
    """Count what the group's limits ask for; a group without limits costs nothing."""
    since = {"since": now - HOUR, "group_id": group.id}
    by_sender: dict[str, int] = {}
    if group.member_hourly:
        wanted = sorted(set(senders) - {""})
        by_sender = _one(conn, wanted[0], since) if len(wanted) == 1 else _each(conn, wanted, since)
    row = _ALL.first(conn, since) if group.group_hourly else None
    return Recent(by_sender, int(row.number) if row is not None else 0)


def _one(conn: Connection, sender: str, since: dict[str, object]) -> dict[str, int]:
    row = _ONE.first(conn, {**since, "sender": sender})
    return {sender: int(row.number)} if row is not None else {}


def _each(conn: Connection, senders: list[str], since: dict[str, object]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(senders), _MANY):
        query = (
            select(audit.c.sender, func.count().label("number"))
            .where(
                audit.c.sender.in_(senders[start : start + _MANY]),
                audit.c.at > since["since"],
                audit.c.group_id == since["group_id"],
                audit.c.event == OutcomeKind.POSTED.value,
                _OWN,
            )
            .group_by(audit.c.sender)
        )
        found |= {row.sender: row.number for row in conn.execute(query)}
    return found


def is_told(conn: Connection, group_id: int, now: datetime) -> bool:
    """Tell whether moderators had a letter within the day that too many posts come."""
    query = select(letter_log.c.id).where(
        letter_log.c.group_id == group_id,
        letter_log.c.kind == FLOOD_TOLD,
        letter_log.c.at > now - DAY,
    )
    return conn.execute(query.limit(1)).first() is not None

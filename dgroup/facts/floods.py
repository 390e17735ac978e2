"""Reads about floods: how many posts came within the hour, and whether moderators know."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, or_, select

from archive.quick import Quick
from archive.tables import posts
from archive.types import Among
from dgroup.effects import OutcomeKind
from dgroup.model import Group
from dgroup.moderation import FLOOD_TOLD
from dgroup.tables import audit, letter_log

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# What was published by a decision of people does not count against its author.
_OWN = or_(audit.c.reason == "member", audit.c.reason == "open-group")


@dataclass(frozen=True, slots=True)
class Recent:
    """Posts of the last hour in a group."""

    by_sender: dict[str, int] = field(default_factory=dict)
    in_all: int = 0

    def with_one(self, sender: str) -> Recent:
        """Count one more post of `sender`."""
        mine = self.by_sender.get(sender, 0) + 1
        return Recent({**self.by_sender, sender: mine}, self.in_all + 1)


_LATELY = (
    audit.c.at > bindparam("since"),
    audit.c.group_id == bindparam("group_id"),
    audit.c.event == OutcomeKind.POSTED.value,
    _OWN,
)
_MINE = select(func.count()).where(audit.c.sender == bindparam("sender"), *_LATELY)
_EACH = Quick(
    select(audit.c.sender, func.count().label("number"))
    .where(Among(audit.c.sender, "senders"), *_LATELY)
    .group_by(audit.c.sender)
)
_EVERY = select(func.count()).where(
    posts.c.group_id == bindparam("group_id"), posts.c.received_at > bindparam("since")
)
_BOTH = Quick(
    select(_MINE.scalar_subquery().label("mine"), _EVERY.scalar_subquery().label("every"))
)
_ALL = Quick(select(_EVERY.scalar_subquery().label("every")))


def recent(conn: Connection, group: Group, senders: Collection[str], now: datetime) -> Recent:
    """Count what the group's limits ask for; a group without limits costs nothing."""
    since = {"since": now - HOUR, "group_id": group.id}
    wanted = sorted(set(senders) - {""})
    if len(wanted) == 1 and group.member_hourly:
        both = _BOTH.first(conn, {**since, "sender": wanted[0]})
        assert both is not None  # counts give a row always
        return Recent({wanted[0]: int(both.mine)}, int(both.every))
    found = _EACH.rows(conn, {**since, "senders": wanted}) if group.member_hourly else ()
    row = _ALL.first(conn, since) if group.group_hourly else None
    by_sender = {one.sender: one.number for one in found}
    return Recent(by_sender, int(row.every) if row is not None else 0)


def is_told(conn: Connection, group_id: int, now: datetime) -> bool:
    """Tell whether moderators had a letter within the day that too many posts come."""
    query = select(letter_log.c.id).where(
        letter_log.c.group_id == group_id,
        letter_log.c.kind == FLOOD_TOLD,
        letter_log.c.at > now - DAY,
    )
    return conn.execute(query.limit(1)).first() is not None

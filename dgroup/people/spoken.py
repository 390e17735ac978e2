"""Which languages a group's members read: for letters to all, and asked seldom for copies of posts that hold
words of ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from archive.model import GroupInfo
from dgroup.config import LANGUAGES
from dgroup.model import Group, MemberState
from dgroup.tables import memberships, persons

FRESH = timedelta(minutes=10)
"""who changes their language has it in copies after this; who is new, at once"""
PEOPLE = 20_000
"""members that are looked at: others may get words in the group's language"""


@dataclass(slots=True)
class Spoken:
    """Remembers the answers, so that a post costs no look at all members."""

    _known: dict[int, tuple[int, datetime, tuple[str, ...]]] = field(default_factory=dict)

    def besides(
        self, conn: Connection, group: Group, cutoff: int, now: datetime
    ) -> tuple[str, ...]:
        """Give the languages beside the group's own; `cutoff` is the newest membership."""
        known = self._known.get(group.id)
        if known is not None and known[0] == cutoff and abs(now - known[1]) < FRESH:
            return known[2]
        found = of_some(conn, group.id, PEOPLE) - {group.info.language}
        self._known[group.id] = cutoff, now, tuple(sorted(found))
        return self._known[group.id][2]


def all_read(conn: Connection, group: GroupInfo) -> tuple[str, ...]:
    """The group's own language first, then those of its members that letters can be written in."""
    query = (
        select(persons.c.language)
        .distinct()
        .join(memberships, memberships.c.person_id == persons.c.id)
        .where(memberships.c.group_id == group.id, memberships.c.state == MemberState.ACTIVE)
    )
    spoken = set(conn.execute(query).scalars()) & set(LANGUAGES)
    return (group.language, *sorted(spoken - {group.language}))


def of_some(conn: Connection, group_id: int, most: int) -> frozenset[str]:
    """Languages of those who came last, `most` people at most: so it costs the same in any group."""
    last = (
        select(memberships.c.person_id)
        .where(memberships.c.group_id == group_id, memberships.c.state == MemberState.ACTIVE)
        .order_by(memberships.c.id.desc())
        .limit(most)
        .subquery()
    )
    query = select(persons.c.language).distinct().join(last, last.c.person_id == persons.c.id)
    return frozenset(conn.execute(query).scalars()) & frozenset(LANGUAGES)

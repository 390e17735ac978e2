"""Which languages a group's members read: asked seldom, for copies of posts that hold words of ours."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from dgroup import members
from dgroup.model import Group

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
        found = members.languages_of_some(conn, group.id, PEOPLE) - {group.info.language}
        self._known[group.id] = cutoff, now, tuple(sorted(found))
        return self._known[group.id][2]

"""Threads that coordinators split: from which one a thread goes on, and which ones go on from it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from archive import readers
from archive.model import Thread
from archive.quick import Quick
from archive.readers import THREAD_COLUMNS, thread_of
from archive.tables import threads
from archive.types import Among


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What the first page of a thread points to."""

    before: Thread | None = None
    """the thread from which it was split off"""
    after: tuple[Thread, ...] = ()
    """those that were split off from it, the oldest first"""


NONE = Neighbours()
_AFTER = Quick(
    select(*THREAD_COLUMNS)
    .where(
        threads.c.group_id == bindparam("of"),
        Among(threads.c.split_from, "wanted"),
        threads.c.merged_into.is_(None),
    )
    .order_by(threads.c.started_at, threads.c.path)
)


def neighbours_of(
    conn: Connection, group_id: int, shown: Collection[Thread]
) -> dict[int, Neighbours]:
    """Give the neighbours of threads by id; those that have none are left out."""
    wanted = [thread.id for thread in shown]
    after: dict[int, list[Thread]] = {}
    for row in _AFTER.rows(conn, {"of": group_id, "wanted": wanted}):
        after.setdefault(row.split_from, []).append(thread_of(row))
    found = {}
    for thread in shown:
        before = None
        if thread.split_from is not None:
            before = readers.shown_in(conn, thread.split_from)
            before = None if before.id == thread.id else before
        if before is not None or thread.id in after:
            found[thread.id] = Neighbours(before, tuple(after.get(thread.id, ())))
    return found

"""Recorded facts of threads, as an export carries them beside those of posts: titles, locks, where a
thread was split off, where a merged one went, and how many parts have been public."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select, update

from archive import lines, readers
from archive.db import Database
from archive.model import PostState
from archive.quick import Quick
from archive.tables import posts, threads


@dataclass(frozen=True, slots=True)
class ThreadFact:
    """What is recorded of one thread and cannot be worked out from its posts."""

    path: str
    title: str = ""
    locked: bool = False
    split_from: str = ""
    """path of the thread from which it was split off"""
    moved_to: str = ""
    """path of the thread that shows its posts now, where it was merged"""
    parts: int = 1


_SET = Quick(
    update(threads)
    .where(threads.c.id == bindparam("of"))
    .values(
        title=bindparam("called"),
        locked=bindparam("closed"),
        split_from=bindparam("origin"),
        parts=bindparam("public"),
    )
)


def thread_facts(conn: Connection, group_id: int) -> Iterator[ThreadFact]:
    """Give the facts of the threads of a group that have any, by path."""
    moved = dict(readers.moved_threads(conn, group_id))
    paths = {row.id: row.path for row in conn.execute(_of_group(group_id))}
    filled = _filled(conn, group_id)
    for row in conn.execute(_of_group(group_id).order_by(threads.c.path)):
        fact = ThreadFact(
            row.path,
            row.title,
            row.locked,
            paths.get(row.split_from, ""),
            moved.get(row.path, ""),
            row.parts,
        )
        if fact != ThreadFact(row.path, parts=filled.get(row.id, 1)):
            yield fact


def restore_threads(
    db: Database, conn: Connection, group_id: int, facts: Sequence[ThreadFact]
) -> None:
    """Set what was recorded of threads once the posts of a group are stored again. A thread of which
    nothing was recorded has the parts that its posts stand in."""
    moved = {fact.path: fact.moved_to for fact in facts if fact.moved_to}
    lines.restore_moved(db, conn, group_id, moved)
    told = {fact.path: fact for fact in facts}
    filled = _filled(conn, group_id)
    rows = conn.execute(_of_group(group_id)).all()
    ids = {row.path: row.id for row in rows}
    changes = []
    for row in rows:
        fact = told.get(row.path, ThreadFact(row.path, parts=filled.get(row.id, 1)))
        origin = ids.get(fact.split_from)
        values = {"called": fact.title, "closed": fact.locked, "origin": origin}
        changes.append({"of": row.id, "public": fact.parts} | values)
    _SET.run(conn, changes)


def _of_group(group_id: int) -> Select[Any]:
    return select(threads).where(threads.c.group_id == group_id)


def _filled(conn: Connection, group_id: int) -> dict[int, int]:
    """The last part of each thread in which a post stands that an export carries."""
    here = (posts.c.group_id == group_id) & (posts.c.state == PostState.PUBLISHED)
    last = select(posts.c.thread_id, func.max(posts.c.part)).where(here)
    return {row[0]: row[1] for row in conn.execute(last.group_by(posts.c.thread_id))}

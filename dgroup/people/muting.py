"""Threads that members have muted: kept, and looked up for the posts that are about to go out."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, select

from archive.db import Database
from archive.lines import leading_to
from archive.tables import posts
from dgroup.changes import Mute
from dgroup.tables import mutes


def change(db: Database, conn: Connection, wish: Mute) -> None:
    """Mute threads for a member, or take that back; what is so already stays."""
    if wish.on:
        rows = [{"membership_id": wish.membership_id, "thread_id": one} for one in wish.threads]
        db.insert_ignore(conn, mutes, rows)
        return
    theirs = mutes.c.membership_id == wish.membership_id
    conn.execute(delete(mutes).where(theirs, mutes.c.thread_id.in_(wish.threads)))


def muted_lines(conn: Connection, post_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Give, for each of the posts that stand in a muted thread, that thread and all that were merged
    into it: a mute follows a merge. Posts that nobody has muted are left out."""
    chosen = select(posts.c.id, posts.c.thread_id).where(posts.c.id.in_(sorted(post_ids)))
    places = {row.id: row.thread_id for row in conn.execute(chosen)}
    shown = set(places.values())
    around = leading_to(conn, shown) | shown
    if not _muted_of(conn, around):
        return {}
    found = {one: _muted_of(conn, leading_to(conn, [one]) | {one}) for one in shown}
    return {post: found[place] for post, place in places.items() if found[place]}


def _muted_of(conn: Connection, lines: Collection[int]) -> tuple[int, ...]:
    some = select(mutes.c.thread_id).distinct().where(mutes.c.thread_id.in_(sorted(lines)))
    return tuple(conn.execute(some.order_by(mutes.c.thread_id)).scalars())

"""The same posts, in any order of arrival and in batches of any size, give the same threads."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from archive import store
from archive.db import Database
from archive.model import GroupInfo
from archive.tables import posts, threads
from tests.archive.made import mail
from tests.archive.storing import add, make_group, new_posts
from tests.archive.worlds import World, snapshot, worlds

_ON_ONE_STORE = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
_NUMBERS = itertools.count()


def _stored(db: Database, batches: Sequence[Any], join: bool) -> dict[str, Any]:
    name = f"g{next(_NUMBERS)}"
    group = make_group(db, name)
    for batch in batches:
        add(db, group, *batch, join=join)
    with db.read() as conn:
        return snapshot(conn, group)


@_ON_ONE_STORE
@given(worlds(), st.booleans())
def test_any_order_and_any_batches_give_the_same_threads(
    sqlite_database: Database, world: World, join: bool
) -> None:
    once = sorted(world.mails, key=lambda one: (one[1], one[0].digest))
    expected = _stored(sqlite_database, [once], join)
    assert _stored(sqlite_database, world.batches(), join) == expected
    assert _stored(sqlite_database, [[one] for one in world.mails], join) == expected


def test_a_root_that_grows_takes_in_a_reply_that_came_before(sqlite_database: Database) -> None:
    """The reply is 45 days younger than the root, and 25 than the root's last post."""
    group = make_group(sqlite_database)
    (reply,) = add(sqlite_database, group, (mail("r", subject="Re: Beans"), 45 * 1440), join=True)
    (root,) = add(sqlite_database, group, (mail("q", subject="Beans"), 0), join=True)
    add(sqlite_database, group, (mail("a", "q", subject="Pods"), 20 * 1440), join=True)
    with sqlite_database.read() as conn:
        (found,) = store.posts_by_ids(conn, [reply.post.id])
    assert found.thread_id == root.post.thread_id


@settings(_ON_ONE_STORE, max_examples=8)
@given(worlds())
def test_any_order_gives_the_same_threads_on_postgresql(
    pg_database: Database, world: World
) -> None:
    once = sorted(world.mails, key=lambda one: (one[1], one[0].digest))
    expected = _stored(pg_database, [once], join=True)
    assert _stored(pg_database, [[one] for one in world.mails], join=True) == expected


# --- Rebuilding from recorded facts -----------------------------------------------------------


def _facts(conn: Connection, group: GroupInfo) -> list[tuple[object, ...]]:
    paths = {row.id: row.path for row in conn.execute(select(threads.c.id, threads.c.path))}
    rows = conn.execute(select(posts).where(posts.c.group_id == group.id).order_by(posts.c.number))
    return [(row.number, row.key, row.part, paths[row.thread_id]) for row in rows]


def _rebuilt(db: Database, group: GroupInfo, world: World, size: int) -> GroupInfo:
    """The same group stored anew from its mails and recorded facts, `size` posts at a time."""
    again = make_group(db, f"g{next(_NUMBERS)}")
    content = {one.digest: (one, minutes) for one, minutes in world.mails}
    with db.write() as conn:
        walked = list(store.walk(conn, group.id))
        for start in range(0, len(walked), size):
            chosen = walked[start : start + size]
            news = new_posts(conn, [content[one.digest] for one in chosen])
            kept = [
                replace(new, imposter=one.imposter, recorded=one.facts)
                for new, one in zip(news, chosen, strict=True)
            ]
            store.add_posts(db, conn, again, kept)
        store.restore_moved(db, conn, again.id, dict(store.moved_threads(conn, group.id)))
    return again


@_ON_ONE_STORE
@given(worlds(), st.booleans(), st.integers(1, 4))
def test_a_rebuild_gives_the_same_threads_and_facts(
    sqlite_database: Database, world: World, join: bool, size: int
) -> None:
    group = make_group(sqlite_database, f"g{next(_NUMBERS)}")
    for batch in world.batches():
        add(sqlite_database, group, *batch, join=join)
    again = _rebuilt(sqlite_database, group, world, size)
    with sqlite_database.read() as conn:
        assert _facts(conn, again) == _facts(conn, group)
        assert snapshot(conn, again) == snapshot(conn, group)
        assert store.moved_threads(conn, again.id) == store.moved_threads(conn, group.id)

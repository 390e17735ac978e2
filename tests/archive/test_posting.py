"""The same posts, in any order of arrival and in batches of any size, give the same threads."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from archive import store
from archive.db import Database
from archive.model import GroupInfo, ParsedMessage
from archive.tables import months, posts, thread_months, threads
from tests.archive.made import mail
from tests.archive.storing import add, make_group, new_posts

_ON_ONE_STORE = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
_NUMBERS = itertools.count()
_NAMES = [f"n{n}" for n in range(7)]
_SUBJECTS = ["Pods and rain", "Re: Pods and rain", "Beans", "Re: Beans", "hi", "Re: hi"]


@dataclass(frozen=True, slots=True)
class _World:
    mails: tuple[tuple[ParsedMessage, float], ...]
    cuts: tuple[int, ...]

    def __repr__(self) -> str:
        told = [
            f"{one.digest[:2]} {one.message_id[:2]} <- {[name[:2] for name in one.references]}"
            f" {one.subject!r} {minutes / 1440:.3f}"
            for one, minutes in self.mails
        ]
        return "\n".join(["", *told, f"cuts {self.cuts}"])


@st.composite
def _worlds(draw: st.DrawFn) -> _World:
    """Up to ten mails in some order of arrival, cut into batches."""
    count = draw(st.integers(1, 10))
    mails = []
    for number in range(count):
        references = draw(st.lists(st.sampled_from(_NAMES), max_size=3))
        message = mail(
            draw(st.sampled_from(_NAMES)),
            *references,
            subject=draw(st.sampled_from(_SUBJECTS)),
            author=draw(st.sampled_from(["Ana Silva", "Bo Lund"])),
            digest=f"d{number}",
        )
        days = draw(st.sampled_from([0, 1, 2, 20, 45, 70]))
        mails.append((message, days * 1440 + draw(st.integers(0, 2))))
    cuts = draw(st.lists(st.integers(0, count), max_size=4).map(sorted))
    return _World(tuple(mails), tuple(cuts))


def _batches(world: _World) -> list[Sequence[tuple[ParsedMessage, float]]]:
    edges = [0, *world.cuts, len(world.mails)]
    return [world.mails[a:b] for a, b in itertools.pairwise(edges) if a < b]


def _snapshot(conn: Connection, group: GroupInfo) -> dict[str, Any]:
    """All that must not depend on the order of arrival; posts are named by their content."""
    rows = conn.execute(select(posts).where(posts.c.group_id == group.id)).all()
    name_of = {row.id: row.digest for row in rows}
    members: dict[int, set[str]] = {}
    for row in rows:
        members.setdefault(row.thread_id, set()).add(row.digest)
    shown = {}
    for row in conn.execute(select(threads).where(threads.c.id.in_(members))):
        months_of = select(thread_months.c.month, thread_months.c.count).where(
            thread_months.c.thread_id == row.id
        )
        shown[frozenset(members[row.id])] = (
            *(row.subject, row.started_at, row.last_at, row.count, row.people),
            *(row.merged_into, name_of[row.first_id]),
            tuple(sorted((row[0], row[1]) for row in conn.execute(months_of))),
        )
    counts = select(months.c.month, months.c.posts).where(months.c.group_id == group.id)
    return {
        "parents": {row.digest: (name_of.get(row.parent_id), row.depth) for row in rows},
        "threads": shown,
        "months": sorted((row[0], row[1]) for row in conn.execute(counts)),
    }


def _stored(db: Database, batches: Sequence[Any], join: bool) -> dict[str, Any]:
    name = f"g{next(_NUMBERS)}"
    group = make_group(db, name)
    for batch in batches:
        add(db, group, *batch, join=join)
    with db.read() as conn:
        return _snapshot(conn, group)


@_ON_ONE_STORE
@given(_worlds(), st.booleans())
def test_any_order_and_any_batches_give_the_same_threads(
    sqlite_database: Database, world: _World, join: bool
) -> None:
    once = sorted(world.mails, key=lambda one: (one[1], one[0].digest))
    expected = _stored(sqlite_database, [once], join)
    assert _stored(sqlite_database, _batches(world), join) == expected
    assert _stored(sqlite_database, [[one] for one in world.mails], join) == expected


@settings(_ON_ONE_STORE, max_examples=8)
@given(_worlds())
def test_any_order_gives_the_same_threads_on_postgresql(
    pg_database: Database, world: _World
) -> None:
    once = sorted(world.mails, key=lambda one: (one[1], one[0].digest))
    expected = _stored(pg_database, [once], join=True)
    assert _stored(pg_database, [[one] for one in world.mails], join=True) == expected


# --- Rebuilding from recorded facts -----------------------------------------------------------


def _facts(conn: Connection, group: GroupInfo) -> list[tuple[object, ...]]:
    paths = {row.id: row.path for row in conn.execute(select(threads.c.id, threads.c.path))}
    rows = conn.execute(select(posts).where(posts.c.group_id == group.id).order_by(posts.c.number))
    return [(row.number, row.key, row.part, paths[row.thread_id]) for row in rows]


def _rebuilt(db: Database, group: GroupInfo, world: _World, size: int) -> GroupInfo:
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
@given(_worlds(), st.booleans(), st.integers(1, 4))
def test_a_rebuild_gives_the_same_threads_and_facts(
    sqlite_database: Database, world: _World, join: bool, size: int
) -> None:
    group = make_group(sqlite_database, f"g{next(_NUMBERS)}")
    for batch in _batches(world):
        add(sqlite_database, group, *batch, join=join)
    again = _rebuilt(sqlite_database, group, world, size)
    with sqlite_database.read() as conn:
        assert _facts(conn, again) == _facts(conn, group)
        assert _snapshot(conn, again) == _snapshot(conn, group)
        assert store.moved_threads(conn, again.id) == store.moved_threads(conn, group.id)

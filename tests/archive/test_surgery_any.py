"""Any history of arrivals and of what coordinators do keeps the invariants of threads."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from archive import store
from archive.db import Database
from archive.lines import PART_POSTS
from archive.model import GroupInfo, PostState
from archive.pages import month_of
from archive.tables import posts, thread_months, threads
from archive.threadfacts import restore_threads, thread_facts
from tests.archive.seeds import files_of, now, publisher
from tests.archive.storing import add, make_group, new_posts
from tests.archive.worlds import Act, acts, histories, live, snapshot, worlds

ON_ONE_STORE = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
_NUMBERS = itertools.count()
# A title and a lock are a thread's own, as its path is: which thread stays when ids tie two of them
# together depends on which posts were there by then.
_MOVES = acts.filter(lambda act: act.what in {"split", "merge", "unmerge", "unsplit", "remove"})


def _group(db: Database) -> GroupInfo:
    return make_group(db, f"g{next(_NUMBERS)}")


def _check(conn: Connection, group: GroupInfo, *, join: bool = False) -> None:
    rows = conn.execute(select(posts).where(posts.c.group_id == group.id)).all()
    lines = {
        row.id: row for row in conn.execute(select(threads).where(threads.c.group_id == group.id))
    }
    place = {row.id: row.thread_id for row in rows}
    parent_of = {row.id: row.parent_id for row in rows}
    depth_of = {row.id: row.depth for row in rows}
    for row in rows:
        assert lines[row.thread_id].merged_into is None, "shown in a thread that is there"
        assert lines[row.thread_id].group_id == group.id
        above = parent_of[row.id]
        inside = above is not None and place[above] == row.thread_id
        # All roots of a line that its subject joined stand one level down, its first one's parent.
        roots = {0, int(join)}
        assert row.depth in ({depth_of[above] + 1} if above is not None and inside else roots)
        if row.pinned:
            assert row.section_id == row.thread_id
        elif above is not None and row.section_id is not None:
            assert place[above] == row.thread_id, "only what is pinned leaves what it answers"
    for line in lines.values():
        _check_thread(conn, line, [row for row in rows if row.thread_id == line.id])


def _check_thread(conn: Connection, line: Any, here: list[Any]) -> None:
    assert line.count == len(here)
    counted = select(thread_months.c.month, thread_months.c.count).where(
        thread_months.c.thread_id == line.id
    )
    listed = {row[0]: row[1] for row in conn.execute(counted) if row[1]}
    assert listed == Counter(month_of(row.received_at) for row in here)
    if not here:
        return
    people = {row.person for row in here if row.state == PostState.PUBLISHED}
    assert line.people == len(people)
    assert line.last_at == max(row.received_at for row in here)
    assert line.started_at == min(row.received_at for row in here)
    assert line.first_id in {row.id for row in here}
    parts = Counter(row.part for row in here)
    assert max(parts) <= line.parts
    assert max(parts.values()) <= PART_POSTS


@ON_ONE_STORE
@given(histories())
def test_every_post_stands_in_one_thread_that_counts_it(
    sqlite_database: Database, history: tuple[list[Any], bool]
) -> None:
    steps, join = history
    group = _group(sqlite_database)
    live(sqlite_database, group, steps, join=join)
    with sqlite_database.read() as conn:
        _check(conn, group, join=join)


@settings(ON_ONE_STORE, max_examples=8)
@given(histories())
def test_every_post_stands_in_one_thread_on_postgresql(
    pg_database: Database, history: tuple[list[Any], bool]
) -> None:
    steps, join = history
    group = _group(pg_database)
    live(pg_database, group, steps, join=join)
    with pg_database.read() as conn:
        _check(conn, group, join=join)


@settings(ON_ONE_STORE, max_examples=25)
@given(histories(), st.integers(0, 6))
def test_pages_written_on_the_way_are_those_of_a_rebuild(
    sqlite_database: Database,
    tmp_path_factory: Any,
    history: tuple[list[Any], bool],
    between: int,
) -> None:
    steps, join = history
    root: Path = tmp_path_factory.mktemp("pages")
    group = _group(sqlite_database)
    drained, rebuilt = (publisher(sqlite_database, root / name) for name in ("one", "two"))
    cut = min(between, len(steps))
    undo = live(sqlite_database, group, steps[:cut], join=join)
    drained.drain(now)
    for step in steps[cut:]:
        if isinstance(step, Act):
            undo.do(step)
        else:
            add(sqlite_database, group, *step, join=join)
        drained.drain(now)
    rebuilt.rebuild(group)
    mine = f"{group.name}/"
    one, two = (
        {path: data for path, data in files_of(root / name).items() if path.startswith(mine)}
        for name in ("one", "two")
    )
    assert sorted(one) == sorted(two)
    assert [path for path in one if one[path] != two[path]] == []


@ON_ONE_STORE
@given(worlds(), st.lists(_MOVES, min_size=1, max_size=4), worlds(), st.randoms())
def test_after_it_any_order_of_arrival_gives_the_same_threads(
    sqlite_database: Database, before: Any, done: list[Act], after: Any, random: Any
) -> None:
    later = [
        (replace(one, message_id=f"l{one.message_id}", digest=f"l{one.digest}"[:64]), minutes)
        if random.random() < 0.7
        else (replace(one, digest=f"l{one.digest}"[:64]), minutes)
        for one, minutes in after.mails
    ]
    shuffled = list(later)
    random.shuffle(shuffled)
    found = []
    for arriving in (sorted(later, key=lambda one: (one[1], one[0].digest)), shuffled):
        group = _group(sqlite_database)
        live(sqlite_database, group, [before.mails, *done], join=False)
        for one in arriving:
            add(sqlite_database, group, one)
        with sqlite_database.read() as conn:
            _check(conn, group)
            found.append(snapshot(conn, group))
    assert found[0]["parents"].keys() == found[1]["parents"].keys()
    assert found[0] == found[1]


# --- Rebuilding from recorded facts -----------------------------------------------------------


def _facts(conn: Connection, group: GroupInfo) -> list[tuple[object, ...]]:
    paths = {row.id: row.path for row in conn.execute(select(threads.c.id, threads.c.path))}
    rows = conn.execute(select(posts).where(posts.c.group_id == group.id).order_by(posts.c.number))
    return [(row.number, row.key, row.part, paths[row.thread_id], row.pinned) for row in rows]


@ON_ONE_STORE
@given(histories(), st.integers(1, 4))
def test_a_rebuild_gives_the_same_threads_and_facts(
    sqlite_database: Database, history: tuple[list[Any], bool], size: int
) -> None:
    steps = [step for step in history[0] if not (isinstance(step, Act) and step.what == "remove")]
    db, join = sqlite_database, history[1]
    group, again = _group(db), _group(db)
    live(db, group, steps, join=join)
    content = {
        one.digest: (one, minutes)
        for step in steps
        if not isinstance(step, Act)
        for one, minutes in step
    }
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
        restore_threads(db, conn, again.id, list(thread_facts(conn, group.id)))
        _check(conn, again, join=join)
        assert _facts(conn, again) == _facts(conn, group)
        assert snapshot(conn, again) == snapshot(conn, group)
        assert list(thread_facts(conn, again.id)) == list(thread_facts(conn, group.id))

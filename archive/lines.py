"""Rows of threads while posts are added: loaded, merged, counted again, joined by subject.

A line is a connected component of ids. It is shown as a thread of its own, or inside another one
where its subject joined it there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from archive import threads as rules
from archive.db import Database
from archive.ids import key_of
from archive.pages import month_of
from archive.quick import Quick
from archive.tables import mentions, posts, thread_ids, thread_months, threads
from archive.threads import Line, Opening
from archive.types import Among

_FIELDS = (
    *("id", "group_id", "path", "subject", "base_subject", "started_at", "last_at", "first_id"),
    *("line_last_at", "count", "people", "parts", "part_posts", "part_weight", "merged_into"),
    *("by_subject", "opening"),
)
_CHANGING = tuple(name for name in _FIELDS if name not in {"id", "group_id", "path"})

Span = tuple[datetime, datetime]
PART_POSTS = 50
PART_WEIGHT = 150_000


@dataclass(slots=True)
class LineRow:
    """A row of `threads`, changed here and written back once."""

    id: int
    group_id: int
    path: str
    subject: str
    base_subject: str
    started_at: datetime
    last_at: datetime
    first_id: int
    line_last_at: datetime
    count: int
    people: int
    parts: int
    part_posts: int
    part_weight: int
    merged_into: int | None
    by_subject: bool
    opening: Opening

    def is_full(self, weight: int) -> bool:
        """Tell whether a post of this weight begins a new part (RULINGS 5)."""
        crowded = self.part_posts > 0 and self.part_weight + weight > PART_WEIGHT
        return self.part_posts >= PART_POSTS or crowded

    def values(self) -> dict[str, Any]:
        """Give the whole row for an INSERT."""
        return {name: getattr(self, name) for name in _FIELDS}

    def changes(self) -> dict[str, Any]:
        """Give what may have changed, for `UPDATE_LINE`."""
        return {"of": self.id} | {name: getattr(self, name) for name in _CHANGING}


UPDATE_LINE = Quick(
    update(threads)
    .where(threads.c.id == bindparam("of"))
    .values({name: bindparam(name) for name in _CHANGING})
)
INSERT_LINE = Quick(insert(threads))
_LOAD = Quick(select(*(threads.c[name] for name in _FIELDS)).where(Among(threads.c.id, "lines")))
_AT = Quick(
    select(threads.c.path, threads.c.id).where(
        threads.c.group_id == bindparam("of"), Among(threads.c.path, "paths")
    )
)
_COUNTED = Quick(
    select(
        posts.c.thread_id, posts.c.received_at, posts.c.person, posts.c.part, posts.c.weight
    ).where(Among(posts.c.thread_id, "lines"))
)
_POSTS_OF = Quick(
    select(posts.c.id, posts.c.key)
    .distinct()
    .select_from(thread_ids)
    .join(
        mentions,
        (mentions.c.group_id == thread_ids.c.group_id) & (mentions.c.key == thread_ids.c.key),
    )
    .join(posts, posts.c.id == mentions.c.post_id)
    .where(
        thread_ids.c.thread_id == bindparam("line"),
        mentions.c.position == 0,
        posts.c.section_id.is_(None),
    )
)
_MOVE_POST = Quick(
    update(posts)
    .where(posts.c.id == bindparam("of"))
    .values(thread_id=bindparam("to"), depth=posts.c.depth + bindparam("deeper"))
)
_MONTHS_OF = Quick(
    select(thread_months.c.month).where(thread_months.c.thread_id == bindparam("line"))
)
_JOINED_TO = Quick(
    select(threads.c.id).where(Among(threads.c.merged_into, "lines"), threads.c.by_subject)
)
_FORGET_MONTHS = Quick(delete(thread_months).where(thread_months.c.thread_id == bindparam("line")))
_ADD_MONTHS = Quick(insert(thread_months))
_EMPTY = Quick(
    update(threads)
    .where(threads.c.id == bindparam("of"))
    .values(count=0, people=0, part_posts=0, part_weight=0)
)
_COUNTS = ("count", "people", "last_at", "parts", "part_posts", "part_weight")
_COUNT = Quick(
    update(threads)
    .where(threads.c.id == bindparam("of"))
    .values({name: bindparam(name) for name in _COUNTS})
)
_ANSWER = Quick(
    update(posts).where(posts.c.id == bindparam("of")).values(parent_id=bindparam("to"))
)
_SHOW = Quick(
    update(threads)
    .where(threads.c.id == bindparam("of"))
    .values(merged_into=bindparam("to"), by_subject=bindparam("joined"))
)


def load_lines(conn: Connection, ids: Iterable[int]) -> dict[int, LineRow]:
    """Give rows by id, and those of the threads that show them."""
    found: dict[int, LineRow] = {}
    wanted = set(ids)
    while wanted:
        for row in _LOAD.rows(conn, {"lines": wanted}):
            # Rules compare members of the enum, which a string from the database is not.
            found[row.id] = LineRow(*(*row[:-1], Opening(row.opening)))
        shown = {line.merged_into for line in found.values() if line.merged_into is not None}
        wanted = shown - set(found)
    return found


def restore_moved(db: Database, conn: Connection, group_id: int, moved: Mapping[str, str]) -> None:
    """Bring back the old paths of merged threads when an archive is rebuilt: each of `moved` leads
    from an old path to that of the thread that shows its posts. Paths that are there are left."""
    found = at_paths(conn, group_id, {*moved, *moved.values()})
    missing = [path for path in sorted(moved) if path not in found and moved[path] in found]
    taken = db.reserve_ids(conn, threads, len(missing))
    targets = load_lines(conn, {found[moved[path]] for path in missing})
    rows = [
        replace(targets[found[moved[path]]], id=line, path=path, merged_into=found[moved[path]])
        for line, path in zip(taken, missing, strict=True)
    ]
    INSERT_LINE.run(conn, [replace(row, by_subject=False, count=0).values() for row in rows])


def shown_as(line: LineRow, lines: dict[int, LineRow]) -> LineRow:
    """Give the thread that shows the posts of `line`."""
    return line if line.merged_into is None else lines[line.merged_into]


def joined_to(conn: Connection, ids: Collection[int]) -> list[int]:
    """Give the lines that are shown in one of `ids` for their subject."""
    return [row.id for row in _JOINED_TO.rows(conn, {"lines": ids})]


def leading_to(conn: Connection, ids: Collection[int]) -> set[int]:
    """Give the merged threads among `ids` and all whose pages lead to one of them."""
    found: set[int] = set()
    wanted = set(ids)
    while wanted:
        above = threads.c.id.in_(sorted(wanted)) & threads.c.merged_into.is_not(None)
        below = threads.c.merged_into.in_(sorted(wanted))
        rows = conn.execute(select(threads.c.id).where(above | below)).scalars()
        new = set(rows) - found
        found |= new
        wanted = new
    return found


def keys_of(conn: Connection, line: int) -> list[tuple[int, str]]:
    """Give (id, key) of the posts of one line, wherever they are shown, without those that
    coordinators put into a thread of their choice."""
    return [(row.id, row.key) for row in _POSTS_OF.rows(conn, {"line": line})]


def linked_to(conn: Connection, ids: Collection[int]) -> set[int]:
    """Give the threads whose first pages name one of these: those from which they were split off,
    and those split off from them."""
    among = sorted(ids)
    pair = select(threads.c.id, threads.c.split_from).where(
        threads.c.split_from.is_not(None),
        threads.c.split_from.in_(among) | threads.c.id.in_(among),
    )
    return {place for row in conn.execute(pair) for place in row} - set(ids)


def at_paths(conn: Connection, group_id: int, paths: Iterable[str]) -> dict[str, int]:
    """Give the ids of threads by their paths; unknown paths are left out."""
    rows = _AT.rows(conn, {"of": group_id, "paths": sorted(set(paths))})
    return {row.path: row.id for row in rows}


def months_of(conn: Connection, thread_id: int) -> list[str]:
    """Give the months in which a thread is listed."""
    return [row.month for row in _MONTHS_OF.rows(conn, {"line": thread_id})]


def absorb(conn: Connection, survivor: int, losers: Collection[int]) -> list[str]:
    """Put whole lines into another one for good: ids, posts and older redirects. Gives the keys of
    the posts that moved; `recount` follows."""
    among = list(losers)
    shown = posts.c.thread_id.in_(among)
    keys = list(conn.execute(select(posts.c.key).where(shown)).scalars())
    redirect(conn, survivor, among)
    conn.execute(update(posts).where(shown).values(thread_id=survivor))
    return keys


def redirect(conn: Connection, survivor: int, losers: Collection[int]) -> None:
    """Let everything that names some threads name another one from now on: ids, older redirects,
    what coordinators said of posts. The posts themselves are left where they are."""
    among = list(losers)
    put_there = posts.c.thread_id.in_([survivor, *among]) & posts.c.section_id.in_(among)
    conn.execute(update(posts).where(put_there).values(section_id=survivor))
    for table, column in (
        (thread_ids, thread_ids.c.thread_id),
        (threads, threads.c.merged_into),
        (threads, threads.c.split_from),
    ):
        conn.execute(update(table).where(column.in_(among)).values({column.name: survivor}))
    gone = {"merged_into": survivor, "by_subject": False}
    conn.execute(update(threads).where(threads.c.id.in_(among)).values(gone))
    itself = (threads.c.id == survivor) & (threads.c.split_from == survivor)
    conn.execute(update(threads).where(itself).values(split_from=None))


def move(conn: Connection, line: int, *, to: int, deeper: int) -> list[str]:
    """Show the posts of one line in thread `to`, `deeper` levels down. Gives their keys."""
    members = keys_of(conn, line)
    _MOVE_POST.run(conn, [{"of": post, "to": to, "deeper": deeper} for post, _ in members])
    return [key for _, key in members]


def recount(conn: Connection, group_id: int, ids: Collection[int]) -> None:
    """Count posts, people, parts and months of threads again from their posts. A part that had
    posts stays, even empty: it has been public."""
    rows: dict[int, list[Any]] = {line: [] for line in ids}
    before = load_lines(conn, rows)
    for row in _COUNTED.rows(conn, {"lines": rows}):
        rows[row.thread_id].append(row)
    _FORGET_MONTHS.run(conn, [{"line": line} for line in rows])
    for line, members in rows.items():
        if not members:
            _EMPTY.run(conn, [{"of": line}])
            continue
        _COUNT.run(conn, [{"of": line} | _counts(members, before[line].parts)])
        months = Counter(month_of(row.received_at) for row in members)
        values = {"group_id": group_id, "thread_id": line}
        listed = [values | {"month": month, "count": n} for month, n in sorted(months.items())]
        _ADD_MONTHS.run(conn, listed)


def _counts(members: list[Any], at_least: int) -> dict[str, Any]:
    parts = max(at_least, *(row.part for row in members))
    last = [row.weight for row in members if row.part == parts]
    return {
        "count": len(members),
        "people": len({row.person for row in members} - {""}),
        "last_at": max(row.received_at for row in members),
        "parts": parts,
        "part_posts": len(last),
        "part_weight": sum(last),
    }


def _of_subjects(
    conn: Connection, group_id: int, spans: Mapping[str, Span]
) -> dict[str, list[Line]]:
    """Give, by base subject, the lines that can matter to what happened in these spans: those that
    began in one or before it, and were active in it or up to 30 days before."""
    values = {
        "of": group_id,
        "bases": spans,
        "since": min(start for start, _ in spans.values()) - rules.SUBJECT_WINDOW,
        "until": max(end for _, end in spans.values()) + rules.SUBJECT_WINDOW,
    }
    found: dict[str, list[Line]] = {}
    for row in _OF_SUBJECTS.rows(conn, values):
        line = Line(row.id, _order(row), row.line_last_at, Opening(row.opening))
        found.setdefault(row.base_subject, []).append(line)
    return found


def _order(row: Any) -> tuple[datetime, str]:
    """By the name of its Message-ID: the key of an imposter depends on which mail came first."""
    return (row.started_at, key_of(row.message_id))


_OF_SUBJECTS = Quick(
    select(
        threads.c.id,
        threads.c.base_subject,
        threads.c.started_at,
        threads.c.line_last_at,
        threads.c.opening,
        posts.c.message_id,
    )
    .join(posts, posts.c.id == threads.c.first_id)
    .where(
        threads.c.group_id == bindparam("of"),
        Among(threads.c.base_subject, "bases"),
        threads.c.merged_into.is_(None) | threads.c.by_subject,
        threads.c.line_last_at >= bindparam("since"),
        threads.c.started_at <= bindparam("until"),
    )
)


@dataclass(frozen=True, slots=True)
class Joined:
    """One line whose place changed for its subject."""

    line: int
    shown_before: int
    shown_now: int
    keys: tuple[str, ...]
    """of its posts, whose pages link their thread"""


def join_subjects(conn: Connection, group_id: int, spans: Mapping[str, Span]) -> list[Joined]:
    """Show lines where `rules.joins` says, and say what changed.

    `spans` tells for each base subject that was touched from when to when its lines changed. Only
    lines that began in that time or 30 days after it can be affected, so the rest of an archive in
    which a subject comes back every month is not looked at.
    """
    changes = []
    for base, same in _of_subjects(conn, group_id, spans).items():
        start, end = spans[base][0], spans[base][1] + rules.SUBJECT_WINDOW
        affected = [
            line for line in same if line.opening is Opening.REPLY and start <= line.order[0] <= end
        ]
        wanted = rules.joins(same) if affected else {}
        rows = load_lines(conn, [*(line.id for line in affected), *wanted.values()])
        for line in affected:
            row, target = rows[line.id], wanted.get(line.id)
            if row.merged_into != target:
                changes.append(_join(conn, row, target, rows))
    touched = {change.shown_before for change in changes} | {change.shown_now for change in changes}
    if touched:
        recount(conn, group_id, touched)
    return changes


def _join(conn: Connection, row: LineRow, target: int | None, rows: dict[int, LineRow]) -> Joined:
    deeper = int(target is not None) - int(row.merged_into is not None)
    now = row.id if target is None else target
    keys = move(conn, row.id, to=now, deeper=deeper)
    parent = None if target is None else rows[target].first_id
    _ANSWER.run(conn, [{"of": row.first_id, "to": parent}])
    _SHOW.run(conn, [{"of": row.id, "to": target, "joined": target is not None}])
    return Joined(row.id, row.merged_into or row.id, now, tuple(keys))


def detach(conn: Connection, group_id: int, ids: Collection[int]) -> list[Joined]:
    """Undo joins by subject of the lines `ids` and of those joined to them, before their lines are
    arranged anew; `join_subjects` decides again afterwards."""
    wanted = [*ids, *joined_to(conn, ids)]
    rows = load_lines(conn, wanted)
    changes = [_join(conn, rows[line], None, rows) for line in wanted if rows[line].by_subject]
    if changes:
        recount(
            conn, group_id, {place for one in changes for place in (one.line, one.shown_before)}
        )
    return changes

"""A batch of new posts while it is placed, and the facts that are chosen for it once: path, number,
part (RULINGS 4 and 5)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from archive import ids, lines, pages
from archive.db import Database
from archive.drafts import Draft
from archive.lines import LineRow, Span
from archive.model import GroupInfo, PageKey, Post
from archive.placing import Moved
from archive.quick import Quick
from archive.tables import groups, months, posts
from archive.tables import threads as threads_table
from archive.types import Among

_PATH_TRIES = 20


@dataclass(slots=True)
class Batch:
    """What is gathered while a batch is placed."""

    db: Database
    conn: Connection
    group: GroupInfo
    joining: bool
    """lines are joined by subject: an import"""
    drafts: list[Draft]
    known_names: Collection[str] = ()
    """names that belong to a line already"""
    lines: dict[int, LineRow] = field(default_factory=dict)
    line_of: dict[int, LineRow] = field(default_factory=dict)
    """line of each new post, by post id"""
    section_of: dict[int, int] = field(default_factory=dict)
    """threads that coordinators chose for the posts which new ones answer"""
    cut: set[int] = field(default_factory=set)
    """lines arranged anew in which coordinators put posts elsewhere, or others' posts into them"""
    parent_of: dict[int, int] = field(default_factory=dict)
    depth_of: dict[int, int] = field(default_factory=dict)
    born: list[LineRow] = field(default_factory=list)
    changed: set[int] = field(default_factory=set)
    moved: list[Moved] = field(default_factory=list)
    rearranged: set[int] = field(default_factory=set)
    rebuilding: bool = False
    """posts come with their recorded facts"""
    rejoining: bool = False
    """joins made by an earlier import were undone and must be decided again"""
    subjects: dict[str, Span] = field(default_factory=dict)
    """base subjects to be joined again, and from when to when their lines changed"""
    grown: set[int] = field(default_factory=set)
    """threads in which a new part opened"""
    dirty: set[PageKey] = field(default_factory=set)

    def touch_subject(self, base: str, start: datetime, end: datetime) -> None:
        """Note that lines of a base subject changed between these moments."""
        known = self.subjects.get(base, (start, end))
        self.subjects[base] = (min(known[0], start), max(known[1], end))


def wanted_path(first: Draft) -> str:
    """Give the path that a thread born with this post should have."""
    recorded = first.new.recorded
    if recorded is not None:
        return recorded.line_path
    name = ids.slug(first.plain_subject, first.node.alias)
    return ids.thread_path(first.new.received_at, name)


def bear_lines(batch: Batch) -> None:
    """Give new lines their row ids and paths: chosen once, `-2` where a path is taken."""
    if not batch.born:
        return
    taken_ids = batch.db.reserve_ids(batch.conn, threads_table, len(batch.born))
    used = _used_paths(batch.conn, batch.group.id, [line.path for line in batch.born])
    for line, line_id in zip(batch.born, taken_ids, strict=True):
        line.id = line_id
        line.path = free_path(batch.conn, batch.group.id, line.path, used)
        used.add(line.path)
        batch.lines[line_id] = line


def _used_paths(conn: Connection, group_id: int, wanted: Sequence[str]) -> set[str]:
    return set(lines.at_paths(conn, group_id, wanted))


def free_path(conn: Connection, group_id: int, path: str, used: Collection[str]) -> str:
    """Give `path`, or where it is among `used` the first of `-2`, `-3` ... that is free."""
    if path not in used:
        return path
    start = 2
    while True:
        tries = [f"{path}-{number}" for number in range(start, start + _PATH_TRIES)]
        stored = _used_paths(conn, group_id, tries)
        for name in tries:
            if name not in stored and name not in used:
                return name
        start += _PATH_TRIES


def record(batch: Batch) -> list[Post]:
    """Give every post its number and part, in order of arrival, and count it in its thread."""
    numbers, new_day = _numbers(batch)
    if new_day or _new_month(batch):
        batch.dirty.add(pages.SITE)
    strangers = _strangers(batch)
    stored = []
    for draft, number in zip(batch.drafts, numbers, strict=True):
        shown = shown_line(batch, draft)
        part = _part(batch, shown, draft)
        shown.count += 1
        if (shown.id, draft.person) in strangers:
            strangers.discard((shown.id, draft.person))
            shown.people += 1
        shown.last_at = max(shown.last_at, draft.new.received_at)
        batch.changed.add(shown.id)
        post_id = draft.node.id
        parent = batch.parent_of.get(post_id)
        stored.append(
            draft.post(batch.group.id, number, shown.id, part, parent, batch.depth_of[post_id])
        )
    return stored


def _numbers(batch: Batch) -> tuple[list[int], bool]:
    """Take numbers of the group, or the recorded ones; tell whether its last day changes."""
    recorded = [draft.new.recorded for draft in batch.drafts]
    count = len(batch.drafts)
    newest = max(draft.new.received_at for draft in batch.drafts)
    day = newest.replace(hour=0, minute=0, second=0, microsecond=0)
    values = {"of": batch.group.id, "count": count, "day": day}
    following, has_day = _TAKE_NUMBERS.rows(batch.conn, values)[0]
    numbers = [
        number if fact is None else fact.number
        for number, fact in zip(range(following - count, following), recorded, strict=True)
    ]
    if any(recorded):
        highest = {"of": batch.group.id, "next": max(max(numbers) + 1, following - count)}
        batch.conn.execute(_SET_NUMBER, highest)
    return numbers, not has_day


def _new_month(batch: Batch) -> bool:
    """Tell whether a post is the first of its month: the front page lists a sitemap for each."""
    wanted = {pages.month_of(draft.new.received_at) for draft in batch.drafts}
    return len(_MONTHS.rows(batch.conn, {"of": batch.group.id, "months": wanted})) < len(wanted)


def _strangers(batch: Batch) -> set[tuple[int, str]]:
    """(thread, person) of new posts whose author has not written in that thread yet."""
    wanted = {(shown_line(batch, draft).id, draft.person) for draft in batch.drafts}
    born = {line.id for line in batch.born}
    old = {pair for pair in wanted if pair[0] not in born}
    if old:
        values = {
            "lines": sorted({line for line, _ in old}),
            "people": sorted({person for _, person in old}),
        }
        for line, person in _WROTE.rows(batch.conn, values):
            wanted.discard((line, person))
    return wanted


def _part(batch: Batch, shown: LineRow, draft: Draft) -> int:
    """A part is filled in order of arrival: a new one after 50 posts or 150 KB (RULINGS 5)."""
    recorded = draft.new.recorded
    part = recorded.part if recorded is not None else shown.parts + shown.is_full(draft.weight)
    if part > shown.parts:
        batch.grown.add(shown.id)
        shown.parts, shown.part_posts, shown.part_weight = part, 0, 0
    if part == shown.parts:
        shown.part_posts += 1
        shown.part_weight += draft.weight
    return part


def shown_line(batch: Batch, draft: Draft) -> LineRow:
    """Give the thread that shows a new post."""
    section = batch.section_of.get(draft.node.id)
    if section is not None:
        return batch.lines[section]
    line = batch.line_of[draft.node.id]
    return lines.shown_as(batch.lines.get(line.id, line), batch.lines)


_MONTHS = Quick(
    select(months.c.month).where(
        months.c.group_id == bindparam("of"), Among(months.c.month, "months")
    )
)
_TAKE_NUMBERS = Quick(
    update(groups)
    .where(groups.c.id == bindparam("of"))
    .values(next_number=groups.c.next_number + bindparam("count"))
    .returning(
        groups.c.next_number,
        select(posts.c.id)
        .where(posts.c.group_id == bindparam("of"), posts.c.received_at >= bindparam("day"))
        .exists()
        .label("has_day"),
    )
)
_SET_NUMBER = (
    update(groups).where(groups.c.id == bindparam("of")).values(next_number=bindparam("next"))
)
_WROTE = Quick(
    select(posts.c.thread_id, posts.c.person)
    .distinct()
    .where(Among(posts.c.thread_id, "lines"), Among(posts.c.person, "people"))
)

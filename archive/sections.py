"""Threads that coordinators chose for single posts, carried to everything that answers those posts.

What was said of a post (`posts.pinned`) is a recorded fact; all else follows from it and from parents,
so arrival order cannot change it. Work is bounded by the lines that are settled.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from archive import lines, threads
from archive.drafts import base_of
from archive.ids import key_of
from archive.lines import LineRow, Span
from archive.model import PostState
from archive.quick import Quick
from archive.tables import mentions, posts, thread_ids
from archive.text import normal_subject
from archive.threads import Opening
from archive.types import Among


@dataclass(slots=True)
class Settled:
    """What changed: pages of these posts and threads, and base subjects to be joined again."""

    keys: set[str] = field(default_factory=set)
    threads: set[int] = field(default_factory=set)
    subjects: dict[str, Span] = field(default_factory=dict)

    def touch_subject(self, row: LineRow) -> None:
        """Note a base subject with the time in which its thread was active."""
        known = self.subjects.get(row.base_subject, (row.started_at, row.line_last_at))
        span = min(known[0], row.started_at), max(known[1], row.line_last_at)
        self.subjects[row.base_subject] = span


_MEMBERS = Quick(
    select(
        posts.c.id,
        posts.c.number,
        posts.c.key,
        posts.c.parent_id,
        posts.c.depth,
        posts.c.thread_id,
        posts.c.part,
        posts.c.weight,
        posts.c.section_id,
        posts.c.pinned,
        thread_ids.c.thread_id.label("line"),
    )
    .distinct()
    .select_from(thread_ids)
    .join(
        mentions,
        (mentions.c.group_id == thread_ids.c.group_id) & (mentions.c.key == thread_ids.c.key),
    )
    .join(posts, posts.c.id == mentions.c.post_id)
    .where(Among(thread_ids.c.thread_id, "lines"), mentions.c.position == 0)
    .order_by(posts.c.number)
)
_OWNERS = Quick(
    select(thread_ids.c.thread_id.label("line"))
    .distinct()
    .select_from(posts)
    .join(mentions, (mentions.c.post_id == posts.c.id) & (mentions.c.position == 0))
    .join(
        thread_ids,
        (thread_ids.c.group_id == mentions.c.group_id) & (thread_ids.c.key == mentions.c.key),
    )
    .where(Among(posts.c.thread_id, "shown"))
)
_PLACE = Quick(
    update(posts)
    .where(posts.c.id == bindparam("of"))
    .values(
        section_id=bindparam("section"),
        thread_id=bindparam("to"),
        depth=bindparam("now"),
        part=bindparam("at"),
    )
)
_PIN = Quick(
    update(posts)
    .where(posts.c.id == bindparam("of"))
    .values(section_id=bindparam("to"), pinned=True)
)
_SHOWN = Quick(
    select(
        posts.c.thread_id,
        posts.c.id,
        posts.c.message_id,
        posts.c.digest,
        posts.c.received_at,
        posts.c.subject,
        posts.c.state,
        posts.c.parent_id,
        posts.c.pinned,
    ).where(Among(posts.c.thread_id, "lines"))
)


_CUT = Quick(
    select(posts.c.id)
    .where(Among(posts.c.thread_id, "shown"), posts.c.section_id.is_not(None))
    .limit(1)
)


def pin(conn: Connection, places: Mapping[int, int]) -> None:
    """Say of posts which thread they belong to, with all that answers them; `settle` follows."""
    _PIN.run(conn, [{"of": post, "to": place} for post, place in places.items()])


def are_cut(conn: Connection, shown: Collection[int]) -> bool:
    """Tell whether some of these threads show posts because coordinators said so."""
    return _CUT.first(conn, {"shown": sorted(shown)}) is not None


def owners_of(conn: Connection, shown: Collection[int]) -> list[int]:
    """Give the lines to which posts shown in some threads belong by their ids."""
    return [row.line for row in _OWNERS.rows(conn, {"shown": shown})]


def settle(
    conn: Connection, group_id: int, owners: Collection[int], *, keep_parts: bool = False
) -> Settled:
    """Carry what was said of posts to the answers below them, in all of some lines, and count the
    threads again. A post that comes into another thread gets a part there, in order of number, as
    if it came now; with `keep_parts` (a rebuild) its recorded one stays.

    Lines joined by subject to the threads that change must have been detached before.
    """
    members = _MEMBERS.rows(conn, {"lines": owners})
    said = {one.id: one.section_id for one in members if one.pinned}
    known = {*owners, *said.values(), *(one.thread_id for one in members)}
    rows = lines.load_lines(conn, known)
    shown = {line: lines.shown_as(rows[line], rows).id for line in owners}
    placed = _placed(members, said, shown, rows)
    moved = [
        (one, placed[one.id]["to"]) for one in members if one.thread_id != placed[one.id]["to"]
    ]
    if not keep_parts:
        for post, part in _parts(moved, rows).items():
            placed[post]["at"] = part
    changed = [placed[one.id] for one in members if _differs(one, placed[one.id])]
    _PLACE.run(conn, changed)
    touched = {place for one, to in moved for place in (one.thread_id, to)}
    lines.recount(conn, group_id, touched)
    settled = Settled({one.key for one, _ in moved}, touched)
    _reopen(conn, {*touched, *owners, *said.values()}, members, settled)
    return settled


def _placed(
    members: Sequence[Any],
    said: Mapping[int, int],
    shown: Mapping[int, int],
    rows: Mapping[int, LineRow],
) -> dict[int, dict[str, Any]]:
    everyone = [one.id for one in members]
    among = set(everyone)
    parent_of = {one.id: one.parent_id for one in members if one.parent_id in among}
    section_of = threads.sections(everyone, parent_of, said)
    place = {one.id: section_of.get(one.id, shown[one.line]) for one in members}
    inside = {post: above for post, above in parent_of.items() if place[post] == place[above]}
    depth_of = threads.depths(everyone, inside, {})
    placed = {}
    for one in members:
        section = section_of.get(one.id)
        # What a subject joined stands below the first post of the thread that it was joined to.
        deeper = int(section is None and rows[one.line].by_subject)
        values = {"of": one.id, "section": section, "to": place[one.id], "at": one.part}
        placed[one.id] = values | {"now": depth_of[one.id] + deeper}
    return placed


def _differs(one: Any, placed: Mapping[str, Any]) -> bool:
    before = (one.section_id, one.thread_id, one.depth, one.part)
    return before != (placed["section"], placed["to"], placed["now"], placed["at"])


def _parts(moved: Sequence[tuple[Any, int]], rows: Mapping[int, LineRow]) -> dict[int, int]:
    found = {}
    begun: dict[int, int] = {}
    for one, to in moved:
        row = rows[to]
        if to not in begun:
            begun[to] = row.parts if row.count else 1
        if row.is_full(one.weight):
            begun[to] += 1
            row.part_posts = row.part_weight = 0
        row.part_posts += 1
        row.part_weight += one.weight
        found[one.id] = begun[to]
    return found


# --- What the first and last posts of a thread say of it --------------------------------------


def _reopen(
    conn: Connection, touched: Collection[int], members: Sequence[Any], settled: Settled
) -> None:
    """Find out again what the first and last posts of threads say of them. A thread that others
    were put into, or that all posts have left, is left alone by subject joining."""
    rows = lines.load_lines(conn, touched)
    here: dict[int, list[Any]] = {}
    for row in _SHOWN.rows(conn, {"lines": touched}):
        here.setdefault(row.thread_id, []).append(row)
    changes = []
    for line in sorted(touched):
        row = rows[line]
        if row.merged_into is not None:
            continue
        before = replace(row)
        if line in here:
            _say(row, here[line])
        elif mine := [one.id for one in members if one.line == line]:
            row.first_id, row.opening = mine[0], Opening.CHILD
        if row != before:
            settled.touch_subject(before)
            settled.touch_subject(row)
            settled.threads.add(line)
            changes.append(row.changes())
    lines.UPDATE_LINE.run(conn, changes)


def _say(row: LineRow, here: Sequence[Any]) -> None:
    ordered = sorted(here, key=_order)
    first = ordered[0]
    row.started_at = first.received_at
    row.last_at = row.line_last_at = max(one.received_at for one in here)
    if first.id != row.first_id:
        row.first_id = first.id
        row.subject = _subject(ordered)
        row.base_subject = base_of(normal_subject(row.subject)[0])
    elif row.opening is not Opening.CHILD and not any(one.pinned for one in here):
        return
    may_join = row.opening is Opening.REPLY
    base, is_reply = normal_subject(row.subject)
    has_parent = first.parent_id is not None or any(one.pinned for one in here)
    row.opening = threads.opening(is_reply, base_of(base), has_parent, may_join=may_join)


def _order(one: Any) -> threads.Order:
    return (one.received_at, key_of(one.message_id), one.digest)


def _subject(ordered: Sequence[Any]) -> str:
    """The first post's subject; where it was taken down, that of the oldest that is left."""
    if ordered[0].state == PostState.PUBLISHED:
        return str(ordered[0].subject)
    left = (one.subject for one in ordered if one.state == PostState.PUBLISHED)
    return normal_subject(next(left, ""))[0]

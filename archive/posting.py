"""Adding posts in batches: placed in threads, given their recorded facts, their pages marked dirty.

One post is a batch of one. Nothing here reads the clock; the caller holds a write transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from archive import dirty, lines, pages, placing, readers, rows, sections, threads
from archive.batch import Batch, bear_lines, record, wanted_path
from archive.db import Database
from archive.drafts import Draft, NewPost, draft_of
from archive.lines import INSERT_LINE, UPDATE_LINE, LineRow
from archive.model import GroupInfo, PageKey, Post
from archive.placing import Placement
from archive.tables import posts, thread_ids
from archive.tables import threads as threads_table
from archive.text import normal_subject
from archive.threads import Opening


@dataclass(frozen=True, slots=True)
class AddedPost:
    """A post just stored, the path of its thread, and the pages that the batch made dirty."""

    post: Post
    thread_path: str
    dirty: frozenset[PageKey]


def add_post(
    db: Database,
    conn: Connection,
    group: GroupInfo,
    new: NewPost,
    *,
    join_by_subject: bool = False,
    now: datetime | None = None,
) -> AddedPost:
    """Add one post; see `add_posts`."""
    return add_posts(db, conn, group, [new], join_by_subject=join_by_subject, now=now)[0]


def add_posts(
    db: Database,
    conn: Connection,
    group: GroupInfo,
    new: Sequence[NewPost],
    *,
    join_by_subject: bool = False,
    now: datetime | None = None,
) -> list[AddedPost]:
    """Store posts of one group in order of arrival, place them in threads and mark their pages.

    The mails are stored already, duplicates are left out and imposters are told (`unknown_of`).
    `join_by_subject` is for imports (RULINGS 4). `now` dates the marks; without it the newest
    received_at does. Give many at once: the number of statements hardly depends on it.
    """
    if not new:
        return []
    db.lock_group(conn, group.id)
    taken = db.reserve_ids(conn, posts, len(new))
    drafts = [draft_of(post_id, item) for post_id, item in zip(taken, new, strict=True)]
    batch = Batch(db, conn, group, join_by_subject, drafts)
    # A rebuild decides its joins again; which lines may be joined is recorded.
    batch.rebuilding = batch.rejoining = any(item.recorded is not None for item in new)
    _place(batch)
    bear_lines(batch)
    stored = record(batch)
    _write(batch, stored)
    stored = _settle_sections(batch, stored)
    stored = _join(batch, stored)
    _mark(batch, stored, now or max(item.received_at for item in new))
    return [
        AddedPost(post, batch.lines[post.thread_id].path, frozenset(batch.dirty)) for post in stored
    ]


# --- Placing ----------------------------------------------------------------------------------


def _place(batch: Batch) -> None:
    conn = batch.conn
    nodes = [draft.node for draft in batch.drafts]
    facts = placing.read_facts(conn, batch.group.id, nodes)
    batch.lines, batch.known_names = facts.lines, facts.line_of
    drafts = {draft.node.id: draft for draft in batch.drafts}
    simple, late = placing.sort_out(placing.components(nodes, facts), facts)
    touched = {line for component in late for line in component.lines}
    if paths := {path for draft in batch.drafts if (path := draft.section_path)}:
        touched.update(lines.at_paths(conn, batch.group.id, paths).values())
    if touched:
        _detach(batch, touched)
    for component in late:
        _settle_line(batch, _arrange(batch, component), drafts)
    for component in simple:
        _settle_line(batch, placing.added(component, facts), drafts)


def _detach(batch: Batch, touched: Collection[int]) -> None:
    """Undo joins by subject around lines that are about to be arranged; `_join` decides again."""
    changes = lines.detach(batch.conn, batch.group.id, touched)
    if not changes:
        return
    batch.lines = lines.load_lines(batch.conn, batch.lines)
    batch.rejoining = True
    for change in changes:
        _note_joined(batch, change)
        line = lines.load_lines(batch.conn, [change.line])[change.line]
        batch.touch_subject(line.base_subject, line.started_at, line.started_at)


def _arrange(batch: Batch, component: placing.Component) -> Placement:
    """The slow way: late parents, merges, posts older than their thread. Bounded by its lines."""
    conn, group_id = batch.conn, batch.group.id
    placement = placing.arranged(conn, component)
    survivor = placement.line
    assert survivor is not None  # its lines are stored
    before = lines.load_lines(conn, component.lines)
    if placement.merged:
        keys = lines.absorb(conn, survivor, placement.merged)
        lines.recount(conn, group_id, component.lines)
        batch.dirty |= {pages.message(group_id, key) for key in keys}
    row = lines.load_lines(conn, [survivor])[survivor]
    row.line_last_at = max(line.line_last_at for line in before.values())
    if any(line.opening is Opening.REPLY for line in before.values()):
        row.opening = Opening.REPLY
    batch.lines[survivor] = row
    batch.moved.extend(placement.moved)
    batch.rearranged.update(component.lines)
    if placement.cut or sections.are_cut(conn, [survivor]):
        batch.cut.add(survivor)
    return placement


def _settle_line(batch: Batch, placement: Placement, drafts: dict[int, Draft]) -> None:
    """Find or begin the line, and write down what its first and last posts say of it."""
    batch.parent_of |= placement.parent_of
    batch.depth_of |= placement.depth_of
    batch.section_of |= placement.section_of
    members = [drafts[node.id] for node in placement.component.nodes]
    if placement.line is None:
        line = _new_line(drafts[placement.first.id])
        line.group_id = batch.group.id
        batch.born.append(line)
    else:
        line = batch.lines[placement.line]
        batch.changed.add(line.id)
    anew = placement.arranged or placement.line is None
    if anew:
        _open_line(batch, line, placement, members)
    was_last = line.line_last_at
    for draft in members:
        base = batch.lines.get(placement.section_of.get(draft.node.id, 0), line)
        base.line_last_at = max(base.line_last_at, draft.new.received_at)
    # A reply that only grew takes nothing in; a root that grew may take in what came after it.
    if (batch.joining or batch.rejoining) and (anew or line.opening is Opening.ROOT):
        begun = line.started_at if anew else was_last
        batch.touch_subject(line.base_subject, begun, line.line_last_at)
    for draft in members:
        batch.line_of[draft.node.id] = line


def _new_line(first: Draft) -> LineRow:
    moment = first.new.received_at
    return LineRow(
        id=0,
        group_id=0,
        path=wanted_path(first),
        subject=first.new.message.subject,
        base_subject=first.base,
        started_at=moment,
        last_at=moment,
        first_id=first.node.id,
        line_last_at=moment,
        count=0,
        people=0,
        parts=1,
        part_posts=0,
        part_weight=0,
        merged_into=None,
        by_subject=False,
        opening=Opening.ROOT,
    )


def _open_line(batch: Batch, line: LineRow, placement: Placement, members: Sequence[Draft]) -> None:
    """Say of a line what its first post says, which may be another one than before."""
    may_join = (
        batch.joining
        or line.opening is Opening.REPLY
        or any(one.new.recorded.may_join for one in members if one.new.recorded is not None)
    )
    first = next((one for one in members if one.node.id == placement.first.id), None)
    if first is not None:
        line.subject, line.base_subject = first.new.message.subject, first.base
        line.started_at, line.first_id = first.new.received_at, first.node.id
        is_reply = first.is_reply
    else:
        is_reply = normal_subject(line.subject)[1]
    has_parent = placement.first.id in placement.parent_of
    line.opening = threads.opening(is_reply, line.base_subject, has_parent, may_join=may_join)


# --- Writing ----------------------------------------------------------------------------------


def _write(batch: Batch, stored: Sequence[Post]) -> None:
    conn, db = batch.conn, batch.db
    INSERT_LINE.run(conn, [line.values() for line in batch.born])
    born = {line.id for line in batch.born}
    UPDATE_LINE.run(conn, [batch.lines[line].changes() for line in sorted(batch.changed - born)])
    rows.insert_posts(conn, batch.drafts, stored, batch.section_of)
    names = {
        name: batch.line_of[draft.node.id].id
        for draft in batch.drafts
        for name in draft.names
        if name not in batch.known_names
    }
    pairs = [
        {"group_id": batch.group.id, "key": name, "thread_id": line}
        for name, line in sorted(names.items())
    ]
    db.insert_ignore(conn, thread_ids, pairs)
    rows.move_posts(conn, batch.moved)
    rows.count_months(db, conn, stored)


def _settle_sections(batch: Batch, stored: list[Post]) -> list[Post]:
    """Put posts where coordinators want them: what recorded facts say, and what lines arranged
    anew changed; gives the posts as they stand then."""
    said = {draft.node.id: path for draft in batch.drafts if (path := draft.section_path)}
    if not said and not batch.cut:
        return stored
    conn, group_id = batch.conn, batch.group.id
    found = _sections_at(batch, said)
    sections.pin(conn, {post: found[path] for post, path in said.items()})
    owners = batch.cut | {batch.line_of[post].id for post in said}
    settled = sections.settle(conn, group_id, owners, keep_parts=batch.rebuilding)
    batch.dirty |= {pages.message(group_id, key) for key in settled.keys}
    batch.rearranged |= settled.threads
    for base, span in settled.subjects.items() if batch.joining or batch.rejoining else ():
        batch.touch_subject(base, *span)
    batch.lines = lines.load_lines(conn, {*batch.lines, *settled.threads})
    return readers.posts_by_ids(conn, [post.id for post in stored])


def _sections_at(batch: Batch, said: dict[int, str]) -> dict[str, int]:
    """Find the threads of recorded paths; those that are not there yet begin with these posts."""
    conn, group_id = batch.conn, batch.group.id
    found = lines.at_paths(conn, group_id, said.values())
    firsts = {
        path: draft
        for draft in reversed(batch.drafts)
        if (path := draft.section_path) and path not in found
    }
    taken = batch.db.reserve_ids(conn, threads_table, len(firsts))
    born = [
        replace(_new_line(draft), id=line, group_id=group_id, path=path, opening=Opening.CHILD)
        for line, (path, draft) in zip(taken, firsts.items(), strict=True)
    ]
    INSERT_LINE.run(conn, [line.values() for line in born])
    return found | {line.path: line.id for line in born}


def _join(batch: Batch, stored: list[Post]) -> list[Post]:
    """Decide again which lines of the touched subjects are shown where; gives the posts as they
    stand then."""
    if not batch.subjects:
        return stored
    changes = lines.join_subjects(batch.conn, batch.group.id, batch.subjects)
    if not changes:
        return stored
    for change in changes:
        _note_joined(batch, change)
    batch.lines = lines.load_lines(batch.conn, batch.lines)
    return readers.posts_by_ids(batch.conn, [post.id for post in stored])


def _note_joined(batch: Batch, change: lines.Joined) -> None:
    group_id = batch.group.id
    batch.dirty |= {pages.message(group_id, key) for key in change.keys}
    batch.rearranged.update((change.line, change.shown_before, change.shown_now))


def _mark(batch: Batch, stored: Sequence[Post], now: datetime) -> None:
    group_id = batch.group.id
    conn = batch.conn
    for draft, post in zip(batch.drafts, stored, strict=True):
        batch.dirty |= pages.new_post(post, links=bool(draft.new.links))
    batch.dirty |= {pages.message(group_id, one.key) for one in batch.moved if one.new_parent}
    rows_now = lines.load_lines(conn, batch.rearranged | batch.grown)
    for line in batch.grown:
        batch.dirty |= pages.all_parts(group_id, line, rows_now[line].parts)
    for line in batch.rearranged:
        listed = lines.months_of(conn, line)
        batch.dirty |= pages.whole_thread(group_id, line, rows_now[line].parts, listed)
    batch.dirty |= pages.leading_pages(
        group_id,
        lines.leading_to(conn, batch.rearranged),
        lines.linked_to(conn, batch.rearranged),
    )
    dirty.mark(batch.conn, batch.db, batch.dirty, now)

"""What coordinators do to threads (RULINGS 4): split, merge, give another title, lock; and the undo
of each. What they decide are recorded facts: exported, reused by a rebuild; docs/threading.md.

The caller holds a write transaction. Moved posts keep keys, numbers and addresses; they get parts in
their new thread in order of number, as if they came now. A path that has been public stays valid.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from unicodedata import category

from sqlalchemy import Connection, or_, select, update

from archive import dirty, ids, lines, pages, readers, sections
from archive.batch import free_path
from archive.db import Database
from archive.drafts import base_of
from archive.errors import CannotMove, NotFound
from archive.lines import INSERT_LINE, LineRow
from archive.model import GroupInfo, Post, Thread
from archive.sections import Settled
from archive.tables import posts, threads
from archive.text import normal_subject
from archive.threads import Opening

TITLE_LENGTH = 200
_UNSHOWN = frozenset({"Cc", "Cs"})  # control characters, halves of characters


@dataclass(frozen=True, slots=True)
class Split:
    """A thread that was split off. Undo: `merge(new, old, keep_title=False)`."""

    new: Thread
    old: Thread


@dataclass(frozen=True, slots=True)
class Merged:
    """What `unmerge` needs to undo a merge: plain values, fit for JSON."""

    from_thread: int
    into_thread: int
    heads: tuple[str, ...]
    """keys of the posts that stood at the top of the first thread; what answers them follows"""
    kept_title: str | None
    """the title that the second thread got so as to keep its name; None if it needed none"""


# --- Split ------------------------------------------------------------------------------------


def split(
    db: Database, conn: Connection, group: GroupInfo, key: str, title: str | None, now: datetime
) -> Split:
    """Move a post and all that answers it in its thread into a new thread, for good: later answers
    follow the posts that they answer. Without `title` it is called by the post's subject.

    Raises NotFound, and CannotMove where nothing would be left.
    """
    db.lock_group(conn, group.id)
    post = _post(conn, group, key)
    before = _settle_joins(db, conn, group, [post.thread_id])
    post = _post(conn, group, key)
    old = readers.get_thread(conn, post.thread_id)
    leaving = _below(conn, post)
    if len(leaving) == old.count:
        raise CannotMove(f"{key} is the whole of its thread")
    row = _new_row(db, conn, group, post, title)
    repinned = select(posts.c.id).where(posts.c.id.in_(sorted(leaving)), posts.c.pinned)
    heads = {post.id, *conn.execute(repinned).scalars()}
    sections.pin(conn, dict.fromkeys(heads, row.id))
    conn.execute(update(threads).where(threads.c.id == row.id).values(split_from=old.id))
    owners = sections.owners_of(conn, [old.id])
    _finish(db, conn, group, _settled(conn, group, owners, before), {old.id, row.id}, now)
    return Split(readers.get_thread(conn, row.id), readers.get_thread(conn, old.id))


def _post(conn: Connection, group: GroupInfo, key: str) -> Post:
    post = readers.post_by_key(conn, group.id, key)
    if post is None:
        raise NotFound(f"there is no post {key} in {group.name}")
    return post


def _below(conn: Connection, post: Post) -> set[int]:
    """The post and all that answers it in its thread."""
    chosen = select(posts.c.id, posts.c.parent_id).where(posts.c.thread_id == post.thread_id)
    answers: dict[int | None, list[int]] = {}
    for one, parent in conn.execute(chosen):
        answers.setdefault(parent, []).append(one)
    found: set[int] = set()
    waiting = [post.id]
    while waiting:
        here = waiting.pop()
        found.add(here)
        waiting.extend(answers.get(here, ()))
    return found


def _new_row(
    db: Database, conn: Connection, group: GroupInfo, post: Post, title: str | None
) -> LineRow:
    plain, is_reply = normal_subject(post.subject)
    called = clean_title(title or "")
    path = ids.thread_path(post.received_at, ids.slug(called or plain, post.key))
    (row_id,) = db.reserve_ids(conn, threads, 1)
    used = lines.at_paths(conn, group.id, [path])
    row = LineRow(
        id=row_id,
        group_id=group.id,
        path=free_path(conn, group.id, path, used),
        subject=post.subject,
        base_subject=base_of(plain),
        started_at=post.received_at,
        last_at=post.received_at,
        first_id=post.id,
        line_last_at=post.received_at,
        count=0,
        people=0,
        parts=1,
        part_posts=0,
        part_weight=0,
        merged_into=None,
        by_subject=False,
        opening=Opening.CHILD,
    )
    INSERT_LINE.run(conn, [row.values()])
    _set_title(conn, row_id, called or (plain if is_reply else ""))
    return row


# --- Merge ------------------------------------------------------------------------------------


def merge(
    db: Database,
    conn: Connection,
    group: GroupInfo,
    from_thread: int,
    into_thread: int,
    now: datetime,
    *,
    keep_title: bool = True,
) -> Merged:
    """Put all of one thread into another, for good: the first one's page points to the second, which
    keeps its path and, with `keep_title`, its name even where older posts come into it.

    Raises NotFound, and CannotMove where both are one thread already.
    """
    db.lock_group(conn, group.id)
    gone, kept = (_shown(conn, group, one) for one in (from_thread, into_thread))
    if gone.id == kept.id:
        raise CannotMove("both are one thread already")
    before = _settle_joins(db, conn, group, [gone.id, kept.id])
    heads = _heads(conn, gone.id)
    lines.redirect(conn, kept.id, [gone.id])
    owners = sections.owners_of(conn, [gone.id, kept.id])
    settled = _settled(conn, group, owners, before)
    called = readers.get_thread(conn, kept.id)
    title = None
    if keep_title and called.subject != kept.subject:
        title = clean_title(kept.subject)
        _set_title(conn, kept.id, title)
    _finish(db, conn, group, settled, {gone.id, kept.id}, now)
    return Merged(gone.id, kept.id, heads, title)


def unmerge(
    db: Database, conn: Connection, group: GroupInfo, merged: Merged, now: datetime
) -> Thread:
    """Undo a merge: the posts that stood at the top of the first thread go back to it with all that
    answers them, also what came since. Gives that thread. Raises NotFound, and CannotMove where
    nothing would be left in the second or the first was not merged."""
    db.lock_group(conn, group.id)
    gone = readers.get_thread(conn, merged.from_thread)
    kept = _shown(conn, group, merged.into_thread)
    if gone.group_id != group.id or gone.merged_into is None:
        raise CannotMove("it is a thread of its own already")
    before = _settle_joins(db, conn, group, [kept.id])
    heads = [one for key in merged.heads if (one := _post(conn, group, key)).thread_id == kept.id]
    leaving = {post for head in heads for post in _below(conn, head)}
    if not leaving or len(leaving) == readers.get_thread(conn, kept.id).count:
        raise CannotMove("one of the threads would have no posts")
    alive = {"merged_into": None, "by_subject": False, "opening": Opening.CHILD}
    conn.execute(update(threads).where(threads.c.id == gone.id).values(alive))
    sections.pin(conn, {head.id: gone.id for head in heads})
    if merged.kept_title is not None and _title_of(conn, kept.id) == merged.kept_title:
        _set_title(conn, kept.id, "")
    owners = sections.owners_of(conn, [kept.id])
    _finish(db, conn, group, _settled(conn, group, owners, before), {gone.id, kept.id}, now)
    return readers.get_thread(conn, gone.id)


def _shown(conn: Connection, group: GroupInfo, thread_id: int) -> Thread:
    thread = readers.shown_in(conn, thread_id)
    if thread.group_id != group.id:
        raise NotFound(f"there is no thread {thread_id} in {group.name}")
    return thread


def _heads(conn: Connection, thread_id: int) -> tuple[str, ...]:
    """Keys of the posts of a thread that answer none of its posts, or were put there themselves."""
    parent = posts.alias("parent")
    other = or_(
        parent.c.id.is_(None), parent.c.thread_id != posts.c.thread_id, posts.c.pinned.is_(True)
    )
    chosen = (
        select(posts.c.key)
        .outerjoin(parent, parent.c.id == posts.c.parent_id)
        .where(posts.c.thread_id == thread_id, other)
        .order_by(posts.c.number)
    )
    return tuple(conn.execute(chosen).scalars())


# --- Titles and locks -------------------------------------------------------------------------


def retitle(
    db: Database, conn: Connection, group: GroupInfo, thread_id: int, title: str, now: datetime
) -> str:
    """Call a thread by another title, or with '' by its first post's subject again; its path stays.
    Gives the title that it had, '' for none: giving that again is the undo. Raises NotFound."""
    db.lock_group(conn, group.id)
    thread = _shown(conn, group, thread_id)
    before, called = _title_of(conn, thread.id), clean_title(title)
    if called != before:
        _set_title(conn, thread.id, called)
        _mark(db, conn, group, {thread.id}, set(), now)
    return before


def lock(db: Database, conn: Connection, group: GroupInfo, thread_id: int, now: datetime) -> bool:
    """Close a thread to further posts by mail; tells whether it was open. Raises NotFound."""
    return _set_lock(db, conn, group, thread_id, True, now)


def unlock(db: Database, conn: Connection, group: GroupInfo, thread_id: int, now: datetime) -> bool:
    """Open a thread again; tells whether it was closed. Raises NotFound."""
    return _set_lock(db, conn, group, thread_id, False, now)


def clean_title(title: str) -> str:
    """Give a title as it is kept: one line, at most 200 characters, none that no page can show."""
    plain = "".join(" " if category(char) in _UNSHOWN else char for char in title)
    return " ".join(plain.split())[:TITLE_LENGTH].rstrip()


def _set_lock(
    db: Database, conn: Connection, group: GroupInfo, thread_id: int, locked: bool, now: datetime
) -> bool:
    db.lock_group(conn, group.id)
    thread = _shown(conn, group, thread_id)
    if thread.locked == locked:
        return False
    conn.execute(update(threads).where(threads.c.id == thread.id).values(locked=locked))
    dirty.mark(conn, db, pages.all_parts(group.id, thread.id, thread.parts), now)
    return True


def _title_of(conn: Connection, thread_id: int) -> str:
    return str(conn.execute(select(threads.c.title).where(threads.c.id == thread_id)).scalar_one())


def _set_title(conn: Connection, thread_id: int, title: str) -> None:
    conn.execute(update(threads).where(threads.c.id == thread_id).values(title=title))


# --- Parts ------------------------------------------------------------------------------------


def _settle_joins(
    db: Database, conn: Connection, group: GroupInfo, shown: Collection[int]
) -> Settled:
    """Make joins by subject final around threads that coordinators change: what they saw is what
    they decided on, and no later import may take it apart."""
    done = Settled()
    around = lines.load_lines(conn, [*shown, *sections.owners_of(conn, shown)])
    tops = {lines.shown_as(row, around).id for row in around.values()}
    for top in sorted(tops):
        joined = lines.joined_to(conn, [top])
        if not joined:
            continue
        changes = lines.detach(conn, group.id, [top])
        lines.absorb(conn, top, joined)
        lines.recount(conn, group.id, [top, *joined])
        done.keys.update(key for change in changes for key in change.keys)
        done.threads.add(top)
    return done


def _settled(
    conn: Connection, group: GroupInfo, owners: Collection[int], before: Settled
) -> Settled:
    """Carry the decision to all posts and see whether other lines are now joined by subject."""
    settled = sections.settle(conn, group.id, owners)
    settled.keys |= before.keys
    settled.threads |= before.threads
    if settled.subjects:
        for change in lines.join_subjects(conn, group.id, settled.subjects):
            settled.keys.update(change.keys)
            settled.threads |= {change.line, change.shown_before, change.shown_now}
    return settled


def _finish(
    db: Database,
    conn: Connection,
    group: GroupInfo,
    settled: Settled,
    changed: set[int],
    now: datetime,
) -> None:
    _mark(db, conn, group, settled.threads | changed, settled.keys, now)


def _mark(
    db: Database,
    conn: Connection,
    group: GroupInfo,
    changed: Collection[int],
    keys: Collection[str],
    now: datetime,
) -> None:
    """Mark the pages of threads that changed, of posts that moved, and of what points to them."""
    touched = {pages.message(group.id, key) for key in keys}
    for line, row in lines.load_lines(conn, changed).items():
        listed = lines.months_of(conn, line)
        touched |= pages.whole_thread(group.id, line, row.parts, listed)
    touched |= pages.leading_pages(
        group.id, lines.leading_to(conn, changed), lines.linked_to(conn, changed)
    )
    dirty.mark(conn, db, touched, now)


__all__ = [
    "Merged",
    "Split",
    "clean_title",
    "lock",
    "merge",
    "retitle",
    "split",
    "unlock",
    "unmerge",
]

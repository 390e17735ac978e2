"""Taking a post down: what it said and who said it goes for good, its place and its key stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, update

from archive import dirty, fulltext, lines, pages, readers
from archive.db import Database
from archive.drafts import base_of
from archive.errors import NotFound
from archive.fulltext import Entry
from archive.model import GroupInfo, PageKey, Post, PostState
from archive.rawmail import purge_raw
from archive.tables import links, parts, post_texts, posts, threads, weeks
from archive.text import normal_subject

# The Message-ID, its digest and its key stay, so that no new copy can bring the post back.
_BLANK = (
    *("author", "author_address", "from_name", "from_address", "reply_to", "sender"),
    *("original_from", "person", "subject", "language"),
)


@dataclass(frozen=True, slots=True)
class Removed:
    """A post that was taken down, and the posts that answer it directly: they may quote it, which
    no program can cut out safely."""

    post: Post
    """as it was before"""
    answers: tuple[Post, ...]


def remove_post(
    db: Database, conn: Connection, group: GroupInfo, key: str, now: datetime
) -> Removed:
    """Take a post down: its raw mail, texts, parts, links, index entry and names are deleted, its
    slot stays, its pages become dirty. Raises NotFound; a second removal changes nothing.

    Copies that the live service holds (outbox, holds, quarantine) are its own business.
    """
    db.lock_group(conn, group.id)
    post = readers.post_by_key(conn, group.id, key)
    if post is None:
        raise NotFound(f"there is no post {key} in {group.name}")
    answers = tuple(_answers(conn, post))
    if post.state is PostState.REMOVED:
        return Removed(post, answers)
    _unindex(db, conn, post)
    _erase(conn, post)
    lines.recount(conn, group.id, [post.thread_id])
    touched = pages.removed_post(post, answers) | _weeks(conn, post)
    if _retitle(conn, post):
        thread = readers.get_thread(conn, post.thread_id)
        listed = lines.months_of(conn, thread.id)
        touched |= pages.whole_thread(group.id, thread.id, thread.parts, listed)
        near = lines.leading_to(conn, [thread.id]), lines.linked_to(conn, [thread.id])
        touched |= pages.leading_pages(group.id, *near)
    dirty.mark(conn, db, touched, now)
    return Removed(post, answers)


def _answers(conn: Connection, post: Post) -> list[Post]:
    found = conn.execute(select(posts.c.id).where(posts.c.parent_id == post.id))
    return readers.posts_by_ids(conn, list(found.scalars()))


def _weeks(conn: Connection, post: Post) -> set[PageKey]:
    """Pages of the weekly summaries that quote or list it: they leave it out now."""
    named = weeks.c.summary.contains(post.key, autoescape=True)
    found = conn.execute(select(weeks.c.week).where(weeks.c.group_id == post.group_id, named))
    return {pages.week(post.group_id, name) for name in found.scalars()}


def _unindex(db: Database, conn: Connection, post: Post) -> None:
    words = (
        select(post_texts.c.own)
        .join(posts, posts.c.id == post_texts.c.post_id)
        .where(posts.c.id == post.id, posts.c.indexed.is_(True))
    )
    own = conn.execute(words).scalar_one_or_none()
    if own is not None:
        entry = Entry(post.id, post.group_id, post.subject, post.author, own)
        fulltext.remove(db, conn, [entry])


def _erase(conn: Connection, post: Post) -> None:
    for table in (post_texts, parts, links):
        conn.execute(delete(table).where(table.c.post_id == post.id))
    mine = posts.c.id == post.id
    mail_id = conn.execute(select(posts.c.mail_id).where(mine)).scalar_one()
    values: dict[str, Any] = dict.fromkeys(_BLANK, "")
    values |= {"state": PostState.REMOVED, "attachments": 0, "date_claimed": None}
    values |= {"quotable": False, "indexed": True}
    conn.execute(update(posts).where(mine).values(values))
    others = select(func.count()).where(
        posts.c.mail_id == mail_id, posts.c.state == PostState.PUBLISHED
    )
    if not conn.execute(others).scalar_one():
        purge_raw(conn, mail_id)


def _retitle(conn: Connection, post: Post) -> bool:
    """A thread whose first post is gone is called by the oldest post that is left, if any; a title
    that coordinators took from the post goes as well."""
    words = normal_subject(post.subject)[0]
    around = or_(
        threads.c.id == post.thread_id,
        threads.c.merged_into == post.thread_id,
        threads.c.first_id == post.id,
    )
    copied = update(threads).where(around, threads.c.title != "", threads.c.title == words)
    untitled = conn.execute(copied.values(title="")).rowcount
    left = (
        select(posts.c.subject)
        .where(posts.c.thread_id == post.thread_id, posts.c.state == PostState.PUBLISHED)
        .order_by(posts.c.received_at, posts.c.key)
        .limit(1)
    )
    subject = normal_subject(conn.execute(left).scalar_one_or_none() or "")[0]
    values = {"subject": subject, "base_subject": base_of(subject)}
    removed = select(posts.c.id).where(
        posts.c.thread_id == post.thread_id, posts.c.state == PostState.REMOVED
    )
    named = update(threads).where(around & threads.c.first_id.in_(removed))
    return bool(conn.execute(named.values(values)).rowcount + untitled)

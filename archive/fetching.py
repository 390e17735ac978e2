"""More that letters ask about posts, beside `lookup`: the post that a mail answers, direct answers, own
words as many as fit, files to open, the posts of an author."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select

from archive.ids import attachment_path, key_of
from archive.model import PartRole, Post, PostState
from archive.readers import POST_COLUMNS, post_of
from archive.tables import mentions, parts, post_texts, posts

CHUNK = 50


@dataclass(frozen=True, slots=True)
class File:
    """An attachment of a post."""

    name: str
    size: int
    path: str
    """below the site's root; '' for one that is not kept on the web"""


def find_by_ids(conn: Connection, group_id: int, message_ids: Sequence[str]) -> Post | None:
    """Give the post that has the first known of these canonical Message-IDs."""
    for message_id in message_ids:
        own = (mentions.c.key == key_of(message_id)) & (mentions.c.position == 0)
        row = conn.execute(
            select(*POST_COLUMNS)
            .join(mentions, mentions.c.post_id == posts.c.id)
            .where(mentions.c.group_id == group_id, own)
            .order_by(posts.c.id)
            .limit(1)
        ).first()
        if row is not None:
            return post_of(row)
    return None


def answers_to(conn: Connection, post: Post, limit: int) -> list[Post]:
    """Give the first posts that answer a post directly and are shown."""
    direct = (posts.c.parent_id == post.id) & (posts.c.state == PostState.PUBLISHED)
    rows = conn.execute(select(*POST_COLUMNS).where(direct).order_by(posts.c.id).limit(limit))
    return [post_of(row) for row in rows]


def own_words(conn: Connection, wanted: Sequence[Post]) -> Iterator[tuple[Post, str]]:
    """Give posts with their authors' own words, a few at a time: stop when there is enough."""
    for start in range(0, len(wanted), CHUNK):
        some = wanted[start : start + CHUNK]
        chosen = select(post_texts.c.post_id, post_texts.c.own)
        rows = conn.execute(chosen.where(post_texts.c.post_id.in_([post.id for post in some])))
        words = {row.post_id: row.own for row in rows}
        yield from ((post, words.get(post.id, "")) for post in some)


def files_of(conn: Connection, group: str, post: Post) -> tuple[File, ...]:
    """Give the attachments of a post in the group called `group`."""
    chosen = (
        select(parts)
        .where(parts.c.post_id == post.id, parts.c.role == PartRole.ATTACHMENT)
        .order_by(parts.c.index)
    )
    return tuple(
        File(
            one.filename or one.content_type,
            one.size,
            attachment_path(group, post.key, one[_PLACE], one.filename, one.content_type),
        )
        for one in conn.execute(chosen)
    )


_PLACE = list(parts.c.keys()).index("index")
"""a row has a method of this name"""


def authored(conn: Connection, addresses: Sequence[str], first: int, last: int) -> list[Post]:
    """Give the posts with ids `first` to `last` whose author has one of these lower-cased addresses,
    by id. There is no index on authors: ask for few ids at a time. A post taken down has none."""
    theirs = or_(
        func.lower(posts.c.author_address).in_(addresses),
        func.lower(posts.c.from_address).in_(addresses),
    )
    within = posts.c.id.between(first, last)
    rows = conn.execute(select(*POST_COLUMNS).where(within, theirs).order_by(posts.c.id))
    return [post_of(row) for row in rows]

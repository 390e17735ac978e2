"""New posts as rows of all their tables, inserted with one statement a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update

from archive.db import Database
from archive.drafts import Draft, is_quotable
from archive.model import Post
from archive.pages import month_of
from archive.placing import Moved
from archive.quick import Quick
from archive.tables import links, mentions, parts, post_texts, posts, thread_months
from archive.tables import months as months_table

_INSERT_POSTS = Quick(insert(posts))
_INSERT_TEXTS = Quick(insert(post_texts))
_INSERT_MENTIONS = Quick(insert(mentions))
_INSERT_PARTS = Quick(insert(parts))
_INSERT_LINKS = Quick(insert(links))
_MOVE = Quick(
    update(posts)
    .where(posts.c.id == bindparam("of"))
    .values(parent_id=bindparam("to"), depth=bindparam("now"))
)


def insert_posts(
    conn: Connection,
    drafts: Sequence[Draft],
    stored: Sequence[Post],
    section_of: Mapping[int, int],
) -> None:
    """Insert posts with their texts, names, parts and links; `section_of` names threads that
    coordinators chose for what they answer."""
    pairs = list(zip(drafts, stored, strict=True))
    # A parent's row must be there before that of its answer.
    in_order = sorted(pairs, key=lambda pair: pair[1].depth)
    _INSERT_POSTS.run(conn, [_post(*pair, section_of.get(pair[1].id)) for pair in in_order])
    _INSERT_TEXTS.run(conn, [_text(draft) for draft in drafts])
    _INSERT_MENTIONS.run(conn, [row for one in pairs for row in _mentions(*one)])
    _INSERT_PARTS.run(conn, [row for draft in drafts for row in _parts(draft)])
    _INSERT_LINKS.run(conn, [row for one in pairs for row in _links(*one)])


def move_posts(conn: Connection, moved: Iterable[Moved]) -> None:
    """Write new parents and depths of stored posts."""
    _MOVE.run(conn, [{"of": one.id, "to": one.parent_id, "now": one.depth} for one in moved])


def count_months(db: Database, conn: Connection, stored: Sequence[Post]) -> None:
    """Count new posts in the months of their group and of their threads."""
    group_id = stored[0].group_id
    of_group = Counter(month_of(post.received_at) for post in stored)
    of_threads = Counter((month_of(post.received_at), post.thread_id) for post in stored)
    db.upsert(
        conn,
        months_table,
        [{"group_id": group_id, "month": month, "posts": n} for month, n in of_group.items()],
        add=("posts",),
    )
    db.upsert(
        conn,
        thread_months,
        [
            {"group_id": group_id, "month": month, "thread_id": thread_id, "count": n}
            for (month, thread_id), n in of_threads.items()
        ],
        add=("count",),
    )


def _post(draft: Draft, post: Post, section: int | None) -> dict[str, Any]:
    message, author = draft.new.message, draft.author
    return {
        "id": post.id,
        "group_id": post.group_id,
        "number": post.number,
        "key": post.key,
        "mail_id": draft.new.mail_id,
        "message_id": post.message_id,
        "digest": message.digest,
        "thread_id": post.thread_id,
        "part": post.part,
        "parent_id": post.parent_id,
        "parent_mid": draft.parent_mid,
        "depth": post.depth,
        "author": author.name,
        "author_address": author.address,
        "from_name": author.from_name,
        "from_address": author.from_address,
        "reply_to": author.reply_to,
        "sender": author.sender,
        "original_from": author.original_from,
        "person": draft.person,
        "subject": post.subject,
        "received_at": post.received_at,
        "date_claimed": message.date_claimed,
        "language": post.language[:12],
        "state": post.state.value,
        "weight": post.weight,
        "attachments": post.attachments,
        "quotable": is_quotable(message),
        "indexed": False,
        "section_id": section,
        "pinned": False,
    }


def _text(draft: Draft) -> dict[str, Any]:
    new = draft.new
    body = {"body": new.message.text, "layout": new.layout, "own": new.own}
    return {"post_id": draft.node.id, **body}


def _mentions(draft: Draft, post: Post) -> Iterable[dict[str, Any]]:
    node, group_id = draft.node, post.group_id
    for position, name in enumerate((node.own, *node.named)):
        yield {"group_id": group_id, "key": name, "post_id": post.id, "position": position}
    if node.alias != node.own:
        yield {"group_id": group_id, "key": node.alias, "post_id": post.id, "position": 0}


def _parts(draft: Draft) -> Iterable[dict[str, Any]]:
    for part in draft.new.message.parts:
        yield {
            "post_id": draft.node.id,
            "index": part.index,
            "role": part.role.value,
            "content_type": part.content_type,
            "charset": part.charset,
            "filename": part.filename,
            "content_id": part.content_id,
            "size": part.size,
        }


def _links(draft: Draft, post: Post) -> Iterable[dict[str, Any]]:
    for seq, link in enumerate(draft.new.links):
        yield {
            "post_id": post.id,
            "seq": seq,
            "group_id": post.group_id,
            "url": link.url,
            "sentence": link.sentence,
        }

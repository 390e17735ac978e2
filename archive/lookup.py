"""What commands by mail ask of the archive: a post by whatever names it, the words of a thread or of
the last posts, open threads, and whether a mail answers a thread that is closed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from archive import ids, readers
from archive.model import PartRole, Post, PostState, Thread
from archive.quick import Quick
from archive.tables import groups, mentions, parts, post_texts, posts, thread_ids, threads
from archive.types import Among

_NUMBER = re.compile(r"#?\s*(\d{1,9})")
_KEY = re.compile(r"(?<![a-z2-7])[a-z2-7]{16}(?![a-z2-7])")
_THREAD = re.compile(r"(?:([a-z0-9-]{2,24})/)?(\d{4}/\d{2}/[a-z0-9-]+)(?:\.\d+)?\.html")


@dataclass(frozen=True, slots=True)
class Told:
    """A post with its text, for a letter; a removed one has none."""

    post: Post
    own: str
    """its author's own words"""
    body: str
    """all of its text, with what it quotes"""
    files: tuple[str, ...]
    """names of its attachments"""


# --- A post by what names it ------------------------------------------------------------------


def find_post(conn: Connection, group_id: int, named: str) -> Post | None:
    """Give the post of a group that a person names: by number ('412', '#412'), by key, or by the URL
    or path of its page, its text, an attachment or its place in a thread. The page of a thread
    stands for its first post. None for anything else."""
    text = named.strip().strip("<>").rstrip(".,;")
    if number := _NUMBER.fullmatch(text):
        return readers.post_by_number(conn, group_id, int(number[1]))
    lowered = text.lower()
    path, _, place = lowered.partition("#")
    for key in filter(ids.is_key, (lowered, place, ids.key_in(path), _key_of_reply(lowered))):
        return readers.post_by_key(conn, group_id, key)
    thread = find_thread(conn, group_id, path)
    return _first_post(conn, thread) if thread is not None else None


def find_thread(conn: Connection, group_id: int, address: str) -> Thread | None:
    """Give the thread whose page has this URL or path, or the one into which it was merged. Paths are
    alike in many groups: where the address names a group it must be this one."""
    found = _THREAD.search(address.strip())
    if found is None:
        return None
    at = select(threads.c.id).where(threads.c.group_id == group_id, threads.c.path == found[2])
    if found[1]:
        at = at.join(groups, groups.c.id == threads.c.group_id).where(groups.c.name == found[1])
    thread_id = conn.execute(at).scalar_one_or_none()
    return readers.shown_in(conn, thread_id) if thread_id is not None else None


def _key_of_reply(text: str) -> str:
    """The key in a reply address, 'water+re-KEY@lists.example.org'."""
    _, mark, rest = text.partition("+re-")
    found = _KEY.match(rest) if mark else None
    return found[0] if found else ""


def _first_post(conn: Connection, thread: Thread) -> Post | None:
    first = select(threads.c.first_id).where(threads.c.id == thread.id)
    found = readers.posts_by_ids(conn, [conn.execute(first).scalar_one()])
    return found[0] if found else None


# --- Words for letters ------------------------------------------------------------------------


def told(conn: Connection, wanted: Sequence[Post]) -> list[Told]:
    """Give posts with their texts, in the order given. Read what a letter holds, not a whole group:
    all texts are in memory at once."""
    among = [post.id for post in wanted]
    columns = (post_texts.c.post_id, post_texts.c.own, post_texts.c.body)
    chosen = select(*columns).where(post_texts.c.post_id.in_(among))
    texts = {row.post_id: (row.own, row.body) for row in conn.execute(chosen)}
    files: dict[int, list[str]] = {}
    attached = (
        select(parts.c.post_id, parts.c.filename)
        .where(parts.c.post_id.in_(among), parts.c.role == PartRole.ATTACHMENT)
        .order_by(parts.c.post_id, parts.c.index)
    )
    for post_id, name in conn.execute(attached):
        files.setdefault(post_id, []).append(name)
    return [
        Told(post, *texts.get(post.id, ("", "")), tuple(files.get(post.id, ()))) for post in wanted
    ]


def last_told(conn: Connection, group_id: int, count: int) -> list[Told]:
    """Give the last posts of a group that are published, with their texts, the oldest first."""
    here = (posts.c.group_id == group_id) & (posts.c.state == PostState.PUBLISHED)
    chosen = select(posts.c.id).where(here).order_by(posts.c.number.desc()).limit(count)
    found = list(conn.execute(chosen).scalars())
    return told(conn, readers.posts_by_ids(conn, found[::-1]))


# --- Where an answer would go -----------------------------------------------------------------

_ANSWERED = Quick(
    select(
        mentions.c.key.label("name"),
        posts.c.received_at,
        posts.c.digest,
        posts.c.thread_id,
    )
    .join(posts, posts.c.id == mentions.c.post_id)
    .where(
        mentions.c.group_id == bindparam("of"),
        Among(mentions.c.key, "names"),
        mentions.c.position == 0,
    )
)
_LINES = Quick(
    select(thread_ids.c.key, thread_ids.c.thread_id).where(
        thread_ids.c.group_id == bindparam("of"), Among(thread_ids.c.key, "names")
    )
)


def thread_of_answer(
    conn: Connection, group_id: int, named: Iterable[str], reply_key: str = ""
) -> Thread | None:
    """Give the thread that a mail would join: `named` are the ids that it may answer, best first
    (`threads.candidates`), `reply_key` is the key in the address to which it was sent. None if it
    would begin one."""
    names = [name for name in (reply_key, *map(ids.key_of, named)) if name]
    if not names:
        return None
    given = {"of": group_id, "names": names}
    known: dict[str, tuple[datetime, str, int]] = {}
    for row in _ANSWERED.rows(conn, given):
        found = (row.received_at, row.digest, row.thread_id)
        known[row.name] = min(found, known.get(row.name, found))
    places = {name: thread for name, (_, _, thread) in known.items()}
    if not places:
        places = {row.key: row.thread_id for row in _LINES.rows(conn, given)}
    here = next((places[name] for name in names if name in places), None)
    return readers.shown_in(conn, here) if here is not None else None


_ANY_LOCKED = Quick(
    select(threads.c.id)
    .where(threads.c.group_id == bindparam("of"), threads.c.locked.is_(True))
    .limit(1)
)


def any_locked(conn: Connection, group_id: int) -> bool:
    """Tell whether the group has a thread that is closed: mostly not, and then no mail need be
    looked at."""
    return _ANY_LOCKED.first(conn, {"of": group_id}) is not None


def is_locked(conn: Connection, group_id: int, named: Iterable[str], reply_key: str = "") -> bool:
    """Tell whether a mail that names these ids would join a thread that is closed to posts by mail;
    see `thread_of_answer`."""
    thread = thread_of_answer(conn, group_id, named, reply_key)
    return thread is not None and thread.locked

"""Search over posts: one question for both engines, newest or best first, with a line of context."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select, update

from archive import fulltext, readers
from archive.db import Database
from archive.fulltext import Entry, Speaks, Term
from archive.model import Post, PostState
from archive.tables import post_texts, posts

MAX_TERMS = 12
MIN_PREFIX = 4
SNIPPET = 200
_PIECE = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')
_PENDING = (
    select(posts.c.id, posts.c.group_id, posts.c.subject, posts.c.author, post_texts.c.own)
    .join(post_texts, post_texts.c.post_id == posts.c.id)
    .where(posts.c.indexed.is_(False), posts.c.state == PostState.PUBLISHED)
    .order_by(posts.c.id)
    .limit(bindparam("limit"))
)
_DONE = update(posts).where(posts.c.id == bindparam("of")).values(indexed=True)


@dataclass(frozen=True, slots=True)
class Hit:
    """A post that was found, and where in its author's own words."""

    post: Post
    excerpt: str
    """about 200 characters of own words around the first match, in one line"""


def terms_of(query: str) -> tuple[Term, ...]:
    """Read a question: words and "phrases" must all be there, -words must not, word* may go on
    (from four letters: a shorter one gathers half the dictionary).

    Whatever else is typed is taken for a separator: a question is never an error. At most 12 terms.
    """
    found = []
    for minus, phrase, word in _PIECE.findall(query):
        words = tuple(fulltext.words_of(phrase or word))
        if words:
            prefix = word.endswith("*") and len(words[-1]) >= MIN_PREFIX
            found.append(Term(words, wanted=not minus, prefix=prefix))
    return tuple(found[:MAX_TERMS])


def search(
    db: Speaks,
    conn: Connection,
    group_ids: Sequence[int],
    query: str,
    *,
    ranked: bool = False,
    limit: int = 20,
) -> list[Hit]:
    """Give the published posts of these groups that match: the last stored first, or the best.

    With several groups the best ones are the best of each, newest first.
    """
    terms = terms_of(query)
    found = [
        post_id
        for group_id in group_ids
        for post_id in fulltext.find(db, conn, group_id, terms, limit, ranked=ranked)
    ]
    if len(group_ids) > 1:
        found = sorted(found, reverse=True)[:limit]
    texts = _texts(conn, found)
    return [
        Hit(post, excerpt(texts.get(post.id, ""), terms))
        for post in readers.posts_by_ids(conn, found)
        if post.state is PostState.PUBLISHED
    ]


def _texts(conn: Connection, found: Sequence[int]) -> dict[int, str]:
    chosen = select(post_texts.c.post_id, post_texts.c.own)
    rows = conn.execute(chosen.where(post_texts.c.post_id.in_(found)))
    return {row.post_id: row.own for row in rows}


def excerpt(own: str, terms: Sequence[Term]) -> str:
    """Give own words around the first match, cut at word ends, in one line."""
    line = " ".join(own.split())
    if len(line) <= SNIPPET:
        return line
    wanted = {word for term in terms if term.wanted for word in term.words}
    at = 0
    for word in re.finditer(r"[^\W_]+", line):
        if wanted & set(fulltext.words_of(word.group())):
            at = word.start()
            break
    start = 0 if at < SNIPPET // 2 else line.rfind(" ", 0, at - SNIPPET // 4) + 1
    end = len(line) if start + SNIPPET >= len(line) else line.rfind(" ", start, start + SNIPPET)
    end = end if end > start else start + SNIPPET
    return ("… " if start else "") + line[start:end] + (" …" if end < len(line) else "")


def index_pending(db: Database, limit: int = 1000) -> int:
    """Index up to `limit` posts that search has not seen yet, in a transaction of its own; gives
    how many. Acceptance does not wait for this (RULINGS 2)."""
    with db.write() as conn:
        rows = conn.execute(db.for_claim(_PENDING), {"limit": limit}).all()
        entries = [Entry(row.id, row.group_id, row.subject, row.author, row.own) for row in rows]
        fulltext.add(db, conn, entries)
        if entries:
            conn.execute(_DONE, [{"of": entry.post_id} for entry in entries])
    return len(entries)

"""Full-text rows of posts: FTS5 on SQLite, tsvector on PostgreSQL. What `search` asks is plain here.

Words are cut alike on both engines: runs of letters and digits, case and accents folded.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, TextClause, text

from archive.db import Database

_WORD = re.compile(r"[^\W_]+")
_MAX_CHARS = 100_000
# A group's posts are one range of row ids in the FTS5 table, so a search reads no other group's.
_GROUP_SHIFT = 40
# A ranked search orders the newest matches only: counting all of a common word takes too long.
RANKED_AMONG = 2000


class Speaks(Protocol):
    """What a question must know of its database: `Database`, or `Dialect` beside a connection."""

    @property
    def is_sqlite(self) -> bool:
        """Whether it is the embedded engine."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """The engine behind a connection."""

    is_sqlite: bool

    @staticmethod
    def of(conn: Connection) -> Dialect:
        """Name the engine of a connection."""
        return Dialect(conn.dialect.name == "sqlite")


@dataclass(frozen=True, slots=True)
class Entry:
    """What is indexed of one post. SQLite keeps no copy, so a removal needs the same values."""

    post_id: int
    group_id: int
    subject: str
    author: str
    words: str


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must stand one after the other; a single word mostly."""

    words: tuple[str, ...]
    wanted: bool = True
    prefix: bool = False
    """the last word may go on"""


def words_of(given: str) -> list[str]:
    """Cut a text into folded words."""
    return _WORD.findall(_folded(given))


def _folded(given: str) -> str:
    if given.isascii():
        return given.lower()
    plain = unicodedata.normalize("NFKD", given)
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold()


def add(db: Database, conn: Connection, entries: Iterable[Entry]) -> None:
    """Index posts that are not indexed yet."""
    _run(conn, _SQLITE_ADD if db.is_sqlite else _PG_ADD, [_row(db, entry) for entry in entries])


def remove(db: Database, conn: Connection, entries: Iterable[Entry]) -> None:
    """Take posts out of the index; each entry must equal the one that was added."""
    rows = [_row(db, entry) for entry in entries]
    _run(conn, _SQLITE_REMOVE if db.is_sqlite else _PG_REMOVE, rows)


def find(
    db: Speaks,
    conn: Connection,
    group_id: int,
    terms: Sequence[Term],
    limit: int,
    *,
    ranked: bool = False,
) -> list[int]:
    """Give ids of the posts of one group that match all terms: the last stored first, or the best
    of the last 2,000 that match."""
    if not any(term.wanted for term in terms):
        return []
    values = {"query": _query(db, terms), "limit": limit, "among": RANKED_AMONG}
    if not db.is_sqlite:
        statement = _PG_BEST if ranked else _PG_NEWEST
        return list(conn.execute(statement, values | {"of": group_id}).scalars())
    start = group_id << _GROUP_SHIFT
    values |= {"start": start, "end": start + (1 << _GROUP_SHIFT) - 1}
    statement = _SQLITE_BEST if ranked else _SQLITE_NEWEST
    return [row - start for row in conn.execute(statement, values).scalars()]


def _query(db: Speaks, terms: Sequence[Term]) -> str:
    """Write the engine's own query; words hold letters and digits only, so nothing can escape."""
    wanted = [_term(db, term) for term in terms if term.wanted]
    others = [_term(db, term) for term in terms if not term.wanted]
    if db.is_sqlite:
        asked = " AND ".join(wanted)
        return f"({asked}) NOT ({' OR '.join(others)})" if others else asked
    return " & ".join([*wanted, *(f"!({term})" for term in others)])


def _term(db: Speaks, term: Term) -> str:
    if db.is_sqlite:
        return f'"{" ".join(term.words)}"{" *" if term.prefix else ""}'
    return " <-> ".join(f"'{word}'" for word in term.words) + (":*" if term.prefix else "")


def _row(db: Database, entry: Entry) -> dict[str, object]:
    row_id = entry.group_id << _GROUP_SHIFT | entry.post_id if db.is_sqlite else entry.post_id
    row: dict[str, object] = {"id": row_id, "of": entry.group_id}
    values = {"subject": entry.subject, "author": entry.author, "words": entry.words[:_MAX_CHARS]}
    for name, value in values.items():
        # PostgreSQL's own parser would make one word of a host name or a path.
        row[name] = value if db.is_sqlite else " ".join(words_of(value))
    return row


def _run(conn: Connection, statement: TextClause, rows: list[dict[str, object]]) -> None:
    if rows:
        conn.execute(statement, rows)


_SQLITE_ADD = text(
    "INSERT INTO search_index(rowid, subject, author, words)"
    " VALUES (:id, :subject, :author, :words)"
)
_SQLITE_REMOVE = text(
    "INSERT INTO search_index(search_index, rowid, subject, author, words)"
    " VALUES ('delete', :id, :subject, :author, :words)"
)
_SQLITE_NEWEST = text(
    "SELECT rowid FROM search_index WHERE search_index MATCH :query"
    " AND rowid BETWEEN :start AND :end ORDER BY rowid DESC LIMIT :limit"
)
_SQLITE_BEST = text(
    "SELECT found FROM (SELECT rowid AS found, bm25(search_index, 6.0, 3.0, 1.0) AS score"
    " FROM search_index WHERE search_index MATCH :query AND rowid BETWEEN :start AND :end"
    " ORDER BY rowid DESC LIMIT :among) ORDER BY score, found DESC LIMIT :limit"
)
_PG_ADD = text(
    "INSERT INTO search_index(post_id, group_id, vector) VALUES (:id, :of,"
    " setweight(to_tsvector('simple', :subject), 'A')"
    " || setweight(to_tsvector('simple', :author), 'B')"
    " || setweight(to_tsvector('simple', :words), 'D'))"
)
_PG_REMOVE = text("DELETE FROM search_index WHERE post_id = :id")
_PG_NEWEST = text(
    "SELECT post_id FROM search_index WHERE group_id = :of"
    " AND vector @@ to_tsquery('simple', :query) ORDER BY post_id DESC LIMIT :limit"
)
_PG_BEST = text(
    "SELECT post_id FROM (SELECT post_id, vector FROM search_index WHERE group_id = :of"
    " AND vector @@ to_tsquery('simple', :query) ORDER BY post_id DESC LIMIT :among) AS newest"
    " ORDER BY ts_rank(vector, to_tsquery('simple', :query)) DESC, post_id DESC LIMIT :limit"
)

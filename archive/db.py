"""The database: engine, pragmas, transactions, locks, upsert and claim.

With `archive.types`, `archive.quick` and `archive.fulltext` the only code that knows the difference
between SQLite and PostgreSQL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import psycopg
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    bindparam,
    column,
    create_engine,
    event,
    func,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from archive.quick import Quick, run_plain
from archive.tables import metadata

WAKES = "dgroup"
"""the channel on which processes that share a PostgreSQL wake each other; the payload says for what"""
_GROUP_LOCK = 0x6467
_TEXT_LOCK = 0x6468
# The full-text tables are no tables of SQLAlchemy's: FTS5 is a virtual table without a copy of the
# texts, and a tsvector is known to one engine only.
FULL_TEXT = {
    "sqlite": (
        """CREATE VIRTUAL TABLE IF NOT EXISTS search_index USING fts5(
            subject, author, words, content='', tokenize="unicode61 remove_diacritics 2")""",
    ),
    "postgresql": (
        """CREATE TABLE IF NOT EXISTS search_index (
            post_id BIGINT PRIMARY KEY, group_id BIGINT NOT NULL, vector TSVECTOR NOT NULL)""",
        "CREATE INDEX IF NOT EXISTS ix_search_index_vector ON search_index USING gin (vector)",
        "CREATE INDEX IF NOT EXISTS ix_search_index_group ON search_index (group_id, post_id)",
    ),
}
# The one writer holds the lock from its BEGIN on; rows with given ids advance the sequence.
_LAST_ID = Quick(
    select(column("seq"))
    .select_from(text("sqlite_sequence"))
    .where(column("name") == bindparam("name"))
)
_POSTGRES_AWAY = ("08", "25P03", "53", "57P", "58")
"""SQLSTATE: connection, a transaction that idled, resources, shutdown, the system's own errors"""
_SQLITE_AWAY = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}
_NOTIFY = text("SELECT pg_notify(:channel, :what)")
_NEXT_IDS = text(
    "SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)"
)


class Database:
    """One store on one engine. `read()` and `write()` give connections inside a transaction."""

    def __init__(
        self, url: str, *, pool_size: int = 8, foreign_keys: bool = True, cache_mb: int = 16
    ) -> None:
        """Open `url`. Migrations pass `foreign_keys=False`: a table re-created in batch mode would
        otherwise delete every child row (ON DELETE CASCADE). `cache_mb` is what each connection of
        SQLite may keep in memory."""
        self.engine = _engine(url, pool_size, foreign_keys, cache_mb)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self.tell: Callable[[Collection[str]], None] | None = None
        """who says, after the commit, what there is to do (`wake`); without it the transaction does,
        and commits that do so wait for each other's disk"""

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read transaction: one consistent view, rolled back at the end."""
        with self.engine.connect() as conn:
            if self.is_sqlite:
                run_plain(conn, "BEGIN")
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction, committed at the end, rolled back on any exception.

        On SQLite it takes the write lock at its beginning: a transaction that read first and wants
        to write later can fail with SQLITE_BUSY whatever the busy timeout.
        """
        with self.engine.connect() as conn, conn.begin():
            if self.is_sqlite:
                run_plain(conn, "BEGIN IMMEDIATE")
            else:
                conn.info.pop(WAKES, None)  # of a transaction that was rolled back
            yield conn
            wakes = () if self.is_sqlite else conn.info.pop(WAKES, ())
            tell = self.tell
            if wakes and tell is None:
                conn.execute(_NOTIFY, {"channel": WAKES, "what": " ".join(sorted(wakes))})
        if wakes and tell is not None:
            tell(wakes)

    @contextmanager
    def savepoint(self, conn: Connection) -> Iterator[None]:
        """Undo what is done inside, and only that, when it raises; inside a write transaction."""
        if not self.is_sqlite:
            with conn.begin_nested():
                yield
            return
        # SQLAlchemy compiles its SAVEPOINT anew each time, which costs as much as ten inserts.
        run_plain(conn, "SAVEPOINT change")
        try:
            yield
        except BaseException:
            run_plain(conn, "ROLLBACK TO change")
            run_plain(conn, "RELEASE change")
            raise
        run_plain(conn, "RELEASE change")

    def lock_group(self, conn: Connection, group_id: int) -> None:
        """Serialise changes of one group until the transaction ends (RULINGS 2).

        SQLite has one writer anyway; PostgreSQL takes a transaction-scoped advisory lock.
        """
        if not self.is_sqlite:
            conn.execute(select(func.pg_advisory_xact_lock(_GROUP_LOCK, group_id)))

    def lock_text(self, conn: Connection, text: str) -> None:
        """Serialise what concerns one name, such as an address, until the transaction ends.

        Take it after the group's lock. PostgreSQL ends a deadlock by failing one side; try again.
        """
        if not self.is_sqlite:
            conn.execute(select(func.pg_advisory_xact_lock(_TEXT_LOCK, func.hashtext(text))))

    def insert_ignore(
        self, conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]
    ) -> None:
        """Insert rows, leaving those whose key exists as they are; all with the same columns."""
        if rows:
            _ignoring(self.is_sqlite, table, tuple(rows[0])).run(conn, rows)

    def upsert(
        self,
        conn: Connection,
        table: Table,
        rows: Sequence[Mapping[str, Any]],
        update: Sequence[str] = (),
        add: Sequence[str] = (),
    ) -> None:
        """Insert rows by primary key; where one exists set the columns `update` to the new value
        and grow the columns `add` by it."""
        if rows:
            columns = tuple(rows[0])
            statement = _upserting(self.is_sqlite, table, columns, tuple(update), tuple(add))
            statement.run(conn, rows)

    def reserve_ids(self, conn: Connection, table: Table, count: int) -> list[int]:
        """Take `count` row ids of an autoincrementing table, so that rows which name each other can
        be inserted in bulk. Call it inside a write transaction and use all ids there.
        """
        if self.is_sqlite:
            found = _LAST_ID.first(conn, {"name": table.name})
            last = found.seq if found else 0
            return list(range(last + 1, last + 1 + count))
        values = {"name": table.name, "count": count}
        return list(conn.execute(_NEXT_IDS, values).scalars())

    def for_claim(self, statement: Select[Any]) -> Select[Any]:
        """Make a SELECT of rows to claim skip those that another node is claiming just now."""
        return for_claim(statement)

    def connect_settings(self) -> dict[str, Any]:
        """What the driver needs for a connection outside the pool."""
        _, settings = self.engine.dialect.create_connect_args(self.engine.url)
        return {**_keeping_alive(self.engine.url.query), **settings}

    def create_tables(self) -> None:
        """Make all tables that are known to the program, without migrations: for an archive that is
        thrown away, and for tests."""
        with self.write() as conn:
            metadata.create_all(conn)
            for statement in FULL_TEXT[self.engine.dialect.name]:
                conn.execute(text(statement))

    def dispose(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()


def is_away(error: BaseException) -> bool:
    """Whether an error is about the database as a whole and says nothing about what was asked: it is
    away, restarts, is full or locked."""
    if isinstance(error, PoolTimeoutError) or getattr(error, "connection_invalidated", False):
        return True
    cause = getattr(error, "orig", error)
    if isinstance(cause, sqlite3.OperationalError):
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF in _SQLITE_AWAY
    state = getattr(cause, "sqlstate", None) or ""
    if isinstance(cause, psycopg.OperationalError) and not state:
        return True  # the driver's own: no connection can be had
    return state.startswith(_POSTGRES_AWAY)


def raise_if_away(error: Exception) -> None:
    """Raise an error again that `is_away`."""
    if is_away(error):
        raise error


def for_claim(statement: Select[Any]) -> Select[Any]:
    """Like `Database.for_claim`, for statements made at import time: SQLite's compiler leaves the
    clause out, and its one writer needs none."""
    return statement.with_for_update(skip_locked=True)


def wake(conn: Connection, what: str) -> None:
    """Let the other processes on this database know, when the transaction is committed, that there
    is `what` to do, a word. On SQLite there is no other; what runs in this one is told directly."""
    if conn.dialect.name != "sqlite":
        conn.info.setdefault(WAKES, set()).add(what)


def inserting_from(
    is_sqlite: bool,
    table: Table,
    columns: Sequence[str],
    source: Select[Any],
    returning: Sequence[ColumnElement[Any]],
) -> Quick:
    """Insert what `source` selects, leaving rows whose key exists; gives the rows that came, unnamed.

    `source` needs a WHERE: without one SQLite reads ON CONFLICT as part of a join.
    """
    statement = _inserting(is_sqlite, table).from_select(list(columns), source)
    return Quick(statement.on_conflict_do_nothing().returning(*returning), named=False)


def _inserting(is_sqlite: bool, table: Table) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if is_sqlite else postgresql.insert(table)


@lru_cache(maxsize=64)
def _ignoring(is_sqlite: bool, table: Table, columns: tuple[str, ...]) -> Quick:
    return Quick(_inserting(is_sqlite, table).on_conflict_do_nothing())


@lru_cache(maxsize=64)
def _upserting(
    is_sqlite: bool,
    table: Table,
    columns: tuple[str, ...],
    update: tuple[str, ...],
    add: tuple[str, ...],
) -> Quick:
    """Built once for each set of columns: making it anew costs more than running it."""
    statement = _inserting(is_sqlite, table)
    changes: dict[str, ColumnElement[Any]]
    changes = {name: statement.excluded[name] for name in update}
    changes |= {name: table.c[name] + statement.excluded[name] for name in add}
    keys = list(table.primary_key.columns)
    return Quick(statement.on_conflict_do_update(index_elements=keys, set_=changes))


def _keeping_alive(given: Mapping[str, Any]) -> dict[str, Any]:
    """What lets each end notice within half a minute that the other's machine is gone, and not hold
    the locks of a node that hangs inside a transaction for ever. What the URL says wins."""
    wanted = {
        "connect_timeout": 10,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
        "options": "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5"
        " -c tcp_keepalives_count=3 -c idle_in_transaction_session_timeout=30s",
    }
    return {name: value for name, value in wanted.items() if name not in given}


def _engine(url: str, pool_size: int, foreign_keys: bool, cache_mb: int) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            connect_args=_keeping_alive(make_url(url).query),
        )
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=pool_size,
        connect_args={"check_same_thread": False, "timeout": 30},
    )

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: ConnectionPoolEntry) -> None:
        # The driver never begins a transaction by itself: `read` and `write` say BEGIN. A listener
        # for SQLAlchemy's "begin" would do too, but any listener makes every statement dearer.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA busy_timeout=30000")
        cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        cursor.execute(f"PRAGMA cache_size=-{cache_mb}000")
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.close()

    return engine

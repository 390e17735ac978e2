"""The database: engine, pragmas, transactions, locks, upsert and claim.

Together with `archive.types` the only code that knows the difference between SQLite and PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    Table,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from archive.tables import metadata

WRITE = "dgroup_write"
_GROUP_LOCK = 0x6467
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
_LAST_ID = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
_NEXT_IDS = text(
    "SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)"
)


class Database:
    """One store on one engine. `read()` and `write()` give connections inside a transaction."""

    def __init__(self, url: str, *, pool_size: int = 8, foreign_keys: bool = True) -> None:
        """Open `url`. Migrations pass `foreign_keys=False`: a table re-created in batch mode would
        otherwise delete every child row (ON DELETE CASCADE)."""
        self.engine = _engine(url, pool_size, foreign_keys)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writer = self.engine.execution_options(**{WRITE: True})

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read transaction: one consistent view, rolled back at the end."""
        with self.engine.connect() as conn:
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction, committed at the end, rolled back on any exception.

        On SQLite it takes the write lock at its beginning: a transaction that read first and wants
        to write later can fail with SQLITE_BUSY whatever the busy timeout.
        """
        with self._writer.begin() as conn:
            yield conn

    def lock_group(self, conn: Connection, group_id: int) -> None:
        """Serialise changes of one group until the transaction ends (RULINGS 2).

        SQLite has one writer anyway; PostgreSQL takes a transaction-scoped advisory lock.
        """
        if not self.is_sqlite:
            conn.execute(select(func.pg_advisory_xact_lock(_GROUP_LOCK, group_id)))

    def insert_ignore(
        self, conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]
    ) -> None:
        """Insert rows, leaving those whose key exists as they are."""
        if rows:
            conn.execute(self._insert(table).on_conflict_do_nothing(), list(rows))

    def insert_from(
        self, conn: Connection, table: Table, columns: Sequence[str], source: Select[Any]
    ) -> int:
        """Insert what `source` selects, leaving rows whose key exists; gives how many came.

        `source` needs a WHERE: without one SQLite reads ON CONFLICT as part of a join.
        """
        statement = self._insert(table).from_select(list(columns), source)
        counted = statement.on_conflict_do_nothing().execution_options(preserve_rowcount=True)
        return conn.execute(counted).rowcount

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
        if not rows:
            return
        statement = _upsert_statement(self._insert, table, tuple(update), tuple(add))
        conn.execute(statement, list(rows) if len(rows) > 1 else rows[0])

    def reserve_ids(self, conn: Connection, table: Table, count: int) -> list[int]:
        """Take `count` row ids of an autoincrementing table, so that rows which name each other can
        be inserted in bulk. Call it inside a write transaction and use all ids there.
        """
        if self.is_sqlite:
            found = conn.execute(_LAST_ID, {"name": table.name}).scalar_one_or_none()
            last = found or 0
            return list(range(last + 1, last + 1 + count))
        values = {"name": table.name, "count": count}
        return list(conn.execute(_NEXT_IDS, values).scalars())

    def for_claim(self, statement: Select[Any]) -> Select[Any]:
        """Make a SELECT of rows to claim skip those that another node is claiming just now."""
        if self.is_sqlite:
            return statement
        return statement.with_for_update(skip_locked=True)

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

    def _insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)


@lru_cache(maxsize=64)
def _upsert_statement(
    insert: Callable[[Table], sqlite.Insert | postgresql.Insert],
    table: Table,
    update: tuple[str, ...],
    add: tuple[str, ...],
) -> sqlite.Insert | postgresql.Insert:
    """Built once: making it anew costs more than running it."""
    statement = insert(table)
    changes: dict[str, ColumnElement[Any]]
    changes = {name: statement.excluded[name] for name in update}
    changes |= {name: table.c[name] + statement.excluded[name] for name in add}
    keys = list(table.primary_key.columns)
    return statement.on_conflict_do_update(index_elements=keys, set_=changes)


def _engine(url: str, pool_size: int, foreign_keys: bool) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True)
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=pool_size,
        connect_args={"check_same_thread": False, "timeout": 30},
    )

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: ConnectionPoolEntry) -> None:
        # Autocommit mode of the driver: transactions are begun by `_on_begin`, never implicitly.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA busy_timeout=30000")
        cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        cursor.execute("PRAGMA cache_size=-16000")
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(conn: Connection) -> None:
        writing = conn.get_execution_options().get(WRITE, False)
        conn.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine

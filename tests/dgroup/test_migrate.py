"""Migrations give the tables that the program knows, on both engines, and harm no row."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, inspect, text

import dgroup.tables  # noqa: F401  -- puts its tables on the one MetaData
from archive import store
from archive.db import Database
from archive.tables import metadata
from dgroup import migrate
from dgroup.errors import DgroupError
from tests.archive.made import NOW
from tests.parts import Postgres

_SQLITE_SCHEMA = text("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '%alembic%'")
_PG_COLUMNS = text(
    "SELECT table_name, column_name, ordinal_position, data_type, character_maximum_length,"
    " is_nullable, column_default FROM information_schema.columns WHERE table_schema = 'public'"
)
_PG_INDEXES = text("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'")
_PG_CONSTRAINTS = text(
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace"
)


def _schema(url: str) -> set[tuple[str, ...]]:
    """Everything that the engine says of its tables, without alembic's own."""
    db = Database(url)
    found: set[tuple[str, ...]]
    try:
        with db.read() as conn:
            if db.is_sqlite:
                found = {
                    (name, clause)
                    for name, sql in conn.execute(_SQLITE_SCHEMA)
                    for clause in _clauses(sql or "")
                }
            else:
                found = {
                    tuple(map(str, row))
                    for query in (_PG_COLUMNS, _PG_INDEXES, _PG_CONSTRAINTS)
                    for row in conn.execute(query)
                }
    finally:
        db.dispose()
    return {row for row in found if not row[0].startswith("alembic")}


def _clauses(sql: str) -> list[str]:
    """A table's columns in their order and its constraints in any."""
    words = sql.replace("IF NOT EXISTS ", "").replace('"', "").replace(",", " , ")
    plain = " ".join(words.replace("(", " ( ").replace(")", " ) ").split())
    head, *constraints = plain.removesuffix(" )").split(" , CONSTRAINT ")
    return [head, *constraints]


def _created(url: str) -> set[tuple[str, ...]]:
    db = Database(url)
    db.create_tables()
    db.dispose()
    return _schema(url)


def _migrated(url: str) -> set[tuple[str, ...]]:
    migrate.upgrade(url)
    return _schema(url)


def test_migrations_make_the_tables_that_the_program_knows(tmp_path: Path) -> None:
    made = _created(f"sqlite:///{tmp_path / 'made.db'}")
    migrated = _migrated(f"sqlite:///{tmp_path / 'migrated.db'}")
    assert sorted(migrated) == sorted(made)
    assert {table.name for table in metadata.sorted_tables} < {row[0] for row in made}


def test_migrations_make_the_same_tables_on_postgresql(postgres: Postgres) -> None:
    with postgres.database() as made, postgres.database() as migrated:
        assert sorted(_migrated(migrated)) == sorted(_created(made))


def test_alembic_finds_nothing_left_to_migrate(db_url: str) -> None:
    migrate.upgrade(db_url)
    db = Database(db_url)
    with db.read() as conn:
        # Alembic takes '' for another default than '' on SQLite; the dumps above compare those.
        options = {"include_object": _is_ours, "compare_server_default": not db.is_sqlite}
        context = MigrationContext.configure(conn, opts=options)
        assert compare_metadata(context, metadata) == []
    db.dispose()


def _is_ours(item: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    return not (kind == "table" and str(name).startswith("search_index"))


def test_the_way_down_leaves_nothing_and_the_way_up_works_again(db_url: str) -> None:
    migrate.upgrade(db_url)
    assert migrate.current(db_url) == migrate.head()
    migrate.downgrade(db_url, "base")
    db = Database(db_url)
    left = set(inspect(db.engine).get_table_names()) - {"alembic_version"}
    db.dispose()
    assert left <= {"sqlite_sequence"}
    migrate.upgrade(db_url)
    assert migrate.current(db_url) == migrate.head()


def test_an_absent_database_has_no_revision(tmp_path: Path) -> None:
    assert migrate.current(f"sqlite:///{tmp_path / 'none.db'}") is None
    assert not (tmp_path / "none.db").exists()


def test_upgrading_again_keeps_every_row(db_url: str) -> None:
    migrate.upgrade(db_url)
    db = Database(db_url)
    with db.write() as conn:
        mail_id = store.store_mail(conn, b"Subject: x\r\n\r\n", "d", "", NOW)
    migrate.upgrade(db_url)
    with db.read() as conn:
        assert store.load_raw(conn, mail_id) == b"Subject: x\r\n\r\n"
    db.dispose()


def test_rows_that_point_nowhere_are_told(sqlite_url: str) -> None:
    migrate.upgrade(sqlite_url)
    db = Database(sqlite_url, foreign_keys=False)
    chunks = metadata.tables["mail_chunks"]
    with db.write() as conn:
        conn.execute(insert(chunks), {"mail_id": 7, "seq": 0, "data": b""})
    db.dispose()
    with pytest.raises(DgroupError, match="point nowhere"):
        migrate.upgrade(sqlite_url)


def test_a_database_of_a_newer_program_is_left_alone(db_url: str) -> None:
    """Nodes are upgraded one by one: one that was not, and is started again, must not go on."""
    migrate.upgrade(db_url)
    db = Database(db_url)
    try:
        with db.write() as conn:
            conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    finally:
        db.dispose()
    with pytest.raises(DgroupError, match="newer dgroup"):
        migrate.upgrade(db_url)
    assert migrate.current(db_url) == "9999"

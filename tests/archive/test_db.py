"""Transactions, savepoints, row ids and upserts, the same on both engines."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import IntegrityError

from archive import store
from archive.db import Database
from archive.tables import mail_chunks, mails, months
from tests.archive.made import NOW


def _mail_count(db: Database) -> int:
    with db.read() as conn:
        return len(conn.execute(select(mails.c.id)).all())


def _break_off(conn: Connection) -> None:
    """Store a mail, then fail."""
    store.store_mail(conn, b"two", "d", "", NOW)
    chunk = {"mail_id": 0, "seq": 0, "data": b""}
    conn.execute(mail_chunks.insert(), [chunk, chunk])


def test_a_write_is_kept_and_a_failed_one_is_not(database: Database) -> None:
    with database.write() as conn:
        store.store_mail(conn, b"one", "d", "", NOW)
    with pytest.raises(IntegrityError), database.write() as conn:
        _break_off(conn)
    assert _mail_count(database) == 1


def test_a_savepoint_undoes_its_own_changes_only(database: Database) -> None:
    with database.write() as conn:
        store.store_mail(conn, b"one", "d", "", NOW)
        with pytest.raises(IntegrityError), database.savepoint(conn):
            _break_off(conn)
        with pytest.raises(IntegrityError), database.savepoint(conn), database.savepoint(conn):
            _break_off(conn)
        with database.savepoint(conn):
            store.store_mail(conn, b"four", "d", "", NOW)
    assert _mail_count(database) == 2


def test_a_reader_sees_one_consistent_view(database: Database) -> None:
    with database.write() as conn:
        store.store_mail(conn, b"one", "d", "", NOW)
    if database.is_sqlite:
        with database.read() as reading:
            before = len(reading.execute(select(mails.c.id)).all())
            with database.write() as conn:
                store.store_mail(conn, b"two", "d", "", NOW)
            assert len(reading.execute(select(mails.c.id)).all()) == before == 1
    assert _mail_count(database) >= 1


def test_reserved_ids_are_never_given_again(database: Database) -> None:
    with database.write() as conn:
        first = database.reserve_ids(conn, mails, 3)
        rows = [{"id": taken, "digest": "d", "size": 0} for taken in first]
        values = [row | {"mail_from": "", "received_at": NOW} for row in rows]
        conn.execute(mails.insert(), values)
        conn.execute(mails.delete())
    with database.write() as conn:
        assert min(database.reserve_ids(conn, mails, 1)) > max(first)
        assert store.store_mail(conn, b"x", "d", "", NOW) > max(first)


def test_an_upsert_adds_to_what_is_there(database: Database) -> None:
    with database.write() as conn:
        group = store.create_group(conn, "beans")
        row = {"group_id": group.id, "month": "2026-03", "posts": 2}
        for _ in range(3):
            database.upsert(conn, months, [row], add=("posts",))
        database.insert_ignore(conn, months, [row | {"posts": 99}])
        assert conn.execute(select(months.c.posts)).scalar_one() == 6
        database.upsert(conn, months, [row | {"posts": 1}], update=("posts",))
        assert conn.execute(select(months.c.posts)).scalar_one() == 1
        database.upsert(conn, months, [])


def test_sqlite_keeps_what_it_says_it_kept(sqlite_database: Database) -> None:
    with sqlite_database.read() as conn:
        asked = ("journal_mode", "synchronous", "foreign_keys")
        found = [conn.execute(text(f"PRAGMA {name}")).scalar_one() for name in asked]
    assert found == ["wal", 2, 1]


def test_writers_on_many_threads_lose_nothing(database: Database) -> None:
    with database.write() as conn:
        group = store.create_group(conn, "beans")
    row = {"group_id": group.id, "month": "2026-03", "posts": 1}

    def work() -> None:
        for _ in range(10):
            with database.write() as conn:
                database.lock_group(conn, group.id)
                database.upsert(conn, months, [row], add=("posts",))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as conn:
        assert conn.execute(select(months.c.posts)).scalar_one() == 40

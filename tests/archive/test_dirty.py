"""The queue of pages: nothing is written twice at once, nothing marked is lost."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import select

from archive import dirty, store
from archive.db import Database
from archive.model import PageKey, PageKind
from archive.store import DirtyPage
from archive.tables import dirty_pages
from tests.archive.made import NOW, after

LEASE = timedelta(minutes=5)
KEYS = [PageKey(1, PageKind.MONTH, f"2026-{month:02}") for month in range(1, 7)]


def _mark(db: Database, *keys: PageKey) -> None:
    with db.write() as conn:
        store.mark(conn, db, keys, NOW)


def _claim(db: Database, limit: int = 10, node: str = "a", minutes: float = 0) -> list[DirtyPage]:
    with db.write() as conn:
        return store.claim_dirty(db, conn, limit, node, after(minutes), LEASE)


def _left(db: Database) -> int:
    with db.read() as conn:
        return len(conn.execute(select(dirty_pages.c.ref)).all())


def test_a_page_is_claimed_once(database: Database) -> None:
    _mark(database, *KEYS)
    first, second = _claim(database, limit=4), _claim(database, node="b")
    assert sorted(page.key for page in (*first, *second)) == KEYS
    assert _claim(database) == []


def test_a_claim_that_ran_out_is_given_again(database: Database) -> None:
    _mark(database, *KEYS)
    _claim(database)
    assert _claim(database, minutes=4) == []
    assert len(_claim(database, minutes=6)) == len(KEYS)


def test_a_node_that_starts_again_frees_what_it_had_claimed(database: Database) -> None:
    _mark(database, *KEYS)
    mine, theirs = _claim(database, limit=2), _claim(database, limit=2, node="b")
    with database.write() as conn:
        assert dirty.release_node(conn, "a") == len(mine) == len(theirs)
    again = _claim(database, node="c")
    assert {page.key for page in again} == set(KEYS) - {page.key for page in theirs}


def test_a_settled_page_is_off_the_queue(database: Database) -> None:
    _mark(database, *KEYS)
    pages = _claim(database)
    store.settle_all(database, pages)
    store.settle_all(database, [])
    assert _left(database) == 0


def test_a_page_marked_while_it_was_written_stays_and_can_be_claimed_at_once(
    database: Database,
) -> None:
    _mark(database, KEYS[0])
    (page,) = _claim(database)
    _mark(database, KEYS[0])
    assert _claim(database, node="b") == []
    with database.write() as conn:
        assert not store.settle(conn, page.key, page.version)
    (again,) = _claim(database)
    assert again.version > page.version
    with database.write() as conn:
        assert store.settle(conn, again.key, again.version)
    assert _left(database) == 0


def test_settling_many_releases_those_marked_again_only(database: Database) -> None:
    _mark(database, *KEYS)
    pages = _claim(database)
    _mark(database, KEYS[2])
    store.settle_all(database, pages)
    assert _left(database) == 1
    assert [page.key for page in _claim(database, node="b")] == [KEYS[2]]


def test_who_settles_and_who_marks_never_wait_for_each_other(database: Database) -> None:
    """PostgreSQL would end one of the two."""
    _mark(database, *KEYS)
    over = threading.Event()

    def marks(*keys: PageKey) -> None:
        while not over.is_set():
            _mark(database, *keys)

    with ThreadPoolExecutor() as threads:
        others = [threads.submit(marks, KEYS[0]), threads.submit(marks, KEYS[0], *KEYS[3:])]
        for _ in range(300):
            store.settle_all(database, _claim(database))
        over.set()
        for other in others:
            other.result()


def test_marks_of_one_transaction_that_fails_are_gone(database: Database) -> None:
    with database.write() as conn:
        inside = conn.begin_nested()
        store.mark(conn, database, KEYS, NOW)
        inside.rollback()
    assert _left(database) == 0

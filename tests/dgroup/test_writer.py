"""Group commit: who waits for what, whose error hurts whom, what happens when the engine gives up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, Table, event, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from archive.db import Database
from dgroup import writer as module
from dgroup.writer import Writer, WriterClosed
from tests.parts import wait_until

notes = Table("notes", MetaData(), Column("n", Integer, primary_key=True))


@pytest.fixture
def db(db_url: str) -> Iterator[Database]:
    database = Database(db_url)
    notes.metadata.create_all(database.engine)
    yield database
    database.dispose()


@contextmanager
def writing(db: Database, threads: int = 1) -> Iterator[Writer]:
    writer = Writer(db, threads)
    try:
        yield writer
    finally:
        writer.close()


def stored(db: Database) -> list[int]:
    with db.read() as conn:
        return sorted(conn.execute(select(notes.c.n)).scalars())


def put(number: int) -> Callable[[Connection], int]:
    def job(conn: Connection) -> int:
        conn.execute(insert(notes).values(n=number))
        return number

    return job


class Gate:
    """A job that holds the writer until it is opened, so that others queue up behind it."""

    def __init__(self, writer: Writer) -> None:
        self._open = threading.Event()
        self._entered = threading.Event()
        self.future = writer.submit(self._wait)
        assert self._entered.wait(10)

    def _wait(self, conn: Connection) -> None:
        self._entered.set()
        assert self._open.wait(10)

    def open(self) -> None:
        self._open.set()
        self.future.result(10)


def count_commits(db: Database) -> list[int]:
    commits: list[int] = []
    event.listen(db.engine, "commit", lambda conn: commits.append(1))
    return commits


def results(futures: list[Future[int]]) -> list[object]:
    def one(future: Future[int]) -> object:
        error = future.exception(20)
        return type(error) if error is not None else future.result()

    return [one(future) for future in futures]


async def test_run_gives_the_result_after_the_commit(db: Database) -> None:
    with writing(db) as writer:
        assert await writer.run(put(1)) == 1
        assert stored(db) == [1]


def test_jobs_that_wait_share_one_commit(db: Database) -> None:
    with writing(db) as writer:
        gate = Gate(writer)
        commits = count_commits(db)
        futures = [writer.submit(put(n)) for n in range(50)]
        gate.open()
        assert results(futures) == list(range(50))
    assert len(commits) == 2  # the gate's own, and one for all
    assert stored(db) == list(range(50))


def test_a_commit_waits_a_little_for_a_job_that_is_expected(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE_S", 20)
    with writing(db) as writer:
        commits = count_commits(db)
        with writer.expecting():
            futures = [writer.submit(put(1))]
            wait_until(writer._queue.empty, "the writer to take it")
            assert not futures[0].done()
            futures.append(writer.submit(put(2)))
        assert results(futures) == [1, 2]
    assert len(commits) == 1


def test_a_job_that_is_expected_and_does_not_come_holds_nobody_up(db: Database) -> None:
    with writing(db) as writer, writer.expecting():
        assert results([writer.submit(put(1))]) == [1]


def test_a_job_that_fails_takes_nobody_with_it(db: Database) -> None:
    def poison(conn: Connection) -> int:
        conn.execute(insert(notes).values(n=99))
        raise ValueError("poison")

    with writing(db) as writer:
        gate = Gate(writer)
        futures = [writer.submit(put(1)), writer.submit(poison), writer.submit(put(2))]
        gate.open()
        assert results(futures) == [1, ValueError, 2]
    assert stored(db) == [1, 2]


def test_an_error_of_the_database_takes_nobody_with_it(db: Database) -> None:
    def wrong(conn: Connection) -> int:
        conn.execute(text("SELECT nothing FROM nowhere"))
        return 0

    with writing(db) as writer:
        gate = Gate(writer)
        futures = [writer.submit(put(1)), writer.submit(wrong), writer.submit(put(2))]
        gate.open()
        first, error, last = results(futures)
    assert (first, last) == (1, 2)
    assert error not in (0, 1, 2)
    assert stored(db) == [1, 2]


def test_the_same_row_twice_fails_the_second_only(db: Database) -> None:
    with writing(db) as writer:
        gate = Gate(writer)
        futures = [writer.submit(put(n)) for n in (1, 1, 2)]
        gate.open()
        assert results(futures) == [1, IntegrityError, 2]
    assert stored(db) == [1, 2]


def test_a_transaction_that_the_engine_ended_is_never_taken_for_committed(
    sqlite_url: str,
) -> None:
    """SQLite rolls back by itself when the disk is full; afterwards each statement would commit."""
    db = Database(sqlite_url)
    notes.metadata.create_all(db.engine)

    def ends_it(conn: Connection) -> int:
        conn.execute(insert(notes).values(n=50))
        conn.exec_driver_sql("ROLLBACK")
        return 50

    with writing(db) as writer:
        gate = Gate(writer)
        futures = [writer.submit(put(1)), writer.submit(ends_it), writer.submit(put(2))]
        gate.open()
        first, broken, last = results(futures)
    assert (first, last) == (1, 2)
    assert broken not in (0, 50)
    assert stored(db) == [1, 2]
    db.dispose()


def test_a_full_disk_fails_the_job_and_the_writer_goes_on(sqlite_url: str) -> None:
    db = Database(sqlite_url)
    notes.metadata.create_all(db.engine)
    with db.write() as conn:
        conn.exec_driver_sql("CREATE TABLE blobs (b BLOB)")

    def fat(conn: Connection) -> int:
        conn.exec_driver_sql("PRAGMA max_page_count=200")
        conn.exec_driver_sql("INSERT INTO blobs VALUES (zeroblob(5000000))")
        return 0

    with writing(db) as writer:
        gate = Gate(writer)
        futures = [writer.submit(put(1)), writer.submit(fat), writer.submit(put(2))]
        gate.open()
        assert results(futures) == [1, OperationalError, 2]
    assert stored(db) == [1, 2]
    db.dispose()


def test_where_no_transaction_can_begin_all_fail_at_once(sqlite_url: str) -> None:
    """A locked database must not make each of many jobs wait for the whole timeout."""
    db = Database(sqlite_url)
    notes.metadata.create_all(db.engine)
    event.listen(
        db.engine, "checkout", lambda driver, *rest: driver.execute("PRAGMA busy_timeout=20")
    )
    other = Database(sqlite_url)
    with writing(db) as writer:
        gate = Gate(writer)
        futures = [writer.submit(put(n)) for n in range(10)]
        tries: list[str] = []
        event.listen(
            db.engine,
            "before_cursor_execute",
            lambda conn, cursor, statement, *rest: tries.append(statement),
        )
        gate._open.set()
        gate.future.result(10)
        assert results(futures) == list(range(10))
        with other.write():
            late = [writer.submit(put(n)) for n in range(100, 110)]
            assert set(results(late)) == {OperationalError}
    assert stored(db) == list(range(10))
    other.dispose()
    db.dispose()


def test_deadlocked_jobs_are_run_again(pg_url: str) -> None:
    """Two writers that take two locks crosswise: PostgreSQL fails one, which then wins alone."""
    db = Database(pg_url)
    notes.metadata.create_all(db.engine)
    first_has_its_lock, both_have_one = threading.Event(), threading.Event()
    runs: list[int] = []

    def crosswise(number: int, mine: int, theirs: int) -> Callable[[Connection], int]:
        def job(conn: Connection) -> int:
            runs.append(number)
            conn.execute(insert(notes).values(n=number))
            conn.execute(text("SET LOCAL deadlock_timeout = '50ms'"))
            db.lock_group(conn, mine)
            (first_has_its_lock if number == 1 else both_have_one).set()
            assert both_have_one.wait(10)
            db.lock_group(conn, theirs)
            return number

        return job

    with writing(db, threads=2) as writer:
        futures = [writer.submit(crosswise(1, 11, 22))]
        assert first_has_its_lock.wait(10)
        futures.append(writer.submit(crosswise(2, 22, 11)))
        assert results(futures) == [1, 2]
    assert len(runs) > 2
    assert stored(db) == [1, 2]
    db.dispose()


def test_two_that_make_the_same_row_at_once_are_both_heard(pg_url: str) -> None:
    db = Database(pg_url)
    notes.metadata.create_all(db.engine)
    first_has_looked, both_have_looked = threading.Event(), threading.Event()

    def unless_there(conn: Connection) -> bool:
        there = conn.execute(select(notes.c.n).where(notes.c.n == 7)).first() is not None
        if not there:
            (both_have_looked if first_has_looked.is_set() else first_has_looked).set()
            assert both_have_looked.wait(10)
            conn.execute(insert(notes).values(n=7))
        return there

    with writing(db, threads=2) as writer:
        futures = [writer.submit(unless_there)]
        assert first_has_looked.wait(10)
        futures.append(writer.submit(unless_there))
        assert sorted(future.result(20) for future in futures) == [False, True]
    assert stored(db) == [7]
    db.dispose()


def test_a_job_whose_caller_is_gone_is_not_begun(db: Database) -> None:
    with writing(db) as writer:
        gate = Gate(writer)
        gone = writer.submit(put(1))
        assert gone.cancel()
        stays = writer.submit(put(2))
        gate.open()
        assert stays.result(10) == 2
    assert stored(db) == [2]


async def test_a_caller_that_gives_up_does_not_stop_the_writer(db: Database) -> None:
    with writing(db) as writer:
        gate = Gate(writer)
        waiting = asyncio.ensure_future(writer.run(put(1)))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.to_thread(gate.open)
        assert await writer.run(put(2)) == 2
    assert 2 in stored(db)


def test_close_finishes_what_is_queued_and_refuses_what_comes_later(db: Database) -> None:
    writer = Writer(db)
    futures = [writer.submit(put(n)) for n in range(300)]
    writer.close()
    assert results(futures) == list(range(300))
    late = writer.submit(put(1000))
    assert isinstance(late.exception(5), WriterClosed)
    with pytest.raises(WriterClosed):
        asyncio.run(asyncio.wait_for(writer.run(put(1001)), 5))
    writer.close()
    assert stored(db) == list(range(300))


def test_a_writer_whose_callers_are_all_gone_survives_a_database_that_is_away(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[int] = []
    real = db.write

    @contextmanager
    def away() -> Iterator[Connection]:
        begun.append(1)
        if len(begun) < 3:
            raise OSError("the disk is gone")
        with real() as conn:
            yield conn

    with writing(db) as writer:
        gate = Gate(writer)
        monkeypatch.setattr(db, "write", away)
        assert writer.submit(put(1)).cancel()
        gate.open()
        # Each of the ways to commit fails once; the writer's thread is still there for the next job.
        assert isinstance(writer.submit(put(2)).exception(10), OSError)
        assert writer.submit(put(3)).result(10) == 3
    assert stored(db) == [3]


def test_a_batch_is_bounded(db: Database) -> None:
    with writing(db) as writer:
        gate = Gate(writer)
        commits = count_commits(db)
        futures = [writer.submit(put(n)) for n in range(module.BATCH + 1)]
        gate.open()
        assert results(futures) == list(range(module.BATCH + 1))
    assert len(commits) == 3

"""Group commit: jobs of many sessions share one transaction (DESIGN 9).

On SQLite one thread is the one writer. On PostgreSQL several writers run side by side. A job is a
function of the connection; it may be run again where a shared transaction failed, so it must do
nothing but database work.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from archive.db import Database
from dgroup.failing import Failing

T = TypeVar("T")
A = TypeVar("A")
Job = Callable[[Connection], Any]
Together = Callable[[Connection, Sequence[Any]], Sequence[Any]]
log = logging.getLogger("dgroup.writer")

BATCH = 128
PATIENCE_S = 0.004
TRIES = 5
"""how often a job is run that loses to others: PostgreSQL ends deadlocks by failing one side"""
_STOP = None


class WriterClosed(RuntimeError):
    """A job came after `close`."""


class _TransactionLost(Exception):
    """The engine has ended the transaction by itself (SQLite: disk full, I/O error, no memory)."""


@dataclass(slots=True)
class _Item:
    job: Job
    together: Together | None = None
    argument: Any = None
    future: Future[Any] = field(default_factory=Future)
    """for a caller of any thread; not used where there is a `waiter`"""
    waiter: asyncio.Future[Any] | None = None
    """for a caller on an event loop"""
    result: Any = None
    error: Exception | None = None


class Writer:
    """Runs jobs on writer threads; `run` returns only after the commit that holds its job."""

    def __init__(self, db: Database, threads: int = 1) -> None:
        """Use one thread on SQLite whatever `threads` says: it has one writer."""
        self._db = db
        self._failing = Failing(log, "nothing can be committed")
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._expected = 0
        self._door = threading.Lock()
        self._closed = False
        count = 1 if db.is_sqlite else threads
        self._threads = [
            threading.Thread(target=self._work, name=f"writer-{n}", daemon=True)
            for n in range(count)
        ]
        for thread in self._threads:
            thread.start()

    @contextmanager
    def expecting(self) -> Iterator[None]:
        """Tell that a job is about to come, on the event loop: while mails are being read a commit
        waits for them up to 4 ms, so that few sessions share commits too."""
        self._expected += 1
        try:
            yield
        finally:
            self._expected -= 1

    async def run(self, job: Callable[[Connection], T]) -> T:
        """Run `job` in a transaction and give its result once that is committed.

        Raises whatever the job raised (its changes are rolled back, those of others are not), or
        the database's error where the commit itself failed.
        """
        result: T = await self._waited(_Item(job))
        return result

    async def run_together(
        self, together: Callable[[Connection, Sequence[A]], Sequence[T]], argument: A
    ) -> T:
        """Like `run` for work that is cheaper for many arguments at once: `together` is given those
        that wait, and gives a result for each. If it fails it is called for each alone."""
        item = _Item(lambda conn: together(conn, [argument])[0], together, argument)
        result: T = await self._waited(item)
        return result

    async def _waited(self, item: _Item) -> Any:
        item.waiter = asyncio.get_running_loop().create_future()
        self._put(item)
        return await item.waiter

    def submit(self, job: Job) -> Future[Any]:
        """Queue `job` from any thread."""
        item = _Item(job)
        self._put(item)
        return item.future

    def _put(self, item: _Item) -> None:
        with self._door:  # nothing may come behind the end: nobody would ever take it
            if not self._closed:
                self._queue.put(item)
                return
        item.error = WriterClosed("the writer is closed")
        _resolve([item])

    def close(self) -> None:
        """Finish the jobs that are queued, then end the threads. Later jobs get WriterClosed."""
        with self._door:
            self._closed = True
            for _ in self._threads:
                self._queue.put(_STOP)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (first := self._queue.get()) is not _STOP:
            batch = [first]
            stopping = self._fill(batch)
            # A job whose caller is gone already is not begun; one that was begun cannot be called off.
            batch = [item for item in batch if _is_wanted(item)]
            if batch:
                self._commit(batch)
                _resolve(batch)
            if stopping:
                return

    def _fill(self, batch: list[_Item]) -> bool:
        """Take what is queued, and for a moment what is expected; True where the end has come."""
        until = time.monotonic() + PATIENCE_S
        while len(batch) < BATCH:
            left = until - time.monotonic() if self._expected else 0
            try:
                item = self._queue.get(left > 0, max(left, 0))
            except queue.Empty:
                return False
            if item is _STOP:
                return True
            batch.append(item)
        return False

    # --- Three ways to commit, each for what the one before could not do ------------------------

    def _commit(self, batch: list[_Item]) -> None:
        """All jobs in one transaction. If one fails, a savepoint each; if that fails too, alone."""
        try:
            self._at_once(batch)
            self._failing.works()
        except Exception as error:  # a job's error or the database's: the next way tells which
            log.debug("shared commit of %d jobs failed: %r", len(batch), error)
            if len(batch) > 1:
                self._apart(batch)
            else:
                self._alone(batch[0])

    def _at_once(self, batch: list[_Item]) -> None:
        alike: dict[Together, list[_Item]] = {}
        with self._db.write() as conn:
            for item in batch:
                if item.together is not None:
                    alike.setdefault(item.together, []).append(item)
                else:
                    _run(conn, item)
                    _check(conn)
            for together, items in alike.items():
                results = together(conn, [item.argument for item in items])
                for item, result in zip(items, results, strict=True):
                    item.result = result
                _check(conn)

    def _apart(self, batch: list[_Item]) -> None:
        try:
            with self._db.write() as conn:
                for item in batch:
                    _run_in_savepoint(conn, item)
                    _check(conn)
        except (
            Exception
        ) as error:  # deadlock, lost connection, full disk: nobody's fault among them
            if _is_conflict(error):
                log.info("commit of %d jobs lost to another writer", len(batch))
            else:
                self._failing.failed(error, f"{len(batch)} jobs:")
            self._one_by_one(batch)
            return
        for item in batch:
            if _may_win(item.error):
                self._alone(item)

    def _one_by_one(self, batch: Sequence[_Item]) -> None:
        """Where not even a transaction can be begun, all of them fail at once: each would wait for
        the whole timeout again."""
        for at, item in enumerate(batch):
            if not self._alone(item):
                for other in batch[at + 1 :]:
                    other.result, other.error = None, item.error
                return

    def _alone(self, item: _Item) -> bool:
        """Run one job in a transaction of its own; False if no transaction could be begun."""
        began = False
        for _ in range(TRIES):
            item.result = item.error = None
            began = False
            try:
                with self._db.write() as conn:
                    began = True
                    _run(conn, item)
                    _check(conn)
            except Exception as error:  # the job's caller gets it, whatever it is
                item.error = error
            if not _may_win(item.error):
                break
        return began


def _run(conn: Connection, item: _Item) -> None:
    item.error = None
    item.result = item.job(conn)


def _run_in_savepoint(conn: Connection, item: _Item) -> None:
    """Run a job so that its error undoes its own changes only."""
    try:
        with conn.begin_nested():
            _run(conn, item)
    except DBAPIError as error:
        if error.connection_invalidated or _is_conflict(error):
            raise
        item.error = error
    except Exception as error:  # the job's caller gets it; the other jobs go on
        item.error = error


def _check(conn: Connection) -> None:
    """Stop where the engine has ended the transaction: what follows would be committed bit by bit."""
    if getattr(conn.connection.dbapi_connection, "in_transaction", True) is False:
        raise _TransactionLost


def _is_conflict(error: Exception | None) -> bool:
    """PostgreSQL's deadlock (40P01) and serialisation (40001) failures abort the transaction."""
    return getattr(getattr(error, "orig", None), "sqlstate", "") in {"40P01", "40001"}


def _may_win(error: Exception | None) -> bool:
    """Tell whether a job that failed may do better when it is run again: it lost to another writer
    (conflict), or both made the same row (unique key)."""
    return _is_conflict(error) or isinstance(error, IntegrityError)


def _is_wanted(item: _Item) -> bool:
    """Whether somebody still waits for it; from here on it is not called off."""
    if item.waiter is not None:
        return not item.waiter.cancelled()
    return item.future.set_running_or_notify_cancel()


def _resolve(batch: Sequence[_Item]) -> None:
    """Tell the callers: an event loop is woken once for all that wait on it."""
    waiting: dict[asyncio.AbstractEventLoop, list[_Item]] = {}
    for item in batch:
        if item.waiter is not None:
            waiting.setdefault(item.waiter.get_loop(), []).append(item)
        else:
            _tell(item.future, item)
    for loop, items in waiting.items():
        with suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(_tell_all, items)


def _tell_all(items: Sequence[_Item]) -> None:
    for item in items:
        if item.waiter is not None and not item.waiter.done():
            _tell(item.waiter, item)


def _tell(future: Future[Any] | asyncio.Future[Any], item: _Item) -> None:
    if item.error is not None:
        future.set_exception(item.error)
    else:
        future.set_result(item.result)

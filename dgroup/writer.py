"""Group commit: jobs of many sessions share one transaction, a savepoint each (DESIGN 9).

On SQLite one thread is the one writer. On PostgreSQL several writers run side by side. A job is a
function of the connection; it may be run a second time if the shared transaction failed, so it must
do nothing but database work.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from archive.db import Database

T = TypeVar("T")
Job = Callable[[Connection], Any]
log = logging.getLogger("dgroup.writer")

BATCH = 128
_STOP = None


@dataclass(slots=True)
class _Item:
    job: Job
    future: Future[Any] = field(default_factory=Future)
    result: Any = None
    error: Exception | None = None


class Writer:
    """Runs jobs on writer threads; `run` returns only after the commit that holds its job."""

    def __init__(self, db: Database, threads: int = 1) -> None:
        """Use one thread on SQLite whatever `threads` says: it has one writer."""
        self._db = db
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        count = 1 if db.is_sqlite else threads
        self._threads = [
            threading.Thread(target=self._work, name=f"writer-{n}", daemon=True)
            for n in range(count)
        ]
        for thread in self._threads:
            thread.start()

    async def run(self, job: Callable[[Connection], T]) -> T:
        """Run `job` in a transaction and give its result once that is committed.

        Raises whatever the job raised (its changes are rolled back, those of others are not), or
        the database's error where the commit itself failed.
        """
        result: T = await asyncio.wrap_future(self.submit(job))
        return result

    def submit(self, job: Job) -> Future[Any]:
        """Queue `job` from any thread."""
        item = _Item(job)
        self._queue.put(item)
        return item.future

    def close(self) -> None:
        """Finish the jobs that are queued, then end the threads."""
        for _ in self._threads:
            self._queue.put(_STOP)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (first := self._queue.get()) is not _STOP:
            batch = [first]
            stopping = self._fill(batch)
            self._commit(batch)
            if stopping:
                return

    def _fill(self, batch: list[_Item]) -> bool:
        while len(batch) < BATCH:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return False
            if item is _STOP:
                return True
            batch.append(item)
        return False

    def _commit(self, batch: list[_Item]) -> None:
        try:
            with self._db.write() as conn:
                for item in batch:
                    _run_in_savepoint(conn, item)
        except SQLAlchemyError as error:
            log.warning("shared commit of %d jobs failed: %s", len(batch), error)
            for item in batch:
                self._commit_alone(item)
            return
        for item in batch:
            _resolve(item)

    def _commit_alone(self, item: _Item) -> None:
        """Run one job in a transaction of its own: after a deadlock or a failed shared commit."""
        item.error = None
        try:
            with self._db.write() as conn:
                item.result = item.job(conn)
        except Exception as error:  # the job's caller gets it, whatever it is
            item.error = error
        _resolve(item)


def _run_in_savepoint(conn: Connection, item: _Item) -> None:
    try:
        with conn.begin_nested():
            item.result = item.job(conn)
    except DBAPIError as error:
        if error.connection_invalidated or _is_deadlock(error):
            raise
        item.error = error
    except Exception as error:  # the job's caller gets it; the other jobs go on
        item.error = error


def _is_deadlock(error: DBAPIError) -> bool:
    """PostgreSQL's deadlock (40P01) and serialisation (40001) failures abort the transaction."""
    return getattr(error.orig, "sqlstate", "") in {"40P01", "40001"}


def _resolve(item: _Item) -> None:
    if item.error is not None:
        item.future.set_exception(item.error)
    else:
        item.future.set_result(item.result)

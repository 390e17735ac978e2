"""Reads mails: in this process while it is quiet, in worker processes while many come.

The processes start when mail comes faster than `RATE`, and end after a quiet minute, so that an idle
service is one process. A mail over which a process dies or hangs is blamed on that mail alone: it goes
to quarantine, those behind it are read again by another process.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
import socket
import sys
from collections import deque
from contextlib import suppress
from typing import cast

from archive.content import Content, content_of
from dgroup.failing import Failing
from dgroup.receiving.parse_worker import LENGTH

log = logging.getLogger("dgroup.receiving.parsers")

RATE = 20
"""mails in a second from which worker processes are worth their memory"""
QUIET_S = 60.0
"""how long fewer must come before the processes end"""
INLINE = 64 * 1024
"""bytes of a mail above which it is read beside the event loop"""
LARGE = 4 * 1024 * 1024
"""bytes of a mail above which it is not copied to another process"""
PATIENCE_S = 60.0
"""how long one mail may take; reading is bounded, so that this is a mail that found a fault of ours"""
_START_S = 30.0


class UnreadableError(Exception):
    """A worker process died or hung over this very mail."""


class _LostError(Exception):
    """The process has gone before this mail was its turn."""


class _Worker(asyncio.Protocol):
    """The wire to one process; answers come in the order of the mails."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._asked: deque[asyncio.Future[Content]] = deque()
        self._came = bytearray()
        self._since = 0.0
        self._let_go = False
        self.gone = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the wire."""
        self._transport = cast("asyncio.Transport", transport)

    @property
    def waiting(self) -> int:
        """How many mails it has not answered yet."""
        return len(self._asked)

    async def read(self, raw: bytes) -> Content:
        """Have a mail read. UnreadableError or _LostError where the process ends before."""
        if self.gone.is_set():
            raise _LostError
        if not self._asked:
            self._since = self._loop.time()
        answer: asyncio.Future[Content] = self._loop.create_future()
        self._asked.append(answer)
        self._transport.write(LENGTH.pack(len(raw)) + raw)
        return await answer

    def data_received(self, data: bytes) -> None:
        """Take answers as they become whole."""
        self._came += data
        at, size = 0, LENGTH.size
        while len(self._came) - at >= size:
            (length,) = LENGTH.unpack_from(self._came, at)
            if len(self._came) - at - size < length:
                break
            with memoryview(self._came) as whole:
                self._answer(whole[at + size : at + size + length])
            at += size + length
        del self._came[:at]

    def _answer(self, answer: memoryview) -> None:
        found: Content | Exception = pickle.loads(answer)  # noqa: S301 - from a process of ours
        self._since = self._loop.time()
        asked = self._asked.popleft()
        if asked.done():
            return
        if isinstance(found, Content):
            asked.set_result(found)
        else:
            asked.set_exception(found)

    def is_stuck(self, patience: float) -> bool:
        """Whether it has been at one mail for longer than that."""
        return bool(self._asked) and self._loop.time() - self._since > patience

    def connection_lost(self, error: Exception | None) -> None:
        """The process is gone: the mail that it was at is to blame, if there was one."""
        self.gone.set()
        blamed = not self._let_go
        for asked in self._asked:
            if not asked.done():
                ended = "a process ended while it read this mail"
                asked.set_exception(UnreadableError(ended) if blamed else _LostError())
            blamed = False
        self._asked.clear()

    def close(self) -> None:
        """Let go: the process reads the end of its input and ends. Nobody is to blame."""
        self._let_go = True
        self._transport.close()

    def abort(self) -> None:
        """Cut the wire at once."""
        self._transport.abort()


async def read_here(raw: bytes) -> Content:
    """Read a mail in this process, a long one beside the event loop."""
    if len(raw) > INLINE:
        return await asyncio.to_thread(content_of, raw)
    return content_of(raw)


class Parsers:
    """Up to `limit` worker processes; with 0 all mails are read in this process."""

    def __init__(
        self,
        limit: int,
        *,
        rate: int = RATE,
        quiet_s: float = QUIET_S,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._limit = limit
        self._rate, self._quiet, self._patience = rate, quiet_s, patience_s
        self._workers: list[_Worker] = []
        self._open: set[_Worker] = set()
        """also those that are starting"""
        self._task: asyncio.Task[None] | None = None
        self._stopped = asyncio.Event()
        self._ending = False
        self._failing = Failing(log, "no process to read mails can be started")
        self._window = self._busy_at = 0.0
        self._count = 0

    @property
    def processes(self) -> int:
        """How many worker processes take mails now."""
        return len(self._workers)

    async def read(self, raw: bytes) -> Content:
        """Read a mail somewhere. Raises UnreadableError where a process ended over it, RuntimeError
        where reading failed."""
        self._note()
        while self._workers and len(raw) <= LARGE:
            worker = min(self._workers, key=lambda one: one.waiting)
            try:
                return await worker.read(raw)
            except _LostError:
                if worker in self._workers:
                    self._workers.remove(worker)
        return await read_here(raw)

    async def stop(self) -> None:
        """End the processes. Mails that are still asked for are read in this process."""
        self._limit = 0
        self._stopped.set()
        if self._task is not None:
            await asyncio.wait({self._task})

    def _note(self) -> None:
        """Count the mails of this second; many of them start the processes."""
        now = asyncio.get_running_loop().time()
        if now - self._window >= 1.0:
            self._window, self._count = now, 0
        self._count += 1
        if self._count >= self._rate:
            self._busy_at = now
            if self._limit and (self._task is None or self._task.done()):
                self._task = asyncio.create_task(self._run(), name="parsers")

    async def _run(self) -> None:
        """Start the processes, watch over them, end them when it has been quiet.

        They are let go and not cancelled, so that each is waited for to its end."""
        self._ending = False
        runs = [asyncio.create_task(self._one()) for _ in range(self._limit)]
        loop = asyncio.get_running_loop()
        pause = min(self._quiet, self._patience) / 4
        while loop.time() - self._busy_at < self._quiet and not all(run.done() for run in runs):
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._stopped.wait()
            if self._stopped.is_set():
                break
            for worker in self._workers:
                if worker.is_stuck(self._patience):
                    log.error("a process takes more than %.0f s for one mail", self._patience)
                    worker.abort()
        self._ending = True
        for worker in self._open:
            worker.close()
        await asyncio.wait(runs)

    async def _one(self) -> None:
        """Keep one process; a new one where it ends before its time."""
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await self._session()
            except OSError as error:
                self._failing.failed(error)
                return
            if self._ending:
                return
            if asyncio.get_running_loop().time() - began < 1.0:
                log.error("a process to read mails ended at once; mails are read without")
                return

    async def _session(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            _, worker = await asyncio.get_running_loop().create_connection(_Worker, sock=ours)
            try:
                words = (sys.executable, "-m", "dgroup.receiving.parse_worker")
                child = await asyncio.create_subprocess_exec(*words, stdin=theirs.fileno())
            except BaseException:
                worker.close()
                raise
        self._open.add(worker)
        if self._ending:
            worker.close()
        try:
            await self._serve(worker)
        finally:
            self._open.discard(worker)
            await _ended(worker, child)

    async def _serve(self, worker: _Worker) -> None:
        """Give mails to a process from its first answer to its end."""
        try:
            # The first answer says that its modules are loaded: until then mails are read here.
            async with asyncio.timeout(_START_S):
                await worker.read(b"")
            self._failing.works()
            self._workers.append(worker)
            await worker.gone.wait()
        except (UnreadableError, _LostError, TimeoutError):
            if not self._ending:
                log.warning("a process to read mails did not start")
        finally:
            if worker in self._workers:
                self._workers.remove(worker)


async def _ended(worker: _Worker, child: asyncio.subprocess.Process) -> None:
    """Let the process finish what it was asked, for as long as that takes a mail at most."""
    worker.close()
    try:
        async with asyncio.timeout(1.0):
            await child.wait()
    except TimeoutError:
        child.kill()
        await child.wait()

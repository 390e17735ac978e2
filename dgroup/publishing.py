"""Writes dirty pages and the search index behind the service: woken, swept, verified at night."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from datetime import datetime

from archive import search
from archive.model import GroupInfo
from archive.pagewriter import Setting
from archive.publicdir import PublicDir, Tally
from archive.publish import Publisher
from archive.twins import keep_twins
from dgroup import groups
from dgroup.failing import Failing
from dgroup.runtime import Runtime

log = logging.getLogger("dgroup.publishing")
INDEX_AT_ONCE = 500
NOT_FINISHED = "not finished"
"""what `verify` says where it failed or the service ends"""


class Stopped(Exception):
    """The service ends; pages that are not written stay marked."""


class PublishTask:
    """Writes dirty pages: woken by a commit, a little later so that a burst is written once."""

    def __init__(
        self,
        runtime: Runtime,
        clock: Callable[[], datetime],
        node: str,
        writes: Callable[[], bool] = lambda: True,
    ) -> None:
        """`node` names this process among those that share the database; `writes` tells whether it
        is one that writes pages."""
        self._writes = writes
        config = runtime.config
        setting = Setting(runtime.site, config.public_path, config.site.templates)
        self._runtime = runtime
        self._debounce = config.scheduler.publish_debounce_s
        self._publisher = Publisher(runtime.db, setting, node)
        self._clock = clock
        self._woken = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._stopping = False
        self._failing = Failing(log, "pages cannot be written, they stay marked")

    def take_back(self) -> None:
        """Free the pages that a service which crashed had begun; call it before `run`."""
        self._publisher.take_back()

    def wake(self) -> None:
        """Say that pages were marked."""
        self._woken.set()

    async def run(self) -> None:
        """Write what readers wait for whenever woken; the scheduler's sweep does the rest."""
        while True:
            await self._woken.wait()
            await asyncio.sleep(self._debounce)
            self._woken.clear()
            await self._guarded(lambda: self._write(slow=False))

    async def sweep(self) -> None:
        """Write everything that is marked, also what a crash left behind; index what is new."""
        await self._guarded(lambda: self._write(slow=True))

    async def verify(self) -> str:
        """Render everything again, heal what differs; gives a word on what was found."""
        return await self._guarded(self._verify) or NOT_FINISHED

    def leave_the_rest(self) -> None:
        """Begin nothing more: what is not written stays marked for the next start."""
        self._stopping = True

    async def stop(self) -> None:
        """Wait until the batch of pages that is being written is done."""
        self.leave_the_rest()
        async with self._one_at_a_time:
            return

    async def _guarded(self, work: Callable[[], str]) -> str:
        """Do the work in a thread, one at a time; '' where it failed or the service ends."""
        async with self._one_at_a_time:
            if self._stopping or not self._writes():
                return ""
            try:
                found = await asyncio.to_thread(work)
            except Stopped:
                return ""
            except Exception as error:  # pages that cannot be written must not end the service
                self._failing.failed(error)
                return ""
            self._failing.works()
            return found

    def _write(self, *, slow: bool) -> str:
        tally = self._publisher.drain(self._now, slow=slow)
        while search.index_pending(self._runtime.db, limit=INDEX_AT_ONCE):
            self._now()
        return f"written={tally.written}"

    def _verify(self) -> str:
        runtime = self._runtime
        with runtime.db.read() as conn:
            infos = [one.info for one in groups.every(conn, runtime.site.domain)]
        drained = self._publisher.drain(self._now).written
        found = self._publisher.rebuild_site()
        for info in infos:
            found.add(self._rebuilt(info))
        if found.changed:
            log.warning("pages that were not as they should be: %s", ", ".join(found.changed))
        twins = keep_twins(PublicDir(runtime.config.public_path), lambda: self._went_on(0))
        return (
            f"drained={drained} files={found.files} healed={found.written} removed={found.removed} "
            f"twins={twins}"
        )

    def _rebuilt(self, group: GroupInfo) -> Tally:
        """Other processes do it: mail goes on to be taken meanwhile."""
        return self._publisher.rebuild(
            group, processes=_processes(), aside=True, progress=self._went_on
        )

    def _now(self) -> datetime:
        """The clock of a run of pages, which is also where it can be ended between batches."""
        self._went_on(0)
        return self._clock()

    def _went_on(self, _files: int) -> None:
        if self._stopping:
            raise Stopped


def _processes() -> int:
    return os.cpu_count() or 1

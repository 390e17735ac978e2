"""What the scheduler does for nodes that are gone: it goes on with their jobs, gives what they had
claimed to the others, and sees that the pages are whole where another node wrote them before."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, select

from archive.db import Database
from dgroup import deliveries, erasure, runs
from dgroup.nodes import register as nodes
from dgroup.nodes.presence import Presence
from dgroup.tables import job_runs
from dgroup.writer import Writer

log = logging.getLogger("dgroup.nodes.handover")

_KEY = {"job": "scheduler", "group_id": 0, "period": "holder"}
ABSENT_LEASES = 2
"""leases after which a node that is not seen has stopped to believe in its claims"""


class Absences:
    """Since when nodes are not seen."""

    def __init__(self, patience_s: float) -> None:
        self._patience = patience_s
        self._since: dict[str, float] = {}

    def gone(self, claimants: Collection[str], seen: Collection[str], at: float) -> list[str]:
        """Give those claimants that were not `seen` for long enough; `at` is in seconds."""
        missing = set(claimants) - set(seen)
        self._since = {name: self._since.get(name, at) for name in missing}
        return sorted(name for name, since in self._since.items() if at - since >= self._patience)


class Handover:
    """Call `look` from time to time on the node that is the scheduler."""

    def __init__(
        self,
        db: Database,
        writer: Writer,
        presence: Presence,
        node: str,
        lease_s: float,
        clock: Callable[[], datetime],
        freed: Callable[[], None] = lambda: None,
    ) -> None:
        """`freed` is called when there are deliveries again that this node may take."""
        self._freed = freed
        self._db, self._writer, self._presence = db, writer, presence
        self._node, self._clock = node, clock
        self._absences = Absences(ABSENT_LEASES * lease_s)
        self._term = 0
        self.pages_in_doubt = False
        """another node wrote them until now, perhaps to a disk of its own"""

    async def look(self) -> None:
        """Begin a new term where there is one; free what absent nodes hold."""
        term, now = self._presence.terms, self._clock()
        if term != self._term:
            before = await self._writer.run(lambda conn: begin(self._db, conn, self._node, now))
            self.pages_in_doubt = self.pages_in_doubt or before not in {"", self._node}
            self._term = term
        if not self._db.is_sqlite:
            await self._free()

    async def _free(self) -> None:
        seen, claimants = await asyncio.to_thread(self._asked)
        for name in self._absences.gone(claimants, seen, time.monotonic()):
            count = await self._writer.run(partial(deliveries.release_node, node=name))
            self._freed()  # the others hear of it by the commit
            log.warning("node=%s is gone: %d deliveries go to the others", name, count)

    def _asked(self) -> tuple[list[str], list[str]]:
        with self._db.read() as conn:
            seen = [one.node.name for one in nodes.present(conn)]
            return seen, deliveries.claimants(conn)


def begin(db: Database, conn: Connection, node: str, now: datetime) -> str:
    """Begin a term of `node` as the scheduler: runs that its predecessor began are taken again at
    once. Gives that predecessor's name, '' where there was none."""
    runs.take_back(conn, now, but=erasure.JOB)
    key = [job_runs.c[name] == value for name, value in _KEY.items()]
    before = conn.execute(select(job_runs.c.result).where(*key)).scalar_one_or_none() or ""
    row = {**_KEY, "claimed_at": now, "done_at": now, "result": node}
    db.upsert(conn, job_runs, [row], update=("claimed_at", "done_at", "result"))
    return before

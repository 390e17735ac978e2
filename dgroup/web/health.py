"""For the operator's own monitoring, on a port of its own: /health and /metrics."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from anyio import to_thread
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection, FromClause, func, select
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from archive.db import Database
from archive.tables import dirty_pages
from dgroup.config import Health
from dgroup.effects import OutcomeKind
from dgroup.runtime import Runtime
from dgroup.tables import audit, deliveries, holds, quarantine
from dgroup.web.httpd import HttpServer

log = logging.getLogger("dgroup.web.health")

ANSWER_S = 5.0
"""a database that answers later than this counts as away"""
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_STATES = ("pending", "sent", "failed", "dropped")


class DatabaseFigures(Collector):
    """Reads the figures at each scrape, so that they are right after a restart and on every node.

    Outcomes are counted from the audit rows that came since the last scrape. On PostgreSQL a row
    that commits after one with a higher id was read is missed: a figure for graphs, not a ledger.
    """

    def __init__(self, db: Database) -> None:
        """Begin to count at the newest audit row."""
        self._db = db
        self._outcomes: Counter[str] = Counter()
        with db.read() as conn:
            self._read_up_to = _newest(conn)

    def collect(self) -> Iterator[Metric]:
        """Give all figures, as Prometheus asks for them."""
        with self._db.read() as conn:
            self._count_outcomes(conn)
            states = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
            by_state = {str(state): int(count) for state, count in conn.execute(states)}
            waiting = holds.c.state == "waiting"
            held = conn.execute(select(func.count()).select_from(holds).where(waiting))
            kept = quarantine.c.state == "waiting"
            poison = conn.execute(select(func.count()).select_from(quarantine).where(kept))
            figures = [
                ("dgroup_queue_depth", "Deliveries that wait.", by_state.get("pending", 0)),
                ("dgroup_dirty_pages", "Pages to be written.", _count(conn, dirty_pages)),
                ("dgroup_held_mails", "Mails that wait for a decision.", held.scalar_one()),
                ("dgroup_quarantine_mails", "Mails in quarantine.", poison.scalar_one()),
            ]
        yield self._mails()
        yield _deliveries(by_state)
        for name, text, value in figures:
            yield GaugeMetricFamily(name, text, value=value)

    def _count_outcomes(self, conn: Connection) -> None:
        newest = _newest(conn)
        since = audit.c.id > self._read_up_to, audit.c.id <= newest
        rows = conn.execute(
            select(audit.c.event, func.count())
            .where(*since, audit.c.event.in_(list(OutcomeKind)))
            .group_by(audit.c.event)
        )
        self._outcomes.update({str(event): count for event, count in rows})
        self._read_up_to = newest

    def _mails(self) -> Metric:
        family = CounterMetricFamily(
            "dgroup_mails", "Mails by what became of them, since the start.", labels=["outcome"]
        )
        for kind in OutcomeKind:
            family.add_metric([kind], self._outcomes[kind])
        return family


def _deliveries(by_state: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(
        "dgroup_deliveries", "Deliveries by result, kept for relay.keep_days.", labels=["state"]
    )
    for state in _STATES:
        family.add_metric([state], by_state.get(state, 0))
    return family


def _newest(conn: Connection) -> int:
    newest: int = conn.execute(select(func.coalesce(func.max(audit.c.id), 0))).scalar_one()
    return newest


def _count(conn: Connection, table: FromClause) -> int:
    return conn.execute(select(func.count()).select_from(table)).scalar_one()


class HealthServer:
    """Answers whether the service can do its work, and how much of it there is."""

    def __init__(
        self,
        config: Health,
        runtime: Runtime,
        listening: Callable[[], bool] = lambda: True,
        storing: Callable[[], bool] = lambda: True,
        about: Callable[[Connection], Sequence[str]] = lambda _conn: (),
    ) -> None:
        """`listening` tells whether the way in is open, `storing` whether the last mail that came
        could be kept: on a full disk the database still answers. `about` gives further lines."""
        self._about = about
        self._db = runtime.db
        self._listening = listening
        self._storing = storing
        self._registry = CollectorRegistry(auto_describe=False)
        routes = [Route("/health", self._health), Route("/metrics", self._metrics)]
        self._server = HttpServer(Starlette(routes=routes), config.host, config.port)

    async def start(self) -> tuple[str, int]:
        """Listen; gives the address and port in use."""
        self._registry.register(await to_thread.run_sync(DatabaseFigures, self._db))
        ProcessCollector(registry=self._registry)
        return await self._server.start()

    async def stop(self) -> None:
        """End."""
        await self._server.stop()

    async def _health(self, request: Request) -> Response:
        """200 while the database answers and mail can come in, else 503 and what is wrong."""
        wrong = [] if self._listening() else ["the listener does not listen"]
        if not self._storing():
            wrong.append("mail cannot be stored (is the disk full?)")
        about: Sequence[str] = ()
        try:
            async with asyncio.timeout(ANSWER_S):
                about = await to_thread.run_sync(self._ask, abandon_on_cancel=True)
        except (SQLAlchemyError, TimeoutError) as error:
            log.warning("health: the database does not answer: %s", type(error).__name__)
            wrong.append("the database does not answer")
        text = "\n".join([*(wrong or ["ok"]), *about])
        return PlainTextResponse(f"{text}\n", status_code=503 if wrong else 200)

    def _ask(self) -> Sequence[str]:
        with self._db.read() as conn:
            conn.execute(select(1))
            return self._about(conn)

    async def _metrics(self, request: Request) -> Response:
        try:
            text = await to_thread.run_sync(generate_latest, self._registry)
        except SQLAlchemyError as error:
            log.warning("metrics: the database does not answer: %s", type(error).__name__)
            return PlainTextResponse("the database does not answer\n", status_code=503)
        return Response(text, headers={"Content-Type": METRICS_TYPE})

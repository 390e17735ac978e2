"""Copies a second through one sender and through two, each a process of its own (`dgroup serve --role
send`) on one real PostgreSQL, in the same run and into the same sink.
near: the sink answers at once; senders, database and sink share the machine's cores, so that two senders
gain only where there are more than they fill. far: each answer takes some ms, as from a smarthost that
writes to its disk; what bounds a sender then is its connections, and claims must not hold up the other.
Run: python -m bench.nodes [--members N] [--posts N] [--answer-ms N] [--rounds N] [--json]
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import psutil

from archive.db import Database
from bench.figures import arguments, cpu_seconds, median, show
from bench.sink import ROOT, Sink, SinkProcess, Tally, sink
from dgroup.runtime import prepare
from tests.dgroup.office import Office, opened
from tests.parts import Postgres, postgres_server, wait_until
from tests.real.fleet import Fleet, fleet, present
from tests.real.installation import Sections

SENDERS = (1, 2)
PATIENCE_S = 300.0
PLAIN_POST = b"A line of an ordinary length, as people write them in letters.\r\n" * 60


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of senders: the median of the rounds."""

    sink: str
    senders: int
    copies: int
    per_second: float
    ratio: float
    """to one sender"""
    shares: str
    """copies that each sender sent, of the last round"""
    cpu_s_per_1000: float
    """of all senders together"""
    cores: int
    load: float
    """of the machine at the end: what else ran"""


class _Later:
    """Writes some time after it is told to, in order."""

    def __init__(self, transport: asyncio.Transport, seconds: float) -> None:
        self._transport, self._seconds = transport, seconds

    def write(self, data: bytes) -> None:
        """Write later, unless the client is gone by then."""
        asyncio.get_running_loop().call_later(self._seconds, self._transport.write, data)

    def close(self) -> None:
        """Close after what was written."""
        asyncio.get_running_loop().call_later(self._seconds, self._transport.close)


class FarSink(Sink):
    """A sink whose answers take a while."""

    def __init__(self, tally: Tally, seconds: float) -> None:
        super().__init__(tally)
        self._seconds = seconds

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        late = _Later(cast("asyncio.Transport", transport), self._seconds)
        super().connection_made(cast("asyncio.BaseTransport", late))


async def _serve_far(milliseconds: float) -> None:
    tally, loop = Tally(), asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: FarSink(tally, milliseconds / 1000), "127.0.0.1", 0, backlog=100
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def far_sink(milliseconds: float) -> Iterator[SinkProcess]:
    """Run it in its own process."""
    command = [sys.executable, "-m", "bench.nodes", "--far-sink", str(milliseconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield SinkProcess("ours", int(process.stdout.readline()))
        finally:
            process.terminate()


# --- Measuring --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Round:
    """One measured run."""

    per_second: float
    cpu: float
    shares: str


def measured(
    server: Postgres, receiver: SinkProcess, senders: int, members: int, posts: int
) -> Round:
    """Start so many senders, queue the posts, wait until all copies have come."""
    with (
        tempfile.TemporaryDirectory() as folder,
        server.database() as url,
        fleet(Path(folder), url, receiver.port) as made,
    ):
        more: Sections = {"relay": {"connections": 10}, "node": {"lease_s": 15.0}}
        wanted = [made.node(f"out{number}", ["send"], more) for number in range(senders)]
        prepare(wanted[0].config, datetime.now(UTC))
        with opened(url) as office:
            office.join(*[f"member{number}" for number in range(members)])
            for one in wanted:
                made.start(one)
            wait_until(lambda: len(present(office.db)) == senders, "the senders")
            return _round(made, office, receiver, posts, members * posts)


def _round(made: Fleet, office: Office, receiver: SinkProcess, posts: int, copies: int) -> Round:
    running = [psutil.Process(one.process.pid) for one in made.nodes.values() if one.process]
    receiver.tally()
    cpu = sum(cpu_seconds(one) for one in running)
    begun = time.monotonic()
    for _ in range(posts):
        office.post(_post(), now=datetime.now(UTC))
    wait_until(lambda: _left(office.db, copies) == 0, "the copies", PATIENCE_S)
    cpu = sum(cpu_seconds(one) for one in running) - cpu
    told = receiver.tally()
    assert told is not None
    assert told.mails >= copies
    return Round(copies / (told.last - begun), cpu / copies * 1000, _shares(made))


def _post() -> bytes:
    head = b"From: Ana <ana@ngo.example>\r\nTo: water@lists.example\r\nSubject: wells\r\n"
    return head + b"Message-ID: <w1@ngo.example>\r\n\r\n" + PLAIN_POST


def _left(db: Database, copies: int) -> int:
    with db.read() as conn:
        sent = conn.exec_driver_sql("SELECT count(*) FROM deliveries WHERE state = 'sent'")
        return copies - int(sent.scalar_one())


def _shares(made: Fleet) -> str:
    """What each sender's figures say of it: bytes written by its process, as a share."""
    written = [
        psutil.Process(one.process.pid).io_counters().write_chars
        for one in made.nodes.values()
        if one.process
    ]
    return " / ".join(f"{value / sum(written):.0%}" for value in written)


def bench(
    server: Postgres, name: str, receiver: SinkProcess, members: int, posts: int, rounds: int
) -> list[Figure]:
    """One sender and two in turn, so that what else the machine does meets both."""
    found: dict[int, list[Round]] = {count: [] for count in SENDERS}
    for _ in range(rounds):
        for count in SENDERS:
            found[count].append(measured(server, receiver, count, members, posts))
    alone = median(one.per_second for one in found[1])
    return [
        Figure(
            sink=name,
            senders=count,
            copies=members * posts,
            per_second=round(median(one.per_second for one in done)),
            ratio=round(median(one.per_second for one in done) / alone, 2),
            shares=done[-1].shares,
            cpu_s_per_1000=round(median(one.cpu for one in done), 4),
            cores=os.cpu_count() or 1,
            load=round(os.getloadavg()[0], 1),
        )
        for count, done in found.items()
    ]


def main() -> None:
    """Measure and print."""
    reader = arguments(__doc__ or "")
    reader.add_argument("--members", type=int, default=5_000)
    reader.add_argument("--posts", type=int, default=3)
    reader.add_argument("--answer-ms", type=float, default=15.0)
    reader.add_argument("--rounds", type=int, default=3)
    reader.add_argument("--far-sink", type=float, help="be the sink whose answers take so long")
    wanted = reader.parse_args()
    if wanted.far_sink is not None:
        asyncio.run(_serve_far(wanted.far_sink))
        return
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder, postgres_server(Path(folder) / "pg") as server:
        size = (wanted.members, wanted.posts, wanted.rounds)
        with sink() as near:
            figures += bench(server, "near", near, *size)
        with far_sink(wanted.answer_ms) as far:
            figures += bench(server, f"far ({wanted.answer_ms:g} ms)", far, *size)
    show(figures, as_json=wanted.json)


if __name__ == "__main__":
    main()

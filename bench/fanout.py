"""Personalised deliveries a second and CPU a thousand: our sender with its outbox against a bare
pipelined client that sends the same bytes, in the same run, into the same discarding sink.
bare: asyncio streams, replies read and checked; copies made beforehand, nothing written down. floor: a
protocol that reads nothing. dgroup: from the wake-up to the last mark in the database, rows, copies and
sessions made meanwhile. CPU is the client's process alone.
Run: python -m bench.fanout [--members N ...] [--loop asyncio|uvloop] [--sink ours postfix] [--json]
"""

from __future__ import annotations

import asyncio
import importlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import func, select

from archive.mbox import open_archive
from bench.figures import arguments, median, show
from bench.sink import SinkProcess, postfix_sink, sink
from dgroup.authentication.signature import Signature
from dgroup.config import Relay, relay_target
from dgroup.people.members import count_active
from dgroup.sending.pipeline import Copy
from dgroup.sending.sender import Sender
from dgroup.sending.stock import Copies, claim
from dgroup.tables import deliveries, outbox_mails
from dgroup.tokens import Keyring
from dgroup.writer import Writer
from tests.corpus import corpus_root
from tests.dgroup.office import DOMAIN, RAW, SITE, Office, opened

MEMBERS = (100, 1_000, 10_000)
CONNECTIONS = 10
ROUNDS = 3
RING = Keyring(((1, b"a secret of 32 bytes for the run"),))


@dataclass(frozen=True, slots=True)
class Figure:
    """One client, one size of group: the median of the rounds."""

    client: str
    loop: str
    sink: str
    members: int
    per_second: float
    ratio: float
    """to the bare client"""
    cpu_s_per_1000: float
    first_copy_ms: float
    """from wake-up to the first copy taken by the sink; 0 where the sink does not tell"""


def post() -> bytes:
    """A real post of 4 to 6 KB from the corpus, or one of ours where there is none."""
    archive = corpus_root() / "lists" / "caml-list-2.mbox.gz"
    if archive.exists():
        for mail in open_archive(archive):
            if 4_000 < len(mail.raw) < 6_000:
                return mail.raw
    return RAW + b"A line of an ordinary length, as people write them in letters.\r\n" * 80


# --- The clients beside ours ------------------------------------------------------------------


async def stream(copies: Iterator[Copy], port: int) -> int:
    """The bare pipelined client: asyncio streams, final dot and next envelope in one write, each
    reply read and checked; no outbox, no ledger, nothing for errors."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await reader.readline()
    writer.write(b"HELO bare\r\n")
    await reader.readline()
    copy, sent = next(copies, None), 0
    if copy is not None:
        writer.write(envelope(copy))
    while copy is not None:
        for wanted in (b"250", b"250", b"354"):
            assert (await reader.readline()).startswith(wanted)
        following = next(copies, None)
        text = copy.personal + copy.body.data + b".\r\n"
        writer.write(text + envelope(following) if following else text)
        assert (await reader.readline()).startswith(b"250")
        copy, sent = following, sent + 1
    writer.close()
    return sent


def envelope(copy: Copy) -> bytes:
    """MAIL, RCPT and DATA of one copy."""
    return f"MAIL FROM:<{copy.sender}>\r\nRCPT TO:<{copy.recipient}>\r\nDATA\r\n".encode()


class Floor(asyncio.Protocol):
    """What the loop and the sink can do at best: counts replies and reads none of them."""

    def __init__(self, copies: Iterator[Copy]) -> None:
        self._copies = copies
        self._next: Copy | None = None
        self._wanted = 2  # greeting and HELO
        self._sent = 0
        self.done: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(b"HELO floor\r\n")

    def data_received(self, data: bytes) -> None:
        """Count the replies; write the next copy when all have come."""
        self._wanted -= data.count(b"\n")
        if self._wanted:
            return
        copy, self._next = self._next, next(self._copies, None)
        text = copy.personal + copy.body.data + b".\r\n" if copy else b""
        if self._next is not None:
            text += envelope(self._next)
        self._sent += copy is not None
        self._wanted = (copy is not None) + 3 * (self._next is not None)
        if text:
            self._transport.write(text)
        else:
            self._transport.close()
            self.done.set_result(self._sent)


async def run_bare(copies: Sequence[Copy], port: int) -> None:
    """Send all copies through ten connections of the bare client."""
    left = iter(copies)
    sent = await asyncio.gather(*(stream(left, port) for _ in range(CONNECTIONS)))
    assert sum(sent) == len(copies)


async def run_floor(copies: Sequence[Copy], port: int) -> None:
    """Send all copies through ten connections that read nothing."""
    left = iter(copies)
    loop = asyncio.get_running_loop()
    lines = [
        (await loop.create_connection(lambda: Floor(left), "127.0.0.1", port))[1]
        for _ in range(CONNECTIONS)
    ]
    assert sum([await line.done for line in lines]) == len(copies)


# --- Ours -------------------------------------------------------------------------------------


async def run_ours(
    office: Office, port: int, signature: Signature | None = None, most: int = 50
) -> None:
    """Expand, claim, sign, send and mark the post that waits in the outbox."""
    writer = Writer(office.db)
    sender = Sender(
        office.db,
        writer,
        relay=Relay(
            connections=CONNECTIONS,
            per_connection=1000,
            tls="none",
            recipients_per_transaction=most,
        ),
        target=relay_target(f"smtp://127.0.0.1:{port}"),
        password="",
        hostname=DOMAIN,
        keyring=RING,
        site=SITE,
        clock=lambda: datetime.now(UTC),
        signature=signature,
    )
    wanted = members_without(office)
    task = asyncio.create_task(sender.run())
    async with asyncio.timeout(120):
        while sender.counts["sent"] < wanted:  # noqa: ASYNC110  # a poll costs less than a hook
            await asyncio.sleep(0.002)
    await sender.stop()
    await task
    writer.close()
    assert members_without(office) == 0


def members_without(office: Office) -> int:
    """Copies that are still to be sent: all posts to all members, without what was sent."""
    with office.db.read() as conn:
        posts = conn.execute(select(func.count()).select_from(outbox_mails)).scalar_one()
        sent = conn.execute(select(func.count()).where(deliveries.c.state == "sent")).scalar_one()
        return count_active(conn, office.group.id) * int(posts) - int(sent)


def prepared(office: Office) -> list[Copy]:
    """The very copies that our sender would send, made beforehand for the bare client."""
    office.post(post(), now=datetime.now(UTC))
    with office.db.write() as conn:
        items: list[Any] = []
        while found := claim(office.db, conn, "bench", datetime.now(UTC), 100_000, 0).items:
            items += found
        conn.rollback()
    copies = Copies(office.db, RING, SITE)
    return [copies.copy(item, loaded) for item, loaded in copies.load(items).stock]


# --- Measuring --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Round:
    """One measured run."""

    seconds: float
    cpu: float
    first: float


def measured(run: Callable[[], None], receiver: SinkProcess, members: int) -> Round:
    """Run once; time ends with the client's own end, marks in the database included."""
    receiver.tally()
    begun, cpu = time.monotonic(), time.process_time()
    run()
    seconds, cpu = time.monotonic() - begun, time.process_time() - cpu
    told = receiver.tally()
    assert told is None or told.mails == members, told
    return Round(seconds, cpu, max(told.first - begun, 0.0) if told else 0.0)


@contextmanager
def group_of(members: int, url: str) -> Iterator[Office]:
    """An office with so many members, in a database of its own."""
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(url or f"sqlite:///{folder}/bench.db") as office,
    ):
        office.join(*[f"member{n}" for n in range(members)])
        yield office


def bench(members: int, receiver: SinkProcess, loop: str, database: str) -> list[Figure]:
    """All clients in turn, after one round that nobody counts."""
    run = asyncio.run if loop == "asyncio" else importlib.import_module("uvloop").run
    rounds: dict[str, list[Round]] = {"bare": [], "floor": [], "dgroup": []}
    with group_of(members, database) as office:
        copies = prepared(office)
        with office.db.write() as conn:
            conn.execute(outbox_mails.delete())
        for _ in range(ROUNDS + 1):
            office.post(post(), now=datetime.now(UTC))
            ways = {
                "bare": lambda: run(run_bare(copies, receiver.port)),
                "floor": lambda: run(run_floor(copies, receiver.port)),
                "dgroup": lambda: run(run_ours(office, receiver.port)),
            }
            for client, way in ways.items():
                rounds[client].append(measured(way, receiver, members))
    usual = median(one.seconds for one in rounds["bare"][1:])
    return [
        Figure(
            client=client,
            loop=loop,
            sink=receiver.name,
            members=members,
            per_second=round(members / median(one.seconds for one in done[1:])),
            ratio=round(usual / median(one.seconds for one in done[1:]), 2),
            cpu_s_per_1000=round(median(one.cpu for one in done[1:]) / members * 1000, 4),
            first_copy_ms=round(median(one.first for one in done[1:]) * 1000, 1),
        )
        for client, done in rounds.items()
    ]


def main() -> None:
    """Measure and print."""
    reader = arguments(__doc__ or "")
    reader.add_argument("--members", type=int, nargs="*", default=list(MEMBERS))
    reader.add_argument("--loop", choices=["asyncio", "uvloop"], default="uvloop")
    reader.add_argument("--sink", nargs="*", choices=["ours", "postfix"], default=sinks())
    reader.add_argument("--database", default="", help="a PostgreSQL URL; default: a fresh SQLite")
    wanted = reader.parse_args()
    sizes: list[int] = wanted.members
    figures = []
    for name in wanted.sink:
        with sink() if name == "ours" else postfix_sink() as receiver:
            for size in sizes:
                figures += bench(size, receiver, wanted.loop, wanted.database)
    show(figures, as_json=wanted.json)


def sinks() -> list[str]:
    """Ours costs least; Postfix's smtp-sink is what the figures of other clients were measured with."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    return ["ours", "postfix"] if shutil.which("smtp-sink", path=path) else ["ours"]


if __name__ == "__main__":
    main()

"""Memory of the sending process against the number of members: a post, a digest, a summary to everybody,
from the making to the last mark, into a discarding sink; each in a process of its own. more: its peak above
what it had before. SQLite keeps pages in it, up to --cache-mb for each connection, 16 in the service: with 1
what is ours is seen. chunk: 99 of 100 of the sender's transactions took less.
Run: python -m bench.flat [--members 1000 100000] [--kinds ...] [--cache-mb 16 1] [--json]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TypeVar

import psutil
from sqlalchemy import Connection, func, insert, select, update

from archive.db import Database
from archive.importer import import_mails
from archive.mbox import MboxMessage
from bench.fanout import CONNECTIONS, RING, post
from bench.figures import MEGABYTE, arguments, peak_mb, percentile, show
from bench.load import fast_run
from bench.sink import sink
from dgroup import groups, migrate
from dgroup.chores import digests, weekly
from dgroup.config import Relay, relay_target
from dgroup.letters import LetterTools, LetterWriter
from dgroup.sending.sender import Sender
from dgroup.tables import addresses, deliveries, job_runs, memberships, persons
from dgroup.writer import Writer
from tests.dgroup.office import DOMAIN, SITE, Office, opened

MEMBERS = (1_000, 100_000)
KINDS = ("post", "digest", "summary")
DAYS, POSTS_A_DAY = 16, 10
AT_ONCE = 5_000
LONGEST_S = 1_800
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Figure:
    """One kind of mail to one size of group."""

    kind: str
    members: int
    cache_mb: int
    copies: int
    seconds: float
    cpu_s_per_1000: float
    before_mb: float
    """resident before anything was made"""
    more_mb: float
    """the peak above that"""
    chunk_ms: float


# --- The group, filled by the parent ----------------------------------------------------------


@contextmanager
def filled(folder: str, members: int) -> Iterator[tuple[Office, str]]:
    """A group with members who have names, addresses and organisations, and a fortnight of posts."""
    url = f"sqlite:///{folder}/bench.db"
    migrate.upgrade(url)
    with opened(url) as office:
        for begin in range(0, members, AT_ONCE):
            some = range(begin, min(begin + AT_ONCE, members))
            office.join(*[f"member{n}@d{n % 300}.example" for n in some])
        with office.db.write() as conn:
            conn.execute(update(persons).values(organisation="A society of water and wells"))
            at = memberships.c.address
            own = select(memberships.c.person_id, at, at.label("shown"))
            conn.execute(insert(addresses).from_select(["person_id", "address", "shown"], own))
        import_mails(office.db, office.group.info, list(_posts()), now=datetime.now(UTC))
        yield office, url


def _posts() -> Iterator[MboxMessage]:
    for number in range(DAYS * POSTS_A_DAY):
        at = datetime.now(UTC) - timedelta(days=number // POSTS_A_DAY, minutes=number)
        head = (
            f"Received: from a.example by b.example; {format_datetime(at)}\n"
            f"From: Member <member{number}@d{number % 300}.example>\nSubject: Pump {number % 37}\n"
            f"Date: {format_datetime(at)}\nMessage-ID: <p{number}@ngo.example>\n"
        )
        text = f"The rope of pump {number} broke again. Who knows where ropes are sold?\n" * 5
        yield MboxMessage(f"{head}\n{text}".encode(), None)


# --- One run, in the child --------------------------------------------------------------------


class Timed:
    """The writer, and how long each of the sender's jobs took on it."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.took: list[float] = []

    async def run(self, job: Callable[[Connection], T]) -> T:
        """See `dgroup.sending.ledger.Jobs`."""

        def timed(conn: Connection) -> T:
            begun = time.perf_counter()
            try:
                return job(conn)
            finally:
                self.took.append(time.perf_counter() - begun)

        return await self._writer.run(timed)


async def queue(kind: str, office: Office, writer: Writer) -> None:
    """Make the mail as the service does, and queue it."""
    now = datetime.now(UTC)
    if kind == "post":
        office.post(post(), now=now)
        return
    letters = LetterWriter(SITE, None)
    tools = LetterTools(office.db, SITE, letters, lambda size: b"r" * size, RING)
    late = now + timedelta(days=1)  # whatever the hour is: yesterday's digest, last week's summary
    made = await (digests if kind == "digest" else weekly).send_due(tools, writer, late)
    assert made, f"no {kind} was due"


async def send(kind: str, office: Office, port: int, wanted: int) -> float:
    """Make, expand, send and mark; gives the seconds that a job takes at most, but for a hundredth of them."""
    writer = Writer(office.db)
    timed = Timed(writer)
    await queue(kind, office, writer)
    sender = Sender(
        office.db,
        timed,
        relay=Relay(connections=CONNECTIONS, per_connection=1000, tls="none"),
        target=relay_target(f"smtp://127.0.0.1:{port}"),
        password="",
        hostname=DOMAIN,
        keyring=RING,
        site=SITE,
        clock=lambda: datetime.now(UTC) + timedelta(days=kind != "post", seconds=1),
    )
    task = asyncio.create_task(sender.run())
    async with asyncio.timeout(LONGEST_S):
        while sender.counts["sent"] < wanted:  # noqa: ASYNC110  # a poll costs less than a hook
            await asyncio.sleep(0.01)
    await sender.stop()
    await task
    writer.close()
    return percentile(timed.took, 0.99)


@contextmanager
def reopened(url: str, cache_mb: int) -> Iterator[Office]:
    """The office that the parent has filled."""
    db = Database(url, cache_mb=cache_mb)
    try:
        with db.read() as conn:
            (group,) = groups.every(conn, DOMAIN)
        yield Office(db, group)
    finally:
        db.dispose()


def child(kind: str, url: str, port: int, members: int, cache_mb: int) -> Figure:
    """One run; the whole process is what is measured."""
    with reopened(url, cache_mb) as office:
        before = psutil.Process().memory_info().rss / MEGABYTE
        begun, cpu = time.monotonic(), time.process_time()
        longest = fast_run(send(kind, office, port, members))
        seconds, cpu = time.monotonic() - begun, time.process_time() - cpu
        with office.db.read() as conn:
            sent = select(func.count()).select_from(deliveries).where(deliveries.c.state == "sent")
            copies = int(conn.execute(sent).scalar_one())
    return Figure(
        kind=kind,
        members=members,
        cache_mb=cache_mb,
        copies=copies,
        seconds=round(seconds, 1),
        cpu_s_per_1000=round(cpu / members * 1000, 4),
        before_mb=round(before, 1),
        more_mb=round(peak_mb(psutil.Process().pid) - before, 1),
        chunk_ms=round(longest * 1000, 1),
    )


# --- All runs ---------------------------------------------------------------------------------


def measured(office: Office, url: str, kind: str, members: int, cache_mb: int, port: int) -> Figure:
    """Run a child on a group whose members want this kind of mail."""
    with office.db.write() as conn:
        conn.execute(deliveries.delete())
        conn.execute(job_runs.delete())  # else a digest is made once
        mode = "daily" if kind == "digest" else "each"
        conn.execute(update(memberships).values(delivery=mode))
    words = ["--child", kind, "--url", url, "--port", str(port), "--members", str(members)]
    words += ["--cache-mb", str(cache_mb)]
    done = subprocess.run(
        [sys.executable, "-m", "bench.flat", *words],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[1],
    )
    found = Figure(**json.loads(done.stdout))
    assert found.copies >= members, found
    return found


def main() -> None:
    """Measure and print."""
    reader = arguments(__doc__ or "")
    reader.add_argument("--members", type=int, nargs="*", default=list(MEMBERS))
    reader.add_argument("--kinds", nargs="*", choices=KINDS, default=list(KINDS))
    reader.add_argument("--cache-mb", type=int, nargs="*", default=[16, 1])
    reader.add_argument("--child", choices=KINDS, default="", help=argparse.SUPPRESS)
    reader.add_argument("--url", default="", help=argparse.SUPPRESS)
    reader.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    wanted = reader.parse_args()
    sizes: list[int] = wanted.members
    caches: list[int] = wanted.cache_mb
    if wanted.child:
        found = child(wanted.child, wanted.url, wanted.port, sizes[0], caches[0])
        print(json.dumps(asdict(found)))
        return
    figures = []
    with sink() as receiver:
        for size in sizes:
            with tempfile.TemporaryDirectory() as folder, filled(folder, size) as (office, url):
                kinds: list[str] = wanted.kinds
                figures += [
                    measured(office, url, kind, size, cache, receiver.port)
                    for kind in kinds
                    for cache in caches
                ]
    show(figures, as_json=wanted.json)


if __name__ == "__main__":
    main()

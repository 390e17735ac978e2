"""Bulk deliveries a second and CPU a thousand recipients: our sender in a group whose members share copies,
against the same group with personal copies and, where it is installed, mlmmj, in the same run, into the same
discarding sink.
From the wake-up to the last mark in the database. CPU is the client's process and its children alone.
Run: python -m bench.bulk [--members N ...] [--recipients N ...] [--loop asyncio|uvloop] [--sink ours postfix] [--json]
"""

from __future__ import annotations

import asyncio
import importlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import update

from bench.fanout import group_of, post, run_ours, sinks
from bench.figures import arguments, median, show
from bench.sink import SinkProcess, postfix_sink, sink
from dgroup.model import Style
from dgroup.tables import group_settings
from tests.dgroup.office import Office

MEMBERS = (1_000, 10_000)
RECIPIENTS = (50, 100)
ROUNDS = 5
MLMMJ = shutil.which("mlmmj-send", path="/usr/bin:/usr/local/bin")


@dataclass(frozen=True, slots=True)
class Figure:
    """One client, one size of group: the median of the rounds."""

    client: str
    loop: str
    sink: str
    members: int
    transactions: int
    """0 where the sink does not tell"""
    per_second: float
    cpu_s_per_1000: float


@dataclass(frozen=True, slots=True)
class Round:
    """One measured run."""

    seconds: float
    cpu: float
    transactions: int


def measured(run: Callable[[], None], receiver: SinkProcess) -> Round:
    """Run once; CPU is that of this process and of the programs that it has run."""
    receiver.tally()
    begun, cpu = time.monotonic(), _cpu()
    run()
    seconds, cpu = time.monotonic() - begun, _cpu() - cpu
    told = receiver.tally()
    return Round(seconds, cpu, told.mails if told else 0)


def _cpu() -> float:
    ours = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return sum(one.ru_utime + one.ru_stime for one in ours)


def style(office: Office, wanted: Style) -> None:
    """Set how the group's posts go out."""
    with office.db.write() as conn:
        conn.execute(update(group_settings).values(delivery_style=wanted))


# --- mlmmj --------------------------------------------------------------------------------------


@contextmanager
def mlmmj(members: int, port: int, recipients: int) -> Iterator[Callable[[], None]]:
    """A list of mlmmj's with so many subscribers; gives what sends a post to them."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "water"
        for part in ("control", "subscribers.d", "queue/discarded", "archive", "text"):
            (place / part).mkdir(parents=True)
        control = {
            "listaddress": "water@lists.example",
            "relayhost": "127.0.0.1",
            "smtpport": str(port),
            "verp": "postfix",
            "maxverprecips": str(recipients),
        }
        for name, value in control.items():
            (place / "control" / name).write_text(f"{value}\n")
        addresses = [f"member{n}@home.example\n" for n in range(members)]
        (place / "subscribers.d" / "m").write_text("".join(addresses))
        (place / "index").write_text("0\n")
        text = post().replace(b"\r\n", b"\n")

        def send() -> None:
            mail = place / "queue" / "post"
            mail.write_bytes(text)
            command = [str(MLMMJ), "-L", str(place), "-m", str(mail)]
            subprocess.run(command, check=True, stderr=subprocess.DEVNULL)

        yield send


# --- Measuring ----------------------------------------------------------------------------------


def bench(
    members: int, receiver: SinkProcess, loop: str, sizes: list[int], database: str
) -> list[Figure]:
    """All clients in turn, after one round that nobody counts."""
    run = asyncio.run if loop == "asyncio" else importlib.import_module("uvloop").run
    rounds: dict[str, list[Round]] = {}
    sends: Callable[[], None]
    styles = [("personal", Style.PERSONAL, 50)]
    styles += [(f"bulk {size}", Style.BULK, size) for size in sizes]
    with group_of(members, database) as office, ExitStack() as lists:
        others = {
            f"mlmmj {size}": lists.enter_context(mlmmj(members, receiver.port, size))
            for size in (sizes if MLMMJ else [])
        }
        for _ in range(ROUNDS + 1):
            for name, wanted, most in styles:
                style(office, wanted)
                office.post(post(), now=datetime.now(UTC))
                sends = partial(_ours, run, office, receiver.port, most)
                rounds.setdefault(name, []).append(measured(sends, receiver))
            for name, sends in others.items():
                rounds.setdefault(name, []).append(measured(sends, receiver))
    return [
        _figure(client, loop, receiver.name, members, done[1:]) for client, done in rounds.items()
    ]


def _ours(run: Callable[..., object], office: Office, port: int, most: int) -> None:
    run(run_ours(office, port, most=most))


def _figure(client: str, loop: str, sink_name: str, members: int, done: list[Round]) -> Figure:
    return Figure(
        client=client,
        loop=loop,
        sink=sink_name,
        members=members,
        transactions=round(median(one.transactions for one in done)),
        per_second=round(members / median(one.seconds for one in done)),
        cpu_s_per_1000=round(median(one.cpu for one in done) / members * 1000, 4),
    )


def main() -> None:
    """Measure and print."""
    reader = arguments(__doc__ or "")
    reader.add_argument("--members", type=int, nargs="*", default=list(MEMBERS))
    reader.add_argument("--recipients", type=int, nargs="*", default=list(RECIPIENTS))
    reader.add_argument("--loop", choices=["asyncio", "uvloop"], default="uvloop")
    reader.add_argument("--sink", nargs="*", choices=["ours", "postfix"], default=sinks())
    reader.add_argument("--database", default="", help="a PostgreSQL URL; default: a fresh SQLite")
    wanted = reader.parse_args()
    if MLMMJ is None:
        print(
            "mlmmj is not installed (apt-get install mlmmj): measured without it", file=sys.stderr
        )
    figures = []
    for name in wanted.sink:
        with sink() if name == "ours" else postfix_sink() as receiver:
            for size in wanted.members:
                figures += bench(size, receiver, wanted.loop, wanted.recipients, wanted.database)
    show(figures, as_json=wanted.json)


if __name__ == "__main__":
    main()

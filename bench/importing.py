"""`dgroup import` of old archives: mails a second and memory, with the pages written and without.

plain: caml-list-1 and -2; html: usrp-users with made-up files to a mean of 50 KB, repeated with new
ids (RULINGS 9). Beside them a bare parse on one core. ext4 looks over all inodes deleted in the last
minutes before it makes a file: give TMPDIR a fresh file system, or a bench before is measured too.
Run: python -m bench.importing [--sets plain html] [--mails N] [--rounds 1]
"""

from __future__ import annotations

import base64
import random
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import psutil

from archive.headers import split
from archive.mbox import open_archive, write
from bench import figures, servers
from bench.mails import GROUP
from bench.parse import bare

MEAN_BYTES = 50_000
SETS = {"plain": 20_000, "html": 5_000}
_ID = re.compile(rb"<([^<>\s@]+)@([^<>\s]+)>")
_CONTENT = re.compile(rb"(?im)^(?:content-[a-z-]+|mime-version):.*(?:\r?\n[ \t].*)*\r?\n")
_WHEN = datetime(2026, 1, 1, tzinfo=UTC)
_MANY = 100_000


@dataclass(frozen=True, slots=True)
class Figure:
    """One import of a set: the median rate of the rounds, the most memory of any."""

    set: str
    pages: str
    mails: int
    megabytes: float
    per_second: float
    cpu_ms_per_mail: float
    of_bare: float
    """our rate over that of the bare parse on one core"""
    peak_mb: float
    """all processes together, memory that they share counted once (PSS)"""


def plain(count: int) -> Iterator[bytes]:
    """Real plain mails, oldest first."""
    for name in ("caml-list-1", "caml-list-2"):
        for one in open_archive(figures.corpus("lists", f"{name}.mbox.gz")):
            if count <= 0:
                return
            count -= 1
            yield one.raw


def html(count: int) -> Iterator[bytes]:
    """Real HTML mails with a file of our own each, again and again with new ids."""
    source = figures.corpus("lists", "usrp-users.mbox.gz")
    chance = random.Random(7)
    given = left = 0
    while given < count:
        turn = f"turn{given}".encode()
        for one in islice(open_archive(source), count - given):
            given += 1
            left += MEAN_BYTES - len(one.raw)
            size = min(max(0, round(chance.expovariate(1) * (MEAN_BYTES - 16_000))), left)
            yield _ID.sub(rb"<\1." + turn + rb"@\2>", with_file(one.raw, size, chance))
            left -= size


def with_file(raw: bytes, size: int, chance: random.Random) -> bytes:
    """Put a mail's body and a file of about `size` bytes as sent into a multipart mail."""
    if size <= 0:
        return raw
    _, body_at = split(raw)
    head = raw[:body_at].rstrip(b"\r\n") + b"\n"
    kind = b"".join(_CONTENT.findall(head))
    data = base64.encodebytes(
        chance.randbytes(size * 73 // 200) + b"a line of text \n" * (size // 44)
    )
    return b"".join((
        _CONTENT.sub(b"", head),
        b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="=_made"\n\n--=_made\n',
        kind, b"\n", raw[body_at:],
        b'\n--=_made\nContent-Type: application/pdf; name="report.pdf"\n',
        b'Content-Disposition: attachment; filename="report.pdf"\n',
        b"Content-Transfer-Encoding: base64\n\n", data, b"--=_made--\n",
    ))  # fmt: skip


def write_set(name: str, count: int, path: Path) -> int:
    """Write a set as one mbox; gives how many mails it has."""
    written = 0
    with path.open("wb") as stream:
        for raw in plain(count) if name == "plain" else html(count):
            write(stream, raw, "bench", _WHEN)
            written += 1
    return written


def bare_rate(path: Path) -> float:
    """Mails a second that the bare parse reads, on one core."""
    started = time.process_time()
    count = 0
    for one in islice(open_archive(path), 2_000):
        bare(one.raw)
        count += 1
    return count / (time.process_time() - started)


class Memory:
    """Looks at a process and its children while they work; remembers the most they had."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.peak = self.cpu = 0.0
        self._thread.start()

    def _look(self) -> None:
        while not self._done.wait(0.2):
            total = 0
            try:
                self.cpu = max(self.cpu, figures.cpu_seconds(self._process))
                for one in (self._process, *self._process.children(recursive=True)):
                    total += one.memory_full_info().pss
            except (psutil.NoSuchProcess, psutil.ZombieProcess):
                continue
            self.peak = max(self.peak, total / figures.MEGABYTE)

    def end(self) -> None:
        """Stop looking."""
        self._done.set()
        self._thread.join()


def run(path: Path, *, pages: bool) -> tuple[float, float, float]:
    """Import once into a new database; gives seconds, CPU seconds and peak of memory in MB."""
    with servers.folder("import") as home:
        config = servers.write_config(home)
        servers.make_group(config).close()
        words = [*servers.DGROUP, "--config", str(config), "import", GROUP, str(path)]
        started = time.perf_counter()
        child = subprocess.Popen(
            words if pages else [*words, "--no-pages"], stdout=subprocess.DEVNULL
        )
        memory = Memory(psutil.Process(child.pid))
        if child.wait() != 0:
            raise RuntimeError("the import failed")
        spent = time.perf_counter() - started
        memory.end()
        return spent, memory.cpu, memory.peak


def measure(name: str, count: int, rounds: int) -> list[Figure]:
    """Import one set, with pages and without, taking turns."""
    with servers.folder("set") as folder:
        path = folder / f"{name}.mbox"
        mails = write_set(name, count, path)
        limit = bare_rate(path)
        samples: dict[bool, list[tuple[float, float, float]]] = {False: [], True: []}
        for _ in range(rounds):
            for pages, several in samples.items():
                several.append(run(path, pages=pages))
        size = path.stat().st_size / figures.MEGABYTE
    rows = []
    for pages, several in samples.items():
        rate = mails / figures.median(one[0] for one in several)
        cpu = figures.median(one[1] for one in several)
        rows.append(
            Figure(
                set=name,
                pages="with" if pages else "without",
                mails=mails,
                megabytes=size,
                per_second=rate,
                cpu_ms_per_mail=1000 * cpu / mails,
                of_bare=rate / limit,
                peak_mb=max(one[2] for one in several),
            )
        )
    return rows


def main() -> None:
    """Print the figures of the sets."""
    parser = figures.arguments(__doc__ or "")
    parser.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS))
    parser.add_argument("--mails", type=int, default=_MANY, help="of each set at most")
    parser.add_argument("--rounds", type=int, default=1)
    args = parser.parse_args()
    rows = []
    for name in args.sets:
        rows += measure(name, min(args.mails, SETS[name]), args.rounds)
    figures.show(rows, as_json=args.json)


if __name__ == "__main__":
    main()

"""Full re-render: pages a second on all processors, from a store of real list mail to files on disk.

Everything is rendered twice: into an empty folder, and again over the same pages (what `verify`
does at night). In the same run: the bare limit underneath, files of the same sizes written beside
and renamed by as many processes. Run: python -m bench.render [--list caml-list-2] [--mails 5000]
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import psutil

from archive import mbox, store
from archive.db import Database
from archive.importer import import_mails
from archive.model import GroupInfo, SiteInfo
from archive.publish import Publisher, Setting, Tally
from bench import figures

_SITE = SiteInfo("Bench", "https://lists.example.org", "lists.example.org", "en", True, True, 65536)


@dataclass(frozen=True, slots=True)
class Figure:
    """One way to make the pages; a message page and its plain text are two."""

    what: str
    pages: int
    seconds: float
    pages_per_second: float
    cpu_us_per_page: float


def timed(what: str, pages: int, work: Callable[[], object]) -> Figure:
    """Do the work and tell how long it took, on the wall and on all processors."""
    me = psutil.Process()
    cpu, begun = figures.cpu_seconds(me), time.perf_counter()
    done = work()
    seconds = time.perf_counter() - begun
    count = done.files if isinstance(done, Tally) else pages
    spent = 1e6 * (figures.cpu_seconds(me) - cpu) / count
    return Figure(what, count, seconds, count / seconds, spent)


def write_bare(folder: Path, sizes: list[int]) -> None:
    """Write files of these sizes, each beside its place and renamed, 50 to a folder."""
    for number, size in enumerate(sizes):
        place = folder / str(number // 50)
        if number % 50 == 0:
            place.mkdir(parents=True)
        beside = place / f"{number}~"
        beside.write_bytes(b"x" * size)
        beside.replace(place / f"{number}.html")


def _bare(folder: Path, sizes: list[int], processes: int) -> None:
    with ProcessPoolExecutor(processes) as pool:
        shares = [sizes[at::processes] for at in range(processes)]
        list(pool.map(write_bare, [folder / f"{at}" for at in range(processes)], shares))


def _stored(folder: Path, name: str, mails: int) -> tuple[Database, GroupInfo]:
    db = Database(f"sqlite:///{folder / 'bench.db'}")
    db.create_tables()
    with db.write() as conn:
        group = store.create_group(conn, "bench")
    source = islice(mbox.open_archive(figures.corpus("lists", f"{name}.mbox.gz")), mails)
    import_mails(db, group, source, now=datetime.now(UTC), processes=os.cpu_count() or 1)
    return db, group


def main() -> None:
    """Run it and print the figures."""
    parser = figures.arguments(__doc__ or "")
    parser.add_argument("--list", default="caml-list-2", help="a list of the corpus")
    parser.add_argument("--mails", type=int, default=5000)
    parser.add_argument(
        "--folder", help="where to write; a disk's free groups decide what it costs"
    )
    args = parser.parse_args()
    processes = os.cpu_count() or 1
    rows = []
    with tempfile.TemporaryDirectory(prefix="bench-", dir=args.folder) as name:
        folder = Path(name)
        db, group = _stored(folder, args.list, args.mails)
        for twins in (False, True):
            public = folder / f"public-{twins}"
            publisher = Publisher(db, Setting(_SITE, public, compress=twins))
            extra = ", gzip twins" if twins else ""

            def render(publisher: Publisher = publisher) -> Tally:
                return publisher.rebuild(group, processes=processes)

            rows.append(timed(f"all pages, new{extra}", 0, render))
            rows.append(timed(f"all pages, compared{extra}", 0, render))
        sizes = [path.stat().st_size for path in (folder / "public-False").rglob("*.*")]
        bare = timed("bare write and rename", len(sizes), lambda: _bare(folder, sizes, processes))
        rows.append(bare)
        db.dispose()
    figures.show(rows, as_json=args.json)


if __name__ == "__main__":
    main()

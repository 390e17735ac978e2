"""From the 250 for a post until readers see it: its page, and all pages that name it, in archives of
different sizes. `dgroup serve` with fsync and no debounce; posts come one at a time.

Run: python -m bench.to_disk [--sizes 1000 20000] [--posts 100]; with 200000 it takes a while.
"""

from __future__ import annotations

import smtplib
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from archive import ids
from archive.publish import FAST
from archive.tables import dirty_pages, posts
from bench import archives, figures, servers
from bench.mails import DOMAIN, GROUP, Mails, member
from dgroup.runtime import Runtime

_WAIT_S = 60.0
_WARM = 20


@dataclass(frozen=True, slots=True)
class Figure:
    """One size of archive; milliseconds."""

    posts_in_archive: int
    posts_sent: int
    answered_p50: float
    """from the last dot to the 250"""
    page_p50: float
    """from the 250 to the post's own page"""
    page_p99: float
    all_pages_p50: float
    """from the 250 to the last of the pages that readers wait for"""
    all_pages_p99: float
    cpu_per_post: float
    """everything that the service does for it, with the index of its words"""


@dataclass(frozen=True, slots=True)
class Sample:
    """One post; seconds."""

    answered: float
    page: float
    all_pages: float


def send(runtime: Runtime, mails: Mails, number: int, smtp: smtplib.SMTP) -> Sample:
    """Post mail `number` and watch the disk."""
    key = ids.key_of(mails.name_of(number))
    path = runtime.config.public_path / ids.message_path(GROUP, key)
    raw = mails.mail(number)
    begun = time.perf_counter()
    smtp.sendmail(member(number), [f"{GROUP}@{DOMAIN}"], raw)
    answered = time.perf_counter()
    while not path.exists():
        _pause(answered, f"no page {path}")
    page = time.perf_counter()
    while waiting(runtime):
        _pause(answered, "pages stay marked")
    return Sample(answered - begun, page - answered, time.perf_counter() - answered)


def _pause(since: float, what: str) -> None:
    if time.perf_counter() - since > _WAIT_S:
        raise RuntimeError(what)
    time.sleep(0.0005)


def waiting(runtime: Runtime) -> bool:
    """Whether pages that readers wait for are marked."""
    with runtime.db.read() as conn:
        marked = select(dirty_pages.c.ref).where(dirty_pages.c.kind.in_(sorted(FAST))).limit(1)
        return conn.execute(marked).first() is not None


def measure(size: int, sent: int) -> Figure:
    """Fill an archive, start the service on it, send posts."""
    with servers.folder("to-disk") as home:
        config = servers.write_config(home, debounce=0)
        runtime = servers.make_group(config)
        archives.fill(runtime, size, datetime.now(UTC))
        with runtime.db.read() as conn:
            stored = conn.execute(select(func.count()).select_from(posts)).scalar_one()
        mails = archives.mails()
        with servers.service(home, config) as server, smtplib.SMTP() as smtp:
            smtp.connect("127.0.0.1", server.port)
            for number in range(stored, stored + _WARM):
                send(runtime, mails, number, smtp)
            before = figures.cpu_seconds(server.process)
            first = stored + _WARM
            samples = [send(runtime, mails, first + n, smtp) for n in range(sent)]
            spent = figures.cpu_seconds(server.process) - before
        runtime.close()
    return Figure(
        posts_in_archive=stored,
        posts_sent=sent,
        answered_p50=1000 * figures.median(one.answered for one in samples),
        page_p50=1000 * figures.median(one.page for one in samples),
        page_p99=1000 * figures.percentile([one.page for one in samples], 0.99),
        all_pages_p50=1000 * figures.median(one.all_pages for one in samples),
        all_pages_p99=1000 * figures.percentile([one.all_pages for one in samples], 0.99),
        cpu_per_post=1000 * spent / sent,
    )


def main() -> None:
    """Print one line a size."""
    parser = figures.arguments(__doc__ or "")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 20_000])
    parser.add_argument("--posts", type=int, default=150)
    args = parser.parse_args()
    figures.corpus("lists", "caml-list-2.mbox.gz")
    figures.show([measure(size, args.posts) for size in args.sizes], as_json=args.json)


if __name__ == "__main__":
    main()

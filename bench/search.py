"""Search in an archive: milliseconds for the newest 20 and the best 20 hits of rare and common words.

Run: python -m bench.search [--size 20000] [--rounds 20]; larger sizes take a minute for each 50,000.
"""

from __future__ import annotations

import time
from argparse import Namespace
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from archive.db import Database
from archive.search import search
from bench import archives, figures, servers
from bench.mails import DOMAIN, GROUP
from dgroup import groups

QUERIES = {
    "rare word": "tarball",
    "common word": "type",
    "two words": "function type",
    "phrase": '"type system"',
    "prefix": "poly*",
    "nothing": "zzzqqq",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One question; milliseconds."""

    question: str
    order: str
    posts: int
    hits: int
    p50: float
    p99: float


def ask(
    db: Database, conn: Connection, group_id: int, name: str, *, ranked: bool, args: Namespace
) -> Figure:
    """Ask one question some times."""
    spent, hits = [], 0
    for _ in range(args.rounds):
        begun = time.perf_counter()
        hits = len(search(db, conn, [group_id], QUERIES[name], ranked=ranked))
        spent.append(1000 * (time.perf_counter() - begun))
    return Figure(
        question=name,
        order="best" if ranked else "newest",
        posts=args.size,
        hits=hits,
        p50=figures.median(spent),
        p99=figures.percentile(spent, 0.99),
    )


def main() -> None:
    """Print one line a question and order."""
    parser = figures.arguments(__doc__ or "")
    parser.add_argument("--size", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=20)
    args = parser.parse_args()
    figures.corpus("lists", "caml-list-2.mbox.gz")
    with servers.folder("search") as home:
        runtime = servers.make_group(servers.write_config(home))
        archives.fill(runtime, args.size, datetime.now(UTC), pages=False)
        with runtime.db.read() as conn:
            group = groups.find(conn, GROUP, DOMAIN)
            assert group is not None  # made above
            rows = [
                ask(runtime.db, conn, group.id, name, ranked=ranked, args=args)
                for name in QUERIES
                for ranked in (False, True)
            ]
        runtime.close()
    figures.show(rows, as_json=args.json)


if __name__ == "__main__":
    main()

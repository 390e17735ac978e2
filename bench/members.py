"""Seconds to add 10,000 members by the command line; start and idle memory of the service after it.

Run: python -m bench.members [--members 10000]
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from bench import figures, servers
from bench.mails import GROUP


@dataclass(frozen=True, slots=True)
class Figure:
    """One run."""

    members: int
    add_s: float
    start_s: float
    """from the command to the port that takes mail"""
    processes: int
    idle_rss_mb: float
    idle_pss_mb: float


def main() -> None:
    """Print one line."""
    parser = figures.arguments(__doc__ or "")
    parser.add_argument("--members", type=int, default=10_000)
    args = parser.parse_args()
    with servers.folder("members") as home:
        config = servers.write_config(home)
        servers.make_group(config, members=0).close()
        people = [f"person{number}@home.example" for number in range(args.members)]
        begun = time.perf_counter()
        servers.dgroup(config, "member", "add", GROUP, *people)
        added = time.perf_counter() - begun
        begun = time.perf_counter()
        with servers.service(home, config) as server:
            started = time.perf_counter() - begun
            time.sleep(3.0)
            family = [server.process, *server.process.children(recursive=True)]
            memory = [one.memory_full_info() for one in family]
        row = Figure(
            members=args.members,
            add_s=added,
            start_s=started,
            processes=len(family),
            idle_rss_mb=sum(one.rss for one in memory) / figures.MEGABYTE,
            idle_pss_mb=sum(one.pss for one in memory) / figures.MEGABYTE,
        )
    figures.show([row], as_json=args.json)


if __name__ == "__main__":
    main()

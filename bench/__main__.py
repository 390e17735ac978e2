"""Runs the benchmarks one after the other; figures as JSON in bench/results/ and as tables here.

Run: make bench [ARGS="accept importing"]; each also runs alone with options of its own, see
python -m bench.accept --help. One that lacks a part (the corpus, Postfix) says so and is left out.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from bench.figures import ABSENT, CORPUS, table

RESULTS = Path(__file__).parent / "results"
WITH_CORPUS = ("parse", "accept", "importing", "render", "to_disk", "search", "summary_bc3")
ALONE = (
    "auth",
    "bounces",
    "bulk",
    "commands",
    "fanout",
    "flat",
    "likeness",
    "members",
    "listener_memory",
    "nodes",
    "sign",
)
PLAIN = frozenset({"summary_bc3"})
"""benchmarks that print their own table and their JSON in the last line"""


def run(name: str) -> bool:
    """Run one benchmark, keep its figures, print its table; False where it failed."""
    print(f"\n== {name}", flush=True)
    if name in WITH_CORPUS and not CORPUS.is_dir():
        print(f"skipped: no corpus at {CORPUS}: set DGROUP_CORPUS")
        return True
    command = [sys.executable, "-m", f"bench.{name}"]
    begun = time.perf_counter()
    done = subprocess.run(
        command if name in PLAIN else [*command, "--json"],
        check=False, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    if done.returncode == ABSENT:
        return True
    if name in PLAIN:
        text, _, last = done.stdout.rstrip().rpartition("\n")
        rows = json.loads(last)
    elif done.returncode == 0:
        rows = json.loads(done.stdout)
        text = table(rows)
    else:
        print(f"{name} failed")
        return False
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(rows, indent=1) + "\n")
    print(f"{text}\n({time.perf_counter() - begun:.0f} s)", flush=True)
    return done.returncode == 0


def main() -> int:
    """Run what is asked for; 1 where something failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = [*WITH_CORPUS, *ALONE]
    parser.add_argument("names", nargs="*", help=f"some of {', '.join(names)}; all without")
    chosen = parser.parse_args().names or names
    if unknown := sorted(set(chosen) - set(names)):
        parser.error(f"there is no benchmark {', '.join(unknown)}")
    failed = [name for name in chosen if not run(name)]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

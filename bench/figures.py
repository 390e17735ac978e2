"""What all benchmarks share: where the corpus lies, results as JSON and as a table, the CPU of a
process with its children."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

ABSENT = 77
"""exit code of a benchmark that lacks a part, as automake's tests have it"""
CORPUS = Path(
    os.environ.get("DGROUP_CORPUS") or Path(__file__).resolve().parents[2] / "shared" / "corpus"
)
MEGABYTE = 1_000_000


def corpus(*names: str) -> Path:
    """The path of a part of the corpus; ends the benchmark with a clear line where it is absent."""
    path = CORPUS.joinpath(*names)
    if not path.exists():
        skip(f"no corpus at {path}: set DGROUP_CORPUS")
    return path


def skip(why: str) -> None:
    """End the benchmark because a part of it is not here."""
    print(f"skipped: {why}", file=sys.stderr)
    raise SystemExit(ABSENT)


def arguments(text: str) -> argparse.ArgumentParser:
    """A parser with `--json`; `text` is the module's docstring."""
    parser = argparse.ArgumentParser(
        description=text, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="JSON in place of a table")
    return parser


def show(rows: Sequence[Any], *, as_json: bool) -> None:
    """Print frozen dataclasses of one kind as JSON or as a table."""
    given = [asdict(row) for row in rows]
    print(json.dumps(given, indent=1) if as_json else table(given))


def table(rows: Iterable[Mapping[str, Any]]) -> str:
    """Lay out flat rows: words to the left, numbers to the right."""
    found = list(rows)
    if not found:
        return "(nothing)"
    names = list(found[0])
    cells = [[name.replace("_", " ") for name in names]]
    cells += [[_cell(row.get(name)) for name in names] for row in found]
    widths = [max(len(line[at]) for line in cells) for at in range(len(names))]
    left = [isinstance(found[0].get(name), str) for name in names]
    return "\n".join(
        "  ".join(
            text.ljust(width) if words else text.rjust(width)
            for text, width, words in zip(line, widths, left, strict=True)
        ).rstrip()
        for line in cells
    )


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def median(values: Iterable[float]) -> float:
    """The middle of some runs: the machine is shared, a mean would follow its worst moment."""
    return statistics.median(values)


def percentile(values: Iterable[float], share: float) -> float:
    """The value that `share` (0 to 1) of `values` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def cpu_seconds(process: psutil.Process) -> float:
    """User and system time that a process and all its children, living and ended, have used."""
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        try:
            spent = one.cpu_times()
        except psutil.NoSuchProcess:  # ended in this moment: its parent counts it
            continue
        total += spent.user + spent.system
        total += getattr(spent, "children_user", 0.0) + getattr(spent, "children_system", 0.0)
    return total


def peak_mb(pid: int) -> float:
    """The most memory that a process ever had (VmHWM), in MB of 10^6 bytes."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / MEGABYTE
    return 0.0

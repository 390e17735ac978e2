"""How many command mails are understood, what reading one costs, and what became of each in a whole core.

Run: python -m bench.commands [HALF ...] [--show] [--json] [--quick]. Reading needs no database: one
process, CPU time; ordinary posts are those of the corpus of real lists. --quick leaves out the cores
(a minute a half), which count the outcomes as expected and the wrong destructive acts.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

from archive.content import content_of
from archive.mbox import open_archive
from bench.figures import CORPUS, table
from dgroup.address import route
from dgroup.commands.reading import read
from dgroup.incoming import Incoming
from dgroup.model import Envelope, Verdicts
from tests.dgroup.commands.corpus import Case, cases, misread, other_language
from tests.dgroup.commands.outcomes import became, is_harm
from tests.dgroup.plainmail import NOW

HALVES = ("development", "unseen", "fresh", "final", "blind", "daily", "last")
POSTS = 2000
ROUNDS = 3
_FINAL = frozenset({"leave", "remove", "erase", "hide", "delete", "ban"})


@dataclass(frozen=True, slots=True)
class Result:
    """One half of the corpus, or ordinary posts (of which none should be a command)."""

    half: str
    mails: int
    understood: float
    """share read as expected: verb, people, options, answer; in percent"""
    other_language: int
    """mails whose language was taken for another"""
    wrong_final: int
    """mails read, without a doubt, as something that takes away what their sender did not ask to lose"""
    us: float
    """of CPU time to read one, parsing not counted"""


def _cost(mails: list[Incoming]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        for mail in mails:
            read(mail)
        best = min(best, time.process_time() - start)
    return 1e6 * best / max(1, len(mails))


def measure(half: str, *, show: bool) -> Result | None:
    """Measure one half."""
    found = list(cases(half))
    if not found:
        return None
    mails = [case.mail() for case in found]
    readings = [read(mail) for mail in mails]
    wrong = final = languages = 0
    for case, reading in zip(found, readings, strict=True):
        differs = misread(case, reading)
        wrong += bool(differs)
        languages += bool(other_language(case, reading))
        lost = reading.sure and reading.verb in _FINAL and _is_unasked(case, reading.verb)
        final += lost
        if show and (differs or lost):
            print(f"{case.name}: {'; '.join(differs)}{' FINAL' if lost else ''}")
    share = round(100 * (1 - wrong / len(found)), 2)
    return Result(half, len(found), share, languages, final, round(_cost(mails), 1))


def _is_unasked(case: Case, verb: str) -> bool:
    if "asked" in case.expected or case.outcomes <= {"silent"}:
        return False
    return bool(case.expected.get("verb", verb) != verb)


def posts(name: str = "usrp-users") -> Result | None:
    """Measure ordinary posts: what each costs, and how many would be taken for a command."""
    path = CORPUS / "lists" / f"{name}.mbox.gz"
    if not path.exists():
        return None
    mails = []
    for one in islice(open_archive(path), POSTS):
        to = "water@lists.example"
        content = content_of(one.raw)
        envelope = Envelope("e", "", (to,), one.raw, NOW, "192.0.2.1", "h", False, False)
        mails.append(Incoming(envelope, route(to, "lists.example"), content, Verdicts(), ""))
    readings = [read(mail) for mail in mails]
    none = sum(not reading.verb for reading in readings)
    final = sum(reading.sure and reading.verb in _FINAL for reading in readings)
    share = round(100 * none / len(mails), 2)
    return Result(f"posts of {name}", len(mails), share, 0, final, round(_cost(mails), 1))


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of one half in a whole core."""

    half: str
    mails: int
    as_expected: float
    """percent"""
    not_asked: int
    """mails that answer a question which the core could not be made to ask"""
    wrong_destructive_acts: int


def outcomes(half: str, *, show: bool) -> Outcomes | None:
    """Send each mail of a half through a core of its own."""
    found = list(cases(half))
    right = skipped = harm = 0
    with tempfile.TemporaryDirectory() as folder:
        for case in found:
            result = became(case, Path(folder))
            good = result.outcome in case.outcomes
            right += good
            skipped += not result.outcome
            harm += is_harm(case, result)
            if show and not good:
                wanted = "/".join(sorted(case.outcomes))
                print(f"{case.name}: {result.outcome} ({result.reason}), not {wanted}")
    share = round(100 * right / max(1, len(found) - skipped), 2)
    return Outcomes(half, len(found), share, skipped, harm) if found else None


def main() -> None:
    """Print one line a half, and one for ordinary posts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("halves", nargs="*", default=HALVES)
    parser.add_argument("--show", action="store_true", help="name each mail that is misread")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="read only; no cores")
    chosen = parser.parse_args()
    found = [measure(half, show=chosen.show) for half in chosen.halves]
    rows = [asdict(result) for result in (*found, posts()) if result is not None]
    ends = [] if chosen.quick else [outcomes(half, show=chosen.show) for half in chosen.halves]
    acts = [asdict(end) for end in ends if end is not None]
    if chosen.json:
        print(json.dumps([*rows, *acts]))
        return
    print(table(rows))
    if acts:
        print(table(acts))


if __name__ == "__main__":
    main()

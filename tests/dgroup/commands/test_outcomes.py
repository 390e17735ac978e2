"""What becomes of the corpus in a real core: nothing is taken away that must not be, and a sample as expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dgroup.commands.corpus import Case, cases, read_case
from tests.dgroup.commands.outcomes import became, is_harm

FINAL = frozenset({"leave", "remove", "erase", "hide", "delete", "ban", "pause", "address"})
OTHERWISE = {
    "development": 0.03,
    "unseen": 0.01,
    "fresh": 0.04,
    "final": 0.04,
    "blind": 0.04,
    "last": 0.25,  # nobody tuned to it: what counts is that nothing is lost
}
"""share of the mails run that may end otherwise, all of them harmlessly; the aim is 0.01 of a whole half.
`daily` is acted out by `bench.commands` alone."""
HALVES = tuple(OTHERWISE)
EVERY = 15
"""one in so many of the mails that risk nothing; `bench.commands` runs them all"""


def _is_risky(case: Case) -> bool:
    """Nothing may be done, and yet the words speak of an end, or a code is answered."""
    if case.outcomes & {"done", "posted"}:
        return False
    return "asked" in case.expected or read_case(case).verb in FINAL


@pytest.mark.slow
@pytest.mark.parametrize("half", HALVES)
def test_what_becomes_of_the_mails(tmp_path: Path, half: str) -> None:
    lost, otherwise, run = {}, {}, 0
    for number, case in enumerate(cases(half)):
        if number % (5 if half == "last" else EVERY) and not _is_risky(case):
            continue
        found = became(case, tmp_path)
        run += 1
        if is_harm(case, found):
            lost[case.name] = found
        if found.outcome and found.outcome not in case.outcomes:
            otherwise[case.name] = found.outcome
    assert run >= 40
    assert lost == {}
    assert len(otherwise) <= OTHERWISE[half] * run, (run, otherwise)

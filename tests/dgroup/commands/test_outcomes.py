"""No mail of the corpus takes anything away that it must not, in a real core."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dgroup.commands.corpus import Case, cases, read_case
from tests.dgroup.commands.outcomes import became, is_harm

FINAL = frozenset({"leave", "remove", "erase", "hide", "delete", "ban", "address"})


def _is_risky(case: Case) -> bool:
    """Nothing may be done, and yet the words speak of an end, or a code is answered."""
    if case.outcomes & {"done", "posted"}:
        return False
    return "asked" in case.expected or read_case(case).verb in FINAL


@pytest.mark.slow
def test_nothing_is_taken_away_that_must_not_be(tmp_path: Path) -> None:
    risky = [case for case in cases("development") if _is_risky(case)]
    assert len(risky) > 40
    lost = {case.name: found for case in risky if is_harm(case, found := became(case, tmp_path))}
    assert lost == {}

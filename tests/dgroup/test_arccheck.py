"""ARC chains: what the suite expects, what a stranger may claim, and what proves nothing."""

from __future__ import annotations

from collections import Counter

import pytest

from dgroup.arccheck import chain
from dgroup.dkimcanon import Mail
from tests.dgroup.arcsuite import ArcCase, cases

SUITE = cases("arc-draft-validation-tests.yml")
ENDED = "the suite gives no verdict on a chain that says itself that it failed; RFC 8617 5.2: fail"
DIFFERENT = {
    "cv_fail_i1_as_cv_fail": ("fail", ENDED),
    "cv_fail_i2_as2_fail": ("fail", ENDED),
    "cv_fail_i2_as1_fail": ("fail", ENDED),
    "ams_fields_h_empty": (
        "fail",
        "a signature that does not cover From binds nobody (RFC 6376 5.4)",
    ),
}
"""cases whose verdict is another one here: ours, and why"""


@pytest.mark.parametrize("case", SUITE, ids=[case.name for case in SUITE])
def test_the_suite(case: ArcCase) -> None:
    wanted = case.values["cv"].strip().lower()
    found = chain(Mail(case.raw), case.ask)
    ours, _ = DIFFERENT.get(case.name, (wanted, ""))
    assert found.verdict == ours, found.why


@pytest.mark.skipif(not SUITE, reason="no corpus: set DGROUP_CORPUS")
def test_the_suite_was_read_as_a_whole() -> None:
    """Against a reader of its files that overlooks something: the corpus counts 175 cases."""
    verdicts = Counter(case.values["cv"].strip() for case in SUITE)
    assert verdicts == {"Fail": 109, "Pass": 58, "None": 5, "": 3}

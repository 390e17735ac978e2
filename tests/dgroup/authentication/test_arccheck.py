"""ARC chains: what the suite expects, what a stranger may claim, and what proves nothing."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgroup.authentication.arccheck import MAX_SETS, Chain, chain
from dgroup.authentication.dkimcanon import MAX_HEADER, Mail
from tests.dgroup.arcsuite import ArcCase, cases
from tests.dgroup.zones import mail

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


def sets(numbers: list[int], extra: bytes = b"") -> bytes:
    """A chain that has all fields and no signature that could hold."""
    fields = b"".join(
        b"ARC-Seal: i=%d; a=rsa-sha256; cv=none; d=a.example; s=s; b=AAAA\r\n"
        b"ARC-Message-Signature: i=%d; a=rsa-sha256; d=a.example; s=s; h=from; bh=AAAA; b=AAAA\r\n"
        b"ARC-Authentication-Results: i=%d; a.example; none\r\n" % (number, number, number)
        for number in numbers
    )
    return fields + extra + mail()


def nobody(name: str) -> list[str]:
    raise AssertionError(name)


@pytest.mark.parametrize(
    "numbers",
    [[2], [1, 1], [1, 3], [0], [0, 1], [*range(1, MAX_SETS + 2)], [5000], [*range(2, 60)]],
    ids=str,
)
def test_a_chain_with_gaps_or_doubles_fails_before_any_question(numbers: list[int]) -> None:
    assert chain(Mail(sets(numbers)), nobody).verdict == "fail"


def test_one_stray_field_is_a_broken_chain() -> None:
    for field in (b"ARC-Seal: i=2; cv=pass\r\n", b"ARC-Authentication-Results: x\r\n"):
        assert chain(Mail(sets([1], field)), nobody).why == "structure"
        assert chain(Mail(sets([], field)), nobody).why == "structure"


def test_an_endless_header_fails() -> None:
    assert chain(Mail(b"X: y\r\n" * MAX_HEADER + sets([1])), nobody).verdict == "fail"


def test_words_for_the_log() -> None:
    assert Chain("none").words == ""
    assert Chain("pass", 2, "a.example").words == "arc=pass i=2 d=a.example"
    assert Chain("fail", 1, why="ams body").words == "arc=fail (ams body)"


@given(st.binary(max_size=200), st.binary(max_size=100))
def test_anything_can_be_judged(junk: bytes, record: bytes) -> None:
    for name in (b"ARC-Seal", b"ARC-Message-Signature", b"ARC-Authentication-Results"):
        raw = name + b": i=2; " + junk + b"\r\n" + sets([1])
        found = chain(Mail(raw), lambda name: [record.decode("latin-1")])
        assert found.verdict in {"none", "fail"}

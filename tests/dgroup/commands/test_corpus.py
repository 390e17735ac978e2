"""The mails of the corpus are read as expected, and none as something final that it does not ask for."""

from __future__ import annotations

import pytest

from tests.dgroup.commands.corpus import Case, cases, misread, other_language, read_case

MISREAD = {
    "development": 0.01,
    "unseen": 0.01,
    "fresh": 0.01,
    "final": 0.01,
    "blind": 0.03,
    "daily": 0.03,
}
"""share that may be read otherwise"""
HALVES = tuple(MISREAD)
READ = {half: [(case, read_case(case)) for case in cases(half)] for half in HALVES}
FINAL = frozenset({"leave", "remove", "erase", "hide", "delete", "ban"})


@pytest.mark.parametrize("half", HALVES)
def test_a_half_is_understood(half: str) -> None:
    wrong = {case.name: found for case, reading in READ[half] if (found := misread(case, reading))}
    assert len(READ[half]) >= (160 if half == "final" else 200)
    assert len(wrong) <= MISREAD[half] * len(READ[half]), wrong


def test_the_language_is_never_taken_for_another() -> None:
    wrong = {case.name: other_language(case, reading) for case, reading in READ["development"]}
    assert {name: language for name, language in wrong.items() if language} == {}


@pytest.mark.parametrize("half", HALVES)
def test_nobody_leaves_who_is_not_expected_to(half: str) -> None:
    """What ends a membership or takes words away is read as sure only where that is expected."""
    wrong = [
        (case.name, reading.verb)
        for case, reading in READ[half]
        if reading.verb in FINAL and reading.sure and _is_unasked(case, reading.verb)
    ]
    assert wrong == []


def _is_unasked(case: Case, verb: str) -> bool:
    if "asked" in case.expected or case.outcomes <= {"silent"}:
        return False
    return bool(case.expected.get("verb", verb) != verb)

"""The development half of the corpus is read as expected; the other half is for `bench/commands.py`."""

from __future__ import annotations

from tests.dgroup.commands.corpus import cases, misread, other_language, read_case

CASES = list(cases("development"))
READINGS = [(case, read_case(case)) for case in CASES]


def test_ninety_nine_of_a_hundred_mails_are_read_as_expected() -> None:
    wrong = {case.name: found for case, reading in READINGS if (found := misread(case, reading))}
    assert len(CASES) > 400
    assert len(wrong) <= 0.01 * len(CASES), wrong


def test_the_language_is_never_taken_for_another() -> None:
    wrong = {case.name: other_language(case, reading) for case, reading in READINGS}
    assert {name: language for name, language in wrong.items() if language} == {}


def test_nobody_leaves_who_is_not_expected_to() -> None:
    """What ends a membership or takes words away is read as sure only where that is expected."""
    final = {"leave", "remove", "erase", "hide", "delete", "ban"}
    wrong = [
        (case.name, reading.verb)
        for case, reading in READINGS
        if reading.verb in final
        and reading.sure
        and "asked" not in case.expected
        and case.expected.get("verb", reading.verb) != reading.verb
    ]
    assert wrong == []

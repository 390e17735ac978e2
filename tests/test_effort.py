"""What stands in for a clock in tests can tell a square from a line, and ends what has no end."""

from __future__ import annotations

import re

import pytest

from tests import effort
from tests.effort import calls, check_linear, ends


def test_calls_are_counted_the_same_each_time() -> None:
    assert calls(lambda: [abs(n) for n in range(50)]) == calls(lambda: [abs(n) for n in range(50)])
    assert calls(lambda: sorted([2, 1])) < calls(lambda: [sorted([2, 1]) for _ in range(9)])


def test_work_that_grows_with_the_square_is_found() -> None:
    check_linear(lambda size: [abs(n) for n in range(size)], 4000)
    with pytest.raises(AssertionError, match="calls for a quarter"):
        check_linear(lambda size: [abs(n) for m in range(size) for n in range(m)], 400)


def test_a_pattern_that_never_comes_to_an_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effort, "GUARD_S", 0.05)
    with pytest.raises(AssertionError, match="no end"), ends():
        re.match(r"(a+)+b", "a" * 60)


def test_code_that_swallows_errors_is_ended_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effort, "GUARD_S", 0.05)

    def stubborn() -> None:
        while True:
            try:
                sum(range(1000))
            except Exception:
                continue

    with pytest.raises(AssertionError, match="no end"), ends():
        stubborn()


def test_what_ends_is_left_alone() -> None:
    with ends():
        value = sum(range(1000))
    assert value == 499_500

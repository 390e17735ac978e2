"""A node whose machine's clock is wrong goes by the database server's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dgroup.nodes.oneclock import NOTICED, SURE, OneClock

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


class Own:
    """The machine's clock."""

    now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.mark.parametrize("wrong", [timedelta(minutes=5), timedelta(minutes=-5), NOTICED])
def test_a_wrong_clock_is_set_right(wrong: timedelta) -> None:
    own = Own()
    clock = OneClock(own)
    asked = clock.own()
    own.now += timedelta(milliseconds=20)
    clock.compare(asked, NOW + timedelta(milliseconds=10) - wrong)
    assert clock() == own.now - wrong


def test_a_clock_that_somebody_mends_is_believed_again() -> None:
    own = Own()
    clock = OneClock(own)
    clock.compare(NOW, NOW - timedelta(minutes=5))
    own.now = NOW - timedelta(minutes=5)
    clock.compare(own.now, NOW - timedelta(minutes=5))
    assert clock() == own.now


@pytest.mark.parametrize("off_ms", [-1900, -20, 0, 20, 1900])
def test_a_clock_that_is_right_is_left_alone(off_ms: int) -> None:
    clock = OneClock(Own())
    clock.compare(NOW, NOW + timedelta(milliseconds=off_ms))
    assert clock() == NOW


@pytest.mark.parametrize("took", [2 * SURE, -SURE])
def test_an_answer_that_took_long_says_nothing(took: timedelta) -> None:
    own = Own()
    clock = OneClock(own)
    own.now += took
    clock.compare(NOW, NOW + timedelta(hours=1))
    assert clock() == own.now


def test_small_changes_do_not_move_it() -> None:
    own = Own()
    clock = OneClock(own)
    clock.compare(NOW, NOW + timedelta(minutes=5))
    clock.compare(NOW, NOW + timedelta(minutes=5, milliseconds=300))
    assert clock() == NOW + timedelta(minutes=5)

"""Log lines of work that fails again and again: the first whole, then a count, then that it is over."""

from __future__ import annotations

import logging

import pytest

from dgroup.failing import EVERY_S, Failing


class Clock:
    """Seconds that tests turn."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def failing(clock: Clock) -> Failing:
    return Failing(logging.getLogger("dgroup.test"), "mails cannot be stored", clock)


def fail(failing: Failing, error: Exception, about: str = "") -> None:
    failing.failed(error, about)


def test_the_first_failure_is_told_whole_and_the_next_ones_are_counted(
    failing: Failing, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(100):
        fail(failing, OSError(28, "No space left"), f"mail=m{number}")
    assert caplog.messages == ["mail=m0 mails cannot be stored"]
    assert caplog.records[0].exc_info
    clock.now += EVERY_S
    caplog.clear()
    for _ in range(50):
        fail(failing, OSError(28, "No space left\nfor anybody"))
    assert caplog.messages == [
        "mails cannot be stored: 100 times more in 60 s (OSError: [Errno 28] No space left for anybody)"
    ]
    assert not caplog.records[0].exc_info


def test_another_kind_of_error_is_told_whole_too(
    failing: Failing, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        fail(failing, OSError("full"))
        fail(failing, KeyError("a bug"))
    assert [bool(record.exc_info) for record in caplog.records] == [True, True]


def test_the_end_is_told_once_and_the_next_spell_begins_anew(
    failing: Failing, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    failing.works()
    fail(failing, OSError("full"))
    fail(failing, OSError("full"))
    clock.now += 5
    failing.works()
    failing.works()
    fail(failing, OSError("full"))
    assert caplog.messages == [
        "mails cannot be stored",
        "mails cannot be stored: over after 2 failures in 5 s",
        "mails cannot be stored",
    ]
    assert caplog.records[1].levelno == logging.WARNING

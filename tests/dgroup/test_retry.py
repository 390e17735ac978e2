"""What each answer means for a copy."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgroup.retry import (
    FIRST_DELAY,
    LONGEST_DELAY,
    LONGEST_HOST_DELAY,
    UNKNOWN_MARK,
    Answer,
    Fate,
    Heard,
    decide,
    delay,
    host_delay,
)

LIFE = timedelta(hours=72)
YOUNG = timedelta(seconds=3)


def said(code: int, age: timedelta = YOUNG) -> Fate:
    return decide(Answer(Heard.ANSWER, code, "so"), age, LIFE, "").fate


@pytest.mark.parametrize(
    ("code", "fate"),
    [
        (250, Fate.SENT),
        (251, Fate.SENT),
        (450, Fate.RETRY),
        (452, Fate.RETRY),
        (550, Fate.FAILED),
        (552, Fate.FAILED),
        (421, Fate.REQUEUE),
    ],
)
def test_the_first_digit_decides(code: int, fate: Fate) -> None:
    assert said(code) is fate


def test_what_is_too_old_is_given_up_with_the_last_word() -> None:
    made = decide(Answer(Heard.ANSWER, 451, "busy"), LIFE, LIFE, "")
    assert (made.fate, made.reply) == (Fate.FAILED, "given up: 451 busy")
    assert decide(Answer(Heard.UNSENT, 0, "lost"), LIFE, LIFE, "").fate is Fate.FAILED


def test_a_session_that_broke_before_the_dot_costs_no_attempt() -> None:
    made = decide(Answer(Heard.UNSENT, 0, "connection lost"), YOUNG, LIFE, "")
    assert (made.fate, made.delay) == (Fate.REQUEUE, timedelta(0))


def test_a_dot_without_answer_is_repeated_once() -> None:
    silent = Answer(Heard.UNKNOWN, 0, "connection lost")
    first = decide(silent, YOUNG, LIFE, "")
    assert first.fate is Fate.RETRY
    assert first.reply.startswith(UNKNOWN_MARK)
    assert decide(silent, YOUNG, LIFE, first.reply).fate is Fate.FAILED
    assert decide(silent, YOUNG, LIFE, "451 busy").fate is Fate.RETRY


@given(st.timedeltas(timedelta(0), timedelta(days=5)))
def test_waits_grow_with_age_within_bounds(age: timedelta) -> None:
    assert FIRST_DELAY <= delay(age) <= LONGEST_DELAY
    assert delay(age) <= delay(age + timedelta(minutes=1))


def test_about_fifty_tries_fill_three_days() -> None:
    age, tries = timedelta(0), 0
    while age < LIFE:
        age += delay(age)
        tries += 1
    assert 20 < tries < 60


@given(st.integers(-1, 5000))
def test_a_host_that_is_down_is_asked_less_and_less(failures: int) -> None:
    assert timedelta(0) <= host_delay(failures) <= LONGEST_HOST_DELAY
    assert host_delay(failures) <= host_delay(failures + 1)

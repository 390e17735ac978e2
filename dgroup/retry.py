"""Retry: what an answer of the smarthost means for one copy, and when it is tried again. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple

from dgroup.saying import GIVEN_UP

FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=2)
LONGEST_HOST_DELAY = timedelta(minutes=5)
UNKNOWN_MARK = "000 "
"""begins the last reply of a copy whose final dot got no answer"""


class Heard(StrEnum):
    """How much the smarthost said about one copy."""

    ANSWER = "answer"
    UNSENT = "unsent"
    """the session ended before the final dot: nothing can have been taken"""
    UNKNOWN = "unknown"
    """the session ended between the final dot and its answer: it may have been taken"""


class Answer(NamedTuple):
    """What became of one copy on the wire: the reply that decided, or why there is none.

    A tuple, because every copy makes one.
    """

    heard: Heard
    code: int
    text: str

    @property
    def taken(self) -> bool:
        """The smarthost has the copy now (RFC 5321 4.2.1)."""
        return self.heard is Heard.ANSWER and 200 <= self.code < 300

    @property
    def said(self) -> str:
        """The reply as one line."""
        return f"{self.code} {self.text}"


class Fate(StrEnum):
    """What becomes of a delivery now."""

    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    REQUEUE = "requeue"
    """due at once, not counted as an attempt"""


@dataclass(frozen=True, slots=True)
class Decision:
    """The fate, the wait before the next try, and the line kept for `dgroup trace`."""

    fate: Fate
    delay: timedelta
    reply: str


def decide(answer: Answer, age: timedelta, lifetime: timedelta, last_reply: str) -> Decision:
    """Decide on one copy from the answer, its age, how long it may live and what was said before.

    By the first digit of the reply (RFC 5321 4.2.1); 421 says nothing about the copy. A final dot
    without an answer is repeated once (RULINGS 2): a rare double is better than a lost mail, and a
    host that never answers must not be sent the same mail for days.
    """
    if answer.heard is Heard.UNSENT or answer.code == 421:
        if age >= lifetime:
            return Decision(Fate.FAILED, timedelta(0), GIVEN_UP + answer.text)
        return Decision(Fate.REQUEUE, timedelta(0), answer.text)
    if answer.heard is Heard.UNKNOWN:
        return _unknown(answer, last_reply)
    said = answer.said
    if answer.taken:
        return Decision(Fate.SENT, timedelta(0), said)
    if 400 <= answer.code < 500:
        if age >= lifetime:
            return Decision(Fate.FAILED, timedelta(0), GIVEN_UP + said)
        return Decision(Fate.RETRY, delay(age), said)
    return Decision(Fate.FAILED, timedelta(0), said)


def _unknown(answer: Answer, last_reply: str) -> Decision:
    if last_reply.startswith(UNKNOWN_MARK):
        return Decision(Fate.FAILED, timedelta(0), f"{UNKNOWN_MARK}twice {answer.text}")
    return Decision(Fate.RETRY, FIRST_DELAY, UNKNOWN_MARK + answer.text)


def delay(age: timedelta) -> timedelta:
    """Give the wait of a copy that is `age` old: as long again as it has waited, within bounds."""
    return min(max(age, FIRST_DELAY), LONGEST_DELAY)


def host_delay(failures: int) -> timedelta:
    """Give the wait after `failures` sessions in a row that could not be used: 1 s, doubling."""
    if failures <= 0:
        return timedelta(0)
    return min(timedelta(seconds=2.0 ** min(failures - 1, 20)), LONGEST_HOST_DELAY)

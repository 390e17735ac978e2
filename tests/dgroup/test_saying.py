"""What servers answer, in plain words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgroup.saying import WORDS, Why, plainly, why


@pytest.mark.parametrize(
    ("reply", "meant"),
    [
        ("452 4.2.2 mailbox full", Why.FULL),
        ("552 5.2.2 over quota", Why.FULL),
        ("550 5.1.1 no such user", Why.UNKNOWN_ADDRESS),
        ("450 4.2.0 Recipient address rejected: Greylisted", Why.GREYLISTED),
        ("451 4.7.1 Please try again later", Why.GREYLISTED),
        ("450 4.7.28 unusual rate of mail", Why.LIMIT),
        ("421 4.7.0 too many", Why.LIMIT),
        ("550 5.7.515 access denied", Why.REFUSED),
        ("451 4.4.1 connection timed out", Why.AWAY),
        ("452 4.3.1 Insufficient system storage", Why.HOST_FULL),
        ("552 5.3.4 too big", Why.TOO_LARGE),
        ("552 no", Why.TOO_LARGE),
        ("553 5.6.7 the smarthost does not offer SMTPUTF8", Why.UTF8),
        ("000 connection closed", Why.UNSURE),
        ("given up: 452 4.2.2 full", Why.FULL),
        ("connection lost", Why.BROKEN),
        ("", Why.NOTHING),
        ("given up: ", Why.NOTHING),
        ("554 no", Why.OTHER),
    ],
)
def test_answers_are_understood(reply: str, meant: Why) -> None:
    assert why(reply) is meant
    assert plainly(reply).startswith(WORDS[meant])


@given(st.text())
def test_anything_has_a_meaning(reply: str) -> None:
    assert plainly(reply)


def test_every_meaning_has_words() -> None:
    assert set(WORDS) == set(Why)

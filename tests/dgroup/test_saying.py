"""What servers answer, in plain words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.i18n import languages
from dgroup.letters import LetterWriter
from dgroup.saying import WORDS, Why, plainly, why
from docs.guides import SITE


@pytest.mark.parametrize(
    ("reply", "meant"),
    [
        ("452 4.2.2 mailbox full", Why.FULL),
        ("552 5.2.2 over quota", Why.FULL),
        ("550 5.1.1 no such user", Why.UNKNOWN_ADDRESS),
        ("550 5.1.10 Null MX", Why.NO_DOMAIN),
        ("550 5.2.1 disabled", Why.CLOSED),
        ("550 5.1.6 moved", Why.UNKNOWN_ADDRESS),
        ("554 5.6.0 no such files here", Why.CONTENT),
        ("451 4.4.9 lost", Why.AWAY),
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


@pytest.mark.parametrize("language", languages())
def test_letters_have_words_for_every_meaning(language: str) -> None:
    page = LetterWriter(SITE).environment(language).get_template("mail/_answers.txt.j2")
    answers: dict[str, str] = vars(page.make_module())["answers"]
    assert set(answers) == set(map(str, Why))
    assert all(answers.values())

"""Own words become whole sentences, and the ones fit to be quoted are told from the others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.sentences import (
    clip,
    is_greeting_or_thanks,
    leans_back,
    normalised,
    quality,
    split_sentences,
)


def texts(own: str) -> list[str]:
    return [sentence.text for sentence in split_sentences(own)]


@pytest.mark.parametrize(
    ("own", "want"),
    [
        ("We dry it. Then we store it.", ["We dry it.", "Then we store it."]),
        ("Dr. Pérez came, e.g. to see it. Fine.", ["Dr. Pérez came, e.g. to see it.", "Fine."]),
        ("See p. 12 of vol. 3. Good.", ["See p. 12 of vol. 3.", "Good."]),
        ("It cost 3.50 EUR. Cheap!", ["It cost 3.50 EUR.", "Cheap!"]),
        ("Really? Yes! Well... maybe.", ["Really?", "Yes!", "Well... maybe."]),
        ('He said "dry it." We did.', ['He said "dry it."', "We did."]),
        ("M. Traoré l'a dit, cf. l'annexe. Voilà.", ["M. Traoré l'a dit, cf. l'annexe.", "Voilà."]),
        ("La Sra. Gómez vino. ¿Quién más?", ["La Sra. Gómez vino.", "¿Quién más?"]),
        ("O Sr. Silva, p.ex. hoje, vem. Ótimo.", ["O Sr. Silva, p.ex. hoje, vem.", "Ótimo."]),
        ("Das ist z.B. gut. Ja.", ["Das ist z.B. gut.", "Ja."]),
        ("See https://example.org/a.b?c=d. Good.", ["See https://example.org/a.b?c=d.", "Good."]),
        ("J. R. Silva wrote it. Good.", ["J. R. Silva wrote it.", "Good."]),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(own: str, want: list[str]) -> None:
    assert texts(own) == want


def test_wrapped_lines_are_joined_and_meant_breaks_are_kept() -> None:
    own = (
        "We have been drying the seed in the shade for three days, and then in the\n"
        "sun until it cracks. It works.\n"
        "\n"
        "Ana\n"
        "Seed Bank"
    )
    assert texts(own) == [
        (
            "We have been drying the seed in the shade for three days, and then in the"
            " sun until it cracks."
        ),
        "It works.",
        "Ana",
        "Seed Bank",
    ]


def test_bullets_stand_apart() -> None:
    assert texts("We need\n- a good scale with\n  two weights\n- a box") == [
        "We need",
        "- a good scale with two weights",
        "- a box",
    ]


def test_long_lines_were_not_wrapped_by_hand() -> None:
    long = "word " * 30 + "end"
    assert texts(f"{long}\nNext line") == [long, "Next line"]


@given(st.text(max_size=300))
def test_no_word_is_lost_added_or_moved(own: str) -> None:
    assert " ".join(texts(own)).split() == own.split()


def test_quality_prefers_whole_sentences_that_stand_alone() -> None:
    good = quality("We dry the seed in the shade for three days before we store it.")
    assert good == 1.0
    assert quality("Hi all,") == 0.0
    assert quality("Many thanks for this and best regards, Ana") < 0.7
    assert quality("But it works for us when the rain comes late in the year.") < good
    assert quality("We dry the seed in the shade for three days before we") < good
    assert quality("x = foo(bar[3], 0x44); y = {a: 1} // 12 == 13 && 4 < 5;") < 0.3


@pytest.mark.parametrize(
    "text", ["Dear all,", "Thanks, Ana", "Bonjour à tous,", "Saludos,", "Obrigado!"]
)
def test_greetings_and_thanks_are_known(text: str) -> None:
    assert is_greeting_or_thanks(text)


@pytest.mark.parametrize(
    "text", ["But no.", "Mais oui.", "Pero esto no.", "Mas isto não.", "It is."]
)
def test_sentences_that_lean_on_the_one_before_are_known(text: str) -> None:
    assert leans_back(text)


def test_clip_cuts_only_at_a_clause_end_after_the_limit() -> None:
    text = " ".join(["word"] * 36) + ", then " + " ".join(["more"] * 9) + "."
    assert clip(text) == " ".join(["word"] * 36) + " [...]"
    assert clip("word " * 40 + "end.") == "word " * 40 + "end."
    assert clip("Short, but whole.") == "Short, but whole."


def test_the_same_sentence_is_recognised_however_it_is_spaced() -> None:
    assert normalised(" To  unsubscribe,\nwrite! ") == normalised("to unsubscribe write")

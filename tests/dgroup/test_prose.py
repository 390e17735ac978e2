"""Strangers' text in a letter: filled, and nothing of it lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dgroup.address import clean_line
from dgroup.prose import WIDTH, wrapped

LINES = st.text(st.sampled_from("ab> \t\n\r\x00\u202e\ud800é。😀-"), max_size=300)


@given(LINES)
def test_every_word_is_there_and_no_line_is_too_long(text: str) -> None:
    made = wrapped(text)
    kept = [clean_line(word, len(word) + 1) for word in text.split()]
    assert "".join(made.split()).replace(">", "") == "".join(
        word.replace(">", "").replace(" ", "") for word in kept
    )
    assert all(len(line) <= WIDTH or " " not in line.strip("> ") for line in made.split("\n"))


def test_quotes_keep_their_marks_and_tables_their_spaces() -> None:
    quote = "> > " + "word " * 30
    lines = wrapped(f"{quote}\nwell   depth\nA      40 m\n").split("\n")
    assert len(lines) == 5
    assert {line[:4] for line in lines[:3]} == {"> > "}
    assert lines[3:] == ["well   depth", "A      40 m"]


def test_a_link_stays_whole() -> None:
    link = "https://lists.example/" + "x" * 400
    assert link in wrapped(f"See {link} and more words, many more, so that the line is long.")

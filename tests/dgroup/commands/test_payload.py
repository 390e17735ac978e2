"""What a code remembers, and the lines that an answer puts right or leaves out."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from dgroup.commands import payload
from dgroup.incoming import Answer, Named, Options, Reading

PEOPLE = (
    Named("a@x.example", "A", "fr", "weekly"),
    Named("b@x.example", ""),
    Named("c@y.example", "C"),
)
MEANT = {"2": "b@z.example"}
CHOICES = st.lists(
    st.tuples(st.sampled_from(["fix", "skip", "keep", "", "drop"]), st.integers(-3, 9)), max_size=8
)


def test_a_command_is_read_again_as_it_was_written() -> None:
    options = Options(until=date(2026, 3, 9), quiet=True, words="Do come")
    again = payload.read(payload.write("invite", PEOPLE, options, meant=MEANT))
    assert (again.verb, again.people, again.options) == ("invite", PEOPLE, options)


def test_fix_puts_right_and_skip_leaves_out() -> None:
    text = payload.write("add", PEOPLE, meant=MEANT)
    said = Reading("", answer=Answer.FIX, choices=(("fix", 2), ("skip", 1), ("fix", 3)))
    asked = payload.asked(text, said)
    assert [one.address for one in asked.people] == ["b@z.example", "c@y.example"]
    assert (asked.verb, asked.answer) == ("add", Answer.FIX)


@given(CHOICES)
def test_no_answer_brings_in_anybody_new(choices: list[tuple[str, int]]) -> None:
    asked = payload.asked(
        payload.write("add", PEOPLE, meant=MEANT), Reading("", choices=tuple(choices))
    )
    known = {one.address for one in PEOPLE} | set(MEANT.values())
    assert {one.address for one in asked.people} <= known
    assert len(asked.people) <= len(PEOPLE)

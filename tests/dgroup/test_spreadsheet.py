"""Tables for spreadsheets hold what they are given, and nothing that a spreadsheet would compute."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from dgroup.spreadsheet import as_csv

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=5))
def test_no_cell_is_a_formula_and_none_is_lost(rows: list[tuple[str, str]]) -> None:
    text = as_csv(("one", "two"), rows).decode("utf-8-sig")
    head, *read = csv.reader(io.StringIO(text, newline=""))
    assert head == ["one", "two"]
    assert len(read) == len(rows)
    for cells, wanted in zip(read, rows, strict=True):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in cells)
        assert [cell.removeprefix("'") for cell in cells] == [w.removeprefix("'") for w in wanted]


def test_a_spreadsheet_knows_the_letters() -> None:
    assert as_csv(("name",), [("João",)]).startswith(b"\xef\xbb\xbf")

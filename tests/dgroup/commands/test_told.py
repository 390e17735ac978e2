"""Short wishes, lists and answers in free wording, in four languages, are read as they are meant."""

from __future__ import annotations

import pytest

from tests.dgroup.commands.told import DATA, Told, rows

FILES = sorted(path.name for path in DATA.glob("*.tsv"))
ROWS = [(name, one) for name in FILES for one in rows(name)]


def test_there_are_rows() -> None:
    assert len(ROWS) > 500


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_a_row_is_read_as_it_is_meant(name: str, row: Told) -> None:
    assert row.differs() == [], f"{name}: {row.subject!r} {row.body!r}"

"""Tables for spreadsheets. Pure: names, subjects and addresses in them come from strangers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write a table (RFC 4180) in UTF-8 with a mark, by which spreadsheets know it.

    A cell that they would compute begins with an apostrophe.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(head)
    table.writerows([[_harmless(cell) for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell

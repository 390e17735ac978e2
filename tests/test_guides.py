"""The printed guides are what `help` sends, in all four languages, and the program understands them."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs.guides import pages

PAGES = list(pages())


@pytest.mark.parametrize(("path", "text"), PAGES, ids=[path.name for path, _ in PAGES])
def test_a_guide_is_what_help_says(path: Path, text: str) -> None:
    assert path.read_text("utf-8") == text, "run `make guides`"


def test_a_guide_fits_two_printed_pages() -> None:
    assert all(len(text.splitlines()) <= 130 for _, text in PAGES)

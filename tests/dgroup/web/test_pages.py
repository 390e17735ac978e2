"""Languages of the live service's pages."""

from __future__ import annotations

import pytest

from archive.model import SiteInfo
from dgroup.web.pages import WebPages, preferred

KNOWN = ("en", "es", "fr", "pt")
SITE = SiteInfo("Lists", "https://lists.example", "lists.example", "pt", True, True, 65536)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("fr", "fr"),
        ("fr-BF, en;q=0.8", "fr"),
        ("de, nl", ""),
        ("en;q=0.5, es;q=0.9", "es"),
        ("fr;q=0, en;q=0.1", "en"),
        ("*", ""),
        ("", ""),
        ("fr;q=2, en", "en"),
        ("<script>, es", "es"),
        ("FR", "fr"),
    ],
)
def test_the_browsers_best_language_that_we_speak(header: str, language: str) -> None:
    assert preferred(header, KNOWN) == language


def test_a_members_language_wins_then_the_browsers_then_the_sites() -> None:
    pages = WebPages(SITE, None)
    assert pages.language("fr-BF", "es", header="en") == "fr"
    assert pages.language("nl", "es", header="en") == "es"
    assert pages.language("nl", header="en") == "en"
    assert pages.language("nl", header="de") == "pt"

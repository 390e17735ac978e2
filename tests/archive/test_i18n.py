"""Catalogues, dates and names of languages."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from archive import i18n

DAY = date(2026, 3, 3)
TEST_CATALOGUES = Path(__file__).resolve().parents[1] / "data" / "locale"


def test_words_come_in_the_language() -> None:
    assert i18n.translator("fr").gettext("Latest discussions") == "Dernières discussions"
    assert i18n.translator("es").ngettext("%(num)s message", "%(num)s messages", 2) == (
        "%(num)s mensajes"
    )


@pytest.mark.parametrize("language", ["pt-BR", "pt_PT", "PT", "pt-br-x-any"])
def test_a_regional_language_falls_back_to_the_language(language: str) -> None:
    assert i18n.translator(language).gettext("Reply") == "Responder"


@pytest.mark.parametrize("language", ["", "en", "en-GB", "tlh", "../../etc/passwd", "x" * 99])
def test_an_unknown_language_speaks_english(language: str) -> None:
    assert i18n.translator(language).gettext("Reply") == "Reply"
    assert i18n.format_date(DAY, language) == "3 March 2026"


def test_a_host_can_bring_a_catalogue_of_its_own() -> None:
    words = i18n.translator("ar", TEST_CATALOGUES)
    assert words.gettext("Reply") == "رد"
    assert i18n.direction("ar") == "rtl"
    assert i18n.direction("fr") == "ltr"


@pytest.mark.parametrize(
    ("language", "style", "written"),
    [
        ("en", "long", "3 March 2026"),
        ("fr", "long", "3 mars 2026"),
        ("es", "long", "3 de marzo de 2026"),
        ("pt", "long", "3 de março de 2026"),
        ("en", "short", "3 Mar"),
        ("fr", "month", "mars 2026"),
        ("es", "month-name", "marzo"),
        ("en", "month-name", "March"),
    ],
)
def test_dates_are_absolute_and_in_the_language(language: str, style: str, written: str) -> None:
    assert i18n.format_date(DAY, language, style) == written
    assert i18n.format_date(datetime(2026, 3, 3, 23, 59, tzinfo=UTC), language, style) == written


@pytest.mark.parametrize(
    ("language", "written"),
    [("fr", "1er avril 2026"), ("es", "1 de abril de 2026"), ("en", "1 April 2026")],
)
def test_the_first_of_a_month_is_as_people_write_it(language: str, written: str) -> None:
    assert i18n.format_date(date(2026, 4, 1), language) == written


@pytest.mark.parametrize(
    ("last", "language", "written"),
    [
        (date(2026, 3, 3), "en", "3 Mar 2026"),
        (date(2026, 3, 13), "en", "3–13 Mar 2026"),
        (date(2026, 4, 2), "fr", "3 mars – 2 avr. 2026"),
        (date(2027, 1, 1), "es", "3 mar 2026 – 1 ene 2027"),
    ],
)
def test_a_span_of_days_says_nothing_twice(last: date, language: str, written: str) -> None:
    assert i18n.format_span(DAY, last, language) == written
    assert i18n.format_span(
        DAY, datetime(last.year, last.month, last.day, 23, tzinfo=UTC), language
    ) == (written)


def test_numbers_have_the_separators_of_a_language() -> None:
    assert i18n.format_number(1204, "en") == "1,204"
    assert i18n.format_number(1204, "es") == "1.204"

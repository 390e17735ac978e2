"""Words of pages and letters in a reader's language: catalogues, dates, names of languages.

A language is one `locale/CODE.po` file (en is the msgid); nothing else needs to be changed.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date as babel_date
from babel.dates import format_interval, format_skeleton
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from archive.resources import tree

DEFAULT = "en"
_SKELETONS = {"short": "MMMd", "month": "yMMMM"}


def catalogue_folder() -> Path:
    """Where the shipped .po files are."""
    return tree("archive", "locale")


def languages() -> tuple[str, ...]:
    """Codes of the languages that have words: English and one per catalogue."""
    return (DEFAULT, *sorted(path.stem for path in catalogue_folder().glob("*.po")))


@lru_cache(maxsize=64)
def translator(language: str, folder: Path | None = None) -> NullTranslations:
    """Give the catalogue of `language` ('pt-BR' falls back to 'pt', then to English).

    It has `gettext` and `ngettext`; `folder` holds further .po files, which win over ours.
    """
    for code in _codes(language):
        for place in (folder, catalogue_folder()):
            path = place / f"{code}.po" if place else None
            if path and path.is_file():
                return _read(path, code)
    return NullTranslations()


def _read(path: Path, code: str) -> Translations:
    with path.open("rb") as source:
        catalogue = read_po(source, locale=code)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(fp=compiled)


def _codes(language: str) -> tuple[str, ...]:
    whole = language.replace("-", "_").strip().lower()
    return tuple(dict.fromkeys((whole, whole.split("_", 1)[0])))


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """Give the rules of dates, numbers and script of a language; British English where unknown."""
    for code in _codes(language):
        if code in {"", DEFAULT}:
            continue
        try:
            return Locale.parse(code)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en", "GB")


def direction(language: str) -> str:
    """Give 'rtl' or 'ltr', as the `dir` attribute wants it."""
    return "rtl" if locale_of(language).text_direction == "rtl" else "ltr"


def language_name(code: str, language: str) -> str:
    """Write the name of the language `code` in `language`; the code itself where it has no name."""
    return str(locale_of(language).languages.get(code, code))


def format_date(moment: date, language: str, style: str = "long") -> str:
    """Write a day: 'long' (3 March 2026), 'short' (3 Mar), 'month' (March 2026), 'month-name'.

    Always absolute: pages are saved, and "2 hours ago" rots (ARCHIVE 7).
    """
    day = moment.date() if isinstance(moment, datetime) else moment
    return _format_day(day, language, style)


@lru_cache(maxsize=8192)
def _format_day(day: date, language: str, style: str) -> str:
    locale = locale_of(language)
    if style == "long":
        written = babel_date(day, "long", locale=locale)
        return f"1er{written[1:]}" if day.day == 1 and locale.language == "fr" else written
    if style == "month-name":
        return babel_date(day, "LLLL", locale=locale)
    return format_skeleton(_SKELETONS[style], day, locale=locale)


def format_span(first: date, last: date, language: str) -> str:
    """Write a span of days without saying anything twice: '9–13 Mar 2026', '3 Mar – 2 Apr 2026'."""
    days = [day.date() if isinstance(day, datetime) else day for day in (first, last)]
    return _format_span(days[0], days[1], language)


@lru_cache(maxsize=4096)
def _format_span(first: date, last: date, language: str) -> str:
    return format_interval(first, last, "yMMMd", locale=locale_of(language)).replace("\u2009", " ")


def format_number(number: float, language: str) -> str:
    """Write a number with the separators of a language: 1,204 or 1 204."""
    return format_decimal(number, locale=locale_of(language))

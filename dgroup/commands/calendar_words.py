"""Names of months, weekdays, numbers and units of time in the languages that we read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from babel import Locale

from dgroup.commands.text import fold

LANGUAGES = ("en", "fr", "es", "pt", "de", "it", "nl")


def _names(kind: str) -> Iterator[tuple[str, int]]:
    for code in LANGUAGES:
        locale = Locale(code)
        table = locale.months if kind == "months" else locale.days
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in table[context][width].items():
                    word = fold(name).rstrip(".").removesuffix("-feira")
                    if len(word) >= 3:
                        yield word, number


MONTHS: dict[str, int] = {"sept": 9, **dict(_names("months"))}
"""folded name or abbreviation -> 1..12"""
WEEKDAYS: dict[str, int] = dict(_names("days"))
"""folded name or abbreviation -> 0 (Monday) .. 6"""
# What is another word in one of the languages is no weekday or month when it stands alone.
LONG_DAYS = {name: day for name, day in WEEKDAYS.items() if len(name) > 4}
LONG_MONTHS = {name: month for name, month in MONTHS.items() if len(name) > 3 and name != "mars"}
LONG_MONTHS["mars"] = 3
COUNTS = {
    1: "a an one un une uno una um uma ein eine einen einem een",
    2: "two deux dos dois duas zwei due twee couple",
    3: "three trois tres drei tre drie",
    4: "four quatre cuatro quatro vier quattro",
    5: "five cinq cinco funf cinque vijf",
    6: "six seis sechs sei zes",
    7: "seven sept siete sete sieben sette zeven",
    8: "eight huit ocho oito acht otto",
    9: "nine neuf nueve nove neun negen",
    10: "ten dix diez dez zehn dieci tien",
    12: "twelve douze doce doze zwolf dodici twaalf",
    15: "fifteen quinze quince funfzehn quindici vijftien",
    20: "twenty vingt veinte vinte zwanzig venti twintig",
    30: "thirty trente treinta trinta dreissig trenta dertig",
}
NUMBERS = {word: number for number, words in COUNTS.items() for word in words.split()}
_UNITS: dict[str, dict[str, str]] = {
    "day": {"en": "day days", "fr": "jour jours jrs", "es": "dia dias", "pt": "dia dias", "de": "tag tage tagen",
            "it": "giorno giorni", "nl": "dag dagen"},
    "week": {"en": "week weeks wk wks", "fr": "semaine semaines", "es": "semana semanas", "pt": "semana semanas",
             "de": "woche wochen", "it": "settimana settimane", "nl": "week weken"},
    "month": {"en": "month months", "fr": "mois", "es": "mes meses", "pt": "mes meses", "de": "monat monate monaten",
              "it": "mese mesi", "nl": "maand maanden"},
    "year": {"en": "year years", "fr": "an ans", "es": "ano anos", "pt": "ano anos", "de": "jahr jahre",
             "it": "anno anni", "nl": "jaar"},
    "fortnight": {"en": "fortnight", "fr": "quinzaine", "es": "quincena", "pt": "quinzena"},
}  # fmt: skip
UNIT_OF = {
    word: unit for unit, by in _UNITS.items() for words in by.values() for word in words.split()
}


def _spoken() -> dict[str, frozenset[str]]:
    """Which languages the words of a date belong to."""
    found: dict[str, set[str]] = {}
    for code in LANGUAGES:
        locale = Locale(code)
        for table in (locale.months, locale.days):
            for name in table["format"]["wide"].values():
                found.setdefault(fold(name), set()).add(code)
        for by_language in _UNITS.values():
            for word in by_language.get(code, "").split():
                found.setdefault(word, set()).add(code)
    return {word: frozenset(by) for word, by in found.items()}


SPOKEN = _spoken()
"""folded name of a month, a weekday or a unit -> languages"""


def any_of(words: Iterable[str]) -> str:
    """Give a pattern of any of some words, the longest first."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))

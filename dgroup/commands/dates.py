"""Days and spans of time as people write them, in the languages that we read. Pure: today is given.

A day without a year is the next one of its kind. A date that can be read in two ways is read day
first and marked, so that it is echoed before it is used (COMMANDS D3).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from babel import Locale

from dgroup.commands.text import fold

LANGUAGES = ("en", "fr", "es", "pt", "de", "it", "nl")
MAX_DAYS = 3660
_SCAN = 400


@dataclass(frozen=True, slots=True)
class When:
    """A day found in a text, and where it stands there."""

    day: date
    start: int
    end: int
    ambiguous: bool = False
    span: bool = False
    """given as a length of time ("for 2 weeks")"""


def find_days(folded: str, today: date) -> list[When]:
    """Give the days that a folded text names, in the order written; no two overlap."""
    if not _HINT.search(folded[:_SCAN]):
        return []
    found: list[When] = []
    text = folded[:_SCAN]
    for pattern, read in _FORMS:
        for match in pattern.finditer(text):
            if any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            day = read(match, today)
            if day is not None:
                when, ambiguous = day
                found.append(When(when, match.start(), match.end(), ambiguous, read is _span))
    return sorted(found, key=lambda when: when.start)


# --- Names ------------------------------------------------------------------------------------


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
_LONG_DAYS = {name: day for name, day in WEEKDAYS.items() if len(name) > 4}
_LONG_MONTHS = {name: month for name, month in MONTHS.items() if len(name) > 3 and name != "mars"}
_LONG_MONTHS["mars"] = 3
_COUNTS = {
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
_NUMBERS = {word: number for number, words in _COUNTS.items() for word in words.split()}
_UNITS: dict[str, dict[str, str]] = {
    "day": {"en": "day days", "fr": "jour jours", "es": "dia dias", "pt": "dia dias", "de": "tag tage tagen",
            "it": "giorno giorni", "nl": "dag dagen"},
    "week": {"en": "week weeks", "fr": "semaine semaines", "es": "semana semanas", "pt": "semana semanas",
             "de": "woche wochen", "it": "settimana settimane", "nl": "week weken"},
    "month": {"en": "month months", "fr": "mois", "es": "mes meses", "pt": "mes meses", "de": "monat monate monaten",
              "it": "mese mesi", "nl": "maand maanden"},
    "year": {"en": "year years", "fr": "an ans", "es": "ano anos", "pt": "ano anos", "de": "jahr jahre",
             "it": "anno anni", "nl": "jaar"},
    "fortnight": {"en": "fortnight", "fr": "quinzaine", "es": "quincena", "pt": "quinzena"},
}  # fmt: skip
_UNIT_OF = {
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


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_MONTH = rf"({_any(MONTHS)})\b\.?"
_YEAR = r"(?:,?\s*(?:de\s+|del\s+|do\s+)?(20\d\d)\b)?"
_DAY = r"(\d{1,2})(?:st|nd|rd|th|er|\.|º|ª|o|a)?"
_OF = r"(?:\s+of|\s+de|\s+do|\s+d)?\s+(?:the\s+)?"
_END = (
    r"\b(?:end|fin|finales|fines|fim|final|finais|ende|fine|eind|einde|late)\s+"
    r"(?:of\s+|de\s+|do\s+|du\s+|del\s+|des\s+|di\s+|van\s+|d\s+)?(?:the\s+|this\s+|this\s+|la\s+|el\s+|o\s+|ce\s+|"
    r"este\s+|deste\s+|der\s+|dem\s+)?"
)
_FOR = (
    r"\b(?:for|pendant|pour|durante|por|fur|durant|per|voor|in|dans|en|during|daqui a|the next|les|"
    r"les prochains|los proximos|as proximas|nas proximas|nos proximos|proximas|proximos|next|"
    r"next few|prochaines|las proximas|wahrend|zurzeit)\s+(?:the\s+next\s+|the\s+|les\s+|las\s+|los\s+|"
    r"as\s+|os\s+|about\s+|environ\s+)?(?:prochain\w*\s+|proxim\w*\s+|next\s+|coming\s+)?"
)
_NEXT = r"(?:next|prochain|prochaine|proximo|proxima|nachste[nmr]?|kommende[nmr]?|prossim[oa]|volgende|que viene|que vem|coming)"
_HINT = re.compile(
    rf"\d|\b(?:{_any({*_LONG_DAYS, *_LONG_MONTHS, *_UNIT_OF})}|tomorrow|demain|manana|amanha|morgen|domani)\b"
)


# --- Forms ------------------------------------------------------------------------------------

_Found = tuple[date, bool] | None


def _make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _coming(month: int, day: int, year: str | None, today: date) -> date | None:
    """The day in the year given, else the next one that is not over."""
    if year:
        return _make(int(year) + (2000 if len(year) == 2 else 0), month, day)
    for candidate in range(today.year, today.year + 5):  # 29 February may be years away
        found = _make(candidate, month, day)
        if found is not None and found >= today:
            return found
    return None


def _iso(match: re.Match[str], today: date) -> _Found:
    found = _make(int(match[1]), int(match[2]), int(match[3]))
    return (found, False) if found else None


def _numbers(match: re.Match[str], today: date) -> _Found:
    """15/3, 15.3.26, 3/15: the day comes first unless it cannot."""
    first, second, year = int(match[1]), int(match[2]), match[3]
    if first <= 12 < second:
        first, second = second, first
    found = _coming(second, first, year, today)
    return (found, first <= 12 and first != second) if found else None


def _day_month(match: re.Match[str], today: date) -> _Found:
    found = _coming(MONTHS[match[2]], int(match[1]), match[3], today)
    return (found, _in_range(match)) if found else None


def _month_day(match: re.Match[str], today: date) -> _Found:
    found = _coming(MONTHS[match[1]], int(match[2]), match[3], today)
    return (found, _in_range(match)) if found else None


_RANGE = re.compile(
    r"\d{1,2}(?:st|nd|rd|th|er)?\s*(?:to|-|au|al|a|ate|bis|tot|y|et|e|and)\s*(?:the\s+|le\s+|el\s+|o\s+)?$"
)


def _in_range(match: re.Match[str]) -> bool:
    """Tell whether "10 to" stands before: the pause is to begin later, so it is echoed."""
    return _RANGE.search(match.string[max(0, match.start() - 16) : match.start()]) is not None


def _month_end(match: re.Match[str], today: date) -> _Found:
    return _last_of(MONTHS[match[1]], match[2], today), False


def _last_of(month: int, year: str | None, today: date) -> date:
    chosen = int(year) if year else today.year + (month < today.month)
    return date(chosen, month, calendar.monthrange(chosen, month)[1])


def _this_end(match: re.Match[str], today: date) -> _Found:
    unit = _UNIT_OF[match[1]]
    if unit == "month":
        return _last_of(today.month, None, today), False
    if unit == "year":
        return date(today.year, 12, 31), False
    if unit == "week":
        return today + timedelta(days=6 - today.weekday()), False
    return None


def _mid_month(match: re.Match[str], today: date) -> _Found:
    found = _coming(MONTHS[match[1]], 15, match[2], today)
    return (found, True) if found else None


def _month(match: re.Match[str], today: date) -> _Found:
    """A month alone: its first day, which the sender may not mean: echoed."""
    found = _coming(_LONG_MONTHS[match[1]], 1, match[2], today)
    return (found, True) if found else None


def _span(match: re.Match[str], today: date) -> _Found:
    count = int(match[1]) if match[1].isdigit() else _NUMBERS[match[1]]
    unit = _UNIT_OF[match[2]]
    if unit == "month":
        return _months_on(today, count), False
    days = count * {"day": 1, "week": 7, "year": 365, "fortnight": 14}[unit]
    return (today + timedelta(days=days), False) if 0 < days <= MAX_DAYS else None


def _months_on(today: date, count: int) -> date:
    count = min(max(count, 1), MAX_DAYS // 30)
    years, month = divmod(today.month - 1 + count, 12)
    last = calendar.monthrange(today.year + years, month + 1)[1]
    return date(today.year + years, month + 1, min(today.day, last))


def _weekday(match: re.Match[str], today: date) -> _Found:
    """The next day of that name; "next Friday" on a Monday may be this week's or the other."""
    name = match[1] or match[2] or match[3]
    ahead = (_LONG_DAYS[name] - today.weekday() - 1) % 7 + 1
    says_next = match[1] is not None or match[2] is not None
    return today + timedelta(days=ahead), says_next and ahead + today.weekday() < 7


def _next_unit(match: re.Match[str], today: date) -> _Found:
    unit = _UNIT_OF[match[1] or match[2]]
    if unit == "week":
        return today + timedelta(days=7 - today.weekday()), True
    if unit == "month":
        return _months_on(today.replace(day=1), 1), True
    return None


def _tomorrow(match: re.Match[str], today: date) -> _Found:
    return today + timedelta(days=1), False


def _only_day(match: re.Match[str], today: date) -> _Found:
    """Read "until the 20th": of this month or the next."""
    day = int(match[1])
    for ahead in range(3):
        month = _months_on(today.replace(day=1), ahead) if ahead else today.replace(day=1)
        found = _make(month.year, month.month, day)
        if found is not None and found >= today:
            return found, False
    return None


_UNTIL = r"\b(?:until|till|til|jusqu\s?'?\s?au|hasta|ate|bis|fino|tot|to|au|al)\s+(?:the|le|el|al|dia|o dia|ao dia|a o|o|den|zum|de|jour)?\s*(?:dia\s+)?"
_WEEKDAY = _any(_LONG_DAYS)
_UNIT = f"({_any(_UNIT_OF)})"
_Read = Callable[[re.Match[str], date], _Found]


@lru_cache(maxsize=1)
def _forms() -> tuple[tuple[re.Pattern[str], _Read], ...]:
    forms: tuple[tuple[str, _Read], ...] = (
        (r"\b(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2})\b", _iso),
        (r"(?<![\d/.@-])(\d{1,2})[/.-](\d{1,2})(?:[/.-](20\d\d|\d\d))?(?!\.?\d|[/@-])", _numbers),
        (rf"(?<![\d#])\b{_DAY}{_OF}{_MONTH}{_YEAR}", _day_month),
        (rf"\b{_MONTH}\s+{_DAY}\b{_YEAR}(?!\s*:)", _month_day),
        (rf"{_END}{_MONTH}{_YEAR}", _month_end),
        (rf"{_END}{_UNIT}\b", _this_end),
        (rf"\b(?:mid|mi|mediados|meados|mitte|meta|half)[\s-]+(?:de\s+|di\s+)?{_MONTH}{_YEAR}", _mid_month),
        (rf"{_FOR}(\d{{1,3}}|{_any(_NUMBERS)})\s+(?:full\s+|whole\s+|of\s+)?{_UNIT}\b", _span),
        (rf"\b(\d{{1,3}}|{_any(set(_NUMBERS) - set(_COUNTS[1].split()))})\s+{_UNIT}\b(?!\s+ago)", _span),
        (rf"\b{_NEXT}\s+({_WEEKDAY})\b|\b({_WEEKDAY})(?:[\s-]feira)?\s+{_NEXT}\b|(?<!del )(?<!du )(?<!da )\b({_WEEKDAY})\b(?!\s+(?:summar|letter|digest|mail|market))", _weekday),
        (rf"\b{_NEXT}\s+{_UNIT}\b|\b{_UNIT}\s+{_NEXT}\b", _next_unit),
        (rf"\b({_any(_LONG_MONTHS)})\b{_YEAR}", _month),
        (r"\b(?:tomorrow|demain|manana|amanha|morgen|domani)\b", _tomorrow),
        (rf"{_UNTIL}{_DAY}(?![\d\w./-])", _only_day),
    )  # fmt: skip
    return tuple((re.compile(pattern), read) for pattern, read in forms)


_FORMS = _forms()

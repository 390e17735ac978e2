"""Days and spans of time as people write them, in the languages that we read. Pure: today is given.

A day without a year is the next one of its kind. A date that can be read in two ways is read day
first and marked, so that it is echoed before it is used (COMMANDS D3).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from dgroup.commands.calendar_words import (
    COUNTS,
    LONG_DAYS,
    LONG_MONTHS,
    MONTHS,
    NUMBERS,
    UNIT_OF,
    WEEKDAYS,
    any_of,
)

MAX_DAYS = 3660
UNTIL, BACK, FROM = "until", "back", "from"
_SCAN = 400


@dataclass(frozen=True, slots=True)
class When:
    """A day found in a text, and where it stands there."""

    day: date
    start: int
    end: int
    ambiguous: bool = False
    length: int = 0
    """days, where it is given as a length of time ("for 2 weeks"); else 0"""
    role: str = ""
    """what stands before it: UNTIL it, BACK on it, or FROM it on"""

    soon: bool = False
    """tomorrow or so: where a story begins rather than where a pause ends"""

    @property
    def span(self) -> bool:
        """Whether it is given as a length of time."""
        return self.length > 0


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
                start = match.start("said") if "said" in pattern.groupindex else match.start()
                length = (when - today).days if read in _LENGTHS else 0
                soon = read in _SOON
                role = _role(text, start) or (FROM if soon else "")
                found.append(When(when, start, match.end(), ambiguous, length, role, soon))
    return sorted(found, key=lambda when: when.start)


def _role(text: str, start: int) -> str:
    """What the words before a day make of it."""
    before = text[max(0, start - _LEAD) : start + 1]
    found = list(_ROLES.finditer(before))
    if not found or _FAR.search(before, found[-1].end()):
        return ""
    return found[-1].lastgroup or ""


_LEAD = 40
"""characters before a day in which the word that rules it stands"""
_ROLES = re.compile(
    r"\b(?:(?P<until>until|till|til|thru|through|up to|by|before|jusqu\w*|avant|hasta|antes de\w*|ate|bis|fino|tot|to|au|al|vor|"
    r"finish\w*|end(?:s|ing)? on|se termine|termin\w+|acab\w+)"
    r"|(?P<back>back|return\w*|come home|de retour|retour|revien\w*|reviendr\w*|rentr\w*|reprend\w*|vuelv\w*|volv\w*|regres\w*|"
    r"de vuelta|volt\w*|reincorpor\w*|retom\w*|resum\w*|restart\w*|start again|reanud\w*|zuruck|wieder da)"
    r"|(?P<from>from|starting|start|starts|begin\w*|as of|since|effective|leav\w+|go|going|off on|depart\w*|travel\w*|fly|flying|"
    r"a partir d\w*|a compter d\w*|des|depuis|du|par[st]|partir\w*|desde|del|salgo|viajo|me voy|saio|vou|parto|ab|seit|vom))\b"
)
_FAR = re.compile(r"[,;:!?(]|\.(?!\d)|\w+(?:\W+\w+){4}\W*$")
"""a break, or more words than belong to "until", between it and the day"""


# --- Parts of patterns --------------------------------------------------------------------------

_MONTH = rf"({any_of(MONTHS)})\b\.?"
_YEAR = r"(?:,?\s*(?:de\s+|del\s+|do\s+)?(20\d\d)\b)?"
_DAY = r"(\d{1,2})(?:st|nd|rd|th|er|\.|º|ª|o|a)?"
_OF = r"(?:\s+of|\s+de|\s+do|\s+d)?[\s-]+(?:the\s+)?"
_END = (
    r"\b(?:end|rest|remainder|reste|resto|fin|finales|fines|fim|final|finais|ende|fine|eind|einde|late)\s+"
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
    rf"\d|\b(?:{any_of({*LONG_DAYS, *LONG_MONTHS, *UNIT_OF})}|tomorrow|demain|manana|amanha|morgen|domani)\b"
    rf"|\b(?:{any_of(set(WEEKDAYS) - set(LONG_DAYS))})\b"
)
_FIRSTS = "first premier primero primeiro ersten primo"
_DAY_WORDS = {**dict.fromkeys(_FIRSTS.split(), 1), **{w: n for w, n in NUMBERS.items() if n > 1}}


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
    unit = UNIT_OF[match[2]]
    if match[1] or match[3]:
        return _next_end(unit, today)
    if unit == "month":
        return _last_of(today.month, None, today), False
    if unit == "year":
        return date(today.year, 12, 31), False
    if unit == "week":
        return today + timedelta(days=6 - today.weekday()), False
    return None


def _next_end(unit: str, today: date) -> _Found:
    if unit == "month":
        return _months_on(today.replace(day=1), 2) - timedelta(days=1), False
    if unit == "week":
        return today + timedelta(days=13 - today.weekday()), False
    return (date(today.year + 1, 12, 31), False) if unit == "year" else None


def _whole_month(match: re.Match[str], today: date) -> _Found:
    """Read "during August": to its end; whether before it too is not said, so it is echoed."""
    return _last_of(LONG_MONTHS[match[1]], match[2], today), True


def _day_word(match: re.Match[str], today: date) -> _Found:
    found = _coming(MONTHS[match[2]], _DAY_WORDS[match[1]], match[3], today)
    return (found, False) if found else None


def _mid_month(match: re.Match[str], today: date) -> _Found:
    found = _coming(MONTHS[match[1]], 15, match[2], today)
    return (found, True) if found else None


def _month(match: re.Match[str], today: date) -> _Found:
    """A month alone: its first day, which the sender may not mean: echoed."""
    found = _coming(LONG_MONTHS[match[1]], 1, match[2], today)
    return (found, True) if found else None


def _span(match: re.Match[str], today: date) -> _Found:
    count = int(match[1]) if match[1].isdigit() else NUMBERS[match[1]]
    unit = UNIT_OF[match[2]]
    if unit == "month":
        return _months_on(today, count), False
    days = count * {"day": 1, "week": 7, "year": 365, "fortnight": 14}[unit]
    return (today + timedelta(days=days), False) if 0 < days <= MAX_DAYS else None


def _one_span(match: re.Match[str], today: date) -> _Found:
    """Read "pause a week": without "pause", "a week" says how often."""
    unit = UNIT_OF[match[3]]
    if unit == "month":
        return _months_on(today, 1), False
    return today + timedelta(days={"day": 1, "week": 7, "year": 365, "fortnight": 14}[unit]), False


def _months_on(today: date, count: int) -> date:
    count = min(max(count, 1), MAX_DAYS // 30)
    years, month = divmod(today.month - 1 + count, 12)
    last = calendar.monthrange(today.year + years, month + 1)[1]
    return date(today.year + years, month + 1, min(today.day, last))


def _weekday(match: re.Match[str], today: date) -> _Found:
    """The next day of that name; "next Friday" on a Monday may be this week's or the other."""
    name = match[1] or match[2] or match[3]
    ahead = (LONG_DAYS[name] - today.weekday() - 1) % 7 + 1
    says_next = match[1] is not None or match[2] is not None
    return today + timedelta(days=ahead), says_next and ahead + today.weekday() < 7


def _next_unit(match: re.Match[str], today: date) -> _Found:
    unit = UNIT_OF[match[1] or match[2]]
    if unit == "week":
        return today + timedelta(days=7 - today.weekday()), True
    if unit == "month":
        return _months_on(today.replace(day=1), 1), True
    return (date(today.year + 1, 1, 1), True) if unit == "year" else None


def _tomorrow(match: re.Match[str], today: date) -> _Found:
    return today + timedelta(days=1), False


def _ending(match: re.Match[str], today: date) -> _Found:
    """Read "month's end"."""
    return (
        _last_of(today.month, None, today) if match[1] == "month" else date(today.year, 12, 31)
    ), False


def _day_after(match: re.Match[str], today: date) -> _Found:
    return today + timedelta(days=2), False


def _short_day(match: re.Match[str], today: date) -> _Found:
    ahead = (WEEKDAYS[match["said"]] - today.weekday() - 1) % 7 + 1
    return today + timedelta(days=ahead), False


def _only_day(match: re.Match[str], today: date) -> _Found:
    """Read "until the 20th": of this month or the next."""
    return _next_of(int(match[2]), today)


def _back_on(match: re.Match[str], today: date) -> _Found:
    """Read "back on the 20th"."""
    return _next_of(int(match[2]), today)


def _next_of(day: int, today: date) -> _Found:
    for ahead in range(3):
        month = _months_on(today.replace(day=1), ahead) if ahead else today.replace(day=1)
        found = _make(month.year, month.month, day)
        if found is not None and found >= today:
            return found, False
    return None


_UNTIL = r"\b(?:until|till|til|jusqu\s?'?\s?au|hasta|ate|bis|fino|tot|to|au|al)\s+(?:the|le|el|al|dia|o dia|ao dia|a o|o|den|zum|de|jour)?\s*(?:dia\s+)?"
_BACK = (
    r"\b(?:back(?: (?:home|at work|in the office|online))?|returning|return|de retour|reviens|reviendrai|rentre|rentrerai|reprends|vuelvo|volvere|"
    r"regreso|regresare|de vuelta|de regreso|volto|voltarei|estarei de volta|regressarei|zuruck)\s+"
)
_WEEKDAY = any_of(LONG_DAYS)
_WHOLE = (
    r"(?:during|throughout|all of|all|whole of|the whole of|whole|entire|durante|durante todo o|pendant|durant|courant|tout|todo|todo o|"
    r"a lo largo de|ao longo de|wahrend|im)"
)
_DATED = r"(?:[\s-]feira)?[\s,]*(?:the\s+|le\s+|el\s+|dia\s+|den\s+)?\d"
"""a day of the month stands behind its weekday"""
_UNIT = f"({any_of(UNIT_OF)})"
_Read = Callable[[re.Match[str], date], _Found]


@lru_cache(maxsize=1)
def _forms() -> tuple[tuple[re.Pattern[str], _Read], ...]:
    forms: tuple[tuple[str, _Read], ...] = (
        (r"\b(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2})\b", _iso),
        (rf"(?<![\d/.@-])(\d{{1,2}})[/.-](\d{{1,2}})(?:[/.-](20\d\d|\d\d))?(?!\.?\d|[/@-]|\s+(?:de\s+)?(?:{any_of(LONG_MONTHS)}))", _numbers),
        (rf"(?<![\d#])\b{_DAY}{_OF}{_MONTH}{_YEAR}", _day_month),
        (rf"\b{_MONTH}\s+{_DAY}\b{_YEAR}(?!\s*:)", _month_day),
        (rf"\b({any_of(_DAY_WORDS)}){_OF}{_MONTH}{_YEAR}", _day_word),
        (rf"{_END}{_MONTH}{_YEAR}", _month_end),
        (rf"\b{_WHOLE}\s+(?:(?:the\s+)?month of\s+|(?:le|o|el)?\s*(?:mois|mes)\s+(?:de\s+|d\W?\s*))?({any_of(LONG_MONTHS)})\b{_YEAR}", _whole_month),
        (rf"{_END}({_NEXT}\s+)?{_UNIT}\b(?:\s+({_NEXT})\b)?", _this_end),
        (r"\b(month|year)\W?s?[\s-]end\b", _ending),
        (rf"\b(?:mid|mi|mediados|meados|mitte|meta|half)[\s-]+(?:de\s+|di\s+)?{_MONTH}{_YEAR}", _mid_month),
        (rf"{_FOR}(\d{{1,3}}|{any_of(NUMBERS)})\s+(?:full\s+|whole\s+|of\s+)?{_UNIT}\b", _span),
        (rf"\b(\d{{1,3}}|{any_of(set(NUMBERS) - set(COUNTS[1].split()))})\s+{_UNIT}\b(?!\s+ago)", _span),
        (rf"\b{_NEXT}\s+({_WEEKDAY})\b|\b({_WEEKDAY})(?:[\s-]feira)?\s+{_NEXT}\b|(?<!del )(?<!du )(?<!da )\b({_WEEKDAY})\b(?!\s+(?:summar|letter|digest|mail|market))(?!{_DATED})", _weekday),
        (rf"\b{_NEXT}\s+{_UNIT}\b|\b{_UNIT}\s+{_NEXT}\b", _next_unit),
        (rf"\b({any_of(LONG_MONTHS)})\b{_YEAR}", _month),
        (r"\b(?:the day after tomorrow|day after tomorrow|apres[ -]demain|pasado manana|depois de amanha|ubermorgen)\b", _day_after),
        (r"(?<!la )(?<!esta )(?<!cada )(?<!guten )(?<!heute )\b(?:tomorrow|demain|manana|amanha|morgen|domani)\b", _tomorrow),
        (rf"{_UNTIL}(?P<said>{_DAY})(?![\d\w./-])", _only_day),
        (rf"{_BACK}(?:(?:on|by|the|le|el|o|a|em|no|ao|dia|jour|du|des|am|om)\s+){{0,3}}(?P<said>{_DAY})(?![\d\w./:-])", _back_on),
        (rf"(?:{_UNTIL}|{_BACK}(?:on\s+)?)(?P<said>{any_of(set(WEEKDAYS) - set(LONG_DAYS))})\b(?!{_DATED})", _short_day),
        (rf"\b(?:paus|suspend)\w*\b[^.;,]{{0,25}}?\s(?P<said>({any_of(COUNTS[1].split())})\s+{_UNIT})\b", _one_span),
    )  # fmt: skip
    return tuple((re.compile(pattern), read) for pattern, read in forms)


_FORMS = _forms()
_LENGTHS = (_span, _one_span)
_SOON = (_tomorrow, _day_after)
"""days on which a story begins rather than a pause ends"""

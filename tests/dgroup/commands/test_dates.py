"""Days and spans of time in the languages that we read."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgroup.commands.dates import find_days
from dgroup.commands.text import fold

MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("text", "day", "ambiguous"),
    [
        ("until 2026-09-15", "2026-09-15", False),
        ("jusqu'au 15/9", "2026-09-15", False),
        ("até 3/4", "2026-04-03", True),
        ("until 4/4", "2026-04-04", False),
        ("until 3/15", "2026-03-15", False),
        ("bis 15.3.", "2026-03-15", False),
        ("until 15 March", "2026-03-15", False),
        ("until March 15th, 2027", "2027-03-15", False),
        ("until the 1st of February", "2027-02-01", False),
        ("jusqu'au 1er avril", "2026-04-01", False),
        ("hasta el 15 de marzo de 2027", "2027-03-15", False),
        ("até ao dia 20", "2026-03-20", False),
        ("until the 1st", "2026-04-01", False),
        ("end of March", "2026-03-31", False),
        ("fin février", "2027-02-28", False),
        ("fim do mês", "2026-03-31", False),
        ("until next Monday", "2026-03-09", False),
        ("until next Friday", "2026-03-06", True),
        ("hasta el viernes", "2026-03-06", False),
        ("for 2 weeks", "2026-03-16", False),
        ("pendant trois semaines", "2026-03-23", False),
        ("por un mes", "2026-04-02", False),
        ("durante 10 dias", "2026-03-12", False),
        ("from 10 to 20 March", "2026-03-20", True),
        ("until April", "2026-04-01", True),
        ("until the end of next month", "2026-04-30", False),
        ("hasta finales del mes que viene", "2026-04-30", False),
        ("till month's end", "2026-03-31", False),
        ("back on the 20th", "2026-03-20", False),
        ("de retour le 20", "2026-03-20", False),
        ("volto dia 20", "2026-03-20", False),
        ("back Mon 16 March", "2026-03-16", False),
        ("hasta el vie", "2026-03-06", False),
        ("pausa una semana", "2026-03-09", False),
        ("for 2 wks", "2026-03-16", False),
        ("pendant le mois d'avril", "2026-04-30", True),
        ("primero de mayo", "2026-05-01", False),
        ("jusqu'à après-demain", "2026-03-04", False),
    ],
)
def test_days(text: str, day: str, ambiguous: bool) -> None:
    found = find_days(fold(text), MONDAY)
    assert [(str(one.day), one.ambiguous) for one in found][-1:] == [(day, ambiguous)]


@pytest.mark.parametrize(
    "text",
    [
        "once a week",
        "post 412",
        "version 1.2.3",
        "31/2",
        "2026-13-45",
        "may I leave",
        "par jour",
        "esta mañana",
        "we two may leave",
    ],
)
def test_what_is_no_day(text: str) -> None:
    assert find_days(fold(text), MONDAY) == []


@given(st.dates(MONDAY, date(2030, 12, 31)))
def test_every_iso_day_is_itself(day: date) -> None:
    assert [one.day for one in find_days(f"until {day}", MONDAY)] == [day]


@given(st.text(max_size=200), st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_no_text_raises(text: str, today: date) -> None:
    find_days(fold(text), today)

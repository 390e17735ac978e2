"""The coordinators' morning letter: at seven in the group's zone, each day or each Monday as each of
them wishes, and only where there is something to tell.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import partial

from sqlalchemy import Connection, func, select

from dgroup import groups
from dgroup.chores.morning_facts import Listed, MorningFacts, gather
from dgroup.effects import QueueLetter, Values
from dgroup.mailing import queue_letter
from dgroup.model import Group, Membership, Morning
from dgroup.people import members
from dgroup.runs import claim_run, finish_run, is_done, zone_of
from dgroup.tables import job_runs
from dgroup.work import Source, Tools, Work
from dgroup.writer import Writer

JOB = "morning"
TICK_S = 60.0
LETTER = "morning"
HOUR = 7
WINDOW = timedelta(hours=5)
"""a letter that was missed for longer waits for the next morning"""
LONGEST = timedelta(days=8)
"""a letter tells of no more days than these, however long the service was away"""


@dataclass(frozen=True, slots=True)
class Due:
    """A group whose coordinators get their letters now."""

    group: Group
    day: date
    """the day in the group's zone"""
    readers: tuple[Membership, ...]
    """coordinators who wish a letter on that day"""

    @property
    def period(self) -> str:
        """Key of the run."""
        return self.day.isoformat()


async def send_due(tools: Tools, writer: Writer, now: datetime) -> int:
    """Queue the letters that are due; gives how many.

    Each group and day is claimed once, whatever node asks; what is told is read outside the
    transaction, so that mail can come in meanwhile.
    """
    sent = 0
    for one in await asyncio.to_thread(_due, tools, now):
        if await writer.run(partial(_claim, one=one, now=now)):
            letters = await asyncio.to_thread(_letters, tools, one)
            sent += await writer.run(
                partial(_queue, tools=tools, one=one, letters=letters, now=now)
            )
    return sent


def _due(tools: Tools, now: datetime) -> list[Due]:
    found = []
    with tools.db.read() as conn:
        for group in groups.every(conn, tools.site.domain):
            day = day_due(zone_of(group.info.timezone), now)
            if day is None or is_done(conn, JOB, group.id, day.isoformat()):
                continue
            bosses = members.coordinators(conn, group.id)
            readers = tuple(boss for boss in bosses if wishes(boss, day))
            if readers:
                found.append(Due(group, day, readers))
    return found


def day_due(zone: tzinfo, now: datetime) -> date | None:
    """Give the day whose letter is due in a zone at `now` (UTC), or None outside the morning."""
    day = now.astimezone(zone).date()
    return day if timedelta() <= now - _morning(day, zone) < WINDOW else None


def wishes(boss: Membership, day: date) -> bool:
    """Tell whether a coordinator wants a letter on that day; the weekly one comes on Mondays."""
    if boss.morning is Morning.WEEKLY:
        return day.weekday() == 0
    return boss.morning is Morning.DAILY


def _morning(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(HOUR), zone).astimezone(UTC)


def _claim(conn: Connection, one: Due, now: datetime) -> bool:
    return claim_run(conn, JOB, one.group.id, one.period, now)


# --- What each is told --------------------------------------------------------------------------


def _letters(tools: Tools, one: Due) -> list[QueueLetter]:
    """One letter for each reader, from the facts of their days; none where nothing is to be told."""
    with tools.db.read() as conn:
        told = {
            often: _facts(conn, tools, one, often)
            for often in {reader.morning for reader in one.readers}
        }
    return [
        QueueLetter(LETTER, reader.address, reader.language, values(facts))
        for reader in one.readers
        if (facts := told[reader.morning]).anything
    ]


def _facts(conn: Connection, tools: Tools, one: Due, often: Morning) -> MorningFacts:
    zone = zone_of(one.group.info.timezone)
    if often is Morning.WEEKLY:
        first = one.day - timedelta(days=7)
    else:
        first = _last_day(conn, one) or one.day - timedelta(days=1)
    since = max(_morning(first, zone), _morning(one.day, zone) - LONGEST)
    return gather(conn, one.group, since, _morning(one.day, zone), tools)


def _last_day(conn: Connection, one: Due) -> date | None:
    """The day of the last letter, or of the last look that found nothing to tell."""
    query = select(func.max(job_runs.c.period)).where(
        job_runs.c.job == JOB,
        job_runs.c.group_id == one.group.id,
        job_runs.c.period < one.period,
        job_runs.c.done_at.is_not(None),
    )
    found = conn.execute(query).scalar_one()
    return date.fromisoformat(found) if found else None


def values(facts: MorningFacts) -> Values:
    """Give the facts as the template takes them: each list with how many it leaves out."""
    shown: dict[str, object] = {}
    for one in fields(facts):
        value = getattr(facts, one.name)
        if isinstance(value, Listed):
            shown |= {one.name: value.rows, f"{one.name}_more": value.more}
        else:
            shown[one.name] = value
    return _checked(shown)


def _checked(shown: Mapping[str, object]) -> Values:
    return tuple((name, value) for name, value in shown.items() if isinstance(value, tuple | int))


def _queue(
    conn: Connection, tools: Tools, one: Due, letters: list[QueueLetter], now: datetime
) -> int:
    """Keep the letters with the run's end, in one transaction: never a letter twice."""
    if not finish_run(conn, JOB, one.group.id, one.period, now, f"letters={len(letters)}"):
        return 0
    work = Work(conn, tools, one.group, Source.unasked(JOB, now))
    for letter in letters:
        queue_letter(work, letter)
    return len(letters)

"""What a scheduled job has to do and has done: weeks that are due, and the one unique key of a run.

Every node asks the same question; the key (job, group, period) lets one of them act, so that no
leader is needed (RULINGS 9).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from dgroup.model import Group
from dgroup.tables import job_runs

SUMMARY = "summary"
CRASHED_AFTER = timedelta(hours=1)
"""a run that is claimed and not done for so long may be claimed again"""


def zone_of(name: str) -> tzinfo:
    """Give the zone called `name`; UTC for a name that this machine does not know."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, not a name at all, or a directory
        return UTC


def week_name(day: date) -> str:
    """Give the ISO week of a day: '2026-W12'."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def newest_due(timezone: str, day: int, hour: int, now: datetime) -> date:
    """Give the Monday of the newest finished ISO week whose summary is due at `now` (UTC).

    The week ends on Sunday in the group's zone; its summary is due on the group's day (1 Monday to
    7 Sunday) at its hour of the week after. Local time is turned into UTC before it is compared: an
    hour that the clocks skip counts as the one after it, one that they repeat as its first pass.
    """
    zone = zone_of(timezone)
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    due_on = monday + timedelta(days=day - 1)
    due = datetime(due_on.year, due_on.month, due_on.day, hour, tzinfo=zone).astimezone(UTC)
    return monday - timedelta(weeks=1 if due <= now else 2)


def last_week(group: Group, now: datetime) -> str:
    """Give the newest week of a group whose summary is due: '2026-W12'."""
    monday = newest_due(group.info.timezone, group.summary_day, group.summary_hour, now)
    return week_name(monday)


def due_weeks(groups: Sequence[Group], now: datetime) -> list[tuple[Group, str]]:
    """Give each group's newest week whose summary is due. Whether it was made says `job_runs`."""
    return [(group, last_week(group, now)) for group in groups]


def is_done(conn: Connection, job: str, group_id: int, period: str) -> bool:
    """Tell whether the run is done: a cheap question before a write is tried."""
    query = select(job_runs.c.job).where(
        _key(job, group_id, period), job_runs.c.done_at.is_not(None)
    )
    return conn.execute(query).first() is not None


def claim_run(conn: Connection, job: str, group_id: int, period: str, now: datetime) -> bool:
    """Take the run for the caller; False if it is done or somebody has it.

    A run that crashed (claimed an hour ago and not done) is taken again. Group 0 stands for jobs
    of the whole host. Call it inside a write transaction.
    """
    crashed = (
        update(job_runs)
        .where(
            _key(job, group_id, period),
            job_runs.c.done_at.is_(None),
            job_runs.c.claimed_at <= now - CRASHED_AFTER,
        )
        .values(claimed_at=now)
    )
    if conn.execute(crashed).rowcount:
        return True
    fresh = insert(job_runs).values(job=job, group_id=group_id, period=period, claimed_at=now)
    try:
        with conn.begin_nested():
            conn.execute(fresh)
    except IntegrityError:
        return False
    return True


def finish_run(
    conn: Connection, job: str, group_id: int, period: str, now: datetime, result: str = ""
) -> bool:
    """Say that the run is done, with a word on what came of it; False where another node, which
    took it for crashed, was first: what belongs to it is then to be left out."""
    done = update(job_runs).where(_key(job, group_id, period), job_runs.c.done_at.is_(None))
    return conn.execute(done.values(done_at=now, result=result)).rowcount == 1


def take_back(conn: Connection, now: datetime, but: str) -> None:
    """Let runs that were begun and not ended be taken again at once: there is one scheduler, and it
    has just become another. The job `but` keeps its rows."""
    begun = update(job_runs).where(
        job_runs.c.done_at.is_(None),
        job_runs.c.job != but,
        job_runs.c.claimed_at > now - CRASHED_AFTER,
    )
    conn.execute(begun.values(claimed_at=now - CRASHED_AFTER))


def _key(job: str, group_id: int, period: str) -> ColumnElement[bool]:
    return (
        (job_runs.c.job == job) & (job_runs.c.group_id == group_id) & (job_runs.c.period == period)
    )

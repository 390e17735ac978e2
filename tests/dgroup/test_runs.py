"""Weeks that are due in a group's own zone, and runs that exactly one node gets."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from archive.db import Database
from archive.model import ArchiveMode, GroupInfo
from dgroup.model import Group, WhoJoins, WhoPosts
from dgroup.runs import (
    CRASHED_AFTER,
    claim_run,
    due_weeks,
    finish_run,
    is_done,
    last_week,
    week_name,
    zone_of,
)
from dgroup.tables import job_runs

NOW = datetime(2026, 3, 23, 12, tzinfo=UTC)


def group(timezone: str = "UTC", day: int = 1, hour: int = 8) -> Group:
    info = GroupInfo(1, "harvest", "Harvest", "", "en", timezone, ArchiveMode.PUBLIC)
    address = "harvest@lists.example"
    return Group(info, address, WhoPosts.MEMBERS, WhoJoins.OPEN, "", False, 0, day, hour)


@pytest.mark.parametrize(
    ("zone", "day", "hour", "now", "week"),
    [
        # Monday 08:00 in the group's zone; 23 March 2026 is the Monday after 2026-W12
        ("UTC", 1, 8, "2026-03-23T07:59", "2026-W11"),
        ("UTC", 1, 8, "2026-03-23T08:00", "2026-W12"),
        ("UTC", 1, 8, "2026-03-29T23:59", "2026-W12"),
        ("Asia/Manila", 1, 8, "2026-03-22T23:59", "2026-W11"),
        ("Asia/Manila", 1, 8, "2026-03-23T00:00", "2026-W12"),
        ("America/Tegucigalpa", 1, 8, "2026-03-23T13:59", "2026-W11"),
        ("America/Tegucigalpa", 1, 8, "2026-03-23T14:00", "2026-W12"),
        ("UTC", 5, 6, "2026-03-27T05:59", "2026-W11"),
        ("UTC", 5, 6, "2026-03-27T06:00", "2026-W12"),
        # the year turns inside a week: 28 December 2026 to 3 January 2027 is 2026-W53
        ("UTC", 1, 8, "2027-01-04T08:00", "2026-W53"),
        # Sunday 29 March 2026: Paris skips 02:00 to 03:00, so a day later 08:00 is 06:00 UTC
        ("Europe/Paris", 1, 8, "2026-03-30T05:59", "2026-W12"),
        ("Europe/Paris", 1, 8, "2026-03-30T06:00", "2026-W13"),
        # due in the skipped hour itself: 02:00 does not exist, 03:00 summer time is 01:00 UTC
        ("Europe/Paris", 7, 2, "2026-03-29T00:59", "2026-W11"),
        ("Europe/Paris", 7, 2, "2026-03-29T01:00", "2026-W12"),
        # due in the repeated hour of 25 October 2026: its first pass, 00:00 UTC
        ("Europe/Paris", 7, 2, "2026-10-24T23:59", "2026-W41"),
        ("Europe/Paris", 7, 2, "2026-10-25T00:00", "2026-W42"),
        ("Europe/Paris", 7, 2, "2026-10-25T01:30", "2026-W42"),
    ],
)
def test_a_summary_is_due_on_the_groups_day_at_its_hour_in_its_zone(
    zone: str, day: int, hour: int, now: str, week: str
) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert last_week(group(zone, day, hour), moment) == week


@given(
    zone=st.sampled_from(["UTC", "Europe/Paris", "America/Tegucigalpa", "Pacific/Apia"]),
    day=st.integers(1, 7),
    hour=st.integers(0, 23),
    start=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
)
def test_each_week_becomes_due_once_and_in_order(
    zone: str, day: int, hour: int, start: datetime
) -> None:
    moment = start.replace(tzinfo=UTC, minute=0)
    some = group(zone, day, hour)
    seen = [last_week(some, moment + timedelta(hours=step)) for step in range(24 * 15)]
    assert seen == sorted(seen)
    assert len(set(seen)) in {3, 4}
    ended = date.fromisocalendar(int(seen[-1][:4]), int(seen[-1][6:]), 7)
    assert ended < (moment + timedelta(days=15, hours=14)).date()


def test_every_group_has_its_own_week() -> None:
    early, late = group("Asia/Manila"), group("America/Tegucigalpa")
    monday = datetime(2026, 3, 23, 6, tzinfo=UTC)
    assert due_weeks([early, late], monday) == [(early, "2026-W12"), (late, "2026-W11")]


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Europe"])
def test_a_zone_that_nobody_knows_is_utc(name: str) -> None:
    assert zone_of(name) is UTC


def test_the_first_days_of_a_year_may_belong_to_the_week_before() -> None:
    assert week_name(date(2027, 1, 3)) == "2026-W53"


def claim(db: Database, now: datetime = NOW, group_id: int = 1, period: str = "2026-W12") -> bool:
    with db.write() as conn:
        return claim_run(conn, "summary", group_id, period, now)


def test_a_run_is_claimed_once_per_group_and_period(database: Database) -> None:
    assert claim(database)
    assert not claim(database)
    assert claim(database, group_id=2)
    assert claim(database, period="2026-W13")


def test_a_run_that_is_done_is_never_claimed_again(database: Database) -> None:
    claim(database)
    with database.write() as conn:
        assert not is_done(conn, "summary", 1, "2026-W12")
        finish_run(conn, "summary", 1, "2026-W12", NOW, "14 letters")
        assert is_done(conn, "summary", 1, "2026-W12")
        assert conn.execute(select(job_runs.c.result)).scalar_one() == "14 letters"
    assert not claim(database, NOW + timedelta(days=30))


def test_a_run_that_crashed_is_claimed_again_after_an_hour(database: Database) -> None:
    claim(database)
    assert not claim(database, NOW + CRASHED_AFTER - timedelta(seconds=1))
    assert claim(database, NOW + CRASHED_AFTER)
    assert not claim(database, NOW + CRASHED_AFTER)


def test_of_many_nodes_one_gets_the_run(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(lambda _: claim(database), range(8)))[-2:] == [False, True]

"""What reports count, against what was sent: also for who gets mail once a month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.db import Database
from dgroup.bounce_effects import Counted, Standing
from dgroup.bounce_report import MEMBERS_OWN, Cause
from dgroup.bounces.score import Next, Outage, is_outage, next_step, points, score
from dgroup.changes import ChangeMember
from dgroup.config import Bounces
from dgroup.model import Delivery, Membership, MemberState
from dgroup.people.arrivals import arrived
from dgroup.people.members import change
from tests.dgroup.desk import CAPS, Desk, opened
from tests.dgroup.test_bouncing import ANA, KIM, days_of, dsn, kinds, report

BEGIN = datetime(2026, 3, 1, 8, 5, tzinfo=UTC)
RULES = Bounces()
NOTHING_KNOWN = Standing()
HISTORIES = st.lists(
    st.tuples(
        st.sampled_from(list(Cause)),
        st.floats(0, 60),
        st.integers(0, 20),
    ),
    max_size=25,
)


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        yield made


def counted(steps: list[tuple[Cause, float, int]], rules: Bounces = RULES) -> tuple[Counted, ...]:
    """Count reports one after the other: cause, days since the one before, mails that arrived meanwhile."""
    history: tuple[Counted, ...] = ()
    now = BEGIN
    for cause, days, mails in steps:
        now += timedelta(days=days)
        worth = points(cause, history, mails, now, rules)
        history += (Counted(now, cause, worth, arrived=mails),)
    return history


def first_probe(steps: list[tuple[Cause, float, int]], rules: Bounces = RULES) -> int:
    """Give at which report a probe goes out, 0 for never."""
    history = counted(steps, rules)
    for number, one in enumerate(history, 1):
        total = score(history[:number], NOTHING_KNOWN, one.at, rules)
        state = MemberState.ACTIVE
        found = next_step(state, one.cause, total, NOTHING_KNOWN, one.at, rules, probe=False)
        if found is Next.PROBE:
            return number
    return 0


@pytest.mark.parametrize("days", [1, 7, 31])
def test_the_fourth_mail_in_a_row_that_comes_back_is_enough_however_rare_mail_is(days: int) -> None:
    assert first_probe([(Cause.DEAD, days, 0)] * 6) == 4


def test_a_mailbox_that_stays_full_counts_by_days_not_by_mails() -> None:
    assert first_probe([(Cause.FULL, 1, 0)] * 20) == 13
    assert first_probe([(Cause.FULL, 7, 0)] * 20) == 4  # three weeks
    assert first_probe([(Cause.FULL, 31, 0)] * 20) == 4
    assert first_probe([(Cause.FULL, 31, 1)] * 40) == 0  # emptied in between


@pytest.mark.parametrize(("days", "mails"), [(40, 3), (124, 3), (60, 30)])
def test_what_fails_now_and_then_is_forgotten_as_mails_arrive(days: float, mails: int) -> None:
    assert first_probe([(Cause.DEAD, days, mails)] * 20) == 0


@given(HISTORIES)
def test_more_mails_that_arrive_never_count_against_anybody(
    steps: list[tuple[Cause, float, int]],
) -> None:
    history = counted(steps)
    more = tuple(replace(one, arrived=one.arrived + 1) for one in history)
    now = history[-1].at if history else BEGIN
    total = score(history, NOTHING_KNOWN, now, RULES)
    assert 0 <= score(more, NOTHING_KNOWN, now, RULES) <= total
    assert total <= sum(one.points for one in history) / 100 + 1e-9


@given(HISTORIES)
def test_only_their_own_faults_ever_count_and_once_a_day(
    steps: list[tuple[Cause, float, int]],
) -> None:
    history = counted(steps)
    assert all(0 <= one.points <= 100 for one in history)
    assert not any(one.points for one in history if one.cause not in MEMBERS_OWN)
    apart = timedelta(hours=RULES.hours_apart)
    for at, one in enumerate(history):
        day = [other.points for other in history[: at + 1] if one.at - other.at < apart]
        assert sum(day) <= 100


@given(HISTORIES.map(lambda steps: [one for one in steps if one[0] not in MEMBERS_OWN]))
def test_what_is_not_theirs_never_leads_to_a_probe(steps: list[tuple[Cause, float, int]]) -> None:
    assert first_probe(steps) == 0


def test_the_settings_are_heard() -> None:
    dead = [(Cause.DEAD, 1.0, 0)] * 9
    assert first_probe(dead, replace(RULES, points=1.0)) == 2
    assert first_probe(dead, replace(RULES, dead=0.5)) == 7
    assert first_probe([(Cause.DEAD, 1.0, 9)] * 9, replace(RULES, half_life_days=1.0)) == 0
    assert first_probe([(Cause.DEAD, 0.5, 0)] * 9, replace(RULES, hours_apart=10)) == 4
    probed = Standing(probed_at=BEGIN)
    later = BEGIN + timedelta(days=9)
    step = (MemberState.ACTIVE, Cause.DEAD, 0.0, probed, later)
    assert next_step(*step, RULES, probe=True) is Next.NOTHING
    assert next_step(*step, replace(RULES, probe_days=10), probe=True) is Next.SUSPEND


@pytest.mark.parametrize(
    ("failed", "members", "share", "is_one"),
    [
        (1, 1, 20, False),  # one alone is no share of anything
        (2, 10, 20, True),  # exactly the share
        (2, 11, 20, False),
        (4, 21, 20, False),
        (4, 20, 20, True),
        (5, 0, 20, True),  # enough of them by number
        (2, 10, 20.1, False),
        (2, 100, 2, True),
    ],
)
def test_the_edge_of_a_providers_outage(
    failed: int, members: int, share: float, is_one: bool
) -> None:
    rules = replace(RULES, outage_share=share)
    assert is_outage(Outage(failed, members), BEGIN, rules) is is_one
    week = timedelta(days=7)
    still = Outage(failed, members, BEGIN - week, told=True)
    assert is_outage(still, BEGIN, rules) is is_one
    assert not is_outage(still, BEGIN + timedelta(seconds=1), rules)


async def test_a_hosts_own_figures_decide(database: Database) -> None:
    caps = replace(CAPS, bounces=Bounces(points=1.0, outage_members=2, outage_days=30))
    with opened(database, caps=caps) as desk:
        ana = desk.join(ANA)
        await days_of(desk, ana, 2)
        assert [kind for kind, _ in kinds(desk)] == ["probe"]
        people = [desk.join(f"p{number}@big.example") for number in range(40)]
        await report(desk, people[0])
        assert (await report(desk, people[1]))[1].endswith("provider-outage")


# --- What was sent, from the database -----------------------------------------------------------


def reads(desk: Desk, delivery: Delivery, *, summary: bool = False) -> Membership:
    if desk.member(ANA) is None:
        desk.join(ANA)
    with desk.db.write() as conn:
        wish = ChangeMember(ANA, delivery=delivery, summary=summary)
        return change(conn, desk.group.info, wish, desk.now)


async def months(desk: Desk, count: int, *, failing: int = 1) -> list[str]:
    """A post a week; on the first of each month a report, of one month in `failing`."""
    desk.join(KIM, "Kim")
    member = reads(desk, Delivery.MONTHLY)
    for number in range(count):
        for day in (3, 10, 17, 24):
            desk.now = _first(desk.now) + timedelta(days=day)
            await desk.send("water", f"Week {number} {day}", sender=KIM, subject=f"W{number} {day}")
        desk.now = _first(_first(desk.now) + timedelta(days=32)) + timedelta(hours=8)
        if number % failing == 0:
            await report(desk, member)
    return [kind for kind, _ in kinds(desk) if kind == "probe"]


def _first(moment: datetime) -> datetime:
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


async def test_a_reader_of_monthly_mail_is_probed_after_four_months(desk: Desk) -> None:
    assert await months(desk, 3) == []
    assert await months(desk, 1) == ["probe"]


async def test_one_month_in_four_that_fails_is_forgotten(desk: Desk) -> None:
    assert await months(desk, 24, failing=4) == []


@pytest.mark.parametrize(
    ("delivery", "summary", "mails"),
    [
        (Delivery.EACH, False, 7),  # more would change nothing
        (Delivery.DAILY, False, 7),
        (Delivery.WEEKLY_FULL, False, 1),  # two went out; the second is the one reported
        (Delivery.MONTHLY, True, 1),
        (Delivery.MONTHLY, False, 0),
        (Delivery.NONE, False, 0),
    ],
)
async def test_what_was_sent_is_known_by_how_they_read(
    desk: Desk, delivery: Delivery, summary: bool, mails: int
) -> None:
    desk.join(KIM, "Kim")
    member = reads(desk, delivery, summary=summary)
    last = desk.now
    for day in range(20):
        desk.later(days=1)
        for number in range(1 + day % 2):
            await desk.send("water", f"{day} {number}", sender=KIM, subject=f"{day} {number}")
    with desk.db.read() as conn:
        assert arrived(conn, member, last, desk.now, RULES) == mails
        assert arrived(conn, member, None, desk.now, RULES) == 0


async def test_a_full_mailbox_of_a_monthly_reader_is_seen(desk: Desk) -> None:
    member = reads(desk, Delivery.MONTHLY)
    for _ in range(4):
        await report(desk, member, dsn(status="5.2.2", said="552 5.2.2 Mailbox full"))
        desk.later(days=31)
    assert [kind for kind, _ in kinds(desk)] == ["probe"]

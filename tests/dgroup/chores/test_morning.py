"""The coordinators' morning letter: when it is due, whom it reaches, what it tells, when it is silent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, update

from archive.db import Database
from dgroup.changes import ChangeMember
from dgroup.chores import morning, morning_facts
from dgroup.model import MemberState, Morning, Role, WhoJoins, WhoPosts
from dgroup.people import members
from dgroup.tables import audit, invitations, memberships
from tests.dgroup.desk import Desk, Sent, opened

KIM, AWA, ANA = "kim@ngo.example", "awa@coop.example", "ana@ngo.example"
MONDAY = datetime(2026, 3, 9, 7, 1, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.now = datetime(2026, 2, 1, tzinfo=UTC)
        made.join(KIM, "Kim", Role.COORDINATOR)
        made.join(AWA, "Awa", Role.COORDINATOR, language="fr")
        made.join(ANA, "Ana")
        wish(made, AWA, Morning.WEEKLY)
        made.now = TUESDAY - timedelta(hours=12)
        yield made


def wish(desk: Desk, address: str, often: Morning) -> None:
    with desk.db.write() as conn:
        change = ChangeMember(address, morning=often)
        members.change(conn, desk.group.info, change, desk.now)


async def letters_at(desk: Desk, moment: datetime) -> list[Sent]:
    desk.now = moment
    desk.new_letters()
    await morning.send_due(desk.tools, desk.writer, moment)
    return desk.new_letters()


# --- When and to whom ---------------------------------------------------------------------------


async def test_nothing_to_tell_is_no_letter(desk: Desk) -> None:
    assert await letters_at(desk, TUESDAY) == []


async def test_daily_and_weekly_readers_get_it_on_their_mornings_once(desk: Desk) -> None:
    desk.join("new@x.example", "Zoe")
    assert [one.recipient for one in await letters_at(desk, TUESDAY)] == [KIM]
    assert await letters_at(desk, TUESDAY + timedelta(minutes=1)) == []
    assert await letters_at(desk, TUESDAY + timedelta(days=1)) == []
    (weekly,) = await letters_at(desk, MONDAY + timedelta(days=7))
    assert weekly.recipient == AWA
    assert "new@x.example  Zoe" in weekly.text


async def test_who_wants_none_gets_none(desk: Desk) -> None:
    wish(desk, KIM, Morning.OFF)
    desk.join("new@x.example")
    assert await letters_at(desk, TUESDAY) == []


async def test_what_came_while_the_service_was_away_is_told_later(desk: Desk) -> None:
    assert await letters_at(desk, TUESDAY) == []
    desk.now = TUESDAY + timedelta(hours=1)
    desk.join("new@x.example")
    assert await letters_at(desk, TUESDAY + timedelta(days=1, hours=6)) == []  # too late in the day
    (letter,) = await letters_at(desk, TUESDAY + timedelta(days=2))
    assert "new@x.example" in letter.text


@given(
    zone=st.sampled_from(["UTC", "Africa/Accra", "America/Lima", "Asia/Kolkata", "Pacific/Apia"]),
    now=st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
)
def test_it_is_due_from_seven_to_noon_of_the_groups_own_day(zone: str, now: datetime) -> None:
    local = now.astimezone(ZoneInfo(zone))
    due = morning.day_due(ZoneInfo(zone), now)
    assert due == (local.date() if 7 <= local.hour < 12 else None)


def test_the_weekly_one_comes_on_mondays(desk: Desk) -> None:
    awa = desk.member(AWA)
    assert awa is not None
    assert [morning.wishes(awa, date(2026, 3, 9 + n)) for n in range(7)] == [True] + [False] * 6


# --- What it tells ------------------------------------------------------------------------------


async def test_held_mails_are_told_with_the_reason_until_somebody_decides(desk: Desk) -> None:
    desk.set(who_posts=WhoPosts.MODERATED)
    await desk.send("water", "Kits.", sender=ANA, subject="Arsenic test kits")
    for day in range(2):
        (letter,) = await letters_at(desk, TUESDAY + timedelta(days=day))
        assert f"P-{desk.hold_id()}  ana@ngo.example  Arsenic test kits" in letter.text
        assert "every post is held first" in letter.text
        assert letter.reply_to == "water-request@lists.example"


async def test_a_mail_that_waits_for_its_author_is_not_the_coordinators_work(desk: Desk) -> None:
    await desk.send("water", "Hello", sender="eve@x.example", subject="Hello")
    await desk.send("water", "Hello", sender=ANA, subject="Mine?", auth="fail")
    assert [reason for reason, _ in desk.held()] == ["not-a-member", "auth-fail"]
    assert await letters_at(desk, TUESDAY) == []
    desk.set(who_joins=WhoJoins.CLOSED)
    (letter,) = await letters_at(desk, TUESDAY + timedelta(days=1))
    assert "eve@x.example" in letter.text
    assert "Mine?" not in letter.text


async def test_people_who_ask_came_left_and_bounce(desk: Desk) -> None:
    desk.join("ask@x.example", "Ask", state=MemberState.PENDING)
    desk.join("new@x.example", "New")
    desk.join(ANA, state=MemberState.LEFT)
    with desk.db.write() as conn:
        bad = update(memberships).where(memberships.c.address == "new@x.example")
        conn.execute(bad.values(bounces=3, last_bounce_at=desk.now))
    (letter,) = await letters_at(desk, TUESDAY)
    parts = letter.text.split("\n\n")
    assert any("ask to join" in part and "ask@x.example  Ask" in part for part in parts)
    assert "add ask@x.example" in letter.text
    assert any("New members" in part and "new@x.example  New" in part for part in parts)
    assert any("have left" in part and ANA in part for part in parts)
    assert any("came back" in part and "new@x.example  New (3 mails)" in part for part in parts)


async def test_invitations_that_ended_are_a_reason_and_open_ones_only_a_line(desk: Desk) -> None:
    for address, days in (("late@x.example", -1), ("open@x.example", 5), (ANA, -1)):
        with desk.db.write() as conn:
            row = {"group_id": desk.group.id, "address": address, "name": "", "language": "en"}
            row |= {"invited_by": KIM, "state": "open", "invited_at": desk.now}
            ends = TUESDAY + timedelta(days=days, hours=1)
            conn.execute(insert(invitations).values(**row, expires_at=ends))
    (letter,) = await letters_at(desk, TUESDAY)
    assert "late@x.example" in letter.text
    assert ANA not in letter.text  # she is in by another way
    assert "invite late@x.example" in letter.text
    assert "invitations are still open" in letter.text
    assert await letters_at(desk, TUESDAY + timedelta(days=1)) == []


async def test_a_question_is_told_once_when_nobody_answered_for_three_days(desk: Desk) -> None:
    desk.now = TUESDAY - timedelta(days=3, hours=2)
    body = "Does anyone know where to buy a good hand pump in Accra?"
    await desk.send("water", body, sender=ANA, subject="Pumps", message_id="q1@ngo.example")
    await desk.send("water", body, sender=ANA, subject="Wells", message_id="q2@ngo.example")
    desk.later(minutes=5)
    answer = "In-Reply-To: <q2@ngo.example>\r\n"
    said = {"subject": "Re: Wells", "headers": answer}
    await desk.send("water", "At Kofi's.", sender=KIM, name="Kim", **said)
    (letter,) = await letters_at(desk, TUESDAY)
    assert "Pumps (Ana)" in letter.text
    assert "Wells" not in letter.text
    assert "https://lists.example/water/m/" in letter.text
    assert await letters_at(desk, TUESDAY + timedelta(days=1)) == []


@pytest.mark.parametrize(("count", "told"), [(9, False), (10, True)])
async def test_bombing_is_told_and_impatience_is_not(desk: Desk, count: int, told: bool) -> None:
    for number in range(count + 2):  # each of two victims is asked once
        await desk.send("water-join", sender=f"victim{number % 2}@x.example")
    letters = await letters_at(desk, TUESDAY)
    assert bool(letters) is told
    if told:
        assert "10 were not answered" in letters[0].text
        assert "They named 2 different addresses." in letters[0].text


async def test_long_lists_are_cut_with_a_count(desk: Desk) -> None:
    for number in range(25):
        desk.join(f"new{number}@x.example")
    (letter,) = await letters_at(desk, TUESDAY)
    assert letter.text.count("@x.example") == morning_facts.ROWS + 1  # and one in a command
    assert "and 5 more" in letter.text


async def test_a_letter_is_in_each_coordinators_language(desk: Desk) -> None:
    desk.now = MONDAY - timedelta(hours=2)
    desk.join("new@x.example")
    english, french = sorted(await letters_at(desk, MONDAY), key=lambda one: one.recipient == AWA)
    assert (english.recipient, french.recipient) == (KIM, AWA)
    assert english.subject != french.subject


@given(gaps=st.lists(st.integers(0, 5), max_size=30), asked=st.integers(0, 160))
def test_the_first_audit_line_of_a_moment_is_found_by_halving(gaps: list[int], asked: int) -> None:
    db = Database("sqlite://")
    try:
        audit.create(db.engine)
        at = [MONDAY + timedelta(seconds=sum(gaps[: n + 1])) for n in range(len(gaps))]
        rows = [
            {
                "id": 3 * n + 1, "at": moment, "envelope_id": "", "group_id": 1, "recipient": "",
                "sender": "", "message_id": "", "event": "", "reason": "",
            }
            for n, moment in enumerate(at)
        ]  # fmt: skip
        since = MONDAY + timedelta(seconds=asked)
        with db.write() as conn:
            if rows:
                conn.execute(insert(audit), rows)
            found = morning_facts.first_since(conn, since)
        found_lines = [3 * n + 1 >= found for n in range(len(at))]
        assert found_lines == [moment >= since for moment in at]
    finally:
        db.dispose()


def test_a_group_without_anything_has_no_facts(desk: Desk) -> None:
    with desk.db.read() as conn:
        facts = morning_facts.gather(
            conn, desk.group, TUESDAY - timedelta(days=1), TUESDAY, desk.tools
        )
    assert not facts.anything

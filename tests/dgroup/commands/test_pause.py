"""Pauses: through a day in the group's zone or until they say so; they end by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from archive.db import Database
from dgroup.commands.wishes import pause_end, pause_last_day
from dgroup.incoming import Options, Reading
from dgroup.model import Delivery, MemberState
from dgroup.people import pauses
from dgroup.tables import memberships
from tests.dgroup.commands.fakes import Says, saying
from tests.dgroup.desk import Desk, opened

ANA = "ana@ngo.example"
SEPTEMBER = date(2026, 9, 15)


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.join(ANA, "Ana")
        yield made


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Says:
    return saying(monkeypatch)


def pause(until: date | None = None, *, ambiguous: bool = False) -> Reading:
    return Reading("pause", options=Options(until=until, ambiguous=ambiguous))


def standing(desk: Desk) -> tuple[MemberState, datetime | None]:
    member = desk.member(ANA)
    assert member is not None
    return member.state, member.paused_until


def tick(desk: Desk) -> int:
    with desk.db.write() as conn:
        due = pauses.are_due(conn, desk.now)
        ended = pauses.end_due(conn, desk.now)
    assert due == bool(ended)
    return ended


async def test_a_pause_lasts_through_its_last_day_in_the_groups_zone(
    desk: Desk, says: Says
) -> None:
    desk.set(timezone="Africa/Nairobi")
    says(pause(SEPTEMBER))
    await desk.send("water-pause")
    assert standing(desk) == (MemberState.PAUSED, datetime(2026, 9, 15, 21, tzinfo=UTC))
    letter = desk.letter()
    assert letter.subject == "Done: Water paused until 15 September 2026"
    assert "by itself" in letter.text
    desk.now = datetime(2026, 9, 15, 20, 59, tzinfo=UTC)
    assert (tick(desk), desk.state(ANA)) == (0, "paused")
    desk.now += timedelta(minutes=1)
    assert (tick(desk), tick(desk)) == (1, 0)
    assert standing(desk) == (MemberState.ACTIVE, None)
    assert ("resumed", f"{ANA} pause over") in desk.outcomes()
    assert desk.new_letters() == []


async def test_the_letter_of_a_pause_is_answered_by_resume(desk: Desk, says: Says) -> None:
    says(pause(SEPTEMBER))
    await desk.send("water-pause")
    letter = desk.letter()
    says.in_reply(Reading("resume"))
    await desk.answer(letter, "resume", auth="none")
    assert standing(desk) == (MemberState.ACTIVE, None)
    assert desk.letter().subject == "Done: mail from Water again"


async def test_leave_in_reply_to_an_offer_leaves(desk: Desk, says: Says) -> None:
    says(pause())
    await desk.send("water-pause")
    says.in_reply(Reading("leave"))
    await desk.answer(desk.letter(), "leave", auth="none")
    assert desk.state(ANA) == "left"


async def test_an_old_letter_of_a_pause_proves_nothing(desk: Desk, says: Says) -> None:
    says(pause())
    await desk.send("water-pause")
    letter = desk.letter()
    desk.later(days=31)
    says.in_reply(Reading("resume"))
    await desk.answer(letter, "resume", auth="none")
    assert desk.state(ANA) == "paused"
    assert desk.letter().subject.startswith("Please confirm: mail from Water again")


async def test_undo_of_a_pause_and_of_its_new_day(desk: Desk, says: Says) -> None:
    says(pause())
    await desk.send("water-pause")
    first = desk.letter()
    assert first.subject == "Done: Water paused"
    says(pause(SEPTEMBER))
    await desk.send("water-pause")
    await desk.answer(desk.letter(), "undo")
    assert standing(desk) == (MemberState.PAUSED, None)
    await desk.answer(first, "undo")
    assert standing(desk) == (MemberState.ACTIVE, None)


async def test_a_second_pause_moves_the_day_and_the_same_says_so(desk: Desk, says: Says) -> None:
    says(pause(SEPTEMBER))
    await desk.send("water-pause")
    says(pause(date(2026, 10, 1)))
    await desk.send("water-pause")
    assert standing(desk)[1] == datetime(2026, 10, 2, tzinfo=UTC)
    desk.new_letters()
    await desk.send("water-pause")
    assert desk.letter().subject == "Nothing to do: Water paused until 1 October 2026"


async def test_a_day_of_two_meanings_is_echoed_in_words_first(desk: Desk, says: Says) -> None:
    says(pause(date(2026, 4, 3), ambiguous=True))
    await desk.send("water-pause")
    assert desk.state(ANA) == "active"
    question = desk.letter()
    assert "Water paused until 3 April 2026" in question.subject
    await desk.answer(question, "yes")
    assert standing(desk) == (MemberState.PAUSED, datetime(2026, 4, 4, tzinfo=UTC))


@pytest.mark.parametrize("day", [date(2026, 3, 1), date(2062, 3, 1), date.max, date.min])
@pytest.mark.parametrize("auth", ["aligned", "none"])
async def test_a_day_that_is_over_or_far_is_asked_again(
    desk: Desk, says: Says, day: date, auth: str
) -> None:
    says(pause(day))
    await desk.send("water-pause", auth=auth)
    assert desk.state(ANA) == "active"
    letter = desk.letter()
    assert letter.subject.startswith("Not done: please name the day again")
    assert letter.reply_to == "water-request@lists.example"


async def test_today_is_a_day_like_any_other(desk: Desk, says: Says) -> None:
    says(pause(date(2026, 3, 2)))
    await desk.send("water-pause")
    assert standing(desk) == (MemberState.PAUSED, datetime(2026, 3, 3, tzinfo=UTC))


async def test_a_day_that_passes_before_the_answer_is_asked_again(desk: Desk, says: Says) -> None:
    says(pause(date(2026, 3, 3)))
    await desk.send("water-pause", auth="none")
    question = desk.letter()
    desk.later(days=4)
    await desk.answer(question, "yes", auth="none")
    assert desk.state(ANA) == "active"
    assert desk.letter().subject.startswith("Not done: please name the day again")


async def test_whose_mail_bounced_resumes_with_a_clean_count(desk: Desk, says: Says) -> None:
    desk.join(ANA, state=MemberState.SUSPENDED)
    with desk.db.write() as conn:
        conn.execute(update(memberships).values(bounces=7))
    await desk.send("water-resume")
    assert standing(desk) == (MemberState.ACTIVE, None)
    with desk.db.read() as conn:
        assert conn.execute(select(memberships.c.bounces)).scalar_one() == 0


async def test_resuming_brings_mail_also_to_whom_nothing_was_sent(desk: Desk) -> None:
    with desk.db.write() as conn:
        conn.execute(update(memberships).values(delivery=Delivery.NONE))
    await desk.send("water-resume")
    member = desk.member(ANA)
    assert member is not None
    assert member.delivery is Delivery.EACH
    desk.new_letters()
    await desk.send("water-resume")
    assert desk.letter().subject == "Nothing to do: mail from Water again"


async def test_a_mode_set_in_a_pause_says_that_mail_waits(desk: Desk, says: Says) -> None:
    says(pause(SEPTEMBER))
    await desk.send("water-pause")
    desk.new_letters()
    says(Reading("daily"))
    await desk.send("water-daily")
    assert desk.state(ANA) == "paused"
    assert "Your mail is paused until 15 September 2026." in desk.letter().text


@given(
    day=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    zone=st.sampled_from(
        ["UTC", "Africa/Cairo", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia", "nowhere"]
    ),
)
def test_the_last_day_is_kept_whatever_the_clocks_do(day: date, zone: str) -> None:
    if zone == "Pacific/Apia" and day in {date(2011, 12, 29), date(2011, 12, 30)}:
        return  # the islands had no 30 December that year
    assert pause_last_day(pause_end(day, zone), zone) == day

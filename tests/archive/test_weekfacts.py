"""Facts of a week: whose posts, which threads, what waits for an answer; days in the group's zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from archive import store
from archive.db import Database
from archive.importer import import_mails
from archive.mbox import open_archive
from archive.model import GroupInfo, ParsedMessage, PostState, WeekFacts
from archive.summary import summarise
from archive.tables import posts
from archive.text import links, own_words
from archive.weekfacts import People, gather, week_name, week_of
from tests.archive.made import mail
from tests.archive.seeds import SITE
from tests.corpus import corpus_path

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
WEEK = "2026-W10"
ASK = "Who has mended a rope pump with local parts?\n"


def at(day: int, hour: int = 12) -> datetime:
    """A moment of the week that begins on MONDAY, or before and after it."""
    return MONDAY + timedelta(days=day, hours=hour)


def put(
    db: Database, group: GroupInfo, *mails: tuple[ParsedMessage, datetime]
) -> Sequence[store.AddedPost]:
    """Store posts as a batch, with their own words and links."""
    with db.write() as conn:
        news = []
        for message, moment in mails:
            own = own_words(message.text)
            mail_id = store.store_mail(conn, b"x", message.digest, "", moment)
            news.append(store.NewPost(message, mail_id, moment, own=own, links=links(own)))
        return store.add_posts(db, conn, group, news)


def facts_of(
    db: Database, group: GroupInfo, week: str = WEEK, people: People | None = None
) -> WeekFacts:
    """Read the facts as the weekly job does."""
    with db.read() as conn:
        span = week_of(week, group.timezone)
        return gather(conn, group, span, SITE, people or People())


@pytest.fixture
def group(database: Database) -> GroupInfo:
    """A group on either engine."""
    with database.write() as conn:
        return store.create_group(conn, "beans", "Beans")


def test_a_week_runs_from_monday_to_monday_in_its_zone() -> None:
    paris = week_of("2026-W13", "Europe/Paris")  # the clocks go forward on its Sunday
    assert (paris.first_day, paris.last_day) == (date(2026, 3, 23), date(2026, 3, 29))
    assert paris.start == datetime(2026, 3, 22, 23, tzinfo=UTC)
    assert paris.end == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert week_of("2026-w10", "UTC").name == "2026-W10"


@pytest.mark.parametrize(
    "name", ["", "2026", "2026-10", "2026-W54", "2025-W53", "0-W1", "x-W1", "2026-W1-1"]
)
def test_what_is_no_week_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not an ISO week"):
        week_of(name, "UTC")


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["UTC", "Africa/Accra", "Europe/Paris", "Asia/Manila", "America/New_York"]),
)
def test_a_moment_lies_in_the_week_that_it_names(moment: datetime, zone: str) -> None:
    week = week_of(week_name(moment, zone), zone)
    assert week.start <= moment < week.end


def test_threads_and_posts_of_the_week_alone(database: Database, group: GroupInfo) -> None:
    put(
        database,
        group,
        (mail("old", subject="Saving bean seed"), at(-3)),
        (mail("first", "old", subject="Re: Saving bean seed"), at(0)),
        (mail("second", "first", subject="Re: Saving bean seed", author="Ben Osei"), at(6, 23)),
        (
            mail("new", subject="Rope pumps", text="See https://pumps.example/rope.\n", files=1),
            at(2),
        ),
        (mail("late", subject="Next week"), at(7, 0)),
    )
    facts = facts_of(database, group)
    assert [thread.subject for thread in facts.threads] == ["Saving bean seed", "Rope pumps"]
    beans, pumps = facts.threads
    assert (beans.earlier, [post.author for post in beans.posts]) == (1, ["Ana Silva", "Ben Osei"])
    assert beans.posts[1].parent_key == beans.posts[0].key
    assert beans.url.startswith("https://lists.example.org/beans/2026/02/saving-bean-seed")
    assert [link.url for link in pumps.posts[0].links] == ["https://pumps.example/rope"]
    ((name, url),) = pumps.posts[0].files
    assert (name, url.endswith(".pdf")) == ("plan-0.pdf", True)
    assert facts.page_url == "https://lists.example.org/beans/week/2026-W10.html"


def test_posts_that_were_taken_down_are_not_told(database: Database, group: GroupInfo) -> None:
    (kept, gone) = put(database, group, (mail("a"), at(0)), (mail("b"), at(1)))
    with database.write() as conn:
        one = update(posts).where(posts.c.id == gone.post.id)
        conn.execute(one.values(state=PostState.REMOVED.value))
    found = [post.key for thread in facts_of(database, group).threads for post in thread.posts]
    assert found == [kept.post.key]


def test_who_asked_not_to_be_archived_is_counted_and_not_quoted(
    database: Database, group: GroupInfo
) -> None:
    shy = replace(mail("shy", text=ASK), headers=(("x-no-archive", "Yes"),))
    put(database, group, (shy, at(0)))
    facts = facts_of(database, group)
    assert [post.quotable for post in facts.threads[0].posts] == [False]
    made = summarise(facts)
    assert (made.numbers.posts, made.open_questions) == (1, ())


def test_questions_wait_are_answered_and_are_forgotten(
    database: Database, group: GroupInfo
) -> None:
    put(
        database,
        group,
        (mail("waits", subject="Rope pumps", text=ASK), at(-10)),
        (mail("own", "waits", subject="Re: Rope pumps", text="Nobody?\n"), at(-9)),
        (mail("asked", subject="Wells", text=ASK, author="Cleo Ba"), at(-5)),
        (mail("answer", "asked", subject="Re: Wells", author="Ben Osei"), at(1)),
        (mail("done", subject="Tanks", text=ASK, author="Cleo Ba"), at(-6)),
        (mail("before", "done", subject="Re: Tanks", author="Ben Osei"), at(-4)),
        (mail("ancient", subject="Gutters", text=ASK), at(-40)),
    )
    facts = facts_of(database, group)
    assert [one.post.subject for one in facts.open_questions] == ["Rope pumps"]
    assert [post.subject for post in facts.answered] == ["Wells"]


def test_days_are_those_of_the_group(database: Database) -> None:
    with database.write() as conn:
        manila = store.create_group(conn, "isda", timezone="Asia/Manila")
    put(database, manila, (mail("q", text=ASK), at(-3, 20)), (mail("p"), at(0, 20)))
    facts = facts_of(database, manila)
    assert facts.open_questions[0].asked_on == date(2026, 2, 28)  # 20:00 UTC is the day after
    assert summarise(facts).discussions[0].since == date(2026, 3, 3)


def test_the_usual_pace_is_the_median_of_lively_weeks(database: Database, group: GroupInfo) -> None:
    assert facts_of(database, group).usual == 0
    counts = {1: 4, 2: 9, 3: 0, 4: 2, 9: 50}  # weeks back: posts
    mails = [
        (mail(f"w{back}-{n}", subject=f"Subject {back} {n}"), at(-7 * back, n % 24))
        for back, number in counts.items()
        for n in range(number)
    ]
    put(database, group, *mails)
    assert facts_of(database, group).usual == 4


def test_people_are_told_as_the_service_knows_them(database: Database, group: GroupInfo) -> None:
    put(database, group, (mail("a"), at(0)))
    people = People(("Cleo Ba",), 3, {"ana@ngo.example": ("Seed House", "Ghana")})
    facts = facts_of(database, group, people=people)
    assert (facts.newcomers, facts.joined) == (("Cleo Ba",), 3)
    post = facts.threads[0].posts[0]
    assert (post.organisation, post.country) == ("Seed House", "Ghana")


def test_a_real_list_has_weeks_that_can_be_told(sqlite_database: Database) -> None:
    with sqlite_database.write() as conn:
        real = store.create_group(conn, "real")
    source = corpus_path("lists", "ksummit-discuss.mbox.gz")
    import_mails(sqlite_database, real, open_archive(source), now=datetime(2026, 3, 1, tzinfo=UTC))
    with sqlite_database.read() as conn:
        found = [one.post.received_at for one in store.walk(conn, real.id)]
    names = sorted({week_name(moment, "UTC") for moment in found})
    told = [facts_of(sqlite_database, real, name) for name in names]
    assert sum(summarise(facts).numbers.posts for facts in told) == len(found)

"""The weekly summary: due in the group's own zone, once, to those who want it, as page and letter."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from archive.db import Database
from archive.importer import import_mails
from archive.mbox import MboxMessage
from archive.model import ArchiveMode
from archive.pagewriter import Setting
from archive.publish import Publisher
from archive.summary_letter import SummaryLetter
from archive.tables import weeks
from dgroup import demo, expansion, groups, runs
from dgroup.changes import ChangeMember
from dgroup.chores import weekly
from dgroup.groups import NewGroup
from dgroup.model import Delivery, Group, MemberState
from dgroup.people import members
from dgroup.runtime import Runtime
from dgroup.tables import deliveries, memberships, outbox_mails
from dgroup.writer import Writer
from tests.dgroup.running import DOMAIN, group_on, member_on, runtime_on

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
"""week 2026-W10"""
DUE = MONDAY + timedelta(days=7, hours=8)
LANGUAGES = ("en", "fr", "es", "pt")


@contextmanager
def writing(db: Database) -> Iterator[Writer]:
    """A writer that ends with the test."""
    writer = Writer(db)
    try:
        yield writer
    finally:
        writer.close()


def post(number: int, at: datetime, text: str = "", subject: str = "") -> MboxMessage:
    """A post of our own that came at a moment."""
    head = (
        f"Received: from a.example by b.example; {format_datetime(at)}\n"
        f"From: Ben Osei <ben@ngo.example>\nSubject: {subject or f'Pump {number}'}\n"
        f"Date: {format_datetime(at)}\nMessage-ID: <p{number}@ngo.example>\n"
    )
    return MboxMessage(
        f"{head}\n{text or f'The rope of pump {number} broke again.'}\n".encode(), None
    )


def store_posts(db: Database, group: Group, *mails: MboxMessage) -> None:
    """Put posts into the archive as they came."""
    import_mails(db, group.info, mails, now=MONDAY + timedelta(days=365))


def letters_of(db: Database) -> list[EmailMessage]:
    """The summaries in the outbox, as mails."""
    with db.read() as conn:
        query = select(outbox_mails.c.head).where(outbox_mails.c["class"] == "summary")
        heads = conn.execute(query.order_by(outbox_mails.c.id)).scalars().all()
    return [_mail(head) for head in heads]


def _mail(raw: bytes) -> EmailMessage:
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def text_of(mail: EmailMessage) -> str:
    """The plain text of a letter."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def flat(mail: EmailMessage) -> str:
    """The plain text as one line."""
    return " ".join(text_of(mail).split())


async def send(runtime: Runtime, now: datetime) -> int:
    """Do what the scheduler's tick does at a moment."""
    with writing(runtime.db) as writer:
        return await weekly.send_due(runtime.weekly, writer, now)


@pytest.fixture
def runtime(sqlite_database: Database, tmp_path: Path) -> Runtime:
    """The service's tools over an empty store."""
    return runtime_on(sqlite_database, tmp_path)


@pytest.fixture
def conference(runtime: Runtime) -> Group:
    """The demonstration's three weeks; the last one is 2026-W09."""
    mails = demo.mails(MONDAY + timedelta(hours=9), DOMAIN)
    with runtime.db.write() as conn:
        group = demo.create(conn, DOMAIN, mails[0].sent_at)
    store_posts(runtime.db, group, *(MboxMessage(mail.raw, mail.sent_at) for mail in mails))
    return group


# --- What is made -----------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_real_week_becomes_a_letter_in_each_language(
    runtime: Runtime, conference: Group, language: str
) -> None:
    with runtime.db.read() as conn:
        made = weekly.make(conn, conference, "2026-W09", runtime.site)
    letter = weekly.letter(made, conference, runtime.tools.letters, runtime.site, language)
    assert made.numbers.posts > 3
    assert len(letter.text.encode()) <= 6000
    assert all(len(line) <= 72 or "://" in line for line in letter.text.splitlines())
    for discussion in made.discussions:
        assert discussion.url in letter.text
    assert made.page_url in letter.text
    mail = _mail(
        weekly.mail_of(letter, made, conference, runtime.site, language, "s1@lists.example", DUE)
    )
    assert mail["Subject"].startswith("[harvest] ")
    assert mail["Content-Language"] == language
    assert mail["Reply-To"] == "harvest@lists.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Archived-At"] == f"<{made.page_url}>"
    assert mail["X-Loop"] == "harvest@lists.example"
    assert text_of(mail) == letter.text


def test_a_private_archive_and_a_strange_title_make_a_good_mail(runtime: Runtime) -> None:
    new = NewGroup("water", 'Eau, "puits"\n& pompés', archive=ArchiveMode.MEMBERS)
    group = group_on(runtime.db, new)
    store_posts(runtime.db, group, post(1, MONDAY, subject="x" * 400))
    with runtime.db.read() as conn:
        made = weekly.make(conn, group, "2026-W10", runtime.site)
    letter = weekly.letter(made, group, runtime.tools.letters, runtime.site, "fr")
    mail = _mail(weekly.mail_of(letter, made, group, runtime.site, "fr", "s1@lists.example", DUE))
    assert mail["From"].addresses[0].display_name == 'Eau, "puits" & pompés'
    assert mail["Archived-At"] is None


@pytest.mark.parametrize("length", range(60, 84))
def test_a_subject_begins_on_its_own_line(runtime: Runtime, conference: Group, length: int) -> None:
    """`Subject:` with nothing behind it and a fold reads as a space, or as no subject at all."""
    with runtime.db.read() as conn:
        made = weekly.make(conn, conference, "2026-W09", runtime.site)
    subject = ("[harvest] " + "pumps and wells " * 6)[:length].strip()
    letter = SummaryLetter(subject, "text\n", "<p>text</p>\n")
    raw = weekly.mail_of(letter, made, conference, runtime.site, "en", "s1@lists.example", DUE)
    assert b"\r\nSubject: [harvest] " in raw
    assert _mail(raw)["Subject"] == subject
    assert max(map(len, raw.partition(b"\r\n\r\n")[0].split(b"\r\n"))) <= 78


async def test_the_page_shows_what_the_letter_tells(
    runtime: Runtime, conference: Group, tmp_path: Path
) -> None:
    assert await send(runtime, MONDAY + timedelta(hours=9)) == 1
    public = tmp_path / "public"
    Publisher(runtime.db, Setting(runtime.site, public)).drain(lambda: DUE)
    page = (public / "harvest" / "week" / "2026-W09.html").read_text("utf-8")
    with runtime.db.read() as conn:
        made = weekly.make(conn, conference, "2026-W09", runtime.site)
    assert all(discussion.subject in page for discussion in made.discussions)
    assert "week/2026-W09.html" in (public / "harvest" / "index.html").read_text("utf-8")


def test_newcomers_are_counted_and_only_those_who_agreed_are_named(runtime: Runtime) -> None:
    group = group_on(runtime.db)
    for name in ("ana", "ben"):
        member = member_on(runtime.db, group, f"{name}@ngo.example")
        named = update(memberships).where(memberships.c.id == member.id)
        with runtime.db.write() as conn:
            conn.execute(named.values(joined_at=MONDAY, named=name == "ana"))
    store_posts(runtime.db, group, post(1, MONDAY))
    with runtime.db.read() as conn:
        made = weekly.make(conn, group, "2026-W10", runtime.site)
    assert (made.welcome, made.numbers.joined) == (("Ana",), 2)


# --- When -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "monday", "utc_hour"),
    [
        ("UTC", datetime(2026, 3, 9, tzinfo=UTC), 8),
        ("Africa/Accra", datetime(2026, 3, 9, tzinfo=UTC), 8),
        ("Europe/Paris", datetime(2026, 3, 23, tzinfo=UTC), 7),  # winter time
        ("Europe/Paris", datetime(2026, 3, 30, tzinfo=UTC), 6),  # the clocks went forward
        ("Europe/Paris", datetime(2026, 10, 26, tzinfo=UTC), 7),  # and back
        ("America/Tegucigalpa", datetime(2026, 3, 9, tzinfo=UTC), 14),
    ],
)
async def test_it_is_sent_at_eight_where_the_group_lives(
    runtime: Runtime, zone: str, monday: datetime, utc_hour: int
) -> None:
    group = group_on(runtime.db, NewGroup("water", "Water", timezone=zone))
    member_on(runtime.db, group, "ana@ngo.example")
    friday = monday - timedelta(days=3)
    store_posts(runtime.db, group, *(post(n, friday + timedelta(hours=n)) for n in range(4)))
    due = monday + timedelta(hours=utc_hour)
    assert await send(runtime, due - timedelta(minutes=1)) == 0
    assert await send(runtime, due) == 1


async def test_a_week_ends_at_midnight_where_the_group_lives(runtime: Runtime) -> None:
    group = group_on(runtime.db, NewGroup("water", "Water", timezone="Europe/Paris"))
    sunday_late = datetime(2026, 3, 29, 21, 59, tzinfo=UTC)  # 23:59 in Paris, summer time
    store_posts(
        runtime.db, group, post(1, sunday_late), post(2, sunday_late + timedelta(minutes=2))
    )
    with runtime.db.read() as conn:
        made = [weekly.make(conn, group, week, runtime.site) for week in ("2026-W13", "2026-W14")]
    assert [one.numbers.posts for one in made] == [1, 1]


# --- Quiet weeks ------------------------------------------------------------------------------


async def test_quiet_weeks_wait_and_are_told_together(runtime: Runtime) -> None:
    group = group_on(runtime.db)
    for n in range(3):
        store_posts(runtime.db, group, post(n, MONDAY + timedelta(weeks=n)))
    sent = [await send(runtime, DUE + timedelta(weeks=n)) for n in range(4)]
    assert sent == [0, 0, 1, 0]
    (letter,) = letters_of(runtime.db)
    assert "(3 messages)" in letter["Subject"]
    assert "2 Mar to 22 Mar 2026" in flat(letter)
    with runtime.db.read() as conn:
        kept = conn.execute(select(weeks.c.week, weeks.c.summary).order_by(weeks.c.week)).all()
    assert [row.week for row in kept] == ["2026-W10", "2026-W11", "2026-W12"]
    assert '"posts":3' in kept[2].summary  # the page tells what its letter tells


async def test_a_quiet_week_joins_the_lively_one_after_it(runtime: Runtime) -> None:
    group = group_on(runtime.db)
    lively = [post(n, MONDAY + timedelta(days=8, hours=n)) for n in range(1, 6)]
    store_posts(runtime.db, group, post(0, MONDAY), *lively)
    assert await send(runtime, DUE) == 0
    assert await send(runtime, DUE + timedelta(weeks=1)) == 1
    (letter,) = letters_of(runtime.db)
    assert "(6 messages)" in letter["Subject"]


async def test_a_week_without_posts_between_quiet_ones_loses_nothing(runtime: Runtime) -> None:
    group = group_on(runtime.db)
    store_posts(runtime.db, group, post(0, MONDAY), post(1, MONDAY + timedelta(weeks=2)))
    sent = [await send(runtime, DUE + timedelta(weeks=n)) for n in range(4)]
    assert sent == [0, 0, 1, 0]
    assert "(2 messages)" in letters_of(runtime.db)[0]["Subject"]


async def test_silence_sends_nothing(runtime: Runtime) -> None:
    group_on(runtime.db)
    assert await send(runtime, DUE) == 0
    assert letters_of(runtime.db) == []


# --- Never twice ------------------------------------------------------------------------------


async def test_two_nodes_that_ask_at_once_send_it_once(database: Database, tmp_path: Path) -> None:
    runtime = runtime_on(database, tmp_path)
    group = group_on(database)
    store_posts(database, group, *(post(n, MONDAY + timedelta(hours=n)) for n in range(4)))
    other = Database(database.engine.url.render_as_string(hide_password=False))
    try:
        nodes = [runtime, replace(runtime, db=other, tools=replace(runtime.tools, db=other))]
        sent = await asyncio.gather(*(send(node, DUE) for node in nodes))
    finally:
        other.dispose()
    assert sorted(sent) == [0, 1]
    assert len(letters_of(database)) == 1
    assert await send(runtime, DUE + timedelta(hours=5)) == 0


async def test_a_node_that_died_is_followed_and_cannot_send_again(runtime: Runtime) -> None:
    group = group_on(runtime.db)
    store_posts(runtime.db, group, *(post(n, MONDAY + timedelta(hours=n)) for n in range(4)))
    with runtime.db.write() as conn:
        assert runs.claim_run(conn, runs.SUMMARY, group.id, "2026-W10", DUE)
    assert await send(runtime, DUE + timedelta(minutes=50)) == 0
    assert await send(runtime, DUE + timedelta(minutes=70)) == 1
    with runtime.db.write() as conn:  # the first one was only slow
        assert not runs.finish_run(conn, runs.SUMMARY, group.id, "2026-W10", DUE, "sent")


# --- To whom ----------------------------------------------------------------------------------


def _everybody(runtime: Runtime, group: Group) -> None:
    wishes: dict[str, dict[str, Any]] = {
        "each": {"delivery": Delivery.EACH},
        "daily": {"delivery": Delivery.DAILY},
        "weekly": {"delivery": Delivery.WEEKLY},
        "monthly": {"delivery": Delivery.MONTHLY},
        "none": {"delivery": Delivery.NONE},
        "off": {"summary": False},
        "paused": {"state": MemberState.PAUSED},
        "left": {"state": MemberState.LEFT},
    }
    for name, wish in wishes.items():
        change = replace(ChangeMember(f"{name}@ngo.example"), **wish)
        with runtime.db.write() as conn:
            members.change(conn, group.info, change, MONDAY)


def recipients(db: Database) -> dict[str, list[str]]:
    """Language of each summary in the outbox -> local parts of those who get it."""
    with db.write() as conn:
        for fanout in expansion.open_fanouts(conn):
            expansion.expand(db, conn, fanout, DUE)
    with db.read() as conn:
        query = (
            select(outbox_mails.c.head, deliveries.c.recipient)
            .join(deliveries, deliveries.c.outbox_mail_id == outbox_mails.c.id)
            .order_by(outbox_mails.c.id, deliveries.c.id)
        )
        found: dict[str, list[str]] = {}
        for row in conn.execute(query):
            language = str(_mail(row.head)["Content-Language"])
            found.setdefault(language, []).append(row.recipient.partition("@")[0])
    return found


async def test_everyone_gets_it_but_those_who_said_no(runtime: Runtime) -> None:
    group = group_on(runtime.db)
    _everybody(runtime, group)
    store_posts(runtime.db, group, *(post(n, MONDAY + timedelta(hours=n)) for n in range(4)))
    await send(runtime, DUE)
    assert recipients(runtime.db) == {"en": ["each", "daily", "weekly", "monthly"]}


async def test_each_reader_gets_it_in_their_language(runtime: Runtime) -> None:
    group = group_on(runtime.db, NewGroup("water", "Eau", language="fr"))
    for language in LANGUAGES:
        member_on(runtime.db, group, f"{language}@ngo.example", language=language)
    member_on(runtime.db, group, "sw@ngo.example", language="sw")  # one that we do not write
    store_posts(runtime.db, group, *(post(n, MONDAY + timedelta(hours=n)) for n in range(4)))
    await send(runtime, DUE)
    found = recipients(runtime.db)
    assert found == {"fr": ["fr", "sw"], "en": ["en"], "es": ["es"], "pt": ["pt"]}
    subjects = [str(letter["Subject"]) for letter in letters_of(runtime.db)]
    assert [subject.split()[1] for subject in subjects] == ["Semaine", "Week", "Semana", "Semana"]


async def test_who_joins_later_does_not_get_the_one_before(runtime: Runtime) -> None:
    group = group_on(runtime.db)
    member_on(runtime.db, group, "ana@ngo.example")
    store_posts(runtime.db, group, *(post(n, MONDAY + timedelta(hours=n)) for n in range(4)))
    await send(runtime, DUE)
    member_on(runtime.db, group, "ben@ngo.example")
    assert recipients(runtime.db) == {"en": ["ana"]}


async def test_every_group_has_its_own_day(runtime: Runtime) -> None:
    for name, day in (("water", 1), ("seeds", 3)):
        group = group_on(runtime.db, NewGroup(name, name.title(), summary_day=day))
        mails = (post(n + 10 * day, MONDAY + timedelta(hours=n)) for n in range(4))
        store_posts(runtime.db, group, *mails)
    assert await send(runtime, DUE) == 1
    assert await send(runtime, DUE + timedelta(days=2)) == 1
    with runtime.db.read() as conn:
        assert len(groups.every(conn, DOMAIN)) == 2

"""The demonstration: its mails, and what the service makes of them when they come by SMTP."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from archive import ids, store
from archive.db import Database
from archive.model import GroupInfo, Post
from archive.parse import parse, part_bytes
from archive.text import own_words
from dgroup import demo
from dgroup.errors import DgroupError
from dgroup.groups import GroupError
from dgroup.model import Delivery, Role
from dgroup.people import members
from dgroup.receiving.intake import Intake
from dgroup.runs import newest_due, week_name
from dgroup.runtime import intake_settings
from dgroup.smtp.listener import Listener
from dgroup.tables import persons
from dgroup.writer import Writer
from tests.dgroup.running import DOMAIN, runtime_on

NOW = datetime(2026, 11, 25, 15, tzinfo=UTC)
MAILS = demo.mails(NOW, DOMAIN)


def named(part: str) -> demo.DemoMail:
    found = [mail for mail in MAILS if part.encode() in mail.raw]
    assert len(found) == 1, part
    return found[0]


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)))
def test_the_last_week_is_whole_due_and_past(moment: datetime) -> None:
    now = moment.replace(tzinfo=UTC)
    mails = demo.mails(now)
    monday = newest_due("Africa/Accra", 1, 8, now)
    weeks = [week_name(mail.sent_at.date()) for mail in mails]
    assert sorted(set(weeks)) == sorted(
        {week_name(monday - timedelta(weeks=back)) for back in range(3)}
    )
    assert weeks.count(week_name(monday)) == 8
    assert mails[-1].sent_at < now
    assert now - mails[-1].sent_at < timedelta(days=10)
    assert [mail.sent_at for mail in mails] == sorted(mail.sent_at for mail in mails)


def test_six_people_in_six_countries_write_eighteen_mails_in_three_languages() -> None:
    assert len(MAILS) == 18
    assert len(demo.PEOPLE) == len({person.country for person in demo.PEOPLE}) == 6
    assert {mail.mail_from for mail in MAILS} == {person.address for person in demo.PEOPLE}
    assert {parse(mail.raw).language for mail in MAILS} == {"en", "fr", "es"}


def test_every_mail_is_sound() -> None:
    for mail in MAILS:
        message = parse(mail.raw)
        assert b"@{" not in mail.raw
        assert b"X-Demo" not in mail.raw
        assert not message.defects
        assert message.date_claimed == mail.sent_at
        assert message.from_[0].address == mail.mail_from
        assert "�" not in message.text + message.subject
        assert max(len(line) for line in mail.raw.splitlines()) <= 100
        assert re.search(rb"(?<!\r)\n", mail.raw) is None
        assert all(len(word) <= 75 for word in re.findall(r"=\?\S+\?=", mail.raw.decode("latin-1")))


def test_a_date_header_is_in_the_authors_own_zone() -> None:
    told = {
        mail.mail_from: parsedate_to_datetime(str(re.search(r"Date: (.+)\r", text)[1])).utcoffset()  # type: ignore[index]  # each mail has a Date
        for mail in MAILS
        if (text := mail.raw.decode("latin-1"))
    }
    assert told["marites.v@bohol-sweet.example"] == timedelta(hours=8)
    assert told["lorena@cafe-marcala.example"] == timedelta(hours=-6)


def test_addresses_are_of_nobody() -> None:
    for mail in MAILS:
        for domain in re.findall(rb"[\w.-]+@([\w.-]+\w)", mail.raw):
            assert domain.decode().endswith((".example", DOMAIN))
        for host in re.findall(rb"https?://([\w.-]+)", mail.raw):
            assert host.endswith(b".example")


def test_quotes_signatures_and_phone_lines_are_not_the_authors_words() -> None:
    for mail in MAILS:
        own = own_words(parse(mail.raw).text)
        assert len(own) > 150
        assert "wrote:" not in own
        assert "écrit :" not in own
        assert "my phone" not in own
        assert "mi teléfono" not in own
        assert "Tamale, Ghana" not in own
    interleaved = own_words(parse(named("I am stealing this").raw).text)
    assert "whether to invite me or to practise" in interleaved
    assert "Imagine a small line in the budget" in interleaved
    assert "horrible buyer" not in interleaved


def test_an_old_charset_html_and_a_reply_without_references_are_among_them() -> None:
    old = named('charset="windows-1252"')
    assert "\u2019".encode("cp1252") in old.raw
    assert "c\u2019est le cœur du problème" in parse(old.raw).text
    assert b"text/html" in named("multipart/alternative").raw
    bare = next(mail for mail in MAILS if "+re-" in mail.rcpt)
    assert not parse(bare.raw).references
    assert ids.key_of(parse(old.raw).message_id) in bare.rcpt


def test_the_sheets_are_real_pdf_files() -> None:
    sheets = [
        part_bytes(mail.raw, part.index)
        for mail in MAILS
        for part in parse(mail.raw).parts
        if part.filename.endswith(".pdf")
    ]
    assert len(sheets) == 2
    for data in sheets:
        assert data.startswith(b"%PDF-1.4")
        xref = int(re.findall(rb"startxref\n(\d+)", data)[0])
        assert data[xref:].startswith(b"xref")
        for place in re.findall(rb"(\d{10}) 00000 n", data):
            assert re.match(rb"\d+ 0 obj", data[int(place) :])


def test_the_clock_stands_until_it_is_released() -> None:
    clock = demo.DemoClock(lambda: NOW)
    assert clock() == NOW
    clock.set(MAILS[0].sent_at)
    assert clock() == MAILS[0].sent_at
    clock.release()
    assert clock() == NOW


# --- Through the listener ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Planted:
    """The demonstration as the service stored it."""

    db: Database
    group: GroupInfo
    posts: list[Post]

    def post(self, words: str) -> Post:
        key = ids.key_of(parse(named(words).raw).message_id)
        return next(post for post in self.posts if post.key == key)


@pytest.fixture
async def planted(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Planted]:
    runtime = runtime_on(sqlite_database, tmp_path)
    writer = Writer(runtime.db)
    with runtime.db.write() as conn:
        group = demo.create(conn, DOMAIN, MAILS[0].sent_at)
    intake = Intake(runtime.tools, writer, intake_settings(runtime.config), runtime.keyring)
    clock = demo.DemoClock(lambda: NOW)
    listener = Listener(runtime.config.listener, intake, clock)
    host, port = await listener.start()
    await demo.seed(host, port, MAILS, clock.set)
    await listener.stop(5)
    with runtime.db.read() as conn:
        posts = [one.post for one in store.walk(conn, group.id)]
    yield Planted(runtime.db, group.info, posts)
    writer.close()


async def test_every_mail_becomes_a_post_at_the_moment_it_was_sent(planted: Planted) -> None:
    assert [post.received_at for post in planted.posts] == [mail.sent_at for mail in MAILS]
    assert {post.author for post in planted.posts} == {person.name for person in demo.PEOPLE}


async def test_the_conversation_is_six_threads_in_reply_order(planted: Planted) -> None:
    threads = {post.thread_id for post in planted.posts}
    sizes = sorted(sum(post.thread_id == one for post in planted.posts) for one in threads)
    assert sizes == [1, 1, 3, 3, 4, 6]
    bare, answered = (
        planted.post("Island Webmail 2.1\r\n\r\nGood evening"),
        planted.post('charset="windows-1252"'),
    )
    assert bare.parent_id == answered.id


async def test_the_members_are_as_they_are_told(planted: Planted) -> None:
    with planted.db.read() as conn:
        found = {one.name: one for one in members.of_group(conn, planted.group.id)}
        countries = conn.execute(select(persons.c.country)).scalars().all()
    assert found["Ama Owusu-Darko"].role is Role.COORDINATOR
    assert found["Marites Villanueva"].delivery is Delivery.WEEKLY
    assert found["Joost Hendriks"].delivery is Delivery.NONE
    assert found["Lorena Zelaya"].language == "es"
    assert set(countries) == {person.country for person in demo.PEOPLE}


async def test_it_is_planted_once(planted: Planted) -> None:
    with planted.db.write() as conn, pytest.raises(GroupError, match="there is a group"):
        demo.create(conn, DOMAIN, NOW)


async def test_a_mail_that_is_refused_says_so(sqlite_database: Database, tmp_path: Path) -> None:
    runtime = runtime_on(sqlite_database, tmp_path)
    writer = Writer(runtime.db)
    intake = Intake(runtime.tools, writer, intake_settings(runtime.config), runtime.keyring)
    listener = Listener(runtime.config.listener, intake, lambda: NOW)
    host, port = await listener.start()
    with pytest.raises(DgroupError, match="No such group"):
        await demo.seed(host, port, MAILS[:1], lambda moment: None)
    await listener.stop(5)
    writer.close()

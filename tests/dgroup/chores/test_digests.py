"""Digests: whole posts once a day, week or month, none lost and none twice, whatever the hosts do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from archive.db import Database
from archive.importer import import_mails
from archive.mbox import MboxMessage
from archive.tables import posts
from dgroup import expansion, groups
from dgroup.chores import digest_mails, digests
from dgroup.model import Delivery, Group, MemberState
from dgroup.runtime import Runtime
from dgroup.tables import deliveries, memberships, outbox_mails
from dgroup.writer import Writer
from tests.dgroup.plainmail import GROUP
from tests.dgroup.running import group_on, member_on, runtime_on

TUESDAY = datetime(2026, 3, 3, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(slots=True)
class Desk:
    """A group with one reader of each mode, and digests at any moment."""

    runtime: Runtime
    writer: Writer
    group: Group
    numbers: list[int] = field(default_factory=list)

    def post(self, at: datetime, text: str = "", head: str = "") -> str:
        number = len(self.numbers) + 1
        self.numbers.append(number)
        raw = (
            f"Received: from a.example by b.example; {at:%a, %d %b %Y %H:%M:%S} +0000\n"
            f"From: Ben Osei <ben@ngo.example>\nSubject: Pump {number}\n"
            f"Date: {at:%a, %d %b %Y %H:%M:%S} +0000\nMessage-ID: <p{number}@ngo.example>\n{head}\n"
            f"{text or f'Rope {number} broke.'}\n"
        )
        import_mails(self.runtime.db, self.group.info, [MboxMessage(raw.encode(), None)], now=at)
        return f"Pump {number}"

    async def send(self, now: datetime) -> int:
        return await digests.send_due(self.runtime.weekly, self.writer, now)

    def mails(self) -> list[tuple[str, EmailMessage]]:
        """(mode, mail) of all digests so far."""
        query = select(outbox_mails.c.variant, outbox_mails.c.head)
        query = query.where(outbox_mails.c["class"] == "digest").order_by(outbox_mails.c.id)
        with self.runtime.db.read() as conn:
            rows = conn.execute(query).all()
        found = []
        for row in rows:
            mail = message_from_bytes(row.head, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            found.append((row.variant.partition(";")[0], mail))
        return found

    def subjects(self, mode: str = "daily") -> list[list[str]]:
        """The posts of each digest of a mode."""
        texts = [mail.get_content().splitlines() for one, mail in self.mails() if one == mode]
        return [[line[9:] for line in text if line.startswith("Subject: ")] for text in texts]


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    runtime = runtime_on(database, tmp_path)
    group = group_on(database)
    for mode in ("each", "daily", "weekly-full", "monthly"):
        member_on(database, group, f"{mode}@home.example")
    for mode in ("daily", "weekly-full", "monthly"):
        with database.write() as conn:
            conn.execute(
                update(memberships)
                .where(memberships.c.address == f"{mode}@home.example")
                .values(delivery=mode)
            )
    writer = Writer(database)
    yield Desk(runtime, writer, group)
    await asyncio.to_thread(writer.close)


async def test_a_day_comes_whole_at_the_summary_hour_to_those_who_chose_it(desk: Desk) -> None:
    desk.post(TUESDAY - DAY)
    desk.post(TUESDAY - 10 * HOUR, "Ours too.\n" + "-" * 40 + "\n> quoted " + "x" * 100)
    assert await desk.send(TUESDAY - timedelta(minutes=1)) == 0
    assert await desk.send(TUESDAY) == 1
    assert await desk.send(TUESDAY + HOUR) == 0
    ((mode, mail),) = desk.mails()
    assert mode == "daily"
    assert mail["Subject"] == "Water, 3 March 2026: 2 messages"
    assert mail["Reply-To"] == "water@lists.example"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_content().replace("\r\n", "\n")
    assert "1. Pump 1 (Ben Osei)\n   https://" in text
    assert "\nOurs too.\n " + "-" * 40 + "\n> quoted " + "x" * 100 in text
    assert text.count("\n\n" + "-" * 30 + "\n\n") == 2
    assert text.count("\n\n" + "-" * 70 + "\n\nMessage: 1\nDate: Mon, 02 Mar 2026 ") == 1
    assert text.endswith("\n\nEnd of Water Digest\n" + "*" * 19 + "\n")
    with desk.runtime.db.read() as conn:
        key = conn.execute(select(posts.c.key).order_by("id")).scalars().first()
    assert f"Reply-To: water+re-{key}@lists.example" in text


async def test_a_flood_of_text_ends_in_the_archive(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digests, "TEXTS", 5000)
    for words in ("short", "line of it\n" * 800, "the last one"):
        desk.post(TUESDAY - DAY, words)
    await desk.send(TUESDAY)
    ((_, mail),) = desk.mails()
    text = mail.get_content().replace("\r\n", "\n")
    assert len(text) < 7000
    assert text.count("Subject: Pump") == 3
    assert text.count("[... the text goes on] https://lists.example/water/m/") == 2
    assert "\n\nshort\n\n" in text
    assert "the last one" not in text


async def test_only_active_readers_of_that_mode_get_it(desk: Desk) -> None:
    group = desk.group
    paused = member_on(desk.runtime.db, group, "away@home.example")
    with desk.runtime.db.write() as conn:
        conn.execute(
            update(memberships)
            .where(memberships.c.address == "away@home.example")
            .values(delivery=Delivery.DAILY, state=MemberState.PAUSED)
        )
    assert paused is not None
    desk.post(TUESDAY - DAY)
    await desk.send(TUESDAY)
    with desk.runtime.db.write() as conn:
        for fanout in expansion.open_fanouts(conn):
            expansion.expand(desk.runtime.db, conn, fanout, TUESDAY)
    with desk.runtime.db.read() as conn:
        got = conn.execute(select(deliveries.c.recipient)).scalars().all()
    assert list(got) == ["daily@home.example"]


async def test_nothing_is_lost_or_twice_over_days_holds_and_nights_without_a_host(
    desk: Desk,
) -> None:
    first, night = desk.post(TUESDAY - 9 * HOUR), desk.post(TUESDAY - HOUR)
    await desk.send(TUESDAY)
    second = desk.post(TUESDAY + HOUR)
    held = desk.post(TUESDAY - 20 * HOUR)  # came before the first digest, let through after it
    await desk.send(TUESDAY + 3 * DAY)  # the host was down for two days
    third = desk.post(TUESDAY + 3 * DAY + HOUR)
    await desk.send(TUESDAY + 4 * DAY)
    assert desk.subjects() == [[first], [night, second, held], [third]]


async def test_the_first_digest_loses_nothing_that_was_let_through_late(desk: Desk) -> None:
    evening, night = desk.post(TUESDAY - 10 * HOUR), desk.post(TUESDAY - HOUR)
    held = desk.post(TUESDAY - 12 * HOUR)
    await desk.send(TUESDAY)
    await desk.send(TUESDAY + DAY)
    assert desk.subjects() == [[evening], [night, held]]


async def test_a_month_comes_on_its_first_day_after(desk: Desk) -> None:
    one, two = desk.post(TUESDAY), desk.post(TUESDAY + 20 * DAY)
    await desk.send(datetime(2026, 4, 1, 7, 59, tzinfo=UTC))
    assert desk.subjects("monthly") == []
    await desk.send(datetime(2026, 4, 1, 8, tzinfo=UTC))
    assert desk.subjects("monthly") == [[one, two]]
    await desk.send(datetime(2026, 4, 30, 8, tzinfo=UTC))
    assert len(desk.subjects("monthly")) == 1


async def test_history_that_is_brought_in_is_in_no_digest(desk: Desk) -> None:
    await desk.send(TUESDAY)
    desk.post(TUESDAY - 400 * DAY)
    new = desk.post(TUESDAY + HOUR)
    await desk.send(TUESDAY + DAY)
    assert desk.subjects() == [[new]]


async def test_a_removed_post_and_a_quiet_day_send_nothing(desk: Desk) -> None:
    desk.post(TUESDAY - DAY)
    with desk.runtime.db.write() as conn:
        conn.execute(update(posts).values(state="removed"))
    assert await desk.send(TUESDAY) == 0
    assert await desk.send(TUESDAY + DAY) == 0
    assert desk.mails() == []


async def test_whoever_chooses_a_digest_later_gets_what_comes_then(desk: Desk) -> None:
    db = desk.runtime.db
    with db.write() as conn:
        conn.execute(update(memberships).values(delivery=Delivery.EACH))
    desk.post(TUESDAY - DAY)
    assert await desk.send(TUESDAY) == 0
    with db.write() as conn:
        conn.execute(update(memberships).values(delivery=Delivery.DAILY))
    new = desk.post(TUESDAY + HOUR)
    await desk.send(TUESDAY + DAY)
    assert desk.subjects() == [[new]]


async def test_what_is_too_much_for_one_mail_comes_in_several_and_nothing_is_cut(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest_mails, "SIZE", 50)
    long = "word " * 40
    names = [desk.post(TUESDAY - DAY, long), desk.post(TUESDAY - DAY, "short")]
    names.append(desk.post(TUESDAY - DAY, "short too"))
    assert await desk.send(TUESDAY) == 2
    assert desk.subjects() == [names[:1], names[1:]]
    mails = [mail for _, mail in desk.mails()]
    assert [str(mail["Subject"])[-6:] for mail in mails] == [" (1/2)", " (2/2)"]
    assert long.strip() in mails[0].get_content()


async def test_a_digest_that_crashed_is_made_again_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = desk.post(TUESDAY - DAY)
    with monkeypatch.context() as broken:
        broken.setattr(digests, "_mails", None)
        with pytest.raises(TypeError):
            await desk.send(TUESDAY)
    assert await desk.send(TUESDAY + timedelta(minutes=30)) == 0
    assert await desk.send(TUESDAY + HOUR) == 1
    assert desk.subjects() == [[name]]


async def test_hostile_names_add_no_header(desk: Desk) -> None:
    desk.post(TUESDAY - DAY, "a\x0bb\x85c \ud83d".encode("utf-8", "replace").decode())
    with desk.runtime.db.write() as conn:
        conn.execute(update(posts).values(subject="x\r\nBcc: y\u202e", author="n\nm"))
    await desk.send(TUESDAY)
    ((_, mail),) = desk.mails()
    assert mail["Bcc"] is None
    assert not mail.defects
    assert "Subject: x Bcc: y" in mail.get_content()


async def test_a_group_that_is_for_members_only_gives_no_links(desk: Desk) -> None:
    with desk.runtime.db.write() as conn:
        groups.change(desk.runtime.db, conn, desk.group, {"archive": "members"}, TUESDAY)
    desk.post(TUESDAY - DAY)
    await desk.send(TUESDAY)
    ((_, mail),) = desk.mails()
    assert "https://" not in mail.get_content()
    assert mail["List-Archive"] is None


@given(
    now=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    zone=st.sampled_from(["UTC", "Africa/Nairobi", "America/Lima", "Pacific/Auckland"]),
)
def test_the_newest_digest_is_one_of_the_time_before(now: datetime, zone: str) -> None:
    group = _group(zone)
    for mode in digests.MODES:
        due = digests.newest_due(group, mode, now)
        length = timedelta(
            days={Delivery.DAILY: 1, Delivery.WEEKLY_FULL: 7, Delivery.MONTHLY: 31}[mode]
        )
        assert due.start < now
        assert now - due.start < 2 * length + timedelta(hours=33)
        assert due.end <= now
        assert mode is Delivery.WEEKLY_FULL or due.period < due.day.isoformat()
        assert isinstance(due.day, date)


def _group(zone: str) -> Group:
    return replace(GROUP, info=replace(GROUP.info, timezone=zone))

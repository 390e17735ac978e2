"""Who gets which edition of a digest: each reader one, in their form and language, without what they muted."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select, update

from archive.db import Database
from archive.tables import posts
from dgroup import editions, expansion, outbox
from dgroup.audience import FULL, LIGHT, MIME, PLAIN, TEXT, Readers, readers_of, shape_of
from dgroup.chores import digests
from dgroup.model import Delivery, MailClass, MemberState
from dgroup.tables import deliveries, memberships, mutes, outbox_mails
from dgroup.writer import Writer
from tests.dgroup.chores.test_digests import DAY, TUESDAY, Desk
from tests.dgroup.running import group_on, member_on, runtime_on

Got = dict[str, list[str]]
QUOTING = "\n".join(f"> line {number}" for number in range(20)) + "\n\nI agree.\n\n> short\n\nYes."


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    runtime = runtime_on(database, tmp_path)
    made = Desk(runtime, Writer(database), group_on(database))
    yield made
    await asyncio.to_thread(made.writer.close)


def reader(desk: Desk, name: str, *, language: str = "en", **values: object) -> int:
    member = member_on(desk.runtime.db, desk.group, f"{name}@home.example", language=language)
    change(desk, member.id, **{"delivery": Delivery.DAILY, **values})
    return member.id


def change(desk: Desk, member_id: int, **values: object) -> None:
    with desk.runtime.db.write() as conn:
        conn.execute(update(memberships).where(memberships.c.id == member_id).values(**values))


def got(desk: Desk) -> Got:
    """Expand everything: reader -> '<form> <language>: subjects' of each mail."""
    db = desk.runtime.db
    with db.write() as conn:
        for fanout in expansion.open_fanouts(conn):
            while not _done(conn, fanout.id):
                fresh = next(one for one in expansion.open_fanouts(conn) if one.id == fanout.id)
                expansion.expand(db, conn, fresh, TUESDAY, chunk=2)
        query = select(deliveries.c.recipient, outbox_mails.c.head).join(
            outbox_mails, outbox_mails.c.id == deliveries.c.outbox_mail_id
        )
        rows = conn.execute(query.order_by(deliveries.c.recipient, outbox_mails.c.id)).all()
    found: Got = {}
    for row in rows:
        found.setdefault(row.recipient.partition("@")[0], []).append(_said(row.head))
    return found


def _done(conn: Connection, fanout_id: int) -> bool:
    return all(one.id != fanout_id for one in expansion.open_fanouts(conn))


def _said(mail: bytes) -> str:
    form = MIME if b"multipart/digest" in mail else LIGHT if b"quoted line" in mail else PLAIN
    language = mail.partition(b"Content-Language: ")[2][:2].decode()
    shown = [n for n in range(1, 9) if b"Subject: Pump %d\r\n" % n in mail]
    return f"{form} {language}: {','.join(map(str, shown))}"


async def test_each_reader_gets_one_edition_in_their_form_and_language(desk: Desk) -> None:
    reader(desk, "ana")
    reader(desk, "luc", language="fr")
    reader(desk, "mia", language="fr", mime_digest=True)
    reader(desk, "nils", language="nl", mime_digest=True)
    reader(desk, "lia", mime_digest=True, light=True)
    reader(desk, "away", state=MemberState.PAUSED)
    reader(desk, "each", delivery=Delivery.EACH)
    reader(desk, "week", delivery=Delivery.WEEKLY_FULL)
    desk.post(TUESDAY - DAY, QUOTING)
    assert await desk.send(TUESDAY) == 5
    assert got(desk) == {
        "ana": ["plain en: 1"],
        "luc": ["plain fr: 1"],
        "mia": ["mime fr: 1"],
        "nils": ["mime en: 1"],
        "lia": ["light en: 1"],
    }


async def test_light_readers_get_no_long_quotes(desk: Desk) -> None:
    reader(desk, "ana")
    reader(desk, "lia", light=True)
    desk.post(TUESDAY - DAY, QUOTING)
    await desk.send(TUESDAY)
    full, light = sorted((mail.get_content() for _, mail in desk.mails()), key=len, reverse=True)
    assert "\n> line 19\n" in full.replace("\r", "")
    assert "> line" not in light
    assert re.search(
        r"\n\n\[\.\.\. 20 quoted lines\] https://\S+\n\nI agree\.\n\n> short\n\nYes\.\n\n-{30}\n",
        light.replace("\r", ""),
    )


FORMS: dict[str, dict[str, object]] = {
    "ana": {},
    "mia": {"mime_digest": True},
    "lia": {"light": True},
    "leo": {"light": True, "mime_digest": True},
}


@pytest.mark.parametrize("names", [one for n in (1, 2, 3) for one in combinations(FORMS, n)])
async def test_whatever_readers_ask_for_meanwhile_each_gets_one(
    desk: Desk, names: tuple[str, ...]
) -> None:
    members = {
        name: reader(desk, name, **FORMS[name])  # type: ignore[arg-type]  # columns
        for name in names
    }
    late = {f"{name}-late": reader(desk, f"{name}-late", delivery=Delivery.EACH) for name in FORMS}
    desk.post(TUESDAY - DAY, QUOTING)
    await desk.send(TUESDAY)
    for name, member in late.items():
        wish = {"delivery": Delivery.DAILY, **FORMS[name.removesuffix("-late")]}
        change(desk, member, **wish)
    found = got(desk)
    assert set(found) == {*members, *late}
    assert {len(mails) for mails in found.values()} == {1}
    kinds = {"ana": "plain", "mia": "mime", "lia": "light", "leo": "light"}
    for name in names:
        assert found[name][0].startswith(kinds[name])


async def test_a_reader_who_changes_the_form_before_it_goes_out_gets_it_all_the_same(
    desk: Desk,
) -> None:
    ana = reader(desk, "ana")
    desk.post(TUESDAY - DAY)
    await desk.send(TUESDAY)
    change(desk, ana, mime_digest=True)
    assert got(desk) == {"ana": ["plain en: 1"]}


async def test_the_week_comes_whole_on_the_summary_day(desk: Desk) -> None:
    reader(desk, "week", delivery=Delivery.WEEKLY_FULL)
    reader(desk, "sum", delivery=Delivery.WEEKLY)
    desk.post(TUESDAY - 4 * DAY)
    desk.post(TUESDAY - 2 * DAY)
    monday = TUESDAY - DAY
    assert await desk.send(monday.replace(hour=7, minute=59)) == 0
    assert await desk.send(monday) == 1
    desk.post(TUESDAY)  # of the week after
    assert await desk.send(monday + DAY) == 0
    assert got(desk) == {"week": ["plain en: 1,2"]}
    ((_, mail),) = desk.mails()
    assert mail["Subject"] == "Water, 2 March 2026: 2 messages"
    assert await desk.send(monday + 7 * DAY) == 1


def mute(desk: Desk, member_id: int, *subjects: str) -> None:
    with desk.runtime.db.write() as conn:
        chosen = select(posts.c.thread_id).where(posts.c.subject.in_(subjects))
        rows = [
            {"membership_id": member_id, "thread_id": one} for one in conn.execute(chosen).scalars()
        ]
        conn.execute(insert(mutes), rows)


async def test_muted_threads_are_left_out_of_a_readers_digest(desk: Desk) -> None:
    reader(desk, "ana")
    luc = reader(desk, "luc", language="fr", mime_digest=True)
    mia, all_ = reader(desk, "mia"), reader(desk, "all")
    one, two = desk.post(TUESDAY - DAY), desk.post(TUESDAY - DAY)
    mute(desk, luc, one)
    mute(desk, mia, two)
    mute(desk, all_, one, two)
    await desk.send(TUESDAY)
    late = reader(desk, "late")
    assert got(desk) == {"ana": ["plain en: 1,2"], "luc": ["mime fr: 2"], "mia": ["plain en: 1"]}
    assert late


async def test_who_mutes_after_the_digest_is_made_gets_it(desk: Desk) -> None:
    ana, mia = reader(desk, "ana"), reader(desk, "mia")
    one, two = desk.post(TUESDAY - DAY), desk.post(TUESDAY - DAY)
    mute(desk, mia, one)
    await desk.send(TUESDAY)
    mute(desk, ana, two)
    assert got(desk) == {"ana": ["plain en: 1,2"], "mia": ["plain en: 2"]}


async def test_beyond_so_many_editions_a_muted_thread_is_shown(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editions, "MOST", 1)
    ana, mia, luc = (reader(desk, name) for name in ("ana", "mia", "luc"))
    one, two = desk.post(TUESDAY - DAY), desk.post(TUESDAY - DAY)
    mute(desk, ana, one)
    mute(desk, mia, one)
    mute(desk, luc, two)
    await desk.send(TUESDAY)
    assert got(desk) == {"ana": ["plain en: 2"], "mia": ["plain en: 2"], "luc": ["plain en: 1,2"]}


async def test_where_the_mails_are_too_much_for_the_memory_all_get_the_text(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digests, "LARGEST", 10)
    reader(desk, "mia", mime_digest=True)
    desk.post(TUESDAY - DAY)
    await desk.send(TUESDAY)
    assert got(desk) == {"mia": ["plain en: 1"]}


async def test_what_was_queued_by_an_older_version_goes_out(desk: Desk) -> None:
    ana = reader(desk, "ana", mime_digest=True)
    with desk.runtime.db.write() as conn:
        outbox.queue_letter_to_group(
            conn,
            group_id=desk.group.id,
            message=b"Subject: x\r\n\r\nSubject: Pump 1\r\n",
            mail_class=MailClass.DIGEST,
            cutoff=ana,
            now=TUESDAY,
            only="daily",
        )
    assert list(got(desk)) == ["ana"]


@given(
    st.sampled_from(list(Delivery)),
    st.sampled_from(["", PLAIN, MIME, LIGHT, FULL, TEXT]),
    st.sampled_from(["", "fr", "!fr,es"]),
    st.lists(st.integers(1, 2**40), max_size=5),
    st.booleans(),
)
def test_words_about_readers_are_read_as_they_were_written(
    delivery: Delivery, form: str, languages: str, people: list[int], only: bool
) -> None:
    readers = Readers(delivery, form, languages, tuple(people), only and bool(people))
    words = readers.words()
    assert readers_of(words) == readers
    shape, named = shape_of(words)
    assert named == tuple(people)
    assert readers_of(shape).only == readers.only
    assert not readers_of(shape).people

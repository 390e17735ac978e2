"""A post is taken down while digests and summaries that tell of it wait: they leave without it, over SMTP."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from archive import ids
from archive.db import Database
from archive.tables import posts
from dgroup import deliveries
from dgroup.chores import digests, remaking, weekly
from dgroup.config import Relay, relay_target
from dgroup.sending.sender import Sender
from dgroup.tables import deliveries as rows
from dgroup.tables import memberships, mutes, outbox_mails
from dgroup.tables_outbox import recipes
from dgroup.takedown import take_down
from dgroup.writer import Writer
from tests.dgroup.chores.test_digests import DAY, HOUR, TUESDAY, Desk
from tests.dgroup.faulty_smtp import FaultySmtp, Step, faulty_smtp, until
from tests.dgroup.running import group_on, runtime_on
from tests.dgroup.test_editions import reader

SECRET = "My account number is 12345."
MONDAY = TUESDAY + 6 * DAY


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    runtime = runtime_on(database, tmp_path)
    made = Desk(runtime, Writer(database), group_on(database))
    reader(made, "ana")
    reader(made, "luc", language="fr")
    reader(made, "mia", mime_digest=True)
    reader(made, "nuno", language="pt", mime_digest=True)
    reader(made, "lia", language="es", light=True)
    yield made
    await asyncio.to_thread(made.writer.close)


class Gate:
    """A smarthost that says 'later' until it is open."""

    open = False

    def __call__(self, step: Step) -> str:
        return "451 4.3.0 later" if step.kind == "rcpt" and not self.open else ""


@asynccontextmanager
async def sending(desk: Desk, now: list[datetime], server: FaultySmtp) -> AsyncIterator[Sender]:
    runtime = desk.runtime
    sender = Sender(
        runtime.db,
        desk.writer,
        relay=Relay(connections=2),
        target=relay_target(f"smtp://127.0.0.1:{server.port}"),
        password="",
        hostname="lists.example",
        keyring=runtime.keyring,
        site=runtime.site,
        clock=lambda: now[0],
        again=partial(remaking.again, runtime.weekly),
    )
    task = asyncio.create_task(sender.run())
    try:
        yield sender
    finally:
        await sender.stop(grace_s=2)
        await task


async def sent_after(desk: Desk, *numbers: int) -> dict[str, EmailMessage]:
    """Have all that waits refused once, take these posts down, then let it go: reader -> mail."""
    gate, now = Gate(), [MONDAY + DAY]
    async with faulty_smtp(gate) as server, sending(desk, now, server) as sender:
        await until(lambda: _tried(desk))
        take(desk, *numbers)
        gate.open = True
        now[0] += DAY / 2
        sender.wake()
        await until(lambda: not _waiting(desk))
        found = {one.recipient.partition("@")[0]: _read(one.data) for one in server.ledger}
        assert len(found) == len(server.ledger)
    return found


def take(desk: Desk, *numbers: int) -> None:
    for number in numbers:
        key = ids.key_of(f"p{number}@ngo.example")
        with desk.runtime.db.write() as conn:
            take_down(desk.runtime.db, conn, desk.group, key, MONDAY + DAY)


def _tried(desk: Desk) -> bool:
    with desk.runtime.db.read() as conn:
        every = conn.execute(select(rows.c.attempts, rows.c.claimed_by)).all()
    tried = any(row.attempts for row in every)  # the domain rests before all of them had a turn
    return tried and all(row.claimed_by is None for row in every)


def _waiting(desk: Desk) -> int:
    with desk.runtime.db.read() as conn:
        return deliveries.status(conn, TUESDAY).pending


def _read(data: bytes) -> EmailMessage:
    found = message_from_bytes(data, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def texts(mail: EmailMessage) -> str:
    """All words of a mail, its enclosed mails' subjects too."""
    leaves = [part for part in mail.walk() if part.get_content_maintype() == "text"]
    heads = [str(part["Subject"]) for part in mail.walk() if part["Subject"]]
    return "\n".join([*heads, *(str(part.get_content()) for part in leaves)])


def kept(desk: Desk) -> Iterator[bytes]:
    with desk.runtime.db.read() as conn:
        yield from conn.execute(select(outbox_mails.c.head)).scalars()


async def due(desk: Desk) -> None:
    desk.post(TUESDAY - DAY)
    desk.post(TUESDAY - 20 * HOUR, SECRET)
    desk.post(TUESDAY - 10 * HOUR, head="In-Reply-To: <p2@ngo.example>")
    assert await desk.send(TUESDAY) == 6


GONE = {
    "ana": "This message was removed.",
    "luc": "Ce message a été retiré.",
    "mia": "This message was removed.",
    "nuno": "Esta mensagem foi removida.",
    "lia": "Este mensaje se ha retirado.",
}


async def test_every_edition_leaves_without_the_post_and_says_so(desk: Desk) -> None:
    await due(desk)
    got = await sent_after(desk, 2)
    assert set(got) == set(GONE)
    for name, mail in got.items():
        words = texts(mail)
        assert "12345" not in words
        assert "Pump 2" not in words
        assert GONE[name] in words
        assert "Rope 1 broke." in words
        assert "Rope 3 broke." in words
        assert not mail.defects
    assert got["ana"]["Subject"] == "Water, 3 March 2026: 2 messages"
    contents = got["ana"].get_content().replace("\r\n", "\n").partition("\n" + "-" * 70)[0]
    assert "1. Pump 1 (Ben Osei)\n" in contents
    assert "   2. This message was removed.\n   3. Ben Osei\n" in contents
    inside = [part for part in got["mia"].walk() if part.get_content_type() == "message/rfc822"]
    assert [str(part.get_content()["Subject"]) for part in inside] == [
        "Pump 1",
        GONE["mia"],
        "Pump 3",
    ]


async def test_nothing_of_the_post_is_left_in_what_waits_or_was_sent(desk: Desk) -> None:
    await due(desk)
    gate = Gate()
    gate.open = True
    async with faulty_smtp(gate) as server, sending(desk, [TUESDAY], server):
        await until(lambda: len(server.ledger) == 5)
        await until(lambda: not _waiting(desk))
    assert any(b"12345" in head for head in kept(desk))
    take(desk, 2)
    assert not any(b"12345" in head or b"Pump 2" in head for head in kept(desk))
    with desk.runtime.db.read() as conn:
        assert conn.execute(select(recipes)).all() == []


async def test_who_muted_the_thread_sees_no_trace_of_it(desk: Desk) -> None:
    desk.post(TUESDAY - DAY)
    desk.post(TUESDAY - 20 * HOUR, SECRET)
    with desk.runtime.db.write() as conn:
        thread = conn.execute(select(posts.c.thread_id).where(posts.c.subject == "Pump 2"))
        ana = conn.execute(
            select(memberships.c.id).where(memberships.c.address == "ana@home.example")
        )
        made = {"membership_id": ana.scalar_one(), "thread_id": thread.scalar_one()}
        conn.execute(insert(mutes).values(made))
    await desk.send(TUESDAY)
    got = await sent_after(desk, 2)
    assert GONE["ana"] not in texts(got["ana"])
    assert GONE["mia"] in texts(got["mia"])


async def test_a_digest_of_which_nothing_is_left_is_not_sent(desk: Desk) -> None:
    desk.post(TUESDAY - DAY, SECRET)
    await desk.send(TUESDAY)
    assert await sent_after(desk, 1) == {}
    with desk.runtime.db.read() as conn:
        ends = Counter(conn.execute(select(rows.c.state, rows.c.last_reply)).all())
    assert ends == {("failed", "the mail was taken down"): 5}


async def test_posts_go_one_after_the_other(desk: Desk) -> None:
    await due(desk)
    take(desk, 1)
    got = await sent_after(desk, 2)
    assert len(got) == 5
    assert texts(got["ana"]).count(GONE["ana"]) == 4  # both: in the contents and in their places
    assert got["ana"]["Subject"] == "Water, 3 March 2026: 1 message"


async def test_a_post_that_goes_while_the_digest_is_made_is_not_in_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.post(TUESDAY - DAY)
    desk.post(TUESDAY - 20 * HOUR, SECRET)
    make = digests._make

    def meanwhile(*given: object) -> object:
        made = make(*given)  # type: ignore[arg-type]  # passed on as given
        take(desk, 2)
        return made

    monkeypatch.setattr(digests, "_make", meanwhile)
    await desk.send(TUESDAY)
    assert not any(b"12345" in head for head in kept(desk))
    got = await sent_after(desk)
    assert len(got) == 5
    assert "Rope 1 broke." in texts(got["ana"])


async def test_a_summary_leaves_without_the_post(desk: Desk) -> None:
    for at in range(1, 5):
        desk.post(TUESDAY + at * HOUR, f"Does rope {at} last? It cost us a whole year to find out.")
    desk.post(TUESDAY + 9 * HOUR, f"Who can help? {SECRET} Please answer soon.")
    assert await weekly.send_due(desk.runtime.weekly, desk.writer, MONDAY + DAY) == 1
    assert all("Who can help?" in texts(_read(head)) for head in kept(desk))
    got = await sent_after(desk, 5)
    assert set(got) == set(GONE)
    for mail in got.values():
        assert "Who can help?" not in texts(mail)
        assert "Pump 5" not in texts(mail)
        assert "Pump 1" in texts(mail)

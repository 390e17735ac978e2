"""What a host asks: what became of a mail and of a person, what waits, what is held or kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import insert, update

from archive.db import Database
from archive.errors import NotFound
from archive.rawmail import store_mail
from dgroup import expansion, operate, tracing
from dgroup.cli.queue import in_short
from dgroup.errors import NotFoundError
from dgroup.model import Role, WhoPosts
from dgroup.tables import deliveries, quarantine
from tests.dgroup.desk import NOW, Desk, opened

ANA, BEN = "ana@ngo.example", "ben@ngo.example"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    """A group of two, on either engine."""
    with opened(database) as made:
        made.join(ANA, "Ana")
        made.join(BEN, "Ben", role=Role.COORDINATOR)
        yield made


def events(desk: Desk, wanted: str, limit: int = 50) -> list[tuple[str, str]]:
    """(event, who) of a trace, oldest first."""
    with desk.db.read() as conn:
        return [(line.event, line.who) for line in tracing.trace(conn, wanted, limit)]


def expand(desk: Desk) -> None:
    """Make the deliveries of every mail that waits."""
    with desk.db.write() as conn:
        for fanout in expansion.open_fanouts(conn):
            expansion.expand(desk.db, conn, fanout, desk.now)


async def test_a_post_is_traced_with_its_copies(desk: Desk) -> None:
    reply = await desk.send("water", "Hello.", message_id="one@ngo.example")
    expand(desk)
    url = reply.text.rpartition(" ")[2]
    key = url.rpartition("/")[2].removesuffix(".html")
    expected = [("posted", ANA), ("post pending", ANA), ("post pending", BEN)]
    for wanted in ("one@ngo.example", "<one@ngo.example>", key, key.upper(), url):
        assert events(desk, wanted) == expected, wanted


async def test_a_person_is_traced_with_what_they_sent_and_got(desk: Desk) -> None:
    await desk.send("water", "Hello.", sender=BEN)
    await desk.send("water-join", "join", sender="zoe@else.example")
    expand(desk)
    assert events(desk, "BEN@ngo.example") == [("posted", BEN), ("post pending", BEN)]
    assert [event for event, _ in events(desk, "zoe@else.example")] == ["command", "letter pending"]


async def test_a_mail_to_two_groups_is_traced_in_both(desk: Desk) -> None:
    other = desk.other_group("seeds")
    desk.join(ANA, group=other)
    await desk.send_all(("water", "seeds"), "Hello.", message_id="both@ngo.example")
    expand(desk)
    with desk.db.read() as conn:
        lines = tracing.trace(conn, "both@ngo.example", 50)
    assert {line.group for line in lines if line.event == "posted"} == {"water", "seeds"}
    assert sum(line.event == "post pending" for line in lines) == 3


async def test_an_address_is_taken_as_it_is_written(desk: Desk) -> None:
    await desk.send("water", "Hello.")
    assert events(desk, "%@%") == []
    assert events(desk, "a_a@ngo.example") == []
    assert events(desk, "nobody@else.example") == []
    assert events(desk, "") == []


async def test_a_trace_can_be_kept_short(desk: Desk) -> None:
    for _ in range(5):
        await desk.send("water", "Hello.")
    assert len(events(desk, ANA, 3)) == 3


async def test_queues_count_what_waits(desk: Desk) -> None:
    desk.set(who_posts=WhoPosts.MODERATED)
    await desk.send("water", "Hello.")
    await desk.send("water", "From the coordinator.", sender=BEN)
    expand(desk)
    with desk.db.write() as conn:
        row = {"envelope_id": "e", "recipient": "x", "peer": "", "smtputf8": False}
        row |= {"trusted": False, "error": "bug", "state": "waiting", "at": NOW}
        mail_id = store_mail(conn, b"Subject: x\r\n\r\n", "", "", NOW)
        conn.execute(insert(quarantine).values(mail_id=mail_id, **row))
        failed = update(deliveries).where(deliveries.c.recipient == ANA)
        conn.execute(failed.values(state="failed", last_reply="550 no"))
    with desk.db.read() as conn:
        counts = operate.queues(conn, NOW)
        waiting = operate.waiting(conn, 10)
        (kept,) = operate.quarantined(conn)
        raw = operate.quarantined_mail(conn, kept.id)
    # Held letters for Ana and Ben may wait too: what is counted is what is listed.
    assert (counts.held, counts.quarantined) == (1, 1)
    assert counts.failed == sum(one.state == "failed" for one in waiting) > 0
    assert counts.pending == sum(one.state == "pending" for one in waiting) > 0
    assert counts.oldest == desk.now
    assert counts.overdue == 0
    with desk.db.read() as conn:
        later = operate.queues(conn, desk.now + 2 * operate.OVERDUE)
    assert later.overdue == counts.pending
    assert "`dgroup doctor` looks" in "\n".join(in_short(later))
    assert (kept.error, raw) == ("bug", b"Subject: x\r\n\r\n")


async def test_held_mails_are_listed_with_their_bytes(desk: Desk) -> None:
    desk.set(who_posts=WhoPosts.MODERATED)
    await desk.send("water", "Which pump?", subject="Pumps")
    with desk.db.read() as conn:
        (held,) = operate.held(conn, desk.group.id)
        raw = operate.held_mail(conn, desk.group, held.id)
        assert (held.sender, held.subject, held.reason) == (ANA, "Pumps", "moderated")
        assert b"Which pump?" in raw
        with pytest.raises(NotFoundError, match="no mail 99 waits"):
            operate.held_mail(conn, desk.group, 99)


async def test_a_mail_is_released_once(desk: Desk) -> None:
    envelope = desk.envelope("water", "Kept by mistake.")
    with desk.db.write() as conn:
        mail_id = store_mail(conn, envelope.raw, "", ANA, NOW)
        row = {"envelope_id": "e", "recipient": envelope.rcpt[0], "peer": "", "smtputf8": False}
        row |= {"trusted": True, "error": "bug", "state": "waiting", "at": NOW}
        conn.execute(insert(quarantine).values(mail_id=mail_id, **row))
    with desk.db.read() as conn:
        (kept,) = operate.quarantined(conn)
    reply = await operate.release(desk.db, desk.writer, desk.intake, kept.id)
    assert reply.code == 250
    assert len(desk.subjects()) == 1
    with pytest.raises((NotFoundError, NotFound)):
        await operate.release(desk.db, desk.writer, desk.intake, kept.id)

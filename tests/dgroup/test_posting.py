"""Posts stored together and one by one: the same rows, for fewer statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Table, event, select

from archive.db import Database
from archive.tables import dirty_pages, mail_chunks, mails, months, post_texts, posts, threads
from dgroup.changes import ChangeMember
from dgroup.model import Envelope, MemberState
from dgroup.people import members
from dgroup.tables import audit, fanouts, holds, outbox_mails
from tests.dgroup.desk import NOW, Desk, opened
from tests.stores import new_store

TABLES = (
    mails, mail_chunks, posts, post_texts, threads, months, dirty_pages, outbox_mails, fanouts,
    holds, audit,
)  # fmt: skip


def envelopes(desk: Desk, count: int) -> list[Envelope]:
    """A discussion of members and others, with a mail that comes twice and one reused id."""
    made = []
    for n in range(count):
        refs = f"References: <m{n - 1}@ngo.example>\r\n" if n % 4 else ""
        sent = desk.envelope(
            "soil" if n % 7 == 0 else "water",
            f"Text {n} https://x.example/{n}" + "\n> quoted" * (20 if n % 6 == 0 else 1),
            sender=f"p{n % 5}@ngo.example",
            subject=f"Re: Topic {n // 4}",
            headers=refs,
            message_id=f"m{n}@ngo.example",
            auth="aligned" if n % 3 else "none",
        )
        made.append(replace(sent, id=f"e{n}", received_at=NOW + timedelta(seconds=n)))
    again = replace(made[2], id="again")
    reused = desk.envelope(
        "water", "other text", sender="p1@ngo.example", message_id="m3@ngo.example"
    )
    return [*made, again, replace(reused, id="reused", received_at=NOW + timedelta(seconds=count))]


def set_up(desk: Desk) -> None:
    soil = desk.other_group("soil")
    for n in range(4):
        desk.join(f"p{n}@ngo.example", f"P{n}")
        desk.join(f"p{n}@ngo.example", group=soil)
    desk.join("p3@ngo.example", state=MemberState.BANNED)
    wish = ChangeMember("p2@ngo.example", light=True)
    with desk.db.write() as conn:
        members.change(conn, desk.group.info, wish, desk.now)


def test_stored_together_or_alone_the_rows_are_the_same(tmp_path: object) -> None:
    results = []
    for way in ("together", "alone"):
        db = new_store(f"sqlite:///{tmp_path}/{way}.db")
        with opened(db) as desk:
            set_up(desk)
            prepared = [desk.intake.prepare(one) for one in envelopes(desk, 30)]
            with desk.db.write() as conn:
                if way == "together":
                    decided = desk.intake._decide_all(conn, prepared)
                else:
                    decided = [desk.intake._decide(conn, one) for one in prepared]
            replies = [reply for _, reply in decided]
            results.append((replies, {table.name: _shape(desk, table) for table in TABLES}))
        db.dispose()
    together, alone = results
    assert together[0] == alone[0]
    assert together[1] == alone[1]


def _shape(desk: Desk, table: Table) -> list[tuple[object, ...]]:
    """Rows without their row ids, which follow the order of storing; letters' ids are random."""
    hidden = {"id", "mail_id", "outbox_mail_id", "post_id", "number", "parent_id", "thread_id"}
    hidden |= {"cutoff", "ref", "first_id", "version", "marked_at", "since", "head"}
    hidden |= {"light_mail_id", "kept_mail_id"}
    kept = [column.name for column in table.columns if column.name not in hidden]
    with desk.db.read() as conn:
        found = conn.execute(select(*(table.c[name] for name in kept))).all()
    return sorted((tuple(row) for row in found), key=repr)


@contextmanager
def counted(db: Database) -> Iterator[list[str]]:
    """Every statement that the driver runs, whoever gave it to the driver."""
    seen: list[str] = []
    event.listen(
        db.engine, "checkout", lambda driver, *rest: driver.set_trace_callback(seen.append)
    )
    yield seen


async def test_a_post_costs_a_bounded_number_of_statements(sqlite_database: Database) -> None:
    with opened(sqlite_database) as desk, counted(sqlite_database) as seen:
        desk.join("ana@ngo.example")
        await desk.send("water", "first")
        seen.clear()
        await desk.send("water", "second")
        assert len(seen) <= 36


async def test_the_cost_does_not_grow_with_members_or_posts(sqlite_database: Database) -> None:
    with opened(sqlite_database) as desk, counted(sqlite_database) as seen:
        counts = []
        for size in (1, 40):
            for n in range(size):
                desk.join(f"p{n}@ngo.example")
                await desk.send("water", f"text {n}", sender=f"p{n}@ngo.example")
            seen.clear()
            await desk.send("water", "one more", sender="p0@ngo.example")
            counts.append(len(seen))
        assert counts[0] == counts[1]


def test_fifty_posts_together_cost_a_tenth_each(sqlite_database: Database) -> None:
    with opened(sqlite_database) as desk, counted(sqlite_database) as seen:
        desk.join("ana@ngo.example")
        desk.set(member_hourly=9999)
        prepared = [desk.intake.prepare(desk.envelope("water", f"text {n}")) for n in range(50)]
        seen.clear()
        with sqlite_database.write() as conn:
            decided = desk.intake._decide_all(conn, prepared)
        assert all(reply.code == 250 for _, (reply,) in decided)
        distinct = {" ".join(text.split()[:4]) for text in seen}
        assert len(distinct) < 60

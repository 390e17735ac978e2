"""What is forgotten, and what must stay so that nobody gets a mail twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, func, insert, select

from archive.db import Database
from archive.readers import create_group
from dgroup.expiry import Expired, expire
from dgroup.tables import codes, deliveries, fanouts, letter_log, outbox_mails

NOW = datetime(2026, 3, 23, 12, tzinfo=UTC)
KEEP = 14


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def add(db: Database, table: Table, **values: Any) -> int:
    with db.write() as conn:
        made: int = conn.execute(insert(table).values(values).returning(table.c.id)).scalar_one()
        return made


def count(db: Database, table: Table) -> int:
    with db.read() as conn:
        return conn.execute(select(func.count()).select_from(table)).scalar_one()


def run(db: Database, chunk: int = 1000) -> Expired:
    with db.write() as conn:
        return expire(conn, NOW, KEEP, chunk)


def code(db: Database, name: str, ended: datetime) -> int:
    with db.write() as conn:
        group = create_group(conn, f"group-{name}")
    return add(
        db,
        codes,
        hash=name * 8,
        group_id=group.id,
        action="join",
        address="ana@coop.example",
        payload="",
        reference="7KQ2-MX4T",
        created_at=ended - timedelta(days=7),
        expires_at=ended,
    )


def mail(db: Database, created: datetime) -> int:
    return add(
        db,
        outbox_mails,
        **{"class": "letter"},
        group_id=1,
        variant="",
        body_offset=0,
        head=b"",
        message_id="",
        created_at=created,
    )


def delivery(db: Database, mail_id: int, state: str, at: datetime) -> int:
    return add(
        db,
        deliveries,
        outbox_mail_id=mail_id,
        recipient="ana@coop.example",
        envelope_from="",
        state=state,
        not_before=at,
        created_at=at,
        done_at=None if state == "pending" else at,
    )


def test_codes_answer_for_a_month_after_their_end(database: Database) -> None:
    code(database, "a", ago(31))
    code(database, "b", ago(29))
    assert run(database).codes == 1
    assert count(database, codes) == 1


def test_the_letter_log_keeps_a_month(database: Database) -> None:
    for days in (31, 29, 0):
        add(database, letter_log, address="a@b.example", group_id=1, kind="help", at=ago(days))
    assert run(database).letters == 1
    assert count(database, letter_log) == 2


def test_deliveries_that_are_over_go_with_their_mail(database: Database) -> None:
    delivery(database, mail(database, ago(20)), "sent", ago(20))
    delivery(database, mail(database, ago(20)), "failed", ago(20))
    delivery(database, mail(database, ago(20)), "sent", ago(10))
    assert run(database) == Expired(codes=0, letters=0, deliveries=2, mails=2)
    assert count(database, outbox_mails) == 1


def test_a_mail_that_still_waits_stays_however_old(database: Database) -> None:
    delivery(database, mail(database, ago(90)), "pending", ago(90))
    assert run(database).total == 0


def test_nothing_goes_while_its_mail_is_being_expanded(database: Database) -> None:
    old = mail(database, ago(20))
    delivery(database, old, "sent", ago(20))
    add(database, fanouts, outbox_mail_id=old, group_id=1, cutoff=9, done=False)
    assert run(database).total == 0
    empty = mail(database, ago(20))
    add(database, fanouts, outbox_mail_id=empty, group_id=1, cutoff=9, done=False)
    assert run(database).total == 0


def test_a_chunk_is_the_most_that_goes_at_once(database: Database) -> None:
    for _ in range(5):
        add(database, letter_log, address="a@b.example", group_id=1, kind="help", at=ago(40))
    assert [run(database, 2).letters for _ in range(4)] == [2, 2, 1, 0]

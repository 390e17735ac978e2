"""Raw mail: kept byte for byte, in small rows, until it is taken down."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from archive import store
from archive.db import Database
from archive.errors import NotFound
from archive.tables import mail_chunks

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.binary(max_size=3000), min_size=1, max_size=4))
def test_any_bytes_come_back_as_they_were(database: Database, bodies: list[bytes]) -> None:
    with database.write() as conn:
        mails = [store.RawMail(raw, "d" * 64, "ana@ngo.example", NOW) for raw in bodies]
        stored = store.store_mails(database, conn, mails)
        alone = store.store_mail(conn, bodies[0], "d" * 64, "ana@ngo.example", NOW)
        assert [store.load_raw(conn, mail_id) for mail_id in stored] == bodies
        assert store.load_raw(conn, alone) == bodies[0]
        assert alone > stored[-1]


def test_a_large_mail_lies_in_rows_of_at_most_one_megabyte(database: Database) -> None:
    raw = random.Random(7).randbytes(2_500_000)
    with database.write() as conn:
        mail_id = store.store_mail(conn, raw, "d" * 64, "", NOW)
    with database.read() as conn:
        sizes = conn.execute(select(func.length(mail_chunks.c.data))).scalars().all()
        assert len(sizes) == 3
        assert max(sizes) <= 1_000_000
        assert store.load_raw(conn, mail_id) == raw


def test_a_purged_mail_is_gone_and_says_so(database: Database) -> None:
    with database.write() as conn:
        mail_id = store.store_mail(
            conn, b"Subject: x\r\n\r\nprivate\r\n", "d" * 64, "a@b.example", NOW
        )
        store.purge_raw(conn, mail_id)
        with pytest.raises(NotFound, match="removed"):
            store.load_raw(conn, mail_id)
        with pytest.raises(NotFound, match="never stored"):
            store.load_raw(conn, mail_id + 1)


def test_a_rolled_back_mail_leaves_nothing(database: Database) -> None:
    with database.write() as conn:
        outer = conn.begin_nested()
        mail_id = store.store_mail(conn, b"x", "d" * 64, "", NOW)
        outer.rollback()
        with pytest.raises(NotFound):
            store.load_raw(conn, mail_id)

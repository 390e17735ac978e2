"""Column types that mean the same on both engines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from archive import store
from archive.db import Database
from archive.tables import mails, months
from archive.types import Among
from tests.archive.made import NOW

_MOMENTS = st.datetimes(
    min_value=datetime(1, 1, 3),
    max_value=datetime(9999, 12, 29),
    timezones=st.timedeltas(timedelta(hours=-14), timedelta(hours=14)).map(timezone),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(moment=_MOMENTS)
def test_a_moment_comes_back_in_utc(database: Database, moment: datetime) -> None:
    with database.write() as conn:
        mail_id = store.store_mail(conn, b"", "d", "", moment)
        asked = select(mails.c.received_at).where(mails.c.id == mail_id)
        plain = conn.execute(asked).scalar_one()
        conn.execute(mails.update().where(mails.c.id == mail_id).values(received_at=moment))
        again = conn.execute(asked).scalar_one()
    assert plain == again == moment
    assert plain.tzinfo is UTC


def test_moments_sort_as_they_follow_each_other(database: Database) -> None:
    moments = [NOW, NOW + timedelta(microseconds=1), NOW + timedelta(seconds=1)]
    with database.write() as conn:
        for moment in reversed(moments):
            store.store_mail(conn, b"", "d", "", moment)
        found = conn.execute(select(mails.c.received_at).order_by(mails.c.received_at))
        assert found.scalars().all() == moments


def test_a_naive_moment_is_refused(database: Database) -> None:
    naive = insert(mails).values(
        digest="d", size=0, mail_from="", received_at=NOW.replace(tzinfo=None)
    )
    with database.write() as conn, pytest.raises(Exception, match="naive"):
        conn.execute(naive)


def test_among_finds_any_number_of_values(database: Database) -> None:
    texts = ["2026-03", "", 'a"b', "é", "x'y"]
    with database.write() as conn:
        group = store.create_group(conn, "beans")
        rows = [{"group_id": group.id, "month": text[:7], "posts": 1} for text in texts]
        conn.execute(insert(months), rows)
        asked = select(months.c.month).where(Among(months.c.month, "wanted"))
        assert set(conn.execute(asked, {"wanted": texts}).scalars()) == set(texts)
        assert conn.execute(asked, {"wanted": []}).all() == []
        many = [*texts, *(str(number) for number in range(5000))]
        assert len(conn.execute(asked, {"wanted": many}).all()) == len(texts)

"""Statements given to the driver directly mean the same as through SQLAlchemy."""

from __future__ import annotations

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from archive.db import Database
from archive.quick import Quick, run_plain
from archive.tables import groups, mails
from archive.types import Among
from tests.archive.made import NOW, after

_ADD = Quick(insert(mails).returning(mails.c.id))
_FIND = Quick(select(mails).where(Among(mails.c.digest, "digests")).order_by(mails.c.id))
_PURGE = Quick(update(mails).where(mails.c.id == bindparam("of")).values(purged=True))
_ADD_GROUP = Quick(insert(groups))


def _mail(digest: str) -> dict[str, object]:
    return {"digest": digest, "size": 3, "mail_from": "", "received_at": NOW}


def test_rows_come_back_as_sqlalchemy_gives_them(database: Database) -> None:
    with database.write() as conn:
        taken = [_ADD.rows(conn, _mail(digest))[0].id for digest in ("a", "b", "c")]
        _PURGE.run(conn, [{"of": taken[1]}])
        quick = _FIND.rows(conn, {"digests": {"a", "b"}})
        plain = conn.execute(_FIND.statement, {"digests": ["a", "b"]}).all()
    assert [tuple(row) for row in quick] == [tuple(row) for row in plain]
    assert [(row.digest, row.purged, row.received_at) for row in quick] == [
        ("a", False, NOW),
        ("b", True, NOW),
    ]
    with database.read() as conn:
        assert _FIND.rows(conn, {"digests": []}) == []
        assert _FIND.first(conn, {"digests": ["none"]}) is None


def test_a_batch_runs_for_each_and_none_does_nothing(database: Database) -> None:
    insert_mails = Quick(insert(mails))
    with database.write() as conn:
        insert_mails.run(conn, [])
        insert_mails.run(conn, [_mail("x")])
        insert_mails.run(conn, [_mail("y"), _mail("z") | {"received_at": after(1)}])
        assert len(_FIND.rows(conn, {"digests": ["x", "y", "z"]})) == 3


def test_a_naive_moment_is_refused(sqlite_database: Database) -> None:
    with (
        sqlite_database.write() as conn,
        pytest.raises(ValueError, match="naive"),
    ):
        _ADD.rows(conn, _mail("a") | {"received_at": NOW.replace(tzinfo=None)})


def test_errors_of_the_driver_are_sqlalchemys(database: Database) -> None:
    group = {"name": "beans", "title": "", "about": "", "language": "en"}
    group |= {"timezone": "UTC", "archive": "public"}
    with database.write() as conn:
        _ADD_GROUP.run(conn, [group])
        with pytest.raises(IntegrityError), database.savepoint(conn):
            _ADD_GROUP.run(conn, [group])
        assert len(conn.execute(select(groups)).all()) == 1


def test_a_plain_statement_that_fails_says_so(sqlite_database: Database) -> None:
    with sqlite_database.write() as conn, pytest.raises(OperationalError):
        run_plain(conn, "RELEASE nothing")


def test_an_unknown_table_is_an_error_of_sqlalchemy(sqlite_database: Database) -> None:
    with sqlite_database.write() as conn:
        run_plain(conn, "DROP TABLE dirty_pages")
        run_plain(conn, "ALTER TABLE weeks RENAME TO years")
        with pytest.raises(OperationalError):
            Quick(select(groups.metadata.tables["weeks"])).rows(conn, {})

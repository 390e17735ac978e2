"""archive.exchange: an archive out of one store and into another."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from archive import exchange, mbox
from archive.db import Database
from archive.errors import BadArchive
from archive.takedown import remove_post
from tests.archive.seeds import NOW, seed_group, stored_seeds
from tests.stores import new_store


def _exported(db: Database) -> tuple[bytes, bytes]:
    group = stored_seeds(db)
    mails, facts = BytesIO(), BytesIO()
    with db.read() as conn:
        assert exchange.export_group(conn, group, mails, facts) == (9, 0)
    return mails.getvalue(), facts.getvalue()


def test_facts_and_mails_of_different_archives_are_not_mixed(
    sqlite_database: Database, tmp_path: Path
) -> None:
    mails, facts = _exported(sqlite_database)
    lines = facts.splitlines(keepends=True)
    other = new_store(f"sqlite:///{tmp_path / 'other.db'}")
    wrong = {
        "more mails than facts": lines[:-1],
        "more facts than mails": [*lines, lines[0]],
        "not the one of its fact": [lines[1], lines[0], *lines[2:]],
        "cannot be read": [b"{not json}\n", *lines[1:]],
    }
    for number, (said, given) in enumerate(wrong.items()):
        group = seed_group(other, f"copy-{number}")
        with pytest.raises(BadArchive, match=said):
            exchange.import_group(other, group, mbox.read(BytesIO(mails)), BytesIO(b"".join(given)))
    other.dispose()


def test_a_removed_post_is_counted_and_left_out(sqlite_database: Database) -> None:
    group = stored_seeds(sqlite_database)
    mails, facts = BytesIO(), BytesIO()
    with sqlite_database.write() as conn:
        remove_post(sqlite_database, conn, group, "sw62kv2m4sebqymp", NOW)
        assert exchange.export_group(conn, group, mails, facts) == (8, 1)
    assert b"calebasse" not in mails.getvalue()
    assert b"sw62kv2m4sebqymp" not in facts.getvalue()

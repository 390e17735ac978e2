"""Who wrote a post: whoever spoke when it came, not whom other fields of the mail name."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.db import Database
from archive.exchange import export_group, import_group
from archive.mbox import open_archive
from archive.tables import posts
from tests.dgroup.desk import Desk, opened

EVE, KIM = "eve@ngo.example", "kim@ngo.example"


def written_by(desk: Desk) -> list[tuple[str, str]]:
    with desk.db.read() as conn:
        query = select(posts.c.author, posts.c.author_address).order_by(posts.c.number)
        return [(row.author, row.author_address) for row in conn.execute(query)]


@pytest.mark.parametrize(
    ("name", "headers"),
    [
        ("Eve", f"X-Original-From: Kim <{KIM}>\r\n"),
        ("Eve", f"Author: Kim <{KIM}>\r\n"),
        ("Eve via Water", f"Reply-To: Kim <{KIM}>\r\n"),
        ("Eve", f"List-Post: <mailto:{EVE}>\r\nReply-To: Kim <{KIM}>\r\n"),
    ],
)
async def test_a_member_writes_in_nobody_elses_name(
    sqlite_database: Database, tmp_path: Path, name: str, headers: str
) -> None:
    with opened(sqlite_database) as desk:
        desk.join(EVE, "Eve")
        desk.join(KIM, "Kim")
        reply = await desk.send("water", "I give up.", sender=EVE, name=name, headers=headers)
        assert reply.code == 250
        assert written_by(desk) == [(name, EVE)]
        assert again(desk, tmp_path) == [(name, EVE)]


def again(desk: Desk, folder: Path) -> list[tuple[str, str]]:
    """The same of an archive that is made anew from an export."""
    mails, facts = folder / "water.mbox", io.BytesIO()
    with desk.db.read() as conn, mails.open("wb") as out:
        export_group(conn, desk.group.info, out, facts)
    facts.seek(0)
    copied = desk.other_group("copied")
    import_group(desk.db, copied.info, open_archive(mails), facts)
    with desk.db.read() as conn:
        query = select(posts.c.author, posts.c.author_address)
        rows = conn.execute(query.where(posts.c.group_id == copied.id))
        return [(row.author, row.author_address) for row in rows]


async def test_what_came_through_another_list_keeps_its_author(sqlite_database: Database) -> None:
    headers = f"List-Id: <other.example>\r\nX-Original-From: Kim <{KIM}>\r\n"
    with opened(sqlite_database) as desk:
        desk.join(EVE, "Eve")
        await desk.send("water", "Hello", sender=EVE, headers=headers)
        assert desk.held() == [("other-list", "waiting")]

"""Posts whose From has no name: the archive, digests and copies show the name that the group knows."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select

from archive import exchange, mbox, store
from archive.db import Database
from archive.tables import posts
from dgroup.changes import ChangeMember
from dgroup.model import MemberState, Posting, Role, WhoPosts
from dgroup.outbox import LIGHT
from dgroup.people import members
from dgroup.tables import outbox_mails
from tests.archive.seeds import files_of, publisher
from tests.dgroup.desk import Desk, opened

AMA = "ama.b@ngo.example"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        yield made


def authors(desk: Desk) -> list[str]:
    with desk.db.read() as conn:
        return list(conn.execute(select(posts.c.author).order_by(posts.c.id)).scalars())


@pytest.mark.parametrize(
    ("registered", "written", "shown"),
    [
        ("Ama Boateng", "", "Ama Boateng"),
        ("Ama Boateng", f'"{AMA}"', "Ama Boateng"),
        ("Ama Boateng", "Mama Ama", "Mama Ama"),
        ("", "", "ama.b"),
        (AMA, "", "ama.b"),
    ],
)
async def test_a_post_without_a_name_shows_the_registered_one(
    desk: Desk, registered: str, written: str, shown: str
) -> None:
    desk.join(AMA, registered)
    await desk.send(body="The pump works.", sender=AMA, name=written, subject="Pump")
    (author,) = authors(desk)
    assert "@" not in author
    assert author == shown


async def test_who_left_has_no_name_with_us_any_more(desk: Desk) -> None:
    desk.set(who_posts=WhoPosts.OPEN)
    desk.join(AMA, "Ama Boateng", state=MemberState.LEFT)
    await desk.send(body="The pump works.", sender=AMA, name="", subject="Pump")
    assert authors(desk) == ["ama.b"]


async def test_a_post_that_waited_and_its_light_copy_show_it_too(desk: Desk) -> None:
    desk.join(AMA, "Ama Boateng")
    desk.join("kim@ngo.example", "Kim")
    with desk.db.write() as conn:
        for change in (
            ChangeMember(AMA, posting=Posting.MODERATED),
            ChangeMember("kim@ngo.example", light=True),
        ):
            members.change(conn, desk.group.info, change, desk.now)
    desk.join("boss@ngo.example", "Bo", Role.COORDINATOR)
    await desk.send(
        body="<p>The pump works.</p>",
        sender=AMA,
        name="",
        subject="Pump",
        headers="MIME-Version: 1.0\r\nContent-Type: text/html\r\n",
    )
    (asked,) = (one for one in desk.new_letters() if one.recipient == "boss@ngo.example")
    await desk.answer(asked, "yes", "boss@ngo.example")
    assert authors(desk) == ["Ama Boateng"]
    with desk.db.read() as conn:
        query = select(outbox_mails.c.head).where(outbox_mails.c.variant == LIGHT)
        (light,) = conn.execute(query).scalars()
    assert b"Ama Boateng" in light


async def test_an_export_rebuilds_the_same_pages_under_the_name_of_then(
    desk: Desk, tmp_path: Path
) -> None:
    desk.join(AMA, "Ama Boateng")
    await desk.send(body="The pump works.", sender=AMA, name="", subject="Pump")
    with desk.db.write() as conn:
        members.change(
            conn, desk.group.info, ChangeMember(AMA, "Ama Owusu", renamed=True), desk.now
        )
    await desk.send(body="And the well.", sender=AMA, name="", subject="Well")
    assert authors(desk) == ["Ama Boateng", "Ama Owusu"]
    mails, facts = BytesIO(), BytesIO()
    with desk.db.read() as conn:
        exchange.export_group(conn, desk.group.info, mails, facts)
    publisher(desk.db, tmp_path / "one").rebuild(desk.group.info)
    other = Database(f"sqlite:///{tmp_path / 'other.db'}")
    other.create_tables()
    with other.write() as conn:
        info = desk.group.info
        again = store.create_group(conn, info.name, info.title, about=info.about)
    mails.seek(0)
    facts.seek(0)
    exchange.import_group(other, again, mbox.read(mails), facts)
    publisher(other, tmp_path / "two").rebuild(again)
    pages = files_of(tmp_path / "two")
    assert pages == files_of(tmp_path / "one")
    assert any(b"Ama Boateng" in page for page in pages.values())
    other.dispose()

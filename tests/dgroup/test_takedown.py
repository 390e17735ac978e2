"""Taking a post down: nothing of it is left in the archive, the outbox or the holds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from archive import ids
from archive.db import Database
from archive.errors import NotFound
from archive.tables import mail_chunks, post_texts
from dgroup.apply import hold_decision
from dgroup.expansion import expand, open_fanouts
from dgroup.model import Role, WhoPosts
from dgroup.sending.stock import claim
from dgroup.tables import deliveries, fanouts, outbox_mails
from dgroup.takedown import take_down
from tests.dgroup.desk import Desk, opened

KEY = ids.key_of("secret@ngo.example")


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.join("ana@ngo.example", "Ana")
        made.join("ben@farm.example", "Ben")
        yield made


async def test_nothing_of_a_removed_post_waits_to_be_sent_or_can_be_read(desk: Desk) -> None:
    await desk.send("water", "my bank number", subject="Oh no", message_id="secret@ngo.example")
    with desk.db.write() as conn:
        (fanout,) = open_fanouts(conn)
        assert expand(desk.db, conn, fanout, desk.now, 1)
        take_down(desk.db, conn, desk.group, KEY, desk.now)
    with desk.db.read() as conn:
        assert conn.execute(select(mail_chunks.c.data)).all() == []
        assert conn.execute(select(post_texts.c.body).where(post_texts.c.body != "")).all() == []
        assert conn.execute(select(outbox_mails.c.head)).scalars().all() == [b""]
        assert set(conn.execute(select(fanouts.c.done)).scalars()) == {True}
        states = conn.execute(select(deliveries.c.state)).scalars().all()
    assert set(states) == {"dropped"}


async def test_the_same_mail_cannot_bring_a_removed_post_back(desk: Desk) -> None:
    await desk.send("water", "my bank number", subject="Oh no", message_id="secret@ngo.example")
    with desk.db.write() as conn:
        take_down(desk.db, conn, desk.group, KEY, desk.now)
    await desk.send("water", "my bank number", subject="Oh no", message_id="secret@ngo.example")
    assert desk.outcomes()[-1] == ("discarded", "duplicate")


def test_an_unknown_key_is_told(desk: Desk) -> None:
    with pytest.raises(NotFound), desk.db.write() as conn:
        take_down(desk.db, conn, desk.group, "a" * 16, desk.now)


async def test_letters_that_show_a_removed_post_go_with_it(desk: Desk) -> None:
    desk.join("kim@ngo.example", "Kim", Role.COORDINATOR)
    desk.set(who_posts=WhoPosts.MODERATED)
    await desk.send("water", "my bank number", subject="Oh no", message_id="secret@ngo.example")
    assert any("my bank number" in letter.text for letter in desk.new_letters())
    with desk.db.write() as conn:
        hold_decision(conn, desk.tools, desk.group, desk.hold_id(), "approved", "kim", desk.now)
    for words in ("get 1", "thread 1", "last"):
        await desk.send("water-request", words, sender="ben@farm.example")
    shown = desk.new_letters()
    assert sum("my bank number" in letter.text for letter in shown) == 3
    with desk.db.write() as conn:
        take_down(desk.db, conn, desk.group, KEY, desk.now)
        heads = conn.execute(select(outbox_mails.c.head)).scalars().all()
        assert not any(b"my bank number" in head for head in heads)
        waiting = [one.mail_id for one in claim(desk.db, conn, "n1", desk.now, 100, 0).items]
        empty = conn.execute(
            select(outbox_mails.c.id).where(
                outbox_mails.c.head == b"", outbox_mails.c.id.in_(waiting)
            )
        )
        assert len(empty.all()) == 4

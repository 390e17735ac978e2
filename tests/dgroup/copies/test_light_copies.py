"""Who gets a light copy: each member one copy of a post, light or whole, whatever happens meanwhile."""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, update

from archive import ids
from archive.db import Database
from archive.errors import NotFound
from archive.model import ArchiveMode
from dgroup import deliveries, expansion, expiry, filelinks
from dgroup.changes import ChangeMember
from dgroup.model import Delivery, MemberState
from dgroup.outbox import LIGHT
from dgroup.people import members
from dgroup.sending.stock import Copies, claim
from dgroup.tables import deliveries as rows
from dgroup.tables import fanouts, memberships, outbox_mails
from dgroup.takedown import take_down
from tests.dgroup.desk import KEYRING, SITE, Desk, opened
from tests.dgroup.office import NOW, Office, later
from tests.dgroup.office import opened as office_opened

HTML = "Content-Type: text/html; charset=utf-8\r\n"
ANA, BEN, LIA = "ana@ngo.example", "ben@farm.example", "lia@far.example"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        for address in (ANA, BEN, LIA):
            made.join(address, address.split("@")[0])
        yield made


@pytest.fixture
def office(db_url: str) -> Iterator[Office]:
    with office_opened(db_url) as found:
        yield found


def wish(desk: Desk, address: str, **values: object) -> None:
    with desk.db.write() as conn:
        change = ChangeMember(address, **values)  # type: ignore[arg-type]  # test input
        members.change(conn, desk.group.info, change, desk.now)


async def post(
    desk: Desk, body: str = "<p>hello</p>", headers: str = HTML, name: str = "p1"
) -> str:
    """Send a post of Ana's; gives its key."""
    await desk.send(
        "water", body, subject="Wells", headers=headers, message_id=f"{name}@ngo.example"
    )
    return ids.key_of(f"{name}@ngo.example")


def sent(desk: Desk) -> dict[str, list[str]]:
    """Expand and claim everything: recipient -> variants of the copies."""
    with desk.db.write() as conn:
        found = claim(desk.db, conn, "n1", desk.now, 1000, 0)
        every = conn.execute(select(outbox_mails.c.id, outbox_mails.c.variant))
        variants = {row.id: row.variant for row in every}
    got: dict[str, list[str]] = {}
    for item in found.items:
        got.setdefault(item.recipient, []).append(variants[item.mail_id])
    return got


async def test_who_wants_light_copies_gets_one_and_the_others_the_whole_mail(desk: Desk) -> None:
    wish(desk, LIA, light=True)
    await post(desk)
    assert sent(desk) == {ANA: [""], BEN: [""], LIA: [LIGHT]}
    assert sent(desk) == {}
    with desk.db.read() as conn:
        whole, light = (
            deliveries.load_mail(conn, one)
            for one in conn.execute(select(outbox_mails.c.id).order_by(outbox_mails.c.id)).scalars()
        )
    assert b"text/html" in whole.whole
    assert b"<p>" not in light.whole
    assert light.whole.endswith(b"\r\n\r\nhello\r\n")


async def test_a_light_copy_has_its_own_reverse_path_and_leave_link(desk: Desk) -> None:
    wish(desk, LIA, light=True)
    await post(desk)
    with desk.db.write() as conn:
        items = claim(desk.db, conn, "n1", desk.now, 1000, 0).items
    copies = Copies(desk.db, KEYRING, SITE)
    made = {item.recipient: copies.copy(item, body) for item, body in copies.load(items).stock}
    assert made[LIA].body is not made[BEN].body
    assert b"List-Unsubscribe-Post" in made[LIA].personal
    assert made[LIA].sender.startswith("water-bounces+")
    assert len({one.sender for one in made.values()}) == 3


async def test_without_light_readers_there_is_no_second_mail(desk: Desk) -> None:
    desk.join("gone@far.example", state=MemberState.LEFT)
    other = desk.other_group("soil")
    desk.join(BEN, group=other)
    with desk.db.write() as conn:
        members.change(conn, other.info, ChangeMember(BEN, light=True), desk.now)
    wish(desk, "gone@far.example", light=True)
    wish(desk, LIA, light=True, delivery=Delivery.DAILY)
    await post(desk)
    assert sent(desk) == {ANA: [""], BEN: [""]}
    with desk.db.read() as conn:
        assert conn.execute(select(outbox_mails.c.variant)).scalars().all() == [""]


async def test_a_text_goes_to_everybody_as_it_is(desk: Desk) -> None:
    wish(desk, LIA, light=True)
    await post(desk, "just text", headers="")
    assert sent(desk) == {ANA: [""], BEN: [""], LIA: [""]}


async def test_an_author_who_wants_light_copies_and_no_own_one_gets_none(desk: Desk) -> None:
    wish(desk, ANA, light=True, own_copy=False)
    await post(desk)
    assert sent(desk) == {BEN: [""], LIA: [""]}


async def test_a_post_that_is_stored_alone_is_light_too(desk: Desk) -> None:
    wish(desk, LIA, light=True)
    prepared = [desk.intake.prepare(desk.envelope("water", "<p>a</p>", headers=HTML))]
    with desk.db.write() as conn:
        desk.intake._decide(conn, prepared[0])  # as where a shared transaction failed
    assert sent(desk)[LIA] == [LIGHT]


async def test_a_post_taken_down_is_gone_from_its_light_copy(desk: Desk) -> None:
    wish(desk, LIA, light=True)
    key = await post(desk)
    with desk.db.write() as conn:
        (item,) = (
            one for one in claim(desk.db, conn, "n1", desk.now, 9, 0).items if one.recipient == LIA
        )
        take_down(desk.db, conn, desk.group, key, desk.now)
    with desk.db.read() as conn:
        assert set(conn.execute(select(outbox_mails.c.head)).scalars()) == {b""}
        assert set(conn.execute(select(rows.c.state)).scalars()) == {"dropped"}
        with pytest.raises(NotFound):
            deliveries.load_mail(conn, item.mail_id)
    # A sender that had claimed it before has nothing to send.
    ready = Copies(desk.db, KEYRING, SITE).load([item])
    assert list(ready.gone) == [item.id]


@settings(
    max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(data=st.data(), chunk=st.integers(1, 4))
def test_whoever_changes_their_mind_meanwhile_gets_one_copy(
    office: Office, data: st.DataObject, chunk: int
) -> None:
    with office.db.write() as conn:
        conn.execute(update(memberships).values(state=MemberState.LEFT))
        conn.execute(update(fanouts).values(done=True))
    killed = data.draw(st.lists(st.booleans(), max_size=8))
    turns = iter(data.draw(st.lists(st.integers(0, 99), min_size=12, max_size=12)))
    wishes = data.draw(st.lists(st.booleans(), min_size=1, max_size=8))
    people = [office.join(f"m{at}", light=light)[0] for at, light in enumerate(wishes)]
    mail = office.post(light=b"Subject: light\r\n\r\nlight\r\n")
    made: list[int] = []
    while True:
        with office.db.write() as conn:
            opened_now = expansion.open_fanouts(conn)
            if not opened_now:
                break
            items = expansion.expand(office.db, conn, opened_now[0], NOW, chunk)
            if killed and killed.pop():
                conn.rollback()
                continue
            made += [item.membership_id or 0 for item in items]
            one = update(memberships).where(memberships.c.id == people[next(turns) % len(people)])
            conn.execute(one.values(light=~memberships.c.light))
    assert sorted(made) == people
    with office.db.read() as conn:
        mails = conn.execute(select(rows.c.outbox_mail_id).where(rows.c.membership_id.in_(people)))
        assert set(mails.scalars()) <= {mail, mail + 1}


def test_a_light_mail_stays_as_long_as_its_fanout_is_open(office: Office) -> None:
    office.join("ana")
    office.post(light=b"Subject: light\r\n\r\nlight\r\n")
    with office.db.write() as conn:
        assert expiry.expire(conn, later(90 * 86400), 30).mails == 0
        conn.execute(fanouts.update().values(done=True))
        assert expiry.expire(conn, later(90 * 86400), 30).mails == 2


def test_whether_somebody_reads_light_is_found_in_the_small_index(
    sqlite_database: Database,
) -> None:
    seen: list[str] = []
    with opened(sqlite_database) as desk:
        event.listen(
            desk.db.engine, "checkout", lambda driver, *rest: driver.set_trace_callback(seen.append)
        )
        with desk.db.write() as conn:
            seen.clear()
            assert not members.audience(conn, desk.group.id).light
            (asked,) = seen
            plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}").all()
    assert any("ix_memberships_light" in str(line) for line in plan)


async def test_where_only_members_read_the_archive_a_light_copy_links_to_the_members_own_files(
    database: Database,
) -> None:
    with opened(database, archive=ArchiveMode.MEMBERS) as desk:
        for address in (ANA, LIA):
            desk.join(address, address.split("@")[0])
        wish(desk, LIA, light=True)
        headers = "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n"
        long = "word " * 5000
        body = (
            f"--b\n\nThe plan: {long}\n--b\nContent-Type: application/pdf\n"
            'Content-Disposition: attachment; filename="plan.pdf"\n\n%PDF\n--b--\n'
        )
        await post(desk, body, headers)
        with desk.db.write() as conn:
            found = claim(desk.db, conn, "n1", desk.now, 1000, 0)
        copies = Copies(desk.db, KEYRING, SITE)
        sent = {
            copy.recipient: copy.body.data
            for copy in (copies.copy(*pair) for pair in copies.load(found.items).stock)
        }
        assert b"/_/file/" not in sent[ANA]
        text = quopri.decodestring(sent[LIA].partition(b"\r\n\r\n")[2]).decode()
        tokens = re.findall(r"https://lists\.example/_/file/(\S{32})\s", text)
        refs = [filelinks.read(token, KEYRING) for token in tokens]
        lia = desk.member(LIA)
        assert lia is not None
        assert [(ref.member, ref.part) for ref in refs if ref] == [
            (lia.id, filelinks.TEXT),
            (lia.id, 1),
        ]

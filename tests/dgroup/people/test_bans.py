"""A ban outlives the erasure of the person, and keeps nothing of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from archive.db import Database
from archive.tables import metadata
from dgroup import erasure
from dgroup.changes import ChangeMember
from dgroup.model import MemberState, Role
from dgroup.people import bans, members
from dgroup.tables import addresses, memberships, persons
from tests.dgroup.desk import DOMAIN, Desk, opened

ANA, HOME, KIM = "Ana@ngo.example", "ana@home.example", "kim@ngo.example"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.join(KIM, "Kim", Role.COORDINATOR)
        made.join(ANA, "Ana Lopez", state=MemberState.BANNED)
        yield made


async def erase(desk: Desk, group: str = "soil") -> None:
    """She has herself erased, by mail to a group that she is in."""
    desk.new_letters()
    await desk.send(f"{group}-request", "erase me", sender=ANA)
    asked = desk.letter()
    assert "a group has banned you, and that stays" in " ".join(asked.text.split())
    await desk.answer(asked, "yes")
    assert desk.letter().subject.startswith("Done")
    desk.later(days=8)  # her last letter is forgotten like all deliveries
    while _step(desk):
        pass
    desk.new_letters()  # hers are gone


def _step(desk: Desk) -> bool:
    with desk.db.write() as conn:
        return erasure.step(desk.db, conn, DOMAIN, desk.now)


def kept(desk: Desk) -> str:
    """All rows about people, as text."""
    with desk.db.read() as conn:
        tables = [metadata.tables[one] for one in ("persons", "addresses", "memberships", "codes")]
        return "\n".join(str(row) for table in tables for row in conn.execute(select(table)))


def people(desk: Desk) -> int:
    with desk.db.read() as conn:
        return len(conn.execute(select(persons.c.id)).all())


async def posted(desk: Desk, sender: str = ANA) -> str:
    await desk.send(body="Hello all", sender=sender, subject="Hello")
    return desk.last()[1]


async def test_who_is_banned_stays_banned_after_an_erasure(desk: Desk) -> None:
    soil = desk.other_group("soil")
    ana = desk.join(ANA, "Ana Lopez", group=soil)
    desk.know_address(ana, HOME)
    await erase(desk)
    assert not {"ana@", "Ana", "Lopez"} & set(kept(desk).replace("'", " ").split())
    assert "ngo.example" not in kept(desk).replace(KIM, "")
    for address in (ANA, ANA.upper(), HOME):
        assert await posted(desk, address) == "banned"
        await desk.send("water-join", "", sender=address)
        assert desk.last() == ("discarded", "banned")
        await desk.send("water-request", "erase me", sender=address)
        assert desk.last()[1] == "banned"
    assert await posted(desk, "anna@ngo.example") != "banned"
    assert desk.member(ANA, soil) is None
    assert people(desk) == 2


async def test_without_a_ban_nothing_is_kept(desk: Desk) -> None:
    soil = desk.other_group("soil")
    desk.join("bo@ngo.example", "Bo", group=soil)
    with desk.db.write() as conn:
        bo = members.find(conn, soil.id, "bo@ngo.example")
        assert bo is not None
        bans.keep(conn, bo.person_id, ["bo@ngo.example"], desk.now)
    assert people(desk) == 3


async def test_a_coordinator_sees_and_lifts_a_kept_ban(desk: Desk) -> None:
    desk.join(ANA, group=desk.other_group("soil"))
    await erase(desk)
    await desk.send("water-add", ANA, sender=KIM)
    assert "BANNED" in desk.letter().text.upper()
    await desk.send("water-request", f"unban {ANA}", sender=KIM)
    asked = desk.letter()
    assert ANA.lower() in asked.text
    await desk.answer(asked, "yes", KIM)
    assert "erased.invalid" not in kept(desk)
    assert await posted(desk) != "banned"
    desk.new_letters()
    desk.later(days=2)
    await desk.send("water-join", "", sender=ANA)
    await desk.answer(desk.letter(), "yes", ANA)
    assert await posted(desk) == "member"
    assert desk.member(ANA) is not None


async def test_a_second_erasure_joins_the_bans_of_both(desk: Desk) -> None:
    soil, bees = desk.other_group("soil"), desk.other_group("bees")
    desk.join(ANA, group=soil)
    await erase(desk)
    again = desk.join(ANA, "Ana again", group=bees)
    desk.know_address(again, HOME)
    desk.join(ANA, group=soil, state=MemberState.BANNED)
    await erase(desk, "bees")
    assert people(desk) == 2
    for group in (desk.group, soil):
        for address in (ANA, HOME):
            found = desk.member(address, group)
            assert found is not None
            assert found.banned
    assert desk.member(HOME, bees) is None


async def test_a_kept_ban_goes_no_further_by_another_address(desk: Desk) -> None:
    soil = desk.other_group("soil")
    desk.join(ANA, group=soil)
    await erase(desk)
    desk.join(ANA, "Ana", group=soil)
    desk.new_letters()
    await desk.send("soil-request", f"change address to {HOME}", sender=ANA)
    assert [one.subject for one in desk.new_letters() if one.recipient == HOME] == []


def test_the_host_can_take_somebody_in_again(desk: Desk) -> None:
    with desk.db.write() as conn:
        ana = members.find(conn, desk.group.id, ANA)
        assert ana is not None
        bans.keep(conn, ana.person_id, [ANA.lower()], desk.now)
        conn.execute(persons.delete().where(persons.c.id == ana.person_id))
        wish = ChangeMember(ANA, "Ana", MemberState.ACTIVE)
        back = members.change(conn, desk.group.info, wish, desk.now)
    assert (back.address, back.state) == (ANA, MemberState.ACTIVE)
    with desk.db.read() as conn:
        rows = select(memberships.c.address).where(memberships.c.state == MemberState.BANNED)
        assert conn.execute(rows).all() == []
        stones = select(addresses.c.address).where(addresses.c.address.contains("erased"))
        assert conn.execute(stones).all() == []


@given(st.emails())
def test_a_tombstone_is_one_for_each_address_and_names_none(address: str) -> None:
    stone = bans.tombstone(address)
    assert (
        stone == bans.tombstone(f" <{address.upper()}> ".replace("İ", "i")) or not address.isascii()
    )
    assert stone != bans.tombstone(f"x{address}")
    assert address not in stone

"""People, addresses, memberships: one person in many groups, many addresses, one state each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import func, insert, select

from archive.db import Database
from dgroup.changes import ChangeMember
from dgroup.model import Delivery, Membership, MemberState, Role
from dgroup.people import members
from dgroup.tables import addresses, memberships, persons
from tests.dgroup.desk import NOW, Desk, opened

ANA = "ana@ngo.example"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        yield made


def change(desk: Desk, address: str, **wish: object) -> Membership:
    with desk.db.write() as conn:
        wanted = ChangeMember(address, **wish)  # type: ignore[arg-type]  # test input
        return members.change(conn, desk.group.info, wanted, desk.now)


def count(desk: Desk, table: object) -> int:
    with desk.db.read() as conn:
        found: int = conn.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]  # a table
        return found


def test_a_new_member_has_the_groups_defaults(desk: Desk) -> None:
    made = change(desk, " Ana@NGO.example ", name="Ana")
    assert (made.address, made.name, made.language) == ("Ana@NGO.example", "Ana", "en")
    assert (made.role, made.state, made.delivery) == (
        Role.MEMBER,
        MemberState.ACTIVE,
        Delivery.EACH,
    )
    assert (made.summary, made.own_copy, made.joined_at) == (True, True, NOW)


@pytest.mark.parametrize("written", [ANA, "ANA@ngo.example", "<ana@NGO.EXAMPLE>"])
def test_an_address_is_found_however_it_is_written(desk: Desk, written: str) -> None:
    change(desk, ANA)
    found = desk.member(written)
    assert found is not None
    assert found.address == ANA


def test_an_international_domain_is_one_address_in_both_spellings(desk: Desk) -> None:
    change(desk, "ana@bücher.example")
    assert desk.member("ana@xn--bcher-kva.example") is not None


def test_a_person_is_found_by_any_of_their_addresses(desk: Desk) -> None:
    made = change(desk, ANA)
    with desk.db.write() as conn:
        row = {"address": "ana@home.example", "person_id": made.person_id, "shown": "x"}
        conn.execute(insert(addresses).values(row))
    assert desk.member("ana@home.example") == made


def test_one_person_in_two_groups_has_one_name_and_language(desk: Desk) -> None:
    soil = desk.other_group("soil")
    change(desk, ANA, name="Ana", language="fr")
    other = desk.join(ANA, "Other name", group=soil, language="pt")
    first = desk.member(ANA)
    assert first is not None
    assert first.person_id == other.person_id
    assert (first.name, first.language) == ("Ana", "pt")
    assert count(desk, persons) == 1


def test_what_is_not_wished_for_stays(desk: Desk) -> None:
    made = change(desk, ANA, name="Ana", role=Role.MODERATOR, delivery=Delivery.DAILY)
    desk.later(days=1)
    assert change(desk, ANA) == made
    paused = change(desk, ANA, state=MemberState.PAUSED, own_copy=False)
    assert paused == replace(made, state=MemberState.PAUSED, own_copy=False)


def test_leaving_and_coming_back_is_the_same_membership_of_a_new_date(desk: Desk) -> None:
    made = change(desk, ANA)
    left = change(desk, ANA, state=MemberState.LEFT)
    assert (left.id, left.inside) == (made.id, False)
    desk.later(days=10)
    back = change(desk, "ANA@ngo.example", state=MemberState.ACTIVE)
    assert (back.id, back.joined_at, back.address) == (made.id, desk.now, "ANA@ngo.example")


def test_a_name_that_is_an_address_or_holds_controls_is_not_kept_as_it_is(desk: Desk) -> None:
    assert change(desk, ANA, name="ana@ngo.example").name == ""
    assert change(desk, "bo@x.example", name="Bo\r\nBcc: all\u202e").name == "Bo Bcc: all"


def test_coordinators_are_those_who_can_be_reached(desk: Desk) -> None:
    change(desk, ANA, role=Role.COORDINATOR)
    change(desk, "bo@x.example", role=Role.COORDINATOR, state=MemberState.LEFT)
    change(desk, "cy@x.example", role=Role.COORDINATOR, state=MemberState.PAUSED)
    with desk.db.read() as conn:
        found = members.coordinators(conn, desk.group.id)
        assert [one.address for one in found] == [ANA, "cy@x.example"]
        assert members.count_active(conn, desk.group.id) == 1


def test_many_are_found_at_once(desk: Desk) -> None:
    for n in range(3):
        change(desk, f"p{n}@x.example")
    with desk.db.read() as conn:
        wanted = ["P1@x.example", "nobody@x.example", *(f"q{n}@x.example" for n in range(600))]
        found = members.find_all(conn, desk.group.id, wanted)
    assert list(found) == ["p1@x.example"]


def test_the_cut_off_is_the_newest_membership_of_all(desk: Desk) -> None:
    with desk.db.read() as conn:
        assert members.newest_id(conn) == 0
    change(desk, ANA)
    last = desk.join("x@y.example", group=desk.other_group("soil"))
    with desk.db.read() as conn:
        assert members.newest_id(conn) == last.id


def test_many_come_in_as_one_by_one(desk: Desk) -> None:
    wishes = [ChangeMember(f"p{n}@x.example", f"P{n}", language="es") for n in range(5)]
    wishes += [ChangeMember("P1@x.example", "Again"), ChangeMember(ANA, state=MemberState.ACTIVE)]
    change(desk, ANA, name="Ana", state=MemberState.LEFT)
    with desk.db.write() as conn:
        members.change_all(desk.db, conn, desk.group.info, wishes, desk.now)
        members.change_all(desk.db, conn, desk.group.info, wishes, desk.now)
        members.change_all(desk.db, conn, desk.group.info, [], desk.now)
    assert count(desk, memberships) == count(desk, persons) == count(desk, addresses) == 6
    ana, one = desk.member(ANA), desk.member("p1@x.example")
    assert ana is not None
    assert one is not None
    assert (ana.state, one.language, one.delivery) == (MemberState.ACTIVE, "en", Delivery.EACH)


def test_ten_thousand_members_come_in_with_few_statements(sqlite_database: Database) -> None:
    with opened(sqlite_database) as desk:
        wishes = [ChangeMember(f"p{n}@x.example") for n in range(10_000)]
        seen: list[str] = []
        with desk.db.write() as conn:
            driver = conn.connection.dbapi_connection
            assert driver is not None
            driver.set_trace_callback(lambda text: seen.append(text[:20]))
            members.change_all(desk.db, conn, desk.group.info, wishes, desk.now)
        assert len([text for text in seen if text.startswith("SELECT")]) < 40
        assert count(desk, memberships) == 10_000

"""What plans are told of the database: codes, letters sent, people; under real concurrency."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import insert, select

from archive.db import Database
from dgroup.facts import reads as facts
from dgroup.incoming import LetterCounts, Named
from dgroup.tables import letter_log
from tests.dgroup.desk import HOST, NOW, Desk, opened

ANA = "ana@ngo.example"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        yield made


def logged(desk: Desk, *kinds: str, group_id: int = 1, address: str = ANA) -> None:
    with desk.db.write() as conn:
        for kind in kinds:
            row = {"address": address, "group_id": group_id, "kind": kind, "at": desk.now}
            conn.execute(insert(letter_log).values(row))


def counts(desk: Desk, address: str = ANA) -> LetterCounts:
    with desk.db.write() as conn:
        return facts.letter_counts(conn, desk.db, address, 1, desk.now)


def test_letters_of_a_day_are_counted_over_all_groups(desk: Desk) -> None:
    logged(desk, "help", "join-confirm", "forged-note")
    logged(desk, "did-you-send", "leave-confirm", group_id=2)
    logged(desk, "help", address="bob@farm.example")
    assert counts(desk) == counts(desk, "ANA@ngo.example") == LetterCounts(5, 1, 3, 1)
    desk.later(days=1)
    assert counts(desk) == LetterCounts()


def test_nobody_has_had_no_letters(desk: Desk) -> None:
    logged(desk, "help", address="")
    assert counts(desk, "") == LetterCounts()


def test_a_cap_holds_over_groups_that_are_decided_at_the_same_moment(pg_database: Database) -> None:
    """Two writers count letters to one address in two groups: the second waits for the first."""
    with opened(pg_database) as desk:
        counted, seen = threading.Event(), []

        def second() -> None:
            assert counted.wait(10)
            with desk.db.write() as conn:
                seen.append(facts.letter_counts(conn, desk.db, ANA, 2, desk.now).letters)

        other = threading.Thread(target=second)
        other.start()
        with desk.db.write() as conn:
            assert facts.letter_counts(conn, desk.db, ANA, 1, desk.now).letters == 0
            row = {"address": ANA, "group_id": 1, "kind": "help", "at": NOW}
            conn.execute(insert(letter_log).values(row))
            counted.set()
            other.join(0.3)
            assert seen == []  # it waits
        other.join(10)
        assert seen == [1]


def test_people_are_checked_and_looked_up_together(desk: Desk) -> None:
    member = desk.join(ANA, "Ana")
    named = [
        Named("ANA@ngo.example", "A"),
        Named("new@x.example", "New"),
        Named("broken@@x", ""),
        Named("water-owner@lists.example", ""),
    ]
    with desk.db.read() as conn:
        found = facts.known_people(conn, desk.group, named)
    assert [one.membership for one in found] == [member, None, None, None]
    assert [one.problem for one in found] == ["", "", "syntax", "ours"]


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("water@lists.example", "ours"),
        ("WATER-Leave@Lists.Example", "ours"),
        ("water-bounces+mzxw6@lists.example", "ours"),
        ("leave.water@lists.example", "ours"),
        ("water+news@lists.example", "ours"),
        ("postmaster@lists.example", "ours"),
        ("groups+x@lists.example", "ours"),
        ("ana@lists.example", ""),
        ("ana.maria+water@lists.example", ""),
        ("wind@lists.example", ""),
        ("wind-owner@lists.example", ""),
        ("water@other.example", ""),
    ],
)
def test_only_addresses_of_groups_are_ours(desk: Desk, address: str, problem: str) -> None:
    """People of the host may have theirs at the same domain."""
    with desk.db.read() as conn:
        assert facts.known(conn, desk.group, Named(address, "")).problem == problem


def test_the_owners_are_the_coordinators_else_the_host(desk: Desk) -> None:
    with desk.db.read() as conn:
        assert facts.owner_addresses(conn, desk.group.id, HOST) == (HOST,)
        assert facts.owner_addresses(conn, desk.group.id, "") == ()


async def test_every_letter_is_logged_for_the_caps(desk: Desk) -> None:
    await desk.send("water-help", sender=ANA, auth="none")
    await desk.send("water-join", sender=ANA, auth="none")
    with desk.db.read() as conn:
        kinds = conn.execute(select(letter_log.c.kind).order_by(letter_log.c.id)).scalars().all()
    assert kinds == ["help", "join-confirm"]

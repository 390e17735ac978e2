"""The nodes of a PostgreSQL see each other, wake each other, and have one scheduler."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import psycopg
import pytest

from archive.db import Database, wake
from dgroup.nodes import register as nodes
from dgroup.nodes.presence import Presence
from dgroup.nodes.register import Node
from tests.dgroup.faulty_smtp import until

LEASE_S = 3.0
BOUND_S = 30


@dataclass(slots=True)
class Heard:
    """What a node was told."""

    words: list[str] = field(default_factory=list)
    backs: int = 0
    terms: int = 0

    def back(self) -> None:
        self.backs += 1

    def took(self) -> None:
        self.terms += 1


@asynccontextmanager
async def node_on(
    db: Database, name: str, *, schedules: bool = True
) -> AsyncIterator[tuple[Presence, Heard]]:
    heard = Heard()
    presence = Presence(
        db,
        Node(name, ("work",)),
        LEASE_S,
        schedules=schedules,
        heard=heard.words.append,
        back=heard.back,
        took=heard.took,
    )
    presence.start()
    try:
        await until(lambda: presence.alive, BOUND_S)
        yield presence, heard
    finally:
        await presence.stop()


def seen(db: Database) -> dict[str, bool]:
    with db.read() as conn:
        return {one.node.name: one.schedules for one in nodes.present(conn)}


def undone(db: Database) -> None:
    with db.write() as conn:
        wake(conn, "pages")
        raise ZeroDivisionError


def end_connections(db: Database, name: str) -> None:
    """What a failover or an operator does to a node's connection."""
    with psycopg.connect(**db.connect_settings(), autocommit=True) as conn:
        asked = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
        conn.execute(asked, [Node(name, ("work",)).label])


def test_a_label_says_name_and_roles() -> None:
    longest = Node("x" * 36, ("listen", "send", "work", "web"))
    assert len(longest.label.encode()) <= 63
    assert nodes.node_of(longest.label) == longest


async def test_one_of_two_schedules_and_the_other_follows(pg_database: Database) -> None:
    async with node_on(pg_database, "two", schedules=False) as (never, _):
        async with node_on(pg_database, "one") as (first, heard):
            await until(lambda: first.holds, BOUND_S)
            async with node_on(pg_database, "three") as (second, _):
                assert await asyncio.to_thread(seen, pg_database) == {
                    "one": True,
                    "two": False,
                    "three": False,
                }
                await first.stop()
                assert not first.holds
                await until(lambda: second.holds, BOUND_S)
            assert heard.terms == 1
        assert not never.holds


async def test_groups_locks_are_not_the_schedulers(pg_database: Database) -> None:
    async with node_on(pg_database, "one") as (first, _):
        await until(lambda: first.holds, BOUND_S)
        for number in range(3):
            with pg_database.write() as conn:
                conn.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
                pg_database.lock_group(conn, number)


@pytest.fixture
def other(pg_database: Database) -> Iterator[Database]:
    """The same store as another process has it open."""
    db = Database(pg_database.engine.url.render_as_string(hide_password=False))
    yield db
    db.dispose()


async def test_a_commit_wakes_others_and_a_rollback_does_not(
    pg_database: Database, other: Database
) -> None:
    """A command that is no node says it in its transaction."""
    async with node_on(pg_database, "one") as (_, heard):
        await until(lambda: heard.words == [""], BOUND_S)
        with pytest.raises(ZeroDivisionError):
            undone(other)
        with other.write():
            pass
        with other.write() as conn:
            for what in ("pages", "mail", "mail"):
                wake(conn, what)
        await until(lambda: len(heard.words) >= 3, BOUND_S)
        assert heard.words == ["", "mail", "pages"]


async def test_a_node_says_after_its_commit_and_does_not_hear_itself(
    pg_database: Database, other: Database
) -> None:
    async with (
        node_on(pg_database, "one") as (_, own),
        node_on(other, "two") as (_, heard),
    ):
        await until(lambda: pg_database.tell is not None and heard.words == [""], BOUND_S)
        with pg_database.write() as conn:
            wake(conn, "mail")
        await until(lambda: heard.words == ["", "mail"], BOUND_S)
        with pg_database.write() as conn:
            wake(conn, "pages")
        await until(lambda: heard.words == ["", "mail", "pages"], BOUND_S)
        with other.write() as conn:
            wake(conn, "mail")
        await until(lambda: own.words == ["", "mail"], BOUND_S)
        assert heard.words == ["", "mail", "pages"]
    assert pg_database.tell is None


async def test_a_broken_connection_is_made_anew_and_everything_looked_at(
    pg_database: Database,
) -> None:
    async with node_on(pg_database, "one") as (presence, heard):
        await until(lambda: presence.holds, BOUND_S)
        await asyncio.to_thread(end_connections, pg_database, "one")
        await until(lambda: heard.words == ["", ""] and presence.terms == 2, BOUND_S)
        assert presence.holds
        assert heard.backs == 1  # of the start: the lease was never over


async def test_a_node_that_hangs_is_gone_and_knows_it(
    pg_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with node_on(pg_database, "one") as (presence, heard):
        await until(lambda: presence.holds, BOUND_S)

        async def hangs(_conn: object) -> None:
            await asyncio.sleep(3600)

        monkeypatch.setattr(presence, "_beat", hangs)
        await until(lambda: not presence.alive, BOUND_S)
        assert not presence.holds
        await until(lambda: seen(pg_database) == {}, BOUND_S)
        assert heard.backs == 1


async def test_the_only_node_of_an_embedded_database_schedules(sqlite_database: Database) -> None:
    async with node_on(sqlite_database, "one") as (presence, heard):
        assert presence.holds
        assert heard.terms == 1
        with sqlite_database.write() as conn:
            wake(conn, "mail")
    assert heard.words == []

"""When things go wrong: a bug keeps the mail and says 250, a store that is away says 451."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import event

from archive.db import Database
from dgroup import quarantine
from dgroup.errors import NotFoundError
from dgroup.letters import Letter, LetterWriter
from dgroup.model import Group
from dgroup.receiving.intake import Intake, IntakeSettings
from tests.dgroup.desk import CAPS, FRONT, HOST, KEYRING, SITE, Desk, opened
from tests.parts import Postgres
from tests.stores import create_tables, new_store

ANA = "ana@ngo.example"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.join(ANA, "Ana", language="fr")
        yield made


class BrokenLetters(LetterWriter):
    """A letter writer with a bug."""

    def write(self, letter: Letter, group: Group) -> bytes:
        raise RuntimeError("the bug")


def broken(desk: Desk) -> Intake:
    tools = replace(desk.tools, letters=BrokenLetters(SITE))
    settings = IntakeSettings(FRONT, HOST, per_recipient=False, caps=CAPS)
    return Intake(tools, desk.writer, settings, KEYRING)


async def test_an_unexpected_error_keeps_the_mail_and_says_250(desk: Desk) -> None:
    sent = desk.envelope("water-help", "x", sender="bob@farm.example")
    (reply,) = await broken(desk).accept(sent)
    assert reply.code == 250
    assert desk.count("quarantine") == 1
    assert desk.outcomes() == [("quarantined", "RuntimeError")]


async def test_a_poison_hurts_none_of_the_mails_beside_it(desk: Desk) -> None:
    poisoned = broken(desk)
    good = [desk.envelope("water", f"t{n}", subject=f"s{n}") for n in range(10)]
    bad = desk.envelope("water-help", "x", sender="bob@farm.example")
    every = [desk.intake.accept(one) for one in good[:5]]
    every += [poisoned.accept(bad), *(desk.intake.accept(one) for one in good[5:])]
    replies = await asyncio.gather(*every)
    assert {reply.code for (reply,) in replies} == {250}
    assert (len(desk.subjects()), desk.count("quarantine")) == (10, 1)


async def test_the_host_is_told_of_a_quarantine_a_few_times_a_day(desk: Desk) -> None:
    def fails(*arguments: object) -> None:
        raise ValueError("unreadable\r\nBcc: x@y.example")

    class Unlucky(Intake):
        _decide = fails  # type: ignore[assignment]  # the bug of this test

    settings = IntakeSettings(FRONT, HOST, per_recipient=False, caps=CAPS)
    unlucky = Unlucky(desk.tools, desk.writer, settings, KEYRING)
    for _ in range(8):
        assert (await unlucky.accept(desk.envelope("water", "x")))[0].code == 250
    letters = desk.new_letters()
    assert (len(letters), {one.recipient for one in letters}) == (5, {HOST})
    assert letters[0].subject == "A mail to water@lists.example is in quarantine"
    assert letters[0].message["Bcc"] is None
    assert desk.count("quarantine") == 8


async def test_a_read_only_database_is_451_and_keeps_nothing(sqlite_url: str) -> None:
    db = new_store(sqlite_url)
    with opened(db) as desk:
        desk.join(ANA)
        event.listen(
            db.engine, "checkout", lambda driver, *rest: driver.execute("PRAGMA query_only=ON")
        )
        reply = await desk.send("water", "x")
        assert reply.line().startswith("451 4.3.0 ")
    db.dispose()


async def test_a_full_disk_is_451_until_there_is_room(sqlite_url: str) -> None:
    db = new_store(sqlite_url)
    with opened(db) as desk:
        desk.join(ANA)
        room = [50]
        event.listen(
            db.engine,
            "checkout",
            lambda driver, *rest: driver.execute(f"PRAGMA max_page_count={room[0]}"),
        )
        big = "".join(f"{n * 7919 % 100003:x}" for n in range(400_000))
        sent = desk.envelope("water", big)
        assert (await desk.intake.accept(sent))[0].code == 451
        stores = [desk.intake.stores]
        room[0] = 1_000_000
        assert (await desk.intake.accept(sent))[0].code == 250
        assert [*stores, desk.intake.stores] == [False, True]
        assert len(desk.subjects()) == 1
    db.dispose()


async def test_a_disk_that_stays_full_does_not_fill_the_log(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Each sender tries again and again; one traceback a kind of work is enough for all of them."""
    db = new_store(sqlite_url)
    with opened(db) as desk:
        desk.join(ANA)
        full = ["ON"]
        event.listen(
            db.engine,
            "checkout",
            lambda driver, *rest: driver.execute(f"PRAGMA query_only={full[0]}"),
        )
        for _ in range(10):
            every = [desk.intake.accept(desk.envelope("water", f"t{n}")) for n in range(5)]
            assert {reply.code for (reply,) in await asyncio.gather(*every)} == {451}
        loud = [one for one in caplog.records if one.levelno >= logging.WARNING]
        traced = [one.name for one in loud if one.exc_info]
        assert sorted(set(traced)) == sorted(traced)
        assert len(loud) == len(traced)
        caplog.clear()
        full[0] = "OFF"
        assert (await desk.send("water", "x")).code == 250
        assert any("cannot be stored at all: over after 50 failures" in m for m in caplog.messages)
    db.dispose()


async def test_a_database_that_is_gone_is_451(postgres: Postgres) -> None:
    with postgres.database(postgres.template("dgroup_tables", create_tables)) as url:
        db = Database(url)
        with opened(db) as desk:
            desk.join(ANA)
            postgres.drop(url)
            assert (await desk.send("water", "x")).code == 451
        db.dispose()


class EndingLetters(LetterWriter):
    """A letter writer while whose work the server ends all connections, twice: a job is tried again."""

    server: Database
    times = 2

    def write(self, letter: Letter, group: Group) -> bytes:
        if self.times:
            self.times -= 1
            self._end()
        return super().write(letter, group)

    def _end(self) -> None:
        with psycopg.connect(**self.server.connect_settings(), autocommit=True) as conn:
            mine = "datname = current_database() AND pid != pg_backend_pid()"
            asked = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}"
            conn.execute(asked.encode())
        self.server.engine.dispose()  # the next connection works again


async def test_a_restart_of_the_database_is_no_error_of_the_mail(pg_database: Database) -> None:
    """Its sender keeps it and comes again: in quarantine it would wait for the host."""
    with opened(pg_database) as desk:
        letters = EndingLetters(SITE)
        letters.server = pg_database
        settings = IntakeSettings(FRONT, HOST, per_recipient=False, caps=CAPS)
        intake = Intake(replace(desk.tools, letters=letters), desk.writer, settings, KEYRING)
        sent = desk.envelope("water-help", "x", sender="bob@farm.example")
        assert (await intake.accept(sent))[0].code == 451
        assert desk.count("quarantine") == 0
        assert (await desk.intake.accept(sent))[0].code == 250
        assert [event for event, _ in desk.outcomes()] == ["command"]


async def test_a_mail_taken_in_again_is_believed_no_more_than_when_it_came(desk: Desk) -> None:
    forged = desk.envelope("water-leave", "", front=False, auth="aligned")
    with desk.db.write() as conn:
        quarantine.store_mail(conn, desk.tools, forged, ValueError("a bug"))
    with desk.db.read() as conn:
        again = quarantine.load(conn, 1)
    assert again == replace(forged, helo="")
    await desk.intake.accept(again)
    assert desk.state(ANA) == "active"


async def test_what_is_out_of_quarantine_is_not_taken_in_twice(desk: Desk) -> None:
    with desk.db.write() as conn:
        quarantine.store_mail(conn, desk.tools, desk.envelope("water", "x"), ValueError("a bug"))
        quarantine.settle(conn, 1)
        with pytest.raises(NotFoundError):
            quarantine.load(conn, 1)

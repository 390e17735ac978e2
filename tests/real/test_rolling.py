"""What happens to nodes in ordinary life, under load: they are restarted one by one, their PostgreSQL is
restarted, their clocks differ. Nothing is lost, nothing goes out twice."""

from __future__ import annotations

import asyncio
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.db import Database
from archive.parse import parse
from dgroup.runtime import prepare
from dgroup.service import Service
from tests.dgroup.faulty_smtp import HANG, FaultySmtp, faulty_smtp, until
from tests.dgroup.smtp_talk import talking
from tests.parts import _postgres_bin, _run, free_port, public_directory
from tests.real.borrowed import posts as borrowed
from tests.real.fleet import Fleet, NodeProcess, fleet
from tests.real.installation import DOMAIN
from tests.real.test_failover import Server
from tests.real.test_kills import Load, _check_outcomes, _check_posts, loading
from tests.real.test_nodes import (
    GROUP,
    MEMBERS,
    _have_kept,
    _together,
    _until_sent,
    bring,
    people_on,
    started,
)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("nodes")]

BETWEEN = 15
"""mails between two events"""


def check(db: Database, sink: FaultySmtp, load: Load) -> None:
    """Each mail is a post, each member has each post, nobody has one twice."""
    _check_posts(db, load)
    _check_outcomes(db, load)
    copies = Counter((one.recipient, parse(one.data).message_id) for one in sink.ledger)
    assert copies == Counter({(to, mail): 1 for to in MEMBERS for mail in load.kept})


@asynccontextmanager
async def under_load(made: Fleet, doors: list[NodeProcess]) -> AsyncIterator[list[Load]]:
    mails = iter(borrowed("caml-list-1.mbox.gz", GROUP, MEMBERS, 600))
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(loading(door.port, mails)) for door in doors]


async def some_more(loads: list[Load]) -> None:
    goal = sum(len(load.kept) for load in loads) + BETWEEN
    await until(lambda: _have_kept(loads, goal), 60)


async def test_nodes_are_restarted_one_by_one(tmp_path: Path, pg_url: str) -> None:
    """As an upgrade does: SIGTERM, and up again."""
    async with faulty_smtp() as sink:
        with fleet(tmp_path, pg_url, sink.port) as made:
            doors = [made.node(name, ["listen"]) for name in ("in1", "in2")]
            senders = [made.node(name, ["send", "work"]) for name in ("out1", "out2")]
            with made.database() as db:
                people_on(db)
                await started(made, *doors, *senders)
                async with under_load(made, doors) as loads:
                    for node in (*doors, *senders) * 2:
                        await some_more(loads)
                        await asyncio.to_thread(node.end)
                        await some_more(loads)
                        await started(made, node)
                load = _together(loads)
                await _until_sent(db, len(load.kept))
                check(db, sink, load)
        assert "Traceback" not in made.log()


@contextmanager
def postgres() -> Iterator[Server]:
    """A server that may be stopped, with an empty database `dgroup`."""
    with public_directory("own") as home:
        home.chmod(0o777)  # the server's account makes folders there
        server = Server(home / "one", free_port())
        _run(["mkdir", server.home], home)
        make: list[str | Path] = [_postgres_bin() / "initdb", "-D", server.home / "data"]
        make += ["-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"]
        _run(make, server.home)
        server.start()
        server.say("CREATE DATABASE dgroup")
        try:
            yield server
        finally:
            with suppress(subprocess.CalledProcessError):  # a test has failed while it was down
                server.die()


async def answer(port: int) -> str:
    """What somebody hears who brings a mail to the group: the first reply that is no 2xx or 3xx."""
    async with talking(port) as talk:
        for line in (
            f"MAIL FROM:<{MEMBERS[0]}>",
            f"RCPT TO:<{GROUP}>",
            "DATA",
            "Subject: x\r\n\r\n.",
        ):
            said = await talk.say(line)
            if said[0] not in "23":
                return said
    return ""


async def test_postgresql_is_restarted_under_load(tmp_path: Path) -> None:
    """Whoever brings a mail meanwhile is told to come again; what was sent is written down afterwards."""
    async with faulty_smtp() as sink:
        with postgres() as server:
            url = f"postgresql+psycopg://postgres@/dgroup?host=127.0.0.1&port={server.port}"
            with fleet(tmp_path, url, sink.port) as made:
                door = made.node("in", ["listen"])
                senders = [made.node(name, ["send", "work"]) for name in ("out1", "out2")]
                with made.database() as db:
                    people_on(db)
                    await started(made, door, *senders)
                    async with under_load(made, [door]) as loads:
                        for _ in range(3):
                            await some_more(loads)
                            await asyncio.to_thread(server.die)
                            assert (await answer(door.port)).startswith("451")
                            await asyncio.to_thread(server.start)
                        await some_more(loads)
                    db.engine.dispose()
                    load = _together(loads)
                    await _until_sent(db, len(load.kept))
                    check(db, sink, load)


@asynccontextmanager
async def with_clock(made: Fleet, node: NodeProcess, minutes: float) -> AsyncIterator[Service]:
    """A node in this process whose machine's clock is so many minutes ahead."""
    prepare(node.config, datetime.now(UTC))
    service = Service(node.config, lambda: datetime.now(UTC) + timedelta(minutes=minutes))
    await service.start()
    try:
        await until(lambda: service.presence.alive, 20)
        yield service
    finally:
        await service.stop()


async def test_what_a_sender_holds_is_not_over_for_one_whose_clock_is_ahead(
    tmp_path: Path, pg_url: str
) -> None:
    """The first one holds all copies, its smarthost hangs. Leases are ten minutes."""
    async with (
        faulty_smtp(lambda step: HANG * (step.kind == "rcpt")) as mute,
        faulty_smtp() as sink,
    ):
        with fleet(tmp_path, pg_url, mute.port) as made:
            slow = made.node("slow", ["listen", "send"], {"relay": {"timeout_s": 60}})
            way_out = {"url": f"smtp://127.0.0.1:{sink.port}"}
            quick = made.node("quick", ["send"], {"relay": way_out})
            with made.database() as db:
                people_on(db)
            async with with_clock(made, slow, -6):
                await bring(slow.port, borrowed("caml-list-1.mbox.gz", GROUP, MEMBERS, 1)[0])
                await until(lambda: mute.seen.get("rcpt", 0) > 0)
                async with with_clock(made, quick, 6) as other:
                    looks = other.sender.looks
                    other.sender.wake()
                    await until(lambda: other.sender.looks > looks)
                assert sink.ledger == []


async def test_what_a_node_with_a_clock_ahead_writes_goes_out_at_once(
    tmp_path: Path, pg_url: str
) -> None:
    async with faulty_smtp() as sink:
        with fleet(tmp_path, pg_url, sink.port) as made:
            door, sender = made.node("door", ["listen"]), made.node("out", ["send"])
            with made.database() as db:
                people_on(db)
            async with with_clock(made, door, 6), with_clock(made, sender, -6):
                async with talking(door.port) as talk:
                    await talk.begin(f"water-request@{DOMAIN}", sender=MEMBERS[0])
                    head = f"From: {MEMBERS[0]}\r\nMessage-ID: <1@homes.test>\r\n".encode()
                    await talk.send(head + b"Subject: help\r\n\r\nhelp\r\n.\r\n")
                    assert (await talk.reply()).startswith("250")
                await until(lambda: len(sink.ledger) == 1)

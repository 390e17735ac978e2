"""Time and the sender: an outage, a clock that jumps, a server that answers letter by letter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import pytest
from sqlalchemy import select

from dgroup.config import relay_target
from dgroup.tables import deliveries
from tests.dgroup.faulty_smtp import HANG, Step, faulty_smtp, until
from tests.dgroup.office import Office, opened
from tests.dgroup.sending.test_sender import Clock, sending, states


@pytest.fixture
def office(sqlite_url: str) -> Iterator[Office]:
    with opened(sqlite_url) as found:
        yield found


@pytest.fixture
def clock() -> Clock:
    return Clock()


def busy(step: Step) -> str:
    return "451 4.3.0 later" if step.kind == "rcpt" else ""


async def test_after_a_long_outage_mail_is_tried_before_it_is_given_up(
    office: Office, clock: Clock
) -> None:
    office.join("ana", "ben", "cid")
    office.post()
    async with faulty_smtp(busy) as server, sending(office, clock, server=server) as sender:
        await until(lambda: sender.counts["retry"] == 3)
    clock.move(days=30)
    async with faulty_smtp() as server, sending(office, clock, server=server):
        await until(lambda: not states(office)["pending"])
    assert states(office) == {"sent": 3}


async def test_a_clock_that_jumps_gives_up_nothing_untried(office: Office, clock: Clock) -> None:
    office.join("ana", "ben", "cid")
    full = ["451 4.3.0 later"]
    async with (
        faulty_smtp(lambda step: full[0] if full and step.kind == "rcpt" else "") as server,
        sending(office, clock, server=server) as sender,
    ):
        for _ in range(5):  # for long enough that it would give up what is old
            looks = sender.looks
            clock.move(minutes=40)
            sender.wake()
            await until(lambda looks=looks: sender.looks > looks)  # type: ignore[misc]  # bound now
        office.post()
        sender.wake()
        await until(lambda: sender.counts["retry"] == 3)
        full.clear()
        clock.move(days=30)
        sender.wake()
        await until(lambda: not states(office)["pending"])
    assert states(office) == {"sent": 3}


async def test_a_clock_that_is_put_back_holds_up_nothing(office: Office, clock: Clock) -> None:
    office.join("ana")
    full = ["452 4.3.1 no room"]
    async with (
        faulty_smtp(lambda step: full[0] if full and step.kind == "rcpt" else "") as server,
        sending(office, clock, server=server) as sender,
    ):
        clock.move(days=1)
        office.letter("eve@elsewhere.example")
        sender.wake()
        await until(lambda: sender.counts["retry"] == 1)
        full.clear()
        clock.move(days=-1)
        office.post()
        sender.wake()
        await until(lambda: states(office)["sent"] == 1)


async def test_without_any_session_mail_is_given_up_in_the_end(
    office: Office, clock: Clock
) -> None:
    office.join("ana")
    office.post()
    async with sending(office, clock, relay_target("smtp://127.0.0.1:9")) as sender:
        async with asyncio.timeout(20):
            while not states(office)["failed"]:
                clock.move(minutes=55)
                sender.wake()
                await asyncio.sleep(0.01)
    with office.db.read() as conn:
        assert conn.execute(select(deliveries.c.last_reply)).scalar_one().startswith("given up")


async def test_what_a_session_holds_that_hangs_is_not_sent_by_another_node(
    office: Office, clock: Clock
) -> None:
    office.join("ana", "ben", "cid")
    office.post()

    def hangs(step: Step) -> str:
        return HANG if step.kind == "data" else ""

    def leases() -> set[object]:
        with office.db.read() as conn:
            return set(conn.execute(select(deliveries.c.claimed_until)).scalars())

    async with (
        faulty_smtp(hangs) as stuck,
        sending(office, clock, server=stuck, node="a", timeout_s=60) as first,
    ):
        await until(lambda: stuck.seen.get("data", 0) > 0)
        for _ in range(4):
            before = leases()
            clock.move(minutes=4)
            first.wake()
            await until(lambda before=before: not before & leases())  # type: ignore[misc]  # bound now
        async with (
            faulty_smtp() as server,
            sending(office, clock, server=server, node="b") as other,
        ):
            await until(lambda: other.looks > 0)
            await asyncio.sleep(0.1)
        assert len({one.recipient for one in server.ledger}) == len(server.ledger) <= 2
        assert "ana@home.example" not in {one.recipient for one in server.ledger}


@asynccontextmanager
async def endless(pause_s: float, verb: bytes = b"MAIL") -> AsyncIterator[int]:
    """A server whose answer to a command has always one more line; gives its port."""
    tasks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 endless\r\n")
        while line := await reader.readline():
            writer.write(b"250-more\r\n" if line.upper().startswith(verb) else b"250 endless\r\n")
            while line.upper().startswith(verb):
                writer.write(b"250-more\r\n")
                await writer.drain()
                await asyncio.sleep(pause_s)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with suppress(OSError, asyncio.CancelledError):
            await talk(reader, writer)
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_an_answer_without_end_does_not_hold_a_session(office: Office, clock: Clock) -> None:
    office.join("ana")
    office.post()
    async with (
        endless(0.1) as port,
        sending(office, clock, relay_target(f"smtp://127.0.0.1:{port}"), timeout_s=1) as sender,
    ):
        await until(lambda: sender.counts["requeue"] > 0, seconds=10)

"""Worker processes that read mails: there when many come, gone when it is quiet, never a mail lost."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import psutil
import pytest

from archive.content import Content, content_of
from dgroup.receiving.parsers import INLINE, LARGE, Parsers, UnreadableError
from tests.parts import wait_until


def mail(number: int, size: int = 0) -> bytes:
    head = f"From: Ana <ana@ngo.example>\r\nSubject: {number}\r\nMessage-ID: <{number}@x>\r\n\r\n"
    return head.encode() + b"Words of mine.\r\n" * (1 + size // 16)


def workers() -> list[psutil.Process]:
    """The processes of this test's pool."""
    found = []
    for one in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):  # it ended since it was listed, or is not buried yet
            if "dgroup.receiving.parse_worker" in " ".join(one.cmdline()):
                found.append(one)
    return found


@asynccontextmanager
async def pool(limit: int, **settings: float) -> AsyncIterator[Parsers]:
    parsers = Parsers(limit, **settings)  # type: ignore[arg-type]  # numbers of seconds
    try:
        yield parsers
    finally:
        await parsers.stop()
    assert workers() == []


async def busy(parsers: Parsers, until: Callable[[], bool]) -> None:
    """Bring mails until something is so."""
    async with asyncio.timeout(60):
        while not until():
            await parsers.read(mail(0))
            await asyncio.sleep(0.002)


async def test_a_quiet_service_is_one_process() -> None:
    async with pool(2) as parsers:
        for number in range(5):
            assert await parsers.read(mail(number)) == content_of(mail(number))
        assert (parsers.processes, workers()) == (0, [])


@pytest.mark.parametrize("size", [0, INLINE + 1, LARGE + 1])
async def test_many_mails_are_read_by_processes_as_by_this_one(size: int) -> None:
    async with pool(2, quiet_s=60) as parsers:
        await busy(parsers, lambda: parsers.processes == 2)
        mails = [mail(number, size) for number in range(20 if size < LARGE else 2)]
        found = await asyncio.gather(*(parsers.read(raw) for raw in mails))
        assert [one.message.subject for one in found] == [str(n) for n in range(len(mails))]
        assert found == [content_of(raw) for raw in mails]


async def test_the_processes_end_when_it_is_quiet_and_come_back() -> None:
    async with pool(1, quiet_s=0.5) as parsers:
        for _ in range(2):
            await busy(parsers, lambda: parsers.processes == 1)
            await asyncio.to_thread(wait_until, lambda: not workers(), "the end of processes")
            assert parsers.processes == 0


async def test_with_none_allowed_all_is_read_here() -> None:
    async with pool(0, rate=1) as parsers:
        for number in range(30):
            await parsers.read(mail(number))
        assert workers() == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
async def test_a_mail_over_which_a_process_ends_or_hangs_is_blamed_alone(number: int) -> None:
    async with pool(1, rate=1, quiet_s=60, patience_s=0.5) as parsers:
        await busy(parsers, lambda: parsers.processes == 1)
        (victim,) = workers()
        os.kill(victim.pid, signal.SIGSTOP)
        reads = [asyncio.ensure_future(parsers.read(mail(n))) for n in range(10)]
        await asyncio.sleep(0)
        os.kill(victim.pid, number)
        found = await asyncio.gather(*reads, return_exceptions=True)
        assert isinstance(found[0], UnreadableError)
        rest = [one.message.subject for one in found if isinstance(one, Content)]
        assert rest == [str(n) for n in range(1, 10)]
        await busy(parsers, lambda: parsers.processes == 1 and victim not in workers())


async def test_mails_asked_for_at_the_end_are_read_all_the_same() -> None:
    parsers = Parsers(1, rate=1)
    await busy(parsers, lambda: parsers.processes == 1)
    reads = [asyncio.ensure_future(parsers.read(mail(n))) for n in range(50)]
    await asyncio.sleep(0)
    await parsers.stop()
    found = await asyncio.gather(*reads)
    assert [one.message.subject for one in found] == [str(n) for n in range(50)]
    assert workers() == []


async def test_a_worker_ends_with_the_service_and_not_with_signals_to_its_group() -> None:
    async with pool(1, rate=1) as parsers:
        await busy(parsers, lambda: parsers.processes == 1)
        (one,) = workers()
        for number in (signal.SIGINT, signal.SIGTERM):
            os.kill(one.pid, number)
        assert (await parsers.read(mail(7))).message.subject == "7"
        assert parsers.processes == 1
    assert not one.is_running()


@pytest.mark.parametrize("program", ["/bin/false", "/nonexistent/python"])
async def test_where_no_process_starts_mails_are_read_here(
    program: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried: list[str] = []
    start = asyncio.create_subprocess_exec

    async def counted(*words: str, stdin: int) -> asyncio.subprocess.Process:
        tried.append(words[0])
        return await start(*words, stdin=stdin)

    monkeypatch.setattr("sys.executable", program)
    monkeypatch.setattr("asyncio.create_subprocess_exec", counted)
    async with pool(2, rate=1, quiet_s=0.2) as parsers:
        await busy(parsers, lambda: len(tried) >= 6)
        assert (await parsers.read(mail(7))).message.subject == "7"
        assert parsers.processes == 0
    assert set(tried) == {program}
    assert sum(bool(record.exc_info) for record in caplog.records) <= 1

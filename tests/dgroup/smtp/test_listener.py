"""The listener as a whole: it starts, bounds what is in memory, and ends gracefully."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from dgroup.smtp.listener import Listener
from tests.dgroup.smtp_talk import (
    CONFIG,
    KEPT,
    MAIL,
    NOON,
    Keeper,
    serving,
    talking,
)


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


@pytest.fixture
async def port(keeper: Keeper) -> AsyncIterator[int]:
    async with serving(keeper, CONFIG) as (_, port):
        yield port


async def test_stopping_finishes_what_is_under_way(keeper: Keeper) -> None:
    listener = Listener(CONFIG, keeper, lambda: NOON)
    _, port = await listener.start()
    async with talking(port) as idle, talking(port) as halfway, talking(port) as inside:
        await halfway.begin()
        await halfway.send(b"Subject: half\r\n")
        keeper.hold.clear()
        await inside.begin()
        await inside.send(MAIL + b".\r\n")
        await keeper.inside.wait()
        stopping = asyncio.create_task(listener.stop(20))
        assert (await idle.reply()).startswith("421 4.3.2")
        assert await idle.ended()
        keeper.hold.set()
        await halfway.send(b"\r\nthe rest\r\n.\r\n")
        for talk in (halfway, inside):
            assert await talk.reply() == KEPT.line()
            assert (await talk.reply()).startswith("421 4.3.2")
            assert await talk.ended()
        await stopping
    assert sorted(mail.raw for mail in keeper.kept) == [b"Subject: half\r\n\r\nthe rest\r\n", MAIL]
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_stopping_does_not_wait_for_ever(keeper: Keeper) -> None:
    listener = Listener(CONFIG, keeper, lambda: NOON)
    _, port = await listener.start()
    async with talking(port) as talk:
        await talk.begin()
        await listener.stop(0.1)
        assert await talk.ended()
    assert not listener.sessions


async def test_stopping_twice_or_before_the_start_is_fine(keeper: Keeper) -> None:
    listener = Listener(CONFIG, keeper, lambda: NOON)
    await listener.stop(1)
    await listener.start()
    await listener.stop(1)
    await listener.stop(1)


async def test_big_mails_take_turns_and_all_arrive(keeper: Keeper) -> None:
    body = b"Subject: big\r\n\r\n" + b"0123456789abcdef" * 500_000 + b"\r\n"
    async with serving(keeper, replace(CONFIG, max_size=20_000_000)) as (_, port):

        async def bring() -> str:
            async with talking(port) as talk:
                return await talk.mail(body)

        replies = await asyncio.gather(*(bring() for _ in range(12)))
    assert set(replies) == {KEPT.line()}
    assert all(mail.raw == body for mail in keeper.kept)

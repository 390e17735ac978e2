"""Bytes become replies, however they are cut."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgroup.sending.wire import MAX_LINE, Reply, Wire


class Deaf(asyncio.Transport):
    """A transport that goes nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.aborted = False

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def abort(self) -> None:
        self.aborted = True


class Heard(Wire):
    """Keeps what it hears."""

    def __init__(self) -> None:
        super().__init__(1.0)
        self.replies: list[Reply] = []
        self.reason = ""
        self.connection_made(cast("asyncio.BaseTransport", Deaf()))

    def on_reply(self, reply: Reply) -> None:
        self.replies.append(reply)

    def on_end(self, reason: str) -> None:
        self.reason = reason


def hear(*pieces: bytes) -> Heard:
    async def listen() -> Heard:
        wire = Heard()
        for piece in pieces:
            wire.data_received(piece)
        return wire

    return asyncio.run(listen())


SAID = b"220 hello\r\n250-one\r\n250-SIZE 5\r\n250 last\r\n354\r\n250 \xc3\xa9\n550 5.1.1 no\r\n"
MEANT = [
    Reply(220, "hello"),
    Reply(250, "one SIZE 5 last"),
    Reply(354, ""),
    Reply(250, "\u00e9"),
    Reply(550, "5.1.1 no"),
]


@given(st.lists(st.integers(0, len(SAID)), max_size=6))
def test_replies_are_the_same_however_they_are_cut(cuts: list[int]) -> None:
    ends = [0, *sorted(cuts), len(SAID)]
    wire = hear(*[SAID[a:b] for a, b in pairwise(ends)])
    assert wire.replies == MEANT
    assert not wire.closed


@pytest.mark.parametrize(
    "said",
    [
        b"hello\r\n",
        b"99 x\r\n",
        b"199 x\r\n",
        b"600 x\r\n",
        b"250_x\r\n",
        b"\r\n",
        b"x" * (MAX_LINE + 1),
        b"250-x\r\n" * 300,
    ],
)
def test_what_is_no_reply_ends_the_session(said: bytes) -> None:
    wire = hear(said)
    assert wire.closed
    assert wire.reason


def test_words_steer_no_terminal_that_shows_them() -> None:
    (reply,) = hear(b"451 4.7.1 \x1b[2J no\rmore\x07\r\n").replies
    assert reply == Reply(451, "4.7.1 ?[2J no?more?")


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    wire = hear(data)
    assert all(200 <= reply.code <= 599 for reply in wire.replies)


async def test_asking_a_session_that_ended_is_told_why() -> None:
    wire = Heard()
    wire.connection_lost(None)
    with pytest.raises(ConnectionError, match="closed"):
        await wire.ask(b"NOOP")


async def test_silence_is_a_timeout() -> None:
    wire = Heard()
    wire.timeout = 0.01
    with pytest.raises(TimeoutError):
        await wire.ask(b"")

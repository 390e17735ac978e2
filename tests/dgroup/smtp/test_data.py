"""A mail's text is read exactly, at any split, within its bounds."""

from __future__ import annotations

import asyncio
import os
import socket
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from hypothesis import example, given
from hypothesis import strategies as st

from dgroup.smtp.data import CHUNK, IN_MEMORY, DotDecoder, Fault, Received, Spool, receive

# Pieces out of which the hard cases are made.
PIECES = st.sampled_from(
    [b"\r\n", b"\r", b"\n", b".", b"..", b"\r\n.", b"\r\n.\r", b"\r\n..\r\n", b"\n.\n", b"a", b"\0", b"\xff", b"text"]
)  # fmt: skip
BODIES = st.lists(PIECES, max_size=40).map(b"".join)
TAILS = st.sampled_from(
    [b"", b"QUIT\r\n", b"\r\n", b".\r\n", b"MAIL FROM:<a@b.example>\r\nRCPT", b"\n"]
)


class Stock(SMTP):
    """The library's own reader of DATA, without its command loop and with room for long lines."""

    line_length_limit = 1 << 20

    async def _handle_client(self) -> None:
        """The test calls smtp_DATA itself."""


class Content:
    """A handler of the library that remembers what it was given."""

    content: bytes = b""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd finds it by this name
        self.content = envelope.content
        return "250 OK"


async def stock(wire: bytes) -> tuple[bytes, bytes]:
    """What aiosmtpd makes of the bytes after DATA: the text, and what it leaves for the next command."""
    loop = asyncio.get_running_loop()
    handler = Content()
    ours, theirs = socket.socketpair()
    with theirs:
        transport, server = await loop.connect_accepted_socket(
            lambda: Stock(handler, hostname="test.example", data_size_limit=None, loop=loop), ours
        )
        assert server.session is not None
        assert server.envelope is not None
        server.session.host_name = "client.example"
        server.envelope.rcpt_tos = ["group@lists.example"]
        server._reader.feed_data(wire)
        await server.smtp_DATA("")
        server._reader.feed_eof()
        rest = await server._reader.read()
        transport.abort()
        await asyncio.sleep(0)
    return handler.content, rest


def fed(chunks: list[bytes]) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=1 << 20)
    for chunk in chunks:
        reader.feed_data(chunk)
    return reader


def split(wire: bytes, cuts: list[int]) -> list[bytes]:
    """The bytes cut at some places."""
    places = sorted({cut % (len(wire) + 1) for cut in cuts} | {0, len(wire)})
    return [wire[a:b] for a, b in pairwise(places)]


def decode(chunks: list[bytes]) -> tuple[bytes, bytes | None, bool]:
    decoder = DotDecoder()
    text = b""
    for number, chunk in enumerate(chunks):
        text += decoder.feed(chunk)
        if decoder.rest is not None:
            return text, decoder.rest + b"".join(chunks[number + 1 :]), decoder.ambiguous
    return text, None, decoder.ambiguous


@given(BODIES, st.lists(st.integers(0, 200), max_size=12), TAILS)
@example(b"", [], b"")
@example(b".", [], b"")
@example(b"\r\n", [1, 2, 3, 4], b".\r\n")
async def test_any_text_at_any_split_is_read_as_the_library_reads_it(
    body: bytes, cuts: list[int], tail: bytes
) -> None:
    wire = body + b"\r\n.\r\n" + tail
    want, rest = await stock(wire)
    text, left, _ = decode(split(wire, cuts))
    assert (text, left) == (want, rest)


@given(BODIES, TAILS)
async def test_what_was_sent_ahead_stays_in_the_reader(body: bytes, tail: bytes) -> None:
    wire = body + b"\r\n.\r\n" + tail
    want, rest = await stock(wire)
    reader, spool = fed([wire]), Spool(None)
    received = await receive(reader, spool, 10_000, lambda _: None)
    assert received.fault is None
    assert await spool.take() == want
    reader.feed_eof()
    assert await reader.read() == rest


@given(BODIES)
def test_stuffing_and_reading_give_the_text_back(body: bytes) -> None:
    text = body + b"\r\n"
    stuffed = (b"\r\n" + text).replace(b"\r\n.", b"\r\n..")[2:]
    assert decode([stuffed + b".\r\n"])[0] == text


@pytest.mark.parametrize(
    "ending",
    [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\r\n.\n", b"\r.\n", b"\n.\r"],
)
@pytest.mark.parametrize("at_once", [True, False])
def test_no_other_sequence_ends_a_text_and_each_is_noticed(ending: bytes, at_once: bool) -> None:
    evil = b"MAIL FROM:<evil@x.example>\r\n"
    wire = b"Subject: x\r\n\r\nhello" + ending + evil + b"\r\n.\r\n"
    text, left, ambiguous = decode([wire] if at_once else [bytes([byte]) for byte in wire])
    assert text.endswith(evil + b"\r\n")
    assert left == b""
    assert ambiguous


@pytest.mark.parametrize(
    "text",
    [b"a\nb\r\n", b"a\rb\r\n", b"dots .\r\n.. .\r\n", b"..\r\n", b"...\r\n..a\r\n", b"\n..\n\r\n", b"a\0b\r\n", b"5.\n.5\r\n"],
)  # fmt: skip
def test_other_line_ends_are_no_reason_for_suspicion(text: bytes) -> None:
    assert decode([text + b".\r\n"])[1:] == (b"", False)


async def test_a_big_mail_waits_on_disk_and_comes_back_whole(tmp_path: Path) -> None:
    body = os.urandom(IN_MEMORY).replace(b"\r", b"").replace(b"\n", b"") * 6 + b"\r\n"
    reader, spool = fed([body + b".\r\nNOOP\r\n"]), Spool(tmp_path)
    received = await receive(reader, spool, len(body), lambda _: None)
    assert received == Received(len(body), ambiguous=False, fault=None)
    assert spool.on_disk
    assert await spool.take() == body
    assert await reader.readline() == b"NOOP\r\n"


async def test_a_mail_of_one_byte_lines_costs_nothing_special() -> None:
    body = b"x\r\n" * 200_000
    spool = Spool(None)
    await receive(fed([body, b".\r\n"]), spool, 1_000_000, lambda _: None)
    assert await spool.take() == body


async def test_a_mail_that_is_too_large_is_read_to_its_end_and_dropped() -> None:
    reader, spool = fed([b"x" * 1500 + b"\r\n.\r\nQUIT\r\n"]), Spool(None)
    received = await receive(reader, spool, 1000, lambda _: None)
    assert received == Received(1502, ambiguous=False, fault=Fault.TOO_LARGE)
    assert await reader.readline() == b"QUIT\r\n"


async def test_a_mail_of_exactly_the_limit_is_kept() -> None:
    spool = Spool(None)
    received = await receive(fed([b"x" * 998 + b"\r\n.\r\n"]), spool, 1000, lambda _: None)
    assert received.fault is None
    assert spool.size == 1000


async def test_the_end_of_an_endless_mail_is_not_waited_for() -> None:
    received = await receive(fed([b"x" * (3 * CHUNK)]), Spool(None), 1000, lambda _: None)
    assert received.fault is Fault.ENDLESS


async def test_a_disk_that_cannot_be_written_is_a_fault_and_not_an_exception(
    tmp_path: Path,
) -> None:
    spool = Spool(tmp_path / "missing")
    wire = b"x" * (3 * IN_MEMORY) + b"\r\n.\r\n"
    received = await receive(fed([wire]), spool, len(wire), lambda _: None)
    assert received.fault is Fault.NO_SPACE


async def test_a_client_that_goes_away_is_told_apart_from_an_end() -> None:
    reader = fed([b"half a mail\r\n"])
    reader.feed_eof()
    with pytest.raises(ConnectionResetError):
        await receive(reader, Spool(None), 1000, lambda _: None)


async def test_progress_is_told_as_bytes_on_the_wire() -> None:
    seen: list[int] = []
    wire = b"..a\r\n.\r\n"
    await receive(fed([wire]), Spool(None), 1000, seen.append)
    assert seen == [len(wire)]

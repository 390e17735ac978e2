"""A tiny mail filter: as much of Postfix's milter protocol (version 6) as it takes to add header fields to a
mail, to have it held, or to refuse it. What rspamd and OpenDKIM do through the same door."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_ADD_HEADERS, _QUARANTINE = 0x01, 0x20
_NO_CONNECT, _NO_HELO, _NO_BODY, _NO_UNKNOWN, _NO_DATA = 0x01, 0x02, 0x10, 0x100, 0x200
_CONTINUE = b"c"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to happen to a mail."""

    fields: tuple[tuple[str, str], ...] = ()
    hold: bool = False
    refuse: str = ""
    """the SMTP reply, '' to let it pass"""


Judge = Callable[[str], Verdict]
"""Judges a mail by its Subject."""


@dataclass(slots=True)
class Milter:
    """It listens on `port`."""

    port: int = 0
    judged: list[str] = field(default_factory=list)


def _packet(command: bytes, data: bytes = b"") -> bytes:
    return struct.pack("!I", len(data) + 1) + command + data


def _answers(verdict: Verdict) -> bytes:
    """The end of a mail: the changes, then the last word."""
    said = b"".join(
        _packet(b"h", b"%s\0%s\0" % (name.encode(), value.encode()))
        for name, value in verdict.fields
    )
    if verdict.hold:
        said += _packet(b"q", b"spam\0")
    if verdict.refuse:
        return said + _packet(b"y", verdict.refuse.encode() + b"\0")
    return said + _packet(_CONTINUE)


async def _session(
    milter: Milter, judge: Judge, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    subject = ""
    while True:
        (length,) = struct.unpack("!I", await reader.readexactly(4))
        packet = await reader.readexactly(length)
        command, data = packet[:1], packet[1:]
        if command == b"O":
            skipped = _NO_CONNECT | _NO_HELO | _NO_BODY | _NO_UNKNOWN | _NO_DATA
            wanted = struct.pack("!III", 6, _ADD_HEADERS | _QUARANTINE, skipped)
            writer.write(_packet(b"O", wanted))
        elif command == b"L":
            name, value, _ = data.decode("utf-8", "replace").split("\0")
            subject = value.strip() if name.lower() == "subject" else subject
            writer.write(_packet(_CONTINUE))
        elif command == b"E":
            milter.judged.append(subject)
            writer.write(_answers(judge(subject)))
        elif command == b"Q":
            return
        elif command not in {b"D", b"A", b"K"}:  # macros, the end of a mail or session: no answer
            writer.write(_packet(_CONTINUE))


@asynccontextmanager
async def milter_of(judge: Judge) -> AsyncIterator[Milter]:
    """Run it; Postfix asks it by `smtpd_milters = inet:127.0.0.1:PORT`."""
    milter = Milter()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _session(milter, judge, reader, writer)
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    milter.port = server.sockets[0].getsockname()[1]
    try:
        yield milter
    finally:
        server.close()

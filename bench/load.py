"""A client that brings mails over some SMTP sessions for some seconds and says how many were taken.

Run by other benchmarks in a process of its own: python -m bench.load --port 8025 --sessions 10
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Callable, Coroutine
from dataclasses import asdict, dataclass
from typing import Any

from bench.mails import DOMAIN, GROUP, Mails, member

_STUFFED = b"\r\n.."


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the mails of one load."""

    mails: int
    """answered 250"""
    refused: int
    seconds: float
    client_cpu_s: float


class _Talk(asyncio.Protocol):
    """One session that says what comes next as soon as an answer is there, one command at a time as
    Postfix's smtp-source does."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._buffer = b""
        self._text = b""
        self._step: Callable[[bytes], None] = self._greeted
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        """Remember the way out."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Take the last line of each answer."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n")) >= 0:
            line, self._buffer = self._buffer[:end], self._buffer[end + 2 :]
            if line[3:4] != b"-":
                self._step(line)

    def connection_lost(self, error: Exception | None) -> None:
        """Whatever the reason."""
        if not self.ended.done():
            self.ended.set_result(None)

    def _greeted(self, line: bytes) -> None:
        self._say(b"EHLO client.example\r\n", self._next)

    def _next(self, line: bytes) -> None:
        found = self._load.take()
        if found is None:
            self._say(b"QUIT\r\n", lambda _: self._transport.close())
            return
        sender, self._text = found
        self._say(f"MAIL FROM:<{sender}>\r\n".encode(), self._from)

    def _from(self, line: bytes) -> None:
        self._say(f"RCPT TO:<{GROUP}@{DOMAIN}>\r\n".encode(), self._to)

    def _to(self, line: bytes) -> None:
        self._say(b"DATA\r\n", self._data)

    def _data(self, line: bytes) -> None:
        if line[:1] != b"3":
            self._answered(line)
            return
        self._say(self._text + b".\r\n", self._answered)

    def _answered(self, line: bytes) -> None:
        self._load.answered(line)
        self._next(line)

    def _say(self, words: bytes, then: Callable[[bytes], None]) -> None:
        self._step = then
        self._transport.write(words)


class Load:
    """What all sessions share: the next mail, the end, the answers."""

    def __init__(self, mails: Mails, first: int, seconds: float) -> None:
        self._mails = mails
        self._next = first
        self._seconds = seconds
        self._until = 0.0
        self.kept = self.refused = 0

    def take(self) -> tuple[str, bytes] | None:
        """The next sender and text, None when the time is over."""
        if time.perf_counter() > self._until:
            return None
        number, self._next = self._next, self._next + 1
        text = self._mails.mail(number).replace(b"\r\n.", _STUFFED)
        return member(number), text

    def answered(self, line: bytes) -> None:
        """Count an answer to a mail."""
        if line[:1] == b"2":
            self.kept += 1
        else:
            self.refused += 1

    async def run(self, port: int, sessions: int) -> Taken:
        """Bring mails until the time is over and everything is answered."""
        loop = asyncio.get_running_loop()
        started, cpu = time.perf_counter(), time.process_time()
        self._until = started + self._seconds
        made = [
            await loop.create_connection(lambda: _Talk(self), "127.0.0.1", port)
            for _ in range(sessions)
        ]
        await asyncio.gather(*(talk.ended for _, talk in made))
        spent = time.perf_counter() - started
        return Taken(self.kept, self.refused, spent, time.process_time() - cpu)


def fast_run(main: Coroutine[Any, Any, Any]) -> Any:
    """Run on uvloop where it is installed, as the service does."""
    try:
        import uvloop  # noqa: PLC0415 - optional: [speed]
    except ImportError:
        return asyncio.run(main)
    return uvloop.run(main)


def main() -> None:
    """Bring the mails and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--sessions", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--kilobytes", type=int, default=4)
    parser.add_argument("--first", type=int, default=0, help="number of the first mail")
    args = parser.parse_args()
    load = Load(Mails(args.kilobytes), args.first, args.seconds)
    print(json.dumps(asdict(fast_run(load.run(args.port, args.sessions)))))


if __name__ == "__main__":
    main()

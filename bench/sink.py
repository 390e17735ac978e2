"""A discarding SMTP server in a process of its own: as little work as a receiver can do.

`sink()` starts it and gives its port. `STAT` answers how many mails and bytes came since the last
`STAT`, and the monotonic moments of the first and the last one.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, cast

from bench.figures import skip

ROOT = Path(__file__).resolve().parents[1]
_OFFERS = b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 100000000\r\n"
_REPLIES = {b"MAIL": b"250 ok\r\n", b"RCPT": b"250 ok\r\n", b"RSET": b"250 ok\r\n"}


@dataclass(slots=True)
class Tally:
    """What came since the last question."""

    mails: int = 0
    bytes: int = 0
    first: float = 0.0
    last: float = 0.0

    def add(self, size: int) -> None:
        """Count a mail."""
        now = time.monotonic()
        self.first = self.first or now
        self.last = now
        self.mails += 1
        self.bytes += size


class Sink(asyncio.Protocol):
    """One session."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._rest = b""
        self._text = self._ends = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer all that is whole; keep the rest."""
        data = self._rest + data if self._rest else data
        at, said = 0, []
        while True:
            if self._text:
                end = data.find(b"\r\n.\r\n", at)
                if end < 0:
                    break
                self._tally.add(end - at)
                at, self._text = end + 5, False
                said.append(b"250 ok\r\n")
                continue
            end = data.find(b"\r\n", at)
            if end < 0:
                break
            said.append(self._command(data[at:end]))
            at = end + 2
        self._rest = data[at:]
        if said:
            self._transport.write(b"".join(said))
        if self._ends:
            self._transport.close()

    def _command(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        if verb == b"DATA":
            self._text = True
            return b"354 go\r\n"
        if verb == b"STAT":
            tally = self._tally
            said = f"250 {tally.mails} {tally.bytes} {tally.first} {tally.last}\r\n"
            tally.mails = tally.bytes = 0
            tally.first = tally.last = 0.0
            return said.encode()
        if verb == b"QUIT":
            self._ends = True
            return b"221 bye\r\n"
        return _OFFERS if verb == b"EHLO" else _REPLIES.get(verb, b"250 ok\r\n")


class Told(NamedTuple):
    """What came since the last question."""

    mails: int
    size: int
    first: float
    """monotonic moment of the first mail"""
    last: float


@dataclass(frozen=True, slots=True)
class SinkProcess:
    """A running sink."""

    name: str
    port: int

    def tally(self) -> Told | None:
        """What came since the last question; None where the sink does not count."""
        if self.name != "ours":
            return None
        with socket.create_connection(("127.0.0.1", self.port)) as wire:
            answers = wire.makefile("rb")
            answers.readline()
            wire.sendall(b"STAT\r\n")
            _, mails, size, first, last = answers.readline().split()
        return Told(int(mails), int(size), float(first), float(last))


@contextmanager
def sink() -> Iterator[SinkProcess]:
    """Run the sink in its own process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.sink"], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdout is not None
    try:
        yield SinkProcess("ours", int(process.stdout.readline()))
    finally:
        process.terminate()
        process.wait()


@contextmanager
def postfix_sink() -> Iterator[SinkProcess]:
    """Run Postfix's smtp-sink, the sink of other people's figures."""
    program = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin")
    if program is None:
        skip("smtp-sink is not installed: apt-get install postfix")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen([str(program), *user, f"127.0.0.1:{port}", "1000"])
    try:
        deadline = time.monotonic() + 10
        with socket.socket() as probe:
            while probe.connect_ex(("127.0.0.1", port)) and time.monotonic() < deadline:
                time.sleep(0.05)
        yield SinkProcess("postfix", port)
    finally:
        process.terminate()
        process.wait()


async def _serve() -> None:
    tally = Tally()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Sink(tally), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    # As fast as can be had, so that the sender under test is what is measured.
    asyncio.set_event_loop_policy(
        importlib.import_module("uvloop").EventLoopPolicy()
        if importlib.util.find_spec("uvloop")
        else None
    )
    asyncio.run(_serve())

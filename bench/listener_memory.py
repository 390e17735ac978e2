"""What many big mails at once cost the listener's process: memory, time, the longest stall.

Run: python bench/listener_memory.py [--sessions 50] [--megabytes 30] [--json]; ours and stock
aiosmtpd take turns, each in a process of its own. "Held": every text is sent but for its last dot.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from aiosmtpd.smtp import SMTP

from dgroup.config import Listener as ListenerConfig
from dgroup.model import Envelope, Reply
from dgroup.smtp.listener import Listener

LINE = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/0123456789ab\r\n"
BLOCK = LINE * 1000
MEGABYTE = 1_000_000
LIMIT = 200 * MEGABYTE
BEAT_S = 0.01


@dataclass(frozen=True, slots=True)
class Result:
    """One server's figures; memory in MB (10^6 bytes), time in seconds."""

    server: str
    idle_mb: float
    held_mb: float
    peak_mb: float
    upload_s: float
    answered_s: float
    longest_stall_ms: float
    mails: int


class Swallow:
    """An intake, and a handler for aiosmtpd: counts what comes and keeps nothing."""

    def __init__(self) -> None:
        self.mails = 0

    async def check_rcpt(self, address: str) -> Reply | None:
        """Take everybody."""
        return None

    async def accept(self, envelope: Envelope) -> tuple[Reply, ...]:
        """Ours."""
        self.mails += 1
        return (Reply(250, "2.0.0", "Accepted"),) * len(envelope.rcpt)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's
        """Stock."""
        self.mails += 1
        return "250 2.0.0 Accepted"


async def listen(kind: str, swallow: Swallow) -> int:
    """Start one of the two servers; gives its port."""
    if kind == "ours":
        config = ListenerConfig(
            port=0,
            hostname="bench.example",
            max_size=LIMIT,
            max_connections=1000,
            max_connections_per_ip=1000,
        )
        return (await Listener(config, swallow, lambda: datetime.now(UTC)).start())[1]
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(swallow, hostname="bench.example", data_size_limit=LIMIT, loop=loop),
        "127.0.0.1",
        0,
    )
    return int(server.sockets[0].getsockname()[1])


async def serve(kind: str) -> None:
    """The server's process: says its port, serves until its input ends, says how it went."""
    swallow, stalls = Swallow(), [0.0]

    async def heart() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(BEAT_S)
            stalls[0] = max(stalls[0], time.perf_counter() - before - BEAT_S)

    beating = asyncio.create_task(heart())
    print(await listen(kind, swallow), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    beating.cancel()
    print(json.dumps({"stall": stalls[0], "mails": swallow.mails}), flush=True)


class Sender:
    """One client that uploads one big mail and keeps its last dot back."""

    async def upload(self, port: int, size: int) -> None:
        """Everything up to the last dot."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        for line in ("", "HELO bench.example", "MAIL FROM:<a@b.example>", "RCPT TO:<g@b.example>"):
            await self._say(line)
        await self._say("DATA")
        for _ in range(size // len(BLOCK)):
            self.writer.write(BLOCK)
            await self.writer.drain()
        self.writer.transport.set_write_buffer_limits(0)
        await self.writer.drain()  # now: until nothing is left here

    async def _say(self, line: str) -> None:
        if line:
            self.writer.write(line.encode() + b"\r\n")
        answer = await self.reader.readline()
        if answer[:1] not in {b"2", b"3"}:
            raise RuntimeError(answer.decode())

    async def finish(self) -> None:
        """Send the last dot and wait for the answer."""
        await self._say(".")
        self.writer.close()


async def settled(process: psutil.Process) -> float:
    """The process' memory once it has worked off what it was sent: idle for a second."""
    quiet = 0
    while quiet < 5:
        before = process.cpu_times()
        await asyncio.sleep(0.2)
        after = process.cpu_times()
        busy = after.user + after.system - before.user - before.system
        quiet = quiet + 1 if busy < 0.03 else 0
    return process.memory_info().rss / MEGABYTE


def peak(pid: int) -> float:
    """The most memory that a process ever had (VmHWM), in MB."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / MEGABYTE
    raise RuntimeError("the kernel does not tell the peak of memory")


async def measure(kind: str, sessions: int, size: int) -> Result:
    """Run one server in a process of its own under the load."""
    command = [sys.executable, __file__, "--serve", kind]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220 - at start
    assert child.stdin is not None
    assert child.stdout is not None
    with contextlib.ExitStack() as stack:
        stack.callback(child.kill)
        port = int(child.stdout.readline())
        process = psutil.Process(child.pid)
        idle = await settled(process)
        senders = [Sender() for _ in range(sessions)]
        started = time.perf_counter()
        await asyncio.gather(*(sender.upload(port, size) for sender in senders))
        uploaded = time.perf_counter() - started
        held = await settled(process)
        started = time.perf_counter()
        await asyncio.gather(*(sender.finish() for sender in senders))
        answered = time.perf_counter() - started
        most = peak(child.pid)
        child.stdin.close()
        told = json.loads(child.stdout.readline())
        child.wait(10)
    stall = told["stall"] * 1000
    return Result(kind, idle, held, most, uploaded, answered, stall, told["mails"])


def main() -> None:
    """Measure both servers and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--megabytes", type=int, default=30)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        asyncio.run(serve(args.serve))
        return
    size = args.megabytes * MEGABYTE
    results = [asyncio.run(measure(kind, args.sessions, size)) for kind in ("ours", "stock")]
    if args.json:
        print(json.dumps([asdict(result) for result in results], indent=1))
        return
    print(f"{args.sessions} sessions, each with a mail of {args.megabytes} MB")
    print(
        f"{'':8}{'idle':>8}{'held':>9}{'peak':>9}{'upload':>9}{'answers':>9}{'stall':>10}{'mails':>7}"
    )
    for r in results:
        print(
            f"{r.server:8}{r.idle_mb:6.0f}MB{r.held_mb:7.0f}MB{r.peak_mb:7.0f}MB{r.upload_s:8.1f}s"
            f"{r.answered_s:8.1f}s{r.longest_stall_ms:8.0f}ms{r.mails:7d}"
        )


if __name__ == "__main__":
    main()

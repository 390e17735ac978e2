"""Servers that take mail, each in processes of its own: the service, and what it is compared with."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from aiosmtpd.smtp import SMTP
from sqlalchemy import update

from bench.load import fast_run
from bench.mails import DOMAIN, GROUP, MEMBERS, member
from dgroup import config as settings
from dgroup import groups
from dgroup.changes import ChangeMember
from dgroup.config import Listener as ListenerConfig
from dgroup.model import Delivery, Envelope, MemberState, Reply
from dgroup.people.members import change
from dgroup.runtime import Runtime, open_runtime, prepare
from dgroup.smtp.listener import Listener
from dgroup.tables import group_settings, memberships

PYTHON = sys.executable
DGROUP = [str(Path(PYTHON).parent / "dgroup")]
START = datetime(2026, 1, 1, tzinfo=UTC)
"""when the groups of benchmarks were made"""
_CONFIG = """\
[site]
domain = "{domain}"
data_dir = "{home}"
[database]
url = "{url}"
[listener]
port = 0
max_connections_per_ip = 200
{listener}
[auth]
verify = false
[web]
port = 0
[health]
port = 0
[scheduler]
publish_debounce_s = {debounce}
sweep_s = {sweep}
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A server under test."""

    name: str
    port: int
    process: psutil.Process
    home: Path | None = None


@contextmanager
def folder(prefix: str) -> Iterator[Path]:
    """A folder on the disk that holds temporary files, removed afterwards."""
    path = Path(tempfile.mkdtemp(prefix=f"bench-{prefix}-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def dgroup(config: Path, *words: str) -> str:
    """Run one command of the service's command line; RuntimeError with what it said."""
    done = subprocess.run(
        [*DGROUP, "--config", str(config), *words], check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"dgroup {words[0]}: {done.stderr.strip()}")
    return done.stdout


def write_config(
    home: Path,
    *,
    url: str = "",
    debounce: float = 3600,
    sweep: float = 86_400,
    listener: str = "",
) -> Path:
    """Write the settings of a service below `home`."""
    config = home / "config.toml"
    data = home / "data"
    text = _CONFIG.format(
        domain=DOMAIN, home=data, url=url, debounce=debounce, sweep=sweep, listener=listener
    )
    config.write_text(text)
    return config


def make_group(config: Path, members: int = MEMBERS, delivery: Delivery = Delivery.NONE) -> Runtime:
    """Make the database with one group and the members that write to it; gives it open."""
    found = settings.load(config, {})
    prepare(found, START)
    runtime = open_runtime(found)
    with runtime.db.write() as conn:
        group = groups.create(conn, groups.NewGroup(GROUP, "Water"), DOMAIN, START)
        for number in range(members):
            wish = ChangeMember(member(number), state=MemberState.ACTIVE, delivery=delivery)
            change(conn, group.info, wish, START)
        # They have posted before: no receipts, as for nearly every post of a real group.
        conn.execute(update(memberships).values(published=1000))
        # No hour of any group is like this: nothing is to wait for a coordinator.
        conn.execute(update(group_settings).values(member_hourly=0, group_hourly=0))
    return runtime


@contextmanager
def service(home: Path, config: Path, name: str = "dgroup") -> Iterator[Server]:
    """`dgroup serve`, with its log in a file."""
    with (home / "serve.log").open("ab") as log:
        child = subprocess.Popen(
            [*DGROUP, "--config", str(config), "serve"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            yield Server(name, _port_said(child), psutil.Process(child.pid), home)
        finally:
            child.terminate()
            child.wait(60)


def _port_said(child: subprocess.Popen[str]) -> int:
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line:
        raise RuntimeError("the server did not start")
    return int(line.split(",")[0].rpartition(":")[2])


# --- Servers that keep nothing ----------------------------------------------------------------


class Nothing:
    """An intake, and a handler for aiosmtpd, that does nothing."""

    async def check_rcpt(self, address: str) -> Reply | None:
        """Take everybody."""
        return None

    async def accept(self, envelope: Envelope) -> tuple[Reply, ...]:
        """Ours."""
        return (Reply(250, "2.0.0", "Accepted"),) * len(envelope.rcpt)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's
        """Stock."""
        return "250 2.0.0 Accepted"


async def _listen(kind: str) -> None:
    nothing, loop = Nothing(), asyncio.get_running_loop()
    if kind == "listener":
        config = ListenerConfig(port=0, hostname="bench.example", max_connections_per_ip=200)
        port = (await Listener(config, nothing, lambda: datetime.now(UTC)).start())[1]
    else:
        server = await loop.create_server(
            lambda: SMTP(nothing, hostname="bench.example", loop=loop), "127.0.0.1", 0
        )
        port = int(server.sockets[0].getsockname()[1])
    print(f"127.0.0.1:{port}", flush=True)
    await asyncio.Event().wait()


@contextmanager
def empty_server(kind: str, name: str) -> Iterator[Server]:
    """`listener`: ours with a handler that does nothing; `stock`: aiosmtpd's own, on the same loop."""
    command = [PYTHON, "-m", "bench.servers", kind]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield Server(name, _port_said(child), psutil.Process(child.pid))
    finally:
        child.kill()
        child.wait()


# --- Postfix ----------------------------------------------------------------------------------


def postfix_missing() -> str:
    """Why there is no Postfix to compare with, or nothing."""
    if shutil.which("postfix", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None:
        return "Postfix is not installed"
    return "" if os.geteuid() == 0 else "Postfix can only be started by root"


@contextmanager
def postfix_server() -> Iterator[Server]:
    """Postfix that takes the same mails into its queue, safe on disk, and then discards them."""
    from tests.real.postfix import postfix  # noqa: PLC0415 - needs pytest, which may be absent

    settings = {
        "mynetworks": "127.0.0.0/8",
        "relay_domains": DOMAIN,
        "smtpd_relay_restrictions": "permit_mynetworks, reject",
        "default_transport": "discard:",
        "relay_transport": "discard:",
    }
    with postfix("bench", settings) as instance:
        pid = int((instance.home / "spool" / "pid" / "master.pid").read_text())
        yield Server("Postfix", instance.port, psutil.Process(pid))


@contextmanager
def started(servers: Sequence[Any]) -> Iterator[list[Server]]:
    """Enter several servers at once."""
    with ExitStack() as stack:
        yield [stack.enter_context(server) for server in servers]


if __name__ == "__main__":
    fast_run(_listen(sys.argv[1]))

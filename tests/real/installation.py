"""dgroup as a host runs it: a settings file, groups and members, and `dgroup serve` as a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from sqlalchemy import update

from archive.db import Database
from dgroup import config, groups
from dgroup.changes import ChangeMember
from dgroup.groups import NewGroup
from dgroup.model import Group, Role
from dgroup.people import members
from dgroup.runtime import prepare
from dgroup.tables import group_settings, memberships
from tests.parts import PATIENCE_S, accepts, free_port, wait_until

DOMAIN = "lists.test"
Sections = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of a test, whose mailbox is in a domain that does not exist."""

    address: str
    name: str
    role: Role = Role.MEMBER
    language: str = "en"


class Process:
    """A running `dgroup serve`, known by its process id."""

    def __init__(self, pid: int, port: int) -> None:
        self.pid, self._port = pid, port

    @property
    def ready(self) -> bool:
        """Whether mail can come in; fails where the process has ended by itself."""
        assert self.alive, "dgroup serve has ended by itself"
        return accepts(self._port)

    @property
    def alive(self) -> bool:
        """Whether it runs still."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> None:
        """End it without a word, as the kernel or a power failure would."""
        if self.alive:
            os.kill(self.pid, signal.SIGKILL)
            wait_until(lambda: not self.alive, "the end of a killed process")


class Command(Process):
    """`dgroup serve` as its host starts it."""

    def __init__(self, settings: Path, log: IO[bytes], port: int) -> None:
        program = Path(sys.executable).with_name("dgroup")
        self._child = subprocess.Popen(
            [program, "--config", settings, "serve"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
        super().__init__(self._child.pid, port)

    @property
    def alive(self) -> bool:
        """Whether it runs still."""
        return self._child.poll() is None

    def stop(self) -> int:
        """End it as systemd does; gives its exit code."""
        if self.alive:
            self._child.send_signal(signal.SIGTERM)
        return self._child.wait(PATIENCE_S)


@dataclass(slots=True)
class Installation:
    """A host's settings file with the ports that its processes take."""

    settings: Path
    log_file: Path
    config: config.Config
    port: int
    _processes: list[Process] = field(default_factory=list)

    @property
    def pages(self) -> str:
        """Where a browser finds the pages of the running service."""
        return f"http://127.0.0.1:{self.config.web.port}"

    def command(self) -> Command:
        """Start `dgroup serve`; the caller waits until it is ready."""
        with self.log_file.open("ab") as log:
            started = Command(self.settings, log, self.port)
        self._processes.append(started)
        return started

    @contextmanager
    def serving(self) -> Iterator[Command]:
        """Serve, and stop gracefully at the end."""
        process = self.command()
        wait_until(lambda: process.ready, f"dgroup serve ({self.log_file})")
        try:
            yield process
        finally:
            code = process.stop()
        assert code == 0, self.log()[-4000:]

    @contextmanager
    def brood(self) -> Iterator[Callable[[], Process]]:
        """What starts `dgroup serve` many times, faster than the command does (`brood.py`)."""
        parent = Path(__file__).with_name("brood.py")
        with (
            self.log_file.open("ab") as log,
            subprocess.Popen(
                [sys.executable, parent, self.settings],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            ) as mother,
        ):
            yield lambda: self._hatched(mother)

    def _hatched(self, mother: subprocess.Popen[bytes]) -> Process:
        assert mother.stdin is not None
        assert mother.stdout is not None
        mother.stdin.write(b"\n")
        mother.stdin.flush()
        started = Process(int(mother.stdout.readline()), self.port)
        self._processes.append(started)
        return started

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The database, for a test to look into."""
        db = Database(self.config.database_url)
        try:
            yield db
        finally:
            db.dispose()

    def group(self, new: NewGroup, people: Sequence[Someone] = ()) -> Group:
        """Make a group with its members, who have posted before: their posts bring no receipts."""
        now = datetime.now(UTC)
        with self.database() as db, db.write() as conn:
            made = groups.create(conn, new, DOMAIN, now)
            for one in people:
                wish = ChangeMember(one.address, one.name, role=one.role, language=one.language)
                members.change(conn, made.info, wish, now)
            conn.execute(update(memberships).values(published=1000))
            # Tests send in a minute what people write in weeks.
            conn.execute(update(group_settings).values(member_hourly=0, group_hourly=0))
        return made

    def log(self) -> str:
        """What all its processes have logged so far."""
        return self.log_file.read_text("utf-8", "replace") if self.log_file.exists() else ""

    def end(self) -> None:
        """Kill what a failed test left running."""
        for process in self._processes:
            process.kill()


@contextmanager
def installation(
    folder: Path, relay: str, changes: Sections | None = None
) -> Iterator[Installation]:
    """Settings in `folder` and an empty database; `changes` are sections that win over these."""
    settings = folder / "config.toml"
    settings.write_text(_toml(_sections(folder, relay), changes or {}), "utf-8")
    read = config.load(settings, {})
    prepare(read, datetime.now(UTC))
    made = Installation(settings, folder / "log.txt", read, read.listener.port)
    try:
        yield made
    finally:
        made.end()


def _sections(folder: Path, relay: str) -> Sections:
    web = free_port()
    return {
        "site": {
            "domain": DOMAIN,
            "base_url": f"http://127.0.0.1:{web}",
            "name": "Groups of a test",
            "data_dir": str(folder / "data"),
        },
        "listener": {"port": free_port()},
        "auth": {"verify": False},  # the domains of a test stand in no name server
        "relay": {"url": relay, "tls": "none", "connections": 4, "timeout_s": 10},
        "web": {"port": web},
        "health": {"port": free_port()},
        "scheduler": {"publish_debounce_s": 0.05, "sweep_s": 1.0},
    }


def _toml(sections: Sections, changes: Sections) -> str:
    merged = {
        name: {**sections.get(name, {}), **changes.get(name, {})} for name in [*sections, *changes]
    }
    return settings_text(merged)


def settings_text(sections: Sections) -> str:
    """Write sections as TOML."""
    lines = []
    for name, values in sections.items():
        lines.append(f"[{name}]")
        lines += [f"{key} = {_literal(value)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"


def _literal(value: object) -> str:
    """TOML's own: strings, lists and numbers are written as in JSON, but for True and False."""
    return json.dumps(value)

"""Several nodes of dgroup on one PostgreSQL, each with a folder and settings of its own as on a machine
of its own; started from one process that has read the modules (`brood.py`)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from archive.db import Database
from dgroup import config
from dgroup.nodes import register as nodes
from dgroup.nodes.register import Present
from dgroup.runtime import prepare
from tests.parts import accepts, free_port, wait_until
from tests.real.installation import DOMAIN, Process, Sections, settings_text

LEASE_S = 2.0
# A node that is stopped inside a transaction holds its locks for 30 s; a test need not wait so long.
FROZEN = "&options=-c%20idle_in_transaction_session_timeout%3D2s"
CONNECTIONS = 4
STOP, GO = signal.SIGSTOP, signal.SIGCONT


@dataclass(slots=True)
class NodeProcess:
    """One node, started again and again under the same settings."""

    settings: Path
    config: config.Config
    process: Process | None = None
    starts: int = 0

    @property
    def port(self) -> int:
        """Where it takes mail, if it does."""
        return self.config.listener.port

    @property
    def ready(self) -> bool:
        """Whether it answers: the health page comes before the listener and after all else."""
        listens = "listen" in self.config.node.roles
        return accepts(self.port if listens else self.config.health.port)

    def kill(self) -> None:
        """End it without a word."""
        if self.process is not None:
            self.process.kill()

    def end(self) -> None:
        """End it as systemd does."""
        assert self.process is not None
        self.say(signal.SIGTERM)
        wait_until(lambda: self.process is None or not self.process.alive, "a node's end", 40)

    def say(self, number: int) -> None:
        """Send it a signal."""
        assert self.process is not None
        os.kill(self.process.pid, number)


@dataclass(slots=True)
class Fleet:
    """The nodes and the database that they share."""

    folder: Path
    url: str
    mother: subprocess.Popen[bytes]
    relay: str
    nodes: dict[str, NodeProcess] = field(default_factory=dict)

    def node(self, name: str, roles: Sequence[str], more: Sections | None = None) -> NodeProcess:
        """Write a node's settings."""
        home = self.folder / name
        home.mkdir()
        settings = home / "config.toml"
        sections = _sections(self.url, home, self.relay, roles, more or {})
        settings.write_text(settings_text(sections), "utf-8")
        made = NodeProcess(settings, config.load(settings, {}))
        self.nodes[name] = made
        return made

    def start(self, node: NodeProcess) -> None:
        """Start it; it is ready a little later."""
        assert self.mother.stdin is not None
        assert self.mother.stdout is not None
        self.mother.stdin.write(f"{node.settings}\n".encode())
        self.mother.stdin.flush()
        node.process = Process(int(self.mother.stdout.readline()), node.port)
        node.starts += 1

    @property
    def log_file(self) -> Path:
        """What all nodes say."""
        return self.folder / "log.txt"

    def log(self) -> str:
        """All that was said."""
        return self.log_file.read_text("utf-8", "replace")

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The shared database, made if it is empty."""
        prepare(next(iter(self.nodes.values())).config, datetime.now(UTC))
        db = Database(self.url)
        try:
            yield db
        finally:
            db.dispose()


def present(db: Database) -> Sequence[Present]:
    """The nodes that are seen."""
    with db.read() as conn:
        return nodes.present(conn)


def scheduler(db: Database) -> str:
    """The folder's name of the node that runs the jobs, '' if there is none; never two."""
    found = [one.node.name.rpartition("-")[0] for one in present(db) if one.schedules]
    assert len(found) < 2, found
    return found[0] if found else ""


def deadlocks(db: Database) -> int:
    """How often PostgreSQL had to end one."""
    with psycopg.connect(**db.connect_settings(), autocommit=True) as conn:
        asked = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        row = conn.execute(asked).fetchone()
    assert row is not None
    return int(row[0])


def _sections(
    url: str, home: Path, relay: str, roles: Sequence[str], more: Sections
) -> dict[str, Mapping[str, object]]:
    plain: dict[str, Mapping[str, object]] = {
        "site": {"domain": DOMAIN, "data_dir": str(home / "data")},
        "database": {"url": url + FROZEN},
        "node": {"roles": list(roles), "lease_s": LEASE_S, "name": home.name},
        "listener": {"port": free_port()},
        "auth": {"verify": False},
        "relay": {"url": relay, "tls": "none", "connections": CONNECTIONS, "timeout_s": 10},
        "web": {"port": free_port()},
        "health": {"port": free_port()},
        "scheduler": {"publish_debounce_s": 0.1, "sweep_s": 1.0},
    }
    return plain | {name: {**plain.get(name, {}), **values} for name, values in more.items()}


@contextmanager
def fleet(folder: Path, url: str, sink_port: int) -> Iterator[Fleet]:
    """An empty fleet; whatever runs at the end is killed."""
    log = folder / "log.txt"
    with (
        log.open("ab") as said,
        subprocess.Popen(
            [sys.executable, Path(__file__).with_name("brood.py"), "none"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
        ) as mother,
    ):
        made = Fleet(folder, url, mother, f"smtp://127.0.0.1:{sink_port}")
        try:
            yield made
        finally:
            for node in made.nodes.values():
                node.kill()
            assert mother.stdin is not None
            mother.stdin.close()

"""Real programs that tests talk to: which are here, free ports, polling, and a PostgreSQL of our own."""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

_NAMES = itertools.count()
_RANDOM = secrets.SystemRandom()
_EACH = 5_000
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 4
_PORTS = itertools.count(_RANDOM.randrange(_EACH))


_MEMORY = Path("/dev/shm")
PATIENCE_S = 120.0
"""how long a test waits for what must come, before it fails: the machine may have much else to do"""


def work_in_memory() -> None:
    """Keep temporary files in memory where there is room: thousands of tests wait for a disk otherwise,
    several times each. What TMPDIR says wins."""
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > 4 << 30
    if roomy and "TMPDIR" not in os.environ and os.access(_MEMORY, os.W_OK | os.X_OK):
        os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)


def absent(what: str, package: str) -> None:
    """Skip the calling test for want of a real part; with CI=true that is a failure."""
    text = f"{what} is not installed here: apt-get install {package}"
    if os.environ.get("CI") == "true":
        pytest.fail(text)
    pytest.skip(text)


def program(name: str, package: str, *places: str) -> Path:
    """The path of a program, looked for in PATH and in `places`; see `absent`."""
    found = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *places]))
    if found is None:
        absent(name, package)
    return Path(str(found))


def wait_until(ready: Callable[[], bool], what: str, seconds: float = PATIENCE_S) -> None:
    """Poll `ready` until it is true; fail with `what` when `seconds` have passed."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.02)  # the pause of a poll with a deadline, not a guess


def accepts(port: int) -> bool:
    """Whether something listens on the loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """A loopback port for a program that cannot listen on port 0.

    Below the range from which the kernel takes outgoing ports. Tests that run side by side each have
    ports of their own, and none is given twice: one that is free now may be another test's soon.
    """
    for number in _PORTS:
        port = 12_000 + _WORKER * _EACH + number % _EACH
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError("the numbers do not end")


@contextmanager
def public_directory(prefix: str) -> Iterator[Path]:
    """A temporary directory that other users can enter, as daemons that drop root need."""
    path = Path(tempfile.mkdtemp(prefix=f"dgroup-{prefix}-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock between the processes of one test run."""
    with path.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def run_base(factory: pytest.TempPathFactory) -> Path:
    """A directory that all processes of one test run share (one run has one or more processes)."""
    base = factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


_EMPTY = """
DO $$ DECLARE name text; size bigint; BEGIN
    PERFORM pg_terminate_backend(pid, 10000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET LOCAL session_replication_role = replica;
    FOR name, size IN SELECT oid::regclass, pg_relation_size(oid) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
        IF size > 1000000 THEN
            EXECUTE 'TRUNCATE ' || name || ' CASCADE';
        ELSIF size > 0 THEN
            EXECUTE 'DELETE FROM ' || name;
        END IF;
    END LOOP;
    PERFORM setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S';
END $$"""
"""Whoever is still connected is sent away; the foreign keys are not asked; all ids begin at 1."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server, reached through a socket in `home`."""

    home: Path
    base: Path
    _spare: list[str] = field(default_factory=list)
    """databases that are as empty as their template"""

    def url(self, name: str) -> str:
        """The address of one database, as SQLAlchemy reads it."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.home}"

    def _say(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(
            f"user=postgres dbname={database} host={self.home}", autocommit=True
        ) as connection:
            connection.execute(statement.encode())

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """The address of a new database, a copy of `template`, dropped afterwards."""
        name = self._create(template)
        try:
            yield self.url(name)
        finally:
            self.drop(self.url(name))

    def drop(self, url: str) -> None:
        """Take a database away, whoever is connected to it."""
        name = make_url(url).database
        self._say(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _create(self, template: str) -> str:
        name = f"t_{os.getpid()}_{next(_NAMES)}"
        self._say(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    @contextmanager
    def emptied(self, template: str) -> Iterator[str]:
        """The address of a database with the tables of `template` and no rows, used again and again:
        to empty it costs a fifth of making and dropping one. Its tables must stay as they are."""
        name = self._spare.pop() if self._spare else self._create(template)
        yield self.url(name)
        self._say(_EMPTY, name)
        self._spare.append(name)

    def template(self, name: str, fill: Callable[[str], None]) -> str:
        """Make a template database once per run: `fill` gets its address and must disconnect."""
        done = self.base / f"template-{name}"
        with locked(self.base / "template.lock"):
            if not done.exists():
                self._say(f"CREATE DATABASE {name}")
                fill(self.url(name))
                done.touch()
        return name


def _as_postgres(command: Sequence[str | Path]) -> list[str]:
    """The command under an account that the server accepts: it refuses root."""
    words = [str(word) for word in command]
    return ["runuser", "-u", "postgres", "--", *words] if os.geteuid() == 0 else words


def _run(command: Sequence[str | Path], home: Path) -> None:
    devnull = subprocess.DEVNULL
    subprocess.run(_as_postgres(command), check=True, cwd=home, stdin=devnull, stdout=devnull)


def _postgres_bin() -> Path:
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parts[-2])
    return program("initdb", "postgresql", *(str(place) for place in reversed(places))).parent


def _start_postgres(home: Path) -> None:
    binaries = _postgres_bin()
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(home, account.pw_uid, account.pw_gid)
    home.chmod(0o700)
    make: list[str | Path] = [
        binaries / "initdb",
        "-D",
        home / "data",
        "-A",
        "trust",
        "-U",
        "postgres",
    ]
    _run([*make, "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"], home)
    options = (
        f"-c listen_addresses= -c fsync=off -c autovacuum=off -c max_connections=200 -k {home}"
    )
    control: list[str | Path] = [binaries / "pg_ctl", "-D", home / "data", "-w"]
    control += ["-l", home / "log", "-o", options]
    _run([*control, "start"], home)


def _stop_postgres(home: Path) -> None:
    stop: list[str | Path] = [
        _postgres_bin() / "pg_ctl",
        "-D",
        home / "data",
        "-m",
        "immediate",
        "-w",
        "stop",
    ]
    subprocess.run(_as_postgres(stop), check=False, cwd="/", stdout=subprocess.DEVNULL)
    shutil.rmtree(home, ignore_errors=True)


@contextmanager
def postgres_server(base: Path) -> Iterator[Postgres]:
    """One server for all processes of a test run: the first starts it, the last one stops it."""
    base.mkdir(exist_ok=True)
    state = base / "state.json"
    with locked(base / "lock"):
        users, home = json.loads(state.read_text()) if state.exists() else (0, "")
        if not users:
            home = tempfile.mkdtemp(prefix="dgroup-pg-")
            _start_postgres(Path(home))
            for stale in base.glob("template-*"):
                stale.unlink()
        state.write_text(json.dumps((users + 1, home)))
    try:
        yield Postgres(Path(home), base)
    finally:
        with locked(base / "lock"):
            users, home = json.loads(state.read_text())
            state.write_text(json.dumps((users - 1, home)))
            if users == 1:
                _stop_postgres(Path(home))

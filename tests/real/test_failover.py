"""PostgreSQL with a standby, set up by the lines of docs/operate.md: the primary dies, the standby is
promoted, the node goes on by itself with the same settings and has lost no mail that it answered 250."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select

from archive.tables import posts
from tests.dgroup.faulty_smtp import faulty_smtp, until
from tests.parts import _postgres_bin, _run, free_port, public_directory, wait_until
from tests.real.borrowed import Post
from tests.real.borrowed import posts as borrowed
from tests.real.fleet import fleet, scheduler
from tests.real.test_nodes import GROUP, MEMBERS, bring, people_on, started

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("nodes")]


@dataclass(frozen=True, slots=True)
class Server:
    """One PostgreSQL that listens on the loopback."""

    home: Path
    port: int

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c fsync=off -k {self.home}"
        self._control("-w", "-l", self.home / "log", "-o", options, "start")

    def die(self) -> None:
        self._control("-m", "immediate", "-w", "stop")

    def promote(self) -> None:
        self._control("-w", "promote")

    def _control(self, *words: str | Path) -> None:
        _run([_postgres_bin() / "pg_ctl", "-D", self.home / "data", *words], self.home)

    def say(self, statement: str) -> str:
        """Run a statement; gives the first value of what it answers."""
        where = f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres"
        with psycopg.connect(where, autocommit=True) as conn:
            cursor = conn.execute(statement.encode())
            row = cursor.fetchone() if cursor.description else None
        return str(row[0]) if row else ""


@contextmanager
def pair(home: Path) -> Iterator[tuple[Server, Server]]:
    """A primary and its standby, which has all that was committed."""
    one, two = (Server(home / name, free_port()) for name in ("one", "two"))
    for server in (one, two):
        _run(["mkdir", server.home], home)
    binaries = (_postgres_bin() / "initdb").resolve().parent
    make: list[str | Path] = [binaries / "initdb", "-D", one.home / "data", "-A", "trust", "-U"]
    _run([*make, "postgres", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"], one.home)
    one.start()
    one.say("CREATE ROLE replicator REPLICATION LOGIN")
    copy: list[str | Path] = [binaries / "pg_basebackup", "-h", "127.0.0.1", "-p", str(one.port)]
    copy += ["-U", "replicator", "-D", two.home / "data", "-R", "-C", "-S", "standby1"]
    _run([*copy, "-X", "stream", "-c", "fast"], two.home)
    two.start()
    one.say("ALTER SYSTEM SET synchronous_standby_names = '*'")
    one.say("SELECT pg_reload_conf()")
    asked = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
    wait_until(lambda: one.say(asked) == "1", "the standby")
    try:
        yield one, two
    finally:
        for server in (one, two):
            with suppress(subprocess.CalledProcessError):  # it has died already
                server.die()


async def test_a_node_goes_on_with_the_standby(tmp_path: Path) -> None:
    mails = borrowed("caml-list-1.mbox.gz", GROUP, MEMBERS, 6)
    async with faulty_smtp() as sink:
        with public_directory("pair") as home:
            home.chmod(0o777)  # the servers' account makes folders there
            with pair(home) as (one, two):
                one.say("CREATE DATABASE dgroup")
                url = (
                    "postgresql+psycopg://postgres@/dgroup"
                    f"?host=127.0.0.1:{one.port}&host=127.0.0.1:{two.port}"
                    "&target_session_attrs=read-write"
                )
                with fleet(tmp_path, url, sink.port) as made:
                    node = made.node("all", ["listen", "send", "work"])
                    with made.database() as db:
                        people_on(db)
                        await started(made, node)
                        for mail in mails[:3]:
                            await bring(node.port, mail)
                        await asyncio.to_thread(one.die)
                        with pytest.raises(AssertionError):
                            await bring(node.port, mails[3])  # 451: it is not kept
                        await asyncio.to_thread(two.promote)
                        two.say("ALTER SYSTEM RESET synchronous_standby_names")
                        two.say("SELECT pg_reload_conf()")
                        for mail in mails[3:]:
                            await until_brought(node.port, mail)
                        wanted = {(to, mail.message_id) for to in MEMBERS for mail in mails}
                        await until(lambda: len(sink.ledger) >= len(wanted), 60)
                        db.engine.dispose()
                        with db.read() as conn:
                            stored = select(func.count()).select_from(posts)
                            assert conn.execute(stored).scalar_one() == len(mails)
                        await until(lambda: scheduler(db) == "all", 30)


async def until_brought(port: int, mail: Post) -> None:
    """Bring a mail as its sender does: again, while it is told to come later."""
    async with asyncio.timeout(60):
        while True:
            with suppress(AssertionError, OSError):
                await bring(port, mail)
                return
            await asyncio.sleep(0.2)

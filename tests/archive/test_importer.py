"""Old archives: the same mail once, the same result in any order, after a crash and with any number
of processes."""

from __future__ import annotations

import gzip
import random
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from sqlalchemy import func, select

from archive import search, store
from archive.db import Database
from archive.importer import CHUNK, ImportResult, arrival, import_mails
from archive.mbox import MboxMessage, open_archive, write
from archive.model import GroupInfo
from archive.parse import parse
from archive.tables import posts
from tests.archive.storing import make_group
from tests.corpus import corpus_path
from tests.parts import wait_until
from tests.stores import new_store

NOW = datetime(2026, 3, 23, 12, tzinfo=UTC)
LISTS = ("blinux-list", "caml-list-1", "cocci", "ksummit-discuss", "open-iscsi", "usrp-users")


def mail(
    number: int, *, answers: int | None = None, text: str = "", received: datetime | None = None
) -> MboxMessage:
    """A mail of our own; `answers` names the one it replies to."""
    moment = received or NOW - timedelta(days=400) + timedelta(hours=number)
    head = [
        f"Received: from a.example by b.example; {format_datetime(moment)}",
        f"From: Ben Osei <ben{number % 5}@ngo.example>",
        f"Subject: {'Re: ' if answers is not None else ''}Pump {number % 7}",
        f"Date: {format_datetime(moment)}",
        f"Message-ID: <m{number}@ngo.example>",
    ]
    if answers is not None:
        head.append(f"In-Reply-To: <m{answers}@ngo.example>")
    body = text or f"Mail {number} about pumps.\n"
    return MboxMessage(("\n".join(head) + "\n\n" + body).encode(), None)


def many(count: int) -> list[MboxMessage]:
    """Mails in which every third begins a thread and the others answer an earlier one."""
    chance = random.Random(3)
    return [
        mail(n, answers=None if n % 3 == 0 else chance.randrange(max(0, n - 20), n))
        for n in range(count)
    ]


def bring_in(
    db: Database, group: GroupInfo, mails: Iterable[MboxMessage], processes: int = 1
) -> ImportResult:
    """Import with NOW as the present."""
    return import_mails(db, group, mails, now=NOW, processes=processes)


def threads_of(db: Database, group: GroupInfo) -> set[frozenset[tuple[str, str]]]:
    """Each thread as the set of its (key, parent's key)."""
    parent = posts.alias("parent")
    query = (
        select(posts.c.thread_id, posts.c.key, parent.c.key.label("above"))
        .outerjoin(parent, parent.c.id == posts.c.parent_id)
        .where(posts.c.group_id == group.id)
    )
    found: dict[int, set[tuple[str, str]]] = {}
    with db.read() as conn:
        for row in conn.execute(query):
            found.setdefault(row.thread_id, set()).add((row.key, row.above or ""))
    return {frozenset(members) for members in found.values()}


def count(db: Database, group: GroupInfo) -> int:
    """How many posts the group has."""
    with db.read() as conn:
        query = select(func.count()).select_from(posts).where(posts.c.group_id == group.id)
        return int(conn.execute(query).scalar_one())


def test_an_import_on_either_engine_stores_threads_and_indexes(database: Database) -> None:
    group = make_group(database)
    assert bring_in(database, group, many(250)) == ImportResult(250, 250, 0)
    assert max(len(thread) for thread in threads_of(database, group)) > 3
    with database.read() as conn:
        assert len(search.search(database, conn, [group.id], "pumps", limit=300)) == 250


def test_the_same_mail_twice_is_stored_once(sqlite_database: Database) -> None:
    group = make_group(sqlite_database)
    mails = many(2 * CHUNK)
    batch = [mails[1], mails[2], mails[1]]
    assert bring_in(sqlite_database, group, batch) == ImportResult(3, 2, 1)
    across = [mails[1], *mails, mails[2], mails[-1]]
    assert bring_in(sqlite_database, group, across).skipped == 5
    assert count(sqlite_database, group) == 2 * CHUNK


def test_a_second_import_adds_nothing(sqlite_database: Database) -> None:
    group = make_group(sqlite_database)
    bring_in(sqlite_database, group, many(150))
    before = threads_of(sqlite_database, group)
    assert bring_in(sqlite_database, group, reversed(many(150))) == ImportResult(150, 0, 150)
    assert threads_of(sqlite_database, group) == before


def test_an_imposter_is_kept_beside_the_mail_whose_id_it_has(sqlite_database: Database) -> None:
    group = make_group(sqlite_database)
    other = mail(1, text="Quite another text.\n")
    assert bring_in(sqlite_database, group, [mail(1), other]).added == 2
    assert bring_in(sqlite_database, group, [other, mail(1)]).added == 0
    with sqlite_database.read() as conn:
        keys = {one.post.key: one.imposter for one in store.walk(conn, group.id)}
    assert sorted(keys.values()) == [False, True]


def test_any_order_and_any_number_of_processes_give_the_same_threads(
    sqlite_database: Database,
) -> None:
    mails = many(330)
    results = []
    for seed in range(4):
        group = make_group(sqlite_database, f"beans{seed}")
        shuffled = list(mails)
        random.Random(seed).shuffle(shuffled)
        bring_in(sqlite_database, group, shuffled if seed else mails, processes=1 + seed // 3)
        results.append(threads_of(sqlite_database, group))
    assert all(found == results[0] for found in results)


def _breaking(mails: Sequence[MboxMessage], after: int) -> Iterator[MboxMessage]:
    yield from mails[:after]
    raise OSError("the disk went away")


@pytest.mark.parametrize("processes", [1, 2])
def test_an_import_that_broke_off_is_finished_by_the_next(
    sqlite_database: Database, processes: int
) -> None:
    whole, broken = make_group(sqlite_database, "whole"), make_group(sqlite_database, "broken")
    bring_in(sqlite_database, whole, many(450))
    with pytest.raises(OSError, match="went away"):
        bring_in(sqlite_database, broken, _breaking(many(450), 320), processes)
    assert count(sqlite_database, broken) < 450
    bring_in(sqlite_database, broken, many(450), processes)
    assert threads_of(sqlite_database, broken) == threads_of(sqlite_database, whole)


def test_an_import_that_was_killed_is_finished_by_the_next(tmp_path: Path) -> None:
    archive, target = tmp_path / "old.mbox", tmp_path / "kept.db"
    with archive.open("wb") as file:
        for one in many(3000):
            write(file, one.raw, "", NOW)
    words = [sys.executable, "-m", "archive", "import", str(target), "old", str(archive)]
    db = new_store(f"sqlite:///{target}")
    group = make_group(db, "old")
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as running:
        wait_until(lambda: count(db, group) > 300, "the first posts")
        running.send_signal(signal.SIGKILL)
    killed = count(db, group)
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    assert 300 < killed < 3000 == count(db, group)
    clean = make_group(db, "clean")
    bring_in(db, clean, many(3000))
    assert threads_of(db, group) == threads_of(db, clean)
    db.dispose()


def test_only_a_few_mails_are_held_at_a_time(sqlite_database: Database) -> None:
    group = make_group(sqlite_database)
    ahead = most = 0

    def mails() -> Iterator[MboxMessage]:
        nonlocal ahead, most
        for one in many(25 * CHUNK):
            ahead += 1
            most = max(most, ahead)
            yield one

    def stored(number: int) -> None:
        nonlocal ahead
        ahead -= number

    import_mails(sqlite_database, group, mails(), now=NOW, processes=2, progress=stored)
    assert ahead == 0
    assert most <= 7 * CHUNK


def _arrival(
    received: str = "", date: str = "", line: datetime | None = None, before: datetime = NOW
) -> datetime:
    head = f"Received: from a by b; {received}\n" * bool(received) + f"Date: {date}\n" * bool(date)
    raw = f"{head}From: a@b.example\n\nx\n".encode()
    return arrival(parse(raw), line, before, NOW)


def test_arrival_is_the_first_moment_that_can_be_believed() -> None:
    received, date = "Mon, 2 Mar 2026 10:00:00 +0000", "Mon, 2 Mar 2026 09:00:00 +0000"
    line = datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert _arrival(received, date, line).hour == 10
    assert _arrival("", date, line).hour == 9
    assert _arrival("", "", line) == line
    assert _arrival("", "", None, line) == line
    assert _arrival("", "Mon, 2 Mar 2076 09:00:00 +0000", line) == line  # from the future
    assert _arrival("", "Thu, 1 Jan 1970 00:00:00 +0000", line) == line  # from before mail


@pytest.mark.parametrize("name", LISTS)
def test_real_lists_come_in_whole_and_once(sqlite_database: Database, name: str) -> None:
    mails = list(islice(open_archive(corpus_path("lists", f"{name}.mbox.gz")), 300))
    group = make_group(sqlite_database)
    first = bring_in(sqlite_database, group, mails, processes=2)
    assert (first.read, first.skipped) == (300, 0)
    assert bring_in(sqlite_database, group, mails).added == 0
    with sqlite_database.read() as conn:
        kept = list(store.walk(conn, group.id))
        assert [one.facts.number for one in kept] == list(range(1, 301))
        assert {store.load_raw(conn, one.mail_id) for one in kept} == {one.raw for one in mails}


def test_a_gzip_is_read_as_it_comes(sqlite_database: Database, tmp_path: Path) -> None:
    path = tmp_path / "old.mbox.gz"
    with gzip.open(path, "wb") as file:
        for one in many(20):
            write(cast("BinaryIO", file), one.raw, "", NOW)
    seen: list[int] = []
    group = make_group(sqlite_database)
    assert bring_in(sqlite_database, group, open_archive(path, seen.append)).added == 20
    assert seen == sorted(seen)
    assert seen[-1] == path.stat().st_size

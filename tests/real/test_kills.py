"""`dgroup serve` is killed again and again under a load of real mail: what was answered 250 is there,
once, and goes out; what was not answered is sent again by its sender, as a real one would do."""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import func, select

from archive import ids, store
from archive.db import Database
from archive.pagewriter import Setting
from archive.parse import parse
from archive.publish import Publisher
from archive.tables import dirty_pages, posts
from dgroup import groups
from dgroup.effects import OutcomeKind
from dgroup.groups import NewGroup
from dgroup.runtime import site_info
from dgroup.sending.ledger import IN_FLIGHT
from dgroup.tables import audit, deliveries, fanouts, holds, quarantine
from tests.dgroup.faulty_smtp import FaultySmtp, faulty_smtp, until
from tests.dgroup.smtp_talk import Talk, talking
from tests.real.borrowed import Post
from tests.real.borrowed import posts as borrowed
from tests.real.installation import (
    DOMAIN,
    Installation,
    Process,
    Sections,
    Someone,
    installation,
)

KILLS = int(os.environ.get("DGROUP_KILLS", "400" if os.environ.get("DGROUP_FUZZ") else "50"))
SESSIONS = 6
MAILS = 40 * KILLS
CONNECTIONS = 4
GROUP = f"water@{DOMAIN}"
PEOPLE = tuple(Someone(f"{name}@homes.test", name.title()) for name in ("ama", "lena", "issa"))
ADDRESSES = [one.address for one in PEOPLE]

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kills")]


@dataclass
class Load:
    """Mails that several sending hosts bring, and the ledger of what they were answered."""

    mails: Iterator[Post]
    port: int
    kept: dict[str, Post] = field(default_factory=dict)
    """by Message-ID: answered 250"""
    tries: Counter[str] = field(default_factory=Counter)
    """how often a mail was sent up to its last dot"""
    refused: list[str] = field(default_factory=list)
    held: set[str] = field(default_factory=set)
    ending: bool = False

    async def host(self) -> None:
        """One host: brings a mail until it is answered for good, then the next one."""
        for post in self.mails:
            while not await self._session(post):  # noqa: ASYNC110  # another process is waited for
                await asyncio.sleep(0.02)
            if self.ending:
                return

    async def _session(self, first: Post) -> bool:
        """Send one mail; False if it has to be brought again."""
        with suppress(OSError, AssertionError, TimeoutError):  # what a kill leaves of a session
            async with talking(self.port) as talk:
                return await self._mail(talk, first)
        return False

    async def _mail(self, talk: Talk, post: Post) -> bool:
        await talk.begin(GROUP, sender=post.sender)
        self.tries[post.message_id] += 1
        await talk.send(post.raw.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        said = await talk.reply()
        if "Held: " in said:  # the group's rules for files, or words like those of a command
            self.held.add(post.message_id)
        elif said.startswith("250"):
            assert post.message_id not in self.kept
            self.kept[post.message_id] = post
        elif said.startswith("5"):
            self.refused.append(said)
        return said.startswith(("250", "5"))


@asynccontextmanager
async def loading(port: int, mails: Iterator[Post]) -> AsyncIterator[Load]:
    """Hosts at work; at the end they bring what they have begun and no more."""
    load = Load(mails, port)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(SESSIONS):
            tasks.create_task(load.host())
        yield load
        load.ending = True


P = TypeVar("P", bound=Process)


async def up(start: Callable[[], P]) -> tuple[P, float]:
    """Start the service; gives it and the seconds until it took connections."""
    began = time.monotonic()
    process = start()
    await until(lambda: process.ready, 30)
    return process, time.monotonic() - began


async def test_kills_lose_and_double_nothing(tmp_path: Path, db_url: str) -> None:
    dice = random.Random(11)  # the same plan in each run, as far as processes allow
    kills = KILLS if db_url.startswith("sqlite") else KILLS // 4
    sections: Sections = {"database": {"url": db_url}}
    mails = iter(borrowed("caml-list-1.mbox.gz", GROUP, ADDRESSES, MAILS))
    starts = []
    async with faulty_smtp() as sink:
        with installation(tmp_path, f"smtp://127.0.0.1:{sink.port}", sections) as place:
            place.group(NewGroup("water", "Water and wells"), PEOPLE)
            began = time.monotonic()
            async with loading(place.port, mails) as load:
                with place.brood() as start:
                    for number in range(kills):
                        if number % 10 == 9:
                            await _killed_young(start(), dice)
                            continue
                        process, seconds = await up(start)
                        starts.append(seconds)
                        await _some_mails(load, dice.randrange(1, 40))
                        await asyncio.sleep(dice.random() * 0.05)  # anywhere between two answers
                        process.kill()
                last, whole = await up(place.command)
            killing = time.monotonic() - began
            with place.database() as db:
                await until(lambda: _is_done(db), 60)
                _print(load, kills, [*starts, whole], killing, sink)
                assert last.stop() == 0
                _check_posts(db, load)
                _check_outcomes(db, load)
                _check_pages(db, place)
                _check_deliveries(db, load, sink)
            assert "Traceback" not in place.log()


async def _killed_young(process: Process, dice: random.Random) -> None:
    """Kill a service while it starts, or shortly after."""
    await asyncio.sleep(dice.random() * 0.3)
    process.kill()


async def _some_mails(load: Load, count: int) -> None:
    goal = len(load.kept) + count
    await until(lambda: len(load.kept) >= goal, 30)


def _is_done(db: Database) -> bool:
    """Nothing waits to be sent or written."""
    waiting = (
        select(func.count()).select_from(fanouts).where(fanouts.c.done.is_(False)),
        select(func.count()).select_from(deliveries).where(deliveries.c.state == "pending"),
        select(func.count()).select_from(dirty_pages),
    )
    with db.read() as conn:
        return not any(conn.execute(query).scalar_one() for query in waiting)


def _print(load: Load, kills: int, starts: list[float], seconds: float, sink: FaultySmtp) -> None:
    again = sum(load.tries.values()) - len(load.kept)
    middle = sorted(starts)[len(starts) // 2]
    print(
        f"\n{kills} kills in {seconds:.0f} s; start {middle:.2f} s, by command {starts[-1]:.2f} s; "
        f"{len(load.kept)} mails answered 250, {again} sent again; {len(sink.ledger)} copies taken"
    )


def _check_posts(db: Database, load: Load) -> None:
    """Every mail answered 250 is one post, byte for byte; there is no other."""
    assert load.refused == []
    with db.read() as conn:
        rows = conn.execute(select(posts.c.message_id, posts.c.mail_id, posts.c.key)).all()
        found = Counter(row.message_id for row in rows)
        assert found == Counter(list(load.kept))
        for row in rows:
            assert store.load_raw(conn, row.mail_id) == load.kept[row.message_id].raw
        numbers = conn.execute(select(posts.c.number).order_by(posts.c.number)).scalars().all()
    assert numbers == list(range(1, len(rows) + 1))


def _check_outcomes(db: Database, load: Load) -> None:
    """Each mail was posted once, or held; every further try of it is told as what it was."""
    with db.read() as conn:
        rows = conn.execute(select(audit.c.envelope_id, audit.c.message_id, audit.c.event)).all()
        kept = {
            table: conn.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (holds, quarantine)
        }
    assert kept[quarantine] == 0
    assert kept[holds] <= sum(load.tries[message_id] for message_id in load.held)
    assert len({row.envelope_id for row in rows}) == len(rows)
    by_event = Counter((row.message_id, row.event) for row in rows)
    for message_id, tries in load.tries.items():
        wanted = OutcomeKind.HELD if message_id in load.held else OutcomeKind.POSTED
        assert by_event.pop((message_id, wanted)) <= (tries if message_id in load.held else 1)
        assert by_event.pop((message_id, OutcomeKind.DISCARDED), 0) <= tries - 1
    assert not by_event


def _check_pages(db: Database, place: Installation) -> None:
    """Each post has its page, and the tree is what a rebuild would make of the database."""
    setting = Setting(site_info(place.config), place.config.public_path)
    with db.read() as conn:
        info = [group.info for group in groups.every(conn, DOMAIN)]
        keys = conn.execute(select(posts.c.key)).scalars().all()
    folder = place.config.public_path
    missing = [key for key in keys if not (folder / ids.message_path("water", key)).exists()]
    assert missing == []
    drift = Publisher(db, setting).verify(info, lambda: datetime.now(UTC))
    assert [
        path for path in drift.changed if not path.endswith("~")
    ] == []  # begun at a kill: swept


def _check_deliveries(db: Database, load: Load, sink: FaultySmtp) -> None:
    """Each member got each post; again only what was in flight at a kill."""
    copies = Counter((one.recipient, parse(one.data).message_id) for one in sink.ledger)
    assert set(copies) == {(to, mail) for to in ADDRESSES for mail in load.kept}
    repeats = sum(copies.values()) - len(copies)
    print(f"{repeats} copies repeated")
    assert repeats <= KILLS * CONNECTIONS * IN_FLIGHT
    with db.read() as conn:
        states = conn.execute(select(deliveries.c.state).distinct()).scalars().all()
    assert states == ["sent"]

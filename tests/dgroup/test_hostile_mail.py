"""Broken and hostile mail against the live service: each is taken or refused with a proper reply, none
is lost, none makes a traceback. `make fuzz` brings many more, from another seed each time."""

from __future__ import annotations

import asyncio
import os
import random
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest
from sqlalchemy import func, select

from archive import store
from archive.db import Database
from archive.tables import dirty_pages, mails, posts
from dgroup.effects import OutcomeKind
from dgroup.groups import NewGroup
from dgroup.model import Role, WhoPosts
from dgroup.tables import audit, deliveries, fanouts, quarantine
from tests.corpus import corpus_files
from tests.dgroup import hostile
from tests.dgroup.faulty_smtp import faulty_smtp, until
from tests.dgroup.smtp_talk import talking
from tests.real.installation import DOMAIN, Someone, installation

FUZZ = bool(os.environ.get("DGROUP_FUZZ"))
MADE = 40_000 if FUZZ else 400
SEED = int(os.environ.get("DGROUP_SEED", str(time.time_ns() if FUZZ else 1)))
SESSIONS = 4
PEOPLE = (
    Someone("ama@homes.test", "Ama", Role.COORDINATOR),
    Someone("lena@homes.test", "Lena"),
    Someone("issa@homes.test", "Issa"),
)
ADDRESSES = [one.address for one in PEOPLE]
PLACES = ("open+re-{}", "open+re-{}", "open+re-{}", "water+re-{}", "water-request+{}", "water-join+{}",
          "water-confirm+{}", "water-owner+{}", "water-bounces+{}", "water-leave+{}")  # fmt: skip
REPLY = re.compile(r"(250|451|452|550|552|553|554) ([245])\.\d{1,3}\.\d{1,3} [ -~]+")
ENDS = frozenset(kind.value for kind in OutcomeKind)

pytestmark = [pytest.mark.slow]


@dataclass(frozen=True, slots=True)
class Try:
    """One mail on its way: its recipient is like no other's, so that its outcome can be found."""

    sender: str
    recipient: str
    raw: bytes


def hostile_mails(dice: random.Random) -> Iterator[bytes]:
    """What was made, and what the corpus has: as it is, and wounded."""
    for _ in range(MADE):
        yield hostile.mail(dice, ADDRESSES)
    for part in ("mime-torture", "bounces", "auth"):
        for path in corpus_files(part):
            raw = path.read_bytes()
            yield raw
            if FUZZ:
                yield from (hostile.wounded(dice, raw) for _ in range(10))


def tries(dice: random.Random) -> Iterator[Try]:
    """Give each mail a sender and a recipient."""
    for number, raw in enumerate(hostile_mails(dice)):
        letters = "".join(
            "abcdefghijklmnopqrstuvwxyz234567"[number >> 5 * n & 31] for n in range(16)
        )
        place = dice.choice(PLACES).format(letters)
        sender = dice.choice(("", "lost@far.test", *ADDRESSES, f"u{number}@far.test"))
        yield Try(sender, f"{place}@{DOMAIN}", raw)


async def bring(load: Iterator[Try], port: int, said: dict[Try, str], slow: list[float]) -> None:
    """Bring mails, up to twenty over one connection: a stranger's refusals are counted."""
    while several := list(islice(load, 20)):
        async with talking(port) as talk:
            for one in several:
                began = time.monotonic()
                await talk.begin(one.recipient, sender=one.sender)
                await talk.send(stuffed(one.raw) + b".\r\n")
                said[one] = await talk.reply()
                slow.append(time.monotonic() - began)


def stuffed(raw: bytes) -> bytes:
    """The text as a client sends it: whole lines, those that begin with a dot with one more."""
    return (b"\r\n" + whole(raw)).replace(b"\r\n.", b"\r\n..")[2:]


def whole(raw: bytes) -> bytes:
    """A mail's text ends with a line end on the wire (RFC 5321 4.1.1.4)."""
    return raw if raw.endswith(b"\r\n") else raw + b"\r\n"


async def test_hostile_mail_is_taken_or_refused_and_never_lost(tmp_path: Path) -> None:
    load, said, slow = tries(random.Random(SEED)), dict[Try, str](), list[float]()
    began = time.monotonic()
    async with faulty_smtp() as sink:
        with installation(tmp_path, f"smtp://127.0.0.1:{sink.port}") as place:
            place.group(NewGroup("open", "Open", who_posts=WhoPosts.OPEN), PEOPLE[:1])
            place.group(NewGroup("water", "Water"), PEOPLE)
            with place.serving(), place.database() as db:
                async with asyncio.TaskGroup() as tasks:
                    for _ in range(SESSIONS):
                        tasks.create_task(bring(load, place.port, said, slow))
                taken = time.monotonic() - began
                await until(lambda: _is_done(db), 600 if FUZZ else 60)
                _check_replies(said)
                _check_kept(db, said)
            _check_log(place.log())
    codes = Counter(reply[:3] for reply in said.values())
    print(
        f"\nseed {SEED}: {len(said)} mails in {taken:.1f} s, slowest answer {max(slow):.2f} s, {codes}; "
        f"{len(sink.ledger)} copies and letters out, all written after {time.monotonic() - began:.1f} s"
    )


def _is_done(db: Database) -> bool:
    waiting = (
        select(func.count()).select_from(fanouts).where(fanouts.c.done.is_(False)),
        select(func.count()).select_from(deliveries).where(deliveries.c.state == "pending"),
        select(func.count()).select_from(dirty_pages),
    )
    with db.read() as conn:
        return not any(conn.execute(query).scalar_one() for query in waiting)


def _check_replies(said: dict[Try, str]) -> None:
    """Each mail has a reply with a status, the class of which is that of its code, and no internals."""
    odd = {reply for reply in said.values() if not REPLY.fullmatch(reply) or reply[0] != reply[4]}
    assert not odd
    assert not [reply for reply in said.values() if reply.startswith("4")]
    assert len({one.recipient for one in said}) == len(said)


def _check_kept(db: Database, said: dict[Try, str]) -> None:
    """Each mail that was answered 250 has one outcome, and is there byte for byte where it was kept."""
    with db.read() as conn:
        assert conn.execute(select(func.count()).select_from(quarantine)).scalar_one() == 0
        lines = conn.execute(
            select(audit.c.recipient, audit.c.event, audit.c.reason, audit.c.post_id)
        )
        found: dict[str, list[tuple[str, str, int | None]]] = {}
        for line in lines:
            if line.event in ENDS:
                found.setdefault(line.recipient, []).append((line.event, line.reason, line.post_id))
        stored = Counter(
            store.load_raw(conn, key) for key in conn.execute(select(mails.c.id)).scalars()
        )
        post_mail = {
            row.id: row.mail_id for row in conn.execute(select(posts.c.id, posts.c.mail_id))
        }
        for one, reply in said.items():
            if not reply.startswith("250"):
                continue
            ((event, reason, post_id),) = found[one.recipient]
            assert reason
            if event == OutcomeKind.POSTED:
                assert post_id is not None
                assert store.load_raw(conn, post_mail[post_id]) == whole(one.raw)
            elif event == OutcomeKind.HELD:
                assert stored[whole(one.raw)]
            else:
                assert event != OutcomeKind.REFUSED
    print(Counter(lines_of(found)))


def lines_of(found: dict[str, list[tuple[str, str, int | None]]]) -> Sequence[str]:
    """How mails ended, for the reader of a long run."""
    return [event for lines in found.values() for event, _, _ in lines]


def _check_log(log: str) -> None:
    assert "Traceback" not in log, log[log.index("Traceback") - 500 :][:4000]
    assert not re.search(r"^\S* ?(ERROR|CRITICAL)", log, re.MULTILINE)

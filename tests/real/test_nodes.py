"""Several nodes on one PostgreSQL: killed at random under load they lose and double nothing; the
scheduler moves; a post that one node takes goes out through another without anybody's poll."""

from __future__ import annotations

import asyncio
import os
import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from archive.db import Database
from archive.parse import parse
from archive.tables import posts
from dgroup import groups
from dgroup.changes import ChangeMember
from dgroup.groups import NewGroup
from dgroup.model import MailClass
from dgroup.people import members
from dgroup.runtime import prepare
from dgroup.sending.ledger import IN_FLIGHT
from dgroup.service import Bound, Service
from dgroup.tables import deliveries, fanouts, group_settings, memberships, outbox_mails
from tests.dgroup.faulty_smtp import FaultySmtp, faulty_smtp, until
from tests.dgroup.smtp_talk import talking
from tests.real.borrowed import Post
from tests.real.borrowed import posts as borrowed
from tests.real.fleet import (
    CONNECTIONS,
    GO,
    STOP,
    Fleet,
    NodeProcess,
    deadlocks,
    fleet,
    present,
    scheduler,
)
from tests.real.installation import DOMAIN, Sections
from tests.real.test_kills import Load, _check_outcomes, _check_posts, loading

KILLS = int(os.environ.get("DGROUP_NODE_KILLS", "8"))
GROUP = f"water@{DOMAIN}"
MEMBERS = [f"m{number}@homes.test" for number in range(20)]
MOVES_S = 30
IS_POST = outbox_mails.c["class"] == MailClass.POST
PATIENCE_S = 240

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("nodes")]


def people_on(db: Database, addresses: Sequence[str] = MEMBERS) -> None:
    """The group with its members, who have posted before."""
    now = datetime.now(UTC)
    with db.write() as conn:
        made = groups.create(conn, NewGroup("water", "Water and wells"), DOMAIN, now)
        for one in addresses:
            members.change(conn, made.info, ChangeMember(one, one.partition("@")[0]), now)
        conn.execute(memberships.update().values(published=1000))
        conn.execute(group_settings.update().values(member_hourly=0, group_hourly=0))


async def started(made: Fleet, *wanted: NodeProcess) -> None:
    """Start nodes and wait for them all."""
    for node in wanted:
        made.start(node)
    await until(lambda: all(node.ready for node in wanted), 30)


async def test_kills_of_nodes_lose_and_double_nothing(tmp_path: Path, pg_url: str) -> None:
    dice = random.Random(5)  # the same plan in each run, as far as processes allow
    async with faulty_smtp() as sink:
        with fleet(tmp_path, pg_url, sink.port) as made:
            # Whoever is killed says goodbye to the server, so that nobody waits for a lease to end.
            calm: Sections = {"node": {"lease_s": 10.0}, "database": {"url": pg_url}}
            doors = [made.node(name, ["listen"], calm) for name in ("in1", "in2")]
            senders = [made.node(f"out{n}", ["send", "work"], calm) for n in (1, 2, 3)]
            with made.database() as db:
                people_on(db)
                await started(made, *doors, *senders)
                loads = await _killing(made, doors, senders, dice)
                whole = _together(loads)
                print(f"\n{KILLS} kills, {len(whole.kept)} mails, {len(sink.ledger)} copies")
                await _until_sent(db, len(whole.kept))
                _check_posts(db, whole)
                _check_outcomes(db, whole)
                _check_ledger(db, sink, whole)
                assert deadlocks(db) == 0
            assert "Traceback" not in made.log()


async def _killing(
    made: Fleet, doors: list[NodeProcess], senders: list[NodeProcess], dice: random.Random
) -> list[Load]:
    """Load both doors and kill one node after the other; each is started again at once."""
    mails = iter(borrowed("caml-list-1.mbox.gz", GROUP, MEMBERS, 40 * KILLS))
    async with AsyncExitStack() as stack:
        loads = [await stack.enter_async_context(loading(door.port, mails)) for door in doors]
        for _ in range(KILLS):
            goal = sum(len(load.kept) for load in loads) + dice.randrange(5, 40)
            await until(partial(_have_kept, loads, goal), 30)
            await asyncio.sleep(dice.random() * 0.03)  # anywhere between two answers
            victim = dice.choice([*doors, *senders])
            victim.kill()
            made.start(victim)
        await until(lambda: all(node.ready for node in (*doors, *senders)), 30)
    return loads


def _have_kept(loads: list[Load], count: int) -> bool:
    return sum(len(load.kept) for load in loads) >= count


def _has_taken(sink: FaultySmtp, count: int) -> bool:
    return len(sink.ledger) >= count


def _together(loads: list[Load]) -> Load:
    whole = Load(iter(()), 0)
    for load in loads:
        whole.held |= load.held
        whole.kept |= load.kept
        whole.tries += load.tries
        whole.refused += load.refused
    return whole


def _all_sent(db: Database, count: int, people: int = len(MEMBERS)) -> bool:
    with db.read() as conn:
        copies = deliveries.join(outbox_mails, outbox_mails.c.id == deliveries.c.outbox_mail_id)
        sent = select(func.count()).select_from(copies).where(IS_POST, deliveries.c.state == "sent")
        return conn.execute(sent).scalar_one() == count * people


async def _until_sent(db: Database, count: int) -> None:
    """What has not gone is told: a busy machine makes time-outs, whose copies wait a minute or two."""
    try:
        await until(lambda: _all_sent(db, count), PATIENCE_S)
    except TimeoutError:
        left = select(deliveries).where(deliveries.c.state != "sent").limit(20)
        counts = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
        opened = select(fanouts).where(fanouts.c.done.is_(False))
        with db.read() as conn:
            rows = [row for asked in (counts, opened, left) for row in conn.execute(asked)]
            pytest.fail("\n".join([f"{count} mails", *(str(row._mapping) for row in rows)]))


def _check_ledger(db: Database, sink: FaultySmtp, load: Load) -> None:
    """Each member has each post once in the ledger; the sink saw again only what was in flight."""
    with db.read() as conn:
        to = select(deliveries.c.outbox_mail_id, deliveries.c.recipient)
        rows = conn.execute(to.join(outbox_mails).where(IS_POST)).all()
        assert len(set(rows)) == len(rows) == len(load.kept) * len(MEMBERS)
        stored = conn.execute(select(func.count()).select_from(posts)).scalar_one()
        assert stored == len(load.kept)
    told = [(one.recipient, parse(one.data).message_id) for one in sink.ledger]
    # What the group holds is told its author by letters of ours.
    copies = Counter(one for one in told if one[1] in load.kept)
    assert len(told) - copies.total() <= 2 * len(load.held) + KILLS
    assert set(copies) == {(to, mail) for to in MEMBERS for mail in load.kept}
    repeats = sum(copies.values()) - len(copies)
    print(f"{repeats} copies repeated")
    assert repeats <= KILLS * CONNECTIONS * IN_FLIGHT


async def bring(port: int, post: Post) -> None:
    """Send one mail, which is taken."""
    async with talking(port) as talk:
        await talk.begin(GROUP, sender=post.sender)
        await talk.send(post.raw.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        assert (await talk.reply()).startswith("250")


async def test_a_sender_that_hangs_repeats_no_more_than_was_in_flight(
    tmp_path: Path, pg_url: str
) -> None:
    """It holds hundreds of copies; the other sends them, and it does not when it goes on."""
    many = [f"m{number}@homes.test" for number in range(700)]
    first, second = borrowed("caml-list-1.mbox.gz", GROUP, many, 2)
    async with faulty_smtp() as sink:
        with fleet(tmp_path, pg_url, sink.port) as made:
            hangs = made.node("hangs", ["listen", "send"])
            other = made.node("other", ["listen", "send", "work"])
            with made.database() as db:
                people_on(db, many)
                await started(made, hangs)
                await bring(hangs.port, first)
                await until(lambda: _has_taken(sink, 150), 30)
                hangs.say(STOP)
                await started(made, other)
                await until(lambda: _all_sent(db, 1, len(many)), 60)
                hangs.say(GO)
                await until(lambda: len(present(db)) == 2, MOVES_S)
                await bring(other.port, second)
                await until(lambda: _all_sent(db, 2, len(many)), 60)
                for node in (hangs, other):
                    node.end()
            copies = Counter((one.recipient, parse(one.data).message_id) for one in sink.ledger)
            assert len(copies) == 2 * len(many)
            repeats = sum(copies.values()) - len(copies)
            print(f"{repeats} copies repeated")
            assert repeats <= CONNECTIONS * IN_FLIGHT


async def test_the_scheduler_moves_from_a_node_that_dies_or_hangs(
    tmp_path: Path, pg_url: str
) -> None:
    with fleet(tmp_path, pg_url, 9) as made:
        pair = {name: made.node(name, ["work"]) for name in ("one", "two")}
        with made.database() as db:
            await started(made, *pair.values())
            await until(lambda: len(present(db)) == 2 and scheduler(db) != "", MOVES_S)
            first = scheduler(db)
            other = next(name for name in pair if name != first)
            pair[first].say(STOP)  # it hangs; its machine still answers for its connections
            await until(lambda: scheduler(db) == other, MOVES_S)
            pair[first].say(GO)
            await until(lambda: len(present(db)) == 2, MOVES_S)
            assert scheduler(db) == other
            pair[other].kill()
            await until(lambda: scheduler(db) == first, MOVES_S)
        # The node that hung tells which connections it lost, perhaps one in a transaction.
        other_errors = [end for end in ENDS.findall(made.log()) if not LOST.search(end)]
        assert other_errors == []


ENDS = re.compile(r"^Traceback .*\n(?:[ \t].*\n)*(\S.*)", re.MULTILINE)
"""the last line of each traceback"""
LOST = re.compile("connection|TimeoutError")


@asynccontextmanager
async def in_process(made: Fleet, name: str, roles: list[str]) -> AsyncIterator[Bound]:
    """A node in this process."""
    config = made.node(name, roles).config
    prepare(config, datetime.now(UTC))
    service = Service(config, lambda: datetime.now(UTC))
    bound = await service.start()
    try:
        await until(lambda: service.presence.alive, 20)
        yield bound
    finally:
        await service.stop()


async def test_a_post_goes_out_through_another_node_without_a_poll(
    tmp_path: Path, pg_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dgroup.sending.sender.POLL_S", 3600.0)
    async with faulty_smtp() as sink:
        with fleet(tmp_path, pg_url, sink.port) as made:
            made.node("host", ["work"])
            with made.database() as db:
                people_on(db)
            async with (
                in_process(made, "out", ["send"]) as out,
                in_process(made, "in", ["listen"]) as door,
            ):
                assert (out.smtp, out.web) == (("", 0), ("", 0))
                for number, post in enumerate(borrowed("caml-list-1.mbox.gz", GROUP, MEMBERS, 3)):
                    await bring(door.smtp[1], post)
                    # The sender is asleep before each: nothing but the word of the other wakes it.
                    wanted = (number + 1) * len(MEMBERS)
                    await until(partial(_has_taken, sink, wanted), 30)

"""What the smarthost refuses at once counts like what comes back later: all of it, and once."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import OperationalError

from archive.db import Database
from dgroup import deliveries as delivering
from dgroup.model import Envelope, Membership, Reply
from dgroup.receiving import refusals as refusing
from dgroup.receiving.refusals import AT_ONCE, Refusals
from dgroup.refused import number_in
from dgroup.tables import bounces, deliveries, memberships, outbox_mails, refusals
from dgroup.tokens import make
from tests.dgroup.desk import KEYRING, SITE, Desk, opened
from tests.dgroup.faulty_smtp import Step, faulty_smtp, until
from tests.dgroup.office import Office
from tests.dgroup.office import opened as opened_office
from tests.dgroup.test_bouncing import ANA, points

DEAD = "550 5.1.1 <ana@ngo.example>: Recipient address rejected: User unknown"
ROOT = Path(__file__).resolve().parents[3]
MEMBERS = 60


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        yield made


def refused(desk: Desk, member: Membership | int | None, reply: str, back: str = "") -> int:
    """Have a copy end as the sender writes it down; gives the delivery's id."""
    number = member.id if isinstance(member, Membership) else member
    with desk.db.write() as conn:
        mail = {
            "group_id": desk.group.id,
            "class": "post",
            "variant": "",
            "body_offset": 0,
            "head": b"x",
            "message_id": "x@x",
            "created_at": desk.now,
        }
        mail_id = conn.execute(insert(outbox_mails).returning(outbox_mails.c.id), mail).scalar_one()
        row = {
            "outbox_mail_id": mail_id,
            "membership_id": number,
            "recipient": ANA,
            "envelope_from": back,
            "state": "pending",
            "not_before": desk.now,
            "created_at": desk.now,
        }
        made: int = conn.execute(insert(deliveries).returning(deliveries.c.id), row).scalar_one()
        delivering.mark_failed(conn, {made: reply}, desk.now)
    return made


def counting(desk: Desk) -> Refusals:
    return Refusals(desk.db, desk.writer, KEYRING, SITE, lambda: desk.now)


def left(db: Database) -> int:
    with db.read() as conn:
        return int(conn.execute(select(func.count()).select_from(refusals)).scalar_one())


async def test_a_refused_copy_counts_once_a_day_and_a_refused_probe_stops_the_mail(
    desk: Desk,
) -> None:
    ana, found = desk.join(ANA), counting(desk)
    for _ in range(4):
        refused(desk, ana, DEAD)
        assert await found.tell(desk.intake.accept) == 1
        desk.later(days=1)
    assert points(desk) == [100] * 4
    assert [kind for kind, _ in desk.letter_kinds()] == ["probe"]
    back = f"water-bounces+{make('probe', ana.id, KEYRING)}@lists.example"
    refused(desk, None, DEAD, back)
    await found.tell(desk.intake.accept)
    assert (desk.state(ANA), left(desk.db)) == ("suspended", 0)


async def test_a_refusal_of_everything_blames_nobody(desk: Desk) -> None:
    ana, found = desk.join(ANA), counting(desk)
    for _ in range(AT_ONCE + 5):
        refused(desk, ana, "554 5.7.1 Relay access denied")
    assert await found.tell(desk.intake.accept) == AT_ONCE
    assert await found.tell(desk.intake.accept) == 5
    assert set(points(desk)) == {0}


async def test_letters_without_a_way_back_and_what_was_given_up_are_no_refusals(
    desk: Desk,
) -> None:
    ana, found = desk.join(ANA), counting(desk)
    refused(desk, None, DEAD)
    refused(desk, ana, "given up: 450 4.2.2 Mailbox full")
    refused(desk, ana, "000 twice no answer")
    assert await found.tell(desk.intake.accept) == 0
    refused(desk, 4711, DEAD)  # nobody: looked at once
    assert await found.tell(desk.intake.accept) == 1
    assert (points(desk), left(desk.db)) == ([], 0)


async def test_what_cannot_be_stored_waits_and_two_nodes_count_it_once(desk: Desk) -> None:
    ana, found = desk.join(ANA), counting(desk)
    number = refused(desk, ana, DEAD)
    seen: list[Envelope] = []

    async def full(envelope: Envelope) -> Sequence[Reply]:
        seen.append(envelope)
        return (Reply(451, "4.3.0", "no"),)

    assert (await found.tell(full), left(desk.db)) == (0, 1)
    assert number_in(seen[0].id) == number
    await asyncio.gather(*(desk.intake.accept(seen[0]) for _ in range(3)))  # three nodes at once
    assert (points(desk), left(desk.db)) == ([100], 0)
    with desk.db.write() as conn:  # told again of a delivery that had ended
        delivering.mark_failed(conn, {number: DEAD}, desk.now)
    assert left(desk.db) == 0


@pytest.mark.parametrize("name", ["refused-", "refused-x", "refused-1x", "x-refused-1", "", "12"])
def test_other_mails_are_no_refusals(name: str) -> None:
    assert number_in(name) is None


async def test_they_are_told_again_and_again_also_after_the_database_was_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusing, "TICK_S", 0.0)
    ana, found = desk.join(ANA), counting(desk)
    told = asyncio.Event()
    calls = 0

    async def accept(envelope: Envelope) -> Sequence[Reply]:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise OperationalError("insert", {}, OSError("away"))
        told.set()
        return await desk.intake.accept(envelope)

    task = asyncio.create_task(found.run(accept))
    try:
        refused(desk, ana, DEAD)
        await asyncio.wait_for(told.wait(), 20)
        await until(lambda: left(desk.db) == 0, 20)
    finally:
        task.cancel()
    assert points(desk) == [100]


# --- Killed ---------------------------------------------------------------------------------------


def no_such_user(step: Step) -> str:
    odd = step.kind == "rcpt" and int(step.argument.partition("@m")[2].partition(".")[0]) % 2
    return "550 5.1.1 User unknown" if odd else ""


async def run_until(url: str, port: int, seconds: float, reached: Callable[[], bool]) -> None:
    """Run the process until then, and kill it as a power cut does."""
    script = str(ROOT / "tests/dgroup/run_refusals.py")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, script, url, str(port), str(seconds)),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        await until(reached, 60)
    finally:
        process.kill()
        await process.wait()


def reported(office: Office) -> int:
    with office.db.read() as conn:
        return int(conn.execute(select(func.count()).select_from(bounces)).scalar_one())


def _has_reported(office: Office, count: int) -> bool:
    return reported(office) >= count


async def test_a_process_that_is_killed_loses_no_refusal_and_counts_none_twice(db_url: str) -> None:
    with opened_office(db_url) as office:
        office.join(*[f"ana@m{number}.example" for number in range(MEMBERS)])
        office.post()
        async with faulty_smtp(no_such_user) as server:
            half = MEMBERS // 2
            await run_until(db_url, server.port, 1000, lambda: left(office.db) == half)
            assert reported(office) == 0  # all of them were known to memory only, once
            for count in (1, 7, 16):
                some = partial(_has_reported, office, count)
                await run_until(db_url, server.port, 0.01, some)
            await run_until(db_url, server.port, 0.01, lambda: left(office.db) == 0)
        with office.db.read() as conn:
            rows = conn.execute(select(bounces.c.membership_id, bounces.c.points)).all()
            totals = select(memberships.c.bounces).where(memberships.c.bounces > 0)
            seen = conn.execute(totals).scalars().all()
    assert len(rows) == len({row.membership_id for row in rows}) == half
    assert {row.points for row in rows} == {100}
    assert list(seen) == [1] * half

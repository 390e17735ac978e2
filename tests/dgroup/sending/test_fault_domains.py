"""Recipient domains that hang, limit or are limited: others go on, and nothing is lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from dgroup.limits import Limit
from dgroup.tables import deliveries as rows
from tests.dgroup.faults import assert_kept, until_over
from tests.dgroup.faulty_smtp import HANG, Step, faulty_smtp, until
from tests.dgroup.office import Office, opened
from tests.dgroup.sending.test_sender import Clock, sending, states

pytestmark = pytest.mark.usefixtures("patient")


async def test_a_domain_that_hangs_holds_up_nobody_else(office: Office, clock: Clock) -> None:
    """All copies to it were made first; its sessions hang longer than the test runs."""
    office.join(*[f"m{n}@hangs.example" for n in range(300)])
    office.join(*[f"m{n}" for n in range(50)])
    office.post()

    def rule(step: Step) -> str:
        return HANG if step.kind == "rcpt" and "hangs.example" in step.argument else ""

    async with (
        faulty_smtp(rule) as server,
        sending(office, clock, server=server, connections=6, timeout_s=60) as sender,
    ):
        async with asyncio.timeout(50):
            while len(server.ledger) < 50 - 6:  # a session may have one behind a copy that hangs
                clock.move(seconds=1)
                sender.wake()
                await asyncio.sleep(0.02)
        assert sender.stock <= 1000
    assert {one.recipient.partition("@")[2] for one in server.ledger} == {"home.example"}
    assert_kept(office, server)


@pytest.mark.parametrize(("domains", "known"), [(2, False), (4, False), (9, True)])
async def test_domains_that_hang_together_leave_sessions_for_others(
    office: Office, clock: Clock, domains: int, known: bool
) -> None:
    """None of them has ever answered, their copies come first. As many as there are sessions leave room
    only for who has answered before."""

    def rule(step: Step) -> str:
        return HANG if step.kind == "rcpt" and "@hangs" in step.argument else ""

    async with (
        faulty_smtp(rule) as server,
        sending(office, clock, server=server, connections=6, timeout_s=60) as sender,
    ):
        if known:
            office.join("m0@home.example")
            office.post()
            sender.wake()
            await until(lambda: len(server.ledger) == 1)
        office.join(*[f"m{n}@hangs{n % domains}.example" for n in range(90)])
        office.join(*[f"n{n}@home.example" for n in range(50)])
        office.post()
        async with asyncio.timeout(30):
            while (
                len(server.ledger) < 50 + known - 6
            ):  # a session may have one behind a copy that hangs
                clock.move(seconds=1)
                sender.wake()
                await asyncio.sleep(0.02)
    assert {one.recipient.partition("@")[2] for one in server.ledger} == {"home.example"}
    assert_kept(office, server, unsure=known)  # who is known got both posts


async def test_a_domain_that_limits_rests_while_others_go_on(office: Office, clock: Clock) -> None:
    office.join(*[f"m{n}@full.example" for n in range(100)])
    office.join(*[f"m{n}" for n in range(100)])
    office.post()

    def rule(step: Step) -> str:
        busy = step.kind == "rcpt" and "full.example" in step.argument
        return "421 4.7.28 unusual rate of mail" if busy else ""

    async with (
        faulty_smtp(rule) as server,
        sending(office, clock, server=server, connections=3) as sender,
    ):
        async with asyncio.timeout(50):
            while len(server.ledger) < 100:
                clock.move(seconds=1)
                sender.wake()
                await asyncio.sleep(0.02)
        asked = sum("full.example" in line for line in server.lines if line.startswith("RCPT"))
        assert asked <= 20
        server.rule = lambda step: ""
        await until_over(office, clock, sender)
    assert states(office) == {"sent": 200}
    assert_kept(office, server)


async def test_a_limit_of_a_domain_is_kept_and_memory_is_not_filled(
    db_url: str, clock: Clock
) -> None:
    with opened(db_url) as office:
        office.join(*[f"m{n}@slow.example" for n in range(200)])
        office.join(*[f"m{n}" for n in range(20)])
        office.post()
        limits = (("slow.example", Limit(per_minute=60)),)
        async with (
            faulty_smtp() as server,
            sending(office, clock, server=server, domains=limits) as sender,
        ):
            await until(lambda: states(office)["sent"] >= 20 + 2)
            assert sender.stock == 0
            for seconds in range(1, 11):
                clock.move(seconds=1)
                sender.wake()
                await until(lambda wanted=seconds: states(office)["sent"] >= 22 + wanted)  # type: ignore[misc]  # bound now
            assert states(office)["sent"] <= 22 + 12
            with office.db.read() as conn:
                waiting = conn.execute(
                    select(rows.c.attempts, rows.c.not_before).where(rows.c.state == "pending")
                ).all()
            assert {row.attempts for row in waiting} == {0}
            assert max(row.not_before for row in waiting) <= clock.now + timedelta(seconds=200)
            await until_over(office, clock, sender)
        assert_kept(office, server)
        assert len(server.ledger) == 220


async def test_a_full_smarthost_slows_all_and_loses_nothing(office: Office, clock: Clock) -> None:
    office.join(*[f"m{n}" for n in range(200)])
    office.post()

    def full(step: Step) -> str:
        return "452 4.3.1 Insufficient system storage" if step.kind == "mail" else ""

    async with faulty_smtp(full) as server, sending(office, clock, server=server) as sender:
        for _ in range(20):
            clock.move(seconds=1)
            sender.wake()
            await asyncio.sleep(0.02)
        assert server.seen["mail"] <= 30
        assert states(office)["pending"] == 200
        server.rule = lambda step: ""
        await until_over(office, clock, sender)
    assert states(office) == {"sent": 200}
    assert_kept(office, server)

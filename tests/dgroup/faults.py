"""What tests of a smarthost that does wrong have in common: time that passes, and what must hold."""

from __future__ import annotations

import asyncio
from collections import Counter

from sqlalchemy import select

from dgroup.model import MemberState
from dgroup.sending.sender import Sender
from dgroup.tables import deliveries as rows
from dgroup.tables import memberships
from tests.dgroup.faulty_smtp import FaultySmtp
from tests.dgroup.office import Office
from tests.dgroup.sending.test_sender import Clock, states
from tests.parts import PATIENCE_S


async def until_over(
    office: Office, clock: Clock, sender: Sender, seconds: float = PATIENCE_S
) -> None:
    """Let minutes pass until nothing waits."""
    async with asyncio.timeout(seconds):
        while not (found := await asyncio.to_thread(states, office)) or found["pending"]:
            clock.move(minutes=1)
            sender.wake()
            await asyncio.sleep(0.03)


def assert_kept(office: Office, server: FaultySmtp, unsure: int = 0) -> None:
    """What is marked as sent was taken, each once but for `unsure`; all members are still in."""
    taken = Counter(one.recipient for one in server.ledger)
    assert sum(taken.values()) - len(taken) <= unsure
    assert max(taken.values(), default=0) <= 2
    with office.db.read() as conn:
        made = conn.execute(select(rows.c.recipient, rows.c.state)).all()
        inside = set(conn.execute(select(memberships.c.state)).scalars())
    assert {row.recipient for row in made if row.state == "sent"} <= set(taken)
    assert inside == {MemberState.ACTIVE}

"""A sender that is killed again and again skips nobody and repeats no more than what was in flight."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from dgroup.model import Style
from dgroup.sending.ledger import IN_FLIGHT
from dgroup.tables import deliveries as rows
from dgroup.tables import group_settings
from tests.dgroup.faulty_smtp import FaultySmtp, faulty_smtp, until
from tests.dgroup.office import Office, opened
from tests.dgroup.run_sender import CONNECTIONS, RECIPIENTS

MEMBERS = 3000
KILLS = int(os.environ.get("DGROUP_KILLS", "10"))
ROOT = Path(__file__).resolve().parents[3]


async def started(url: str, port: int) -> asyncio.subprocess.Process:
    script = str(ROOT / "tests/dgroup/run_sender.py")
    return await asyncio.create_subprocess_exec(
        sys.executable,
        script,
        url,
        str(port),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def unsent(office: Office) -> int:
    with office.db.read() as conn:
        waiting = select(func.count()).where(rows.c.state != "sent")
        return conn.execute(waiting).scalar_one()


async def killed_at(server: FaultySmtp, url: str, count: int) -> None:
    """Run a sender until the server has taken `count` mails in all, then kill it."""
    process = await started(url, server.port)
    await until(lambda: len(server.ledger) >= count, 60)
    process.kill()
    await process.wait()


@pytest.mark.parametrize(
    ("style", "in_flight"),
    [(Style.PERSONAL, CONNECTIONS * IN_FLIGHT), (Style.BULK, CONNECTIONS // 2 * RECIPIENTS)],
)
async def test_kills_skip_nobody_and_repeat_little(
    db_url: str, style: Style, in_flight: int
) -> None:
    """Of copies that members share at most one transaction a connection is repeated."""
    dice = random.Random(7)  # the same moments in each run, as far as processes allow
    moments = sorted(dice.randrange(1, MEMBERS - 200) for _ in range(KILLS))
    with opened(db_url) as office:
        with office.db.write() as conn:
            conn.execute(update(group_settings).values(delivery_style=style))
        office.join(*[f"m{n}" for n in range(MEMBERS)])
        office.post()
        async with faulty_smtp() as server:
            for moment in moments:
                await killed_at(server, db_url, moment)
            last = await started(db_url, server.port)
            try:
                await until(lambda: _all_sent(office), 90)
            finally:
                last.kill()
                await last.wait()
        counts = Counter(taken.recipient for taken in server.ledger)
    assert len(counts) == MEMBERS
    repeats = sum(counts.values()) - MEMBERS
    assert repeats <= KILLS * in_flight
    assert max(counts.values()) <= 1 + KILLS


def _all_sent(office: Office) -> bool:
    with office.db.read() as conn:
        total = conn.execute(select(func.count()).select_from(rows)).scalar_one()
    return total == MEMBERS and unsent(office) == 0


pytestmark = pytest.mark.slow

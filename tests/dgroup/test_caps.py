"""Ten thousand hostile mails: nobody is flooded through us, nothing grows without bound (RULINGS 8)."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from archive.db import Database
from dgroup.model import Role
from dgroup.tables import codes, holds, memberships
from tests.dgroup.desk import CAPS, Desk, opened

MAILS = 10_000
VICTIMS = [f"victim{number}@target.example" for number in range(40)]
BOSS = "kim@ngo.example"
WAVE = 200
SPELLS = (
    ("water-join", "", "", "aligned"),
    ("water-join", "", "", "none"),
    ("water-request", "subscribe", "", "none"),
    ("water-help", "", "", "none"),
    ("water-status", "", "", "aligned"),
    ("water-leave", "", "", "none"),
    ("water-request", "", "please do something with this list of things", "none"),
    ("water", "Buy now", "A thing to buy.", "aligned"),
    ("water", "Buy now", "A thing to buy.", "none"),
    ("water-owner", "Hello", "I am a prince.", "none"),
    ("water-confirm+" + "a2b3c4d5e6" * 2 + "f7g2h3", "yes", "YES", "none"),
    ("water-add", "", "spam@elsewhere.example\nmore@elsewhere.example", "none"),
)


@pytest.fixture
def desk(sqlite_database: Database) -> Iterator[Desk]:
    with opened(sqlite_database) as made:
        made.join(BOSS, "Kim", Role.COORDINATOR)
        for victim in VICTIMS[:10]:
            made.join(victim, "Victim")
        yield made


def _hostile(desk: Desk, number: int) -> tuple[str, dict[str, object]]:
    """One of the mails: in a victim's name, or in the coordinator's."""
    to, subject, body, auth = SPELLS[number % len(SPELLS)]
    sender = VICTIMS[number // len(SPELLS) % len(VICTIMS)]
    if number % 7 == 0:
        sender, auth = BOSS, "fail"
        to, body = "water-remove", "\n".join(VICTIMS[:10])
    return to, {"sender": sender, "subject": subject, "body": body, "auth": auth}


async def _attack(desk: Desk) -> None:
    for start in range(0, MAILS, WAVE):
        wave = [_hostile(desk, number) for number in range(start, start + WAVE)]
        sent = [desk.send(to, **more) for to, more in wave]
        await asyncio.gather(*sent)


@pytest.mark.slow
async def test_ten_thousand_hostile_mails_stay_within_the_caps(desk: Desk) -> None:
    with desk.db.read() as conn:
        before = conn.execute(select(func.count()).select_from(memberships)).scalar_one()
    await _attack(desk)  # one day: the clock of the desk stands still
    letters = desk.new_letters()
    got = Counter(letter.recipient for letter in letters)
    assert set(got) <= {*VICTIMS, BOSS}, "nobody else is written to"
    asked = Counter(one.recipient for one in letters if "confirm" in one.reply_to)
    assert max(got[victim] for victim in VICTIMS) <= CAPS.answers_per_day
    assert max(asked[victim] for victim in VICTIMS) <= CAPS.confirmations
    notes = [one for one in letters if one.recipient == BOSS and "your address" in one.subject]
    assert len(notes) == 1, "the real coordinator is told once"
    with desk.db.read() as conn:
        members = conn.execute(select(memberships.c.state)).scalars().all()
        assert members == ["active"] * before, "nobody came in, nobody went out"
        made = conn.execute(select(func.count()).select_from(codes)).scalar_one()
        kept = conn.execute(select(func.count()).select_from(holds)).scalar_one()
    assert made <= len(VICTIMS) * CAPS.answers_per_day
    assert kept <= 100 + 10 * len(VICTIMS), "the desk of held posts has its bounds"


async def test_a_wave_of_hostile_mails_leaves_no_memory_behind(desk: Desk) -> None:
    async def wave(first: int) -> int:
        for number in range(first, first + WAVE):
            to, more = _hostile(desk, number)
            await desk.send(to, **more)
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        warm = await wave(0)
        await wave(WAVE)
        later = await wave(2 * WAVE)
    finally:
        tracemalloc.stop()
    assert later < warm + 1_000_000

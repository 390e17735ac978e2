"""Limits of recipient domains hold for all senders of a PostgreSQL together, while senders come and go."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from archive.db import Database
from tests.dgroup.faulty_smtp import TRICKLE, Step, faulty_smtp, until
from tests.real.borrowed import posts as borrowed
from tests.real.fleet import fleet
from tests.real.test_nodes import GROUP, bring, people_on, started

AT_ONCE = 3
A_SECOND = 20
MANY = [f"m{number}@few.example" for number in range(60)]
PACED = [f"m{number}@paced.example" for number in range(150)]
OTHERS = [f"m{number}@homes.test" for number in range(20)]
LIMITS: dict[str, object] = {
    '"few.example".at_once': AT_ONCE,
    '"paced.example".per_minute': 60 * A_SECOND,
}
WINDOW_S = 5.0

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("nodes")]


@dataclass(slots=True)
class Door:
    """What one sender's smarthost sees of copies to the two domains."""

    watch: Watch
    copies: int = 0

    def rule(self, step: Step) -> str:
        here = self.watch
        if step.kind == "rcpt" and "@few." in step.argument:
            here.at_once += 1
            here.most = max(here.most, here.at_once)
            return TRICKLE  # long enough for others to come
        if step.kind == "dot":
            self.copies += 1
            here.at_once -= "@few." in step.argument
            if "@paced." in step.argument:
                here.moments.append(time.monotonic())
        return ""


@dataclass(slots=True)
class Watch:
    """The doors of all senders together."""

    at_once: int = 0
    most: int = 0
    moments: list[float] = field(default_factory=list)

    @property
    def fastest(self) -> float:
        """Copies a second to the paced domain, in the fullest window."""
        found = [
            bisect_left(self.moments, since + WINDOW_S) - number
            for number, since in enumerate(self.moments)
        ]
        return max(found) / WINDOW_S


async def test_a_limit_holds_for_all_senders_together(tmp_path: Path, pg_url: str) -> None:
    watch = Watch()
    one, two = Door(watch), Door(watch)
    people = [*MANY, *PACED, *OTHERS]
    async with faulty_smtp(one.rule) as first, faulty_smtp(two.rule) as second:
        with fleet(tmp_path, pg_url, first.port) as made:
            settings = {"relay.domains": LIMITS}
            out1 = made.node("out1", ["listen", "send", "work"], settings)
            other = {"url": f"smtp://127.0.0.1:{second.port}"}
            out2 = made.node("out2", ["send"], settings | {"relay": other})
            with made.database() as db:
                people_on(db, people)
                await started(made, out1)
                posts = borrowed("caml-list-1.mbox.gz", GROUP, people, 3)
                await bring(out1.port, posts[0])
                await until(lambda: len(watch.moments) > 30)
                await started(made, out2)  # in the middle of the work
                for post in posts[1:]:
                    await bring(out1.port, post)
                await until(lambda: two.copies > 40, 60)
                await asyncio.to_thread(out2.end)  # and gone again
                await until(lambda: _over(db, 3 * len(people)), 120)
    assert watch.most <= AT_ONCE
    assert watch.fastest <= A_SECOND * 1.5
    assert len(first.ledger) + len(second.ledger) == 3 * len(people)


def _over(db: Database, count: int) -> bool:
    with db.read() as conn:
        asked = "SELECT count(*) FROM deliveries WHERE state = 'sent'"
        return bool(conn.exec_driver_sql(asked).scalar_one() == count)

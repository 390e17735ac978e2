"""What becomes of the work of nodes that are gone."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from archive.db import Database
from dgroup import erasure, runs
from dgroup.nodes.handover import Absences, begin
from dgroup.tables import deliveries, job_runs
from dgroup.writer import Writer
from tests.dgroup.faulty_smtp import until
from tests.dgroup.office import NOW, later, opened

NAMES = st.sets(st.sampled_from("abc"))


def test_who_is_not_seen_for_long_enough_is_gone() -> None:
    absences = Absences(10.0)
    assert absences.gone({"a", "b"}, {"a"}, 0.0) == []
    assert absences.gone({"a", "b"}, {"a"}, 9.9) == []
    assert absences.gone({"a", "b"}, {"a"}, 10.0) == ["b"]
    assert absences.gone({"a", "b"}, {"a", "b"}, 11.0) == []
    assert absences.gone({"b"}, set(), 12.0) == []  # it came back: the time begins anew


@given(st.lists(st.tuples(NAMES, NAMES), max_size=20))
def test_nobody_is_gone_who_was_seen_within_the_patience(
    steps: list[tuple[set[str], set[str]]],
) -> None:
    absences, last_seen = Absences(3.0), dict.fromkeys("abc", -1.0)
    for at, (claimants, present) in enumerate(steps):
        last_seen |= dict.fromkeys(present, float(at))
        for name in absences.gone(claimants, present, at):
            assert name in claimants
            assert at - last_seen[name] > 3.0


def test_a_new_term_takes_begun_runs_back_and_names_its_predecessor(database: Database) -> None:
    with database.write() as conn:
        assert runs.claim_run(conn, "summary", 1, "2026-W09", NOW)
        assert runs.claim_run(conn, "summary", 2, "2026-W09", NOW)
        assert runs.finish_run(conn, "summary", 2, "2026-W09", NOW)
        assert runs.claim_run(conn, erasure.JOB, 0, "p1", NOW)
        assert not runs.claim_run(conn, "summary", 1, "2026-W09", later(1))
        assert begin(database, conn, "one", later(2)) == ""
        assert runs.claim_run(conn, "summary", 1, "2026-W09", later(3))
        assert not runs.claim_run(conn, "summary", 2, "2026-W09", later(3))
        assert begin(database, conn, "two", later(4)) == "one"
        assert begin(database, conn, "two", later(5)) == "two"
        kept = select(job_runs.c.claimed_at).where(job_runs.c.job == erasure.JOB)
        assert conn.execute(kept).scalar_one() == NOW


async def test_what_a_dead_node_had_claimed_goes_to_the_others(pg_url: str) -> None:
    from dgroup.nodes.handover import Handover
    from dgroup.nodes.presence import Presence
    from dgroup.nodes.register import Node

    with opened(pg_url) as office:
        for name in ("ana", "ben"):
            office.letter(f"{name}@home.example")
        with office.db.write() as conn:
            until_then = NOW + timedelta(days=1)
            rows = conn.execute(select(deliveries.c.id).order_by(deliveries.c.id)).scalars().all()
            for row, node in zip(rows, ("dead", "here"), strict=True):
                claimed = {"claimed_by": node, "claimed_until": until_then}
                conn.execute(deliveries.update().where(deliveries.c.id == row).values(claimed))
        here = Presence(
            office.db, Node("here", ("send", "work")), 1.0, schedules=True, heard=lambda _: None
        )
        writer = Writer(office.db)
        here.start()
        try:
            await until(lambda: here.holds, 30)
            freed: list[bool] = []
            handover = Handover(
                office.db, writer, here, "here", 1.0, lambda: NOW, lambda: freed.append(True)
            )
            await handover.look()
            assert holders(office.db) == ["dead", "here"]
            while holders(office.db) != [None, "here"]:
                await handover.look()
                await asyncio.sleep(0.05)
            assert freed == [True]
        finally:
            await here.stop()
            writer.close()


def holders(db: Database) -> list[str | None]:
    with db.read() as conn:
        rows = conn.execute(select(deliveries.c.claimed_by).order_by(deliveries.c.id))
        return list(rows.scalars())

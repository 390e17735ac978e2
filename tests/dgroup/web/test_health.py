"""What the operator's monitoring is told."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from archive.db import Database
from archive.rawmail import store_mail
from archive.tables import dirty_pages
from dgroup.runtime import Runtime
from dgroup.tables import audit, deliveries, holds, outbox_mails, quarantine
from dgroup.web.health import HealthServer
from tests.dgroup.http_talk import ask
from tests.dgroup.running import NOW, group_on, runtime_on


@pytest.fixture
def runtime(database: Database, tmp_path: Path) -> Runtime:
    return runtime_on(database, tmp_path)


@asynccontextmanager
async def running(
    runtime: Runtime, *, listening: bool = True, storing: bool = True
) -> AsyncIterator[tuple[str, int]]:
    server = HealthServer(runtime.config.health, runtime, lambda: listening, lambda: storing)
    yield await server.start()
    await server.stop()


def outcome(runtime: Runtime, event: str) -> None:
    row = {
        "at": NOW,
        "envelope_id": "e",
        "group_id": 1,
        "recipient": "",
        "sender": "",
        "message_id": "",
        "event": event,
        "reason": "",
    }
    with runtime.db.write() as conn:
        conn.execute(insert(audit), row)


def work(runtime: Runtime) -> None:
    """Three deliveries, a held mail, one in quarantine, two dirty pages."""
    group = group_on(runtime.db)
    with runtime.db.write() as conn:
        mail = store_mail(conn, b"x", "", "", NOW)
        outbox = {
            "class": "letter",
            "group_id": group.id,
            "variant": "",
            "body_offset": 0,
            "head": b"",
            "message_id": "",
            "created_at": NOW,
        }
        made = conn.execute(insert(outbox_mails).values(outbox).returning(outbox_mails.c.id))
        letter = made.scalar_one()
        for number, state in enumerate(("pending", "sent", "sent")):
            conn.execute(
                insert(deliveries).values(
                    outbox_mail_id=letter,
                    recipient=f"{number}@x.example",
                    envelope_from="",
                    state=state,
                    not_before=NOW,
                    created_at=NOW,
                )
            )
        conn.execute(
            insert(holds).values(
                group_id=group.id,
                mail_id=mail,
                message_id="",
                digest="",
                sender="",
                subject="",
                reason="",
                state="waiting",
                held_at=NOW,
            )
        )
        conn.execute(
            insert(quarantine).values(
                mail_id=mail, envelope_id="e", recipient="", error="", state="waiting", at=NOW
            )
        )
        for ref in ("1", "2"):
            conn.execute(
                insert(dirty_pages).values(
                    group_id=1, kind="home", ref=ref, version=1, marked_at=NOW
                )
            )


async def figures(address: tuple[str, int]) -> dict[str, float]:
    answer = await ask(address, "/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    rows = re.findall(r"^(\w+(?:\{.*\})?) ([\d.e+-]+)$", answer.text, re.MULTILINE)
    return {name: float(value) for name, value in rows}


async def test_it_is_well_while_the_database_answers_and_mail_comes_in(runtime: Runtime) -> None:
    async with running(runtime) as address:
        answer = await ask(address, "/health")
    assert (answer.status, answer.text) == (200, "ok\n")


async def test_a_listener_that_is_down_is_told(runtime: Runtime) -> None:
    async with running(runtime, listening=False) as address:
        answer = await ask(address, "/health")
    assert answer.status == 503
    assert "listener" in answer.text


async def test_a_full_disk_is_told(runtime: Runtime) -> None:
    async with running(runtime, storing=False) as address:
        answer = await ask(address, "/health")
    assert answer.status == 503
    assert "cannot be stored" in answer.text


async def test_a_database_that_is_away_is_told_without_its_secrets(tmp_path: Path) -> None:
    url = "postgresql+psycopg://postgres:hunter2@127.0.0.1:9/none"
    runtime = runtime_on(Database(url), tmp_path)
    server = HealthServer(runtime.config.health, runtime)
    address = await server._server.start()
    answer = await ask(address, "/health")
    await server._server.stop()
    assert answer.status == 503
    assert answer.text == "the database does not answer\n"
    runtime.db.dispose()


async def test_outcomes_are_counted_from_the_start_on(runtime: Runtime) -> None:
    outcome(runtime, "posted")
    async with running(runtime) as address:
        assert (await figures(address))['dgroup_mails_total{outcome="posted"}'] == 0
        for event in ("posted", "posted", "held", "left"):
            outcome(runtime, event)
        told = await figures(address)
        assert told['dgroup_mails_total{outcome="posted"}'] == 2
        assert told['dgroup_mails_total{outcome="held"}'] == 1
        assert not any("left" in name for name in told)
        outcome(runtime, "posted")
        assert (await figures(address))['dgroup_mails_total{outcome="posted"}'] == 3


async def test_what_waits_is_told(runtime: Runtime) -> None:
    work(runtime)
    async with running(runtime) as address:
        told = await figures(address)
    assert told["dgroup_queue_depth"] == 1
    assert told['dgroup_deliveries{state="sent"}'] == 2
    assert told["dgroup_held_mails"] == 1
    assert told["dgroup_quarantine_mails"] == 1
    assert told["dgroup_dirty_pages"] == 2
    assert told["process_resident_memory_bytes"] > 0


async def test_figures_fail_with_the_database_and_not_without(
    sqlite_database: Database, tmp_path: Path
) -> None:
    runtime = runtime_on(sqlite_database, tmp_path)
    async with running(runtime) as address:
        with runtime.db.write() as conn:
            conn.execute(text("ALTER TABLE holds RENAME TO gone"))
        assert (await ask(address, "/metrics")).status == 503

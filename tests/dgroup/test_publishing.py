"""Pages behind the service: a burst is written once, an error does not end it, the end is soon."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from archive.db import Database
from archive.dirty import any_dirty, claim_dirty
from archive.importer import import_mails
from archive.model import ArchiveMode, PageKind
from dgroup import config as settings
from dgroup import groups
from dgroup.publishing import PublishTask
from dgroup.runtime import Runtime
from tests.dgroup.chores.test_weekly import post
from tests.dgroup.running import DOMAIN, NOW, group_on, runtime_on
from tests.parts import wait_until


@pytest.fixture
def runtime(sqlite_database: Database, tmp_path: Path) -> Runtime:
    """A store with a group of a few posts whose pages are all dirty."""
    made = runtime_on(sqlite_database, tmp_path)
    group = group_on(sqlite_database)
    mails = [post(n, NOW - timedelta(days=n)) for n in range(5)]
    import_mails(sqlite_database, group.info, mails, now=NOW)
    soon = settings.Scheduler(publish_debounce_s=0.01)
    return replace(made, config=replace(made.config, scheduler=soon))


def waits(runtime: Runtime) -> bool:
    """Whether pages are still marked."""
    with runtime.db.read() as conn:
        return any_dirty(conn, tuple(PageKind))


def task_on(runtime: Runtime) -> PublishTask:
    """A task with a clock that stands."""
    return PublishTask(runtime, lambda: NOW, "node")


async def test_a_sweep_writes_everything_and_indexes(runtime: Runtime) -> None:
    await task_on(runtime).sweep()
    assert not waits(runtime)
    assert (runtime.config.public_path / "water" / "mbox").is_dir()


async def test_an_archive_that_is_opened_again_comes_back_with_the_sweep(runtime: Runtime) -> None:
    """By whatever changed it, and though nobody asked for a rebuild."""
    task = task_on(runtime)
    await task.sweep()
    root = runtime.config.public_path / "water"
    left = before = {path for path in root.rglob("*") if path.is_file()}
    for mode in (ArchiveMode.MEMBERS, ArchiveMode.PUBLIC):
        with runtime.db.write() as conn:
            group = groups.find(conn, "water", DOMAIN)
            assert group is not None
            groups.change(runtime.db, conn, group, {"archive": mode}, NOW)
        await task.sweep()
        left = {path for path in root.rglob("*") if path.is_file()}
        if mode is ArchiveMode.MEMBERS:
            assert {path.name for path in left} <= {"index.html", "index.html.gz"}
            assert "members only" in (root / "index.html").read_text()
    assert left == before


async def test_the_nightly_verify_keeps_brotli_twins(runtime: Runtime) -> None:
    said = await task_on(runtime).verify()
    assert " twins=" in said
    assert " twins=0" not in said
    assert (runtime.config.public_path / "water" / "index.html.br").exists()


async def test_woken_it_writes_what_readers_wait_for(runtime: Runtime) -> None:
    task = task_on(runtime)
    running = asyncio.create_task(task.run())
    task.wake()
    home = runtime.config.public_path / "water" / "index.html"
    await asyncio.to_thread(wait_until, home.exists, "the group's page")
    await task.stop()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_disk_that_refuses_leaves_the_pages_marked(
    runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    public = runtime.config.public_path
    shutil.rmtree(public, ignore_errors=True)
    public.write_text("a file where the folder should be")
    task = task_on(runtime)
    await task.sweep()
    assert waits(runtime)
    assert caplog.records
    public.unlink()
    later = PublishTask(runtime, lambda: NOW + timedelta(hours=1), "node")
    await later.sweep()
    assert not waits(runtime)


async def test_after_the_end_nothing_more_is_written(runtime: Runtime) -> None:
    task = task_on(runtime)
    await task.stop()
    await task.sweep()
    assert await task.verify() == "not finished"
    assert waits(runtime)


async def test_the_next_start_takes_back_what_a_crash_had_begun(runtime: Runtime) -> None:
    task = task_on(runtime)
    with runtime.db.write() as conn:
        claim_dirty(runtime.db, conn, 1000, "node", NOW, timedelta(minutes=2))
    await task.sweep()
    assert waits(runtime)  # they are claimed
    task.take_back()
    await task.sweep()
    assert not waits(runtime)


async def test_verify_tells_what_it_found(runtime: Runtime) -> None:
    task = task_on(runtime)
    await task.sweep()
    assert "healed=0 removed=0" in await task.verify()
    (runtime.config.public_path / "water" / "stray.html").write_text("x")
    assert "healed=0 removed=1" in await task.verify()

"""A whole group at once: its archive is closed, opened again, or what stands on each page changes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from archive import dirty, pages
from archive.db import Database
from archive.model import ArchiveMode, GroupInfo
from archive.publish import Publisher, Tally
from archive.readers import get_group
from archive.tables import groups
from tests.archive.seeds import (
    NOW,
    add_raw,
    files_of,
    now,
    publisher,
    raw_mails,
    seed_group,
    stored_seeds,
    waiting,
)

_LATER = (
    b"From: Ana <ana@ngo.example>\r\nSubject: While it was closed\r\n"
    b"Message-ID: <later@ngo.example>\r\nDate: Thu, 30 Apr 2026 10:00:00 +0000\r\n\r\nHello.\r\n"
)


def _set_archive(db: Database, group: GroupInfo, mode: ArchiveMode) -> GroupInfo:
    with db.write() as conn:
        conn.execute(update(groups).where(groups.c.id == group.id).values(archive=mode.value))
        dirty.mark(conn, db, pages.whole_group(group.id), NOW)
        return get_group(conn, group.name)


def test_a_group_that_closes_leaves_one_explaining_page(
    sqlite_database: Database, tmp_path: Path
) -> None:
    group = stored_seeds(sqlite_database)
    root = tmp_path / "public"
    one = publisher(sqlite_database, root)
    one.verify([group], now)
    before = files_of(root)
    closed = _set_archive(sqlite_database, group, ArchiveMode.MEMBERS)
    one.drain(now, slow=False)  # what goes is not left to the sweep
    left = files_of(root / "seeds")
    assert set(left) <= {"index.html", "index.html.gz"}
    page = left["index.html"].decode()
    assert "members only" in page
    assert "Silva" not in page
    one.rebuild_site()
    assert b"Seed savers" not in (root / "index.html").read_bytes()
    assert "seeds" not in (root / "sitemap.xml").read_text()
    add_raw(sqlite_database, closed, _LATER)
    one.drain(now)
    _set_archive(sqlite_database, closed, ArchiveMode.PUBLIC)
    assert waiting(sqlite_database) == 3
    one.drain(now)
    assert waiting(sqlite_database) == 0
    assert before.keys() < files_of(root).keys()
    clean = publisher(sqlite_database, tmp_path / "clean")
    clean.verify([group], now)
    assert files_of(root) == files_of(tmp_path / "clean")


def test_a_group_that_closes_while_it_is_rebuilt_stays_closed(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.publish.JOB_POSTS", 1)
    group = stored_seeds(sqlite_database)
    one = publisher(sqlite_database, tmp_path / "public")
    other = publisher(sqlite_database, tmp_path / "public")
    jobs: list[int] = []

    def close_it(files: int) -> None:
        if not jobs:
            _set_archive(sqlite_database, group, ArchiveMode.MEMBERS)
            other.drain(now)
        jobs.append(files)

    one.rebuild(group, progress=close_it)
    assert len(jobs) > 3
    assert set(files_of(tmp_path / "public/seeds")) <= {"index.html", "index.html.gz"}


def test_a_rebuild_that_is_broken_off_comes_again(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.publish.JOB_POSTS", 1)
    group = stored_seeds(sqlite_database)
    one = publisher(sqlite_database, tmp_path / "public")
    one.drain(now)
    _set_archive(sqlite_database, group, ArchiveMode.PUBLIC)
    times = iter([NOW] * 6)
    with pytest.raises(StopIteration):
        one.drain(lambda: next(times))
    assert waiting(sqlite_database) == 1
    one.drain(lambda: NOW + timedelta(minutes=5))
    assert waiting(sqlite_database) == 0


def test_a_group_that_cannot_be_rebuilt_does_not_stop_the_others(
    sqlite_database: Database,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad = stored_seeds(sqlite_database)
    good = seed_group(sqlite_database, name="wells")
    root = tmp_path / "public"
    one = publisher(sqlite_database, root)
    one.drain(now)
    for group in (bad, good):
        _set_archive(sqlite_database, group, ArchiveMode.PUBLIC)
    rebuild = Publisher.rebuild

    def fail(self: Publisher, group: GroupInfo, **more: object) -> Tally:
        if group.id == bad.id:
            raise RuntimeError("a bad page")
        return rebuild(self, group, **more)  # type: ignore[arg-type]  # passed on as given

    monkeypatch.setattr(Publisher, "rebuild", fail)
    one.drain(now)
    assert "['seeds'] could not be rebuilt" in caplog.text
    assert (root / "wells/feed.atom").exists()
    assert waiting(sqlite_database) == 1


def test_nothing_of_a_members_archive_is_ever_written(
    sqlite_database: Database, tmp_path: Path
) -> None:
    group = seed_group(sqlite_database, archive=ArchiveMode.MEMBERS)
    add_raw(sqlite_database, group, *raw_mails())
    one = publisher(sqlite_database, tmp_path / "public")
    one.drain(now)
    one.verify([group], now)
    assert set(files_of(tmp_path / "public/seeds")) <= {"index.html", "index.html.gz"}
    assert waiting(sqlite_database) == 0

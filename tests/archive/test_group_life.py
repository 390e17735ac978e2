"""Pages through a group's life: another name, which the old links lead to, and the day it was closed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, update

from archive import dirty, pages
from archive.db import Database
from archive.model import GroupInfo
from archive.publicdir import PublicDir
from archive.readers import former_names, get_group
from archive.tables import group_names, groups
from tests.archive.seeds import NOW, files_of, now, publisher, stored_seeds


def _rename(db: Database, group: GroupInfo, name: str) -> GroupInfo:
    """What the live service does (dgroup.groups.rename)."""
    with db.write() as conn:
        conn.execute(delete(group_names).where(group_names.c.name == name))
        conn.execute(update(groups).where(groups.c.id == group.id).values(name=name))
        conn.execute(insert(group_names).values(name=group.name, group_id=group.id))
        dirty.mark(conn, db, pages.whole_group(group.id), NOW)
        return get_group(conn, name)


@pytest.mark.parametrize("slow", [True, False])
def test_every_old_address_shows_its_page_and_a_clean_tree_is_the_same(
    sqlite_database: Database, tmp_path: Path, slow: bool
) -> None:
    group = stored_seeds(sqlite_database)
    root = tmp_path / "public"
    one = publisher(sqlite_database, root)
    one.drain(now)
    before = set(files_of(root / "seeds"))
    renamed = _rename(sqlite_database, group, "grain")
    one.drain(now, slow=slow)  # a quick drain moves what is there; the sweep writes it anew
    assert (root / "seeds").is_symlink()
    assert {path for path in before if (root / "seeds" / path).exists()} == before
    one.drain(now)
    home = (root / "seeds" / "index.html").read_text()
    assert "grain-join@" in home
    assert "seeds-join@" not in home
    clean = tmp_path / "clean"
    publisher(sqlite_database, clean).verify([renamed], now)
    assert files_of(root / "grain") == files_of(clean / "grain")
    assert publisher(sqlite_database, root).verify([renamed], now).changed == []


def test_names_can_come_back_and_chains_end_at_the_last(
    sqlite_database: Database, tmp_path: Path
) -> None:
    group = stored_seeds(sqlite_database)
    root = tmp_path / "public"
    one = publisher(sqlite_database, root)
    one.drain(now)
    for name in ("grain", "crops", "seeds"):
        group = _rename(sqlite_database, group, name)
        one.drain(now)
        with sqlite_database.read() as conn:
            former = former_names(conn, {group.id})
        assert {other.name for other in root.iterdir() if other.is_symlink()} == set(former)
        for other in (*former, name):
            assert "Seed savers" in (root / other / "index.html").read_text()
            assert (root / other).resolve() == root / name
    assert one.verify([group], now).changed == []


def test_a_tree_that_is_begun_under_the_new_name_wins(tmp_path: Path) -> None:
    folder = PublicDir(tmp_path)
    for name in ("seeds", "grain"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.html").write_text(name)
    for _ in range(2):
        folder.lead("seeds", "grain")
        assert (tmp_path / "seeds" / "index.html").read_text() == "grain"


def test_pages_of_a_closed_group_say_so_and_offer_no_answer(
    sqlite_database: Database, tmp_path: Path
) -> None:
    group = stored_seeds(sqlite_database)
    one = publisher(sqlite_database, tmp_path)
    one.drain(now)
    assert b"mailto:seeds-join@" in (tmp_path / "seeds" / "index.html").read_bytes()
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    with sqlite_database.write() as conn:
        mine = update(groups).where(groups.c.id == group.id)
        conn.execute(mine.values(closed_at=late, timezone="Africa/Harare"))
        dirty.mark(conn, sqlite_database, pages.whole_group(group.id), NOW)
    one.drain(now)
    texts = {path: path.read_text() for path in tmp_path.rglob("seeds/**/*.html")}
    assert len(texts) > 10
    for text in texts.values():
        assert "Closed on 1 July 2026" in text  # the day in the group's own zone
        assert "seeds-join@" not in text
        assert "mailto:seeds+re-" not in text
    assert "It takes no more messages" in (tmp_path / "seeds" / "index.html").read_text()

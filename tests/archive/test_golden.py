"""Whole pages, byte for byte, as a reader gets them; `DGROUP_GOLDEN=write` writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archive.db import Database
from archive.publish import Publisher, Setting
from tests.archive.seeds import SITE, files_of, now, stored_seeds
from tests.archive.weeks import store_week

_GOLDEN = Path(__file__).resolve().parent / "golden"
_DATA = Path(__file__).resolve().parents[1] / "data"
_PAGES = (
    "seeds/index.html",
    "seeds/2026/03/index.html",
    "seeds/2026/03/saving-bean-seed.html",
    "seeds/m/dp/dpnccwnzr7lxzdtm.html",
    "seeds/m/dp/dpnccwnzr7lxzdtm.txt",
)
_ONCE = (
    "index.html",
    "robots.txt",
    "sitemap.xml",
    "seeds/sitemap-2026-03.xml",
    "seeds/feed.atom",
    "seeds/feed.json",
    "seeds/2026/index.html",
    "seeds/files/2026.html",
    "seeds/links/2026.html",
    "seeds/week/2026-W10.html",
)


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_pages_are_what_they_were(sqlite_database: Database, tmp_path: Path, language: str) -> None:
    group = stored_seeds(sqlite_database, language=language)
    store_week(sqlite_database, group)
    Publisher(sqlite_database, Setting(SITE, tmp_path / "public", _DATA)).verify([group], now)
    made = files_of(tmp_path / "public")
    wanted = _PAGES + (_ONCE if language == "en" else ())
    for path in wanted:
        golden = _GOLDEN / language / path
        if os.environ.get("DGROUP_GOLDEN") == "write":
            golden.parent.mkdir(parents=True, exist_ok=True)
            golden.write_bytes(made[path])
        assert made[path].decode() == golden.read_bytes().decode(), path

"""Brotli twins: made at night, never of another text than their page's, gone with it."""

from __future__ import annotations

import os
from pathlib import Path

import brotli
import pytest

from archive.publicdir import PathSet, PublicDir, Tally
from archive.twins import keep_twins

LONG = b"<p>many words about wells</p>\n" * 60


@pytest.fixture
def folder(tmp_path: Path) -> PublicDir:
    """A tree with a page of each kind and some that need no twin."""
    made = PublicDir(tmp_path / "public")
    for name in ("index.html", "style.css", "g/feed.atom", "g/feed.json", "g/sitemap-2026-03.xml"):
        made.put(name, LONG, Tally())
    made.put("g/short.html", b"<p>short</p>", Tally())
    made.put("g/m/ab/one.txt", LONG, Tally())
    made.put("g/mbox/2026-03.mbox.gz", LONG, Tally())
    return made


def twins(folder: PublicDir) -> list[str]:
    return sorted(str(path.relative_to(folder.root)) for path in folder.root.rglob("*.br*"))


def test_pages_of_a_kilobyte_and_more_get_one(folder: PublicDir) -> None:
    assert keep_twins(folder) == 5
    assert twins(folder) == [
        "g/feed.atom.br",
        "g/feed.json.br",
        "g/sitemap-2026-03.xml.br",
        "index.html.br",
        "style.css.br",
    ]
    assert brotli.decompress((folder.root / "index.html.br").read_bytes()) == LONG
    assert keep_twins(folder) == 0


def test_a_changed_page_loses_it_at_once_and_gets_another_at_night(folder: PublicDir) -> None:
    keep_twins(folder)
    folder.put("index.html", LONG + b"more", Tally())
    assert "index.html.br" not in twins(folder)
    folder.put("style.css", LONG, Tally())
    assert "style.css.br" in twins(folder)
    assert keep_twins(folder) == 1
    assert brotli.decompress((folder.root / "index.html.br").read_bytes()) == LONG + b"more"


def test_a_twin_of_another_time_is_made_again(folder: PublicDir) -> None:
    """As after a copy of the tree, or a page that somebody wrote by hand."""
    keep_twins(folder)
    page = folder.root / "g/feed.atom"
    page.write_bytes(LONG[::-1])
    os.utime(page, ns=(1, 1))
    assert keep_twins(folder) == 1
    assert brotli.decompress(page.with_name("feed.atom.br").read_bytes()) == LONG[::-1]


def test_a_page_that_changes_while_it_is_compressed_gets_none(
    folder: PublicDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = brotli.compress

    def slowly(data: bytes, **options: object) -> bytes:
        folder.put("index.html", LONG + b"meanwhile", Tally())
        return bytes(pack(data, **options))

    monkeypatch.setattr("archive.twins.brotli.compress", slowly)
    keep_twins(folder)
    assert not [name for name in twins(folder) if name.startswith("index.html")]


def test_a_group_that_is_closed_meanwhile_does_not_end_the_night(
    folder: PublicDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = brotli.compress

    def slowly(data: bytes, **options: object) -> bytes:
        if b"by key" in data:
            folder.sweep("g", PathSet(), Tally())
        return bytes(pack(data, **options))

    folder.put("g/m/ab/one.html", LONG + b"by key", Tally())
    monkeypatch.setattr("archive.twins.brotli.compress", slowly)
    keep_twins(folder)
    assert twins(folder) == ["index.html.br", "style.css.br"]


def test_it_goes_with_its_page(folder: PublicDir) -> None:
    keep_twins(folder)
    folder.remove("g/feed.atom", Tally())
    expected = PathSet()
    expected.add("g/feed.json")
    folder.sweep("g", expected, Tally())
    (folder.root / "index.html").unlink()
    assert keep_twins(folder) == 0
    assert twins(folder) == ["g/feed.json.br", "style.css.br"]


def test_the_work_can_be_ended(folder: PublicDir) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keep_twins(folder, stop)
    assert twins(folder) == []

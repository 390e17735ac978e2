"""archive.pagewriter: views to files, attachments, closed groups."""

from __future__ import annotations

from pathlib import Path

from archive.db import Database
from archive.frames import Place
from archive.model import GroupInfo, PageKey, PageKind
from archive.pagewriter import PageWriter, Setting, close, write_page
from archive.publicdir import PathSet
from archive.takedown import remove_post
from tests.archive.seeds import NOW, SITE, files_of, stored_seeds

GUIDE = "mgfvxcblbneefbmh"
_PLACE = f"seeds/m/mg/{GUIDE}"


def _write(
    db: Database, writer: PageWriter, group: GroupInfo, kind: PageKind, ref: str = ""
) -> None:
    with db.read() as conn:
        write_page(writer, conn, Place(SITE, group), PageKey(group.id, kind, ref))


def _writer(folder: Path) -> PageWriter:
    return PageWriter.of(Setting(SITE, folder, compress=False))


def test_a_post_comes_with_its_text_and_the_attachments_that_are_safe(
    database: Database, tmp_path: Path
) -> None:
    group = stored_seeds(database)
    _write(database, _writer(tmp_path / "public"), group, PageKind.MESSAGE, GUIDE)
    files = files_of(tmp_path / "public")
    assert set(files) == {
        f"{_PLACE}.html",
        f"{_PLACE}.txt",
        f"{_PLACE}-1-guia-de-semillas.pdf",
        f"{_PLACE}-4-run-me-sh.bin",
    }
    assert files[f"{_PLACE}-1-guia-de-semillas.pdf"].startswith(b"%PDF-1.4\n")
    assert files[f"{_PLACE}-4-run-me-sh.bin"].strip() == b"echo hello"


def test_attachments_are_decoded_once_and_again_when_one_is_damaged(
    database: Database, tmp_path: Path
) -> None:
    group = stored_seeds(database)
    writer = _writer(tmp_path / "public")
    _write(database, writer, group, PageKind.MESSAGE, GUIDE)
    pdf = tmp_path / "public" / f"{_PLACE}-1-guia-de-semillas.pdf"
    whole = pdf.read_bytes()
    _write(database, writer, group, PageKind.MESSAGE, GUIDE)
    assert (writer.tally.written, writer.tally.unchanged) == (4, 4)
    pdf.write_bytes(b"half")
    _write(database, writer, group, PageKind.MESSAGE, GUIDE)
    assert pdf.read_bytes() == whole


def test_a_removed_post_takes_its_attachments_along(database: Database, tmp_path: Path) -> None:
    group = stored_seeds(database)
    writer = _writer(tmp_path / "public")
    _write(database, writer, group, PageKind.MESSAGE, GUIDE)
    with database.write() as conn:
        remove_post(database, conn, group, GUIDE, NOW)
    _write(database, writer, group, PageKind.MESSAGE, GUIDE)
    files = files_of(tmp_path / "public")
    assert set(files) == {f"{_PLACE}.html", f"{_PLACE}.txt"}
    assert b"cooperativa" not in b"".join(files.values())


def test_a_list_that_became_empty_loses_its_page(database: Database, tmp_path: Path) -> None:
    group = stored_seeds(database)
    writer = _writer(tmp_path / "public")
    _write(database, writer, group, PageKind.FILES, "2026")
    assert (tmp_path / "public/seeds/files/2026.html").exists()
    with database.write() as conn:
        remove_post(database, conn, group, GUIDE, NOW)
    _write(database, writer, group, PageKind.FILES, "2026")
    assert not (tmp_path / "public/seeds/files/2026.html").exists()
    (tmp_path / "public/seeds/2026/03").mkdir(parents=True)
    (tmp_path / "public/seeds/2026/03/index.2.html").write_text("from busier days")
    _write(database, writer, group, PageKind.MONTH, "2026-03")
    assert not (tmp_path / "public/seeds/2026/03/index.2.html").exists()


def test_a_writer_tells_which_paths_belong_to_the_tree(database: Database, tmp_path: Path) -> None:
    group = stored_seeds(database)
    writer = _writer(tmp_path / "public")
    writer.seen = PathSet()
    _write(database, writer, group, PageKind.MESSAGE, GUIDE)
    assert all(path in writer.seen for path in files_of(tmp_path / "public"))
    assert "seeds/index.html" not in writer.seen


def test_closing_leaves_one_page(database: Database, tmp_path: Path) -> None:
    group = stored_seeds(database)
    writer = _writer(tmp_path / "public")
    for kind in (PageKind.HOME, PageKind.YEAR):
        _write(database, writer, group, kind, "2026")
    with database.read() as conn:
        close(writer, conn, Place(SITE, group))
    assert set(files_of(tmp_path / "public")) == {"seeds/index.html"}

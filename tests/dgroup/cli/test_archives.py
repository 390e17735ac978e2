"""`dgroup import | render | summary`: an old archive becomes pages that can be read."""

from __future__ import annotations

import gzip
import re
from itertools import islice
from pathlib import Path

import pytest

from archive.mbox import open_archive, write
from tests.corpus import corpus_path
from tests.dgroup.cli.commandline import NOW, Folder, letter

_HREF = re.compile(r'(?:href|src)="([^"#?]+)')


def _mbox(path: Path, count: int = 3) -> Path:
    mails = [
        letter("Ben Osei <ben@ngo.example>", "Pumps", f"Mail number {n}.", f"p{n}@ngo.example")
        for n in range(count)
    ]
    path.write_text(
        "".join(f"From ben@ngo.example Mon Mar 23 12:00:00 2026\n{mail}\n" for mail in mails)
    )
    return path


@pytest.fixture
def water(folder: Folder) -> Folder:
    """A folder with the group `water`."""
    return folder.with_group()


def broken_links(public: Path) -> list[str]:
    """Relative links of pages to files that are not there."""
    broken = []
    for page in public.rglob("*.html"):
        for href in _HREF.findall(page.read_text("utf-8")):
            if ":" in href or href.startswith("//"):
                continue
            target = (page.parent / href).resolve()
            if not (target / "index.html" if target.is_dir() else target).is_file():
                broken.append(f"{page.relative_to(public)}: {href}")
    # What the service answers itself is no file.
    return [link for link in broken if "/_/" not in link]


def test_an_imported_archive_can_be_browsed_at_once(water: Folder) -> None:
    _mbox(water.path / "old.mbox")
    said = water.done("import", "water", "old.mbox")
    assert "3 mails read, 3 new, 0 were there." in said
    public = water.path / "data" / "public"
    assert "Pumps" in (public / "water" / "index.html").read_text("utf-8")
    assert len(list((public / "water" / "m").rglob("*.html"))) == 3
    assert broken_links(public) == []


def test_the_second_import_finds_everything_there(water: Folder) -> None:
    _mbox(water.path / "old.mbox")
    water.done("import", "water", "old.mbox")
    said = water.done("import", "water", "old.mbox")
    assert "3 mails read, 0 new, 3 were there." in said
    assert "0 files written" in said


def test_pages_can_be_left_to_render(water: Folder) -> None:
    _mbox(water.path / "old.mbox")
    water.done("import", "water", "old.mbox", "--no-pages")
    public = water.path / "data" / "public"
    assert not (public / "water" / "m").exists()
    water.done("render")
    assert len(list((public / "water" / "m").rglob("*.html"))) == 3


def test_render_all_heals_and_removes_strays(water: Folder) -> None:
    _mbox(water.path / "old.mbox")
    water.done("import", "water", "old.mbox")
    public = water.path / "data" / "public"
    home, stray = public / "water" / "index.html", public / "water" / "stray.html"
    good = home.read_bytes()
    home.write_text("spoilt")
    stray.write_text("nobody's")
    assert "1 written, 1 removed" in water.done("render", "--all")
    assert home.read_bytes() == good
    assert not stray.exists()


def test_a_gzip_a_maildir_and_a_folder_of_mails_can_be_imported(water: Folder) -> None:
    plain = _mbox(water.path / "old.mbox", 1)
    with gzip.open(water.path / "old.mbox.gz", "wb") as file:
        file.write(plain.read_bytes())
    assert "1 new" in water.done("import", "water", "old.mbox.gz")
    for place, name in (("box/cur", "1700000000.a:2,S"), ("mails", "b.eml")):
        (water.path / place).mkdir(parents=True)
        mail = letter(
            "ben@ngo.example", "Wells", "Deep.", f"{name[-5:]}@x.example".replace(":", "")
        )
        (water.path / place / name).write_text(mail)
    (water.path / "box" / "new").mkdir()
    assert "1 new" in water.done("import", "water", "box")
    assert "1 new" in water.done("import", "water", "mails")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.txt", b"just some text\n"),
        (
            "cut.mbox.gz",
            gzip.compress(b"From a@b.example Mon Mar 23 12:00:00 2026\n" * 9, mtime=0)[:40],
        ),
        ("image.png", b"\x89PNG\r\n\x1a\n\x00\x00"),
    ],
)
def test_what_is_no_archive_is_told_in_a_line(water: Folder, name: str, content: bytes) -> None:
    (water.path / name).write_bytes(content)
    said = water.refused("import", "water", name)
    assert name in said
    assert said.count("\n") == 1


def test_an_empty_archive_is_no_mistake(water: Folder) -> None:
    (water.path / "empty.mbox").touch()
    assert "0 mails read" in water.done("import", "water", "empty.mbox")


def test_a_folder_without_mails_is_told(water: Folder) -> None:
    (water.path / "photos").mkdir()
    assert "neither a maildir nor" in water.refused("import", "water", "photos")


def test_a_real_list_becomes_pages_without_a_broken_link(water: Folder) -> None:
    source = corpus_path("lists", "ksummit-discuss.mbox.gz")
    with (water.path / "real.mbox").open("wb") as file:
        for mail in islice(open_archive(source), 150):
            write(file, mail.raw, "", mail.from_line_date or NOW)
    assert "150 mails read, 150 new" in water.done("import", "water", "real.mbox")
    assert broken_links(water.path / "data" / "public") == []


def test_a_summary_is_printed_in_each_language(water: Folder) -> None:
    ask = "Who has mended a rope pump with local parts?"
    water.mail_comes(letter("Awa <awa@ong.example>", "Rope pumps", ask), "awa@ong.example")
    words = {"en": "Week 13:", "fr": "Semaine 13 :", "es": "Semana 13:", "pt": "Semana 13:"}
    for language, week in words.items():
        said = water.done("summary", "water", "--week", "2026-W13", "--language", language)
        assert said.startswith(f"Subject: [water] {week} Rope pumps (1 ")
        assert ask in said
    assert "Week 13" in water.done("summary", "water@localhost", "--week", "2026-w13")


@pytest.mark.parametrize("week", ["2026-13", "2026-W60", "W12", "last", "2026-W", "99999-W01"])
def test_a_week_that_is_none_is_wrong_use(water: Folder, week: str) -> None:
    said = water.refused("summary", "water", "--week", week, code=2)
    assert f"--week: '{week}' is not an ISO week like 2026-W12" in said


def test_a_week_without_posts_has_an_empty_summary(water: Folder) -> None:
    assert "(0 messages)" in water.done("summary", "water", "--week", "2020-W01")
    assert "(0 messages)" in water.done("summary", "water")

"""The archive used by itself: build, import, export, verify."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from archive import mbox
from archive.__main__ import main
from tests.archive.seeds import NOW, files_of, raw_mails

_ONE = ["--processes", "1"]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.mbox"
    with path.open("wb") as out:
        for raw in raw_mails():
            mbox.write(out, raw, "", NOW)
    return path


def test_an_mbox_becomes_pages_that_open_from_a_disk(source: Path, tmp_path: Path) -> None:
    words = ["build", str(source), str(tmp_path / "out"), "--name", "seeds", "--title", "Seeds"]
    assert main([*words, *_ONE]) == 0
    files = files_of(tmp_path / "out")
    assert "seeds/2026/03/saving-bean-seed.html" in files
    assert "index.html" in files
    assert not [path for path in files if path.endswith((".atom", ".xml"))]
    assert b"canonical" not in files["seeds/index.html"]
    assert b'role="search"' not in files["seeds/index.html"]


def test_with_an_address_there_are_feeds_too(source: Path, tmp_path: Path) -> None:
    words = ["build", str(source), str(tmp_path / "out"), "--base-url", "https://x.example/"]
    assert main([*words, *_ONE]) == 0
    files = files_of(tmp_path / "out")
    assert b"https://x.example/list/m/dp/dpnccwnzr7lxzdtm.html" in files["list/feed.atom"]
    assert b"Sitemap: https://x.example/sitemap.xml" in files["robots.txt"]


def test_an_export_rebuilds_the_same_archive(source: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.db", tmp_path / "second.db"
    one, two = tmp_path / "one", tmp_path / "two"
    words = ["--title", "Seeds", *_ONE]
    assert main(["import", str(first), "seeds", str(source), *words]) == 0
    out = tmp_path / "out.mbox"
    assert main(["export", str(first), "seeds", str(out)]) == 0
    facts = str(tmp_path / "out.facts.jsonl")
    assert main(["import", str(second), "seeds", str(out), "--facts", facts, *words]) == 0
    main(["verify", str(first), str(one), *_ONE])
    main(["verify", str(second), str(two), *_ONE])
    assert files_of(one) == files_of(two)


def test_verify_says_what_drifted_and_heals_it(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database, public = str(tmp_path / "a.db"), tmp_path / "public"
    assert main(["import", database, "seeds", str(source), *_ONE]) == 0
    main(["verify", database, str(public), *_ONE])
    assert main(["verify", database, str(public), *_ONE]) == 0
    (public / "seeds/index.html").write_text("drift")
    capsys.readouterr()
    assert main(["verify", database, str(public), *_ONE]) == 1
    assert capsys.readouterr().out.startswith("seeds/index.html\n")
    assert main(["verify", database, str(public), *_ONE]) == 0


def test_mistakes_are_one_line(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(tmp_path / "new.db"), "nobody", str(tmp_path / "x.mbox")]) == 1
    assert capsys.readouterr().err == "archive: there is no group 'nobody'\n"
    assert main(["build", str(tmp_path / "absent.mbox"), str(tmp_path / "out")]) == 1
    assert "absent.mbox" in capsys.readouterr().err
    facts = tmp_path / "f.jsonl"
    facts.write_text("{}\n")
    words = ["import", str(tmp_path / "b.db"), "seeds", str(source), "--facts", str(facts)]
    assert main(words) == 1
    assert "facts cannot be read" in capsys.readouterr().err


def test_it_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "archive", "--help"], check=True, capture_output=True, text=True
    )
    assert "build" in done.stdout

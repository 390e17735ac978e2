"""Files of the public tree: written only where they differ, never half."""

from __future__ import annotations

import gzip
import os
import threading
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from archive.publicdir import PathSet, PublicDir, Tally

LONG = b"<p>word</p>" * 200


def test_a_file_is_written_once_and_keeps_its_time(tmp_path: Path) -> None:
    folder, tally = PublicDir(tmp_path), Tally()
    folder.put("a/b/page.html", LONG, tally)
    os.utime(tmp_path / "a/b/page.html", (1, 1))
    folder.put("a/b/page.html", LONG, tally)
    assert (tally.written, tally.unchanged, tally.files) == (1, 1, 2)
    assert (tmp_path / "a/b/page.html").stat().st_mtime == 1
    assert sorted(path.name for path in (tmp_path / "a/b").iterdir()) == [
        "page.html",
        "page.html.gz",
    ]


def test_the_compressed_twin_follows_the_page(tmp_path: Path) -> None:
    folder, tally = PublicDir(tmp_path), Tally()
    twin = tmp_path / "page.html.gz"
    folder.put("page.html", LONG, tally)
    folder.put("page.html", LONG + b"more", tally)
    assert gzip.decompress(twin.read_bytes()) == LONG + b"more"
    twin.unlink()
    folder.put("page.html", LONG + b"more", tally)
    assert twin.exists()
    folder.put("page.html", b"short", tally)
    assert not twin.exists()


def test_without_compression_an_old_twin_goes_and_none_comes(tmp_path: Path) -> None:
    PublicDir(tmp_path).put("page.html", LONG, Tally())
    PublicDir(tmp_path, compress=False).put("page.html", LONG + b"x", Tally())
    assert not (tmp_path / "page.html.gz").exists()


def test_plain_text_and_attachments_have_no_twin(tmp_path: Path) -> None:
    folder = PublicDir(tmp_path)
    for name in ("a.txt", "a.pdf", "a.mbox.gz"):
        folder.put(name, LONG, Tally())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mbox.gz", "a.pdf", "a.txt"]


def test_a_folder_that_somebody_removed_is_made_again(tmp_path: Path) -> None:
    folder = PublicDir(tmp_path)
    folder.put("a/one.html", b"1", Tally())
    (tmp_path / "a/one.html").unlink()
    (tmp_path / "a").rmdir()
    folder.put("a/two.html", b"2", Tally())
    assert (tmp_path / "a/two.html").read_bytes() == b"2"


def test_readers_never_see_half_a_page(tmp_path: Path) -> None:
    folder, path = PublicDir(tmp_path), tmp_path / "page.html"
    pages = [bytes([65 + number]) * 200_000 for number in range(6)]
    folder.put("page.html", pages[0], Tally())
    seen: set[bytes] = set()
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.add(path.read_bytes())

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(10):
        for page in pages:
            folder.put("page.html", page, Tally())
    stop.set()
    reader.join()
    assert seen <= set(pages)


def test_a_sweep_takes_what_is_not_expected(tmp_path: Path) -> None:
    folder, tally = PublicDir(tmp_path), Tally()
    for name in ("g/a.html", "g/x/b.html", "g/m/1.mbox.gz", "other/c.html"):
        folder.put(name, LONG, Tally())
    (tmp_path / "g/a.html.123~").write_bytes(b"unfinished")
    expected = PathSet()
    expected.add("g/a.html")
    expected.add("g/m/1.mbox.gz")
    folder.sweep("g", expected, tally)
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file())
    assert left == ["g/a.html", "g/a.html.gz", "g/m/1.mbox.gz", "other/c.html", "other/c.html.gz"]
    assert sorted(tally.changed) == ["g/a.html.123~", "g/x/b.html"]
    assert not (tmp_path / "g/x").exists()
    folder.sweep("never-there", expected, tally)


def test_removing_is_quiet_about_what_is_not_there(tmp_path: Path) -> None:
    folder, tally = PublicDir(tmp_path), Tally()
    folder.remove("none.html", tally)
    folder.remove_like("none", "x-", tally)
    folder.put("m/ab/key-1-a.pdf", b"1", tally)
    folder.put("m/ab/key.html", b"1", tally)
    folder.remove_like("m/ab", "key-", tally)
    assert tally.removed == 1
    assert folder.has("m/ab/key.html", 1)
    assert not folder.has("m/ab/key.html", 2)
    assert not folder.has("m/ab/key-1-a.pdf", 1)


def test_a_report_of_drift_has_a_limit() -> None:
    tally = Tally()
    for number in range(500):
        tally.note(f"{number}.html")
    whole = Tally(written=1)
    whole.add(tally)
    assert len(whole.changed) == 100


@given(st.lists(st.text(max_size=8), max_size=30), st.lists(st.text(max_size=8), max_size=30))
def test_a_path_set_is_a_set(inside: list[str], others: list[str]) -> None:
    one, two = PathSet(), PathSet()
    for path in inside:
        one.add(path)
    two.update(one)
    assert all(path in one and path in two for path in inside)
    assert [path in two for path in others] == [path in set(inside) for path in others]


def test_exclusive_and_shared_locks(tmp_path: Path) -> None:
    first, second = PublicDir(tmp_path / "public"), PublicDir(tmp_path / "public")
    with first.lock(shared=True), second.lock(shared=True):
        assert (tmp_path / ".public.lock").exists()
    order: list[str] = []

    def other() -> None:
        with second.lock():
            order.append("second")

    with first.lock():
        waiting = threading.Thread(target=other)
        waiting.start()
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]

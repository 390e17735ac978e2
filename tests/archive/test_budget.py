"""What a page may weigh (gzip -9): the table of docs/urls.md's companion, ARCHIVE's page budget."""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import pytest

from archive import mbox
from archive.db import Database
from archive.resources import tree
from tests.archive.seeds import add_raw, files_of, publisher, seed_group, stored_seeds
from tests.corpus import corpus_path

KB = 1024
_KINDS = (
    ("message", re.compile(r"/m/../[a-z2-7]{16}\.html$")),
    ("month", re.compile(r"/\d{4}/\d\d/index(\.\d+)?\.html$")),
    ("thread", re.compile(r"/\d{4}/\d\d/[^/]+\.html$")),
    ("list", re.compile(r"(/index|/files/\d{4}|/links/\d{4})(\.\d+)?\.html$")),
    ("feed", re.compile(r"/feed\.(atom|json)$")),
)


def _weights(files: dict[str, bytes]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for path, data in files.items():
        kind = next((name for name, pattern in _KINDS if pattern.search(path)), "")
        found[kind].append(len(gzip.compress(data, 9)) / KB)
    return {kind: sorted(weights) for kind, weights in found.items()}


def _share(weights: Sequence[float], part: float) -> float:
    return weights[min(len(weights) - 1, int(len(weights) * part))]


def test_the_style_sheet_is_two_kilobytes() -> None:
    style = (tree("archive", "templates") / "site/style.css").read_bytes()
    assert len(gzip.compress(style, 9)) <= 2 * KB


def test_a_first_visit_is_sixteen_kilobytes_in_two_requests(
    sqlite_database: Database, tmp_path: Path
) -> None:
    group = stored_seeds(sqlite_database)
    publisher(sqlite_database, tmp_path).rebuild(group)
    weights = _weights(files_of(tmp_path))
    assert max(weights["message"]) <= 3
    assert max(weights["thread"]) <= 4
    assert max(weights["list"]) <= 4


@pytest.mark.parametrize(
    ("name", "first", "mails"),
    [("blinux-list", 0, 300), ("usrp-users", 300, 300), ("caml-list-2", 4000, 300)],
)
def test_pages_of_real_lists_keep_their_budget(
    sqlite_database: Database, tmp_path: Path, name: str, first: int, mails: int
) -> None:
    source = mbox.open_archive(corpus_path("lists", f"{name}.mbox.gz"))
    group = seed_group(sqlite_database)
    add_raw(sqlite_database, group, *[mail.raw for mail in islice(source, first, first + mails)])
    publisher(sqlite_database, tmp_path).rebuild(group)
    weights = _weights(files_of(tmp_path))
    assert _share(weights["message"], 0.99) <= 14
    assert _share(weights["thread"], 0.95) <= 14
    assert weights["thread"][-1] <= 60
    assert weights["month"][-1] <= 14
    assert weights["list"][-1] <= 14
    assert weights["feed"][-1] <= 30


def _mail(number: int, text: str, parent: int = 0) -> bytes:
    answers = f"In-Reply-To: <n{parent}@x.example>\r\n" if parent else ""
    return (
        f"From: Person {number % 7} <p{number % 7}@x.example>\r\nSubject: Topic\r\n"
        f"Message-ID: <n{number}@x.example>\r\n{answers}"
        f"Date: Tue, 3 Mar 2026 {number // 60:02}:{number % 60:02}:00 +0000\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    ).encode()


def test_a_pasted_log_is_cut_and_linked(sqlite_database: Database, tmp_path: Path) -> None:
    group = seed_group(sqlite_database)
    lines = "".join(
        f"{number:08x} {number * 7919 % 99991:05} ready\r\n" for number in range(30_000)
    )
    add_raw(sqlite_database, group, _mail(1, f"Look at this.\r\n\r\n{lines}"))
    publisher(sqlite_database, tmp_path).rebuild(group)
    files = files_of(tmp_path)
    page = next(data for path, data in files.items() if "/m/" in path and path.endswith(".html"))
    twin = next(data for path, data in files.items() if path.endswith(".txt"))
    assert len(page) < 100 * KB
    assert b"longer than a page shows" in page
    assert len(twin) > 600_000


def test_a_giant_thread_goes_on_in_parts_with_an_outline_of_200_rows(
    sqlite_database: Database, tmp_path: Path
) -> None:
    group = seed_group(sqlite_database)
    mails = [_mail(1, "Begin.")] + [
        _mail(number, "I agree, and one more thing.", number - 1) for number in range(2, 261)
    ]
    for at in range(0, len(mails), 60):
        add_raw(sqlite_database, group, *mails[at : at + 60])
    publisher(sqlite_database, tmp_path).rebuild(group)
    files = files_of(tmp_path / "seeds/2026/03")
    parts = [name for name in files if name.startswith("topic") and name.endswith(".html")]
    assert len(parts) == 6
    first = files["topic.html"].decode()
    assert first.count('<li class="d3">') == 197
    assert "and 60 more messages" in first
    assert first.count("<article") == 50
    assert max(len(gzip.compress(files[name], 9)) for name in parts) <= 14 * KB
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
    assert 'rel="prev"' in files["topic.6.html"].decode()
    assert 'rel="next"' not in files["topic.6.html"].decode()

"""Dirty pages to disk, rebuild, verify: the same bytes on every way."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest

from archive import dirty, mbox, store
from archive.db import Database
from archive.model import GroupInfo, PageKey, PageKind
from archive.publish import FAST, Publisher, Setting
from archive.readers import get_group
from archive.takedown import remove_post
from tests.archive.seeds import (
    NOW,
    SITE,
    add_raw,
    files_of,
    now,
    publisher,
    raw_mails,
    seed_group,
    stored_seeds,
    waiting,
)
from tests.corpus import corpus_path


def test_draining_writes_all_marked_pages_and_settles_them(
    sqlite_database: Database, tmp_path: Path
) -> None:
    stored_seeds(sqlite_database)
    tally = publisher(sqlite_database, tmp_path / "public").drain(now)
    files = files_of(tmp_path / "public")
    assert waiting(sqlite_database) == 0
    twins = [name for name in files if name.endswith(".gz") and name.removesuffix(".gz") in files]
    assert tally.written == len(files) - len(twins)
    assert "seeds/2026/03/saving-bean-seed.html" in files
    assert "seeds/index.html" in files


def test_draining_twice_changes_nothing(database: Database, tmp_path: Path) -> None:
    group = stored_seeds(database)
    one = publisher(database, tmp_path / "public")
    one.drain(now)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "public").rglob("*.html")}
    with database.write() as conn:
        dirty.mark(conn, database, [PageKey(group.id, PageKind.HOME, "")], NOW)
    tally = one.drain(now)
    after = {path: path.stat().st_mtime_ns for path in (tmp_path / "public").rglob("*.html")}
    assert (tally.written, tally.removed) == (0, 0)
    assert tally.unchanged == 1
    assert before == after


def test_a_quick_drain_leaves_the_slow_pages_for_the_sweep(
    sqlite_database: Database, tmp_path: Path
) -> None:
    stored_seeds(sqlite_database)
    one = publisher(sqlite_database, tmp_path / "public")
    one.drain(now, slow=False)
    assert not list((tmp_path / "public").rglob("*.mbox.gz"))
    with sqlite_database.read() as conn:
        assert not dirty.any_dirty(conn, FAST)
    one.drain(now)
    assert waiting(sqlite_database) == 0
    assert list((tmp_path / "public").rglob("*.mbox.gz"))


def _drained_in_pieces(
    db: Database, group: GroupInfo, raws: Sequence[bytes], folder: Path, seed: int
) -> dict[str, bytes]:
    """Mails arrive in random batches, with drains of random size between them."""
    dice = random.Random(seed)
    one = publisher(db, folder)
    left = list(raws)
    while left:
        size = dice.randint(1, max(1, len(raws) // 6))
        add_raw(db, group, *left[:size])
        del left[:size]
        if dice.random() < 0.7:
            one.drain(now, slow=dice.random() < 0.5, limit=dice.choice([1, 3, 50]))
    one.drain(now)
    return files_of(folder)


def _differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return [path for path in sorted(one | other) if one.get(path) != other.get(path)]


@pytest.mark.parametrize("seed", range(4))
def test_a_full_rebuild_gives_the_bytes_of_all_drains_before_it(
    database: Database, tmp_path: Path, seed: int
) -> None:
    group = seed_group(database)
    raws = raw_mails()
    random.Random(seed).shuffle(raws)
    drained = _drained_in_pieces(database, group, raws, tmp_path / "drained", seed)
    rebuilt = publisher(database, tmp_path / "rebuilt")
    rebuilt.rebuild_site()
    rebuilt.rebuild(group)
    assert _differing(files_of(tmp_path / "rebuilt"), drained) == []


def _mail(number: int, parent: int, day: int, month: int) -> bytes:
    answers = f"References: <n{parent}@x.example>\r\n" if parent else ""
    link = f"See https://x.example/{number}\r\n" if number % 5 == 0 else ""
    return (
        f"From: Person {number % 9} <p{number % 9}@x.example>\r\nSubject: Topic {number % 3}\r\n"
        f"Message-ID: <n{number}@x.example>\r\n{answers}"
        f"Date: {day} {'Jan Feb Mar'.split()[month]} 2026 10:{number % 60:02}:00 +0000\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\nNumber {number}.\r\n{link}"
    ).encode()


@pytest.mark.parametrize("seed", range(6))
def test_drains_equal_a_rebuild_with_parts_late_parents_and_removals(
    sqlite_database: Database, tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    group = seed_group(sqlite_database)
    one = publisher(sqlite_database, tmp_path / "drained")
    mails = []
    for number in range(1, 171):
        parent = dice.randint(max(1, number - 40), number - 1) if number > 3 else 0
        mails.append(_mail(number, parent, 1 + number % 27, number // 60))
    nearly = sorted(range(len(mails)), key=lambda at: at + dice.uniform(0, 25))
    keys: list[str] = []
    while nearly:
        now_in, nearly = nearly[: dice.randint(1, 30)], nearly[dice.randint(1, 30) :]
        added = add_raw(sqlite_database, group, *[mails[at] for at in now_in])
        keys += [one_added.post.key for one_added in added]
        if keys and dice.random() < 0.4:
            with sqlite_database.write() as conn:
                remove_post(sqlite_database, conn, group, dice.choice(keys), NOW)
        if dice.random() < 0.6:
            one.drain(now, slow=dice.random() < 0.5)
    one.drain(now)
    drained = files_of(tmp_path / "drained")
    rebuilt = publisher(sqlite_database, tmp_path / "rebuilt")
    rebuilt.rebuild_site()
    rebuilt.rebuild(group)
    assert _differing(files_of(tmp_path / "rebuilt"), drained) == []


def test_a_full_rebuild_equals_drains_on_real_mail(
    sqlite_database: Database, tmp_path: Path
) -> None:
    group = seed_group(sqlite_database, "real")
    path = corpus_path("lists", "ksummit-discuss.mbox.gz")
    raws = [message.raw for message in islice(mbox.open_archive(path), 150)]
    random.Random(5).shuffle(raws)
    drained = _drained_in_pieces(sqlite_database, group, raws, tmp_path / "drained", 5)
    rebuilt = publisher(sqlite_database, tmp_path / "rebuilt")
    rebuilt.rebuild_site()
    rebuilt.rebuild(group)
    assert _differing(files_of(tmp_path / "rebuilt"), drained) == []


def test_several_processes_write_what_one_writes(sqlite_database: Database, tmp_path: Path) -> None:
    group = seed_group(sqlite_database, "real")
    path = corpus_path("lists", "ksummit-discuss.mbox.gz")
    raws = [message.raw for message in islice(mbox.open_archive(path), 759)]
    add_raw(sqlite_database, group, *raws)
    one = publisher(sqlite_database, tmp_path / "one").rebuild(group)
    seen: list[int] = []
    two = publisher(sqlite_database, tmp_path / "two").rebuild(
        group, processes=2, progress=seen.append
    )
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")
    assert (one.written, sum(seen)) == (two.written, two.files)


def test_verify_heals_drift_and_sweeps_strays(sqlite_database: Database, tmp_path: Path) -> None:
    group = stored_seeds(sqlite_database)
    root = tmp_path / "public"
    one = publisher(sqlite_database, root)
    one.verify([group], now)
    good = files_of(root)
    home, style = root / "seeds/index.html", root / "static/style.css"
    home.write_text("edited by hand")
    style.unlink()
    (root / "seeds/2026/03/old-name.html").write_text("stray")
    (root / "seeds/2026/03/old-name.html.gz").write_bytes(b"stray")
    (root / "seeds/empty/deeper").mkdir(parents=True)
    (root / "seeds/index.html.gz").unlink()
    (root / "favicon.ico").write_bytes(b"the operator's own")
    tally = one.verify([group], now)
    assert sorted(tally.changed) == [
        "seeds/2026/03/old-name.html",
        "seeds/index.html",
        "static/style.css",
    ]
    assert (tally.written, tally.removed) == (2, 1)
    assert files_of(root) == good | {"favicon.ico": b"the operator's own"}
    assert not (root / "seeds/empty").exists()
    assert one.verify([group], now).changed == []


def test_a_page_marked_again_while_it_is_written_stays_dirty(
    sqlite_database: Database, tmp_path: Path
) -> None:
    group = stored_seeds(sqlite_database)
    key = PageKey(group.id, PageKind.HOME, "")
    one = publisher(sqlite_database, tmp_path / "public")
    one.drain(now)
    with sqlite_database.write() as conn:
        dirty.mark(conn, sqlite_database, [key], NOW)
    with sqlite_database.write() as conn:
        claimed = dirty.claim_dirty(sqlite_database, conn, 9, "other", NOW, timedelta(0))
        dirty.mark(conn, sqlite_database, [key], NOW)
    dirty.settle_all(sqlite_database, claimed)
    assert waiting(sqlite_database) == 1
    one.drain(now)
    assert waiting(sqlite_database) == 0


_CRASH = """
import os, sys
from pathlib import Path
from archive.db import Database
from archive.publish import Publisher, Setting
from archive import publicdir
from tests.archive.seeds import SITE, now
url, folder, after = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
count = 0
replace = os.replace
def dying(*names):
    global count
    count += 1
    if count > after:
        os._exit(9)
    replace(*names)
os.replace = dying
Publisher(Database(url), Setting(SITE, folder)).drain(now)
"""


@pytest.mark.parametrize("after", [0, 1, 7, 30])
def test_a_crash_in_the_middle_loses_no_page(
    sqlite_database: Database, sqlite_url: str, tmp_path: Path, after: int
) -> None:
    group = stored_seeds(sqlite_database)
    root = tmp_path / "public"
    died = subprocess.run(
        [sys.executable, "-c", _CRASH, sqlite_url, str(root), str(after)],
        check=False,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert died.returncode == 9
    assert waiting(sqlite_database) > 0
    later = NOW + timedelta(minutes=5)  # the dead process's lease is over
    publisher(sqlite_database, root).drain(lambda: later)
    assert waiting(sqlite_database) == 0
    clean = publisher(sqlite_database, tmp_path / "clean")
    clean.rebuild_site()
    clean.rebuild(group)
    found = {name: data for name, data in files_of(root).items() if not name.endswith("~")}
    assert found == files_of(tmp_path / "clean")


def test_a_page_that_cannot_be_made_does_not_stop_the_others(
    sqlite_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    group = stored_seeds(sqlite_database)
    bad = PageKey(group.id, PageKind.MONTH, "no month")
    with sqlite_database.write() as conn:
        dirty.mark(conn, sqlite_database, [bad], NOW)
    publisher(sqlite_database, tmp_path / "public").drain(now)
    assert "no month" in caplog.text
    assert waiting(sqlite_database) == 1
    assert (tmp_path / "public/seeds/index.html").exists()


def test_a_rebuild_without_sweep_leaves_other_files(
    sqlite_database: Database, tmp_path: Path
) -> None:
    group = stored_seeds(sqlite_database)
    root = tmp_path / "public"
    (root / "seeds").mkdir(parents=True)
    (root / "seeds/stray.html").write_text("stray")
    publisher(sqlite_database, root).rebuild(group, sweep=False)
    assert (root / "seeds/stray.html").exists()
    assert waiting(sqlite_database) == 1  # the host's front page is not the group's


def test_two_publishers_share_the_work(sqlite_database: Database, tmp_path: Path) -> None:
    group = stored_seeds(sqlite_database)
    first = Publisher(sqlite_database, Setting(SITE, tmp_path / "public"), "first")
    second = Publisher(sqlite_database, Setting(SITE, tmp_path / "public"), "second")
    first.drain(now, limit=3)
    second.drain(now)
    assert waiting(sqlite_database) == 0
    assert store.get_group is get_group
    before = files_of(tmp_path / "public")
    first.rebuild(group)
    assert files_of(tmp_path / "public") == before

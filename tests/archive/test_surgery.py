"""What coordinators do to threads, and what readers, later mails and undo find afterwards."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select

from archive import exchange, mbox, store, surgery
from archive.db import Database
from archive.errors import CannotMove, NotFound
from archive.model import GroupInfo, PageKey, PageKind, Post
from archive.tables import dirty_pages, posts, threads
from archive.takedown import remove_post
from tests.archive.made import after, mail
from tests.archive.seeds import files_of, now, publisher, stored_seeds
from tests.archive.storing import add, make_group
from tests.stores import new_store

LATER = after(600)


def _talk(db: Database) -> tuple[GroupInfo, dict[str, Post]]:
    """A question, two answers, and another matter below the second answer."""
    group = make_group(db)
    added = add(
        db,
        group,
        (mail("q", subject="Bean seed"), 0),
        (mail("a", "q", subject="Re: Bean seed", author="Bo Lund"), 1),
        (mail("b", "q", subject="Re: Bean seed", author="Chi Mwale"), 2),
        (mail("x", "q", "b", subject="Re: Bean seed"), 3),
        (mail("y", "q", "b", "x", subject="Re: Bean seed", author="Bo Lund"), 4),
        (mail("other", subject="Drip lines"), 5),
    )
    return group, {one.post.message_id.partition("@")[0]: one.post for one in added}


def _split(db: Database, group: GroupInfo, key: str, title: str | None = None) -> surgery.Split:
    with db.write() as conn:
        conn.execute(dirty_pages.delete())
        return surgery.split(db, conn, group, key, title, LATER)


def _threads(db: Database, group: GroupInfo) -> dict[str, set[str]]:
    """Names of posts by the path of the thread that shows them."""
    found: dict[str, set[str]] = {}
    chosen = select(threads.c.path, posts.c.message_id).join(
        posts, posts.c.thread_id == threads.c.id
    )
    with db.read() as conn:
        for path, name in conn.execute(chosen.where(threads.c.group_id == group.id)):
            found.setdefault(path.removeprefix("2026/03/"), set()).add(name.partition("@")[0])
    return found


def _dirty(db: Database) -> set[PageKey]:
    with db.read() as conn:
        rows = conn.execute(select(dirty_pages))
        return {PageKey(row.group_id, PageKind(row.kind), row.ref) for row in rows}


# --- Split ------------------------------------------------------------------------------------


def test_a_post_and_all_that_answers_it_go_into_a_new_thread(database: Database) -> None:
    group, talk = _talk(database)
    done = _split(database, group, talk["x"].key, "  Drying\n beans ")
    assert (done.new.path, done.new.subject) == ("2026/03/drying-beans", "Drying beans")
    assert (done.new.count, done.new.people, done.new.split_from) == (2, 2, done.old.id)
    assert (done.old.path, done.old.count, done.old.people) == ("2026/03/bean-seed", 3, 3)
    assert _threads(database, group)["drying-beans"] == {"x", "y"}
    with database.read() as conn:
        x, y = store.posts_by_ids(conn, [talk["x"].id, talk["y"].id])
    assert (x.parent_id, x.depth, y.depth) == (talk["b"].id, 0, 1)
    assert (x.key, x.number, x.part) == (talk["x"].key, talk["x"].number, 1)


def test_without_a_title_it_is_called_by_its_subject(database: Database) -> None:
    group, talk = _talk(database)
    done = _split(database, group, talk["x"].key)
    assert (done.new.path, done.new.subject) == ("2026/03/bean-seed-2", "Bean seed")


def test_later_answers_follow_the_post_that_they_answer(database: Database) -> None:
    group, talk = _talk(database)
    _split(database, group, talk["x"].key, "Drying")
    (below,) = add(database, group, (mail("z", "q", "y"), 9))  # without x: references were cut
    (above,) = add(database, group, (mail("w", "q", "b"), 10))
    (late,) = add(database, group, (mail("v", "u", "y"), 8), (mail("u", "b"), 7))[:1]
    assert below.thread_path == late.thread_path == "2026/03/drying"
    assert above.thread_path == "2026/03/bean-seed"
    assert _threads(database, group) == {
        "bean-seed": {"q", "a", "b", "w", "u"},
        "drying": {"x", "y", "z", "v"},
        "drip-lines": {"other"},
    }


def test_a_parent_that_comes_late_does_not_move_what_was_split_off(database: Database) -> None:
    group = make_group(database)
    added = add(database, group, (mail("q"), 0), (mail("a", "q", "lost"), 1), (mail("c", "a"), 2))
    _split(database, group, added[1].post.key, "Elsewhere")
    (lost,) = add(database, group, (mail("lost", "q"), 9))
    assert lost.thread_path == "2026/03/saving-bean-seed"
    assert _threads(database, group)["elsewhere"] == {"a", "c"}


def test_a_part_of_what_was_split_off_can_be_split_off_again(database: Database) -> None:
    group, talk = _talk(database)
    inner = _split(database, group, talk["y"].key, "Inner")
    outer = _split(database, group, talk["b"].key, "Outer")
    assert _threads(database, group)["outer"] == {"b", "x"}
    assert _threads(database, group)["inner"] == {"y"}
    with database.write() as conn:
        surgery.merge(database, conn, group, inner.new.id, outer.new.id, LATER)
    with pytest.raises(CannotMove):
        _split(database, group, talk["b"].key)
    _split(database, group, talk["x"].key, "Again")
    assert _threads(database, group)["outer"] == {"b"}
    assert _threads(database, group)["again"] == {"x", "y"}


def test_a_whole_thread_and_an_unknown_post_cannot_be_split_off(database: Database) -> None:
    group, talk = _talk(database)
    with pytest.raises(CannotMove):
        _split(database, group, talk["q"].key)
    with pytest.raises(NotFound):
        _split(database, group, "a" * 16)
    assert set(_threads(database, group)) == {"bean-seed", "drip-lines"}


def test_what_shows_them_is_dirty_and_nothing_else(database: Database) -> None:
    group, talk = _talk(database)
    done = _split(database, group, talk["x"].key, "Drying")
    dirty = _dirty(database)
    for name in ("x", "y"):
        assert PageKey(group.id, PageKind.MESSAGE, talk[name].key) in dirty
    for name in ("q", "a", "b", "other"):
        assert PageKey(group.id, PageKind.MESSAGE, talk[name].key) not in dirty
    for thread in (done.new, done.old):
        assert PageKey(group.id, PageKind.THREAD, f"{thread.id}.1") in dirty
    assert {PageKind.MONTH, PageKind.YEAR, PageKind.HOME, PageKind.FEED, PageKind.SITEMAP} <= {
        key.kind for key in dirty
    }
    assert len(dirty) == 9


def test_moved_posts_get_parts_in_order_of_number(database: Database) -> None:
    group = make_group(database)
    add(database, group, (mail("q"), 0), (mail("a", "q"), 1))
    add(database, group, *((mail(f"m{n}", "q", "a"), n + 2) for n in range(120)))
    with database.read() as conn:
        head = store.post_by_number(conn, group.id, 2)
        assert head is not None
    done = _split(database, group, head.key, "Long")
    with database.read() as conn:
        found = [post.part for post in store.posts_of_thread(conn, done.new.id)]
        assert found == [1] * 50 + [2] * 50 + [3] * 21
        assert (done.new.parts, done.old.parts) == (3, 3)
    (answer,) = add(database, group, (mail("z", "m7"), 300))
    (other,) = add(database, group, (mail("o", "q"), 301))
    assert (answer.post.part, other.post.part) == (3, 3)


def test_a_join_by_subject_is_final_once_coordinators_saw_it(database: Database) -> None:
    group = make_group(database)
    added = add(
        database,
        group,
        (mail("q", subject="Pods and rain"), 0),
        (mail("a", "q", subject="Re: Pods and rain"), 1),
        (mail("r", subject="Re: Pods and rain"), 9),
        join=True,
    )
    _split(database, group, added[1].post.key, "Rain")
    add(database, group, (mail("q2", subject="Pods and rain"), 5), join=True)
    assert _threads(database, group) == {
        "pods-and-rain": {"q", "r"},
        "rain": {"a"},
        "pods-and-rain-3": {"q2"},
    }


# --- Merge ------------------------------------------------------------------------------------


def test_the_first_of_two_threads_goes_into_the_second(database: Database) -> None:
    group, talk = _talk(database)
    with database.write() as conn:
        gone, kept = talk["q"].thread_id, talk["other"].thread_id
        done = surgery.merge(database, conn, group, gone, kept, LATER)
        thread = store.shown_in(conn, gone)
        assert (thread.id, thread.count, thread.subject) == (kept, 6, "Drip lines")
        assert store.moved_threads(conn, group.id) == [("2026/03/bean-seed", "2026/03/drip-lines")]
    assert (done.heads, done.kept_title) == ((talk["q"].key,), "Drip lines")
    (answer,) = add(database, group, (mail("z", "a"), 20))
    assert answer.thread_path == "2026/03/drip-lines"
    assert PageKey(group.id, PageKind.MOVED, str(gone)) in _dirty(database)
    with database.write() as conn, pytest.raises(CannotMove):
        surgery.merge(database, conn, group, gone, kept, LATER)


def test_a_merge_is_undone_with_what_came_since(database: Database) -> None:
    group, talk = _talk(database)
    before = _threads(database, group)
    with database.write() as conn:
        gone, kept = talk["q"].thread_id, talk["other"].thread_id
        done = surgery.merge(database, conn, group, gone, kept, LATER)
    add(database, group, (mail("z", "a"), 20), (mail("p", "other"), 21))
    with database.write() as conn:
        back = surgery.unmerge(database, conn, group, done, LATER)
        assert (back.path, back.count, back.merged_into) == ("2026/03/bean-seed", 6, None)
        assert store.get_thread(conn, kept).subject == "Drip lines"
        with pytest.raises(CannotMove):
            surgery.unmerge(database, conn, group, done, LATER)
    assert _threads(database, group) == {
        "bean-seed": before["bean-seed"] | {"z"},
        "drip-lines": before["drip-lines"] | {"p"},
    }
    (answer,) = add(database, group, (mail("n", "y"), 30))
    assert answer.thread_path == "2026/03/bean-seed"


@pytest.mark.parametrize("which", ["x", "q"])
def test_a_split_is_undone_by_a_merge(database: Database, which: str) -> None:
    """Into the old thread; or the old one into the new, which then owns all of it."""
    group, talk = _talk(database)
    done = _split(database, group, talk["x"].key, "Drying")
    gone, kept = (done.new, done.old) if which == "x" else (done.old, done.new)
    with database.write() as conn:
        surgery.merge(database, conn, group, gone.id, kept.id, LATER, keep_title=False)
        thread = store.get_thread(conn, kept.id)
        y = store.posts_by_ids(conn, [talk["y"].id])[0]
        assert (thread.count, thread.split_from, y.depth, y.part) == (5, None, 3, 1)
    (answer,) = add(database, group, (mail("z", "a"), 20))
    (ghost,) = add(database, group, (mail("g", "nobody", "q"), 21))
    assert answer.post.thread_id == ghost.post.thread_id == kept.id


def test_threads_of_another_group_are_not_there(database: Database) -> None:
    group, talk = _talk(database)
    other = make_group(database, "other")
    (post,) = add(database, other, (mail("o"), 0))
    with database.write() as conn, pytest.raises(NotFound):
        surgery.merge(database, conn, group, post.post.thread_id, talk["q"].thread_id, LATER)


# --- Titles, locks, takedown ------------------------------------------------------------------


def test_a_title_is_shown_and_taken_back(database: Database) -> None:
    group, talk = _talk(database)
    with database.write() as conn:
        conn.execute(dirty_pages.delete())
        thread_id = talk["q"].thread_id
        assert surgery.retitle(database, conn, group, thread_id, "Seed  banks", LATER) == ""
        thread = store.get_thread(conn, thread_id)
        assert (thread.subject, thread.path) == ("Seed banks", "2026/03/bean-seed")
    assert PageKind.MESSAGE not in {key.kind for key in _dirty(database)}
    (late,) = add(
        database, group, (mail("first", subject="Earlier"), -9), (mail("t", "first", "q"), 9)
    )[:1]
    with database.write() as conn:
        assert store.get_thread(conn, late.post.thread_id).subject == "Seed banks"
        assert surgery.retitle(database, conn, group, thread_id, "", LATER) == "Seed banks"
        assert store.get_thread(conn, late.post.thread_id).subject == "Earlier"


def test_a_title_taken_from_a_post_goes_with_it(database: Database) -> None:
    group, talk = _talk(database)
    done = _split(database, group, talk["x"].key)
    with database.write() as conn:
        remove_post(database, conn, group, talk["x"].key, LATER)
        assert store.get_thread(conn, done.new.id).subject == "Bean seed"  # y's own
        remove_post(database, conn, group, talk["y"].key, LATER)
        thread = store.get_thread(conn, done.new.id)
        assert (thread.subject, thread.first_subject) == ("", "")


def test_a_title_is_one_line_that_every_engine_can_keep(database: Database) -> None:
    group, talk = _talk(database)
    done = _split(database, group, talk["x"].key, "A\x00 \ud800\r\nBcc: all " + "x" * 300)
    assert done.new.subject == "A Bcc: all " + "x" * 189
    done = _split(database, group, talk["y"].key, "\x00")
    assert done.new.subject == "Bean seed"


def test_a_lock_dirties_its_own_pages_only(database: Database) -> None:
    group, talk = _talk(database)
    with database.write() as conn:
        conn.execute(dirty_pages.delete())
        assert surgery.lock(database, conn, group, talk["a"].thread_id, LATER)
        assert not surgery.lock(database, conn, group, talk["a"].thread_id, LATER)
        assert store.get_thread(conn, talk["a"].thread_id).locked
    assert {key.kind for key in _dirty(database)} == {PageKind.THREAD}
    with database.write() as conn:
        assert surgery.unlock(database, conn, group, talk["a"].thread_id, LATER)
        assert not surgery.unlock(database, conn, group, talk["a"].thread_id, LATER)


# --- Pages and exports ------------------------------------------------------------------------


def _cut_seeds(db: Database) -> tuple[GroupInfo, surgery.Split]:
    """The seed group with a long thread split, the rest locked, two small threads merged."""
    group = stored_seeds(db)
    with db.write() as conn:
        chosen = select(threads.c.id).where(threads.c.group_id == group.id)
        found = list(conn.execute(chosen.order_by(threads.c.count.desc(), threads.c.id)).scalars())
        longest, *_, one, other = found
        answer = store.posts_of_thread(conn, longest)[1]
        done = surgery.split(db, conn, group, answer.key, "Jars & <lids>", LATER)
        surgery.lock(db, conn, group, longest, LATER)
        surgery.merge(db, conn, group, one, other, LATER)
        surgery.retitle(db, conn, group, other, "One of two", LATER)
    return group, done


def test_pages_tell_what_was_done(sqlite_database: Database, tmp_path: Path) -> None:
    _, done = _cut_seeds(sqlite_database)
    publisher(sqlite_database, tmp_path).drain(now)
    old, new = (
        (tmp_path / f"seeds/{thread.path}.html").read_text("utf-8")
        for thread in (done.old, done.new)
    )
    assert "This discussion is closed." in old
    assert "This discussion is closed." not in new
    assert ">Reply</a>" not in old
    assert ">Reply</a>" in new
    assert (
        f'Continues in: <a href="../../../seeds/{done.new.path}.html" dir="auto">Jars &amp; &lt;lids&gt;</a>'
        in old
    )
    assert f'Continued from: <a href="../../../seeds/{done.old.path}.html"' in new
    assert "One of two" in (tmp_path / "seeds/index.html").read_text("utf-8")


def test_a_part_that_all_posts_left_stays_and_says_so(
    sqlite_database: Database, tmp_path: Path
) -> None:
    group = make_group(sqlite_database)
    add(sqlite_database, group, (mail("q"), 0))
    add(sqlite_database, group, *((mail(f"s{n}", "q"), n + 1) for n in range(49)))
    added = add(sqlite_database, group, (mail("a", "q"), 60), (mail("b", "q", "a"), 61))
    assert [one.post.part for one in added] == [2, 2]
    done = _split(sqlite_database, group, added[0].post.key, "Elsewhere")
    page = publisher(sqlite_database, tmp_path)
    page.drain(now)
    page.rebuild(group)
    left = (tmp_path / f"beans/{done.old.path}.2.html").read_text("utf-8")
    assert "have moved to another discussion" in left


def test_an_export_and_its_import_give_the_same_pages(
    sqlite_database: Database, tmp_path: Path
) -> None:
    group, _ = _cut_seeds(sqlite_database)
    publisher(sqlite_database, tmp_path / "one").rebuild(group)
    mails, facts = BytesIO(), BytesIO()
    with sqlite_database.read() as conn:
        exchange.export_group(conn, group, mails, facts)
    other = new_store(f"sqlite:///{tmp_path / 'other.db'}")
    with other.write() as conn:
        again = store.create_group(conn, group.name, group.title, about=group.about)
    facts.seek(0)
    mails.seek(0)
    assert exchange.import_group(other, again, mbox.read(mails), facts) == 9
    publisher(other, tmp_path / "two").rebuild(again)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")
    other.dispose()

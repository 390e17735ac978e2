"""Taking a post down leaves a slot that says nothing, and no way back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from archive import search, store
from archive.db import Database
from archive.errors import NotFound
from archive.model import GroupInfo, Link, PageKind, PostState
from archive.tables import dirty_pages, links, mails, parts, post_texts, posts, weeks
from tests.archive.made import after, mail
from tests.archive.storing import add, make_group, new_posts

SECRET = "never-to-be-read"


def _conversation(db: Database) -> tuple[GroupInfo, list[store.AddedPost]]:
    group = make_group(db)
    told = mail("root", subject=f"Plan {SECRET}", author=f"{SECRET} Silva", files=1)
    with db.write() as conn:
        (new,) = new_posts(conn, [(told, 0)])
        link = Link(f"https://{SECRET}.example/", f"See {SECRET}.")
        own = f"Read {SECRET} soon."
        root = store.add_post(db, conn, group, replace(new, own=own, links=(link,)))
    answers = add(
        db,
        group,
        (mail("a", "root", subject="Re: Another plan", author="Bo Lund"), 1),
        (mail("b", "a", subject="Re: Another plan", author="Bo Lund"), 2),
    )
    while search.index_pending(db):
        pass
    with db.write() as conn:
        conn.execute(dirty_pages.delete())
    return group, [root, *answers]


def _remove(db: Database, group: GroupInfo, key: str) -> store.Removed:
    with db.write() as conn:
        return store.remove_post(db, conn, group, key, after(60))


def test_nothing_of_a_removed_post_is_left(database: Database) -> None:
    group, (root, *_) = _conversation(database)
    _remove(database, group, root.post.key)
    with database.read() as conn:
        for table in (posts, post_texts, parts, links, mails):
            for row in conn.execute(select(table)):
                assert SECRET not in str(tuple(row)).casefold()
        assert SECRET not in store.get_thread(conn, root.post.thread_id).subject
        mine = select(posts.c.mail_id).where(posts.c.key == root.post.key)
        mail_id = conn.execute(mine).scalar_one()
        with pytest.raises(NotFound):
            store.load_raw(conn, mail_id)
        assert search.search(database, conn, [group.id], SECRET) == []
        assert search.search(database, conn, [group.id], "soon") == []
    assert search.index_pending(database) == 0


def test_its_slot_its_key_and_its_answers_stay(database: Database) -> None:
    group, (root, first, second) = _conversation(database)
    removed = _remove(database, group, root.post.key)
    assert removed.post == root.post
    assert [answer.key for answer in removed.answers] == [first.post.key]
    with database.read() as conn:
        slot = store.post_by_key(conn, group.id, root.post.key)
        assert slot is not None
        assert (slot.state, slot.number, slot.author) == (PostState.REMOVED, 1, "")
        answer, below = store.posts_by_ids(conn, [first.post.id, second.post.id])
        assert (answer.parent_id, below.parent_id) == (root.post.id, first.post.id)
        thread = store.get_thread(conn, root.post.thread_id)
        assert (thread.count, thread.people, thread.subject) == (3, 1, "Another plan")
    (late,) = add(database, group, (mail("c", "root"), 9))
    assert late.post.parent_id == root.post.id


def test_its_pages_and_its_direct_answers_are_dirty(database: Database) -> None:
    group, (root, first, second) = _conversation(database)
    _remove(database, group, root.post.key)
    with database.read() as conn:
        marked = {(row.kind, row.ref) for row in conn.execute(select(dirty_pages))}
    assert (PageKind.MESSAGE, root.post.key) in marked
    assert (PageKind.MESSAGE, first.post.key) in marked
    assert (PageKind.MESSAGE, second.post.key) not in marked
    assert {PageKind.FILES, PageKind.LINKS, PageKind.MBOX, PageKind.THREAD, PageKind.FEED} <= {
        kind for kind, _ in marked
    }


def test_weekly_summaries_that_name_it_are_written_again(database: Database) -> None:
    group, (root, *_) = _conversation(database)
    with database.write() as conn:
        for week, text in (("2026-W09", f'{{"key": "{root.post.key}"}}'), ("2026-W10", "{}")):
            row = {"group_id": group.id, "week": week, "made_at": after(0), "summary": text}
            conn.execute(weeks.insert(), row)
    _remove(database, group, root.post.key)
    with database.read() as conn:
        found = select(dirty_pages.c.ref).where(dirty_pages.c.kind == PageKind.WEEK)
        assert conn.execute(found).scalars().all() == ["2026-W09"]


def test_a_new_copy_cannot_bring_it_back(database: Database) -> None:
    group, (root, *_) = _conversation(database)
    _remove(database, group, root.post.key)
    assert add(database, group, (mail("root"), 90)) == []
    assert add(database, group, (mail("root", digest="changed a little"), 91)) == []


def test_removing_twice_changes_nothing_and_an_unknown_key_is_told(database: Database) -> None:
    group, (root, *_) = _conversation(database)
    _remove(database, group, root.post.key)
    again = _remove(database, group, root.post.key)
    assert again.post.state is PostState.REMOVED
    with pytest.raises(NotFound):
        _remove(database, group, "a" * 16)


def test_a_mail_that_another_group_shows_keeps_its_bytes(database: Database) -> None:
    one, two = make_group(database, "one"), make_group(database, "two")
    with database.write() as conn:
        (new,) = new_posts(conn, [(mail("shared"), 0)])
        added = store.add_post(database, conn, one, new)
        store.add_post(database, conn, two, new)
        store.remove_post(database, conn, one, added.post.key, after(1))
        assert store.load_raw(conn, new.mail_id) == b"x"
        store.remove_post(database, conn, two, added.post.key, after(1))
        with pytest.raises(NotFound):
            store.load_raw(conn, new.mail_id)

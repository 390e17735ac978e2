"""Posts in the store: placed the same for every order of arrival, with facts chosen once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from archive import ids, store
from archive.db import Database
from archive.model import Link, PageKey, PageKind
from archive.tables import groups, thread_months, threads
from tests.archive.made import after, mail
from tests.archive.storing import add, make_group, new_posts

# --- One post ---------------------------------------------------------------------------------


def test_a_post_gets_its_facts(database: Database) -> None:
    group = make_group(database)
    (added,) = add(database, group, (mail("root", files=2), 0))
    post = added.post
    assert post.key == ids.key_of("root@ngo.example")
    assert (post.number, post.part, post.depth, post.parent_id) == (1, 1, 0, None)
    assert (post.author, post.attachments, post.weight) == ("Ana Silva", 2, 23)
    assert added.thread_path == "2026/03/saving-bean-seed"
    with database.read() as conn:
        assert store.post_by_key(conn, group.id, post.key) == post
        assert store.post_by_number(conn, group.id, 1) == post
        thread = store.get_thread(conn, post.thread_id)
        assert (thread.count, thread.people, thread.parts, thread.path) == (
            1,
            1,
            1,
            "2026/03/saving-bean-seed",
        )


def test_an_answer_stands_below_its_parent(database: Database) -> None:
    group = make_group(database)
    (root,) = add(database, group, (mail("root"), 0))
    (answer,) = add(database, group, (mail("a", "root", author="Bo Lund"), 5))
    (below,) = add(database, group, (mail("b", "root", "a", author="Ana Silva"), 9))
    assert (answer.post.parent_id, answer.post.depth) == (root.post.id, 1)
    assert (below.post.parent_id, below.post.depth) == (answer.post.id, 2)
    with database.read() as conn:
        thread = store.get_thread(conn, root.post.thread_id)
        assert [post.id for post in store.posts_of_thread(conn, thread.id)] == [
            one.post.id for one in (root, answer, below)
        ]
        assert (thread.count, thread.people, thread.last_at) == (3, 2, after(9))


def test_an_answer_to_a_reply_key_stands_there_whatever_its_headers_say(
    database: Database,
) -> None:
    group = make_group(database)
    (one,) = add(database, group, (mail("one"), 0))
    add(database, group, (mail("two"), 1))
    with database.write() as conn:
        (new,) = new_posts(conn, [(mail("c", "two"), 5)])
        answer = store.add_post(database, conn, group, replace(new, parent_key=one.post.key))
    assert answer.post.parent_id == one.post.id


def test_a_late_parent_takes_its_answers_and_dirties_their_pages(database: Database) -> None:
    group = make_group(database)
    (orphan,) = add(database, group, (mail("a", "root"), 5))
    assert orphan.post.parent_mid == "root@ngo.example"
    (below,) = add(database, group, (mail("b", "a"), 6))
    (root,) = add(database, group, (mail("root"), 9))
    with database.read() as conn:
        found = store.posts_by_ids(conn, [orphan.post.id, below.post.id])
    assert [(post.parent_id, post.depth) for post in found] == [
        (root.post.id, 1),
        (orphan.post.id, 2),
    ]
    assert found[0].parent_mid == ""
    assert root.post.thread_id == orphan.post.thread_id
    assert PageKey(group.id, PageKind.MESSAGE, orphan.post.key) in root.dirty
    assert PageKey(group.id, PageKind.MESSAGE, below.post.key) not in root.dirty


def test_threads_that_a_late_mail_ties_together_become_the_older_one(database: Database) -> None:
    group = make_group(database)
    (young,) = add(database, group, (mail("y", reply_to=("x",), subject="Re: rain"), 50))
    (old,) = add(database, group, (mail("o", subject="Pods"), 10))
    (tie,) = add(database, group, (mail("x", "o"), 60))
    assert tie.post.thread_id == old.post.thread_id
    with database.read() as conn:
        moved = store.get_thread(conn, young.post.thread_id)
        assert moved.merged_into == old.post.thread_id
        assert store.shown_in(conn, moved.id).id == old.post.thread_id
        assert store.moved_threads(conn, group.id) == [(moved.path, "2026/03/pods")]
        thread = store.get_thread(conn, old.post.thread_id)
        assert (thread.count, thread.last_at) == (3, after(60))
        counted = select(thread_months.c.count).where(thread_months.c.group_id == group.id)
        assert conn.execute(counted).scalars().all() == [3]
    assert PageKey(group.id, PageKind.MOVED, str(young.post.thread_id)) in tie.dirty
    assert PageKey(group.id, PageKind.MESSAGE, young.post.key) in tie.dirty


def test_paths_clash_into_numbers(database: Database) -> None:
    group = make_group(database)
    added = add(database, group, *((mail(f"m{n}"), n) for n in range(3)))
    (later,) = add(database, group, (mail("m9"), 9))
    assert [one.thread_path for one in (*added, later)] == [
        "2026/03/saving-bean-seed",
        "2026/03/saving-bean-seed-2",
        "2026/03/saving-bean-seed-3",
        "2026/03/saving-bean-seed-4",
    ]


def test_a_part_is_full_after_fifty_posts_or_150_kilobytes(database: Database) -> None:
    group = make_group(database)
    add(database, group, (mail("root"), 0))
    add(database, group, *((mail(f"m{n}", "root"), n) for n in range(1, 60)))
    big = "x" * 100_000
    added = add(database, group, *((mail(f"b{n}", "root", text=big), 60 + n) for n in range(3)))
    with database.read() as conn:
        found = store.posts_of_thread(conn, added[0].post.thread_id)
        assert [post.part for post in found[:60]] == [1] * 50 + [2] * 10
        assert [one.post.part for one in added] == [2, 3, 4]
        assert store.get_thread(conn, found[0].thread_id).parts == 4
    parts = {key.ref for key in added[0].dirty if key.kind is PageKind.THREAD}
    assert parts == {f"{found[0].thread_id}.{part}" for part in (1, 2, 3, 4)}


def test_numbers_run_on_per_group(database: Database) -> None:
    one, two = make_group(database, "one"), make_group(database, "two")
    add(database, one, (mail("a"), 0), (mail("b"), 1))
    (first,) = add(database, two, (mail("a"), 2))
    (third,) = add(database, one, (mail("c"), 3))
    assert (first.post.number, third.post.number) == (1, 3)
    assert first.post.parent_id is None


# --- The same mail again ----------------------------------------------------------------------


def test_a_copy_is_told_from_an_imposter(database: Database) -> None:
    group = make_group(database)
    (root,) = add(database, group, (mail("root"), 0))
    with database.read() as conn:
        same = store.find_duplicate(conn, group.id, "root@ngo.example", "root".ljust(64, "0"))
        other = store.find_duplicate(conn, group.id, "root@ngo.example", "other".ljust(64, "0"))
        assert same == store.Found(root.post.id, imposter=False)
        assert other == store.Found(root.post.id, imposter=True)
        assert store.find_duplicate(conn, group.id, "new@ngo.example", "") is None
    assert add(database, group, (mail("root"), 5)) == []
    (imposter,) = add(database, group, (mail("root", digest="other"), 6))
    assert imposter.post.key == ids.imposter_key("root@ngo.example", "other".ljust(64, "0"))
    assert imposter.post.thread_id == root.post.thread_id
    (answer,) = add(database, group, (mail("a", "root"), 7))
    assert answer.post.parent_id == root.post.id


def test_copies_within_one_batch_are_stored_once(database: Database) -> None:
    group = make_group(database)
    added = add(
        database, group, (mail("a"), 0), (mail("a"), 1), (mail("a", digest="z"), 2), (mail("b"), 3)
    )
    assert [one.post.number for one in added] == [1, 2, 3]
    assert len({one.post.key for one in added}) == 3


# --- Subjects ---------------------------------------------------------------------------------


def test_an_import_joins_a_reply_without_references_by_its_subject(database: Database) -> None:
    group = make_group(database)
    (root,) = add(database, group, (mail("root", subject="Pods and rain"), 0), join=True)
    (answer,) = add(database, group, (mail("a", subject="Re: Pods and rain"), 9), join=True)
    assert answer.post.thread_id == root.post.thread_id
    assert (answer.post.parent_id, answer.post.depth) == (root.post.id, 1)
    assert answer.thread_path == root.thread_path
    (below,) = add(database, group, (mail("b", "a"), 12))
    assert (below.post.thread_id, below.post.depth) == (root.post.thread_id, 2)
    with database.read() as conn:
        assert store.get_thread(conn, root.post.thread_id).count == 3


def test_live_mail_is_not_joined_by_subject(database: Database) -> None:
    group = make_group(database)
    (root,) = add(database, group, (mail("root", subject="Pods and rain"), 0))
    (answer,) = add(database, group, (mail("a", subject="Re: Pods and rain"), 9))
    assert answer.post.thread_id != root.post.thread_id


def test_a_join_by_subject_moves_when_a_younger_root_is_found(database: Database) -> None:
    group = make_group(database)
    added = add(
        database,
        group,
        (mail("root", subject="Pods and rain"), 0),
        (mail("a", subject="Re: Pods and rain"), 9),
        join=True,
    )
    (younger,) = add(database, group, (mail("r2", subject="Pods and rain"), 5), join=True)
    with database.read() as conn:
        (answer,) = store.posts_by_ids(conn, [added[1].post.id])
        assert (answer.thread_id, answer.parent_id) == (younger.post.thread_id, younger.post.id)
        assert store.get_thread(conn, added[0].post.thread_id).count == 1


def test_a_late_parent_undoes_a_join_by_subject(database: Database) -> None:
    group = make_group(database)
    added = add(
        database,
        group,
        (mail("root", subject="Pods and rain"), 0),
        (mail("a", "p", subject="Re: Pods and rain"), 9),
        join=True,
    )
    (parent,) = add(database, group, (mail("p", subject="Rain"), 3))
    with database.read() as conn:
        (answer,) = store.posts_by_ids(conn, [added[1].post.id])
        assert (answer.parent_id, answer.depth) == (parent.post.id, 1)
        assert answer.thread_id == parent.post.thread_id != added[0].post.thread_id
        assert store.get_thread(conn, added[0].post.thread_id).count == 1


# --- Pages ------------------------------------------------------------------------------------


def test_a_post_in_a_large_archive_touches_about_ten_pages(database: Database) -> None:
    group = make_group(database)
    add(database, group, (mail("root"), 0))
    add(database, group, *((mail(f"m{n}", "root"), n) for n in range(1, 40)))
    (added,) = add(database, group, (mail("last", "m7"), 90))
    assert len(added.dirty) <= 10
    with database.read() as conn:
        found = conn.execute(select(func.count()).select_from(threads)).scalar_one()
    assert found == 1


def test_the_front_page_is_dirty_once_a_day_and_for_a_new_month(database: Database) -> None:
    group = make_group(database)
    site = PageKey(0, PageKind.SITE, "")
    (one,) = add(database, group, (mail("a"), 0))
    (two,) = add(database, group, (mail("b"), 10))
    (next_day,) = add(database, group, (mail("c"), 1440))
    (old_month,) = add(database, group, (mail("d"), -50 * 1440))
    told = [site in added.dirty for added in (one, two, next_day, old_month)]
    assert told == [True, False, True, True]


def test_links_and_files_dirty_their_lists(database: Database) -> None:
    group = make_group(database)
    with database.write() as conn:
        (new,) = new_posts(conn, [(mail("a", files=1), 0)])
        link = Link("https://seeds.example/", "See https://seeds.example/.")
        added = store.add_post(database, conn, group, replace(new, links=(link,)))
    kinds = {key.kind for key in added.dirty}
    assert {PageKind.FILES, PageKind.LINKS, PageKind.MBOX, PageKind.SITEMAP} <= kinds


# --- Walking and rebuilding -------------------------------------------------------------------


def test_a_walk_gives_every_post_once_by_number(database: Database) -> None:
    group = make_group(database)
    add(database, group, *((mail(f"m{n}", *(["m0"] if n % 3 else [])), n) for n in range(40)))
    add(database, group, (mail("m3", digest="imposter"), 99))
    with database.read() as conn:
        walked = list(store.walk(conn, group.id))
    assert [one.post.number for one in walked] == list(range(1, 42))
    assert [one.imposter for one in walked] == [False] * 40 + [True]


def test_a_group_that_is_not_there_is_said_so(database: Database) -> None:
    make_group(database)
    with database.read() as conn:
        assert [group.name for group in store.list_groups(conn)] == ["beans"]
        with pytest.raises(store.NotFound, match="peas"):
            store.get_group(conn, "peas")
        count = conn.execute(select(groups.c.next_number)).scalar_one()
    assert count == 1

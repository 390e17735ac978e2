"""archive.lookup: posts by what people call them, words for letters, answers to closed threads."""

from __future__ import annotations

import pytest

from archive import ids, lookup, readers, store, surgery
from archive.db import Database
from archive.model import GroupInfo, Post
from tests.archive.made import after, mail
from tests.archive.seeds import stored_seeds
from tests.archive.storing import add, make_group


def _two_threads(db: Database) -> tuple[GroupInfo, dict[str, Post]]:
    group = make_group(db)
    added = add(
        db,
        group,
        (mail("q"), 0),
        (mail("a", "q", files=1), 1),
        (mail("other", "ghost", subject="Drip lines"), 60),
    )
    return group, {one.post.message_id.partition("@")[0]: one.post for one in added}


def test_a_post_is_found_by_all_its_names(sqlite_database: Database) -> None:
    group, posts = _two_threads(sqlite_database)
    post = posts["a"]
    key = post.key
    names = [
        "2",
        "#2",
        " # 2 ",
        key,
        key.upper(),
        ids.message_path("beans", key),
        f"<https://lists.example.org/{ids.message_path('beans', key)}>.",
        f"https://lists.example.org/{ids.text_path('beans', key)}",
        f"https://lists.example.org/{ids.attachment_path('beans', key, 1, 'plan-0.pdf')}",
        f"https://lists.example.org/beans/2026/03/saving-bean-seed.html#{key}",
        f"mailto:{ids.reply_address('beans', key, 'lists.example.org')}",
    ]
    with sqlite_database.read() as conn:
        for name in names:
            assert lookup.find_post(conn, group.id, name) == post, name
        for page in (
            "https://lists.example.org/beans/2026/03/saving-bean-seed.2.html",
            "2026/03/saving-bean-seed.html",
        ):
            assert lookup.find_post(conn, group.id, page) == posts["q"]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "99",
        "peas/2026/03/saving-bean-seed.html",
        "0",
        "2 3",
        "a" * 16,
        "2026/03/never.html",
        "arsenic",
        "9" * 30,
        "#",
    ],
)
def test_what_names_no_post_finds_none(sqlite_database: Database, name: str) -> None:
    group, _ = _two_threads(sqlite_database)
    with sqlite_database.read() as conn:
        assert lookup.find_post(conn, group.id, name) is None


def test_a_merged_thread_is_found_by_its_old_page(sqlite_database: Database) -> None:
    group, posts = _two_threads(sqlite_database)
    with sqlite_database.write() as conn:
        gone, kept = posts["other"].thread_id, posts["q"].thread_id
        surgery.merge(sqlite_database, conn, group, gone, kept, after(99))
        found = lookup.find_thread(conn, group.id, "beans/2026/03/drip-lines.html")
    assert found is not None
    assert found.id == kept


def test_the_words_of_a_thread_come_in_order_and_in_portions(sqlite_database: Database) -> None:
    group = stored_seeds(sqlite_database)
    with sqlite_database.read() as conn:
        everything = lookup.last_told(conn, group.id, 99)
    assert all(one.own and one.body for one in everything[:2])
    assert [one.post.number for one in everything] == list(range(1, 10))
    assert [one.files for one in everything if one.files] == [
        ("guía de semillas.pdf", "pagina.html", "../../evil.svg", "run.me.sh")
    ]


def test_a_removed_post_has_no_words_and_is_none_of_the_last(sqlite_database: Database) -> None:
    group, posts = _two_threads(sqlite_database)
    with sqlite_database.write() as conn:
        store.remove_post(sqlite_database, conn, group, posts["a"].key, after(70))
        told = lookup.told(conn, readers.posts_by_ids(conn, [posts["a"].id]))
        last = lookup.last_told(conn, group.id, 2)
    assert [(one.own, one.body, one.files) for one in told] == [("", "", ())]
    assert [one.post.key for one in last] == [posts["q"].key, posts["other"].key]


def test_an_answer_to_a_closed_thread_is_told(database: Database) -> None:
    group, posts = _two_threads(database)
    with database.write() as conn:
        surgery.lock(database, conn, group, posts["other"].thread_id, after(90))

        def locked(*named: str, reply_key: str = "") -> bool:
            full = [f"{name}@ngo.example" for name in named]
            return lookup.is_locked(conn, group.id, full, reply_key)

        assert locked("other")
        assert locked("unknown", "other")
        assert locked("ghost"), "an answer to what the closed thread answers joins it as well"
        assert locked("q", reply_key=posts["other"].key)
        assert not locked("other", reply_key=posts["q"].key)
        assert not locked("q", "other"), "the first known id decides"
        assert not locked()
        assert not locked("unknown")
        surgery.merge(
            database, conn, group, posts["other"].thread_id, posts["q"].thread_id, after(91)
        )
        assert not locked("other")


def test_only_what_was_split_off_is_closed(database: Database) -> None:
    group, posts = _two_threads(database)
    with database.write() as conn:
        done = surgery.split(database, conn, group, posts["a"].key, "Aside", after(90))
        surgery.lock(database, conn, group, done.new.id, after(91))
        assert lookup.is_locked(conn, group.id, ["a@ngo.example", "q@ngo.example"])
        assert not lookup.is_locked(conn, group.id, ["q@ngo.example"])

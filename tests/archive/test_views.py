"""Database to what a page shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive import views
from archive.db import Database
from archive.frames import Place
from archive.model import ArchiveMode, GroupInfo, PageKey, PageKind
from archive.postviews import ShownCache
from archive.takedown import remove_post
from archive.viewtypes import (
    HomeView,
    MessageView,
    MovedView,
    RemovedView,
    TextView,
    ThreadView,
    WeekView,
)
from tests.archive.seeds import NOW, SITE, add_raw, raw_mails, seed_group, stored_seeds
from tests.archive.weeks import WEEK, store_week

BEANS = "dpnccwnzr7lxzdtm"


def _views(db: Database, group: GroupInfo, kind: PageKind, ref: str = "") -> list[views.View]:
    with db.read() as conn:
        key = PageKey(group.id, kind, ref)
        return list(views.views_of(conn, Place(SITE, group), key, ShownCache()))


def test_a_message_is_a_page_and_its_plain_text(database: Database) -> None:
    group = stored_seeds(database)
    page, text = _views(database, group, PageKind.MESSAGE, BEANS)
    assert isinstance(page, MessageView)
    assert isinstance(text, TextView)
    assert page.post.author == "Ana Silva"
    assert page.post.parent is None
    assert page.thread == f"seeds/2026/03/saving-bean-seed.html#{BEANS}"
    assert page.frame.canonical.endswith("/seeds/2026/03/saving-bean-seed.html")
    assert page.reply_address == f"seeds+re-{BEANS}@lists.example.org"


def test_a_reply_names_its_parent_and_a_ghost_says_that_it_is_missing(database: Database) -> None:
    group = stored_seeds(database)
    (page, _) = _views(database, group, PageKind.MESSAGE, "6rwyem46ot3q6yrv")
    assert isinstance(page, MessageView)
    assert page.post.parent is not None
    assert (page.post.parent.state, page.post.parent.name) == ("published", "Ana Silva")
    (ghost, _) = _views(database, group, PageKind.MESSAGE, "pfxxmoyk2eovhmbk")
    assert isinstance(ghost, MessageView)
    assert ghost.post.parent is not None
    assert ghost.post.parent.state == "missing"


def test_a_removed_post_is_a_tombstone_and_its_answer_says_so(database: Database) -> None:
    group = stored_seeds(database)
    with database.write() as conn:
        remove_post(database, conn, group, BEANS, NOW)
    page, text = _views(database, group, PageKind.MESSAGE, BEANS)
    assert isinstance(page, RemovedView)
    assert isinstance(text, TextView)
    assert (text.author, text.subject, text.body, text.removed) == ("", "", "", True)
    (answer, _) = _views(database, group, PageKind.MESSAGE, "6rwyem46ot3q6yrv")
    assert isinstance(answer, MessageView)
    assert answer.post.parent is not None
    assert (answer.post.parent.state, answer.post.parent.name) == ("removed", "")


def test_a_thread_page_is_in_reply_order_with_an_outline(database: Database) -> None:
    group = stored_seeds(database)
    (page,) = _views(database, group, PageKind.THREAD, "1.1")
    assert isinstance(page, ThreadView)
    assert [(post.author, post.indent) for post in page.posts] == [
        ("Ana Silva", 0),
        ("Ravi Kumar", 1),
        ("Awa Diallo", 2),
        ("Ana Silva", 3),
        ("Lucía Ortega", 1),
    ]
    assert [row.author for row in page.outline] == [post.author for post in page.posts]
    assert [post.subject for post in page.posts][-1] == "Re: Saving bean seed: una guía"
    assert [post.language for post in page.posts] == ["", "", "fr", "", "es"]
    assert (page.count, page.people, page.previous, page.next) == (5, 4, "", "")


def test_many_threads_at_once_give_the_same_views_as_one_by_one(database: Database) -> None:
    group = stored_seeds(database)
    with database.read() as conn:
        place = Place(SITE, group)
        together = list(views.thread_views(conn, place, 1, 1000, ShownCache()))
        keys = {(PageKind.THREAD, f"{one}.1") for one in range(1, 6)} | {
            (PageKind.MESSAGE, view.post.key) for view in together if isinstance(view, MessageView)
        }
        single = [
            view
            for kind, ref in keys
            for view in views.views_of(conn, place, PageKey(group.id, kind, ref), ShownCache())
        ]
    assert sorted(map(repr, together)) == sorted(map(repr, single))


def test_a_merged_thread_points_to_the_one_that_shows_its_posts(database: Database) -> None:
    group = seed_group(database)
    raws = raw_mails()
    add_raw(database, group, raws[3])
    joins = raws[1].replace(b"<beans.1@ngo.example>", b"<other.1@ngo.example>")
    add_raw(database, group, joins.replace(b"Tue, 3 Mar", b"Mon, 2 Mar"))
    bridge = raws[8].replace(
        b"<beans.1@ngo.example>", b"<beans.1@ngo.example> <other.1@ngo.example>"
    )
    add_raw(database, group, bridge)
    with database.read() as conn:
        found = [
            view
            for view in views.thread_views(conn, Place(SITE, group), 1, 100, ShownCache())
            if isinstance(view, MovedView)
        ]
    (moved,) = found
    assert moved.frame.path == "seeds/2026/03/saving-bean-seed-una-guia.html"
    assert moved.target == "seeds/2026/03/saving-bean-seed.html"
    assert moved.frame.robots == "noindex"


def test_the_home_page_has_the_latest_discussions_first(database: Database) -> None:
    group = stored_seeds(database)
    (home,) = _views(database, group, PageKind.HOME)
    assert isinstance(home, HomeView)
    assert home.about == ("Seed savers of four countries.", "One question a week, in any language.")
    assert [row.subject for row in home.threads][:2] == ["Saving bean seed", "Re: Welcome"]
    assert [(row.month.isoformat(), row.posts) for row in home.months] == [
        ("2026-04-01", 1),
        ("2026-03-01", 8),
    ]
    assert [(row.year, row.posts) for row in home.years] == [(2026, 9)]


def test_a_summary_loses_what_was_taken_down_since(database: Database) -> None:
    group = stored_seeds(database)
    store_week(database, group)
    (before,) = _views(database, group, PageKind.WEEK, WEEK)
    assert isinstance(before, WeekView)
    assert "Awa Diallo" in repr(before.summary)
    with database.write() as conn:
        remove_post(database, conn, group, "sw62kv2m4sebqymp", NOW)
        remove_post(database, conn, group, "mgfvxcblbneefbmh", NOW)
    (after,) = _views(database, group, PageKind.WEEK, WEEK)
    assert isinstance(after, WeekView)
    for gone in ("Awa", "calebasse", "Lucía", "guía de semillas"):
        assert gone not in repr(after.summary)
    assert "seeds.example.org/beans" in repr(after.summary)


def test_a_week_without_a_summary_has_no_page(database: Database) -> None:
    group = stored_seeds(database)
    assert _views(database, group, PageKind.WEEK, "2025-W01") == []
    assert _views(database, group, PageKind.FILES, "1999") == []
    assert _views(database, group, PageKind.MESSAGE, "aaaaaaaaaaaaaaaa") == []


def test_an_archive_without_an_address_has_no_feed_sitemap_or_canonical_links(
    database: Database, tmp_path: Path
) -> None:
    group = stored_seeds(database)
    place = Place(replace(SITE, base_url=""), group)
    with database.read() as conn:
        for kind, ref in ((PageKind.FEED, ""), (PageKind.SITEMAP, "2026-03")):
            key = PageKey(group.id, kind, ref)
            assert list(views.views_of(conn, place, key, ShownCache())) == []
        (home,) = views.views_of(conn, place, PageKey(group.id, PageKind.HOME, ""), ShownCache())
    assert isinstance(home, HomeView)
    assert home.frame.canonical == ""


@pytest.mark.parametrize("mode", [ArchiveMode.MEMBERS, ArchiveMode.NONE])
def test_a_closed_group_has_one_view_that_knows_nothing(mode: ArchiveMode) -> None:
    group = GroupInfo(1, "seeds", "Seed savers", "", "en", "UTC", mode)
    view = views.closed_view(Place(SITE, group))
    assert view.mode is mode
    assert view.frame.path == "seeds/index.html"


def test_a_month_for_a_mail_program_is_in_order_of_arrival(database: Database) -> None:
    group = stored_seeds(database)
    with database.read() as conn:
        view = views.mbox_view(conn, Place(SITE, group), "2026-03")
    assert [row.at for row in view.rows] == sorted(row.at for row in view.rows)
    assert view.rows[0].at == datetime(2026, 3, 3, 14, 5, tzinfo=UTC)
    assert "@ngo" not in view.rows[0].body

"""archive.listviews: home, months, years, the library, sitemaps, the front page."""

from __future__ import annotations

from datetime import UTC, date, datetime

from archive import listviews
from archive.db import Database
from archive.frames import Place
from archive.model import ArchiveMode
from archive.takedown import remove_post
from tests.archive.seeds import NOW, SITE, add_raw, raw_mails, seed_group, stored_seeds


def _mails(count: int) -> list[bytes]:
    return [
        (
            f"From: Ana <ana@x.example>\r\nSubject: Topic {number}\r\n"
            f"Message-ID: <t{number}@x.example>\r\n"
            f"Date: Tue, {1 + number % 28} Mar 2026 10:{number % 60:02}:00 +0000\r\n\r\n"
            f"See https://x.example/{number} for more.\r\n"
        ).encode()
        for number in range(count)
    ]


def test_ranges_end_where_the_next_begins() -> None:
    assert listviews.month_range("2026-12") == (
        datetime(2026, 12, 1, tzinfo=UTC),
        datetime(2027, 1, 1, tzinfo=UTC),
    )
    assert listviews.year_range("2026")[1] == datetime(2027, 1, 1, tzinfo=UTC)
    assert listviews.first_day("2026-02") == date(2026, 2, 1)


def test_a_month_lists_what_began_in_it_before_what_goes_on(database: Database) -> None:
    group = stored_seeds(database)
    with database.read() as conn:
        (march,) = listviews.month_views(conn, Place(SITE, group), "2026-03")
        (april,) = listviews.month_views(conn, Place(SITE, group), "2026-04")
    assert [row.subject for row in march.rows][-1] == "Saving bean seed"
    assert (march.posts, march.threads) == (8, 5)
    assert [(row.count, row.carried) for row in april.rows] == [(1, True)]


def test_long_lists_go_on_on_a_second_page(database: Database) -> None:
    group = seed_group(database)
    add_raw(database, group, *_mails(230))
    with database.read() as conn:
        place = Place(SITE, group)
        month = list(listviews.month_views(conn, place, "2026-03"))
        links = list(listviews.links_views(conn, place, "2026"))
    for pages in (month, links):
        assert [len(page.rows) for page in pages] == [200, 30]
        assert [page.frame.path for page in pages] == list(pages[0].pages)
    assert month[1].frame.path == "seeds/2026/03/index.2.html"
    assert links[1].frame.path == "seeds/links/2026.2.html"


def test_files_are_listed_if_they_can_be_opened(database: Database) -> None:
    group = stored_seeds(database)
    with database.read() as conn:
        (files,) = listviews.files_views(conn, Place(SITE, group), "2026")
    assert [row.file.name for row in files.rows] == ["guía de semillas.pdf", "run.me.sh"]
    assert files.rows[0].file.href == "../../seeds/m/mg/mgfvxcblbneefbmh-1-guia-de-semillas.pdf"
    assert (files.rows[0].file.inline, files.rows[1].file.inline) == (True, False)


def test_links_come_with_their_sentence_and_never_with_an_address(database: Database) -> None:
    group = stored_seeds(database)
    with database.read() as conn:
        (links,) = listviews.links_views(conn, Place(SITE, group), "2026")
    shown = {row.shown: row for row in links.rows}
    assert "seeds.example.org/calabash" in shown
    assert shown["seeds.example.org/calabash"].sentence == ""
    assert shown["seeds.example.org/beans?step=1&lang=en"].sentence.startswith("There is a good")
    assert not [row for row in links.rows if "ana" in row.url]


def test_a_year_says_whether_it_has_files_and_links(database: Database) -> None:
    group = stored_seeds(database)
    with database.write() as conn:
        place = Place(SITE, group)
        before = listviews.year_view(conn, place, "2026")
        remove_post(database, conn, group, "mgfvxcblbneefbmh", NOW)
        after = listviews.year_view(conn, place, "2026")
    assert (before.files, before.links) == ("seeds/files/2026.html", "seeds/links/2026.html")
    assert (after.files, after.links) == ("", "seeds/links/2026.html")
    assert [(row.month.month, row.posts) for row in before.months] == [(4, 1), (3, 8)]


def test_a_sitemap_dates_a_page_by_the_months_last_post_on_it(database: Database) -> None:
    group = stored_seeds(database)
    with database.read() as conn:
        march = listviews.sitemap_view(conn, Place(SITE, group), "2026-03")
        april = listviews.sitemap_view(conn, Place(SITE, group), "2026-04")
    dated = {row.url.rpartition("/")[2]: row.at for row in march.rows}
    assert dated["saving-bean-seed.html"] == datetime(2026, 3, 5, 21, 30, tzinfo=UTC)
    assert [row.at.month for row in april.rows] == [4]


def test_the_front_page_names_public_groups_only(database: Database) -> None:
    stored_seeds(database)
    closed = seed_group(database, "inner", archive=ArchiveMode.MEMBERS)
    add_raw(database, closed, *raw_mails()[:2])
    with database.read() as conn:
        site = listviews.site_view(conn, SITE)
    assert [(row.path, row.last_day) for row in site.groups] == [
        ("seeds/index.html", date(2026, 4, 2))
    ]
    assert site.sitemaps == (
        "https://lists.example.org/seeds/sitemap-2026-03.xml",
        "https://lists.example.org/seeds/sitemap-2026-04.xml",
    )

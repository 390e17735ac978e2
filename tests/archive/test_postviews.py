"""archive.postviews: bodies set once, bounded memory."""

from __future__ import annotations

from dataclasses import replace

from archive.db import Database
from archive.frames import Place
from archive.postviews import LoadedPost, ShownCache, load_posts
from archive.tables import posts
from tests.archive.seeds import SITE, stored_seeds


def _loaded(db: Database) -> tuple[Place, list[LoadedPost]]:
    place = Place(SITE, stored_seeds(db))
    with db.read() as conn:
        return place, [one for run in load_posts(conn, place, posts.c.id > 0) for one in run]


def test_a_body_is_set_once(sqlite_database: Database) -> None:
    place, loaded = _loaded(sqlite_database)
    cache = ShownCache()
    assert cache.shown(place, loaded[0]) is cache.shown(place, loaded[0])


def test_memory_is_bounded_and_what_was_dropped_comes_again_the_same(
    sqlite_database: Database,
) -> None:
    place, loaded = _loaded(sqlite_database)
    cache = ShownCache(limit=2000)
    first = cache.shown(place, loaded[0])
    for one in loaded[1:]:
        cache.shown(place, one)
    again = cache.shown(place, loaded[0])
    assert again is not first
    assert again == first
    huge = ShownCache(limit=100)
    assert huge.shown(place, loaded[0]) == first  # larger than all the room there is


def test_a_layout_and_none_show_the_same(sqlite_database: Database) -> None:
    place, loaded = _loaded(sqlite_database)
    assert all(one.layout for one in loaded)
    for one in loaded:
        bare = replace(one, layout="")
        assert ShownCache().shown(place, one) == ShownCache().shown(place, bare)


def test_files_of_a_post_stand_with_it_in_order(sqlite_database: Database) -> None:
    _, loaded = _loaded(sqlite_database)
    (guide,) = [one for one in loaded if one.files]
    assert [(file.name, bool(file.href)) for file in guide.files] == [
        ("guía de semillas.pdf", True),
        ("pagina.html", False),
        ("evil.svg", False),
        ("run.me.sh", True),
    ]

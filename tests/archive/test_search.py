"""Search: the same answers on both engines, whatever is typed, and nothing of removed posts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive import search, store
from archive.db import Database
from archive.fulltext import Term
from archive.model import GroupInfo, ParsedMessage
from archive.search import excerpt, terms_of
from archive.store import NewPost
from tests.archive.made import after, mail

_POSTS = (
    ("a", "Saving bean seed", "Ana Silva", "We dry the pods on the roof, then shell them."),
    ("b", "Re: Saving bean seed", "Bo Lund", "The roof-drying works in May. Roof, roof, roof!"),
    ("c", "Réunion à Genève", "Zoé Müller", "L'été dernier, la récolte était bonne."),
    ("d", "Water", "Ana Silva", "See http://seeds.example/roof_garden for a plan of 2026."),
)


def _fill(db: Database, name: str = "beans") -> GroupInfo:
    with db.write() as conn:
        group = store.create_group(conn, name)
        news = [
            _new(mail(f"{name}-{key}", subject=subject, author=author), own, n)
            for n, (key, subject, author, own) in enumerate(_POSTS)
        ]
        kept = [
            replace(new, mail_id=store.store_mail(conn, b"x", "", "", after(0))) for new in news
        ]
        store.add_posts(db, conn, group, kept)
    return group


def _new(message: ParsedMessage, own: str, minutes: int) -> NewPost:
    return NewPost(message=message, mail_id=0, received_at=after(minutes), own=own)


def _found(db: Database, group: GroupInfo, query: str, *, ranked: bool = False) -> str:
    """First letters of the posts found, in order."""
    with db.read() as conn:
        hits = search.search(db, conn, [group.id], query, ranked=ranked)
    return "".join(hit.post.message_id[len(group.name) + 1] for hit in hits)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("roof", "dba"),
        ("ROOF pods", "a"),
        ("ana", "da"),
        ("seed", "ba"),
        ("bean seed", "ba"),
        ('"bean seed"', "ba"),
        ('"seed bean"', ""),
        ("roof-drying", "b"),
        ("roof -pods", "db"),
        ("genève", "c"),
        ("geneve ete", "c"),
        ("muller", "c"),
        ("savi*", "ba"),
        ("savi", ""),
        ("sav*", ""),
        ("seeds.example", "d"),
        ("2026", "d"),
        ("-roof", ""),
        ("", ""),
        ("\" ( AND * ^ : ' \\", ""),
    ],
)
def test_a_question_finds_what_it_says(database: Database, query: str, found: str) -> None:
    group = _fill(database)
    while search.index_pending(database, limit=3):
        pass
    assert _found(database, group, query) == found


def test_nothing_is_found_before_it_is_indexed_and_nothing_twice(database: Database) -> None:
    group = _fill(database)
    assert _found(database, group, "roof") == ""
    assert [search.index_pending(database, limit=3) for _ in range(3)] == [3, 1, 0]
    assert _found(database, group, "roof") == "dba"


def test_the_best_come_first_when_asked(database: Database) -> None:
    group = _fill(database)
    search.index_pending(database)
    assert _found(database, group, "roof", ranked=True)[0] == "b"
    assert sorted(_found(database, group, "roof", ranked=True)) == ["a", "b", "d"]


def test_a_group_sees_its_own_posts_only(database: Database) -> None:
    one, two = _fill(database, "one"), _fill(database, "two")
    search.index_pending(database)
    assert _found(database, one, "roof") == "dba"
    with database.read() as conn:
        both = search.search(database, conn, [one.id, two.id], "roof", limit=4)
        assert [hit.post.group_id for hit in both] == [two.id] * 3 + [one.id]
        assert search.search(database, conn, [two.id + 1], "roof") == []
        assert len(search.search(database, conn, [one.id], "roof", limit=2)) == 2


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
@given(query=st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=60))
def test_no_question_is_an_error(database: Database, query: str) -> None:
    with database.read() as conn:
        search.search(database, conn, [1], query)
        search.search(database, conn, [1], f'"{query}', ranked=True)


def test_terms_are_read_as_people_write_them() -> None:
    assert terms_of('Bean "dry roof" -rain savi* s*') == (
        Term(("bean",)),
        Term(("dry", "roof")),
        Term(("rain",), wanted=False),
        Term(("savi",), prefix=True),
        Term(("s",)),
    )
    assert len(terms_of("a " * 50)) == 12


def test_an_excerpt_stands_around_the_first_match() -> None:
    own = "word " * 100 + "the Rooftop and the röof here " + "tail " * 100
    found = excerpt(own, terms_of("roof"))
    assert "röof here" in found
    assert found.startswith("… ")
    assert found.endswith(" …")
    assert len(found) <= 210
    assert excerpt("Short\n\nwords.", terms_of("x")) == "Short words."
    assert len(excerpt("x" * 1000, terms_of("x"))) <= 210

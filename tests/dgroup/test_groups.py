"""Groups and their settings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.db import Database
from archive.dirty import waiting_pages
from archive.model import ArchiveMode, PageKey, PageKind
from dgroup import groups
from dgroup.groups import GroupError, NewGroup
from dgroup.model import WhoJoins, WhoPosts
from tests.dgroup.desk import DOMAIN, NOW, Desk, opened


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        yield made


def test_a_group_is_found_by_name_and_id_with_its_defaults(desk: Desk) -> None:
    with desk.db.read() as conn:
        found = groups.find(conn, "water", DOMAIN)
        assert found == desk.group == groups.by_id(conn, desk.group.id, DOMAIN)
        assert groups.find(conn, "soil", DOMAIN) is groups.by_id(conn, 99, DOMAIN) is None
    assert found is not None
    assert (found.address, found.tag, found.max_size) == ("water@lists.example", "", 0)
    assert (found.who_posts, found.who_joins) == (WhoPosts.MEMBERS, WhoJoins.OPEN)


@pytest.mark.parametrize(
    ("values", "marked"),
    [
        ({"archive": ArchiveMode.MEMBERS}, True),
        ({"title": "Wells"}, True),
        ({"archive": ArchiveMode.PUBLIC}, False),
        ({"who_posts": WhoPosts.ANNOUNCE, "tag": "[w]"}, False),
    ],
)
def test_what_stands_on_every_page_marks_the_whole_group(
    desk: Desk, values: dict[str, object], marked: bool
) -> None:
    desk.set(**values)
    with desk.db.read() as conn:
        pages = {page.key for page in waiting_pages(conn, desk.group.id)}
    assert (PageKey(desk.group.id, PageKind.WHOLE, "") in pages) is marked


def test_existing_names_are_found_together(desk: Desk) -> None:
    desk.other_group("soil")
    names = ["soil", "nobody", *(f"none-{number}" for number in range(600)), "water", "soil"]
    with desk.db.read() as conn:
        assert groups.existing(conn, names) == {"soil", "water"}
        assert groups.existing(conn, []) == set()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("w", "characters"),
        ("Water", "characters"),
        ("water_", "characters"),
        ("-water", "characters"),
        ("x" * 25, "characters"),
        ("static", "reserved"),
        ("postmaster", "reserved"),
        ("water-owner", "command address"),
        ("water-unsubscribe", "command address"),
        ("join", "command address"),
        ("water", "already"),
    ],
)
def test_a_name_that_cannot_be_says_why(desk: Desk, name: str, why: str) -> None:
    with desk.db.write() as conn, pytest.raises(GroupError, match=why):
        groups.create(conn, NewGroup(name, "X"), DOMAIN, NOW)


def test_all_groups_come_by_name(desk: Desk) -> None:
    desk.other_group("soil")
    with desk.db.read() as conn:
        assert [one.name for one in groups.every(conn, DOMAIN)] == ["soil", "water"]


def test_settings_of_both_tables_are_changed_together(desk: Desk) -> None:
    desk.set(title="Wells", who_posts=WhoPosts.MODERATED, archive=ArchiveMode.NONE, max_size=9)
    with desk.db.read() as conn:
        found = groups.find(conn, "water", DOMAIN)
    assert found is not None
    assert (found.info.title, found.info.archive) == ("Wells", ArchiveMode.NONE)
    assert (found.who_posts, found.max_size) == (WhoPosts.MODERATED, 9)


@pytest.mark.parametrize("address", ["soil", "soil-owner", "soil+home", "join.soil"])
def test_a_group_does_not_take_the_address_of_a_person(desk: Desk, address: str) -> None:
    desk.join(f"{address}@{DOMAIN}")
    desk.join(f"soil-friends@{DOMAIN}")
    with desk.db.write() as conn, pytest.raises(GroupError, match="somebody's address"):
        groups.create(conn, NewGroup("soil", "Soil"), DOMAIN, NOW)
    with desk.db.write() as conn:
        assert groups.create(conn, NewGroup("soils", "Soils"), DOMAIN, NOW).name == "soils"

"""`dgroup group` and `dgroup member`: made, shown, changed, refused with a reason."""

from __future__ import annotations

import re

import pytest

from dgroup.cli.groups import SETTINGS
from tests.dgroup.cli.commandline import Folder


@pytest.fixture
def water(folder: Folder) -> Folder:
    """A folder with the group `water`."""
    return folder.with_group()


def test_a_new_group_is_listed_and_shown(water: Folder) -> None:
    assert "water  Water and wells  1        public" in water.done("group", "list")
    shown = water.done("group", "show", "water")
    for line in ("water@localhost", "http://127.0.0.1:8080/water/", "awa@ong.example", "monday"):
        assert line in shown
    assert all(f"\n{name} " in shown or f"\n{name}\n" in shown for name in SETTINGS)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Water!", "2 to 24 of the characters"),
        ("postmaster", "is reserved"),
        ("water-join", "ends like a command"),
        ("water", "there is a group 'water' already"),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_the_reason(
    water: Folder, name: str, said: str
) -> None:
    assert said in water.refused("group", "create", name)


def test_a_time_zone_that_does_not_exist_is_wrong_use(water: Folder) -> None:
    said = water.refused("group", "create", "seeds", "--timezone", "Africa/Nowhere", code=2)
    assert "timezone: 'Africa/Nowhere' is no time zone" in said
    assert "seeds" not in water.done("group", "list")


def test_a_group_says_whether_it_is_open(water: Folder) -> None:
    assert water.done("group", "list").splitlines()[1].endswith("open")
    assert re.search(r"^state +open$", water.done("group", "show", "water"), re.MULTILINE)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("title", "Wells"),
        ("about", "All about wells."),
        ("language", "fr"),
        ("timezone", "Africa/Accra"),
        ("archive", "members"),
        ("who-posts", "moderated"),
        ("who-joins", "approval"),
        ("who-sees-members", "members"),
        ("first-posts", "2"),
        ("hold-days", "7"),
        ("welcome", "Welcome! Who are you?"),
        ("tag", "[wells]"),
        ("reply-to-group", "no"),
        ("links-above", "500000"),
        ("delivery-style", "bulk"),
        ("max-size", "20000"),
        ("summary-day", "friday"),
        ("summary-hour", "17"),
    ],
)
def test_every_setting_can_be_changed_and_shows(water: Folder, setting: str, value: str) -> None:
    assert f"{setting} is {value} now" in water.done("group", "set", "water", setting, value)
    shown = dict(
        line.split(maxsplit=1)
        for line in water.done("group", "show", "water").splitlines()
        if len(line.split()) > 1
    )
    assert shown[setting] == value


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("language", "xx"),
        ("timezone", "../etc"),
        ("archive", "secret"),
        ("reply-to-group", "perhaps"),
        ("delivery-style", "often"),
        ("max-size", "-1"),
        ("summary-day", "someday"),
        ("summary-hour", "24"),
    ],
)
def test_a_value_that_cannot_be_is_wrong_use(water: Folder, setting: str, value: str) -> None:
    before = water.done("group", "show", "water")
    assert f"{setting}: '{value}' is " in water.refused(
        "group", "set", "water", "--", setting, value, code=2
    )
    assert water.done("group", "show", "water") == before


def test_a_group_that_is_not_public_any_more_loses_its_pages(water: Folder) -> None:
    water.done("render")
    pages = water.path / "data" / "public" / "water"
    (pages / "left-over.html").write_text("x", "utf-8")
    water.done("group", "set", "water", "archive", "members")
    assert {path.name.removesuffix(".gz") for path in pages.rglob("*")} == {"index.html"}


def test_members_come_are_listed_and_go(water: Folder) -> None:
    water.done("member", "add", "water", "ben@ngo.example", "cleo@ngo.example", "--language", "fr")
    listed = water.done("member", "list", "water")
    assert listed.count("ngo.example") == 2
    assert "coordinator" in listed
    water.done("member", "remove", "water", "ben@ngo.example")
    assert "ben@" not in water.done("member", "list", "water")
    assert "left" in water.done("member", "list", "water", "--all")


def test_many_members_come_from_a_file(water: Folder) -> None:
    (water.path / "people.txt").write_text(
        "# our people\n\nBen Osei <ben@ngo.example>\ncleo@ngo.example\n", "utf-8"
    )
    assert "2 in water@localhost" in water.done("member", "add", "water", "--from", "people.txt")
    assert "Ben Osei" in water.done("member", "list", "water")


def test_one_wrong_address_adds_nobody(water: Folder) -> None:
    said = water.refused("member", "add", "water", "ben@ngo.example", "no address", code=2)
    assert "'no address'" in said
    assert "ben@" not in water.done("member", "list", "water", "--all")
    (water.path / "config.toml").write_text('[site]\ndomain = "lists.example"\n', "utf-8")
    said = water.refused("member", "add", "water", "water-owner@lists.example", code=2)
    assert "our own" in said
    assert "1 in water" in water.done("member", "add", "water", "ben@lists.example")


def test_nobody_is_removed_who_is_not_there(water: Folder) -> None:
    said = water.refused("member", "remove", "water", "ben@ngo.example")
    assert "'ben@ngo.example' is not a member" in said


def test_the_banned_need_not_be_members(water: Folder) -> None:
    water.done("member", "remove", "water", "spam@bad.example", "--ban")
    assert "banned" in water.done("member", "list", "water", "--all")


def test_adding_nobody_is_wrong_use(water: Folder) -> None:
    assert "ADDRESS" in water.refused("member", "add", "water", code=2)

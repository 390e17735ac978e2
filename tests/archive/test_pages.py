"""Which pages a change touches: few, and every one that shows it."""

from __future__ import annotations

from dataclasses import replace

from archive import pages
from archive.model import PageKey, Post, PostState
from tests.archive.made import after

_POST = Post(
    id=1,
    group_id=7,
    number=1,
    key="abcdefghijklmnop",
    message_id="m@ngo.example",
    thread_id=3,
    part=2,
    parent_id=None,
    parent_mid="",
    depth=0,
    author="Ana",
    subject="Pods",
    received_at=after(0),
    language="",
    state=PostState.PUBLISHED,
    weight=1,
    attachments=0,
)


def _told(touched: set[PageKey]) -> set[tuple[str, str]]:
    return {(key.kind.value, key.ref) for key in touched}


def test_a_post_touches_its_page_its_part_the_outline_and_the_heads() -> None:
    touched = pages.new_post(_POST, links=False)
    assert _told(touched) == {
        ("message", "abcdefghijklmnop"),
        ("thread", "3.2"),
        ("thread", "3.1"),
        ("month", "2026-03"),
        ("year", "2026"),
        ("home", ""),
        ("feed", ""),
        ("mbox", "2026-03"),
        ("sitemap", "2026-03"),
    }
    assert {key.group_id for key in touched} == {7}


def test_files_and_links_touch_the_lists_of_their_year() -> None:
    plain = pages.new_post(_POST, links=False)
    rich = pages.new_post(replace(_POST, attachments=2), links=True)
    assert _told(rich - plain) == {("files", "2026"), ("links", "2026")}


def test_a_rearranged_thread_touches_all_parts_and_all_its_months() -> None:
    touched = _told(pages.whole_thread(7, 3, 2, ["2026-01", "2026-02"]))
    assert {("thread", "3.1"), ("thread", "3.2"), ("month", "2026-01"), ("month", "2026-02")} <= (
        touched
    )
    assert not {name for name, _ in touched} & {"message", "mbox"}


def test_a_new_part_touches_all_parts() -> None:
    assert _told(pages.all_parts(7, 3, 2)) == {("thread", "3.1"), ("thread", "3.2")}


def test_a_merged_thread_becomes_a_page_that_points_on() -> None:
    assert _told({pages.moved_thread(7, 3)}) == {("moved", "3")}


def test_a_removed_post_touches_whatever_showed_it_and_its_answers() -> None:
    answer = replace(_POST, id=2, key="k" * 16, part=5)
    touched = _told(pages.removed_post(_POST, [answer]))
    assert {("message", "k" * 16), ("thread", "3.5")} <= touched
    assert {"files", "links", "mbox", "sitemap", "feed", "home", "thread"} <= {
        name for name, _ in touched
    }


def test_months_have_four_and_two_digits() -> None:
    assert pages.month_of(after(0)) == "2026-03"

"""Receipts for first posts and for those who asked, and the count that first posts go by."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.db import Database
from archive.model import ArchiveMode
from dgroup import receipts
from dgroup.changes import ChangeMember
from dgroup.effects import CountPost
from dgroup.model import Delivery, Role, WhoPosts
from dgroup.people import members
from tests.dgroup.desk import Desk, opened
from tests.dgroup.plainmail import GROUP, MEMBER
from tests.dgroup.spoken import plain_words

NEW, KIM = "neu@ngo.example", "kim@ngo.example"


@pytest.fixture
def desk(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    plain_words(monkeypatch)
    with opened(database) as made:
        made.join(NEW, "Neu", published=0)
        made.join(KIM, "Kim Osei", Role.COORDINATOR)
        yield made


def published(desk: Desk) -> int:
    found = desk.member(NEW)
    assert found is not None
    return found.published


async def test_the_first_three_posts_are_receipted_with_their_page(desk: Desk) -> None:
    for number in range(4):
        reply = await desk.send("water", f"text {number}", sender=NEW, subject=f"Post {number}")
        if number == 0:
            receipt = desk.letter()
            assert receipt.subject == "Your post is out: Post 0"
            assert reply.text.removeprefix("Accepted ") in receipt.text
            assert "2 members" in receipt.text
            assert "first post" in receipt.text
    later = desk.new_letters()
    assert [one.subject for one in later] == [f"Your post is out: Post {n}" for n in (1, 2)]
    assert "first post" not in later[0].text
    assert published(desk) == receipts.FIRST


async def test_who_asked_gets_a_receipt_of_each_post(desk: Desk) -> None:
    with desk.db.write() as conn:
        members.change(conn, desk.group.info, ChangeMember(KIM, receipts=True), desk.now)
    await desk.send("water", "x", sender=KIM, subject="Hello")
    assert desk.letter().recipient == KIM


async def test_a_closed_archive_has_no_page_to_show(desk: Desk) -> None:
    desk.set(archive=ArchiveMode.MEMBERS)
    await desk.send("water", "x", sender=NEW, subject="Hello")
    assert "https://" not in desk.letter().text


async def test_posts_of_one_moment_are_receipted_and_counted_too(desk: Desk) -> None:
    sent = [
        desk.send("water", f"x {number}", sender=sender, subject=f"{number}")
        for number in range(4)
        for sender in (NEW, KIM)
    ]
    await asyncio.gather(*sent)
    assert len(desk.subjects()) == 8
    # Those that are decided together see one count: never fewer receipts, never an endless count.
    assert len(desk.new_letters()) >= receipts.FIRST
    assert published(desk) >= receipts.FIRST


async def test_only_those_who_get_it_at_once_are_counted(desk: Desk) -> None:
    with desk.db.write() as conn:
        wish = ChangeMember(KIM, delivery=Delivery.NONE)
        members.change(conn, desk.group.info, wish, desk.now)
    await desk.send("water", "x", sender=NEW, subject="Hello")
    assert "1 member." in desk.letter().text


async def test_first_posts_of_new_members_are_held_until_enough_were_published(
    desk: Desk,
) -> None:
    desk.set(first_posts=2)
    await desk.send("water", "one", sender=NEW, subject="One")
    to_author, to_kim = desk.new_letters()
    assert (to_author.recipient, to_kim.recipient) == (NEW, KIM)
    assert "first posts" in to_kim.text
    await desk.answer(to_kim, "yes")
    assert [one.subject for one in desk.new_letters()] == ["Your post is out: One"]
    await desk.send("water", "two", sender=NEW, subject="Two")
    await desk.answer(desk.new_letters()[1], "no: too short")
    await desk.send("water", "three", sender=NEW, subject="Three")
    await desk.answer(desk.new_letters()[-1], "yes")
    await desk.send("water", "four", sender=NEW, subject="Four")
    assert desk.subjects() == ["One", "Three", "Four"]
    assert published(desk) == 3


async def test_a_decision_on_a_first_post_may_trust(desk: Desk) -> None:
    desk.set(first_posts=5)
    await desk.send("water", "one", sender=NEW, subject="One")
    await desk.answer(desk.new_letters()[1], "trust")
    await desk.send("water", "two", sender=NEW, subject="Two")
    assert desk.subjects() == ["One", "Two"]


async def test_a_stranger_who_joins_to_publish_gets_a_receipt(desk: Desk) -> None:
    await desk.send("water", "x", sender="bob@farm.example", subject="Pump")
    await desk.answer(desk.letter(), "")
    subjects = [one.subject for one in desk.new_letters()]
    assert "Your post is out: Pump" in subjects
    assert len(subjects) == 2
    assert desk.subjects() == ["Pump"]


async def test_a_stranger_who_joins_a_group_that_looks_at_first_posts_waits_there(
    desk: Desk,
) -> None:
    desk.set(first_posts=1)
    await desk.send("water", "x", sender="bob@farm.example", subject="Pump")
    await desk.answer(desk.letter(), "")
    assert (desk.subjects(), desk.held()) == ([], [("first-post", "waiting")])
    assert {one.recipient for one in desk.new_letters()} == {"bob@farm.example", KIM}


async def test_in_a_moderated_group_joining_publishes_nothing_by_itself(desk: Desk) -> None:
    desk.set(who_posts=WhoPosts.MODERATED)
    await desk.send("water", "x", sender="bob@farm.example", subject="Pump")
    await desk.answer(desk.letter(), "")
    assert (desk.subjects(), desk.held()) == ([], [("moderated", "waiting")])


@given(st.integers(0, 20), st.integers(0, 10), st.booleans())
def test_a_post_of_a_known_member_costs_nothing_more(
    count: int, first_posts: int, asked: bool
) -> None:
    member = replace(MEMBER, published=count, receipts=asked)
    group = replace(GROUP, first_posts=first_posts)
    effects = receipts.follow_up(
        member, group, key="k", subject="s", message_id="m", readers=1, base_url="https://x"
    )
    assert receipts.is_new(member, group) or effects == ()
    assert (CountPost(member.id) in effects) == (count < max(receipts.FIRST, first_posts))
    assert receipts.is_due(member) == (len(effects) > (CountPost(member.id) in effects))

"""Posts that wait or are sent back for what a group, a thread or a member is now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from archive.db import Database
from archive.model import ArchiveMode
from dgroup.changes import ChangeMember
from dgroup.effects import AskModerators, HoldMail, OutcomeKind
from dgroup.model import GroupState, MemberState, Posting, Role, WhoJoins, WhoPosts
from dgroup.people import members
from tests.dgroup.desk import Desk, opened
from tests.dgroup.plainmail import (
    BOSS,
    FAIL,
    GROUP,
    MEMBER,
    MINE,
    MODERATED,
    NONE,
    decide,
    letters,
    mail,
)

FROZEN = replace(GROUP, state=GroupState.FROZEN)
NEW = replace(MEMBER, published=1)
BY_HAND = replace(MEMBER, posting=Posting.MODERATED)
TRUSTED = replace(MEMBER, posting=Posting.TRUSTED, published=0)
LOOKS = replace(GROUP, first_posts=2)
ANA, KIM = "ana@ngo.example", "kim@ngo.example"


def test_a_frozen_group_refuses_with_the_way_to_its_archive() -> None:
    outcome = decide(mail(), MEMBER, FROZEN).outcome
    assert (outcome.kind, outcome.reply.code) == (OutcomeKind.REFUSED, 550)
    assert "https://lists.example/water/" in outcome.reply.text
    private = replace(FROZEN, info=replace(FROZEN.info, archive=ArchiveMode.MEMBERS))
    assert "https" not in decide(mail(), MEMBER, private).outcome.reply.text


@pytest.mark.parametrize("member", [MEMBER, BOSS, None])
def test_behind_a_front_the_sender_of_a_frozen_group_is_told_once_and_nothing_is_held(
    member: object,
) -> None:
    planned = decide(mail(front=True), member, FROZEN)  # type: ignore[arg-type]  # as given above
    assert (planned.outcome.kind, planned.outcome.reason) == (OutcomeKind.DISCARDED, "frozen")
    assert letters(planned) == [("group-closed", MINE)]


def test_who_nobody_vouches_for_gets_no_letter_of_a_frozen_group() -> None:
    assert letters(decide(mail(front=True, alignment=NONE), None, FROZEN)) == []
    assert letters(decide(mail(front=True, alignment=FAIL), MEMBER, FROZEN)) == []


def test_a_locked_thread_takes_no_post_and_says_how_to_go_on() -> None:
    direct = decide(mail(), MEMBER, locked=True)
    assert direct.outcome.reply.code == 550
    assert "new mail" in direct.outcome.reply.text
    assert letters(decide(mail(front=True), MEMBER, locked=True)) == [("thread-closed", MINE)]
    stranger = decide(mail(front=True), None, locked=True)
    assert stranger.outcome.reason == "not-a-member"


@pytest.mark.parametrize(
    ("group", "member", "reason"),
    [
        (MODERATED, MEMBER, "moderated"),
        (MODERATED, TRUSTED, "posted"),
        (MODERATED, BOSS, "posted"),
        (GROUP, BY_HAND, "member-moderated"),
        (GROUP, replace(BY_HAND, role=Role.MODERATOR), "posted"),
        (LOOKS, NEW, "first-post"),
        (LOOKS, replace(NEW, published=2), "posted"),
        (LOOKS, TRUSTED, "posted"),
        (LOOKS, replace(NEW, role=Role.COORDINATOR), "posted"),
        (GROUP, replace(TRUSTED, state=MemberState.LEFT), "not-a-member"),
    ],
)
def test_who_waits_for_a_moderator(group: object, member: object, reason: str) -> None:
    planned = decide(mail(front=True), member, group, moderators=(BOSS,))  # type: ignore[arg-type]  # as given above
    if reason == "posted":
        assert planned.outcome.kind is OutcomeKind.POSTED
        return
    assert (planned.outcome.kind, planned.outcome.reason) == (OutcomeKind.HELD, reason)
    asked = [one for one in planned.effects if isinstance(one, AskModerators)]
    assert asked == ([] if reason == "not-a-member" else [AskModerators((BOSS,))])


def test_where_joining_is_no_way_the_moderators_decide_on_strangers() -> None:
    group = replace(GROUP, who_joins=WhoJoins.APPROVAL)
    planned = decide(mail(front=True), None, group, moderators=(BOSS,))
    assert planned.effects[-1] == AskModerators((BOSS,))
    assert letters(planned) == [("held", MINE)]


def test_the_same_mail_again_asks_nobody_again() -> None:
    planned = decide(mail(), MEMBER, MODERATED, moderators=(BOSS,), waiting_hold=True)
    assert [type(one) for one in planned.effects] == [HoldMail]


@pytest.fixture
def desk(sqlite_database: Database) -> Iterator[Desk]:
    with opened(sqlite_database) as made:
        made.join(ANA, "Ana Lopez")
        made.join(KIM, "Kim Osei", Role.COORDINATOR)
        yield made


async def test_a_frozen_groups_letter_names_the_archive_and_ends_at_the_cap(desk: Desk) -> None:
    desk.set(state=GroupState.FROZEN)
    for number in range(12):
        await desk.send("water", "Hello", subject=f"{number}")
    sent = desk.new_letters()
    assert len(sent) == 10
    assert "https://lists.example/water/" in sent[0].text
    assert (desk.subjects(), desk.held()) == ([], [])
    assert desk.last() == ("discarded", "frozen")


async def test_members_leave_a_frozen_group_all_the_same(desk: Desk) -> None:
    desk.set(state=GroupState.FROZEN)
    await desk.send("water", "unsubscribe")
    assert desk.state(ANA) == "left"


async def test_a_moderated_members_posts_wait_and_are_shown(desk: Desk) -> None:
    with desk.db.write() as conn:
        wish = ChangeMember(ANA, posting=Posting.MODERATED)
        members.change(conn, desk.group.info, wish, desk.now)
    await desk.send("water", "Hello", subject="Hello")
    assert {one.recipient for one in desk.new_letters()} == {ANA, KIM}


async def test_in_an_announce_group_what_members_send_is_shown_to_moderators(desk: Desk) -> None:
    desk.set(who_posts=WhoPosts.ANNOUNCE)
    await desk.send("water", "Hello", subject="Hello")
    assert {one.recipient for one in desk.new_letters()} == {ANA, KIM}

"""The rules one by one: loops, robots, states of members, other lists, kinds of groups."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.model import Mailbox
from dgroup.effects import (
    OutcomeKind,
)
from dgroup.model import (
    DmarcPolicy,
    MemberState,
    Role,
    WhoJoins,
)
from tests.dgroup.plainmail import (
    ANNOUNCE,
    BOSS,
    FAIL,
    GROUP,
    MEMBER,
    MINE,
    MODERATED,
    NONE,
    OPEN,
    decide,
    letters,
    mail,
)


def test_our_own_copy_coming_back_is_no_post() -> None:
    echo = mail(headers="X-Loop: Water@lists.example\r\n")
    assert decide(echo, MEMBER).outcome.reason == "own-echo"
    another = mail(headers="X-Loop: soil@lists.example\r\n")
    assert decide(another, MEMBER).outcome.kind is OutcomeKind.POSTED


def test_a_mail_that_has_been_round_a_hundred_hosts_is_a_loop() -> None:
    trace = "Received: from a by b; Mon, 2 Mar 2026 09:00:00 +0000\r\n"
    assert decide(mail(headers=trace * 100), MEMBER).outcome.reason == "received-loop"
    assert (
        decide(mail(headers=trace * 99), MEMBER, replace(GROUP, max_size=0)).outcome.kind
        is OutcomeKind.POSTED
    )


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ("Precedence: bulk\r\n", "precedence"),
        ("X-Autoreply: yes\r\n", "x-autoreply"),
        ("Auto-Submitted: auto-generated; owner=x\r\n", "auto-submitted"),
        ("Content-Type: multipart/report; report-type=delivery-status\r\n", "report"),
    ],
)
def test_robots_are_told_by_their_marks(headers: str, reason: str) -> None:
    planned = decide(mail(headers=headers), MEMBER)
    assert (planned.outcome.kind, planned.outcome.reason) == (OutcomeKind.DISCARDED, reason)


def test_auto_submitted_no_is_a_person() -> None:
    assert decide(mail(headers="Auto-Submitted: no\r\n"), MEMBER).outcome.kind is OutcomeKind.POSTED


def test_a_subject_alone_makes_a_members_mail_wait_and_a_strangers_vanish() -> None:
    post = mail(subject="Automatic reply to farmers by SMS?")
    planned = decide(post, MEMBER)
    assert (planned.outcome.kind, planned.outcome.reason) == (OutcomeKind.HELD, "away-subject")
    assert letters(planned) == []
    assert decide(post).outcome.kind is OutcomeKind.DISCARDED


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (MemberState.ACTIVE, OutcomeKind.POSTED),
        (MemberState.PAUSED, OutcomeKind.POSTED),
        (MemberState.SUSPENDED, OutcomeKind.POSTED),
        (MemberState.PENDING, OutcomeKind.HELD),
        (MemberState.LEFT, OutcomeKind.HELD),
    ],
)
def test_who_is_in_the_group_may_post_whether_or_not_they_get_mail(
    state: MemberState, kind: OutcomeKind
) -> None:
    assert decide(mail(), replace(MEMBER, state=state)).outcome.kind is kind


def test_somebody_who_left_is_a_stranger_with_the_same_proof_to_give() -> None:
    left = replace(MEMBER, state=MemberState.LEFT)
    assert decide(mail(alignment=NONE), left).outcome.kind is OutcomeKind.REFUSED
    forged = decide(mail(alignment=FAIL, front=True), left)
    assert (forged.outcome.kind, letters(forged)) == (OutcomeKind.DISCARDED, [])


def test_two_from_headers_are_refused_or_held_without_a_letter() -> None:
    double = "From: Boss <boss@ngo.example>\r\n"
    assert decide(mail(headers=double), MEMBER).outcome.reply.line().startswith("550 5.6.0")
    behind = decide(mail(front=True, headers=double), MEMBER)
    assert (behind.outcome.kind, letters(behind)) == (OutcomeKind.HELD, [])


def test_a_second_author_beside_a_member_waits_for_a_person() -> None:
    both = mail()
    named = (*both.message.from_, Mailbox("Eve", "eve@evil.example"))
    content = replace(both.content, message=replace(both.message, from_=named))
    planned = decide(replace(both, content=content), MEMBER)
    assert (planned.outcome.kind, planned.outcome.reason) == (OutcomeKind.HELD, "several-authors")


def test_list_id_does_not_bring_a_forged_mail_before_moderators_as_its_authors() -> None:
    forged = mail(headers="List-Id: <soil.other.example>\r\n", alignment=FAIL)
    planned = decide(forged, MEMBER)
    assert (planned.outcome.kind, planned.outcome.reason) == (OutcomeKind.HELD, "unproved")
    refused = replace(forged, verdicts=replace(forged.verdicts, policy=DmarcPolicy.REJECT))
    assert decide(refused, MEMBER).outcome.reason == "auth-fail"


def test_a_mail_of_another_list_waits_for_a_person() -> None:
    listed = "List-Id: <soil.other.example>\r\n"
    planned = decide(mail(headers=listed), MEMBER)
    assert (planned.outcome.kind, planned.outcome.reason) == (OutcomeKind.HELD, "other-list")
    assert letters(decide(mail(headers=listed))) == []


# --- Kinds of groups --------------------------------------------------------------------------


def test_an_open_group_takes_mail_of_anybody_who_is_not_forged() -> None:
    assert decide(mail(alignment=NONE), None, OPEN).outcome.reason == "open-group"
    assert decide(mail(alignment=FAIL), None, OPEN).outcome.kind is OutcomeKind.REFUSED
    assert decide(mail(alignment=FAIL), MEMBER, OPEN).outcome.reason == "auth-fail"


def test_a_moderated_group_holds_all_but_its_coordinators_posts() -> None:
    held = decide(mail(), MEMBER, MODERATED)
    assert (held.outcome.reason, letters(held)) == ("moderated", [("held", MINE)])
    assert decide(mail(), BOSS, MODERATED).outcome.kind is OutcomeKind.POSTED
    moderator = replace(MEMBER, role=Role.MODERATOR)
    assert decide(mail(), moderator, MODERATED).outcome.kind is OutcomeKind.POSTED
    assert decide(mail(alignment=FAIL), BOSS, MODERATED).outcome.reason == "auth-fail"


def test_in_an_announce_group_others_are_told_whom_to_write_to() -> None:
    refused = decide(mail(), MEMBER, ANNOUNCE)
    assert refused.outcome.reply.code == 550
    assert "water-owner@lists.example" in refused.outcome.reply.text
    behind = decide(mail(front=True), MEMBER, ANNOUNCE)
    assert letters(behind) == [("announce-only", MINE)]
    assert decide(mail(), BOSS, ANNOUNCE).outcome.kind is OutcomeKind.POSTED


def test_a_strangers_mail_to_an_announce_group_is_never_published_by_joining() -> None:
    planned = decide(mail(front=True), None, ANNOUNCE)
    assert planned.outcome.reason == "announce-only"
    assert "join-to-publish" not in dict(letters(planned))


def test_where_one_cannot_simply_join_the_letter_says_that_a_person_looks() -> None:
    for who in (WhoJoins.APPROVAL, WhoJoins.CLOSED):
        assert letters(decide(mail(), None, replace(GROUP, who_joins=who))) == [("held", MINE)]


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ("List-Id: <other.example>\r\n", "other-list"),
        ("Content-Type: application/octet-stream; name=x.exe\r\n", "attachments"),
    ],
)
def test_a_member_does_not_fill_the_disk_with_what_waits(headers: str, reason: str) -> None:
    post = mail(headers=headers)
    assert decide(post, MEMBER, waiting=99).outcome.kind is OutcomeKind.HELD
    outcome = decide(post, MEMBER, waiting=100).outcome
    assert (outcome.kind, outcome.reason, outcome.reply.code) == (OutcomeKind.REFUSED, reason, 450)

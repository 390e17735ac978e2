"""The table of RULINGS 1, row by row, on plain values; and what else `plan` decides."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.model import ArchiveMode
from dgroup import plan, policy
from dgroup.effects import (
    ForwardMail,
    HoldMail,
    Outcome,
    OutcomeKind,
    Plan,
    QueueCopies,
    QueueLetter,
    StorePost,
)
from dgroup.incoming import LetterCounts
from dgroup.model import (
    Alignment,
    DmarcPolicy,
    MemberState,
    Reply,
)
from tests.dgroup.plainmail import (
    ALIGNED,
    BASE,
    CAPS,
    FAIL,
    GROUP,
    INFO,
    MEMBER,
    MINE,
    MODERATED,
    NONE,
    decide,
    letters,
    mail,
)

REJECT, QUARANTINE = DmarcPolicy.REJECT, DmarcPolicy.QUARANTINE
BANNED = replace(MEMBER, state=MemberState.BANNED)
LARGE = "x" * 6000
ROBOT = "Auto-Submitted: auto-replied\r\n"

# who, path, alignment, policy of the domain, mail -> kind, code, reason, letters
TABLE = [
    # member, group open to members
    ("member", "direct", ALIGNED, None, {}, "posted", 250, "member", []),
    ("member", "front", ALIGNED, None, {}, "posted", 250, "member", []),
    ("member", "direct", NONE, None, {}, "posted", 250, "member", []),
    ("member", "front", NONE, None, {}, "posted", 250, "member", []),
    ("member", "direct", FAIL, REJECT, {}, "refused", 550, "auth-fail", []),
    ("member", "direct", FAIL, QUARANTINE, {}, "held", 250, "auth-fail", ["did-you-send"]),
    ("member", "direct", FAIL, None, {}, "held", 250, "auth-fail", ["did-you-send"]),
    ("member", "front", FAIL, REJECT, {}, "held", 250, "auth-fail", ["did-you-send"]),
    ("member", "front", FAIL, None, {}, "held", 250, "auth-fail", ["did-you-send"]),
    # non-member
    ("nobody", "direct", ALIGNED, None, {}, "held", 250, "not-a-member", ["join-to-publish"]),
    ("nobody", "front", ALIGNED, None, {}, "held", 250, "not-a-member", ["join-to-publish"]),
    ("nobody", "direct", NONE, None, {}, "refused", 550, "not-a-member", []),
    ("nobody", "front", NONE, None, {}, "held", 250, "unproved", []),
    ("nobody", "direct", FAIL, None, {}, "refused", 550, "auth-fail", []),
    ("nobody", "direct", FAIL, REJECT, {}, "refused", 550, "auth-fail", []),
    ("nobody", "front", FAIL, None, {}, "discarded", 250, "auth-fail", []),
    # banned
    ("banned", "direct", ALIGNED, None, {}, "refused", 550, "banned", []),
    ("banned", "direct", FAIL, None, {}, "refused", 550, "banned", []),
    ("banned", "front", ALIGNED, None, {}, "discarded", 250, "banned", []),
    ("banned", "front", FAIL, None, {}, "discarded", 250, "banned", []),
    # automatic, loop, own echo
    ("member", "direct", ALIGNED, None, {"headers": ROBOT}, "discarded", 250, "auto-submitted", []),
    ("nobody", "direct", NONE, None, {"headers": ROBOT}, "discarded", 250, "auto-submitted", []),
    ("nobody", "front", FAIL, None, {"headers": ROBOT}, "discarded", 250, "auto-submitted", []),
    ("member", "direct", ALIGNED, None, {"mail_from": ""}, "discarded", 250, "null-sender", []),
    # too large
    ("member", "direct", ALIGNED, None, {"body": LARGE}, "refused", 552, "too-large", []),
    ("member", "direct", FAIL, REJECT, {"body": LARGE}, "refused", 552, "too-large", []),
    ("member", "front", ALIGNED, None, {"body": LARGE}, "held", 250, "too-large", ["too-large"]),
    ("member", "front", NONE, None, {"body": LARGE}, "held", 250, "too-large", []),
    ("member", "front", FAIL, None, {"body": LARGE}, "discarded", 250, "too-large auth-fail", []),
    ("nobody", "front", ALIGNED, None, {"body": LARGE}, "held", 250, "too-large", ["too-large"]),
    ("nobody", "front", NONE, None, {"body": LARGE}, "held", 250, "too-large", []),
    ("nobody", "front", FAIL, None, {"body": LARGE}, "discarded", 250, "auth-fail", []),
]
WHO = {"member": MEMBER, "nobody": None, "banned": BANNED}


@pytest.mark.parametrize(
    ("who", "path", "alignment", "dmarc", "more", "kind", "code", "reason", "told"), TABLE
)
def test_what_becomes_of_a_post(
    who: str,
    path: str,
    alignment: Alignment,
    dmarc: DmarcPolicy | None,
    more: dict[str, str],
    kind: str,
    code: int,
    reason: str,
    told: list[str],
) -> None:
    post = mail(
        front=path == "front",
        alignment=alignment,
        dmarc=dmarc or DmarcPolicy.NONE,
        headers=more.get("headers", ""),
        body=more.get("body", "How deep is your well?"),
        mail_from=more.get("mail_from", MINE),
    )
    planned = decide(post, WHO[who])
    outcome = planned.outcome
    assert (outcome.kind, outcome.reply.code, outcome.reason) == (kind, code, reason)
    assert letters(planned) == [(name, MINE) for name in told]
    kept = [type(effect) for effect in planned.effects if not isinstance(effect, QueueLetter)]
    assert kept == {"posted": [StorePost, QueueCopies], "held": [HoldMail]}.get(kind, [])


def test_a_front_is_never_answered_with_a_refusal() -> None:
    """It has said 250 already: a refusal would bounce to a sender that may be forged."""
    for row in TABLE:
        if row[1] == "front":
            assert row[6] == 250


def test_the_same_mail_again_is_taken_once() -> None:
    planned = decide(mail(), MEMBER, duplicate_of=12)
    assert (planned.outcome.kind, planned.outcome.reason) == (OutcomeKind.DISCARDED, "duplicate")
    assert planned.outcome.reply.code == 250
    assert planned.effects == ()


def test_another_mail_under_a_known_id_is_posted_under_a_key_of_its_own() -> None:
    post = mail()
    planned = decide(post, MEMBER, imposter=True)
    assert StorePost("", imposter=True, registered="Ana") in planned.effects
    assert plan.post_key(post, imposter=True) in planned.outcome.reply.text
    assert plan.post_key(post, imposter=True) != plan.post_key(post, imposter=False)


def test_the_reply_names_the_page_of_a_public_group_only() -> None:
    assert decide(mail(), MEMBER).outcome.reply.text.startswith(f"Accepted {BASE}/water/m/")
    closed = replace(GROUP, info=replace(INFO, archive=ArchiveMode.MEMBERS))
    assert decide(mail(), MEMBER, closed).outcome.reply.text == "Accepted"


# --- Letters and their caps -------------------------------------------------------------------


def test_a_question_goes_to_the_registered_address_in_the_members_language() -> None:
    planned = decide(mail(alignment=FAIL, sender="alias@ngo.example"), MEMBER)
    (letter,) = [one for one in planned.effects if isinstance(one, QueueLetter)]
    assert (letter.recipient, letter.language) == (MINE, "fr")
    assert letter.code is not None
    assert (letter.code.action, letter.code.address) == ("publish", MINE)
    assert letter.answers == ""


@pytest.mark.parametrize(
    "counts",
    [
        LetterCounts(letters=10),
        LetterCounts(letters=1, confirmations_here=1, confirmations=1),
        LetterCounts(letters=3, confirmations=3),
    ],
)
def test_caps_silence_the_letter_and_keep_the_mail(counts: LetterCounts) -> None:
    for post, member in ((mail(), None), (mail(alignment=FAIL), MEMBER)):
        planned = decide(post, member, letters=counts)
        assert (planned.outcome.kind, letters(planned)) == (OutcomeKind.HELD, [])


def test_a_mail_that_is_held_already_brings_no_second_letter() -> None:
    assert letters(decide(mail(), None, waiting_hold=True)) == []


def test_one_sender_cannot_fill_the_desk() -> None:
    full = policy.SENDER_HOLDS
    assert decide(mail(), None, waiting=full - 1).outcome.kind is OutcomeKind.HELD
    assert decide(mail(), None, waiting=full).outcome.kind is OutcomeKind.REFUSED
    assert decide(mail(front=True), None, waiting=full).outcome.reason == "cap not-a-member"


def test_mails_of_unknown_origin_are_held_up_to_a_bound_for_the_group() -> None:
    silent = mail(front=True, alignment=NONE)
    assert decide(silent, None, waiting=policy.UNPROVED_HOLDS - 1).outcome.kind is OutcomeKind.HELD
    over = decide(silent, None, waiting=policy.UNPROVED_HOLDS)
    assert (over.outcome.kind, over.outcome.reason) == (OutcomeKind.DISCARDED, "cap unproved")


def test_moderated_posts_are_never_dropped_by_a_cap() -> None:
    assert decide(mail(), MEMBER, MODERATED, waiting=10_000).outcome.kind is OutcomeKind.HELD


def test_a_held_mail_says_whom_its_refusal_may_be_told() -> None:
    def answer_to(planned: Plan) -> str:
        (kept,) = [one for one in planned.effects if isinstance(one, HoldMail)]
        return kept.answer_to

    assert answer_to(decide(mail(), None)) == MINE
    assert answer_to(decide(mail(alignment=NONE), MEMBER, MODERATED)) == MINE
    assert answer_to(decide(mail(alignment=FAIL), MEMBER)) == ""
    assert answer_to(decide(mail(alignment=NONE, front=True), None)) == ""


# --- Mixed fates ------------------------------------------------------------------------------

REFUSED = Outcome(OutcomeKind.REFUSED, Reply(550, "5.7.1", "Only members post"), "not-a-member")


def test_a_refusal_beside_a_kept_mail_becomes_one_letter_to_a_proved_sender() -> None:
    planned = plan.plan_mixed(mail(), GROUP, REFUSED, LetterCounts(), CAPS)
    assert letters(planned) == [("not-posted", MINE)]
    assert planned.outcome.reason == "mixed not-a-member"


def test_a_refusal_is_told_to_nobody_else() -> None:
    unproved = plan.plan_mixed(mail(alignment=NONE), GROUP, REFUSED, LetterCounts(), CAPS)
    capped = plan.plan_mixed(mail(), GROUP, REFUSED, LetterCounts(letters=10), CAPS)
    assert letters(unproved) == letters(capped) == []


# --- Mail for people --------------------------------------------------------------


def test_mail_for_people_is_passed_on_untouched() -> None:
    planned = plan.plan_owner(mail(to="water-owner@lists.example"), GROUP, ("bo@ngo.example",))
    assert planned.effects == (ForwardMail(("bo@ngo.example",)),)


def test_robots_and_forgers_do_not_reach_the_coordinators() -> None:
    to, people = "water-owner@lists.example", ("bo@ngo.example",)
    robot = plan.plan_owner(mail(to=to, headers=ROBOT), GROUP, people)
    forged = plan.plan_owner(mail(to=to, alignment=FAIL), GROUP, people)
    behind = plan.plan_owner(mail(to=to, alignment=FAIL, front=True), GROUP, people)
    assert (robot.effects, forged.effects, behind.effects) == ((), (), ())
    assert forged.outcome.reply.code == 550
    assert behind.outcome.reply.code == 250


def test_reports_to_the_postmaster_are_passed_on_but_not_in_circles() -> None:
    to, people = "postmaster@lists.example", ("host@ops.example",)
    report = plan.plan_owner(mail(to=to, headers=ROBOT, mail_from=""), GROUP, people)
    assert report.effects == (ForwardMail(people),)
    echo = mail(to=to, headers="X-Loop: water@lists.example\r\n")
    assert plan.plan_owner(echo, GROUP, people).outcome.reason == "own-echo"


def test_mail_for_people_where_nobody_is_left_is_kept() -> None:
    planned = plan.plan_owner(mail(to="water-owner@lists.example"), GROUP, ())
    assert planned.outcome.kind is OutcomeKind.HELD
    assert any(isinstance(one, HoldMail) for one in planned.effects)

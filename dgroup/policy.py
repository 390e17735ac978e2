"""RULES: what becomes of a post (RULINGS 1). An ordered tuple of small pure functions; the first
verdict wins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from archive.model import ParsedMessage
from dgroup import filetypes
from dgroup.away_subjects import looks_away
from dgroup.incoming import Incoming, PostFacts
from dgroup.model import (
    Alignment,
    Group,
    GroupState,
    Membership,
    MemberState,
    Posting,
    Role,
    Spam,
    WhoJoins,
    WhoPosts,
)

MAX_RECEIVED = 100  # RFC 5321 6.3
LOOP_HEADER = "x-loop"
SENDER_HOLDS = 10
"""mails of one sender that are held at a time"""
UNPROVED_HOLDS = 100
"""mails of a group that are held at a time though nobody vouches for their senders"""
AWAY_SUBJECT = "away-subject"
MAYBE = "maybe-command"
FROZEN = "frozen"
UNPROVED = "unproved"
TWO_FROM = "two-from"
SPAM = "spam"
UNPROVED_SPAM = "unproved-spam"
ATTACHMENTS = "attachments"
FLOOD, GROUP_FLOOD = "flood", "group-flood"
FLOODS = frozenset({FLOOD, GROUP_FLOOD})
FLOOD_HOLDS = 100
"""mails of one sender that wait for one reason at a time"""
NOBODYS = frozenset({UNPROVED, TWO_FROM, UNPROVED_SPAM})
"""reasons that say nothing of the sender: such holds are counted for the whole group"""
_TOO_MANY = "Too many mails in a short time; try again later"
_AUTH_FAILED = "Mail authentication failed (DMARC policy of the sender's domain)"


class Fate(StrEnum):
    """What a rule decides."""

    POST = "post"
    HOLD = "hold"
    REFUSE = "refuse"
    """an SMTP refusal where we are the MX; `plan` turns it into what the front path allows"""
    DISCARD = "discard"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision, the reason for the log, and the letter and SMTP text that go with it."""

    fate: Fate
    reason: str
    letter: str = ""
    """name of the letter to the sender, if they may get one"""
    code: int = 550
    enhanced: str = "5.7.1"
    text: str = ""
    """what an SMTP client is told when refused; names the cure"""
    limit: int = 0
    """how many mails like this one may be held at a time; 0 = any number"""
    drops: bool = False
    """a refusal that nobody could lift: behind a front the mail is not held"""


Rule = Callable[[Incoming, PostFacts], Verdict | None]


def loop(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """Our own copy coming back, or a mail that has been round too many hosts."""
    if is_echo(mail, facts.group.address) or is_echo(mail, _posted_to(mail, facts.group)):
        return Verdict(Fate.DISCARD, "own-echo")
    if mail.message.received_count >= MAX_RECEIVED:
        return Verdict(Fate.DISCARD, "received-loop")
    return None


def banned(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """A banned person is refused, or behind a front discarded."""
    if not facts.banned:
        return None
    if mail.envelope.trusted_front:
        return Verdict(Fate.DISCARD, "banned")
    return Verdict(Fate.REFUSE, "banned", text="You cannot post to this group")


def automatic(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """Out-of-office answers, reports and other robots never reach members (STANDARDS pain 18).

    A member's mail that only its subject makes suspect is looked at by a person.
    """
    reason = automatic_reason(mail)
    if reason == AWAY_SUBJECT and facts.inside:
        return Verdict(Fate.HOLD, AWAY_SUBJECT, limit=SENDER_HOLDS)
    return Verdict(Fate.DISCARD, reason) if reason else None


def duplicate(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """The same mail again, by a second route or a client's second try: taken once."""
    return Verdict(Fate.DISCARD, "duplicate") if facts.duplicate_of is not None else None


def two_authors(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """More than one From header hides who is speaking (DMARC bypass)."""
    if "two-from" not in mail.message.defects:
        # Several mailboxes in From are lawful (RFC 5322 3.6.2), but only the first was judged.
        several = facts.inside and len(mail.message.from_) > 1
        return _wait("several-authors") if several else None
    text = "A mail must have one From header (RFC 5322 3.6)"
    return Verdict(Fate.REFUSE, TWO_FROM, enhanced="5.6.0", text=text, limit=UNPROVED_HOLDS)


def forged_stranger(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """Authentication failed and the sender is nobody we know."""
    if facts.inside or mail.verdicts.alignment is not Alignment.FAIL:
        return None
    if mail.envelope.trusted_front:
        return Verdict(Fate.DISCARD, "auth-fail")
    return Verdict(Fate.REFUSE, "auth-fail", text=_AUTH_FAILED)


def closed(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """A frozen group and a locked thread take no posts; the sender learns where it can be read."""
    if facts.group.state is not GroupState.OPEN:
        text = "This group is closed for posts"
        return Verdict(Fate.REFUSE, FROZEN, "group-closed", text=text, drops=True)
    if facts.locked and facts.inside:
        text = "This thread is closed; to begin a new one, write a new mail instead of a reply"
        return Verdict(Fate.REFUSE, "locked", "thread-closed", text=text, drops=True)
    return None


def spam(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """What the host's own filter takes for spam. Only members whom their domain vouches for are told:
    filters err, and the senders of spam are forged."""
    if not mail.spam or facts.group.spam is Spam.IGNORE:
        return None
    known = facts.inside and is_vouched(mail)
    if facts.group.spam is Spam.REFUSE:
        letter = "spam-refused" if known else ""
        text = "Our filter takes this mail for spam"
        return Verdict(Fate.REFUSE, SPAM, letter, text=text, drops=True)
    return _wait(SPAM, "held") if known else _wait(UNPROVED_SPAM, limit=UNPROVED_HOLDS)


def too_large(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """Above the group's own limit; the listener's limit was met before."""
    limit = facts.group.max_size
    if not limit or len(mail.envelope.raw) <= limit:
        return None
    if mail.envelope.trusted_front and mail.verdicts.alignment is Alignment.FAIL:
        return Verdict(Fate.DISCARD, "too-large auth-fail")
    text = f"This group takes mails of up to {limit // 1024} KB"
    return Verdict(Fate.REFUSE, "too-large", "too-large", 552, "5.3.4", text, SENDER_HOLDS)


def announcements_only(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """In an announce group only coordinators and moderators post."""
    group = facts.group
    if group.who_posts is not WhoPosts.ANNOUNCE or may_announce(facts.member):
        return None
    owner = group.address.replace("@", "-owner@")
    text = f"Only coordinators post to this group; write to {owner}"
    known = is_vouched(mail) or facts.inside or not mail.envelope.trusted_front
    reason = "announce-only" if known else UNPROVED
    return Verdict(Fate.REFUSE, reason, "announce-only", text=text, limit=_limit(mail))


def attachments(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """Files of a kind that the group does not pass on unseen. It goes before whatever is published on
    its author's word alone; who is refused anyway is left to the rules that do."""
    if not filetypes.kept_back(mail.message, facts.group.attachments, mail.envelope.raw):
        return None
    failed, front = mail.verdicts.alignment is Alignment.FAIL, mail.envelope.trusted_front
    if mail.verdicts.rejected and not front:
        return None
    if failed or (facts.group.who_posts is WhoPosts.OPEN and not facts.inside):
        known = is_vouched(mail)
        return _wait(*((ATTACHMENTS, "held") if known else (UNPROVED, "")), limit=_limit(mail))
    if not facts.inside and not is_vouched(mail):
        return None
    return _wait(ATTACHMENTS, "held", FLOOD_HOLDS if facts.inside else SENDER_HOLDS)


def flood(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """More than the group takes in an hour, from one sender or in all, waits for a person."""
    for limit, count, reason in (
        (facts.group.member_hourly, facts.sent_this_hour, FLOOD),
        (facts.group.group_hourly, facts.posted_this_hour, GROUP_FLOOD),
    ):
        if limit and count >= limit:
            return _wait(reason, "held-flood")
    return None


def _wait(reason: str, letter: str = "", limit: int = FLOOD_HOLDS) -> Verdict:
    """A person decides; nobody fills the disk by it."""
    return Verdict(Fate.HOLD, reason, letter, 450, "4.7.1", _TOO_MANY, limit)


def stranger(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """Somebody who is not a member writes to a group that only takes members' posts."""
    if facts.inside or facts.group.who_posts is WhoPosts.OPEN:
        return None
    text, limit = _cure(facts.group), _limit(mail)
    if is_vouched(mail):
        letter = "join-to-publish" if facts.group.who_joins is WhoJoins.OPEN else "held"
        return Verdict(Fate.HOLD, "not-a-member", letter, text=text, limit=limit)
    if mail.envelope.trusted_front:
        return Verdict(Fate.HOLD, UNPROVED, limit=limit)
    return Verdict(Fate.REFUSE, "not-a-member", text=text)


def other_list(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """A mail of another list must not pass unseen (RFC 2919): a person looks at it first. Where
    authentication failed nobody is asked about it as if it were its author's."""
    if not is_list_mail(mail) or (mail.verdicts.rejected and not mail.envelope.trusted_front):
        return None
    failed = mail.verdicts.alignment is Alignment.FAIL
    return _wait(UNPROVED, limit=UNPROVED_HOLDS) if failed else _wait("other-list")


def forged_member(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """Authentication failed in the name of a member: the member is asked."""
    if mail.verdicts.alignment is not Alignment.FAIL:
        return None
    if mail.verdicts.rejected and not mail.envelope.trusted_front:
        return Verdict(Fate.REFUSE, "auth-fail", text=_AUTH_FAILED)
    return Verdict(Fate.HOLD, "auth-fail", "did-you-send", text=_AUTH_FAILED, limit=SENDER_HOLDS)


def maybe_command(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """What may be meant for us and not for the group: its sender says which (COMMANDS D5)."""
    if not facts.maybe or not facts.inside:
        return None
    return Verdict(Fate.HOLD, MAYBE, MAYBE, limit=SENDER_HOLDS)


def moderated(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """Some or all posts wait for a moderator."""
    reason = decision_reason(facts.group, facts.member)
    return Verdict(Fate.HOLD, reason, "held") if reason else None


def accept(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """Nothing speaks against it."""
    return Verdict(Fate.POST, "member" if facts.inside else "open-group")


RULES: tuple[Rule, ...] = (
    loop,
    banned,
    automatic,
    duplicate,
    two_authors,
    forged_stranger,
    closed,
    spam,
    too_large,
    announcements_only,
    attachments,
    stranger,
    other_list,
    forged_member,
    maybe_command,
    flood,
    moderated,
    accept,
)


def judge(mail: Incoming, facts: PostFacts) -> Verdict:
    """Give the verdict of the first rule that has one."""
    for rule in RULES:
        if (verdict := rule(mail, facts)) is not None:
            return verdict
    raise AssertionError("the last rule always has a verdict")


# --- What rules ask ---------------------------------------------------------------------------


def may_announce(member: Membership | None) -> bool:
    """Tell whether somebody posts without a decision: a coordinator or moderator."""
    return member is not None and member.moderates


def decision_reason(group: Group, member: Membership | None) -> str:
    """Say why a proved post still waits for a moderator, or ''."""
    if may_announce(member):
        return ""
    if group.who_posts is WhoPosts.ANNOUNCE:
        return "moderated"  # it was held before only coordinators could post
    if member is not None and member.inside and member.posting is Posting.TRUSTED:
        return ""
    if group.who_posts is WhoPosts.MODERATED:
        return "moderated"
    if member is None or not member.inside:
        return ""
    if member.posting is Posting.MODERATED:
        return "member-moderated"
    return "first-post" if member.published < group.first_posts else ""


def joining_reason(group: Group, member: Membership | None) -> str:
    """The same for somebody who joins now; `member` is what they were before, or None."""
    if member is None:
        first = "first-post" if group.first_posts else ""
        return decision_reason(group, None) or first
    if member.inside:
        return decision_reason(group, member)
    return decision_reason(group, replace(member, state=MemberState.ACTIVE, role=Role.MEMBER))


def is_vouched(mail: Incoming) -> bool:
    """Tell whether the sender's domain vouches for the mail, so that the sender may be answered."""
    return mail.verdicts.alignment is Alignment.ALIGNED and bool(mail.sender)


def is_list_mail(mail: Incoming) -> bool:
    """Tell whether the mail came through a list: nobody's command, and never answered."""
    return any(name == "list-id" for name, _ in mail.message.list_headers)


def is_echo(mail: Incoming, address: str) -> bool:
    """Tell whether a copy that we sent for `address` has come back."""
    ours = address.lower()
    return any(
        name == LOOP_HEADER and value.strip().lower() == ours
        for name, value in mail.message.headers
    )


def _posted_to(mail: Incoming, group: Group) -> str:
    """The address that copies had when the group was still called as the mail calls it."""
    return f"{mail.route.group}@{group.address.partition('@')[2]}"


def _limit(mail: Incoming) -> int:
    return SENDER_HOLDS if is_vouched(mail) else UNPROVED_HOLDS


def _cure(group: Group) -> str:
    join = group.address.replace("@", "-join@")
    if group.who_joins is WhoJoins.CLOSED:
        return f"Only members post to this group; write to {group.address.replace('@', '-owner@')}"
    return f"Only members post to this group; to join, send an empty mail to {join}"


# --- The shield -------------------------------------------------------------------------------

_AUTO_HEADERS = frozenset({"x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply"})
_AUTO_PRECEDENCE = frozenset({"bulk", "junk", "auto_reply"})


def automatic_reason(mail: Incoming) -> str:
    """Say why a mail is from a robot, or '' (RFC 3834 2; COMMANDS D2 shield).

    Precedence list and List-Id do not count here: a post may come through another list, and a
    command that does is caught by `plan`.
    """
    return robot_reason(mail.message, mail.envelope.mail_from)


def robot_reason(message: ParsedMessage, mail_from: str) -> str:
    """The same of a stored mail: its fields and the reverse-path that it came with."""
    if mail_from == "":
        return "null-sender"
    if message.auto_submitted not in {"", "no"}:
        return "auto-submitted"
    if message.precedence in _AUTO_PRECEDENCE:
        return "precedence"
    if any(name in _AUTO_HEADERS and value.lower() != "no" for name, value in message.headers):
        return "x-autoreply"
    if _is_report(message):
        return "report"
    return AWAY_SUBJECT if looks_away(message.subject) else ""


def _is_report(message: ParsedMessage) -> bool:
    return any(
        name == "content-type" and value.lower().startswith("multipart/report")
        for name, value in message.headers
    )

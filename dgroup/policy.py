"""RULES: what becomes of a post (RULINGS 1). An ordered tuple of small pure functions; the first
verdict wins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from dgroup.incoming import Incoming, PostFacts
from dgroup.model import Alignment, DmarcPolicy, Group, MemberState, Role, WhoJoins, WhoPosts

MAX_RECEIVED = 100  # RFC 5321 6.3
LOOP_HEADER = "x-loop"


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


Rule = Callable[[Incoming, PostFacts], Verdict | None]


def loop(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """Our own copy coming back, or a mail that has been round too many hosts."""
    message = mail.message
    ours = facts.group.address.lower()
    if any(name == LOOP_HEADER and value.lower() == ours for name, value in message.headers):
        return Verdict(Fate.DISCARD, "own-echo")
    if message.received_count >= MAX_RECEIVED:
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
    """Out-of-office answers, reports and other robots never reach members (STANDARDS pain 18)."""
    reason = automatic_reason(mail)
    return Verdict(Fate.DISCARD, reason) if reason else None


def duplicate(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """The same mail again, by a second route or a client's second try: taken once."""
    return Verdict(Fate.DISCARD, "duplicate") if facts.duplicate_of is not None else None


def two_authors(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """More than one From header hides who is speaking (DMARC bypass)."""
    if "two-from" not in mail.message.defects:
        return None
    text = "A mail must have one From header (RFC 5322 3.6)"
    return Verdict(Fate.REFUSE, "two-from", code=550, enhanced="5.6.0", text=text)


def too_large(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """Above the group's own limit; the listener's limit was met before."""
    limit = facts.group.max_size
    if not limit or len(mail.envelope.raw) <= limit:
        return None
    text = f"This group takes mails of up to {limit // 1024} KB"
    return Verdict(Fate.REFUSE, "too-large", "too-large", 552, "5.3.4", text)


def forged(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """Authentication failed: the From domain publishes DMARC and nothing aligns."""
    if mail.verdicts.alignment is not Alignment.FAIL:
        return None
    if _is_member(facts):
        if mail.verdicts.policy is DmarcPolicy.REJECT and not mail.envelope.trusted_front:
            text = "Mail authentication failed (DMARC policy of your domain)"
            return Verdict(Fate.REFUSE, "auth-fail", text=text)
        return Verdict(Fate.HOLD, "auth-fail", "did-you-send")
    if mail.envelope.trusted_front:
        return Verdict(Fate.DISCARD, "auth-fail")
    return Verdict(Fate.REFUSE, "auth-fail", text="Mail authentication failed")


def other_list(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """A mail of another list must not pass unseen (RFC 2919): a person looks at it first."""
    if not any(name == "list-id" for name, _ in mail.message.list_headers):
        return None
    return Verdict(Fate.HOLD, "other-list")


def stranger(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """Somebody who is not a member writes to a group that only takes members' posts."""
    if _is_member(facts) or facts.group.who_posts is WhoPosts.OPEN:
        return None
    if mail.verdicts.alignment is Alignment.ALIGNED:
        letter = "join-to-publish" if facts.group.who_joins is WhoJoins.OPEN else "held"
        return Verdict(Fate.HOLD, "not-a-member", letter)
    if mail.envelope.trusted_front:
        return Verdict(Fate.HOLD, "not-a-member")
    return Verdict(Fate.REFUSE, "not-a-member", text=_cure(facts.group))


def announcements_only(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """In an announce group only coordinators and moderators post."""
    if facts.group.who_posts is not WhoPosts.ANNOUNCE or _may_announce(facts):
        return None
    owner = facts.group.address.replace("@", "-owner@")
    text = f"Only coordinators post to this group; write to {owner}"
    return Verdict(Fate.REFUSE, "announce-only", "announce-only", text=text)


def moderated(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """Everything waits for a coordinator in a moderated group."""
    if facts.group.who_posts is not WhoPosts.MODERATED or _may_announce(facts):
        return None
    return Verdict(Fate.HOLD, "moderated", "held")


def accept(mail: Incoming, facts: PostFacts) -> Verdict | None:
    """Nothing speaks against it."""
    return Verdict(Fate.POST, "member" if _is_member(facts) else "open-group")


RULES: tuple[Rule, ...] = (
    loop,
    banned,
    automatic,
    duplicate,
    two_authors,
    too_large,
    forged,
    other_list,
    stranger,
    announcements_only,
    moderated,
    accept,
)


def judge(mail: Incoming, facts: PostFacts) -> Verdict:
    """Give the verdict of the first rule that has one."""
    for rule in RULES:
        if (verdict := rule(mail, facts)) is not None:
            return verdict
    raise AssertionError("the last rule always has a verdict")


# --- The shield -------------------------------------------------------------------------------

_AUTO_HEADERS = frozenset({"x-autoreply", "x-autorespond", "x-autoresponder", "x-auto-reply"})
_AUTO_PRECEDENCE = frozenset({"bulk", "junk", "auto_reply"})
_AWAY = (
    "out of office",
    "out of the office",
    "automatic reply",
    "auto-reply",
    "autoreply",
    "absence du bureau",
    "réponse automatique",
    "respuesta automática",
    "fuera de la oficina",
    "resposta automática",
    "fora do escritório",
    "abwesenheitsnotiz",
    "automatische antwort",
    "automatisch antwoord",
    "risposta automatica",
    "mail delivery failed",
    "undelivered mail returned",
    "delivery status notification",
    "undeliverable:",
)


def automatic_reason(mail: Incoming) -> str:
    """Say why a mail is from a robot, or '' (RFC 3834 2; COMMANDS D2 shield).

    Precedence list and List-Id do not count here: a post may come through another list, and a
    command that does is caught by `plan`.
    """
    message = mail.message
    if mail.envelope.mail_from == "":
        return "null-sender"
    if message.auto_submitted not in {"", "no"}:
        return "auto-submitted"
    if message.precedence in _AUTO_PRECEDENCE:
        return "precedence"
    if any(name in _AUTO_HEADERS and value.lower() != "no" for name, value in message.headers):
        return "x-autoreply"
    if _is_report(mail):
        return "report"
    subject = message.subject.casefold().strip()
    return "away-subject" if subject.startswith(_AWAY) else ""


def _is_report(mail: Incoming) -> bool:
    return any(
        name == "content-type" and value.lower().startswith("multipart/report")
        for name, value in mail.message.headers
    )


def _is_member(facts: PostFacts) -> bool:
    states = (MemberState.ACTIVE, MemberState.PAUSED, MemberState.SUSPENDED)
    return facts.member is not None and facts.member.state in states


def _may_announce(facts: PostFacts) -> bool:
    return _is_member(facts) and facts.member is not None and facts.member.role is not Role.MEMBER


def _cure(group: Group) -> str:
    join = group.address.replace("@", "-join@")
    if group.who_joins is WhoJoins.CLOSED:
        return f"Only members post to this group; write to {group.address.replace('@', '-owner@')}"
    return f"Only members post to this group; to join, send an empty mail to {join}"

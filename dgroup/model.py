"""The plain types of the live service: envelopes, routes, people, memberships, facts, outcomes and
plans with their effects. Frozen values only: decisions are functions from facts to a plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from archive.model import GroupInfo, Link, ParsedMessage


class Alignment(StrEnum):
    """What mail authentication says of the From domain (RULINGS 1)."""

    ALIGNED = "aligned"
    """a DKIM d= or the SPF domain matches the From domain (relaxed)"""
    NONE = "none"
    """neither aligned nor failing; DNS failures count as this"""
    FAIL = "fail"
    """the domain publishes DMARC and nothing aligns"""


class DmarcPolicy(StrEnum):
    """The policy that the From domain publishes."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Verdicts:
    """SPF/DKIM/DMARC as seen by a trusted front (or, in a later issue, by ourselves)."""

    alignment: Alignment = Alignment.NONE
    policy: DmarcPolicy = DmarcPolicy.NONE
    evidence: str = ""
    """one line for the log: 'dkim=pass d=ngo.example by mx.example'"""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail as it came over SMTP or LMTP, with what the session knew."""

    id: str
    mail_from: str
    """reverse-path; '' for the null sender"""
    rcpt: tuple[str, ...]
    raw: bytes
    """exactly the bytes received, dot-unstuffed"""
    received_at: datetime
    """UTC"""
    peer: str
    """IP of the client; behind a trusted front the real client's (XFORWARD)"""
    helo: str
    smtputf8: bool
    trusted_front: bool
    """a configured front has already answered 250: a refusal by us would become backscatter"""


@dataclass(frozen=True, slots=True)
class Reply:
    """One SMTP reply line."""

    code: int
    enhanced: str
    text: str

    def line(self) -> str:
        """Give '250 2.0.0 text' (RFC 2034)."""
        return f"{self.code} {self.enhanced} {self.text}"

    @property
    def kept(self) -> bool:
        """True if the mail is ours now."""
        return 200 <= self.code < 300


class RouteKind(StrEnum):
    """What an address of ours is for."""

    POST = "post"
    COMMAND = "command"
    BOUNCE = "bounce"
    OWNER = "owner"
    CONFIRM = "confirm"
    SITE = "site"
    """groups@, postmaster@, abuse@"""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Route:
    """What a recipient address means."""

    kind: RouteKind
    address: str
    group: str = ""
    verb: str = ""
    """the verb in the address: 'join', 'leave', 'request' ..."""
    token: str = ""
    reply_key: str = ""
    """key of the post that `group+re-KEY@` answers"""


# --- People -----------------------------------------------------------------------------------


class Role(StrEnum):
    """What a member may do in a group."""

    MEMBER = "member"
    MODERATOR = "moderator"
    COORDINATOR = "coordinator"


class MemberState(StrEnum):
    """Where a membership stands."""

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    SUSPENDED = "suspended"
    LEFT = "left"
    BANNED = "banned"


class Delivery(StrEnum):
    """How posts reach a member (RULINGS 7)."""

    EACH = "each"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with one or more verified addresses and memberships."""

    id: int
    name: str
    language: str
    organisation: str
    country: str


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's place in a group; mail goes to `address`."""

    id: int
    group_id: int
    person_id: int
    address: str
    name: str
    role: Role
    state: MemberState
    delivery: Delivery
    summary: bool
    own_copy: bool
    language: str
    joined_at: datetime


class WhoPosts(StrEnum):
    """Who may post to a group."""

    MEMBERS = "members"
    OPEN = "open"
    MODERATED = "moderated"
    """everything is held until a coordinator decides"""
    ANNOUNCE = "announce"
    """coordinators and moderators post, the others read"""


class WhoJoins(StrEnum):
    """Who may join a group."""

    OPEN = "open"
    """anyone who proves their address"""
    APPROVAL = "approval"
    """a coordinator decides"""
    CLOSED = "closed"
    """only whom a coordinator adds"""


@dataclass(frozen=True, slots=True)
class Group:
    """A group with its settings; `info` is what the archive knows of it."""

    info: GroupInfo
    address: str
    who_posts: WhoPosts
    who_joins: WhoJoins
    tag: str
    """subject tag, empty by default: a tag breaks signatures (RULINGS 6)"""
    reply_to_group: bool
    max_size: int
    """bytes; 0 = the listener's own limit"""
    summary_day: int
    """1 Monday .. 7 Sunday, in the group's zone"""
    summary_hour: int

    @property
    def id(self) -> int:
        """Row id."""
        return self.info.id

    @property
    def name(self) -> str:
        """Local part of the group's address."""
        return self.info.name


# --- Facts ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Incoming:
    """One mail to one recipient of ours, parsed and judged, before any database work."""

    envelope: Envelope
    route: Route
    message: ParsedMessage
    verdicts: Verdicts
    sender: str
    """the address the mail claims to be from (From), lower-cased; never proof by itself"""
    own: str
    """the author's own words (`archive.text.own_words`): stored, and read for commands"""
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class PostFacts:
    """All that the decision on a post needs to know of the database."""

    group: Group
    member: Membership | None
    banned: bool
    duplicate_of: int | None
    """post id of a post with the same Message-ID and digest"""
    imposter: bool
    """a post has this Message-ID with another content"""
    waiting_hold: bool
    """the same mail is held already"""
    letters_today: int
    """capped letters this sender got from us in the last 24 hours"""
    confirmations_today_group: int
    confirmations_today: int
    parent_key: str
    """key of the post that a reply-key address names, if it exists"""


class Answer(StrEnum):
    """What the words of a reply to one of our questions say."""

    YES = "yes"
    NO = "no"
    UNDO = "undo"
    EMPTY = "empty"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Named:
    """A person as a command names them: 'Awa Diop <awa@ong.example>'."""

    address: str
    name: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a command mail says, read without any knowledge of the group."""

    verb: str
    """canonical verb, or '' when nothing was understood"""
    people: tuple[Named, ...]
    answer: Answer
    language: str
    """language of the words that were understood, or ''"""
    reference: str = ""
    """short reference of the subject, '7KQ2-MX9T'"""
    code: str = ""
    """a whole code found in the address, the subject or the text, normalised"""


@dataclass(frozen=True, slots=True)
class Code:
    """A confirmation code: stored hashed, single use, bound to action, actor and group."""

    id: int
    group_id: int
    action: str
    """verb that the answer carries out: 'join', 'add', 'remove', 'leave', 'publish', 'undo'"""
    address: str
    """the registered address that it was sent to"""
    payload: str
    """JSON of what will be done"""
    reference: str
    """short reference of the subject, '7KQ2-MX9T'"""
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Known:
    """An address that a command names, and what the group knows of it."""

    address: str
    name: str
    membership: Membership | None
    problem: str = ""
    """why the address cannot be used ('syntax', 'ours'), or empty"""


@dataclass(frozen=True, slots=True)
class CommandFacts:
    """All that the decision on a command needs to know of the database."""

    group: Group
    member: Membership | None
    """the membership of the address the mail claims to be from"""
    token_member: Membership | None
    """the membership that the token in the address names, or that the code was sent to"""
    code: Code | None
    """the code in the address or subject, if there is one like it"""
    people: tuple[Known, ...]
    """what is known of each address that the command names, in its order"""
    coordinators: tuple[Membership, ...]
    waiting: tuple[int, ...]
    """ids of held posts that a yes to this code would publish"""
    letters_today: int
    confirmations_today_group: int
    confirmations_today: int
    now: datetime


# --- Outcomes and plans -----------------------------------------------------------------------


class OutcomeKind(StrEnum):
    """What became of a mail: every mail has exactly one outcome (invariant 3)."""

    POSTED = "posted"
    HELD = "held"
    REFUSED = "refused"
    COMMAND = "command"
    BOUNCE = "bounce"
    DISCARDED = "discarded"
    FORWARDED = "forwarded"
    """mail to -owner passed on to people"""
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome, what the client is told, and the reason that only the log sees."""

    kind: OutcomeKind
    reply: Reply
    reason: str
    """for log, audit and trace: 'member', 'not-a-member', 'auto-submitted', ..."""


class MailClass(StrEnum):
    """What kind of mail an outbox item is."""

    POST = "post"
    LETTER = "letter"
    SUMMARY = "summary"


Value = str | int | bool | date | tuple[tuple[str, ...], ...]
Values = tuple[tuple[str, Value], ...]
"""what a letter's template is given, beside the group, the site and its code"""


@dataclass(frozen=True, slots=True)
class StorePost:
    """Store the mail and its post, placed in its thread; its pages become dirty."""

    parent_key: str
    imposter: bool


@dataclass(frozen=True, slots=True)
class QueueCopies:
    """Queue the post just stored to the group: one fan-out row with a membership cut-off."""

    author_membership: int | None


@dataclass(frozen=True, slots=True)
class QueueLetter:
    """Queue a letter that we write: template `name` in `language` to `recipient`."""

    name: str
    recipient: str
    language: str
    values: Values = ()
    code: NewCode | None = None
    answers: str = ""
    """Message-ID that the letter answers (In-Reply-To), canonical"""


@dataclass(frozen=True, slots=True)
class NewCode:
    """A confirmation code to be made and printed in the letter that carries it."""

    action: str
    address: str
    payload: str
    days: int


@dataclass(frozen=True, slots=True)
class TellGroup:
    """Queue a letter to every member of the group, in the group's language."""

    name: str
    values: Values


@dataclass(frozen=True, slots=True)
class HoldMail:
    """Keep the mail until somebody decides."""

    reason: str


@dataclass(frozen=True, slots=True)
class ResolveHold:
    """Decide a held mail: 'approved', 'refused' or 'discarded'."""

    hold_id: int
    decision: str
    by: str


@dataclass(frozen=True, slots=True)
class ChangeMember:
    """Create or change a membership by address; None leaves a field as it is."""

    address: str
    name: str = ""
    state: MemberState | None = None
    role: Role | None = None
    delivery: Delivery | None = None
    language: str | None = None
    summary: bool | None = None
    own_copy: bool | None = None


@dataclass(frozen=True, slots=True)
class UseCode:
    """Mark a confirmation code as used."""

    code_id: int


@dataclass(frozen=True, slots=True)
class ScoreBounce:
    """Count a bounce on a membership."""

    membership_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class ForwardMail:
    """Pass the mail on, untouched, to people: the group's coordinators or the host."""

    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """A line in the audit log about a person or setting (the outcome has its own line)."""

    event: str
    detail: str


Effect = (
    StorePost
    | QueueCopies
    | QueueLetter
    | TellGroup
    | HoldMail
    | ResolveHold
    | ChangeMember
    | UseCode
    | ScoreBounce
    | ForwardMail
    | Audit
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of a mail and all that has to be done for it, in order."""

    outcome: Outcome
    effects: tuple[Effect, ...] = field(default=())


# --- Outbox -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One delivery to one recipient, claimed by a sender."""

    id: int
    mail_id: int
    """row of `outbox_mails`: one stored body, many deliveries"""
    membership_id: int | None
    """a member's personal copy: own reverse-path (VERP) and own leave link, made when it is sent"""
    recipient: str
    envelope_from: str
    """reverse-path where `membership_id` is None; '' for the null reverse-path"""
    attempts: int
    created_at: datetime
    last_reply: str = ""
    """what the smarthost said last"""

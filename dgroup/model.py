"""The plain types of the live service: envelopes, verdicts, replies, routes, people, memberships,
groups and deliveries. Frozen values only; `incoming` and `effects` hold what decisions take and give.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from archive.model import GroupInfo


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
    """SPF/DKIM/DMARC as seen by a trusted front, or by ourselves where there is none."""

    alignment: Alignment = Alignment.NONE
    policy: DmarcPolicy = DmarcPolicy.NONE
    evidence: str = ""
    """one line for the log: 'dkim=pass d=ngo.example by mx.example'"""
    results: str = field(default="", compare=False)
    """the same as Authentication-Results tells it (RFC 8601 2.2), with arc= where the chain was
    judged; passed on, never decided by: 'dkim=pass header.d=ngo.example; arc=none'"""

    @property
    def rejected(self) -> bool:
        """Whether the author's domain asks everybody to refuse such a mail."""
        return self.alignment is Alignment.FAIL and self.policy is DmarcPolicy.REJECT


@dataclass(frozen=True, slots=True)
class Protection:
    """What the hosts that get our copies will ask of the author's domain."""

    policy: DmarcPolicy | None = None
    """that it publishes (DMARC); None: not known, which counts as none (RULINGS 6)"""
    signers: tuple[str, ...] = ()
    """domains that speak for the author and whose DKIM signatures hold on the mail as it came"""

    @property
    def protected(self) -> bool:
        """Whether copies without a proof of the author's domain are refused or filed away."""
        return self.policy in {DmarcPolicy.QUARANTINE, DmarcPolicy.REJECT}


UNASKED = Protection()
"""where nothing was asked"""


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
    ALIAS = "alias"
    """relays to the author whom it stands for"""
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


_INSIDE = frozenset({MemberState.ACTIVE, MemberState.PAUSED, MemberState.SUSPENDED})


class Delivery(StrEnum):
    """How posts reach a member (RULINGS 7)."""

    EACH = "each"
    DAILY = "daily"
    WEEKLY = "weekly"
    """the weekly summary"""
    WEEKLY_FULL = "weekly-full"
    """all posts of the week in one digest"""
    MONTHLY = "monthly"
    NONE = "none"


class Posting(StrEnum):
    """What becomes of a member's posts, where it is not as for everybody."""

    DEFAULT = "default"
    MODERATED = "moderated"
    """each is held"""
    TRUSTED = "trusted"
    """none is held, neither as a first post nor in a moderated group"""


class Morning(StrEnum):
    """How often a coordinator wants the morning letter."""

    DAILY = "daily"
    WEEKLY = "weekly"
    OFF = "off"


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
    light: bool = False
    """text only, for weak lines"""
    paused_until: datetime | None = None
    """when a pause ends by itself (UTC); None while paused: until they resume"""
    posting: Posting = Posting.DEFAULT
    published: int = 0
    """posts of theirs that went out, for first posts and receipts"""
    receipts: bool = False
    """asked for a receipt of each post"""
    morning: Morning = Morning.DAILY
    """how often a coordinator gets the morning letter"""
    language_chosen: bool = False
    """`language` was named by the person, not learnt from how they write"""
    mime_digest: bool = False
    """digests come as whole mails in one (RFC 2046), not as one text (RFC 1153)"""

    @property
    def inside(self) -> bool:
        """In the group now: may post and leave, whether or not mail goes out to them."""
        return self.state in _INSIDE

    @property
    def coordinates(self) -> bool:
        """Runs the group now."""
        return self.inside and self.role is Role.COORDINATOR

    @property
    def moderates(self) -> bool:
        """Decides on held posts now: a moderator or coordinator."""
        return self.inside and self.role is not Role.MEMBER

    @property
    def banned(self) -> bool:
        """Refused, whatever address of theirs writes."""
        return self.state is MemberState.BANNED


class WhoPosts(StrEnum):
    """Who may post to a group."""

    MEMBERS = "members"
    OPEN = "open"
    MODERATED = "moderated"
    """everything is held until a coordinator decides"""
    ANNOUNCE = "announce"
    """coordinators and moderators post, the others read"""


class WhoSees(StrEnum):
    """Who may ask by mail who is in a group."""

    COORDINATORS = "coordinators"
    MEMBERS = "members"


class Spam(StrEnum):
    """What becomes of posts that the host's own filter takes for spam."""

    HOLD = "hold"
    REFUSE = "refuse"
    """behind a front: not kept; only members whom their domain vouches for are told"""
    IGNORE = "ignore"


class Style(StrEnum):
    """How a group's posts go out."""

    PERSONAL = "personal"
    """a copy for each member, with an own reverse-path and own lines to leave"""
    BULK = "bulk"
    """one copy for many members at a time"""


class GroupState(StrEnum):
    """Where a group's life stands."""

    OPEN = "open"
    FROZEN = "frozen"
    """read-only, as after an e-conference"""
    DELETED = "deleted"
    """its mail is over; what was exported is kept by the coordinators"""


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
    state: GroupState = GroupState.OPEN
    first_posts: int = 0
    """how many posts of a new member are held first"""
    who_sees: WhoSees = WhoSees.COORDINATORS
    welcome: str = ""
    """the coordinators' own words in the welcome letter"""
    hold_days: int = 14
    """how long a held post waits for a decision"""
    listed_as: str = ""
    """the name in List-Id, where it is not the group's own (RFC 2919)"""
    links_above: int = 0
    """bytes: larger attachments go to the members as links into the archive; 0 = none does"""
    spam: Spam = Spam.HOLD
    attachments: str = "standard"
    """files that are held, as `filetypes` reads it"""
    member_hourly: int = 30
    """posts of one sender in an hour; further ones are held; 0 = any number"""
    group_hourly: int = 300
    """posts of all in an hour; 0 = any number"""
    remote_images: str = "on"
    """'off' takes images that are loaded from elsewhere out of members' copies"""
    footer: str = ""
    """what stands below posts: '' nothing, 'on' our own words, else the coordinators'"""
    delivery_style: Style = Style.PERSONAL

    @property
    def id(self) -> int:
        """Row id."""
        return self.info.id

    @property
    def name(self) -> str:
        """Local part of the group's address."""
        return self.info.name

    @property
    def list_name(self) -> str:
        """First part of the List-Id: it stays when the group is renamed (RFC 2919 7)."""
        return self.listed_as or self.name


# --- Outbox -----------------------------------------------------------------------------------


class MailClass(StrEnum):
    """What kind of mail an outbox item is."""

    POST = "post"
    LETTER = "letter"
    SUMMARY = "summary"
    DIGEST = "digest"
    """whole posts, to those whose delivery is the mail's variant"""


class OutboxItem(NamedTuple):
    """One delivery to one recipient, claimed by a sender. A tuple, because every copy makes one."""

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
    due: datetime | None = None
    """from when on it may go, later than `created_at` where it was put off; None for one just made"""

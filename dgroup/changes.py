"""Effects that change what is kept about people, groups and threads. Frozen values, as all effects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dgroup.model import Delivery, MemberState, Morning, Posting, Role


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
    light: bool | None = None
    posting: Posting | None = None
    receipts: bool | None = None
    morning: Morning | None = None
    mime_digest: bool | None = None
    until: datetime | None = None
    """with PAUSED: when the pause ends by itself (UTC); None: when they resume"""
    chosen: bool = False
    """the person named `language` themselves: what they write later does not change it"""
    renamed: bool = False
    """`name` takes the place of a name that is there"""
    decided: bool = False
    """somebody else decides it: what the person might still have undone for themselves is over"""


@dataclass(frozen=True, slots=True)
class ChangeElsewhere:
    """Change a membership in another group of the host, with a line in that group's audit."""

    group_id: int
    wish: ChangeMember
    event: str
    detail: str
    by: str
    """address of who does it: nothing is changed unless they coordinate that group now"""
    only_if: MemberState | None = None
    """nothing is changed where the membership does not stand so (any more)"""


@dataclass(frozen=True, slots=True)
class Invite:
    """Keep an invitation; one to the same address that is open ends."""

    address: str
    name: str
    language: str
    delivery: str
    """a Delivery, or ''"""
    by: str
    """registered address of the coordinator who invites"""
    words: str
    """the coordinator's own"""
    days: int
    """until it expires"""


@dataclass(frozen=True, slots=True)
class EndInvitation:
    """End the open invitation to an address: 'joined', 'declined' or 'cancelled'."""

    address: str
    state: str


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """Set columns of the group or of its settings; names and values were checked."""

    values: tuple[tuple[str, str | int | datetime | None], ...]


@dataclass(frozen=True, slots=True)
class RenameGroup:
    """Give the group another name, which was checked; letters after it come from the new address."""

    name: str


@dataclass(frozen=True, slots=True)
class EndGroup:
    """The group ends at `due` unless a coordinator takes that back."""

    by: str
    due: datetime
    archive_too: bool


@dataclass(frozen=True, slots=True)
class KeepGroup:
    """Take back an end that was asked for at this moment, if it has not come."""

    asked_at: datetime


@dataclass(frozen=True, slots=True)
class MoveAddress:
    """Send the mail of some of a person's memberships, in any group, to another address."""

    person_id: int
    places: tuple[int, ...]
    """membership ids"""
    address: str
    take: bool = False
    """the address becomes the person's: its holder has said yes"""
    forget: str = ""
    """an address that is the person's no more"""


@dataclass(frozen=True, slots=True)
class TakeDown:
    """Take a post down for good, wherever it is kept (RULINGS 2)."""

    key: str


@dataclass(frozen=True, slots=True)
class Mute:
    """Send a member no more posts of a thread, or send them again."""

    membership_id: int
    threads: tuple[int, ...]
    """the thread that shows the posts; to unmute also all that were merged into it"""
    on: bool = True


@dataclass(frozen=True, slots=True)
class Erase:
    """Forget a person: what is small at once, their posts and traces in chunks after the commit."""

    person_id: int


Change = (
    ChangeMember
    | ChangeElsewhere
    | Invite
    | EndInvitation
    | ChangeGroup
    | RenameGroup
    | EndGroup
    | KeepGroup
    | MoveAddress
    | TakeDown
    | Mute
    | Erase
)

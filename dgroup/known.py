"""What coordinators' commands ask the database for beside the usual facts: one frozen type for each
`Command.needs`. Read by `commands`, filled by `dgroup.facts.people` and `dgroup.facts.group`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from dgroup.bounce_effects import Counted, Standing
from dgroup.incoming import Code, Known, LetterCounts
from dgroup.model import Delivery, Membership


@dataclass(frozen=True, slots=True)
class Invitation:
    """A coordinator has asked somebody to join."""

    id: int
    group_id: int
    address: str
    name: str
    language: str
    delivery: Delivery
    invited_by: str
    words: str
    state: str
    """open, joined, declined, cancelled, expired"""
    invited_at: datetime
    resent_at: datetime | None
    expires_at: datetime
    done_at: datetime | None


# --- People of a list ---------------------------------------------------------------------------


NO_LETTERS = LetterCounts()


@dataclass(frozen=True, slots=True)
class Past:
    """What happened before with an address that a list names."""

    left_at: datetime | None = None
    bounced_at: datetime | None = None
    invitation: Invitation | None = None
    """the open one"""
    letters: LetterCounts = NO_LETTERS


@dataclass(frozen=True, slots=True)
class ListFacts:
    """Of `add`, `invite` and `uninvite`."""

    past: tuple[Past, ...]
    """of each of `CommandFacts.people`, in their order"""
    domains: tuple[tuple[str, int], ...]
    """mail domains of the group's members, and how many members each has"""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A membership in another group that the same coordinator runs."""

    group_name: str
    membership: Membership


@dataclass(frozen=True, slots=True)
class RemoveFacts:
    """Of `remove`: where else the people are, if all groups are meant."""

    elsewhere: tuple[Elsewhere, ...]


@dataclass(frozen=True, slots=True)
class InvitedFacts:
    """Of an answer to an invitation."""

    invitation: Invitation | None
    """the open one to the address that was asked"""


@dataclass(frozen=True, slots=True)
class UndoFacts:
    """Of `undo`: the offer that is meant, and what is known of the people it is about."""

    code: Code | None
    people: tuple[Known, ...]


# --- The group ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bouncing:
    """A member whose mail comes back."""

    member: Membership
    bounces: int
    last_at: datetime | None
    standing: Standing = field(default_factory=Standing)
    reports: tuple[Counted, ...] = ()
    """of the last weeks, oldest first"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A held mail as the list of what is pending shows it."""

    id: int
    sender: str
    subject: str
    reason: str
    held_at: datetime


@dataclass(frozen=True, slots=True)
class PendingFacts:
    """Of `pending`."""

    holds: tuple[Waiting, ...]
    joins: tuple[Membership, ...]
    invitations: tuple[Invitation, ...]
    """open ones, and those declined or expired in the last days"""


@dataclass(frozen=True, slots=True)
class MonthFacts:
    """A group's month in figures."""

    first: date
    last: date
    posts: int
    writers: int
    """different people who posted"""
    joined: int
    left: int
    bounces: int


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """Of `report`: this month and the one before, and how many are in the group now."""

    members: int
    months: tuple[MonthFacts, ...]


@dataclass(frozen=True, slots=True)
class MembersFacts:
    """Of `members`, with who bounces."""

    members: tuple[Bouncing, ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """What became of a member's copy of a post."""

    number: int
    subject: str
    received_at: datetime
    state: str
    """pending, sent, failed, dropped; '' where no copy was made or it is forgotten"""
    attempts: int
    at: datetime | None
    reply: str
    """what the server said last"""


@dataclass(frozen=True, slots=True)
class TraceFacts:
    """Of `trace`: the newest posts and their copies to each person named, newest first."""

    copies: tuple[tuple[Copy, ...], ...]
    """of each of `CommandFacts.people`, in their order"""

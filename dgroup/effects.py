"""What a decision gives: the outcome of a mail and a plan of effects, which `apply` carries out.
Frozen values; about a dozen effect types and no callbacks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from dgroup.bounce_effects import BounceEffect
from dgroup.changes import Change
from dgroup.model import Membership, Reply


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


@dataclass(frozen=True, slots=True)
class Passage:
    """A post, or what is shown of it, in a letter."""

    number: int
    author: str
    day: date
    subject: str
    text: str
    """its words; of several lines, which letters fill"""
    path: str = ""
    """of its page, below the site's root; '' where no page shows it"""
    files: tuple[tuple[str, str, str], ...] = ()
    """(name, size, path) of its attachments; a path is '' where no page has the file"""


Value = str | int | bool | date | tuple[tuple[str, ...] | Passage, ...]
Values = tuple[tuple[str, Value], ...]
"""what a letter's template is given, beside the group, the site and its code"""


@dataclass(frozen=True, slots=True)
class StorePost:
    """Store the mail and its post, placed in its thread; its pages become dirty."""

    parent_key: str
    imposter: bool
    registered: str = ""
    """the author's name as the group knows it, for mails that have none"""


@dataclass(frozen=True, slots=True)
class QueueCopies:
    """Queue the post just stored to the group: one fan-out row with a membership cut-off."""

    author_membership: int | None
    parent_id: str = ""
    """canonical Message-ID of the post that a reply-key address answers"""
    alias_of: int | None = None
    """the author's membership, where they are in the group: an alias can stand for them"""
    registered: str = ""
    """as in `StorePost`"""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter."""

    filename: str
    """ASCII, made by us"""
    content_type: str
    data: bytes


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
    attachments: tuple[Attachment, ...] = ()
    envelope_from: str = ""
    """reverse-path; '' for the null one, so that nothing comes back"""


@dataclass(frozen=True, slots=True)
class NewCode:
    """A confirmation code to be made and printed in the letter that carries it."""

    action: str
    address: str
    payload: str
    days: int


@dataclass(frozen=True, slots=True)
class TellGroup:
    """Queue a letter to every member of the group, in the language that each of them reads."""

    name: str
    values: Values


@dataclass(frozen=True, slots=True)
class TellHost:
    """Queue a letter to the host's people, if the host has named a contact."""

    name: str
    values: Values


@dataclass(frozen=True, slots=True)
class HoldMail:
    """Keep the mail until somebody decides."""

    reason: str
    answer_to: str = ""
    """address that may be told what was decided; '' where the sender's may be forged"""


@dataclass(frozen=True, slots=True)
class AskModerators:
    """Ask for a decision on a held mail: a letter with a code of their own for each of `people`."""

    people: tuple[Membership, ...]
    hold_id: int = 0
    """0: the mail that this very plan holds"""


@dataclass(frozen=True, slots=True)
class CountPost:
    """One more post of a member who is new enough for it to matter."""

    membership_id: int


@dataclass(frozen=True, slots=True)
class ResolveHold:
    """Decide a held mail: 'approved', 'refused' or 'discarded'. A refused one's author is told."""

    hold_id: int
    decision: str
    by: str
    because: str = ""
    """the sentence for the author of a refused mail"""
    reopen: bool = False
    """a mail that was decided before is published after all"""


@dataclass(frozen=True, slots=True)
class KeepHold:
    """A held mail was proved to be its author's and waits on, now for this reason."""

    hold_id: int
    reason: str
    answer_to: str


@dataclass(frozen=True, slots=True)
class UseCode:
    """Mark a confirmation code as used."""

    code_id: int


@dataclass(frozen=True, slots=True)
class CountTry:
    """Count a wrong short reference on the open codes of the address it came from (RULINGS 8)."""

    address: str


@dataclass(frozen=True, slots=True)
class ForwardMail:
    """Pass the mail on, untouched, to people: the group's coordinators or the host."""

    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RelayMail:
    """Pass a member's mail to an alias on to the author whom it stands for."""

    to: str
    """the author's present address"""
    author: int | None
    """the author's membership; None of somebody who wrote to an open group"""
    writer: Membership


@dataclass(frozen=True, slots=True)
class SendData:
    """Mail a person all that is kept about them."""

    person_id: int
    address: str
    """where the letter goes: a registered address of theirs"""
    language: str


class ThreadAct(StrEnum):
    """What coordinators do to threads, and the ways back."""

    SPLIT = "split"
    MERGE = "merge"
    LOCK = "lock"
    UNLOCK = "unlock"
    RETITLE = "retitle"
    REJOIN = "rejoin"
    """takes a split back"""
    UNMERGE = "unmerge"


@dataclass(frozen=True, slots=True)
class ChangeThread:
    """Rearrange a thread, and tell it; where it cannot be done any more, tell that."""

    act: ThreadAct
    told: QueueLetter
    """its code, if it has one, is given what the way back needs (`payload.made`)"""
    failed: QueueLetter
    key: str = ""
    """of a post in the thread"""
    into: str = ""
    """of a post in the other thread"""
    title: str = ""
    made: str = ""
    """what the act to be taken back had made, JSON"""


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
    | TellHost
    | HoldMail
    | AskModerators
    | CountPost
    | ResolveHold
    | KeepHold
    | UseCode
    | CountTry
    | ForwardMail
    | RelayMail
    | SendData
    | Audit
    | ChangeThread
    | Change
    | BounceEffect
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of a mail and all that has to be done for it, in order."""

    outcome: Outcome
    effects: tuple[Effect, ...] = field(default=())

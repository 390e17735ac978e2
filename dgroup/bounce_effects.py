"""Effects of reports about our mail, and what is known of a member's failed mail. Frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dgroup.bounce_report import Cause

OUTAGE_LEAST = 2
"""members of one provider; one address alone is no share of anything"""


@dataclass(frozen=True, slots=True)
class Counted:
    """A report that was counted on a membership."""

    at: datetime
    cause: Cause
    points: int
    """hundredths; 0 where it says nothing against the member"""
    diagnostic: str = ""
    arrived: int = 0
    """mails since the report before that did not come back (days, weeks or months with mail)"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a membership stands with failed mail."""

    probed_at: datetime | None = None
    """when the last probe went out, whose end is not known"""
    suspended_at: datetime | None = None
    cause: str = ""
    """why it was suspended: a Cause, or 'complaint'"""
    told_at: datetime | None = None
    """when the member was told last"""
    cleared_at: datetime | None = None
    """what failed before this says nothing any more"""
    asked_at: datetime | None = None
    """when a report about a shared copy last made us write to the member alone"""


class Step(StrEnum):
    """What happens to a membership because of reports."""

    ASKED = "asked"
    """a letter of their own says whether it is true that a shared copy came back"""
    PROBED = "probed"
    SUSPENDED = "suspended"
    TOLD = "told"
    CLEARED = "cleared"
    """mail reaches them again, or they say so"""


@dataclass(frozen=True, slots=True)
class CountBounce:
    """Keep a report about the mail of a membership."""

    membership_id: int
    address: str
    """the membership's address, which the report is about"""
    cause: Cause
    status: str
    diagnostic: str
    points: int = 0
    arrived: int = 0
    """see `Counted`"""
    excused: bool = False
    """their provider refuses many people's mail just now"""
    complaint: bool = False


@dataclass(frozen=True, slots=True)
class Stand:
    """Note where a membership stands now."""

    membership_id: int
    step: Step
    cause: str = ""


@dataclass(frozen=True, slots=True)
class ExcuseDomain:
    """The provider of a domain is out of order: what was counted since then is nobody's fault, and who
    was suspended for it gets mail again."""

    domain: str
    since: datetime


BounceEffect = CountBounce | Stand | ExcuseDomain

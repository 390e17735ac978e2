"""score(): how much reports say against an address, and what follows from it. Pure.

By default a dead address counts one point a day at most, a full or closed mailbox a quarter a day; all else
nothing. Points fade by half in a month, but only as mails arrive in between: what was sent once a month and came
back each time has not been forgotten. Above three (the fourth failure) a probe goes out; only when that comes back
too the mail stops. The figures are settings ([bounces]).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dgroup.bounce_effects import OUTAGE_LEAST, Counted, Standing
from dgroup.bounce_report import MEMBERS_OWN, Cause
from dgroup.config import Bounces
from dgroup.model import MemberState

ARRIVED_HALF = 3
"""mails that arrive between two failures by which points fade by half, where time would fade them faster"""
DAY = timedelta(days=1)


class Next(StrEnum):
    """What follows from a report."""

    NOTHING = "nothing"
    PROBE = "probe"
    SUSPEND = "suspend"


@dataclass(frozen=True, slots=True)
class Outage:
    """What is known of the members at one domain, over all groups of the host."""

    failed: int = 0
    """how many addresses were called dead within a day, with the one that is reported now"""
    members: int = 0
    """how many there are; only counted where it can matter"""
    first_at: datetime | None = None
    """when such a day began, if one was seen within a month"""
    told: bool = False
    """it was seen within a day already"""


def is_outage(outage: Outage, now: datetime, rules: Bounces) -> bool:
    """Tell whether so many members of one provider fail in a day that it is the provider's doing."""
    longest = timedelta(days=rules.outage_days)
    if outage.first_at is not None and now - outage.first_at > longest:
        return False
    if outage.failed >= rules.outage_members:
        return True
    share = 100 * outage.failed / outage.members if outage.members else 0.0
    return outage.failed >= OUTAGE_LEAST and share >= rules.outage_share


def points(
    cause: Cause, history: Sequence[Counted], arrived: int, now: datetime, rules: Bounces
) -> int:
    """Give the hundredths that one more report counts: once a day at most, the worst of a day as a whole.

    `arrived`: mails since the last report of `history` that did not come back. Without any, a mailbox that is
    full now and was then has been full all the while: each day of it counts, up to a dead address's points.
    """
    worth = worth_of(cause, rules)
    last = history[-1] if history else None
    if cause is not Cause.DEAD and last is not None and last.cause in MEMBERS_OWN and not arrived:
        days = (now - last.at + timedelta(hours=24 - rules.hours_apart)) // DAY
        worth = min(worth * max(days, 1), worth_of(Cause.DEAD, rules))
    apart = timedelta(hours=rules.hours_apart)
    today = sum(one.points for one in history if now - one.at < apart)
    return max(0, worth - today)


def worth_of(cause: Cause, rules: Bounces) -> int:
    """Give the hundredths of a point that a day with such a report counts."""
    if cause not in MEMBERS_OWN:
        return 0
    return round(100 * (rules.dead if cause is Cause.DEAD else rules.full))


def forgiven_until(standing: Standing, now: datetime, rules: Bounces) -> datetime | None:
    """Give the moment up to which failures say nothing: a probe since has arrived, or the member said so."""
    probed = standing.probed_at
    arrived = probed if probed is not None and not is_probing(standing, now, rules) else None
    known = [moment for moment in (standing.cleared_at, arrived) if moment is not None]
    return max(known, default=None)


def score(history: Sequence[Counted], standing: Standing, now: datetime, rules: Bounces) -> float:
    """Give the sum of faded points since the address worked last, at the last report of `history`."""
    since = forgiven_until(standing, now, rules)
    total, before = 0.0, None
    for one in history:
        if since is not None and one.at <= since:
            continue
        if before is not None:
            total *= _faded(one.at - before, one.arrived, rules)
        total += one.points / 100
        before = one.at
    return total


def _faded(gap: timedelta, arrived: int, rules: Bounces) -> float:
    """Give what is left of a point after a time in which so many mails arrived."""
    by_time = max(gap, timedelta(0)) / timedelta(days=rules.half_life_days)
    return math.pow(0.5, min(by_time, arrived / ARRIVED_HALF))


def is_probing(standing: Standing, now: datetime, rules: Bounces) -> bool:
    """Tell whether a probe is out whose end is not known."""
    wait = timedelta(days=rules.probe_days)
    return standing.probed_at is not None and now - standing.probed_at <= wait


def next_step(
    state: MemberState,
    cause: Cause,
    total: float,
    standing: Standing,
    now: datetime,
    rules: Bounces,
    *,
    probe: bool,
) -> Next:
    """Say what follows from a report whose points are in `total` already; `probe`: about a probe."""
    if cause not in MEMBERS_OWN or state is not MemberState.ACTIVE:
        return Next.NOTHING
    if probe:
        return Next.SUSPEND if is_probing(standing, now, rules) else Next.NOTHING
    if total > rules.points and not is_probing(standing, now, rules):
        return Next.PROBE
    return Next.NOTHING

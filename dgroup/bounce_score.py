"""score(): how much reports say against an address, and what follows from it. Pure.

A dead address counts one point a day at most, a full or closed mailbox a quarter; all else nothing.
Points fade by half in a month. From three on (the fourth day of mail that comes back) a probe goes out;
only when that comes back too the mail stops.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dgroup.bounce_effects import Counted, Standing
from dgroup.bounce_report import MEMBERS_OWN, Cause
from dgroup.model import MemberState

POINTS = {Cause.DEAD: 100, Cause.DISABLED: 25, Cause.FULL: 25}
"""hundredths of a point"""
THRESHOLD = 3.0
HALF_LIFE = timedelta(days=30)
ONE_DAY = timedelta(hours=20)
"""reports nearer to each other count once: daily mail does not come at the same minute each day"""
PROBE_WAIT = timedelta(days=7)
"""a probe that has not come back by then has arrived: servers give up after five days"""
OUTAGE_MEMBERS = 5
OUTAGE_SHARE = 0.2
OUTAGE_LEAST = 2
"""members; one address alone is no share of anything"""
OUTAGE_LONGEST = timedelta(days=7)
"""a provider that refuses everybody for longer is no accident any more"""
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


def is_outage(outage: Outage, now: datetime) -> bool:
    """Tell whether so many members of one provider fail in a day that it is the provider's doing."""
    if outage.first_at is not None and now - outage.first_at > OUTAGE_LONGEST:
        return False
    if outage.failed >= OUTAGE_MEMBERS:
        return True
    share = outage.failed / outage.members if outage.members else 0.0
    return outage.failed >= OUTAGE_LEAST and share >= OUTAGE_SHARE


def points(cause: Cause, history: Sequence[Counted], now: datetime) -> int:
    """Give what one more report counts: once a day at most, the worst of a day as a whole."""
    worth = POINTS.get(cause, 0)
    today = sum(one.points for one in history if now - one.at < ONE_DAY)
    return max(0, worth - today)


def forgiven_until(standing: Standing, now: datetime) -> datetime | None:
    """Give the moment up to which failures say nothing: a probe since has arrived, or the member said so."""
    probed = standing.probed_at
    arrived = probed if probed is not None and now - probed > PROBE_WAIT else None
    known = [moment for moment in (standing.cleared_at, arrived) if moment is not None]
    return max(known, default=None)


def score(history: Sequence[Counted], standing: Standing, now: datetime) -> float:
    """Give the sum of faded points since the address worked last."""
    since = forgiven_until(standing, now)
    return sum(
        one.points / 100 * math.pow(0.5, (now - one.at) / HALF_LIFE)
        for one in history
        if since is None or one.at > since
    )


def is_probing(standing: Standing, now: datetime) -> bool:
    """Tell whether a probe is out whose end is not known."""
    return standing.probed_at is not None and now - standing.probed_at <= PROBE_WAIT


def next_step(
    state: MemberState,
    cause: Cause,
    total: float,
    standing: Standing,
    now: datetime,
    *,
    probe: bool,
) -> Next:
    """Say what follows from a report whose points are in `total` already; `probe`: about a probe."""
    if cause not in MEMBERS_OWN or state is not MemberState.ACTIVE:
        return Next.NOTHING
    if probe:
        return Next.SUSPEND if is_probing(standing, now) else Next.NOTHING
    if total >= THRESHOLD and not is_probing(standing, now):
        return Next.PROBE
    return Next.NOTHING

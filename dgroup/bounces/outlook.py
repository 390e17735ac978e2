"""What coordinators are told of a member whose mail comes back: since when, why, and what happens next.
Pure; the words are in templates.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from dgroup.bounce_effects import Counted, Standing
from dgroup.bounce_report import MEMBERS_OWN, Cause
from dgroup.bounces.score import forgiven_until, is_probing, score, worth_of
from dgroup.config import Bounces
from dgroup.model import MemberState

SHOWN_FOR = timedelta(days=30)
"""a report is told for so long"""
COMPLAINT = "complaint"
Row = tuple[str, ...]


def outlook(
    state: MemberState,
    standing: Standing,
    reports: Sequence[Counted],
    now: datetime,
    rules: Bounces,
) -> Row:
    """Give since when (ISO day), why, what the other server said, what happens next, and its day or
    number; '' where something is not known.

    Next is 'stopped' (since the day), 'probing' (until the day), 'watching' (so many more such days),
    'nothing' (it is not the member's fault) or 'outage'.
    """
    since = forgiven_until(standing, now, rules)
    counted = [one for one in reports if since is None or one.at > since]
    told = _unbroken(counted)
    last = _telling(told)
    cause = standing.cause if state is MemberState.SUSPENDED else ""
    cause = cause or (str(last.cause) if last is not None else "")
    first = next((one.at for one in told if last and one.cause is last.cause), None)
    return (
        f"{first:%Y-%m-%d}" if first is not None else "",
        cause,
        last.diagnostic if last is not None else "",
        *_next(state, standing, counted, last, now, rules),
    )


def _unbroken(reports: Sequence[Counted]) -> Sequence[Counted]:
    """The reports since mail last arrived for a month: older ones are another story."""
    for at in range(len(reports) - 1, 0, -1):
        if reports[at].arrived and reports[at].at - reports[at - 1].at > SHOWN_FOR:
            return reports[at:]
    return reports


def _telling(reports: Sequence[Counted]) -> Counted | None:
    """The newest report that is the member's own, else the newest failure."""
    failed = [one for one in reports if one.cause is not Cause.TEMPORARY] or list(reports)
    own = [one for one in failed if one.points]
    found = own or failed
    return found[-1] if found else None


def _next(
    state: MemberState,
    standing: Standing,
    reports: Sequence[Counted],
    last: Counted | None,
    now: datetime,
    rules: Bounces,
) -> tuple[str, str]:
    if state is MemberState.SUSPENDED:
        stopped = standing.suspended_at
        return "stopped", f"{stopped:%Y-%m-%d}" if stopped is not None else ""
    if standing.probed_at is not None and is_probing(standing, now, rules):
        return "probing", f"{standing.probed_at + timedelta(days=rules.probe_days):%Y-%m-%d}"
    if last is None or last.cause not in MEMBERS_OWN:
        return "nothing", ""
    if not last.points and last.cause is Cause.DEAD and not any(one.points for one in reports):
        return "outage", ""
    missing = rules.points - score(reports, standing, now, rules)
    days = max(1, math.floor(missing / (worth_of(last.cause, rules) / 100)) + 1)
    return "watching", str(days)

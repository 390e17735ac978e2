"""How many mails reached a member between two reports: what was posted to their group meanwhile, as often as they
get it. Asked of the posts, since deliveries are forgotten after some days and monthly mail is rarer than that.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from archive.tables import posts
from dgroup.config import Bounces
from dgroup.model import Delivery, Membership

MOST = 400
_DAY = timedelta(days=1)
_AT_ONCE, _DAYS, _WEEKS, _MONTHS = "at once", "days", "weeks", "months"


def arrived(
    conn: Connection, member: Membership, last: datetime | None, now: datetime, rules: Bounces
) -> int:
    """Count the days, weeks or months with mail since the report before, without the mail that is reported now.

    Stops where more would fade no point any faster than time does.
    """
    often = _often(member)
    if last is None or not often:
        return 0
    until = now if often == _AT_ONCE else _begin(now, often)
    enough = 2 + 6 * ((now - last) // timedelta(days=rules.half_life_days) + 1)
    count, since = 0, last
    while count < min(enough, MOST):
        query = select(func.min(posts.c.received_at)).where(
            posts.c.group_id == member.group_id,
            posts.c.received_at > since,
            posts.c.received_at < until,
        )
        found: datetime | None = conn.execute(query).scalar_one()
        if found is None:
            break
        count, since = count + 1, _end(found, often)
    return max(0, count - 1)


def _often(member: Membership) -> str:
    match member.delivery:
        case Delivery.NONE:
            return ""  # letters only: none is known to have arrived
        case Delivery.EACH:
            return _AT_ONCE
        case Delivery.DAILY:
            return _DAYS
        case Delivery.MONTHLY:
            return _WEEKS if member.summary else _MONTHS
        case _:
            return _WEEKS


def _begin(moment: datetime, often: str) -> datetime:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if often == _WEEKS:
        return day - day.weekday() * _DAY
    return day.replace(day=1) if often == _MONTHS else day


def _end(moment: datetime, often: str) -> datetime:
    """The last moment of the day, week or month in which something was posted."""
    begin = _begin(moment, often)
    days = {_WEEKS: 7, _MONTHS: 31}.get(often, 1)
    after = begin + days * _DAY
    return _begin(after, often) - timedelta(microseconds=1)

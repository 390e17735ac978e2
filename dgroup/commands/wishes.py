"""What the words of a setting change in a membership: one place for what members wish for themselves
and what coordinators set for others. Pure.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from dgroup.changes import ChangeMember
from dgroup.incoming import Options
from dgroup.model import Delivery, Membership, MemberState
from dgroup.runs import zone_of

MODES = {
    "each": Delivery.EACH,
    "daily": Delivery.DAILY,
    "weekly": Delivery.WEEKLY,
    "monthly": Delivery.MONTHLY,
}
DIGESTS = frozenset({"weekly", "plain", "mime"})
"""what may follow `digest`: all posts of the week in one mail; and how every digest is made up"""
SWITCHES = {"summary": "summary", "receipt": "receipts", "copy": "own_copy"}
"""verb -> the field of a membership that it turns on or off"""
VERBS = frozenset({*MODES, *SWITCHES, "light", "full", "pause", "resume", "language", "digest"})
"""what `wish_for` knows"""
LONGEST_PAUSE = timedelta(days=5 * 366)
"""a pause to a later day is taken for a slip of the keyboard"""


def wish_for(
    verb: str, options: Options, member: Membership, timezone: str = "UTC"
) -> ChangeMember:
    """Give the change of `member` that a verb of `VERBS` with its options asks for.

    `timezone` is the group's: a pause lasts through its last day there (`last_day_problem` first).
    """
    address = member.address
    if verb in MODES:
        # A weekly reader gets the summary (RULINGS 7): without it there would be no mail at all.
        summary = True if verb == "weekly" else None
        return ChangeMember(address, delivery=MODES[verb], summary=summary)
    if verb == "digest":
        return _digest(address, options.value)
    if verb in {"light", "full"}:
        return ChangeMember(address, light=verb == "light")
    if verb == "language":
        return ChangeMember(address, language=options.language, chosen=True)
    if verb == "pause":
        until = pause_end(options.until, timezone) if options.until else None
        return ChangeMember(address, state=MemberState.PAUSED, until=until)
    if verb == "resume":
        back = Delivery.EACH if member.delivery is Delivery.NONE else None
        return ChangeMember(address, state=MemberState.ACTIVE, delivery=back)
    return _switched(verb, address, on=options.on)


def _digest(address: str, what: str) -> ChangeMember:
    if what in {"plain", "mime"}:
        return ChangeMember(address, mime_digest=what == "mime")
    return ChangeMember(address, delivery=Delivery.WEEKLY_FULL)


def _switched(verb: str, address: str, *, on: bool) -> ChangeMember:
    if verb == "summary":
        return ChangeMember(address, summary=on)
    if verb == "receipt":
        return ChangeMember(address, receipts=on)
    if verb == "copy":
        return ChangeMember(address, own_copy=on)
    raise ValueError(f"{verb!r} is no setting of a member's")


def is_so_already(member: Membership, wish: ChangeMember) -> bool:
    """Tell whether a wish would change nothing."""
    fields = (
        *("state", "delivery", "summary", "own_copy", "light", "receipts", "language"),
        "mime_digest",
    )
    wanted = [name for name in fields if getattr(wish, name) is not None]
    if any(getattr(member, name) != getattr(wish, name) for name in wanted):
        return False
    if wish.state is MemberState.PAUSED and member.paused_until != wish.until:
        return False
    return not wish.chosen or member.language_chosen


# --- Days of a pause --------------------------------------------------------------------------


def pause_end(last_day: date, timezone: str) -> datetime:
    """Give when a pause ends that lasts through `last_day` in a group's zone (UTC)."""
    after = last_day + timedelta(days=1)
    return datetime(after.year, after.month, after.day, tzinfo=zone_of(timezone)).astimezone(UTC)


def pause_last_day(end: datetime, timezone: str) -> date:
    """Give the last day of a pause that ends at `end`, in a group's zone."""
    return (end - timedelta(microseconds=1)).astimezone(zone_of(timezone)).date()


def last_day_problem(last_day: date, timezone: str, now: datetime) -> str:
    """Say what is wrong with the last day of a pause: 'past', 'far', or '' where it can be used."""
    today = now.astimezone(zone_of(timezone)).date()
    if last_day < today:
        return "past"
    return "far" if last_day - today > LONGEST_PAUSE else ""

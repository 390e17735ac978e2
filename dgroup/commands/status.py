"""status: all that a member may want to know about how mail reaches them, and what to do about it
(COMMANDS D6.9).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dgroup.address import comparable
from dgroup.commands import own_settings
from dgroup.commands.base import Command, Request, found
from dgroup.commands.proof import settle, tell
from dgroup.commands.wishes import pause_last_day
from dgroup.effects import Plan
from dgroup.model import Membership
from dgroup.runs import zone_of


@dataclass(frozen=True, slots=True)
class Place:
    """One group of a person's, and how its mail reaches them."""

    title: str
    group: str
    """where posts go"""
    address: str
    """where their copies go"""
    timezone: str
    """of the group"""
    state: str
    """a MemberState"""
    delivery: str
    """a Delivery"""
    light: bool
    mime: bool
    """digests are whole mails in one"""
    summary: bool
    paused_until: datetime | None
    bounces: int
    last_subject: str
    """of the last post that went out to them, lately"""
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Places:
    """All groups of a person, the one that was asked first."""

    places: tuple[Place, ...]
    addresses: tuple[str, ...] = ()
    """verified: the person may write from each"""


def plan(request: Request) -> Plan:
    """Tell the registered address, which is asked first where nothing proves the sender."""
    return settle(request, _tell, question="self-confirm", **own_settings.said(request))


def _tell(request: Request, member: Membership) -> Plan:
    known = found(request, Places)
    rows = tuple(_row(place) for place in known.places)
    # With one address there is nothing to tell.
    own = known.addresses if len(known.addresses) > 1 else ()
    used = {comparable(place.address) for place in known.places}
    spare = [one for one in own if comparable(one) not in used]
    own = (*(one for one in own if one not in spare), *spare)
    return tell(
        request,
        member,
        "status",
        places=rows,
        addresses=tuple((one,) for one in own),
        spare=tuple((one,) for one in spare),
    )


def _row(place: Place) -> tuple[str, ...]:
    until, last = place.paused_until, place.last_at
    return (
        place.title,
        place.group,
        place.address,
        place.state,
        place.delivery,
        "light" if place.light else "",
        "summary" if place.summary else "",
        pause_last_day(until, place.timezone).isoformat() if until else "",
        str(place.bounces) if place.bounces else "",
        place.last_subject,
        last.astimezone(zone_of(place.timezone)).date().isoformat() if last else "",
        "mime" if place.mime and not place.light else "",
    )


COMMAND = Command("status", plan, plan, needs="places")

"""Reports about our mail in the database: what was counted on whom, where a membership stands with it,
and how many members of one provider fail together.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from dgroup.address import comparable, split_address
from dgroup.bounce_effects import (
    OUTAGE_LEAST,
    CountBounce,
    Counted,
    ExcuseDomain,
    Stand,
    Standing,
    Step,
)
from dgroup.bounce_report import Cause
from dgroup.config import Bounces
from dgroup.model import MemberState
from dgroup.tables import addresses, bounce_standings, bounces, memberships

KEPT = timedelta(days=400)
"""how long a report is kept: past that its points have faded"""
MAX_HISTORY = 400
DAY = timedelta(days=1)
MONTH = timedelta(days=30)
_QUIET = frozenset({Cause.TEMPORARY, Cause.FINE})
"""no mail has come back for good"""
COMPLAINT = "complaint"
_ACTIVE = (MemberState.ACTIVE, MemberState.PAUSED)


# --- Reading ----------------------------------------------------------------------------------


def history(conn: Connection, membership_id: int, now: datetime) -> tuple[Counted, ...]:
    """Give the reports that were counted on a membership, oldest first."""
    query = (
        select(bounces)
        .where(bounces.c.membership_id == membership_id, bounces.c.at > now - KEPT)
        .order_by(bounces.c.at.desc(), bounces.c.id.desc())
        .limit(MAX_HISTORY)
    )
    return tuple(_counted(row) for row in reversed(conn.execute(query).all()))


def standing(conn: Connection, membership_id: int) -> Standing:
    """Give where a membership stands."""
    query = select(bounce_standings).where(bounce_standings.c.membership_id == membership_id)
    row = conn.execute(query).first()
    return standing_of(row) if row is not None else Standing()


def asked_since(conn: Connection, group_id: int, since: datetime) -> int:
    """Count the members of a group who were asked because of a shared copy."""
    theirs = memberships.c.id == bounce_standings.c.membership_id
    query = select(func.count()).select_from(bounce_standings.join(memberships, theirs))
    asked = query.where(bounce_standings.c.asked_at > since, memberships.c.group_id == group_id)
    return int(conn.execute(asked).scalar_one())


def standing_of(row: Any) -> Standing:
    """Make it from a row of `bounce_standings`."""
    return Standing(
        row.probed_at, row.suspended_at, row.cause, row.told_at, row.cleared_at, row.asked_at
    )


def domain_of(address: str) -> str:
    """Give the domain that the members of one provider have in common."""
    return split_address(address)[1].lower()


def failed_at(conn: Connection, address: str, now: datetime, rules: Bounces) -> tuple[int, int]:
    """Count the addresses of the same domain that were called dead within a day, this one too, and all
    that are members here; the second only where it can matter (it looks at every membership)."""
    domain = domain_of(address)
    query = (
        select(bounces.c.address)
        .distinct()
        .where(bounces.c.domain == domain, bounces.c.cause == Cause.DEAD, bounces.c.at > now - DAY)
    )
    failed = len({*conn.execute(query).scalars(), comparable(address)})
    counts = OUTAGE_LEAST <= failed < rules.outage_members
    return failed, _members_at(conn, domain) if counts else 0


def _members_at(conn: Connection, domain: str) -> int:
    escaped = domain.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    here = func.lower(memberships.c.address)
    query = select(func.count(here.distinct())).where(
        here.like(f"%@{escaped}", escape="\\"), memberships.c.state.in_(_ACTIVE)
    )
    found: int = conn.execute(query).scalar_one()
    return found


def excused(conn: Connection, address: str, now: datetime) -> tuple[datetime | None, bool]:
    """Give when the first day began within a month on which their provider failed many, and whether
    one was seen within a day."""
    query = select(func.min(bounces.c.at), func.max(bounces.c.at)).where(
        bounces.c.domain == domain_of(address),
        bounces.c.excused.is_(True),
        bounces.c.at > now - MONTH,
    )
    first, last = conn.execute(query).one()
    return first, last is not None and last > now - DAY


def other_addresses(conn: Connection, person_id: int, address: str) -> tuple[str, ...]:
    """Give a person's other verified addresses, the newest first: not those whose mail has stopped."""
    stopped = select(func.lower(memberships.c.address)).where(
        memberships.c.person_id == person_id, memberships.c.state == MemberState.SUSPENDED
    )
    query = (
        select(addresses.c.shown)
        .where(
            addresses.c.person_id == person_id,
            addresses.c.address != comparable(address),
            addresses.c.verified_at.is_not(None),
            addresses.c.address.not_in(stopped),
        )
        .order_by(addresses.c.verified_at.desc(), addresses.c.address)
    )
    return tuple(conn.execute(query).scalars())


def troubled(
    conn: Connection, group_id: int, since: datetime
) -> dict[int, tuple[Standing, tuple[Counted, ...]]]:
    """Give what was reported on the members of whom anything was reported since then, by membership, oldest
    first: also what is older, which their score may rest on."""
    lately = select(bounces.c.membership_id).where(
        bounces.c.group_id == group_id, bounces.c.at > since
    )
    query = (
        select(bounces)
        .where(bounces.c.membership_id.in_(lately), bounces.c.at > since - KEPT)
        .order_by(bounces.c.at, bounces.c.id)
    )
    reports: dict[int, list[Counted]] = {}
    for row in conn.execute(query):
        reports.setdefault(row.membership_id, []).append(_counted(row))
    places = (
        select(bounce_standings)
        .join(memberships, memberships.c.id == bounce_standings.c.membership_id)
        .where(memberships.c.group_id == group_id)
    )
    stands = {row.membership_id: standing_of(row) for row in conn.execute(places)}
    return {
        one: (stands.get(one, Standing()), tuple(reports.get(one, ())))
        for one in reports.keys() | stands.keys()
    }


def _counted(row: Any) -> Counted:
    cause = Cause(row.cause) if row.cause != COMPLAINT else Cause.FINE
    return Counted(row.at, cause, row.points, row.diagnostic, row.arrived)


# --- Changing ---------------------------------------------------------------------------------


def count(conn: Connection, group_id: int, effect: CountBounce, now: datetime) -> None:
    """Keep a report; one that says that mail came back shows in the member's `status` too."""
    conn.execute(
        insert(bounces).values(
            membership_id=effect.membership_id,
            group_id=group_id,
            at=now,
            cause=COMPLAINT if effect.complaint else effect.cause,
            status=effect.status[:16],
            diagnostic=effect.diagnostic[:500],
            address=comparable(effect.address),
            domain=domain_of(effect.address),
            points=effect.points,
            arrived=effect.arrived,
            excused=effect.excused,
        )
    )
    mine = bounces.c.membership_id == effect.membership_id
    conn.execute(delete(bounces).where(mine, bounces.c.at < now - KEPT))
    if effect.cause in _QUIET and not effect.complaint:
        return
    member = update(memberships).where(memberships.c.id == effect.membership_id)
    conn.execute(member.values(bounces=memberships.c.bounces + 1, last_bounce_at=now))


def stand(conn: Connection, effect: Stand, now: datetime) -> None:
    """Note where a membership stands now."""
    values: dict[str, object] = {}
    if effect.step is Step.ASKED:
        values = {"asked_at": now}
    elif effect.step is Step.PROBED:
        values = {"probed_at": now}
    elif effect.step is Step.SUSPENDED:
        values = {"suspended_at": now, "cause": effect.cause, "probed_at": None}
    elif effect.step is Step.TOLD:
        values = {"told_at": now}
    if effect.step is Step.CLEARED:
        clear(conn, [effect.membership_id], now)
        return
    key = {"membership_id": effect.membership_id}
    there = update(bounce_standings).where(bounce_standings.c.membership_id == effect.membership_id)
    if conn.execute(there.values(**values)).rowcount == 0:
        conn.execute(insert(bounce_standings).values(**key, **values))


def clear(conn: Connection, membership_ids: list[int], now: datetime) -> None:
    """What had failed says nothing any more."""
    gone = update(bounce_standings).where(bounce_standings.c.membership_id.in_(membership_ids))
    conn.execute(
        gone.values(cleared_at=now, probed_at=None, suspended_at=None, cause="", told_at=None)
    )


def excuse(conn: Connection, effect: ExcuseDomain, now: datetime) -> list[str]:
    """Take back what a provider's failure has cost its members; gives whose mail comes again."""
    theirs = (bounces.c.domain == effect.domain, bounces.c.at > effect.since)
    dead = bounces.c.cause == Cause.DEAD
    conn.execute(update(bounces).where(*theirs, dead).values(points=0, excused=True))
    stopped = (
        select(memberships.c.id, memberships.c.address)
        .join(bounce_standings, bounce_standings.c.membership_id == memberships.c.id)
        .where(
            memberships.c.state == MemberState.SUSPENDED,
            bounce_standings.c.suspended_at > effect.since,
            bounce_standings.c.cause == Cause.DEAD,
            memberships.c.id.in_(select(bounces.c.membership_id).where(*theirs)),
        )
    )
    rows = conn.execute(stopped).all()
    ids = [row.id for row in rows]
    if ids:
        back = update(memberships).where(memberships.c.id.in_(ids))
        conn.execute(back.values(state=MemberState.ACTIVE))
        clear(conn, ids, now)
    return [row.address for row in rows]

"""Look-ups for what members ask about themselves: where they are, who is with them, another address of
theirs, the membership that a leaver names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from archive.tables import groups, posts
from dgroup.address import comparable, group_address, split_address
from dgroup.caps import DAY, counted
from dgroup.commands.leave import Elsewhere
from dgroup.commands.second_address import Move
from dgroup.commands.status import Place, Places
from dgroup.commands.who import Company
from dgroup.incoming import CommandFacts, LetterCounts, Reading
from dgroup.model import GroupState, MailClass, Membership, MemberState, Role
from dgroup.people import bans
from dgroup.tables import (
    addresses,
    deliveries,
    group_settings,
    letter_log,
    memberships,
    outbox_mails,
    persons,
)

LISTED = 500
"""people of a list by mail"""
_OWN = 50
"""addresses of one person's that are listed"""
_RECENT = 50
"""posts among which the last one sent to a member is looked for"""
_INSIDE = (MemberState.ACTIVE, MemberState.PAUSED, MemberState.SUSPENDED)
_TAKEN = (*_INSIDE, MemberState.PENDING, MemberState.BANNED)


def _letters(conn: Connection, address: str, facts: CommandFacts) -> LetterCounts:
    """Count the letters of the last 24 hours to an address that is not the sender's."""
    query = select(letter_log.c.group_id, letter_log.c.kind).where(
        letter_log.c.address == comparable(address), letter_log.c.at > facts.now - DAY
    )
    return counted(conn.execute(query), facts.group.id)


# --- Where a person is ------------------------------------------------------------------------


def places(conn: Connection, facts: CommandFacts, asked: Reading) -> Places:
    """Read all groups of the person who asks, this one first."""
    member = facts.token_member or facts.member
    if member is None or not member.inside:
        return Places(())
    query = (
        select(memberships, groups.c.name, groups.c.title, groups.c.timezone)
        .join(groups, groups.c.id == memberships.c.group_id)
        .join(group_settings, group_settings.c.group_id == groups.c.id)
        .where(
            memberships.c.person_id == member.person_id,
            memberships.c.state.in_(_INSIDE),
            group_settings.c.state != GroupState.DELETED,
        )
        .order_by(memberships.c.group_id != facts.group.id, groups.c.name)
    )
    domain = split_address(facts.group.address)[1]
    here = tuple(_place(conn, row, domain) for row in conn.execute(query).all())
    return Places(here, _written_from(conn, member.person_id))


def _written_from(conn: Connection, person_id: int) -> tuple[str, ...]:
    query = select(addresses.c.shown).where(addresses.c.person_id == person_id)
    rows = conn.execute(query.order_by(addresses.c.verified_at, addresses.c.address).limit(_OWN))
    return tuple(rows.scalars())


def _place(conn: Connection, row: Any, domain: str) -> Place:
    last = _last_sent(conn, row.group_id, row.address)
    return Place(
        title=row.title,
        group=group_address(row.name, domain),
        address=row.address,
        timezone=row.timezone,
        state=row.state,
        delivery=row.delivery,
        light=row.light,
        mime=row.mime_digest,
        summary=row.summary,
        paused_until=row.paused_until,
        bounces=row.bounces,
        last_subject=last[0],
        last_at=last[1],
    )


def _last_sent(conn: Connection, group_id: int, address: str) -> tuple[str, datetime | None]:
    """Find the newest post that has gone out to a member, among the last ones of the group.

    Each of them is one look into an index: the many rows of deliveries have none by member.
    """
    recent = (
        select(posts.c.id, posts.c.subject)
        .where(posts.c.group_id == group_id)
        .order_by(posts.c.received_at.desc())
        .limit(_RECENT)
        .subquery()
    )
    query = (
        select(recent.c.subject, deliveries.c.done_at)
        .join(outbox_mails, outbox_mails.c.post_id == recent.c.id)
        .join(deliveries, deliveries.c.outbox_mail_id == outbox_mails.c.id)
        .where(
            outbox_mails.c["class"] == MailClass.POST,
            deliveries.c.recipient == address,
            deliveries.c.state == "sent",
        )
        .order_by(recent.c.id.desc())
        .limit(1)
    )
    row = conn.execute(query).first()
    return (row.subject, row.done_at) if row else ("", None)


# --- Who is with them -------------------------------------------------------------------------


def company(conn: Connection, facts: CommandFacts, asked: Reading) -> Company:
    """Read who is in the group: those with a name first, at most so many as a letter holds."""
    there = (memberships.c.group_id == facts.group.id, memberships.c.state.in_(_INSIDE))
    total = conn.execute(select(func.count()).select_from(memberships).where(*there)).scalar_one()
    query = (
        select(persons.c.name, memberships.c.address, memberships.c.role)
        .join(persons, persons.c.id == memberships.c.person_id)
        .where(*there)
        .order_by(persons.c.name == "", func.lower(persons.c.name), memberships.c.address)
        .limit(LISTED)
    )
    rows = tuple((row.name, row.address, Role(row.role)) for row in conn.execute(query))
    return Company(rows, total)


# --- Addresses --------------------------------------------------------------------------------


def move(conn: Connection, facts: CommandFacts, asked: Reading) -> Move:
    """Read what another address would mean: `people` ends with it, and begins with the old one
    where a code is answered."""
    if not asked.options.address:
        return Move(None, "", problem="none")
    new = facts.people[-1]
    mover = facts.people[0].membership if facts.code is not None else facts.member
    if mover is None:
        return Move(None, new.address)
    old = facts.people[0].address if facts.code is not None else mover.address
    owner = _owner(conn, new.address)
    states = _states(conn, mover.person_id)
    there = [one for one in states if comparable(one.address) == comparable(new.address)]
    return Move(
        mover,
        new.address,
        problem=new.problem or ("same" if comparable(old) == comparable(new.address) else ""),
        places=tuple(one.id for one in states if comparable(one.address) == comparable(old)),
        is_theirs=owner == mover.person_id,
        is_known=owner is not None,
        is_taken=owner not in {None, mover.person_id} and _has_places(conn, owner),
        is_used=any(one.state in _TAKEN for one in there),
        left=tuple(one.id for one in there if one.state not in _TAKEN),
        is_banned=any(one.state == MemberState.BANNED for one in states)
        or bans.is_kept(conn, {new.address, *(one.address for one in states)}),
        letters=_letters(conn, new.address, facts),
    )


def _owner(conn: Connection, address: str) -> int | None:
    query = select(addresses.c.person_id).where(addresses.c.address == comparable(address))
    found: int | None = conn.execute(query).scalar_one_or_none()
    return found


def _states(conn: Connection, person_id: int) -> Sequence[Any]:
    """The memberships of a person, in all groups, with where each gets its mail and how it stands."""
    query = select(memberships.c.id, memberships.c.address, memberships.c.state)
    theirs = query.where(memberships.c.person_id == person_id)
    return conn.execute(theirs.order_by(memberships.c.id)).all()


def _has_places(conn: Connection, person_id: int | None) -> bool:
    query = select(memberships.c.id).where(
        memberships.c.person_id == person_id, memberships.c.state.in_(_TAKEN)
    )
    return conn.execute(query.limit(1)).first() is not None


def elsewhere(conn: Connection, facts: CommandFacts, asked: Reading) -> Elsewhere:
    """Read whose membership somebody means who names another address than their own."""
    own = facts.member.id if facts.member is not None else 0
    others = [one for one in facts.people if one.problem != "ours" and not _is(one.membership, own)]
    for one in others:
        if one.membership is not None and one.membership.inside:
            letters = _letters(conn, one.membership.address, facts)
            return Elsewhere(one.address, one.membership, letters)
    return Elsewhere(others[0].address if others else "")


def _is(member: Membership | None, membership_id: int) -> bool:
    return member is not None and member.id == membership_id


LOOKUPS: Mapping[str, Callable[[Connection, CommandFacts, Reading], object]] = {
    "places": places,
    "company": company,
    "move": move,
    "elsewhere": elsewhere,
}

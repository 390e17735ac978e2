"""What an erasure would take away, counted by indexes only: the preview must not cost a scan."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, distinct, func, select

from archive.tables import groups
from dgroup.effects import OutcomeKind
from dgroup.found_posts import Footprint
from dgroup.incoming import CommandFacts, Reading
from dgroup.model import MemberState, Role
from dgroup.people import bans
from dgroup.tables import addresses, audit, memberships

Lookup = Callable[[Connection, CommandFacts, Reading], object]
_REACHED = (MemberState.ACTIVE, MemberState.PAUSED)
_GONE = (MemberState.LEFT, MemberState.PENDING, MemberState.BANNED)


def footprint(conn: Connection, facts: CommandFacts, asked: Reading) -> Footprint:
    """Tell what there is of the person who asks."""
    member = facts.token_member or facts.member
    if member is None:
        return Footprint()
    theirs = addresses_of(conn, member.person_id)
    return Footprint(
        groups=_groups(conn, member.person_id),
        alone=tuple(title for _, title in alone_in(conn, member.person_id)),
        addresses=tuple(theirs),
        posts=_count_posts(conn, theirs),
        is_banned=_is_banned(conn, member.person_id) or bans.is_kept(conn, theirs),
    )


def _is_banned(conn: Connection, person_id: int) -> bool:
    banned = select(memberships.c.id).where(
        memberships.c.person_id == person_id, memberships.c.state == MemberState.BANNED
    )
    return conn.execute(banned.limit(1)).first() is not None


def addresses_of(conn: Connection, person_id: int) -> list[str]:
    """Give a person's addresses, lower-cased."""
    chosen = select(addresses.c.address).where(addresses.c.person_id == person_id)
    return list(conn.execute(chosen.order_by(addresses.c.address)).scalars())


def _groups(conn: Connection, person_id: int) -> tuple[str, ...]:
    chosen = (
        select(groups.c.title)
        .join(memberships, memberships.c.group_id == groups.c.id)
        .where(memberships.c.person_id == person_id, memberships.c.state.not_in(_GONE))
        .order_by(groups.c.name)
    )
    return tuple(conn.execute(chosen).scalars())


def alone_in(conn: Connection, person_id: int) -> list[tuple[int, str]]:
    """Give (id, title) of the groups that this person coordinates and nobody else does."""
    others = memberships.alias("others")
    another = (
        select(others.c.id)
        .where(
            others.c.group_id == memberships.c.group_id,
            others.c.person_id != person_id,
            others.c.role == Role.COORDINATOR,
            others.c.state.in_(_REACHED),
        )
        .exists()
    )
    chosen = (
        select(groups.c.id, groups.c.title)
        .join(memberships, memberships.c.group_id == groups.c.id)
        .where(
            memberships.c.person_id == person_id,
            memberships.c.role == Role.COORDINATOR,
            memberships.c.state.in_(_REACHED),
            ~another,
        )
        .order_by(groups.c.id)
    )
    return [(row.id, row.title) for row in conn.execute(chosen)]


def _count_posts(conn: Connection, theirs: Sequence[str]) -> int:
    posted = (audit.c.sender.in_(theirs)) & (audit.c.event == OutcomeKind.POSTED)
    return int(
        conn.execute(select(func.count(distinct(audit.c.post_id))).where(posted)).scalar_one()
    )


LOOKUPS: dict[str, Lookup] = {"footprint": footprint}

"""Bans of people who had themselves erased: each stays as a membership of nobody, under an address that is
computed from theirs and tells no one what it was. A ban is about an address in a group, nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, exists, insert, select, update

from archive.i18n import DEFAULT
from dgroup.address import comparable
from dgroup.model import Delivery, Membership, MemberState, Role
from dgroup.tables import addresses, memberships, persons

_OWNERS = select(addresses.c.person_id).distinct()
_BEGIN = "ban-"
_DOMAIN = "@erased.invalid"
"""a domain that never gets mail (RFC 2606)"""


def tombstone(address: str) -> str:
    """Give what stands for an erased address: the same for each way of writing it, and no way back."""
    digest = hashlib.sha256(b"dgroup ban\0" + comparable(address).encode()).digest()
    return f"{_BEGIN}{base64.b32encode(digest).decode('ascii').lower().rstrip('=')[:26]}{_DOMAIN}"


def any_kept(conn: Connection) -> bool:
    """Tell whether a ban of anybody is kept: spares long lists of people the question."""
    stones = addresses.c.address.startswith(_BEGIN) & addresses.c.address.endswith(_DOMAIN)
    return conn.execute(select(addresses.c.address).where(stones).limit(1)).first() is not None


def is_kept(conn: Connection, wanted: Iterable[str]) -> bool:
    """Tell whether somebody with one of these addresses was banned from a group, then erased."""
    query = _OWNERS.join(memberships, memberships.c.person_id == addresses.c.person_id).where(
        addresses.c.address.in_([tombstone(one) for one in wanted]),
        memberships.c.state == MemberState.BANNED,
    )
    return conn.execute(query.limit(1)).first() is not None


def lift(conn: Connection, kept: Membership) -> None:
    """Forget one kept ban, and with the last one of somebody all that was kept of them."""
    conn.execute(delete(memberships).where(memberships.c.id == kept.id))
    another = exists().where(memberships.c.person_id == persons.c.id)
    conn.execute(delete(persons).where(persons.c.id == kept.person_id, ~another))


def keep(conn: Connection, person: int, theirs: Sequence[str], now: datetime) -> None:
    """Keep the bans of a person who is about to be erased, under all their addresses. What was kept for
    one of these before is joined with it."""
    mine = select(memberships.c.group_id).where(
        memberships.c.person_id == person, memberships.c.state == MemberState.BANNED
    )
    groups = set(conn.execute(mine).scalars())
    if not groups or not theirs:
        return
    stones = [tombstone(one) for one in theirs]
    banned = select(memberships.c.group_id).where(memberships.c.state == MemberState.BANNED)
    older = list(conn.execute(_OWNERS.where(addresses.c.address.in_(stones))).scalars())
    groups |= set(conn.execute(banned.where(memberships.c.person_id.in_(older))).scalars())
    nobody = insert(persons).values(name="", language=DEFAULT, created_at=now)
    owner: int = conn.execute(nobody.returning(persons.c.id)).scalar_one()
    theirs_too = addresses.c.person_id.in_(older)
    conn.execute(update(addresses).where(theirs_too).values(person_id=owner))
    conn.execute(delete(persons).where(persons.c.id.in_(older)))
    known = addresses.c.person_id == owner
    there = set(conn.execute(select(addresses.c.address).where(known)).scalars())
    for one in sorted(set(stones) - there):
        conn.execute(insert(addresses).values(address=one, person_id=owner, shown=one))
    rows = [_banned(group, owner, stones[0], now) for group in sorted(groups)]
    conn.execute(insert(memberships), rows)


def _banned(group: int, owner: int, stone: str, now: datetime) -> dict[str, object]:
    return {
        "group_id": group,
        "person_id": owner,
        "address": stone,
        "role": Role.MEMBER,
        "state": MemberState.BANNED,
        "delivery": Delivery.NONE,
        "summary": False,
        "own_copy": False,
        "joined_at": now,
        "left_at": now,
    }

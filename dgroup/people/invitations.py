"""The table of invitations: whom coordinators have asked to join, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from dgroup.address import comparable
from dgroup.changes import Invite
from dgroup.known import Invitation
from dgroup.model import Delivery
from dgroup.tables import invitations

OPEN = "open"
JOINED = "joined"
DECLINED = "declined"
CANCELLED = "cancelled"
EXPIRED = "expired"
_CHUNK = 500


def keep(conn: Connection, group_id: int, wish: Invite, now: datetime) -> None:
    """Keep an invitation; the open one to the same address, if there is one, gives way to it."""
    end(conn, group_id, wish.address, CANCELLED, now)
    values = {
        "group_id": group_id,
        "address": comparable(wish.address),
        "name": wish.name,
        "language": wish.language,
        "delivery": wish.delivery or Delivery.EACH,
        "invited_by": wish.by,
        "words": wish.words,
        "state": OPEN,
        "invited_at": now,
        "expires_at": now + timedelta(days=wish.days),
    }
    conn.execute(insert(invitations).values(values))


def end(conn: Connection, group_id: int, address: str, state: str, now: datetime) -> None:
    """End the open invitation to an address, if there is one."""
    ended = update(invitations).where(
        invitations.c.group_id == group_id,
        invitations.c.address == comparable(address),
        invitations.c.state == OPEN,
    )
    conn.execute(ended.values(state=state, done_at=now))


def open_for(
    conn: Connection, group_id: int, wanted: Sequence[str], now: datetime
) -> dict[str, Invitation]:
    """Give the open invitations to these addresses, by the comparable form of the address."""
    keys = sorted({comparable(address) for address in wanted})
    found = {}
    for start in range(0, len(keys), _CHUNK):
        query = select(invitations).where(
            invitations.c.group_id == group_id,
            invitations.c.address.in_(keys[start : start + _CHUNK]),
            invitations.c.state == OPEN,
            invitations.c.expires_at > now,
        )
        found.update({row.address: _invitation(row) for row in conn.execute(query)})
    return found


def recent(conn: Connection, group_id: int, since: datetime) -> list[Invitation]:
    """Give the invitations of a group that are open, or that nobody took since then; oldest first."""
    over = invitations.c.state.in_([DECLINED, EXPIRED]) & (invitations.c.done_at >= since)
    query = select(invitations).where(
        invitations.c.group_id == group_id, or_(invitations.c.state == OPEN, over)
    )
    return [_invitation(row) for row in conn.execute(query.order_by(invitations.c.id))]


def to_remind(
    conn: Connection, before: datetime, now: datetime, after: int, limit: int
) -> list[Invitation]:
    """Give open invitations sent before a moment and never sent again, oldest first, from the id
    `after` on."""
    query = select(invitations).where(
        invitations.c.state == OPEN,
        invitations.c.expires_at > now,
        invitations.c.invited_at <= before,
        invitations.c.resent_at.is_(None),
        invitations.c.id > after,
    )
    rows = conn.execute(query.order_by(invitations.c.id).limit(limit))
    return [_invitation(row) for row in rows]


def reminded(conn: Connection, invitation_id: int, now: datetime) -> None:
    """Note that it was sent again: once is enough."""
    sent = update(invitations).where(invitations.c.id == invitation_id)
    conn.execute(sent.values(resent_at=now))


def expire(conn: Connection, now: datetime) -> int:
    """End the invitations whose time is over; gives how many."""
    over = update(invitations).where(invitations.c.state == OPEN, invitations.c.expires_at <= now)
    return conn.execute(over.values(state=EXPIRED, done_at=now)).rowcount


def _invitation(row: Any) -> Invitation:
    return Invitation(
        id=row.id,
        group_id=row.group_id,
        address=row.address,
        name=row.name,
        language=row.language,
        delivery=Delivery(row.delivery),
        invited_by=row.invited_by,
        words=row.words,
        state=row.state,
        invited_at=row.invited_at,
        resent_at=row.resent_at,
        expires_at=row.expires_at,
        done_at=row.done_at,
    )

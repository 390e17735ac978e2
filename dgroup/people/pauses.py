"""The end of pauses: members whose last day of a pause is over get mail again, without a word: the
letter of the pause has named the day, and the mail itself says that it is back.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select, update

from dgroup.model import MemberState
from dgroup.tables import audit, memberships

BATCH = 500
"""members of one transaction"""
EVENT = "resumed"


def end_due(conn: Connection, now: datetime) -> int:
    """End the pauses that are over, with a line in the audit for each; gives how many.

    Two nodes may ask at once: each row is changed by the one that comes first.
    """
    over = _over(now)
    due = select(memberships.c.id).where(*over).order_by(memberships.c.id).limit(BATCH)
    ended = (
        update(memberships)
        .where(memberships.c.id.in_(due.scalar_subquery()), *over)
        .values(state=MemberState.ACTIVE, paused_until=None)
        .returning(memberships.c.group_id, memberships.c.address)
    )
    rows = conn.execute(ended).all()
    if rows:
        lines = [_line(row.group_id, row.address, now) for row in rows]
        conn.execute(insert(audit), lines)
    return len(rows)


def are_due(conn: Connection, now: datetime) -> bool:
    """Tell whether any pause is over: a question without a write."""
    return conn.execute(select(memberships.c.id).where(*_over(now)).limit(1)).first() is not None


def _over(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (memberships.c.state == MemberState.PAUSED, memberships.c.paused_until <= now)


def _line(group_id: int, address: str, now: datetime) -> dict[str, object]:
    return {
        "at": now,
        "envelope_id": "",
        "group_id": group_id,
        "recipient": "",
        "sender": "",
        "message_id": "",
        "event": EVENT,
        "reason": f"{address} pause over",
        "post_id": None,
    }

"""Copies that the smarthost refused for good and that are not counted yet. A row is written with the delivery's
end and goes with the count: a crash loses none, and none counts twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from dgroup.tables import deliveries, refusals

PENDING = "pending"
_MARK = "refused-"


class Refusal(NamedTuple):
    """A copy that was refused, and what was said."""

    delivery_id: int
    membership_id: int | None
    recipient: str
    envelope_from: str
    reply: str


def keep(conn: Connection, replies: Iterable[tuple[int, str]]) -> None:
    """Take deliveries that end now, by id: what was refused (5xx) and has somebody whom it may tell of.

    To be called before they are marked: one that had ended is not taken again.
    """
    said = {number: reply for number, reply in replies if reply.startswith("5")}
    if not said:
        return
    ended = select(
        deliveries.c.id,
        deliveries.c.membership_id,
        deliveries.c.recipient,
        deliveries.c.envelope_from,
    ).where(deliveries.c.id.in_(said), deliveries.c.state == PENDING)
    rows = [
        Refusal(*row, said[row.id])._asdict()
        for row in conn.execute(ended)
        if row.membership_id is not None or row.envelope_from
    ]
    if rows:
        conn.execute(insert(refusals), rows)


def waiting(conn: Connection, most: int) -> list[Refusal]:
    """Give those that wait, the oldest first."""
    query = select(refusals).order_by(refusals.c.delivery_id).limit(most)
    return [Refusal(*row) for row in conn.execute(query)]


def take(conn: Connection, delivery_id: int) -> bool:
    """Take one out, in the transaction that counts it; False where somebody has."""
    gone = delete(refusals).where(refusals.c.delivery_id == delivery_id)
    return conn.execute(gone).rowcount > 0


def envelope_id(delivery_id: int) -> str:
    """Give the id of the mail that tells intake of it. Ids of mails from outside look different."""
    return f"{_MARK}{delivery_id}"


def number_in(envelope: str) -> int | None:
    """Read `envelope_id` back; None for all other mails."""
    digits = envelope.removeprefix(_MARK)
    return int(digits) if digits != envelope and digits.isdecimal() else None

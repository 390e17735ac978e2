"""What a host asks: what waits to be sent, is held or in quarantine (`tracing`: what became of a mail)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, or_, select

from archive.db import Database
from archive.rawmail import load_raw
from dgroup import quarantine as kept
from dgroup.errors import NotFoundError
from dgroup.model import Group, Reply
from dgroup.receiving.intake import Intake
from dgroup.tables import deliveries, holds, quarantine
from dgroup.writer import Writer

OVERDUE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Queues:
    """How much waits, and for whom."""

    pending: int
    oldest: datetime | None
    failed: int
    held: int
    quarantined: int
    overdue: int
    """of those that wait: they should be out by now"""


def queues(conn: Connection, now: datetime) -> Queues:
    """Count what waits to be sent, decided or looked at."""
    waiting = select(func.count(), func.min(deliveries.c.created_at)).where(
        deliveries.c.state == "pending"
    )
    pending, oldest = conn.execute(waiting).one()
    late = select(func.count()).where(
        deliveries.c.state == "pending", deliveries.c.not_before < now - OVERDUE
    )
    failed = select(func.count()).where(deliveries.c.state == "failed")
    held = select(func.count()).where(holds.c.state == "waiting")
    kept = select(func.count()).where(quarantine.c.state == "waiting")
    return Queues(
        pending=pending,
        oldest=oldest,
        failed=conn.execute(failed.select_from(deliveries)).scalar_one(),
        held=conn.execute(held.select_from(holds)).scalar_one(),
        quarantined=conn.execute(kept.select_from(quarantine)).scalar_one(),
        overdue=conn.execute(late.select_from(deliveries)).scalar_one(),
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A delivery that is still to be made, or was given up."""

    id: int
    recipient: str
    state: str
    attempts: int
    not_before: datetime
    last_reply: str


def waiting(conn: Connection, limit: int) -> Sequence[Waiting]:
    """List deliveries that are still to be made, or were given up, newest first."""
    query = (
        select(deliveries)
        .where(or_(deliveries.c.state == "failed", deliveries.c.state == "pending"))
        .order_by(deliveries.c.id.desc())
        .limit(limit)
    )
    return [
        Waiting(row.id, row.recipient, row.state, row.attempts, row.not_before, row.last_reply)
        for row in conn.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class Held:
    """A mail that waits for a decision."""

    id: int
    held_at: datetime
    sender: str
    subject: str
    reason: str


def held(conn: Connection, group_id: int) -> list[Held]:
    """List the mails of a group that wait for a decision, oldest first."""
    query = (
        select(holds)
        .where(holds.c.group_id == group_id, holds.c.state == "waiting")
        .order_by(holds.c.id)
    )
    return [
        Held(row.id, row.held_at, row.sender, row.subject, row.reason)
        for row in conn.execute(query)
    ]


def held_mail(conn: Connection, group: Group, number: int) -> bytes:
    """Give a mail that waits for a decision, as it came. Raises NotFoundError."""
    query = select(holds.c.mail_id).where(
        holds.c.id == number, holds.c.group_id == group.id, holds.c.state == "waiting"
    )
    mail_id = conn.execute(query).scalar_one_or_none()
    if mail_id is None:
        raise NotFoundError(f"no mail {number} waits for a decision in {group.name}")
    return load_raw(conn, mail_id)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A mail that met an unexpected error."""

    id: int
    at: datetime
    recipient: str
    error: str


def quarantined(conn: Connection) -> list[Quarantined]:
    """List the mails in quarantine, oldest first."""
    query = select(quarantine).where(quarantine.c.state == "waiting").order_by(quarantine.c.id)
    return [Quarantined(row.id, row.at, row.recipient, row.error) for row in conn.execute(query)]


def quarantined_mail(conn: Connection, number: int) -> bytes:
    """Give a mail in quarantine as it came. Raises NotFoundError."""
    return kept.load(conn, number).raw


async def release(db: Database, writer: Writer, intake: Intake, number: int) -> Reply:
    """Give a quarantined mail to intake again; it stays where it is if it cannot be stored.

    Raises NotFoundError where there is none.
    """
    with db.read() as conn:
        envelope = kept.load(conn, number)
    reply = (await intake.accept(envelope))[0]
    if reply.code < 400 or reply.code >= 500:
        await writer.run(lambda conn: kept.settle(conn, number))
    return reply

"""What a host asks: what became of a mail, what waits to be sent, held or in quarantine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select

from archive.db import Database
from archive.ids import canonical_message_id, key_of
from archive.rawmail import load_raw
from archive.tables import groups, mentions, posts
from dgroup import quarantine as kept
from dgroup.address import comparable
from dgroup.errors import NotFoundError
from dgroup.intake import Intake
from dgroup.model import Group, Reply
from dgroup.tables import audit, deliveries, holds, outbox_mails, quarantine
from dgroup.writer import Writer


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One thing that happened to a mail or to a person."""

    at: datetime
    group: str
    event: str
    who: str
    detail: str


def trace(conn: Connection, wanted: str, limit: int) -> list[TraceLine]:
    """Tell what happened, oldest first. `wanted` is an address, a Message-ID, a post's key or the
    address of its page, or an envelope id; for a post its deliveries are told too."""
    if "://" in wanted:
        wanted = wanted.rpartition("/")[2].removesuffix(".html")
    found = _posts(conn, wanted)
    message_ids = {row.message_id for row in found} | {canonical_message_id(wanted)}
    lines = _audit_lines(conn, wanted, message_ids - {""}, limit)
    lines += _delivery_lines(conn, wanted, [row.id for row in found], limit)
    return sorted(lines, key=lambda line: line.at)[-limit:]


def _posts(conn: Connection, wanted: str) -> Sequence[Any]:
    """The posts of all groups that have this key or Message-ID."""
    names = {wanted.lower(), key_of(canonical_message_id(wanted))}
    query = (
        select(posts.c.id, posts.c.message_id)
        .join(mentions, mentions.c.post_id == posts.c.id)
        .where(
            mentions.c.group_id.in_(select(groups.c.id)),
            mentions.c.key.in_(sorted(names)),
            mentions.c.position == 0,
        )
    )
    return conn.execute(query).all()


def _audit_lines(
    conn: Connection, wanted: str, message_ids: set[str], limit: int
) -> list[TraceLine]:
    about = [
        audit.c.sender == comparable(wanted),
        audit.c.message_id.in_(sorted(message_ids)),
        audit.c.envelope_id == wanted,
    ]
    if "@" in wanted:
        about.append(audit.c.reason.startswith(comparable(wanted), autoescape=True))
    query = (
        select(audit, groups.c.name)
        .outerjoin(groups, groups.c.id == audit.c.group_id)
        .where(or_(*about))
        .order_by(audit.c.id.desc())
        .limit(limit)
    )
    return [
        TraceLine(row.at, row.name or "-", row.event, row.sender or row.recipient, row.reason)
        for row in reversed(conn.execute(query).all())
    ]


def _delivery_lines(
    conn: Connection, wanted: str, post_ids: Sequence[int], limit: int
) -> list[TraceLine]:
    query = (
        select(deliveries, groups.c.name, outbox_mails.c["class"].label("kind"))
        .join(outbox_mails, outbox_mails.c.id == deliveries.c.outbox_mail_id)
        .outerjoin(groups, groups.c.id == outbox_mails.c.group_id)
        .order_by(deliveries.c.id.desc())
        .limit(limit)
    )
    if post_ids:
        query = query.where(outbox_mails.c.post_id.in_(post_ids))
    elif "@" in wanted:
        query = query.where(func.lower(deliveries.c.recipient) == comparable(wanted))
    else:
        return []
    return [
        TraceLine(
            row.done_at or row.created_at,
            row.name or "-",
            f"{row.kind} {row.state}",
            row.recipient,
            row.last_reply or f"{row.attempts} tries so far",
        )
        for row in reversed(conn.execute(query).all())
    ]


@dataclass(frozen=True, slots=True)
class Queues:
    """How much waits, and for whom."""

    pending: int
    oldest: datetime | None
    failed: int
    held: int
    quarantined: int


def queues(conn: Connection) -> Queues:
    """Count what waits to be sent, decided or looked at."""
    waiting = select(func.count(), func.min(deliveries.c.created_at)).where(
        deliveries.c.state == "pending"
    )
    pending, oldest = conn.execute(waiting).one()
    failed = select(func.count()).where(deliveries.c.state == "failed")
    held = select(func.count()).where(holds.c.state == "waiting")
    kept = select(func.count()).where(quarantine.c.state == "waiting")
    return Queues(
        pending=pending,
        oldest=oldest,
        failed=conn.execute(failed.select_from(deliveries)).scalar_one(),
        held=conn.execute(held.select_from(holds)).scalar_one(),
        quarantined=conn.execute(kept.select_from(quarantine)).scalar_one(),
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

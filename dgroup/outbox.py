"""The outbox: mails that wait to be sent, and their expansion into one delivery row a recipient.

A post to a group costs two rows when it is accepted, however many members the group has; the sender
makes the delivery rows in chunks (invariant 5, RULINGS 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from archive.db import Database
from archive.quick import Quick
from dgroup.model import Delivery, MailClass, MemberState, OutboxItem
from dgroup.tables import deliveries, fanouts, memberships, outbox_mails, persons

CHUNK = 1000
PENDING = "pending"
_OTHERS = "!"
_DELIVERY_COLUMNS = (
    "outbox_mail_id",
    "membership_id",
    "recipient",
    "envelope_from",
    "state",
    "not_before",
    "created_at",
    "claimed_until",
    "claimed_by",
)
_MADE = (deliveries.c.id, deliveries.c.membership_id, deliveries.c.recipient)


class NewHead(Protocol):
    """A header block to be sent in place of the stored mail's (`rewrite.Rewritten`)."""

    @property
    def head(self) -> bytes:
        """The block, with the blank line where the stored mail lacks one."""

    @property
    def body_offset(self) -> int:
        """Where the rest begins in the stored raw mail."""

    @property
    def smtputf8(self) -> bool:
        """The block holds UTF-8 that needs SMTPUTF8."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who takes deliveries, and until when they are not given to another node."""

    node: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Fanout:
    """A mail to a whole group, expanded up to the membership id `cursor`."""

    id: int
    mail_id: int
    group_id: int
    mail_class: MailClass
    variant: str
    """'' for everybody, 'fr' for readers of French, '!fr,es' for all others"""
    cutoff: int
    cursor: int
    author_membership: int | None
    created_at: datetime


# --- Filling ----------------------------------------------------------------------------------


def queue_copies(
    conn: Connection,
    *,
    group_id: int,
    post_id: int | None,
    mail_id: int,
    rewritten: NewHead,
    message_id: str,
    cutoff: int,
    author_membership: int | None,
    now: datetime,
) -> int:
    """Queue a stored post to the members up to id `cutoff`; gives the outbox mail's id."""
    outbox_id = _store_mail(
        conn,
        {
            **_mail_row(group_id, MailClass.POST, rewritten.head, now),
            "post_id": post_id,
            "mail_id": mail_id,
            "body_offset": rewritten.body_offset,
            "message_id": message_id,
            "smtputf8": rewritten.smtputf8,
        },
    )
    _open_fanout(conn, outbox_id, group_id, cutoff, author_membership)
    return outbox_id


@dataclass(frozen=True, slots=True)
class Copies:
    """A stored post and whom it goes to, for `queue_many`."""

    group_id: int
    post_id: int
    mail_id: int
    rewritten: NewHead
    message_id: str
    author_membership: int | None
    now: datetime


def queue_many(db: Database, conn: Connection, new: Sequence[Copies], cutoff: int) -> None:
    """Queue many stored posts to the members up to id `cutoff`, with few statements."""
    taken = db.reserve_ids(conn, outbox_mails, len(new))
    mails = [
        {
            **_mail_row(one.group_id, MailClass.POST, one.rewritten.head, one.now),
            "id": outbox_id,
            "post_id": one.post_id,
            "mail_id": one.mail_id,
            "body_offset": one.rewritten.body_offset,
            "message_id": one.message_id,
            "smtputf8": one.rewritten.smtputf8,
        }
        for outbox_id, one in zip(taken, new, strict=True)
    ]
    _INSERT_MAILS.run(conn, mails)
    _INSERT_FANOUT.run(
        conn,
        [
            {
                "outbox_mail_id": outbox_id,
                "group_id": one.group_id,
                "cutoff": cutoff,
                "author_membership": one.author_membership,
            }
            for outbox_id, one in zip(taken, new, strict=True)
        ],
    )


def queue_letter_to_group(
    conn: Connection,
    *,
    group_id: int,
    message: bytes,
    mail_class: MailClass,
    cutoff: int,
    now: datetime,
    only: str = "",
    but: Sequence[str] = (),
) -> int:
    """Queue a letter of ours to members, each with an own reverse-path and leave link.

    LETTER goes to every active member, SUMMARY to those who get summaries. `only` is a language code:
    readers of that language; `but` are codes: all other readers.
    """
    variant = only or (_OTHERS + ",".join(but) if but else "")
    row = {**_mail_row(group_id, mail_class, message, now), "variant": variant}
    outbox_id = _store_mail(conn, row)
    _open_fanout(conn, outbox_id, group_id, cutoff, None)
    return outbox_id


def queue_letter(
    conn: Connection,
    *,
    group_id: int,
    message: bytes,
    recipient: str,
    envelope_from: str,
    now: datetime,
    smtputf8: bool = False,
) -> int:
    """Queue a whole mail to one address; `envelope_from` '' is the null reverse-path.

    `smtputf8` says that headers or address hold UTF-8 (RFC 6531).
    """
    row = {**_mail_row(group_id, MailClass.LETTER, message, now), "smtputf8": smtputf8}
    outbox_id = _store_mail(conn, row)
    conn.execute(
        insert(deliveries),
        {
            "outbox_mail_id": outbox_id,
            "recipient": recipient,
            "envelope_from": envelope_from,
            "state": PENDING,
            "not_before": now,
            "created_at": now,
        },
    )
    return outbox_id


_INSERT_MAIL = Quick(insert(outbox_mails).returning(outbox_mails.c.id))
_INSERT_MAILS = Quick(insert(outbox_mails))
_INSERT_FANOUT = Quick(insert(fanouts))


def _store_mail(conn: Connection, row: dict[str, Any]) -> int:
    made = _INSERT_MAIL.first(conn, row)
    assert made is not None  # an INSERT gives its row
    return int(made.id)


def _mail_row(group_id: int, mail_class: MailClass, head: bytes, now: datetime) -> dict[str, Any]:
    return {
        "group_id": group_id,
        "post_id": None,
        "class": mail_class,
        "variant": "",
        "mail_id": None,
        "body_offset": 0,
        "head": head,
        "message_id": "",
        "smtputf8": False,
        "created_at": now,
    }


def _open_fanout(
    conn: Connection, outbox_id: int, group_id: int, cutoff: int, author: int | None
) -> None:
    row = {
        "outbox_mail_id": outbox_id,
        "group_id": group_id,
        "cutoff": cutoff,
        "author_membership": author,
    }
    _INSERT_FANOUT.run(conn, [row])


# --- Expanding --------------------------------------------------------------------------------

_FANOUTS = (
    select(fanouts, outbox_mails.c["class"], outbox_mails.c.variant, outbox_mails.c.created_at)
    .join(outbox_mails, outbox_mails.c.id == fanouts.c.outbox_mail_id)
    .where(fanouts.c.done.is_(False))
    .order_by(fanouts.c.id)
)


def open_fanouts(conn: Connection, limit: int = 100) -> list[Fanout]:
    """Give the mails to groups that are not wholly expanded, the oldest first."""
    return [_fanout(row) for row in conn.execute(_FANOUTS.limit(limit))]


def expand(
    db: Database,
    conn: Connection,
    fanout: Fanout,
    now: datetime,
    chunk: int = CHUNK,
    holder: Holder | None = None,
) -> list[OutboxItem]:
    """Make delivery rows for the next `chunk` members of a fan-out; gives those that came.

    With a `holder` they are claimed at once, which saves a second change of each row. Rows and cursor
    change in one transaction, a recipient is unique in a mail: a crash or a second node repeats
    nothing. A fan-out that another node holds just now, or that is done, gives none.
    """
    held = db.for_claim(
        select(fanouts.c.cursor).where(fanouts.c.id == fanout.id, fanouts.c.done.is_(False))
    )
    cursor = conn.execute(held).scalar_one_or_none()
    if cursor is None:
        return []
    members = (
        memberships.c.group_id == fanout.group_id,
        memberships.c.id > cursor,
        memberships.c.id <= fanout.cutoff,
        *_readers(fanout),
    )
    ids = select(memberships.c.id).where(*members).order_by(memberships.c.id).limit(chunk)
    upper = conn.execute(select(func.max(ids.subquery().c.id))).scalar_one()
    if upper is None:
        conn.execute(update(fanouts).where(fanouts.c.id == fanout.id).values(done=True))
        return []
    source = _delivery_rows(fanout, now, holder).where(*members, memberships.c.id <= upper)
    ordered = source.order_by(memberships.c.id)
    rows = db.insert_from(conn, deliveries, _DELIVERY_COLUMNS, ordered, _MADE)
    moved = update(fanouts).where(fanouts.c.id == fanout.id)
    conn.execute(moved.values(cursor=upper, done=upper == fanout.cutoff))
    made = sorted(tuple(row) for row in rows)
    return [OutboxItem(row, fanout.mail_id, member, to, "", 0, now) for row, member, to in made]


def _delivery_rows(fanout: Fanout, now: datetime, holder: Holder | None) -> Select[Any]:
    moment = literal(now, deliveries.c.not_before.type)
    return select(
        literal(fanout.mail_id),
        memberships.c.id,
        memberships.c.address,
        literal(""),
        literal(PENDING),
        moment,
        moment,
        literal(holder.until if holder else None, deliveries.c.claimed_until.type),
        literal(holder.node if holder else None, deliveries.c.claimed_by.type),
    )


def _readers(fanout: Fanout) -> list[ColumnElement[bool]]:
    """Who gets a mail of this class (RULINGS 7), with the author's own wish about their copy."""
    wanted = [memberships.c.state == MemberState.ACTIVE]
    if fanout.mail_class is MailClass.POST:
        wanted.append(memberships.c.delivery == Delivery.EACH)
    elif fanout.mail_class is MailClass.SUMMARY:
        wanted += [memberships.c.delivery != Delivery.NONE, memberships.c.summary.is_(True)]
    if fanout.author_membership is not None:
        others = memberships.c.id != fanout.author_membership
        wanted.append(or_(others, memberships.c.own_copy.is_(True)))
    if fanout.variant:
        codes = fanout.variant.removeprefix(_OTHERS).split(",")
        speaks = select(persons.c.id).where(persons.c.language.in_(codes))
        reads = memberships.c.person_id.in_(speaks)
        wanted.append(~reads if fanout.variant.startswith(_OTHERS) else reads)
    return wanted


def _fanout(row: Row[Any]) -> Fanout:
    return Fanout(
        id=row.id,
        mail_id=row.outbox_mail_id,
        group_id=row.group_id,
        mail_class=MailClass(row._mapping["class"]),  # noqa: SLF001  # the documented way to a keyword
        variant=row.variant,
        cutoff=row.cutoff,
        cursor=row.cursor,
        author_membership=row.author_membership,
        created_at=row.created_at,
    )

"""Deliveries: one row a recipient of a mail; claimed by a node, then sent, put off, failed or dropped.

A claimed row belongs to its node until the lease ends, so that no copy is sent twice and none is lost
with a node that died (invariant 5).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Connection,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    update,
)

from archive.db import for_claim, wake
from archive.errors import NotFound
from archive.quick import Quick
from archive.store import load_raw
from archive.tables import groups
from archive.types import Among, BigId, each_pair
from dgroup import refused, saying
from dgroup.model import MailClass, MemberState, OutboxItem, Style
from dgroup.outbox import MAIL, PENDING
from dgroup.tables import deliveries, fanouts, group_settings, memberships, outbox_mails

SENT, FAILED, DROPPED = "sent", "failed", "dropped"
_REPLY_LENGTH = 500


@dataclass(frozen=True, slots=True)
class OutboxMail:
    """A body to be sent to many. Large: hold few at a time."""

    id: int
    group_id: int
    group: str
    """name of the group, '' for mail of the host itself"""
    mail_class: MailClass
    whole: bytes
    """the mail without the personal lines, line ends as they came"""
    smtputf8: bool
    bulk: bool = False
    """a post of a group whose members share copies"""


Said = Mapping[int, str]
"""what a smarthost said, by delivery"""


@dataclass(frozen=True, slots=True)
class PutOff:
    """A delivery to be tried again at `not_before`."""

    id: int
    reply: str
    not_before: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """How the outbox stands."""

    pending: int
    """waiting, those that were put off included"""
    put_off: int
    sent: int
    failed: int
    dropped: int
    open_fanouts: int
    oldest: datetime | None
    """when the oldest pending delivery was made"""


# --- Claiming ---------------------------------------------------------------------------------

_IS_PENDING = deliveries.c.state == literal_column(f"'{PENDING}'")
_COLUMNS = (
    deliveries.c.id,
    deliveries.c.outbox_mail_id,
    deliveries.c.membership_id,
    deliveries.c.recipient,
    deliveries.c.envelope_from,
    deliveries.c.attempts,
    deliveries.c.created_at,
    deliveries.c.last_reply,
    deliveries.c.not_before,
)


_CLAIM = Quick(
    update(deliveries)
    .where(
        deliveries.c.id.in_(
            for_claim(
                select(deliveries.c.id)
                .where(
                    _IS_PENDING,
                    deliveries.c.not_before <= bindparam("now"),
                    or_(
                        deliveries.c.claimed_until.is_(None),
                        deliveries.c.claimed_until < bindparam("now"),
                    ),
                )
                .order_by(deliveries.c.not_before, deliveries.c.id)
                .limit(bindparam("most"))
            ).scalar_subquery()
        )
    )
    .values(claimed_until=bindparam("until"), claimed_by=bindparam("node"))
    .returning(*_COLUMNS)
)


def claim(
    conn: Connection, node: str, now: datetime, limit: int, lease_until: datetime
) -> list[OutboxItem]:
    """Take up to `limit` deliveries that are due, the oldest first, for `node` until `lease_until`.

    Rows of another node come only after its lease has ended.
    """
    values = {"now": now, "most": limit, "until": lease_until, "node": node}
    return sorted(OutboxItem(*row) for row in _CLAIM.rows(conn, values))


def drop_departed(conn: Connection, items: Sequence[OutboxItem], now: datetime) -> set[int]:
    """Drop those whose member no longer takes mail; gives their ids.

    For items that waited: what was put off must not reach somebody who left in the meantime.
    """
    ids = [item.id for item in items if item.membership_id is not None]
    if not ids:
        return set()
    gone = (
        select(deliveries.c.id)
        .join(memberships, memberships.c.id == deliveries.c.membership_id)
        .where(deliveries.c.id.in_(ids), memberships.c.state != MemberState.ACTIVE)
    )
    dropped = set(conn.execute(gone).scalars())
    drop(conn, dict.fromkeys(dropped, "the member no longer takes mail"), now)
    return dropped


def release(conn: Connection, ids: Sequence[int]) -> None:
    """Give claimed deliveries back unsent: they are due for anybody at once."""
    if ids:
        rows = [{"delivery": delivery} for delivery in ids]
        _RELEASE.run(conn, rows)
        wake(conn, MAIL)


def release_node(conn: Connection, node: str, but: Sequence[int] = ()) -> int:
    """Give back all that `node` holds, `but` these: it starts anew, its claims are from before a
    crash. Gives how many."""
    held = update(deliveries).where(deliveries.c.state == PENDING, deliveries.c.claimed_by == node)
    if but:
        held = held.where(deliveries.c.id.not_in(but))
    wake(conn, MAIL)
    return conn.execute(held.values(claimed_until=None, claimed_by=None)).rowcount


def renew(conn: Connection, node: str, ids: Sequence[int], lease_until: datetime) -> None:
    """Hold longer what `node` has claimed; what another has taken meanwhile is left to it."""
    held = deliveries.c.id.in_(ids) & (deliveries.c.claimed_by == node)
    conn.execute(update(deliveries).where(held).values(claimed_until=lease_until))


def claimants(conn: Connection) -> list[str]:
    """Name the nodes that hold deliveries."""
    held = select(deliveries.c.claimed_by).where(_IS_PENDING, deliveries.c.claimed_by.is_not(None))
    return [str(name) for name in conn.execute(held.distinct()).scalars()]


def next_due(conn: Connection) -> datetime | None:
    """Give the moment at which the next delivery that nobody holds may go; None if there is none."""
    moment: datetime | None = _NEXT_DUE.rows(conn, {})[0].moment
    return moment


_NEXT_DUE = Quick(
    select(func.min(deliveries.c.not_before).label("moment")).where(
        _IS_PENDING, deliveries.c.claimed_until.is_(None)
    )
)
_WITH_ID = deliveries.c.id == bindparam("delivery")
_FREE = {"claimed_until": null(), "claimed_by": null()}
_RELEASE = Quick(update(deliveries).where(_WITH_ID).values(**_FREE))

# --- Marking ----------------------------------------------------------------------------------

_SAID = each_pair("replies")
_DONE = Quick(
    update(deliveries)
    .where(deliveries.c.id == cast(_SAID.c.key, BigId))
    .values(
        state=bindparam("new_state"),
        done_at=bindparam("moment"),
        last_reply=_SAID.c.value,
        attempts=deliveries.c.attempts + literal_column("1"),
        **_FREE,
    )
)
_SENT_ALIKE = Quick(
    update(deliveries)
    .where(Among(deliveries.c.id, "ids"))
    .values(
        state=literal_column(f"'{SENT}'"),
        done_at=bindparam("moment"),
        last_reply=bindparam("reply"),
        attempts=deliveries.c.attempts + literal_column("1"),
        **_FREE,
    )
)
_PUT_OFF = Quick(
    update(deliveries)
    .where(_WITH_ID)
    .values(
        not_before=bindparam("moment"),
        last_reply=bindparam("reply"),
        attempts=bindparam("count"),
        **_FREE,
    )
)


def mark_sent(conn: Connection, done: Said, now: datetime) -> None:
    """The smarthost has taken these."""
    _finish(conn, done, SENT, now)


def mark_sent_alike(conn: Connection, ids: Sequence[int], reply: str, now: datetime) -> None:
    """The smarthost has taken these in one transaction, with one answer."""
    values = {"ids": ids, "moment": now, "reply": _kept(reply)}
    _SENT_ALIKE.run(conn, [values])


def mark_failed(conn: Connection, done: Said, now: datetime) -> None:
    """These will never be taken, or were tried long enough."""
    refused.keep(conn, done.items())
    _finish(conn, done, FAILED, now)


def drop(conn: Connection, done: Said, now: datetime) -> None:
    """These must not be sent any more: the member left, the post was taken down."""
    _finish(conn, done, DROPPED, now)


def mark_retry(conn: Connection, later: Sequence[PutOff]) -> None:
    """These are to be tried again, each at its own moment."""
    if later:
        rows = [
            {
                "delivery": item.id,
                "moment": item.not_before,
                "reply": _kept(item.reply),
                "count": item.attempts,
            }
            for item in later
        ]
        _PUT_OFF.run(conn, rows)


def _finish(conn: Connection, done: Said, state: str, now: datetime) -> None:
    if done:
        replies = json.dumps({delivery: _kept(reply) for delivery, reply in done.items()})
        _DONE.run(conn, [{"new_state": state, "moment": now, "replies": replies}])


def _kept(reply: str) -> str:
    """What is kept of a reply. No text of PostgreSQL holds a NUL; a hostile reply may."""
    return reply[:_REPLY_LENGTH].replace("\0", "\ufffd")


def expire(conn: Connection, before: datetime, now: datetime) -> int:
    """Give up what was made before `before` and still waits; the last reply stays to be read."""
    old = update(deliveries).where(
        deliveries.c.state == PENDING,
        deliveries.c.created_at < before,
        deliveries.c.claimed_until.is_(None),
    )
    said = literal(saying.GIVEN_UP) + deliveries.c.last_reply
    return conn.execute(old.values(state=FAILED, done_at=now, last_reply=said)).rowcount


# --- Reading ----------------------------------------------------------------------------------


_MAIL = Quick(
    select(outbox_mails, groups.c.name.label("group_name"), group_settings.c.delivery_style)
    .outerjoin(groups, groups.c.id == outbox_mails.c.group_id)
    .outerjoin(group_settings, group_settings.c.group_id == outbox_mails.c.group_id)
    .where(outbox_mails.c.id == bindparam("outbox_mail"))
)
_CLASS_AT = list(outbox_mails.c.keys()).index("class")  # a keyword is no name of a field


def load_mail(conn: Connection, outbox_mail_id: int) -> OutboxMail:
    """Give a body to be sent. Raises archive.errors.NotFound if its raw mail was taken down."""
    row = _MAIL.rows(conn, {"outbox_mail": outbox_mail_id})[0]
    rest = b""
    if row.mail_id is None and not row.head:  # a light copy: it holds all of the post by itself
        raise NotFound(f"the mail {outbox_mail_id} was taken down")
    if row.mail_id is not None:
        rest = load_raw(conn, row.mail_id)[row.body_offset :]
    return OutboxMail(
        id=outbox_mail_id,
        group_id=row.group_id,
        group=row.group_name or "",
        mail_class=MailClass(row[_CLASS_AT]),
        whole=row.head + rest,
        smtputf8=row.smtputf8,
        bulk=row[_CLASS_AT] == MailClass.POST and row.delivery_style == Style.BULK,
    )


def status(conn: Connection, now: datetime) -> QueueStatus:
    """Count the outbox."""
    query = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
    counts = {row[0]: row[1] for row in conn.execute(query)}
    pending = deliveries.c.state == PENDING
    put_off = select(func.count()).where(pending, deliveries.c.not_before > now)
    opened = select(func.count()).where(fanouts.c.done.is_(False))
    return QueueStatus(
        pending=counts.get(PENDING, 0),
        put_off=conn.execute(put_off).scalar_one(),
        sent=counts.get(SENT, 0),
        failed=counts.get(FAILED, 0),
        dropped=counts.get(DROPPED, 0),
        open_fanouts=conn.execute(opened).scalar_one(),
        oldest=conn.execute(select(func.min(deliveries.c.created_at)).where(pending)).scalar_one(),
    )

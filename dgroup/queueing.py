"""The outbox as the host sees it: what waits for which domain, to be tried now or never."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, insert, literal_column, select, update

from dgroup.deliveries import DROPPED
from dgroup.outbox import PENDING
from dgroup.tables import audit, deliveries, outbox_mails

BY_HOST = "dropped by the host"


@dataclass(frozen=True, slots=True)
class Domain:
    """What waits for one recipient domain."""

    name: str
    waiting: int
    untried: int
    """of them: those that no server was asked about yet"""
    oldest: datetime
    next_try: datetime
    last_reply: str
    """what was said last of a copy to this domain that still waits, '' for nothing"""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which waiting copies are meant: one by its number, those of a domain, or all."""

    delivery: int | None = None
    domain: str = ""

    def rows(self) -> ColumnElement[bool]:
        """The condition on deliveries."""
        waiting = deliveries.c.state == PENDING
        if self.delivery is not None:
            return waiting & (deliveries.c.id == self.delivery)
        if self.domain:
            ending = f"@{self.domain.lower().lstrip('@')}"
            return waiting & func.lower(deliveries.c.recipient).endswith(ending, autoescape=True)
        return waiting


def by_domain(conn: Connection) -> list[Domain]:
    """List the domains for which copies wait, those with most of them first."""
    at = _domain()
    query = (
        select(
            at.label("domain"),
            func.count().label("waiting"),
            func.sum(case((deliveries.c.attempts == 0, 1), else_=0)).label("untried"),
            func.min(deliveries.c.created_at).label("oldest"),
            func.min(deliveries.c.not_before).label("next_try"),
            # Of what was answered the newest row: that of the highest number.
            func.max(case((deliveries.c.last_reply != "", deliveries.c.id))).label("answered"),
        )
        .where(deliveries.c.state == PENDING)
        .group_by(literal_column("domain"))  # by name: to PostgreSQL two equal expressions are two
    )
    rows = conn.execute(query).all()
    replies = _replies(conn, [row.answered for row in rows if row.answered is not None])
    found: dict[str, Domain] = {}
    for row in rows:
        name = row.domain.rpartition("@")[2]
        said = replies.get(row.answered, "")
        one = Domain(name, row.waiting, int(row.untried), row.oldest, row.next_try, said)
        found[name] = _together(found[name], one) if name in found else one
    return sorted(found.values(), key=lambda one: (-one.waiting, one.name))


def _together(one: Domain, other: Domain) -> Domain:
    return Domain(
        one.name,
        one.waiting + other.waiting,
        one.untried + other.untried,
        min(one.oldest, other.oldest),
        min(one.next_try, other.next_try),
        one.last_reply or other.last_reply,
    )


def _domain() -> ColumnElement[str]:
    """What stands behind the @, or what follows the first letter beyond ASCII of what is before it.

    The functions that find a character differ between the engines; this one is in both.
    """
    text = func.lower(deliveries.c.recipient)
    return func.ltrim(func.ltrim(text, _LOCAL), "@")


_LOCAL = "abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+/=?^_`{|}~.-\""


def _replies(conn: Connection, ids: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for at in range(0, len(ids), 500):
        some = deliveries.c.id.in_(ids[at : at + 500])
        query = select(deliveries.c.id, deliveries.c.last_reply).where(some)
        found |= {row.id: row.last_reply for row in conn.execute(query)}
    return found


def count(conn: Connection, chosen: Chosen) -> int:
    """How many copies are meant."""
    query = select(func.count()).select_from(deliveries).where(chosen.rows())
    return conn.execute(query).scalar_one()


def retry(conn: Connection, chosen: Chosen, now: datetime) -> int:
    """Make copies due at once; gives how many. What a node holds just now is left as it is."""
    free = deliveries.c.claimed_until.is_(None) | (deliveries.c.claimed_until < now)
    later = deliveries.c.not_before > now
    return conn.execute(
        update(deliveries).where(chosen.rows(), free, later).values(not_before=now)
    ).rowcount


def drop(conn: Connection, chosen: Chosen, now: datetime) -> int:
    """Give copies up for good; gives how many. One line of the log for each mail that they are of.

    What a node holds just now is under way and is not dropped.
    """
    free = deliveries.c.claimed_until.is_(None) | (deliveries.c.claimed_until < now)
    gone = (
        update(deliveries)
        .where(chosen.rows(), free)
        .values(state=DROPPED, done_at=now, last_reply=BY_HOST, claimed_until=None, claimed_by=None)
        .returning(deliveries.c.outbox_mail_id, deliveries.c.recipient)
    )
    of_mail: dict[int, list[str]] = defaultdict(list)
    for row in conn.execute(gone):
        of_mail[row.outbox_mail_id].append(row.recipient)
    for mail, recipients in sorted(of_mail.items()):
        _note(conn, mail, sorted(recipients), now)
    return sum(map(len, of_mail.values()))


def _note(conn: Connection, mail: int, recipients: Sequence[str], now: datetime) -> None:
    row: Any = conn.execute(select(outbox_mails).where(outbox_mails.c.id == mail)).one()
    more = f" and {len(recipients) - 1} more" if len(recipients) > 1 else ""
    conn.execute(
        insert(audit).values(
            at=now,
            envelope_id=f"outbox-{mail}",
            group_id=row.group_id,
            recipient="",
            sender="",
            message_id=row.message_id,
            event="dropped",
            reason=f"{recipients[0]}{more}: {BY_HOST}",
            post_id=row.post_id,
        )
    )

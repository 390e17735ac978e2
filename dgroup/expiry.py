"""What may be forgotten: old codes, the letter log behind the caps, deliveries that are over.

Everything goes in small chunks, so that no transaction keeps the one writer from taking mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, exists, or_, select

from dgroup.tables import codes, deliveries, fanouts, letter_log, outbox_mails
from dgroup.tables_outbox import spoken_mails

CHUNK = 1000
CODE_MEMORY = timedelta(days=30)
"""how long after its end a code still answers "used" or "expired" instead of "unknown" """
LETTER_MEMORY = timedelta(days=30)
_OVER = ("sent", "failed", "dropped")


@dataclass(frozen=True, slots=True)
class Expired:
    """How many rows went."""

    codes: int
    letters: int
    deliveries: int
    mails: int

    @property
    def total(self) -> int:
        """All of them; 0 says that nothing is left to forget."""
        return self.codes + self.letters + self.deliveries + self.mails

    def __add__(self, other: Expired) -> Expired:
        return Expired(
            self.codes + other.codes,
            self.letters + other.letters,
            self.deliveries + other.deliveries,
            self.mails + other.mails,
        )


def expire(conn: Connection, now: datetime, keep_days: int, chunk: int = CHUNK) -> Expired:
    """Forget at most `chunk` rows of each kind; deliveries stay for `keep_days` after their end.

    A delivery whose mail is still being expanded stays: the row is what keeps a second copy from
    being sent (invariant 5). An outbox mail goes after the last of its deliveries.
    """
    before = now - timedelta(days=keep_days)
    return Expired(
        codes=_forget(conn, codes, codes.c.expires_at < now - CODE_MEMORY, chunk),
        letters=_forget(conn, letter_log, letter_log.c.at < now - LETTER_MEMORY, chunk),
        deliveries=_forget(conn, deliveries, _over(before), chunk),
        mails=_forget(conn, outbox_mails, _empty(before), chunk),
    )


def _over(before: datetime) -> ColumnElement[bool]:
    expanding = exists().where(_sends(deliveries.c.outbox_mail_id), fanouts.c.done.is_(False))
    return and_(
        deliveries.c.state.in_(_OVER),
        deliveries.c.not_before < before,  # never after done_at, and indexed
        deliveries.c.done_at < before,
        ~expanding,
    )


def _empty(before: datetime) -> ColumnElement[bool]:
    used = exists().where(deliveries.c.outbox_mail_id == outbox_mails.c.id)
    open_ = exists().where(_sends(outbox_mails.c.id), fanouts.c.done.is_(False))
    return and_(outbox_mails.c.created_at < before, ~used, ~open_)


def _sends(mail: ColumnElement[int]) -> ColumnElement[bool]:
    """A fan-out sends this mail, to everybody, to those who want light copies, to some domains or to readers of another
    language."""
    return or_(
        fanouts.c.outbox_mail_id == mail,
        fanouts.c.light_mail_id == mail,
        fanouts.c.kept_mail_id == mail,
        exists()
        .where(
            spoken_mails.c.mail_id == mail,
            spoken_mails.c.outbox_mail_id == fanouts.c.outbox_mail_id,
        )
        .correlate(fanouts, deliveries, outbox_mails),
    )


def _forget(conn: Connection, table: Table, old: ColumnElement[bool], chunk: int) -> int:
    some = select(table.c.id).where(old).limit(chunk)
    return conn.execute(delete(table).where(table.c.id.in_(some))).rowcount

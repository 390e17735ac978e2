"""Raw mail as received: compressed, in rows of at most 1 MB, immutable except for takedown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from archive.db import Database
from archive.errors import NotFound
from archive.packing import pack, unpack
from archive.quick import Quick
from archive.tables import mail_chunks, mails

CHUNK = 1_000_000


@dataclass(frozen=True, slots=True)
class RawMail:
    """One mail to be stored: its bytes and what the envelope said."""

    raw: bytes
    digest: str
    """sha256 hex without trace headers, from `parse`"""
    mail_from: str
    received_at: datetime
    packed: bytes = b""
    """`raw` compressed, where that was done before"""


_INSERT_MAIL = Quick(insert(mails).returning(mails.c.id))
_INSERT_MAILS = Quick(insert(mails))
_INSERT_CHUNKS = Quick(insert(mail_chunks))
_IS_KEPT = select(mails.c.purged).where(mails.c.id == bindparam("mail"))
_CHUNKS = Quick(
    select(mail_chunks.c.data)
    .where(mail_chunks.c.mail_id == bindparam("mail"))
    .order_by(mail_chunks.c.seq)
)


def store_mail(
    conn: Connection, raw: bytes, digest: str, mail_from: str, received_at: datetime
) -> int:
    """Keep a mail's bytes as they came and give its row id; `received_at` is aware."""
    mail = RawMail(raw, digest, mail_from, received_at)
    mail_id: int = _INSERT_MAIL.rows(conn, _row(mail))[0].id
    _INSERT_CHUNKS.run(conn, _chunks(mail_id, mail))
    return mail_id


def store_mails(db: Database, conn: Connection, new: Sequence[RawMail]) -> list[int]:
    """Keep many mails with few statements, for imports; gives their row ids in order."""
    if not new:
        return []
    taken = db.reserve_ids(conn, mails, len(new))
    rows = [{"id": mail_id, **_row(mail)} for mail_id, mail in zip(taken, new, strict=True)]
    _INSERT_MAILS.run(conn, rows)
    chunks = [
        chunk for mail_id, mail in zip(taken, new, strict=True) for chunk in _chunks(mail_id, mail)
    ]
    _INSERT_CHUNKS.run(conn, chunks)
    return taken


def load_raw(conn: Connection, mail_id: int) -> bytes:
    """Give the mail's bytes exactly as received. Raises NotFound if it is absent or purged."""
    chunks = [row.data for row in _CHUNKS.rows(conn, {"mail": mail_id})]
    if not chunks:
        purged = conn.execute(_IS_KEPT, {"mail": mail_id}).scalar_one_or_none()
        raise NotFound(f"mail {mail_id} was {'removed' if purged else 'never stored'}")
    return unpack(b"".join(chunks))


def purge_raw(conn: Connection, mail_id: int) -> None:
    """Take a mail's bytes and sender away for good; its row stays as a tombstone."""
    conn.execute(delete(mail_chunks).where(mail_chunks.c.mail_id == mail_id))
    gone = {"purged": True, "mail_from": ""}
    conn.execute(update(mails).where(mails.c.id == mail_id).values(gone))


def _row(mail: RawMail) -> dict[str, object]:
    return {
        "digest": mail.digest,
        "size": len(mail.raw),
        "mail_from": mail.mail_from,
        "received_at": mail.received_at,
    }


def _chunks(mail_id: int, mail: RawMail) -> list[dict[str, object]]:
    packed = mail.packed or pack(mail.raw)
    return [
        {"mail_id": mail_id, "seq": seq, "data": packed[start : start + CHUNK]}
        for seq, start in enumerate(range(0, len(packed), CHUNK))
    ]

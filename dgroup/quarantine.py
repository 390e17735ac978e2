"""Mails that met an unexpected error: kept as they came, told to the host, taken in again later."""

from __future__ import annotations

import logging

from sqlalchemy import Connection, insert, select, update

from archive import store
from archive.content import Content
from archive.model import ArchiveMode, GroupInfo, SiteInfo
from archive.parse import parse
from archive.tables import mails
from dgroup import mailing
from dgroup.address import group_address
from dgroup.effects import OutcomeKind, TellHost
from dgroup.errors import NotFoundError
from dgroup.facts import reads as facts
from dgroup.model import Envelope, Group, WhoJoins, WhoPosts
from dgroup.tables import audit, quarantine
from dgroup.work import Source, Tools, Work

WAITING = "waiting"
RELEASED = "released"
ERROR_LENGTH = 2000
NOTES_PER_DAY = 5

log = logging.getLogger("dgroup.quarantine")


def host_group(site: SiteInfo) -> Group:
    """What letters, holds and audit lines about the host itself stand under: group 0."""
    info = GroupInfo(0, "groups", site.name, "", site.language, "UTC", ArchiveMode.NONE)
    address = group_address("groups", site.domain)
    return Group(info, address, WhoPosts.MEMBERS, WhoJoins.CLOSED, "", False, 0, 1, 8)


def store_mail(conn: Connection, tools: Tools, envelope: Envelope, error: Exception) -> bool:
    """Keep the mail for each of its recipients; gives whether a letter to the host was queued.

    Nothing here looks into the mail: it may be what made the error.
    """
    mail_id = store.store_mail(conn, envelope.raw, "", envelope.mail_from, envelope.received_at)
    for address in envelope.rcpt:
        conn.execute(
            insert(quarantine).values(
                mail_id=mail_id,
                envelope_id=envelope.id,
                recipient=address,
                peer=envelope.peer,
                smtputf8=envelope.smtputf8,
                trusted=envelope.trusted_front,
                error=repr(error)[:ERROR_LENGTH],
                state=WAITING,
                at=envelope.received_at,
            )
        )
        conn.execute(
            insert(audit).values(
                at=envelope.received_at,
                envelope_id=envelope.id,
                group_id=0,
                recipient=address,
                sender=envelope.mail_from,
                message_id="",
                event=OutcomeKind.QUARANTINED,
                reason=type(error).__name__,
                post_id=None,
            )
        )
    return _told(conn, tools, envelope, error)


def _told(conn: Connection, tools: Tools, envelope: Envelope, error: Exception) -> bool:
    """Tell the host's people, a few times a day at the most; the mail stays kept if that fails."""
    now = envelope.received_at
    values = (
        ("sender", envelope.mail_from or "<>"),
        ("recipient", ", ".join(envelope.rcpt)),
        ("error", repr(error)),
    )
    try:
        with conn.begin_nested():
            counts = facts.letter_counts(conn, tools.db, tools.host_contact, 0, now)
            if not tools.host_contact or counts.letters >= NOTES_PER_DAY:
                return False
            work = Work(conn, tools, host_group(tools.site), _source(envelope))
            mailing.tell_host(work, TellHost("quarantined", values))
    except (
        Exception
    ):  # the letters themselves may be what is broken: the log and the table tell too
        log.exception("envelope=%s the host could not be told", envelope.id)
        return False
    return True


def _source(envelope: Envelope) -> Source:
    return Source(
        envelope_id=envelope.id,
        recipient=", ".join(envelope.rcpt),
        sender=envelope.mail_from,
        mail_from=envelope.mail_from,
        raw=b"",
        content=Content(parse(b"")),
        received_at=envelope.received_at,
        reply_key="",
        now=envelope.received_at,
    )


def load(conn: Connection, number: int) -> Envelope:
    """Give a mail in quarantine as it came, believed no more than then. Raises NotFoundError."""
    query = (
        select(quarantine, mails.c.mail_from, mails.c.received_at)
        .join(mails, mails.c.id == quarantine.c.mail_id)
        .where(quarantine.c.id == number, quarantine.c.state == WAITING)
    )
    row = conn.execute(query).first()
    if row is None:
        raise NotFoundError(f"there is no mail {number} in quarantine")
    return Envelope(
        id=row.envelope_id,
        mail_from=row.mail_from,
        rcpt=(row.recipient,),
        raw=store.load_raw(conn, row.mail_id),
        received_at=row.received_at,
        peer=row.peer,
        helo="",
        smtputf8=row.smtputf8,
        trusted_front=row.trusted,
    )


def settle(conn: Connection, number: int) -> None:
    """Say that a mail is out of quarantine: it was taken in again, or refused to its sender."""
    conn.execute(update(quarantine).where(quarantine.c.id == number).values(state=RELEASED))

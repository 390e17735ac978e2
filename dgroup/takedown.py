"""Taking a post down in the live service: beside the archive, what waits to be sent, digests and
summaries too, held mails and quarantine let go of it (RULINGS 2)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from archive.db import Database
from archive.model import Post
from archive.rawmail import purge_raw
from archive.takedown import Removed, remove_post
from dgroup import recipes
from dgroup.model import Group
from dgroup.tables import audit, deliveries, fanouts, holds, outbox_mails, quarantine


def take_down(db: Database, conn: Connection, group: Group, key: str, now: datetime) -> Removed:
    """Remove the post `key` everywhere; copies that went out already are with their readers.

    Raises archive.errors.NotFound where there is no such post.
    """
    removed = remove_post(db, conn, group.info, key, now)
    _stop_copies(conn, removed.post)
    recipes.take_out(conn, removed.post)
    _forget_holds(conn, group, removed.post)
    _forget_quarantine(conn, removed.post)
    return removed


def _stop_copies(conn: Connection, post: Post) -> None:
    """Drop what was not sent yet, and the header block that the outbox kept."""
    ours = select(outbox_mails.c.id).where(outbox_mails.c.post_id == post.id)
    pending = (deliveries.c.outbox_mail_id.in_(ours)) & (deliveries.c.state == "pending")
    conn.execute(update(deliveries).where(pending).values(state="dropped", last_reply="taken down"))
    conn.execute(update(fanouts).where(fanouts.c.outbox_mail_id.in_(ours)).values(done=True))
    conn.execute(update(outbox_mails).where(outbox_mails.c.post_id == post.id).values(head=b""))


def _forget_holds(conn: Connection, group: Group, post: Post) -> None:
    same = (holds.c.group_id == group.id) & (holds.c.message_id == post.message_id)
    for mail_id in conn.execute(select(holds.c.mail_id).where(same)).scalars().all():
        purge_raw(conn, mail_id)
    conn.execute(update(holds).where(same).values(subject="", sender="", state="discarded"))


def _forget_quarantine(conn: Connection, post: Post) -> None:
    """A mail that became a post after its quarantine has the same envelope."""
    envelopes = select(audit.c.envelope_id).where(audit.c.post_id == post.id)
    same = quarantine.c.envelope_id.in_(envelopes)
    for mail_id in conn.execute(select(quarantine.c.mail_id).where(same)).scalars().all():
        purge_raw(conn, mail_id)
    conn.execute(update(quarantine).where(same).values(state="discarded"))

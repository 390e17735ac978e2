"""Held mails: kept, proved, decided. An approved one becomes a post as if it had just come."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from archive import store
from archive.content import Content, content_of
from archive.parse import parse
from dgroup import members
from dgroup.effects import HoldMail, KeepHold, QueueCopies, QueueLetter, ResolveHold, StorePost
from dgroup.errors import NotFoundError
from dgroup.facts import WAITING, is_held
from dgroup.mailing import queue_letter
from dgroup.model import Group
from dgroup.posting import queue_copies, store_post
from dgroup.tables import holds
from dgroup.work import Source, Tools, Work, note

APPROVED = "approved"
REFUSED = "refused"
DISCARDED = "discarded"


def hold(work: Work, effect: HoldMail) -> None:
    """Keep the mail until somebody decides; the same mail coming again is held once."""
    source = work.source
    message = source.message
    if is_held(work.conn, work.group.id, message.message_id, message.digest):
        return
    work.conn.execute(
        insert(holds).values(
            group_id=work.group.id,
            mail_id=work.stored_mail(),
            message_id=message.message_id,
            digest=message.digest,
            sender=source.sender,
            subject=message.subject,
            reply_key=source.reply_key,
            smtputf8=source.smtputf8,
            reason=effect.reason,
            answer_to=effect.answer_to,
            state=WAITING,
            held_at=source.received_at,
        )
    )


def keep(work: Work, effect: KeepHold) -> None:
    """A held mail was proved to be its author's and waits on, for another reason."""
    proved = update(holds).where(holds.c.id == effect.hold_id, holds.c.state == WAITING)
    work.conn.execute(proved.values(reason=effect.reason, answer_to=effect.answer_to))


def resolve(work: Work, effect: ResolveHold) -> None:
    """Decide a held mail of the work's group; what was decided before stays so."""
    decided = (
        update(holds)
        .where(
            holds.c.id == effect.hold_id,
            holds.c.group_id == work.group.id,
            holds.c.state == WAITING,
        )
        .values(state=effect.decision, decided_at=work.source.now, decided_by=effect.by)
        .returning(holds)
    )
    row = work.conn.execute(decided).first()
    if row is not None and effect.decision == APPROVED:
        _publish(work, row, effect.by)


def _publish(work: Work, row: Row[Any], by: str) -> None:
    source = _source_of(work, row)
    message, group_id = source.message, work.group.id
    inner = Work(work.conn, work.tools, work.group, source, mail_id=row.mail_id)
    same = store.find_duplicate(work.conn, group_id, message.message_id, message.digest)
    if same is not None and not same.imposter:
        note(inner, DISCARDED, f"duplicate, approved by {by}")
        return
    parent_key = parent_id = ""
    if row.reply_key and (parent := store.post_by_key(work.conn, group_id, row.reply_key)):
        parent_key, parent_id = parent.key, parent.message_id
    author = members.find(work.conn, group_id, row.sender)
    store_post(inner, StorePost(parent_key, same is not None))
    queue_copies(inner, QueueCopies(author.id if author is not None else None, parent_id))
    note(inner, "posted", f"approved by {by}", inner.post_id)
    work.sends = work.dirty = True


def _source_of(work: Work, row: Row[Any]) -> Source:
    """The stored mail again. It was received when it was approved: feeds, months and summaries
    show it then, and none that is out already changes."""
    raw = store.load_raw(work.conn, row.mail_id)
    return Source(
        envelope_id=work.source.envelope_id,
        recipient=work.group.address,
        sender=row.sender,
        mail_from="",
        raw=raw,
        content=content_of(raw),
        received_at=work.source.now,
        reply_key=row.reply_key,
        now=work.source.now,
        smtputf8=row.smtputf8,
    )


def decide(
    conn: Connection,
    tools: Tools,
    group: Group,
    hold_id: int,
    decision: str,
    by: str,
    now: datetime,
    because: str = "",
) -> Work:
    """Decide a held mail by hand: 'approved' publishes it, 'refused' tells its author why where
    the address is proved, 'discarded' tells nobody. `by` names who decides.

    Call it in a write transaction. Raises NotFoundError where no such mail waits in the group.
    """
    tools.db.lock_group(conn, group.id)
    query = select(holds).where(
        holds.c.id == hold_id, holds.c.group_id == group.id, holds.c.state == WAITING
    )
    row = conn.execute(query).first()
    if row is None:
        raise NotFoundError(f"no mail {hold_id} waits for a decision in {group.name}")
    work = Work(conn, tools, group, _decision(row, group, by, now), mail_id=row.mail_id)
    resolve(work, ResolveHold(hold_id, decision, by))
    if decision == REFUSED and row.answer_to:
        author = members.find(conn, group.id, row.answer_to)
        language = author.language if author is not None else group.info.language
        values = (("subject", row.subject), ("reason", because))
        queue_letter(
            work,
            QueueLetter("not-published", row.answer_to, language, values, answers=row.message_id),
        )
    if decision != APPROVED:
        note(work, decision, f"by {by}")
    return work


def _decision(row: Row[Any], group: Group, by: str, now: datetime) -> Source:
    """A decision by hand has no mail of its own; the audit names the one it is about."""
    return Source(
        envelope_id=f"hold-{row.id}",
        recipient=group.address,
        sender=row.sender,
        mail_from="",
        raw=b"",
        content=Content(replace(parse(b""), message_id=row.message_id)),
        received_at=now,
        reply_key="",
        now=now,
    )

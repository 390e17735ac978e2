"""Held mails: kept, proved, decided. An approved one becomes a post as if it had just come."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from archive import store
from archive.content import Content, content_of
from archive.parse import parse
from dgroup import moderation, receipts
from dgroup.effects import (
    AskModerators,
    CountPost,
    HoldMail,
    KeepHold,
    QueueCopies,
    QueueLetter,
    ResolveHold,
    StorePost,
)
from dgroup.errors import NotFoundError
from dgroup.facts import holds as facts_holds
from dgroup.facts.reads import is_held
from dgroup.mailing import queue_letter
from dgroup.model import DmarcPolicy, Group, Membership, Protection
from dgroup.moderation import APPROVED, DISCARDED, EXPIRED, REFUSED, WAITING
from dgroup.people import members
from dgroup.posting import queue_copies, store_post
from dgroup.tables import holds
from dgroup.work import Source, Tools, Work, note


def hold(work: Work, effect: HoldMail) -> None:
    """Keep the mail until somebody decides; the same mail coming again is held once."""
    source = work.source
    message = source.message
    if is_held(work.conn, work.group.id, message.message_id, message.digest):
        return
    new = insert(holds).values(
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
        policy=source.protection.policy or "",
        signers=" ".join(source.protection.signers),
        results=source.results,
    )
    work.hold_id = work.conn.execute(new.returning(holds.c.id)).scalar_one()


def ask(work: Work, effect: AskModerators) -> None:
    """Show moderators a mail that waits; each gets a code of their own."""
    wanted = holds.c.id == (effect.hold_id or work.hold_id)
    post = next(iter(facts_holds.held_posts(work.conn, work.group, wanted)), None)
    if post is None or post.state != WAITING:
        return
    message = work.source.message
    if effect.hold_id:
        mail_id = work.conn.execute(select(holds.c.mail_id).where(wanted)).scalar_one()
        message = parse(store.load_raw(work.conn, mail_id))
    for person in effect.people:
        question = moderation.question(post, message, person, work.group)
        queue_letter(work, question, message.message_id)


def keep(work: Work, effect: KeepHold) -> None:
    """A held mail was proved to be its author's and waits on, for another reason."""
    proved = update(holds).where(holds.c.id == effect.hold_id, holds.c.state == WAITING)
    work.conn.execute(proved.values(reason=effect.reason, answer_to=effect.answer_to))


def resolve(work: Work, effect: ResolveHold) -> None:
    """Decide a held mail of the work's group; what was decided before stays so, but for a mail that
    is to be published after all. The author of a refused one is told why, where that is proved."""
    states = (REFUSED, DISCARDED, EXPIRED) if effect.reopen else (WAITING,)
    decided = (
        update(holds)
        .where(
            holds.c.id == effect.hold_id,
            holds.c.group_id == work.group.id,
            holds.c.state.in_(states),
        )
        .values(
            state=effect.decision,
            decided_at=work.source.now,
            decided_by=effect.by,
            because=effect.because,
        )
        .returning(holds)
    )
    row = work.conn.execute(decided).first()
    if row is None:
        return
    if effect.decision == APPROVED:
        _publish(work, row, effect.by)
    elif effect.decision == REFUSED:
        _tell_author(work, row, "not-published")


def expire(work: Work, hold_id: int) -> bool:
    """Nobody decided in time: the author is told, and the mail is kept; False if it was decided."""
    late = update(holds).where(holds.c.id == hold_id, holds.c.state == WAITING)
    ended = late.values(state=EXPIRED, decided_at=work.source.now).returning(holds)
    row = work.conn.execute(ended).first()
    if row is None:
        return False
    _tell_author(work, row, "not-decided")
    note(work, EXPIRED, f"P-{hold_id} {row.reason}")
    return True


def _tell_author(work: Work, row: Row[Any], name: str) -> None:
    if not row.answer_to:
        return
    author = members.find(work.conn, work.group.id, row.answer_to)
    language = author.language if author is not None else work.group.info.language
    reason = row.because
    if name == "not-decided":
        waits = row.reason == "not-a-member" and not moderation.is_asked(row.reason, work.group)
        reason = "join" if waits else row.reason
    days = moderation.hold_days(row.reason, work.group)
    values = (("subject", row.subject), ("reason", reason), ("days", days))
    queue_letter(work, QueueLetter(name, row.answer_to, language, values, answers=row.message_id))


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
    known = author.id if author is not None else None
    inside = author if author is not None and author.inside else None
    name = inside.name if inside is not None else ""
    store_post(inner, StorePost(parent_key, same is not None, name))
    queue_copies(inner, QueueCopies(known, parent_id, known if inside else None, name))
    _follow_up(inner, author)
    note(inner, "posted", f"approved by {by}", inner.post_id)
    work.sends = work.dirty = True


def _follow_up(work: Work, author: Membership | None) -> None:
    """A post that waited counts, and is receipted, like one that did not."""
    if not receipts.is_new(author, work.group):
        return
    effects = receipts.follow_up(
        author,
        work.group,
        key=work.key,
        subject=work.source.message.subject,
        message_id=work.source.message.message_id,
        readers=members.count_readers(work.conn, work.group.id),
        base_url=work.tools.site.base_url,
    )
    for effect in effects:
        if isinstance(effect, QueueLetter):
            queue_letter(work, effect)
        elif isinstance(effect, CountPost):
            members.count_post(work.conn, effect.membership_id)


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
        results=row.results,
        protection=Protection(DmarcPolicy(row.policy), tuple(row.signers.split()))
        if row.policy
        else Protection(),
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
    resolve(work, ResolveHold(hold_id, decision, by, because))
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

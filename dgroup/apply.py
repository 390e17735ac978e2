"""Plan -> database, inside one transaction: one function an effect, one `match`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy import Connection, insert, select, update

from archive import ids, store
from archive.db import Database
from archive.model import Link, ParsedMessage, SiteInfo
from archive.parse import parse
from archive.text import links, own_words
from dgroup import members, outbox, rewrite, tokens
from dgroup.address import confirm_address
from dgroup.effects import (
    Audit,
    ChangeMember,
    Effect,
    ForwardMail,
    HoldMail,
    NewCode,
    Outcome,
    Plan,
    QueueCopies,
    QueueLetter,
    ResolveHold,
    ScoreBounce,
    StorePost,
    TellGroup,
    UseCode,
)
from dgroup.incoming import Incoming
from dgroup.letters import Letter, LetterWriter, PrintedCode
from dgroup.model import Group, MailClass, WhoPosts
from dgroup.tables import audit, codes, holds, letter_log, memberships


@dataclass(frozen=True, slots=True)
class Tools:
    """What applying a plan needs beside the connection."""

    db: Database
    site: SiteInfo
    letters: LetterWriter
    random: Callable[[int], bytes]
    """random bytes: `secrets.token_bytes`, or a counter in tests"""


@dataclass(frozen=True, slots=True)
class Source:
    """The mail that a plan is about: what was received, where it stands, when it came."""

    envelope_id: str
    recipient: str
    sender: str
    mail_from: str
    raw: bytes
    message: ParsedMessage
    own: str
    links: tuple[Link, ...]
    received_at: datetime
    reply_key: str
    now: datetime

    @staticmethod
    def of(mail: Incoming) -> Source:
        """Make it from a mail that just came in."""
        envelope = mail.envelope
        return Source(
            envelope.id,
            mail.route.address,
            mail.sender,
            envelope.mail_from,
            envelope.raw,
            mail.message,
            mail.own,
            mail.links,
            envelope.received_at,
            mail.route.reply_key,
            envelope.received_at,
        )


@dataclass(slots=True)
class Work:
    """One plan being applied; remembers what its effects made for the effects after them."""

    conn: Connection
    tools: Tools
    group: Group
    source: Source
    mail_id: int | None = None
    """row of the stored raw mail; shared by the plans of one envelope"""
    post_id: int | None = None
    key: str = ""
    sends: bool = False
    """something was queued for the sender"""
    dirty: bool = field(default=False)
    """pages were marked"""

    def stored_mail(self) -> int:
        """Store the raw mail once and give its row."""
        if self.mail_id is None:
            self.mail_id = store.store_mail(
                self.conn,
                self.source.raw,
                self.source.message.digest,
                self.source.mail_from,
                self.source.received_at,
            )
        return self.mail_id


def apply(work: Work, plan: Plan) -> None:
    """Carry out the effects in order, then write the mail's one outcome into the audit."""
    for effect in plan.effects:
        _apply(work, effect)
    record(work, plan.outcome)


def _apply(work: Work, effect: Effect) -> None:
    match effect:
        case StorePost():
            _store_post(work, effect)
        case QueueCopies():
            _queue_copies(work, effect.author_membership)
        case QueueLetter():
            _queue_letter(work, effect)
        case TellGroup():
            _tell_group(work, effect)
        case HoldMail():
            _hold(work, effect.reason)
        case ResolveHold():
            resolve_hold(work, effect)
        case ChangeMember():
            members.change(work.conn, work.group.info, effect, work.source.now)
        case UseCode():
            used = update(codes).where(codes.c.id == effect.code_id)
            work.conn.execute(used.values(used_at=work.source.now))
        case ScoreBounce():
            _score(work, effect)
        case ForwardMail():
            _forward(work, effect)
        case Audit():
            _audit(work, effect.event, effect.detail, None)
        case _:
            assert_never(effect)


def record(work: Work, outcome: Outcome) -> None:
    """Write the outcome that `dgroup trace` shows (invariant 3)."""
    _audit(work, outcome.kind, outcome.reason, work.post_id)


def _audit(work: Work, event: str, reason: str, post_id: int | None) -> None:
    source = work.source
    work.conn.execute(
        insert(audit).values(
            at=source.now,
            envelope_id=source.envelope_id,
            group_id=work.group.id,
            recipient=source.recipient,
            sender=source.sender,
            message_id=source.message.message_id,
            event=event,
            reason=reason,
            post_id=post_id,
        )
    )


# --- Posts ------------------------------------------------------------------------------------


def _store_post(work: Work, effect: StorePost) -> None:
    source = work.source
    new = store.NewPost(
        message=source.message,
        mail_id=work.stored_mail(),
        received_at=source.received_at,
        imposter=effect.imposter,
        parent_key=effect.parent_key,
        own=source.own,
        links=source.links,
        addresses=(work.group.address,),
    )
    added = store.add_post(work.tools.db, work.conn, work.group.info, new)
    work.post_id, work.key, work.dirty = added.post.id, added.post.key, True


def _queue_copies(work: Work, author: int | None) -> None:
    group, site = work.group, work.tools.site
    context = rewrite.RewriteContext(
        group=group,
        site=site,
        key=work.key,
        message_id=work.source.message.message_id,
        announce=group.who_posts is WhoPosts.ANNOUNCE,
        received_at=work.source.received_at,
        envelope_id=work.source.envelope_id,
    )
    rewritten = rewrite.rewrite(work.source.raw, context)
    outbox.queue_copies(
        work.conn,
        group_id=group.id,
        post_id=work.post_id,
        mail_id=work.stored_mail(),
        rewritten=rewritten,
        message_id=work.source.message.message_id,
        cutoff=members.newest_id(work.conn, group.id),
        author_membership=author,
        now=work.source.now,
    )
    work.sends = True


# --- Holds ------------------------------------------------------------------------------------


def _hold(work: Work, reason: str) -> None:
    """Keep the mail; the same mail coming again is held once."""
    source = work.source
    same = select(holds.c.id).where(
        holds.c.group_id == work.group.id,
        holds.c.message_id == source.message.message_id,
        holds.c.digest == source.message.digest,
        holds.c.state == "waiting",
    )
    if work.conn.execute(same).first() is not None:
        return
    work.conn.execute(
        insert(holds).values(
            group_id=work.group.id,
            mail_id=work.stored_mail(),
            message_id=source.message.message_id,
            digest=source.message.digest,
            sender=source.sender,
            subject=source.message.subject,
            reply_key=source.reply_key,
            reason=reason,
            state="waiting",
            held_at=source.received_at,
        )
    )


def resolve_hold(work: Work, effect: ResolveHold) -> None:
    """Decide a held mail; an approved one becomes a post as if it had just been accepted."""
    decided = (
        update(holds)
        .where(holds.c.id == effect.hold_id, holds.c.state == "waiting")
        .values(state=effect.decision, decided_at=work.source.now, decided_by=effect.by)
        .returning(holds.c.mail_id, holds.c.sender, holds.c.reply_key, holds.c.held_at)
    )
    row = work.conn.execute(decided).first()
    if row is None or effect.decision != "approved":
        return
    raw = store.load_raw(work.conn, row.mail_id)
    source = _held_source(work, raw, row.sender, row.reply_key, row.held_at)
    inner = Work(work.conn, work.tools, work.group, source, mail_id=row.mail_id)
    same = store.find_duplicate(
        work.conn, work.group.id, source.message.message_id, source.message.digest
    )
    if same is not None and not same.imposter:
        return
    author = members.find(work.conn, work.group.id, row.sender)
    _store_post(inner, StorePost(source.reply_key, same is not None))
    _queue_copies(inner, author.id if author is not None else None)
    _audit(inner, "posted", f"approved by {effect.by}", inner.post_id)
    work.sends = work.dirty = True


def _held_source(work: Work, raw: bytes, sender: str, reply_key: str, held_at: datetime) -> Source:
    message = parse(raw)
    own = own_words(message.text)
    return Source(
        envelope_id=work.source.envelope_id,
        recipient=work.group.address,
        sender=sender,
        mail_from="",
        raw=raw,
        message=message,
        own=own,
        links=links(own),
        received_at=held_at,
        reply_key=reply_key,
        now=work.source.now,
    )


# --- Letters and forwards ---------------------------------------------------------------------


def _queue_letter(work: Work, effect: QueueLetter) -> None:
    letter_mail = _written(work, effect, effect.recipient)
    outbox.queue_letter(
        work.conn,
        group_id=work.group.id,
        message=letter_mail,
        recipient=effect.recipient,
        envelope_from="",
        now=work.source.now,
    )
    work.conn.execute(
        insert(letter_log).values(
            address=members.comparable(effect.recipient),
            group_id=work.group.id,
            kind=effect.name,
            at=work.source.now,
        )
    )
    work.sends = True


def _written(work: Work, effect: QueueLetter | TellGroup, recipient: str) -> bytes:
    answers, code, language = "", None, work.group.info.language
    if isinstance(effect, QueueLetter):
        answers, language = effect.answers, effect.language
        code = _make_code(work, effect.code) if effect.code is not None else None
    letter = Letter(
        name=effect.name,
        language=language,
        recipient=recipient,
        values=effect.values,
        code=code,
        answers=answers,
        message_id=ids.letter_id(work.tools.random(12).hex(), work.tools.site.domain),
        now=work.source.now,
    )
    return work.tools.letters.write(letter, work.group)


def _tell_group(work: Work, effect: TellGroup) -> None:
    whole = _written(work, effect, work.group.address)
    outbox.queue_letter_to_group(
        work.conn,
        group_id=work.group.id,
        message=whole,
        mail_class=MailClass.LETTER,
        cutoff=members.newest_id(work.conn, work.group.id),
        now=work.source.now,
    )
    work.sends = True


def _make_code(work: Work, wanted: NewCode) -> PrintedCode:
    made = tokens.new_code(work.tools.random(17))
    expires = work.source.now + timedelta(days=wanted.days)
    work.conn.execute(
        insert(codes).values(
            hash=made.hashed,
            group_id=work.group.id,
            action=wanted.action,
            address=wanted.address,
            payload=wanted.payload,
            reference=made.reference,
            created_at=work.source.now,
            expires_at=expires,
        )
    )
    reply_to = confirm_address(work.group.name, made.text, work.tools.site.domain)
    return PrintedCode(made.printed, made.reference, reply_to, expires)


def _forward(work: Work, effect: ForwardMail) -> None:
    """Redirect to people: the mail as it is, from the null reverse-path so that nothing loops."""
    for recipient in effect.recipients:
        outbox.queue_letter(
            work.conn,
            group_id=work.group.id,
            message=rewrite.forwarded(work.source.raw, work.group.address),
            recipient=recipient,
            envelope_from="",
            now=work.source.now,
        )
    work.sends = True


def _score(work: Work, effect: ScoreBounce) -> None:
    counted = update(memberships).where(memberships.c.id == effect.membership_id)
    work.conn.execute(
        counted.values(bounces=memberships.c.bounces + 1, last_bounce_at=work.source.now)
    )

"""Posts that members could not get because the smarthost takes no SMTPUTF8: the author is told once.

RFC 6530-6533: a mail whose header holds UTF-8 cannot go to a host that takes only ASCII, and it must not
be changed on the way. So its author learns who missed it and what to do (STANDARDS 20).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, String, cast, exists, select
from sqlalchemy.sql.elements import ColumnElement

from archive import ids
from archive.content import Content
from archive.errors import NotFound
from archive.model import ArchiveMode, PostState
from archive.parse import parse
from archive.rawmail import load_raw
from archive.tables import mails, posts
from dgroup import groups
from dgroup.commands.base import Caps
from dgroup.deliveries import FAILED
from dgroup.effects import QueueLetter, Values
from dgroup.facts import reads as facts
from dgroup.mailing import queue_letter
from dgroup.model import Group, MailClass, Membership
from dgroup.outbox import PENDING
from dgroup.people import members
from dgroup.policy import robot_reason
from dgroup.runs import claim_run, finish_run
from dgroup.tables import (
    addresses,
    deliveries,
    fanouts,
    job_runs,
    memberships,
    outbox_mails,
    persons,
)
from dgroup.work import Source, Tools, Work, note
from dgroup.writer import Writer

JOB = "missed"
LETTER = "missed-utf8"
NAMES = 10
"""names in a letter; further members are counted"""
BATCH = 50
"""posts of one look"""
_NEEDS_UTF8 = "5__ 5.6.7%"
"""the replies, ours and a smarthost's, that say so (RFC 6531 3.5)"""


@dataclass(frozen=True, slots=True)
class Missed:
    """A post that was tried for everybody and could not go to some."""

    post_id: int
    group_id: int
    author: int
    """membership of the author"""


def due(conn: Connection, now: datetime, lifetime: timedelta) -> list[Missed]:
    """Find posts whose author is to be told. `lifetime` is how long a copy is tried.

    A post is ready when no copy of it waits for its first try: what the smarthost puts off may take
    days, and it has taken the header by then. Only failures of the time in which a post can become
    ready are looked at, so that a look stays short.
    """
    since = now - 2 * lifetime
    query = (
        select(outbox_mails.c.post_id, outbox_mails.c.group_id, fanouts.c.author_membership)
        .distinct()
        .join(deliveries, deliveries.c.outbox_mail_id == outbox_mails.c.id)
        .join(fanouts, fanouts.c.outbox_mail_id == outbox_mails.c.id)
        .where(
            deliveries.c.state == FAILED,
            deliveries.c.not_before >= since,
            _missed(),
            fanouts.c.author_membership.is_not(None),
            ~_waits(),
            ~_told(),
        )
        .order_by(outbox_mails.c.post_id)
        .limit(BATCH)
    )
    return [Missed(*row) for row in conn.execute(query)]


def _missed() -> ColumnElement[bool]:
    """A copy whose mail, not only its recipient, needs SMTPUTF8."""
    return (
        deliveries.c.last_reply.like(_NEEDS_UTF8)
        & outbox_mails.c.smtputf8.is_(True)
        & (outbox_mails.c["class"] == MailClass.POST)
        & outbox_mails.c.post_id.is_not(None)
    )


def _waits() -> ColumnElement[bool]:
    sibling, copy, opened = outbox_mails.alias(), deliveries.alias(), fanouts.alias()
    untried = exists().where(
        sibling.c.post_id == outbox_mails.c.post_id,
        copy.c.outbox_mail_id == sibling.c.id,
        copy.c.state == PENDING,
        copy.c.attempts == 0,
    )
    expanding = exists().where(
        sibling.c.post_id == outbox_mails.c.post_id,
        opened.c.outbox_mail_id == sibling.c.id,
        opened.c.done.is_(False),
    )
    return untried | expanding


def _told() -> ColumnElement[bool]:
    return exists().where(
        job_runs.c.job == JOB,
        job_runs.c.group_id == outbox_mails.c.group_id,
        job_runs.c.period == cast(outbox_mails.c.post_id, String(24)),
    )


async def send_due(
    tools: Tools, writer: Writer, caps: Caps, now: datetime, lifetime: timedelta
) -> int:
    """Queue the letters that are due; gives how many. A look that finds nothing writes nothing."""
    found = await asyncio.to_thread(_read_due, tools, now, lifetime)
    if not found:
        return 0
    return await writer.run(lambda conn: tell(conn, tools, caps, found, now))


def _read_due(tools: Tools, now: datetime, lifetime: timedelta) -> list[Missed]:
    with tools.db.read() as conn:
        return due(conn, now, lifetime)


def tell(conn: Connection, tools: Tools, caps: Caps, found: Sequence[Missed], now: datetime) -> int:
    """Queue the letters; gives how many. Each post is taken once, whatever node asks, in the
    transaction of its letter. Call it in a write transaction."""
    return sum(_tell(conn, tools, caps, one, now) for one in found)


def _tell(conn: Connection, tools: Tools, caps: Caps, one: Missed, now: datetime) -> bool:
    period = str(one.post_id)
    if not claim_run(conn, JOB, one.group_id, period, now):
        return False
    result = _told_author(conn, tools, caps, one, now)
    finish_run(conn, JOB, one.group_id, period, now, result)
    return result == "told"


def _told_author(conn: Connection, tools: Tools, caps: Caps, one: Missed, now: datetime) -> str:
    """Tell the author, or say why not."""
    group = groups.by_id(conn, one.group_id, tools.site.domain)
    author = members.by_id(conn, one.author)
    post = conn.execute(_POST.where(posts.c.id == one.post_id)).first()
    if group is None or author is None or not author.inside:
        return "author left"
    if post is None or post.state != PostState.PUBLISHED:
        return "post removed"
    if reason := _robot(conn, post):
        return reason
    people = _people(conn, one)
    recipient = _reachable(conn, author)
    if not people:
        return "nobody missed it"
    if (
        facts.letter_counts(conn, tools.db, recipient, group.id, now).letters
        >= caps.answers_per_day
    ):
        return "letters capped"
    work = Work(conn, tools, group, _source(post, group, author, now), mail_id=post.mail_id)
    values = _values(post, people, group, tools)
    queue_letter(
        work, QueueLetter(LETTER, recipient, author.language, values, answers=post.message_id)
    )
    note(work, JOB, f"{len(people)} members: the smarthost takes no SMTPUTF8", one.post_id)
    return "told"


_POST = select(posts, mails.c.mail_from).join(mails, mails.c.id == posts.c.mail_id)


def _robot(conn: Connection, post: Row[Any]) -> str:
    """Whether a robot wrote the post: a person may have let it through (RFC 3834 2)."""
    try:
        message = parse(load_raw(conn, post.mail_id))
    except NotFound:
        return "post removed"
    if any(name == "list-id" for name, _ in message.list_headers):
        return "list-mail"
    return robot_reason(message, post.mail_from)


def _people(conn: Connection, one: Missed) -> list[str]:
    """Who missed it, in the order of joining: the name where it may be shown, else ''."""
    query = (
        select(memberships.c.id, memberships.c.named, persons.c.name)
        .distinct()
        .join(deliveries, deliveries.c.membership_id == memberships.c.id)
        .join(outbox_mails, outbox_mails.c.id == deliveries.c.outbox_mail_id)
        .join(persons, persons.c.id == memberships.c.person_id)
        .where(
            outbox_mails.c.post_id == one.post_id,
            deliveries.c.state == FAILED,
            _missed(),
            memberships.c.id != one.author,
        )
        .order_by(memberships.c.id)
    )
    return [row.name if row.named else "" for row in conn.execute(query)]


def _reachable(conn: Connection, author: Membership) -> str:
    """An address of the author that needs no SMTPUTF8 itself, where they have one."""
    if author.address.isascii():
        return author.address
    query = select(addresses.c.shown).where(
        addresses.c.person_id == author.person_id, addresses.c.verified_at.is_not(None)
    )
    shown = conn.execute(query.order_by(addresses.c.address)).scalars()
    return next((one for one in shown if one.isascii()), author.address)


def _values(post: Row[Any], people: Sequence[str], group: Group, tools: Tools) -> Values:
    names = [name for name in people if name][:NAMES]
    page = ids.message_url(tools.site.base_url, group.name, post.key)
    return (
        ("subject", post.subject),
        ("count", len(people)),
        ("names", tuple((name,) for name in names)),
        ("more", len(people) - len(names)),
        ("page", page if group.info.archive is ArchiveMode.PUBLIC else ""),
    )


def _source(post: Row[Any], group: Group, author: Membership, now: datetime) -> Source:
    """The letter answers no mail that just came; the audit names the post it is about."""
    return Source(
        envelope_id=f"post-{post.id}",
        recipient=group.address,
        sender=author.address,
        mail_from="",
        raw=b"",
        content=Content(replace(parse(b""), message_id=post.message_id)),
        received_at=now,
        reply_key="",
        now=now,
    )

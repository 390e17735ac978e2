"""Digests: the whole posts since the last one in a plain mail (RFC 1153), once a day or once a month, for
members who chose that. Due at the group's summary hour.

A digest takes up where the one before it ended, by post and not by clock: what a coordinator lets
through days later, or what came while this host was down, is in the next one.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from archive import ids
from archive.errors import NotFound
from archive.model import ArchiveMode, PartRole, PostState
from archive.parse import parse
from archive.rawmail import load_raw
from archive.tables import posts
from dgroup import groups, members, outbox, runs
from dgroup.address import clean_line, command_address
from dgroup.letters import LetterTools, group_head
from dgroup.model import Delivery, Group, MailClass, MemberState
from dgroup.tables import job_runs, memberships
from dgroup.writer import Writer

MODES = (Delivery.DAILY, Delivery.MONTHLY)
REACH = timedelta(days=62)
"""a post that came longer ago is history that was brought in, and in no digest"""
SIZE = 400_000
"""characters of posts in one mail; more make a second one, and no post is cut"""
RULE = "-" * 30  # RFC 1153: between two posts; a post's own such line gets a space before it
_LINE = 200
_NAMES = 10
_UPTO = re.compile(r"upto=(\d+)")


@dataclass(frozen=True, slots=True)
class Due:
    """The newest digest of a group that should have been sent."""

    group: Group
    mode: Delivery
    period: str
    """the last day, or the month, that it is about: '2026-03-01', '2026-02'"""
    start: datetime
    end: datetime
    """between which moments that is (UTC)"""
    day: date
    """when it is due, in the group's zone"""

    @property
    def job(self) -> str:
        """The run's name, for its key."""
        return f"digest-{self.mode}"


def newest_due(group: Group, mode: Delivery, now: datetime) -> Due:
    """Give the newest digest that is due at `now` (UTC): of the day or month before."""
    zone = runs.zone_of(group.info.timezone)
    day = now.astimezone(zone).date()
    if datetime(day.year, day.month, day.day, group.summary_hour, tzinfo=zone) > now:
        day -= timedelta(days=1)
    if mode is Delivery.MONTHLY:
        day = day.replace(day=1)
    last = day - timedelta(days=1)
    first = last.replace(day=1) if mode is Delivery.MONTHLY else last
    period = f"{last:%Y-%m}" if mode is Delivery.MONTHLY else last.isoformat()
    start, end = (
        datetime(one.year, one.month, one.day, tzinfo=zone).astimezone(UTC)
        for one in (first, last + timedelta(days=1))
    )
    return Due(group, mode, period, start, end, day)


# --- Sending what is due ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Made:
    """What a claimed run made before it writes."""

    upto: int
    """the last post that it knows of"""
    mails: tuple[bytes, ...] = ()


async def send_due(tools: LetterTools, writer: Writer, now: datetime) -> int:
    """Make and queue every digest that is due; gives how many mails to groups were queued.

    As with the weekly summary, each is claimed once by its key and made outside the transaction.
    """
    queued = 0
    for due in await asyncio.to_thread(_open, tools, now):
        if await writer.run(partial(_claim, due=due, now=now)):
            made = await asyncio.to_thread(_make, tools, due, now)
            queued += await writer.run(partial(_store, due=due, made=made, now=now))
    return queued


def _open(tools: LetterTools, now: datetime) -> list[Due]:
    with tools.db.read() as conn:
        every = groups.every(conn, tools.site.domain)
        found = [newest_due(group, mode, now) for group in every for mode in MODES]
        return [one for one in found if not runs.is_done(conn, one.job, one.group.id, one.period)]


def _claim(conn: Connection, due: Due, now: datetime) -> bool:
    return runs.claim_run(conn, due.job, due.group.id, due.period, now)


def _make(tools: LetterTools, due: Due, now: datetime) -> _Made:
    with tools.db.read() as conn:
        before = _upto(conn, due)
        if before is None:
            upto = _end(conn, due)
            rows = _posts(conn, due, posts.c.received_at >= due.start, posts.c.id <= upto)
        else:
            reached = posts.c.received_at >= due.start - REACH
            rows = _posts(conn, due, reached, posts.c.id > before)
            upto = max([row.id for row in rows], default=before)
        if not rows or not _has_readers(conn, due):
            return _Made(upto)
        parts = list(_parts(_entries(conn, tools, due.group, rows)))
    mails = [
        _mail(tools, due, part, (number, len(parts)), now) for number, part in enumerate(parts, 1)
    ]
    return _Made(upto, tuple(mails))


def _store(conn: Connection, due: Due, made: _Made, now: datetime) -> int:
    """Queue the mails with the run's end, in one transaction: never one twice."""
    result = f"upto={made.upto} mails={len(made.mails)}"
    if not runs.finish_run(conn, due.job, due.group.id, due.period, now, result):
        return 0
    cutoff = members.newest_id(conn)
    for message in made.mails:
        outbox.queue_letter_to_group(
            conn,
            group_id=due.group.id,
            message=message,
            mail_class=MailClass.DIGEST,
            cutoff=cutoff,
            now=now,
            only=due.mode,
        )
    return len(made.mails)


# --- Which posts ------------------------------------------------------------------------------


def _posts(conn: Connection, due: Due, *fresh: ColumnElement[bool]) -> Sequence[Any]:
    query = select(
        posts.c.id,
        posts.c.key,
        posts.c.mail_id,
        posts.c.subject,
        posts.c.author,
        posts.c.author_address,
        posts.c.received_at,
    ).where(
        posts.c.group_id == due.group.id,
        posts.c.state == PostState.PUBLISHED,
        *fresh,
    )
    return conn.execute(query.order_by(posts.c.id)).all()


def _upto(conn: Connection, due: Due) -> int | None:
    """The last post that the digest before this one knew of; None where there was none."""
    query = select(job_runs.c.result).where(
        job_runs.c.job == due.job,
        job_runs.c.group_id == due.group.id,
        job_runs.c.period < due.period,
        job_runs.c.done_at.is_not(None),
    )
    result = conn.execute(query.order_by(job_runs.c.period.desc()).limit(1)).scalar_one_or_none()
    found = _UPTO.search(result or "")
    return int(found.group(1)) if found else None


def _end(conn: Connection, due: Due) -> int:
    """Where a group's first digest ends: before the first post of the time after its own."""
    theirs = posts.c.group_id == due.group.id
    after = select(func.min(posts.c.id)).where(theirs, posts.c.received_at >= due.end)
    first: int | None = conn.execute(after).scalar_one()
    if first is not None:
        return first - 1
    return conn.execute(select(func.max(posts.c.id)).where(theirs)).scalar_one() or 0


def _has_readers(conn: Connection, due: Due) -> bool:
    query = select(memberships.c.id).where(
        memberships.c.group_id == due.group.id,
        memberships.c.state == MemberState.ACTIVE,
        memberships.c.delivery == due.mode,
    )
    return conn.execute(query.limit(1)).first() is not None


# --- The mail ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One post in a digest."""

    subject: str
    author: str
    address: str
    received_at: datetime
    reply_to: str
    """mail to it answers this post in its thread"""
    url: str
    """of its page, or '' where the archive is not public"""
    files: tuple[str, ...]
    text: str
    """whole, as the author wrote it"""


def _entries(
    conn: Connection, tools: LetterTools, group: Group, rows: Sequence[Any]
) -> Iterator[Entry]:
    public = group.info.archive is ArchiveMode.PUBLIC
    for row in rows:
        try:
            message = parse(load_raw(conn, row.mail_id))
        except NotFound:  # taken down since the list was read
            continue
        files = [part.filename for part in message.parts if part.role is PartRole.ATTACHMENT]
        yield Entry(
            subject=clean_line(row.subject, _LINE),
            author=clean_line(row.author, _LINE),
            address=clean_line(row.author_address, _LINE),
            received_at=row.received_at,
            reply_to=group.address.replace("@", f"+re-{row.key}@"),
            url=ids.message_url(tools.site.base_url, group.name, row.key) if public else "",
            files=tuple(clean_line(name, _LINE) for name in files[:_NAMES] if name),
            text=stuffed(message.text),
        )


def stuffed(text: str) -> str:
    """Keep a text from looking like the end of a post (RFC 1153)."""
    lines = text.strip("\n").split("\n")
    return "\n".join(f" {line}" if line.startswith(RULE) else line for line in lines)


def _parts(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Put so many posts into a mail as it holds, at least one."""
    part: list[Entry] = []
    size = 0
    for entry in entries:
        if part and size + len(entry.text) > SIZE:
            yield part
            part, size = [], 0
        part.append(entry)
        size += len(entry.text)
    if part:
        yield part


def _mail(
    tools: LetterTools, due: Due, part: list[Entry], place: tuple[int, int], now: datetime
) -> bytes:
    group, site = due.group, tools.site
    template = tools.letters.environment(group.info.language).get_template("mail/digest.txt.j2")
    whole = template.render(
        group=group.info,
        entries=part,
        number=place[0],
        numbers=place[1],
        on=due.day,
        rule=RULE,
        request=command_address(group.name, "request", site.domain),
    )
    head, _, text = whole.strip().partition("\n")
    subject = head.removeprefix("Subject:").strip()
    message_id = ids.letter_id(tools.random(12).hex(), site.domain)
    fields = group_head(group, site, subject, message_id, now, f"{group.list_name}.{site.domain}")
    body = EmailMessage(policy=SMTP)
    plain = text.strip("\n").encode("utf-8", "replace").decode("utf-8")
    body.set_content(plain + "\n", cte="quoted-printable")
    return "\r\n".join([*fields, ""]).encode("ascii") + body.as_bytes()

"""Digests: the whole posts since the last one, once a day, a week or a month, for members who chose that.
Due at the group's summary hour, the week's on its summary day.

A digest takes up where the one before it ended, by post and not by clock: what a coordinator lets
through days later, or what came while this host was down, is in the next one.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, select

from archive import ids
from archive.errors import NotFound
from archive.model import PostState
from archive.parse import parse
from archive.rawmail import load_raw
from archive.tables import mails, posts, threads
from dgroup import groups, outbox, runs
from dgroup.audience import LIGHT, MIME, PLAIN
from dgroup.chores.digest_mails import (
    Entry,
    Issue,
    Stored,
    entry_of,
    mail_of,
    parts_of,
    removed,
    threaded,
)
from dgroup.editions import Edition, editions
from dgroup.filelinks import Links
from dgroup.letters import LetterTools
from dgroup.model import Delivery, Group, MailClass, MemberState
from dgroup.people import members
from dgroup.recipes import DigestRecipe, Recipe
from dgroup.tables import job_runs, memberships
from dgroup.writer import Writer

MODES = (Delivery.DAILY, Delivery.WEEKLY_FULL, Delivery.MONTHLY)
REACH = timedelta(days=62)
"""a post that came longer ago is history that was brought in, and in no digest"""
LARGEST = 50_000_000
"""bytes of whole mails that one run holds; where there is more, all readers get the text"""
TEXTS = 20_000_000
"""bytes of text that one run holds: whoever posts without end must not fill the memory. Of what is
over it, digests have the beginning, and the archive the rest"""
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
    """Give the newest digest that is due at `now` (UTC): of the day, the week or the month before."""
    zone = runs.zone_of(group.info.timezone)
    day, first, last, period = _span(group, mode, now)
    start, end = (
        datetime(one.year, one.month, one.day, tzinfo=zone).astimezone(UTC)
        for one in (first, last + timedelta(days=1))
    )
    return Due(group, mode, period, start, end, day)


def _span(group: Group, mode: Delivery, now: datetime) -> tuple[date, date, date, str]:
    """The day on which it is due, the first and the last one that it is about, and their name."""
    if mode is Delivery.WEEKLY_FULL:
        settings = group.info.timezone, group.summary_day, group.summary_hour
        monday = runs.newest_due(*settings, now)
        day = monday + timedelta(days=6 + group.summary_day)
        return day, monday, monday + timedelta(days=6), runs.week_name(monday)
    zone = runs.zone_of(group.info.timezone)
    day = now.astimezone(zone).date()
    if datetime(day.year, day.month, day.day, group.summary_hour, tzinfo=zone) > now:
        day -= timedelta(days=1)
    if mode is Delivery.MONTHLY:
        day = day.replace(day=1)
    last = day - timedelta(days=1)
    if mode is Delivery.MONTHLY:
        return day, last.replace(day=1), last, f"{last:%Y-%m}"
    return day, last, last, last.isoformat()


# --- Sending what is due ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Made:
    """What a claimed run made before it writes."""

    upto: int
    """the last post that it knows of"""
    mails: tuple[tuple[str, bytes, DigestRecipe], ...] = ()
    """(the words for whom it is, the mail, from what it was made)"""


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
        info = due.group.info
        wanted = editions(conn, info.id, info.language, due.mode, [row.id for row in rows])
        wanted = _affordable(wanted, sum(row.size for row in rows))
        whole = any(one.form == MIME for one in wanted)
        light = any(one.form == LIGHT for one in wanted)
        entries = list(_entries(conn, tools, due.group, rows, now, whole=whole, light=light))
    return _Made(upto, tuple(_mails(tools, due, wanted, entries, now)))


def _affordable(wanted: Sequence[Edition], size: int) -> list[Edition]:
    """Give all readers the text where the whole mails would fill the memory."""
    if size <= LARGEST:
        return list(wanted)
    return [replace(one, form=PLAIN) if one.form == MIME else one for one in wanted]


def _mails(
    tools: LetterTools, due: Due, wanted: Sequence[Edition], entries: list[Entry], now: datetime
) -> Iterator[tuple[str, bytes, DigestRecipe]]:
    for edition in wanted:
        shown = threaded([one for one in entries if one.post_id not in edition.left_out])
        parts = list(parts_of(shown, edition.form))
        for number, part in enumerate(parts, 1):
            recipe = DigestRecipe(
                posts=tuple(one.post_id for one in part),
                first=part[0].number,
                place=(number, len(parts)),
                form=edition.form,
                language=edition.language,
                day=due.day,
                message_id=ids.letter_id(tools.random(12).hex(), tools.site.domain),
                made_at=now,
            )
            yield edition.readers.words(), _mail(tools, due.group, part, recipe), recipe


def _mail(tools: LetterTools, group: Group, part: Sequence[Entry], recipe: DigestRecipe) -> bytes:
    issue = Issue(group, tools.site, recipe.language, recipe.form, recipe.day, recipe.made_at)
    return mail_of(issue, part, recipe.place, recipe.message_id, tools.letters)


def again(conn: Connection, tools: LetterTools, group: Group, recipe: DigestRecipe) -> bytes | None:
    """Make a digest once more, of the posts that are still there; None where none is.

    Where one was taken down a line says so, and the numbers of the others stay.
    """
    found = conn.execute(_select().where(posts.c.id.in_(recipe.posts))).all()
    there = [row for row in found if row.state == PostState.PUBLISHED]
    forms = {"whole": recipe.form == MIME, "light": recipe.form == LIGHT}
    made = _entries(conn, tools, group, there, recipe.made_at, **forms)
    entries = {one.post_id: one for one in made}
    if not entries:
        return None
    entries |= {row.id: removed(_stored(row)) for row in found if row.id not in entries}
    order = [entries[one] for one in recipe.posts if one in entries]
    numbered = [replace(one, number=at) for at, one in enumerate(order, recipe.first)]
    return _mail(tools, group, numbered, recipe)


def _store(conn: Connection, due: Due, made: _Made, now: datetime) -> int:
    """Queue the mails with the run's end, in one transaction: never one twice."""
    result = f"upto={made.upto} mails={len(made.mails)}"
    if not runs.finish_run(conn, due.job, due.group.id, due.period, now, result):
        return 0
    cutoff = members.newest_id(conn)
    gone = _removed(conn, made)
    for words, message, recipe in made.mails:
        outbox.queue_letter_to_group(
            conn,
            group_id=due.group.id,
            message=b"" if gone.intersection(recipe.posts) else message,
            mail_class=MailClass.DIGEST,
            cutoff=cutoff,
            now=now,
            only=words,
            recipe=Recipe(digest=recipe),
        )
    return len(made.mails)


def _removed(conn: Connection, made: _Made) -> frozenset[int]:
    """Posts that were taken down while the mails were made."""
    every = {post for _, _, recipe in made.mails for post in recipe.posts}
    gone = select(posts.c.id).where(posts.c.id.in_(every), posts.c.state == PostState.REMOVED)
    return frozenset(conn.execute(gone).scalars())


# --- Which posts ------------------------------------------------------------------------------


def _posts(conn: Connection, due: Due, *fresh: ColumnElement[bool]) -> Sequence[Any]:
    query = _select().where(
        posts.c.group_id == due.group.id,
        posts.c.state == PostState.PUBLISHED,
        *fresh,
    )
    return conn.execute(query.order_by(posts.c.id)).all()


def _select() -> Select[Any]:
    query = select(
        posts.c.id,
        posts.c.key,
        posts.c.mail_id,
        posts.c.subject,
        posts.c.author,
        posts.c.author_address,
        posts.c.received_at,
        posts.c.message_id,
        posts.c.thread_id,
        posts.c.state,
        threads.c.subject.label("thread"),
        threads.c.title,
        mails.c.size,
    )
    query = query.join(threads, threads.c.id == posts.c.thread_id)
    return query.join(mails, mails.c.id == posts.c.mail_id)


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


def _entries(
    conn: Connection,
    tools: LetterTools,
    group: Group,
    rows: Sequence[Any],
    now: datetime,
    *,
    whole: bool,
    light: bool,
) -> Iterator[Entry]:
    """One mail after the other; they stay in memory only where somebody wants them `whole`."""
    links = Links(tools.keyring, tools.site.base_url, now)
    room = TEXTS
    for row in rows:
        try:
            raw = load_raw(conn, row.mail_id)
        except NotFound:  # taken down since the list was read
            continue
        stored, message = _stored(row), parse(raw)
        entry = entry_of(stored, message, raw, group, tools.site, links, light=light).cut(room)
        room = max(0, room - len(entry.text.encode("utf-8", "replace")))
        yield entry if whole else replace(entry, mail=b"")


def _stored(row: Any) -> Stored:
    return Stored(
        post_id=row.id,
        key=row.key,
        thread_id=row.thread_id,
        thread=row.title or row.thread,
        subject=row.subject,
        author=row.author,
        address=row.author_address,
        received_at=row.received_at,
        message_id=row.message_id,
    )

"""Copies that could not be delivered in the time that the settings give: one letter a group and day.

It goes to the group's coordinators, else to the host's people, never to authors: who wrote can do nothing
about another one's mailbox. Letters of ours that came to nothing are seen in `dgroup queue` and `trace` only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from dgroup import groups
from dgroup.deliveries import FAILED
from dgroup.effects import QueueLetter, TellHost
from dgroup.mailing import queue_letter, tell_host
from dgroup.model import Group
from dgroup.people import members
from dgroup.retry import UNKNOWN_MARK
from dgroup.runs import claim_run, finish_run, is_done
from dgroup.saying import GIVEN_UP, why
from dgroup.tables import deliveries, job_runs, outbox_mails
from dgroup.work import Source, Tools, Work, note
from dgroup.writer import Writer

JOB = "given-up"
LETTER = "given-up"
TICK_S = 300.0
SHOWN = 20
"""people in a letter; further ones are counted"""
LONGEST = timedelta(days=2)
"""a letter tells of no longer time than this, however long the service was away"""


@dataclass(frozen=True, slots=True)
class Lost:
    """What was given up of one member's mail."""

    address: str
    copies: int
    reply: str


async def send_due(tools: Tools, writer: Writer, now: datetime) -> int:
    """Queue the letters that are due; gives how many groups had something."""
    found = await asyncio.to_thread(_due, tools, now)
    told = 0
    for group in found:
        told += await writer.run(lambda conn, group=group: tell(conn, tools, group, now))  # type: ignore[misc]  # bound now
    return told


def _due(tools: Tools, now: datetime) -> list[Group]:
    """The groups with something given up that had no letter today."""
    with tools.db.read() as conn:
        query = (
            select(outbox_mails.c.group_id)
            .distinct()
            .join(deliveries, deliveries.c.outbox_mail_id == outbox_mails.c.id)
            .where(*_given_up(now - LONGEST))
        )
        ids = [one for one in conn.execute(query).scalars() if not _told(conn, one, now)]
        found = [groups.by_id(conn, one, tools.site.domain) for one in sorted(ids)]
        return [one for one in found if one is not None and lost(conn, one.id, now)]


def _told(conn: Connection, group_id: int, now: datetime) -> bool:
    return is_done(conn, JOB, group_id, _day(now))


def _day(now: datetime) -> str:
    return f"{now:%Y-%m-%d}"


def _given_up(since: datetime) -> list[ColumnElement[bool]]:
    return [
        deliveries.c.state == FAILED,
        deliveries.c.not_before >= since - timedelta(days=1),  # indexed, and never long before
        deliveries.c.done_at > since,
        deliveries.c.membership_id.is_not(None),
        or_(
            deliveries.c.last_reply.startswith(GIVEN_UP),
            deliveries.c.last_reply.startswith(f"{UNKNOWN_MARK}twice"),
        ),
    ]


def lost(conn: Connection, group_id: int, now: datetime) -> list[Lost]:
    """List the members whose copies were given up since the last letter, those with most first."""
    last = conn.execute(
        select(func.max(job_runs.c.claimed_at)).where(
            job_runs.c.job == JOB, job_runs.c.group_id == group_id
        )
    ).scalar_one()
    since = max(last or now - LONGEST, now - LONGEST)
    query = (
        select(
            deliveries.c.recipient,
            func.count().label("copies"),
            func.max(deliveries.c.last_reply).label("reply"),
        )
        .join(outbox_mails, outbox_mails.c.id == deliveries.c.outbox_mail_id)
        .where(*_given_up(since), outbox_mails.c.group_id == group_id)
        .group_by(deliveries.c.recipient)
        .order_by(func.count().desc(), deliveries.c.recipient)
    )
    return [Lost(row.recipient, row.copies, row.reply) for row in conn.execute(query)]


def tell(conn: Connection, tools: Tools, group: Group, now: datetime) -> bool:
    """Queue the letter of one group and write it into the log. Whatever node asks, a group and day is
    taken once, in the transaction of its letter. Call it in a write transaction."""
    found = lost(conn, group.id, now)
    if not found or not claim_run(conn, JOB, group.id, _day(now), now):
        return False
    copies = sum(one.copies for one in found)
    work = Work(conn, tools, group, Source.unasked(JOB, now))
    _write(work, found, copies)
    said = f"{copies} copies to {len(found)} members could not be delivered in time"
    note(work, JOB, said)
    finish_run(conn, JOB, group.id, _day(now), now, said)
    return True


def _write(work: Work, found: Sequence[Lost], copies: int) -> None:
    values = (
        (
            "people",
            tuple((one.address, str(one.copies), str(why(one.reply))) for one in found[:SHOWN]),
        ),
        ("count", copies),
        ("more", max(0, len(found) - SHOWN)),
    )
    bosses = members.coordinators(work.conn, work.group.id)
    # Who cannot be reached is not written to about it.
    silent = {one.address for one in found}
    readers = [boss for boss in bosses if boss.address not in silent]
    for boss in readers:
        queue_letter(work, QueueLetter(LETTER, boss.address, boss.language, values))
    if not readers:
        tell_host(work, TellHost(LETTER, values))

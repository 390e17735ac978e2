"""What time does to held mails: moderators are reminded once, lists of what nobody vouches for go out
at most once an hour, and what nobody decided ends with a word to its author.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, select, update

from archive.content import Content
from archive.parse import parse
from dgroup import groups, holds
from dgroup.address import comparable
from dgroup.facts import holds as facts_holds
from dgroup.mailing import queue_letter
from dgroup.model import Group
from dgroup.moderation import ACTION, LISTED, WAITING, HeldPost, asked_about, hold_days, is_listed
from dgroup.moderation import listing as listing_letter
from dgroup.people import members
from dgroup.policy import FLOODS
from dgroup.tables import codes, letter_log
from dgroup.tables import holds as held
from dgroup.work import Source, Tools, Work
from dgroup.writer import Writer

TICK_S = 60.0
REMIND_AFTER = timedelta(days=2)
LIST_EVERY = timedelta(hours=1)


async def look(tools: Tools, writer: Writer, now: datetime) -> int:
    """Do what is due for the held mails of all groups; gives how many groups had something. A look
    that finds nothing writes nothing."""
    found = await asyncio.to_thread(_due, tools, now)
    jobs = [partial(look_at, tools=tools, group_id=one, now=now) for one in found]
    return sum([await writer.run(job) for job in jobs])


def _due(tools: Tools, now: datetime) -> list[int]:
    """Groups in which something of held mails is due."""
    query = select(held.c.group_id).distinct().where(held.c.state == WAITING, held.c.group_id != 0)
    with tools.db.read() as conn:
        waiting = conn.execute(query.order_by(held.c.group_id)).scalars().all()
        known = [groups.by_id(conn, one, tools.site.domain) for one in waiting]
        return [one.id for one in known if one is not None and _is_due(conn, one, now)]


def _is_due(conn: Connection, group: Group, now: datetime) -> bool:
    posts = facts_holds.waiting(conn, group)
    return bool(
        _late(posts, group, now)
        or _unreminded(conn, group, posts, now)
        or _untold(conn, group, posts, now)
    )


def look_at(conn: Connection, tools: Tools, group_id: int, now: datetime) -> int:
    """Do what is due in a group, under its lock; gives 1 if there was anything."""
    tools.db.lock_group(conn, group_id)
    group = groups.by_id(conn, group_id, tools.site.domain)
    if group is None:
        return 0
    work = Work(conn, tools, group, _source(group, now))
    done = _expire(work, facts_holds.waiting(conn, group), now)
    left = facts_holds.waiting(conn, group)
    if _unreminded(conn, group, left, now):
        done += _tell(work, [one for one in left if is_listed(one.reason, group)], reminder=True)
        _mark(conn, group, now)
    elif fresh := _untold(conn, group, left, now):
        done += _tell(work, fresh, reminder=False)
    return int(bool(done))


# --- The end of the time ----------------------------------------------------------------------


def _late(posts: Sequence[HeldPost], group: Group, now: datetime) -> list[HeldPost]:
    return [
        one for one in posts if one.held_at + timedelta(days=hold_days(one.reason, group)) <= now
    ]


def _expire(work: Work, posts: Sequence[HeldPost], now: datetime) -> int:
    return sum(holds.expire(work, one.id) for one in _late(posts, work.group, now))


# --- Letters to moderators --------------------------------------------------------------------


def _unreminded(
    conn: Connection, group: Group, posts: Sequence[HeldPost], now: datetime
) -> list[HeldPost]:
    """What has waited for two days and that nobody was reminded of."""
    old = {
        one.id: one
        for one in posts
        if is_listed(one.reason, group) and one.held_at + REMIND_AFTER <= now
    }
    if not old:
        return []
    query = select(held.c.id).where(held.c.id.in_(list(old)), held.c.reminded_at.is_(None))
    return [old[one] for one in conn.execute(query.order_by(held.c.id)).scalars()]


def _mark(conn: Connection, group: Group, now: datetime) -> None:
    """All that was listed counts as reminded of: there is one reminder."""
    listed = (held.c.group_id == group.id) & (held.c.state == WAITING)
    conn.execute(update(held).where(listed, held.c.reminded_at.is_(None)).values(reminded_at=now))


def _untold(
    conn: Connection, group: Group, posts: Sequence[HeldPost], now: datetime
) -> list[HeldPost]:
    """What no letter has shown to anybody yet; nothing within an hour of the last list."""
    # Of a flood they were told when it began: no list every hour.
    wanted = [one for one in posts if is_listed(one.reason, group) and one.reason not in FLOODS]
    if not wanted or not _may_list(conn, group, now):
        return []
    query = select(codes.c.payload).where(
        codes.c.group_id == group.id, codes.c.action == ACTION, codes.c.expires_at > now
    )
    told = {one for text in conn.execute(query).scalars() for one in asked_about(text)}
    return [one for one in wanted if one.id not in told]


def _may_list(conn: Connection, group: Group, now: datetime) -> bool:
    """There is somebody to tell, and nobody was sent a list in the last hour."""
    people = [comparable(one.address) for one in members.moderators(conn, group.id)]
    query = select(letter_log.c.id).where(
        letter_log.c.address.in_(people),
        letter_log.c.at > now - LIST_EVERY,
        letter_log.c.group_id == group.id,
        letter_log.c.kind == LISTED,
    )
    return bool(people) and conn.execute(query.limit(1)).first() is None


def _tell(work: Work, posts: Sequence[HeldPost], *, reminder: bool) -> int:
    people = members.moderators(work.conn, work.group.id)
    for one in people:
        queue_letter(work, listing_letter(posts, one, work.group, reminder=reminder))
    return len(people)


def _source(group: Group, now: datetime) -> Source:
    """What time decides has no mail of its own."""
    return Source(
        envelope_id="held-mails",
        recipient=group.address,
        sender="",
        mail_from="",
        raw=b"",
        content=Content(replace(parse(b""), message_id="")),
        received_at=now,
        reply_key="",
        now=now,
    )

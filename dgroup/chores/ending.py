"""The end of groups whose week of grace is over: exported, closed, everybody out; then, where it was
asked for, their archive is erased post by post.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, delete, select, update

from archive.dirty import mark
from archive.model import ArchiveMode, PostState
from archive.pages import whole_group
from archive.rawmail import purge_raw
from archive.tables import posts, weeks
from dgroup import groups
from dgroup.chores.export import MEMBERS, POSTS, Exported, export
from dgroup.effects import Attachment, QueueLetter, TellHost
from dgroup.mailing import queue_letter, tell_host
from dgroup.model import Group, GroupState, Membership, MemberState
from dgroup.moderation import EXPIRED, WAITING
from dgroup.people import members
from dgroup.runs import claim_run, finish_run
from dgroup.tables import endings, holds, invitations, memberships
from dgroup.takedown import take_down
from dgroup.work import Source, Tools, Work, note
from dgroup.writer import Writer

JOB = "ending"
TICK_S = 60.0
EXPORTS = "exports"
"""folder below the data folder"""
MAILED_BYTES = 5_000_000
"""what is larger is not mailed: the host hands it over"""
BATCH = 50
"""posts erased in one transaction"""


@dataclass(frozen=True, slots=True)
class Due:
    """A group that ends now."""

    group: Group
    due_at: datetime
    archive_too: bool

    @property
    def period(self) -> str:
        """Key of the run."""
        return f"{self.due_at:%Y-%m-%d %H:%M}"


async def end_due(tools: Tools, writer: Writer, data_dir: Path, now: datetime) -> int:
    """End what is due and erase what is to be erased; gives how many groups ended."""
    ended = 0
    for one in await asyncio.to_thread(_due, tools, now):
        if await writer.run(partial(_claim, one=one, now=now)):
            exported = await asyncio.to_thread(_export, tools, one, data_dir)
            ended += await writer.run(
                partial(end, tools=tools, one=one, exported=exported, now=now)
            )
    for group in await asyncio.to_thread(_to_erase, tools):
        while await writer.run(partial(erase_some, tools=tools, group=group, now=now)):
            continue
    return ended


def _due(tools: Tools, now: datetime) -> list[Due]:
    query = select(endings).where(endings.c.ended_at.is_(None), endings.c.due_at <= now)
    with tools.db.read() as conn:
        found = [
            (groups.by_id(conn, row.group_id, tools.site.domain), row)
            for row in conn.execute(query.order_by(endings.c.group_id))
        ]
    return [Due(group, row.due_at, row.archive_too) for group, row in found if group is not None]


def _claim(conn: Connection, one: Due, now: datetime) -> bool:
    return claim_run(conn, JOB, one.group.id, one.period, now)


def _export(tools: Tools, one: Due, data_dir: Path) -> Exported:
    folder = data_dir / EXPORTS / f"{one.group.name}-{one.due_at:%Y-%m-%d}"
    with tools.db.read() as conn:
        return export(conn, one.group, folder)


# --- The end ------------------------------------------------------------------------------------


def end(conn: Connection, tools: Tools, one: Due, exported: Exported, now: datetime) -> bool:
    """Close the group for good and tell its coordinators and the host; False where it is kept after
    all, or another node was first. Call it in a write transaction."""
    tools.db.lock_group(conn, one.group.id)
    mine = (endings.c.group_id == one.group.id) & (endings.c.due_at == one.due_at)
    still = update(endings).where(mine, endings.c.ended_at.is_(None)).values(ended_at=now)
    if not conn.execute(still).rowcount:
        return False
    bosses = members.coordinators(conn, one.group.id)
    _close(conn, tools, one, now)
    closed = groups.by_id(conn, one.group.id, tools.site.domain)
    assert closed is not None  # ended groups keep their row: nobody else gets their name
    work = Work(conn, tools, closed, Source.unasked(JOB, now))
    _tell(work, one, exported, bosses)
    note(work, JOB, f"{exported.posts} posts, {exported.members} members exported")
    finish_run(conn, JOB, closed.id, one.period, now, "ended")
    return True


def _close(conn: Connection, tools: Tools, one: Due, now: datetime) -> None:
    group_id = one.group.id
    values = {"state": GroupState.DELETED, "closed_at": one.group.info.closed_at or now}
    archive = {"archive": ArchiveMode.NONE} if one.archive_too else {}
    groups.change(tools.db, conn, one.group, {**values, **archive}, now)
    inside = (memberships.c.group_id == group_id) & memberships.c.state.in_(members.INSIDE)
    conn.execute(update(memberships).where(inside).values(state=MemberState.LEFT, left_at=now))
    waiting = (holds.c.group_id == group_id) & (holds.c.state == WAITING)
    conn.execute(update(holds).where(waiting).values(state=EXPIRED, decided_at=now, decided_by=JOB))
    asked = (invitations.c.group_id == group_id) & (invitations.c.state == "open")
    conn.execute(update(invitations).where(asked).values(state="cancelled", done_at=now))


def _tell(work: Work, one: Due, exported: Exported, bosses: Sequence[Membership]) -> None:
    enclosed = exported.size <= MAILED_BYTES
    files = tuple(_attachments(exported)) if enclosed else ()
    values = (
        ("enclosed", enclosed),
        ("archive_too", one.archive_too),
        ("contact", work.tools.host_contact),
    )
    for boss in bosses:
        letter = QueueLetter("ended", boss.address, boss.language, values)
        queue_letter(work, replace(letter, attachments=files))
    told = (
        ("members", exported.members),
        ("folder", f"{EXPORTS}/{exported.folder.name}"),
        ("bosses", tuple((boss.address, boss.name) for boss in bosses)),
    )
    tell_host(work, TellHost("ended-host", told))


def _attachments(exported: Exported) -> list[Attachment]:
    kinds = {POSTS: "application/gzip", MEMBERS: "text/csv"}
    return [
        Attachment(name, kind, (exported.folder / name).read_bytes())
        for name, kind in kinds.items()
    ]


# --- The archive --------------------------------------------------------------------------------


def _to_erase(tools: Tools) -> list[Group]:
    query = select(endings.c.group_id).where(
        endings.c.ended_at.is_not(None),
        endings.c.archive_too.is_(True),
        endings.c.erased_at.is_(None),
    )
    with tools.db.read() as conn:
        found = [
            groups.by_id(conn, one, tools.site.domain) for one in conn.execute(query).scalars()
        ]
    return [group for group in found if group is not None]


def erase_some(conn: Connection, tools: Tools, group: Group, now: datetime) -> bool:
    """Take some posts of an ended group down; False where none is left and all is done."""
    shown = (posts.c.group_id == group.id) & (posts.c.state == PostState.PUBLISHED)
    keys = conn.execute(select(posts.c.key).where(shown).limit(BATCH)).scalars().all()
    for key in keys:
        take_down(tools.db, conn, group, key, now)
    if keys:
        return True
    conn.execute(delete(weeks).where(weeks.c.group_id == group.id))
    held = select(holds.c.mail_id).where(holds.c.group_id == group.id)
    for mail_id in conn.execute(held).scalars().all():
        purge_raw(conn, mail_id)
    mark(conn, tools.db, whole_group(group.id), now)
    erased = update(endings).where(endings.c.group_id == group.id).values(erased_at=now)
    conn.execute(erased)
    return False

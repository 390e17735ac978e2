"""Open invitations over time: sent again once after a week, ended when nobody has answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from archive.content import Content
from archive.parse import parse
from dgroup import groups
from dgroup.changes import Invite
from dgroup.commands.base import Caps, may_ask
from dgroup.commands.invite import invitation_letter
from dgroup.facts import reads as facts
from dgroup.known import Invitation
from dgroup.mailing import queue_letter
from dgroup.model import Group
from dgroup.people import invitations, members
from dgroup.work import Source, Tools, Work, note
from dgroup.writer import Writer

AGAIN = timedelta(days=7)
BATCH = 50
"""invitations of one transaction"""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Told:
    """How many invitations were sent again, and how many ended."""

    reminded: int
    expired: int


async def remind(tools: Tools, writer: Writer, caps: Caps, now: datetime) -> Told:
    """Do what is due now. An invitation that may not be sent today waits for the next day."""
    reminded, after, last = 0, -1, 0
    while last != after:
        after = last
        some, last = await writer.run(partial(_batch, tools, caps, now, after))
        reminded += some
    expired = await writer.run(lambda conn: invitations.expire(conn, now))
    return Told(reminded, expired)


def _batch(
    tools: Tools, caps: Caps, now: datetime, after: int, conn: Connection
) -> tuple[int, int]:
    """Send some again; gives how many, and the last that was looked at."""
    due = invitations.to_remind(conn, now - AGAIN, now, after, BATCH)
    sent = sum(_again(conn, tools, caps, now, one) for one in due)
    return sent, due[-1].id if due else after


def _again(
    conn: Connection, tools: Tools, caps: Caps, now: datetime, invitation: Invitation
) -> bool:
    tools.db.lock_group(conn, invitation.group_id)
    group = groups.by_id(conn, invitation.group_id, tools.site.domain)
    member = members.find(conn, invitation.group_id, invitation.address)
    if group is None or (member is not None and (member.inside or member.banned)):
        state = invitations.JOINED if member is not None and member.inside else "cancelled"
        invitations.end(conn, invitation.group_id, invitation.address, state, now)
        return False
    counts = facts.letter_counts(conn, tools.db, invitation.address, group.id, now)
    days = (invitation.expires_at - now) // DAY
    if days < 1 or not may_ask(counts, caps):
        return False
    boss = members.find(conn, group.id, invitation.invited_by)
    by = (boss.name if boss is not None else "") or invitation.invited_by
    work = Work(conn, tools, group, _source(invitation, group, now))
    queue_letter(work, invitation_letter(_wish(invitation), by, days, again=True))
    invitations.reminded(conn, invitation.id, now)
    note(work, "invited again", f"{invitation.address} by {invitation.invited_by}")
    return True


def _wish(invitation: Invitation) -> Invite:
    return Invite(
        invitation.address,
        invitation.name,
        invitation.language,
        invitation.delivery,
        invitation.invited_by,
        invitation.words,
        0,
    )


def _source(invitation: Invitation, group: Group, now: datetime) -> Source:
    """The letter answers no mail that just came; the audit names the invitation."""
    return Source(
        envelope_id=f"invitation-{invitation.id}",
        recipient=group.address,
        sender=invitation.invited_by,
        mail_from="",
        raw=b"",
        content=Content(replace(parse(b""), message_id="")),
        received_at=now,
        reply_key="",
        now=now,
    )

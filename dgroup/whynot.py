"""What became of one person's copy of one post, and where there is none, why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, or_, select

from archive.tables import groups, posts
from dgroup.address import comparable
from dgroup.model import Delivery, MemberState
from dgroup.people.muting import muted_lines
from dgroup.tables import addresses, deliveries, fanouts, memberships, mutes, outbox_mails
from dgroup.tracing import TraceLine, copy_words, found_posts


@dataclass(frozen=True, slots=True)
class _Sent:
    """How a post went out."""

    cutoff: int
    cursor: int
    done: bool
    author: int | None


def trace_copy(conn: Connection, address: str, post: str, via: str) -> list[TraceLine]:
    """Tell of the copy of a post (key, Message-ID or address of its page) for whoever has this address.

    One line at least for each group that has the post; empty where none has.
    """
    lines = []
    for found in found_posts(conn, post):
        query = select(posts, groups.c.name).join(groups, groups.c.id == posts.c.group_id)
        row = conn.execute(query.where(posts.c.id == found.id)).one()
        members = _members(conn, row.group_id, address)
        if not members:
            said = "not a member of the group with this address"
            lines.append(TraceLine(row.received_at, row.name, "no copy", address, said))
        for member in members:
            lines += _lines(conn, row, member, via)
    return lines


def _members(conn: Connection, group_id: int, address: str) -> Sequence[Any]:
    wanted = comparable(address)
    same = exists().where(
        addresses.c.person_id == memberships.c.person_id, addresses.c.address == wanted
    )
    query = select(memberships).where(
        memberships.c.group_id == group_id, or_(memberships.c.address == wanted, same)
    )
    return conn.execute(query).all()


def _lines(conn: Connection, post: Any, member: Any, via: str) -> list[TraceLine]:
    query = (
        select(deliveries)
        .join(outbox_mails, outbox_mails.c.id == deliveries.c.outbox_mail_id)
        .where(outbox_mails.c.post_id == post.id, deliveries.c.membership_id == member.id)
        .order_by(deliveries.c.id)
    )
    made = [
        TraceLine(
            row.done_at or row.created_at,
            post.name,
            f"copy {row.state}",
            row.recipient,
            copy_words(row, via),
        )
        for row in conn.execute(query)
    ]
    if made:
        return made
    said = _why_none(conn, post, member)
    return [TraceLine(post.received_at, post.name, "no copy", member.address, said)]


def _why_none(conn: Connection, post: Any, member: Any) -> str:
    """The first reason that holds, as things stand now: settings of that day are not kept."""
    sent = _sent(conn, post.id)
    if sent is None:
        return "the post was not sent by mail, or so long ago that its copies are forgotten"
    if member.id > sent.cutoff:
        return f"left out: joined later ({_time(member.joined_at)})"
    if not sent.done and member.id > sent.cursor:
        return "waiting: the copies of this post are still being made"
    if member.id == sent.author and not member.own_copy:
        return "left out: is the author and wants no copy of own posts"
    if _has_muted(conn, post.id, member.id):
        return "left out: has muted this discussion"
    if member.state == MemberState.PAUSED:
        until = f" until {_time(member.paused_until)}" if member.paused_until else ""
        return f"not sent: paused{until}"
    if member.state != MemberState.ACTIVE:
        return f"not sent: the membership is {member.state}"
    if member.delivery == Delivery.NONE:
        return "not sent: wants no mail"
    if member.delivery != Delivery.EACH:
        return f"not sent by itself: it comes in the {member.delivery} mail"
    return "no copy is known: it was forgotten, or a setting was other then"


def _sent(conn: Connection, post_id: int) -> _Sent | None:
    query = (
        select(fanouts.c.cutoff, fanouts.c.cursor, fanouts.c.done, fanouts.c.author_membership)
        .join(outbox_mails, outbox_mails.c.id == fanouts.c.outbox_mail_id)
        .where(outbox_mails.c.post_id == post_id)
        .order_by(fanouts.c.id)
    )
    row = conn.execute(query).first()
    return None if row is None else _Sent(*row)


def _has_muted(conn: Connection, post_id: int, member: int) -> bool:
    lines = muted_lines(conn, [post_id]).get(post_id, ())
    query = select(mutes.c.thread_id).where(
        mutes.c.membership_id == member, mutes.c.thread_id.in_(lines)
    )
    return conn.execute(query).first() is not None


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"

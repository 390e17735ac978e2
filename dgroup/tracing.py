"""What happened to a mail or a person: for the host by `dgroup trace`, for a coordinator by letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from archive.ids import canonical_message_id, key_of
from archive.model import PostState
from archive.tables import groups, mentions, posts
from dgroup import saying
from dgroup.address import comparable
from dgroup.known import Copy
from dgroup.model import Delivery, Membership
from dgroup.tables import addresses, audit, deliveries, memberships, outbox_mails


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One thing that happened to a mail or to a person."""

    at: datetime
    group: str
    event: str
    who: str
    detail: str


def trace(conn: Connection, wanted: str, limit: int, via: str = "the smarthost") -> list[TraceLine]:
    """Tell what happened, oldest first. `wanted` is an address, a Message-ID, a post's key or the
    address of its page, or an envelope id; for a post its deliveries are told too. `via` names the
    server that our mail leaves through."""
    wanted = _plain(wanted)
    found = found_posts(conn, wanted)
    message_ids = {row.message_id for row in found} | {canonical_message_id(wanted)}
    lines = _audit_lines(conn, wanted, message_ids - {""}, limit)
    lines += _delivery_lines(conn, wanted, [row.id for row in found], limit, via)
    return sorted(lines, key=lambda line: line.at)[-limit:]


def standing(conn: Connection, wanted: str) -> list[TraceLine]:
    """Where somebody is a member, by this address or another one of theirs, and what reaches them."""
    address = comparable(wanted)
    same = select(addresses.c.person_id).where(addresses.c.address == address)
    query = (
        select(memberships, groups.c.name)
        .join(groups, groups.c.id == memberships.c.group_id)
        .where(or_(memberships.c.address == address, memberships.c.person_id.in_(same)))
        .order_by(memberships.c.id)
    )
    return [
        TraceLine(
            row.joined_at,
            row.name,
            row.role,
            row.address,
            f"now {row.state}, {_GETS[row.delivery]}",
        )
        for row in conn.execute(query)
    ]


_GETS = {
    Delivery.EACH: "gets each post",
    Delivery.DAILY: "gets a digest a day",
    Delivery.WEEKLY: "gets the summary of the week",
    Delivery.WEEKLY_FULL: "gets a digest a week",
    Delivery.MONTHLY: "gets a digest a month",
    Delivery.NONE: "gets no posts",
}


def _plain(wanted: str) -> str:
    """The key in a page's address; all else as it is."""
    return wanted.rpartition("/")[2].removesuffix(".html") if "://" in wanted else wanted


def found_posts(conn: Connection, wanted: str) -> Sequence[Any]:
    """Find the posts of all groups that have this key, page or Message-ID."""
    wanted = _plain(wanted)
    names = {wanted.lower(), key_of(canonical_message_id(wanted))}
    query = (
        select(posts.c.id, posts.c.message_id)
        .join(mentions, mentions.c.post_id == posts.c.id)
        .where(
            mentions.c.group_id.in_(select(groups.c.id)),
            mentions.c.key.in_(sorted(names)),
            mentions.c.position == 0,
        )
    )
    return conn.execute(query).all()


def _audit_lines(
    conn: Connection, wanted: str, message_ids: set[str], limit: int
) -> list[TraceLine]:
    about = [
        audit.c.sender == comparable(wanted),
        audit.c.message_id.in_(sorted(message_ids)),
        audit.c.envelope_id == wanted,
    ]
    if "@" in wanted:
        about.append(audit.c.reason.startswith(comparable(wanted), autoescape=True))
    query = (
        select(audit, groups.c.name)
        .outerjoin(groups, groups.c.id == audit.c.group_id)
        .where(or_(*about))
        .order_by(audit.c.id.desc())
        .limit(limit)
    )
    return [
        TraceLine(row.at, row.name or "-", row.event, row.sender or row.recipient, row.reason)
        for row in reversed(conn.execute(query).all())
    ]


def _delivery_lines(
    conn: Connection, wanted: str, post_ids: Sequence[int], limit: int, via: str
) -> list[TraceLine]:
    query = (
        select(deliveries, groups.c.name, outbox_mails.c["class"].label("kind"))
        .join(outbox_mails, outbox_mails.c.id == deliveries.c.outbox_mail_id)
        .outerjoin(groups, groups.c.id == outbox_mails.c.group_id)
        .order_by(deliveries.c.id.desc())
        .limit(limit)
    )
    if post_ids:
        query = query.where(outbox_mails.c.post_id.in_(post_ids))
    elif "@" in wanted:
        query = query.where(func.lower(deliveries.c.recipient) == comparable(wanted))
    else:
        return []
    return [
        TraceLine(
            row.done_at or row.created_at,
            row.name or "-",
            f"{row.kind} {row.state}",
            row.recipient,
            copy_words(row, via),
        )
        for row in reversed(conn.execute(query).all())
    ]


def copy_words(row: Any, via: str) -> str:
    """Say in plain words how one copy, a row of `deliveries`, stands."""
    said = row.last_reply
    if row.state == "sent":
        return f"handed to {via}: {said}"
    if row.state == "failed":
        begin = "given up" if said.startswith(saying.GIVEN_UP) else "refused"
        return f"{begin}: {saying.plainly(said)}"
    if row.state != "pending":
        return f"not sent: {said}"
    if said:
        return f"waiting: {saying.plainly(said)}; next try at {row.not_before:%Y-%m-%d %H:%M}"
    if row.not_before > row.created_at:
        return f"waiting for its turn: its domain gets mail slowly; not before {row.not_before:%Y-%m-%d %H:%M}"
    return "waiting to be sent"


def copies(conn: Connection, member: Membership, last: int) -> tuple[Copy, ...]:
    """Tell what became of a member's copies of the newest posts of their group, newest first."""
    newest = (
        select(posts.c.id, posts.c.number, posts.c.subject, posts.c.received_at)
        .where(posts.c.group_id == member.group_id, posts.c.state == PostState.PUBLISHED)
        .order_by(posts.c.number.desc())
        .limit(last)
        .subquery()
    )
    made = (
        select(newest, deliveries)
        .select_from(newest)
        .outerjoin(outbox_mails, outbox_mails.c.post_id == newest.c.id)
        .outerjoin(
            deliveries,
            and_(
                deliveries.c.outbox_mail_id == outbox_mails.c.id,
                deliveries.c.membership_id == member.id,
            ),
        )
        .order_by(newest.c.number.desc(), deliveries.c.id.desc())
    )
    found: dict[int, Copy] = {}
    for row in conn.execute(made):
        if row.number not in found or not found[row.number].state:
            found[row.number] = _copy(row)
    return tuple(found.values())


def _copy(row: Any) -> Copy:
    return Copy(
        number=row.number,
        subject=row.subject,
        received_at=row.received_at,
        state=row.state or "",
        attempts=row.attempts or 0,
        at=row.done_at or row.created_at,
        reply=row.last_reply or "",
    )

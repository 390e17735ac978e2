"""Reads what a private mail to an alias is decided by."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, func, or_, select

from archive.model import PostState
from archive.tables import posts
from dgroup.address import is_sendable
from dgroup.alias import Named
from dgroup.effects import OutcomeKind
from dgroup.incoming import Incoming, LetterCounts
from dgroup.model import Group, Membership, MemberState
from dgroup.people import members
from dgroup.relaying import TO_AUTHOR, AliasFacts, Reached, to_author
from dgroup.tables import addresses, audit

HOUR = timedelta(hours=1)


def author(conn: Connection, group: Group, named: Named | None) -> Reached | None:
    """Give whom an alias stands for; None where they left the group, or their post was taken down."""
    if named is None:
        return None
    if named.kind == "post":
        return _author_of_post(conn, group, named.row)
    found = members.by_id(conn, named.row)
    if found is None or found.group_id != group.id or not found.inside:
        return None
    return Reached(found.address, found.id)


def _author_of_post(conn: Connection, group: Group, post_id: int) -> Reached | None:
    """Somebody who was no member then; since they may have joined, left or been banned."""
    query = select(posts.c.author_address).where(
        posts.c.id == post_id,
        posts.c.group_id == group.id,
        posts.c.state == PostState.PUBLISHED,
    )
    address = conn.execute(query).scalar_one_or_none()
    if not address or not is_sendable(address):
        return None
    member = members.find(conn, group.id, address)
    if member is None or member.state is MemberState.LEFT:
        return Reached(address)
    return Reached(member.address, member.id) if member.inside else None


def alias_facts(
    conn: Connection,
    mail: Incoming,
    group: Group,
    named: Named | None,
    letters: LetterCounts,
) -> AliasFacts:
    """Read what `relaying.plan_relay` needs. The caller holds the group's lock."""
    writer = members.find(conn, group.id, mail.sender) if mail.sender else None
    return AliasFacts(
        group=group,
        author=author(conn, group, named),
        writer=writer,
        relayed=_relayed(conn, mail, group, writer) if writer is not None else 0,
        duplicate=_is_duplicate(conn, mail),
        letters=letters,
    )


def _relayed(conn: Connection, mail: Incoming, group: Group, writer: Membership) -> int:
    """The log of outcomes counts them: no table of its own can differ from it. Whatever address a
    person writes from, the number is theirs."""
    theirs = select(addresses.c.address).where(addresses.c.person_id == writer.person_id)
    query = select(func.count()).where(
        or_(audit.c.sender == mail.sender, audit.c.sender.in_(theirs)),
        audit.c.at > mail.envelope.received_at - HOUR,
        audit.c.group_id == group.id,
        audit.c.event == OutcomeKind.FORWARDED,
        audit.c.reason.startswith(TO_AUTHOR),
    )
    count: int = conn.execute(query).scalar_one()
    return count


def _is_duplicate(conn: Connection, mail: Incoming) -> bool:
    query = select(audit.c.id).where(
        audit.c.message_id == mail.message.message_id,
        audit.c.recipient == mail.route.address,
        audit.c.event == OutcomeKind.FORWARDED,
        audit.c.reason == to_author(mail),
    )
    return conn.execute(query.limit(1)).first() is not None

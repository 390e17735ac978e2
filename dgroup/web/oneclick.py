"""Leaving by the link of a copy (RFC 8058): the same plan and effects as the leave command by mail,
so that audit, UNDO letter and the rule of the last coordinator hold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from email.message import Message
from email.parser import BytesParser
from urllib.parse import parse_qsl

from sqlalchemy import Connection

from archive.content import Content
from archive.parse import parse
from dgroup import groups
from dgroup.address import command_address, comparable
from dgroup.apply import Source, Tools, Work, apply
from dgroup.commands import leave as command
from dgroup.commands.base import Caps, Request
from dgroup.facts import reads as facts
from dgroup.incoming import Answer, Incoming, Reading
from dgroup.model import Alignment, Envelope, Group, Membership, Route, RouteKind, Verdicts
from dgroup.people import members

FIELD = "List-Unsubscribe"
VALUE = "One-Click"
MAX_FIELDS = 10


@dataclass(frozen=True, slots=True)
class Leaver:
    """Whom a leave link names, and the group that they are or were in."""

    group: Group
    member: Membership


@dataclass(frozen=True, slots=True)
class Click:
    """One request that acts: its id for the audit, the client's address, when it came (UTC)."""

    id: str
    peer: str
    at: datetime


def asks_to_leave(content_type: str, body: bytes) -> bool:
    """Tell whether a body says `List-Unsubscribe=One-Click`.

    RFC 8058 3.2: senders of one-click requests use multipart/form-data or
    application/x-www-form-urlencoded; both must be understood.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return _multipart_says(content_type, body)
    try:
        fields = parse_qsl(body.decode("ascii"), max_num_fields=MAX_FIELDS)
    except ValueError:  # not ASCII, or more fields than any form of ours has
        return False
    return any(name == FIELD and value == VALUE for name, value in fields)


def _multipart_says(content_type: str, body: bytes) -> bool:
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    parts = BytesParser().parsebytes(head + body).get_payload()
    if not isinstance(parts, list):
        return False
    return any(_part_says(part) for part in parts[:MAX_FIELDS] if isinstance(part, Message))


def _part_says(part: Message) -> bool:
    name = part.get_param("name", header="content-disposition")
    value = part.get_payload(decode=True)
    return name == FIELD and isinstance(value, bytes) and value.strip() == VALUE.encode("ascii")


def find(conn: Connection, membership_id: int, domain: str) -> Leaver | None:
    """Give whom a token's membership id names; None where the row or its group is gone."""
    member = members.by_id(conn, membership_id)
    group = groups.by_id(conn, member.group_id, domain) if member is not None else None
    if member is None or group is None:
        return None
    return Leaver(group, member)


def leave(
    conn: Connection, tools: Tools, caps: Caps, membership_id: int, click: Click
) -> Work | None:
    """Take the member out at once; somebody who is out already stays out and is told nothing.

    Gives the work done (whether it queued mail), or None for an id that names nobody. Call it in a
    write transaction.
    """
    found = find(conn, membership_id, tools.site.domain)
    if found is None:
        return None
    tools.db.lock_group(conn, found.group.id)
    mail = _as_mail(found, click, tools.site.domain)
    reading = Reading("leave", (), Answer.EMPTY, "")
    known = facts.command_facts(conn, tools.db, mail, reading, found.group, membership_id)
    work = Work(conn, tools, found.group, Source.of(mail))
    apply(work, command.COMMAND.plan(Request(mail, reading, known, caps)))
    return work


def _as_mail(found: Leaver, click: Click, domain: str) -> Incoming:
    """The click as the empty command mail that it stands for. No token is kept or logged."""
    address = command_address(found.group.name, "leave", domain)
    envelope = Envelope(
        id=click.id,
        mail_from="",
        rcpt=(address,),
        raw=b"",
        received_at=click.at,
        peer=click.peer,
        helo="",
        smtputf8=False,
        trusted_front=False,
    )
    route = Route(RouteKind.COMMAND, address, found.group.name, "leave")
    content = Content(replace(parse(b""), message_id=""))
    sender = comparable(found.member.address)
    verdicts = Verdicts(Alignment.NONE, evidence="one-click")
    return Incoming(envelope, route, content, verdicts, sender)

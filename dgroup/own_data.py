"""All that is kept about a person, mailed to them: one JSON file, and a table of their posts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from archive import fetching, ids
from archive.tables import groups, threads
from dgroup.address import mentions
from dgroup.effects import Attachment, QueueLetter, SendData
from dgroup.facts.data import addresses_of
from dgroup.mailing import queue_letter
from dgroup.spreadsheet import as_csv
from dgroup.tables import (
    addresses,
    audit,
    bounces,
    codes,
    holds,
    invitations,
    letter_log,
    memberships,
    mutes,
    persons,
)
from dgroup.work import Work

MOST_LINES = 10_000
"""lines of the log; the newest"""
LOOK_BACK = 300_000
"""lines of the log that are searched for a mention: there is no index on what they say"""
_SECRET = frozenset({"hash", "payload", "reference", "tries"})
_COLUMNS = ("group", "number", "date", "subject", "link")


def send(work: Work, effect: SendData) -> None:
    """Gather it and queue the letter to the registered address that asked."""
    theirs = addresses_of(work.conn, effect.person_id)
    written = _posts(work, theirs)
    files = (
        Attachment("my-data.json", "application/json", _as_json(work.conn, effect, theirs)),
        Attachment("my-posts.csv", "text/csv; charset=utf-8", as_csv(_COLUMNS, written)),
    )
    values = (("count", len(written)), ("addresses", tuple((one,) for one in theirs)))
    queue_letter(
        work,
        QueueLetter("data", effect.address, effect.language, values, attachments=files),
    )


def _as_json(conn: Connection, effect: SendData, theirs: Sequence[str]) -> bytes:
    person, member = effect.person_id, memberships.c.person_id == effect.person_id
    in_group = select(groups.c.name.label("group"), memberships)
    muted = select(groups.c.name.label("group"), threads.c.path)
    found = {
        "person": _rows(conn, select(persons).where(persons.c.id == person)),
        "addresses": _rows(conn, select(addresses).where(addresses.c.person_id == person)),
        "memberships": _rows(
            conn, in_group.join(groups, groups.c.id == memberships.c.group_id).where(member)
        ),
        "mails that came back": _rows(
            conn,
            select(bounces)
            .join(memberships, memberships.c.id == bounces.c.membership_id)
            .where(member)
            .order_by(bounces.c.id),
        ),
        "muted threads": _rows(
            conn,
            muted.join(mutes, mutes.c.thread_id == threads.c.id)
            .join(groups, groups.c.id == threads.c.group_id)
            .join(memberships, memberships.c.id == mutes.c.membership_id)
            .where(member),
        ),
        "invitations": _of(conn, select(invitations), invitations.c.address, theirs),
        "questions": _of(conn, select(codes), codes.c.address, theirs),
        "letters": _of(conn, select(letter_log), letter_log.c.address, theirs),
        "held mails": _of(conn, select(holds), holds.c.sender, theirs),
        "log": _log(conn, theirs),
    }
    return json.dumps(found, indent=1, ensure_ascii=False, default=_plain).encode()


def _log(conn: Connection, theirs: Sequence[str]) -> list[dict[str, Any]]:
    """What they sent, and what was noted about them."""
    newest = conn.execute(select(func.max(audit.c.id))).scalar_one() or 0
    says = [func.lower(audit.c.reason).contains(one, autoescape=True) for one in theirs]
    mentioned: ColumnElement[bool] = (audit.c.id > newest - LOOK_BACK) & or_(False, *says)
    either = or_(audit.c.sender.in_(theirs), mentioned)
    rows = _rows(conn, select(audit).where(either).order_by(audit.c.id.desc()).limit(MOST_LINES))
    pattern = mentions(theirs)  # the database finds ana@ngo.example too where a@ngo.example asks
    return [row for row in rows if row["sender"] in theirs or pattern.search(row["reason"])]


def _of(
    conn: Connection, query: Select[Any], column: ColumnElement[str], theirs: Sequence[str]
) -> list[dict[str, Any]]:
    return _rows(conn, query.where(func.lower(column).in_(theirs)))


def _rows(conn: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in row.items() if name not in _SECRET}
        for row in conn.execute(query).mappings()
    ]


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _posts(work: Work, theirs: Sequence[str]) -> list[tuple[str, ...]]:
    """Their posts in all groups of the host: one look through all posts, for a person who asked."""
    base = work.tools.site.base_url
    names = {row.id: row for row in work.conn.execute(select(groups.c.id, groups.c.name))}
    found = fetching.authored(work.conn, theirs, 0, 2**62)
    return [
        (
            names[post.group_id].name,
            str(post.number),
            post.received_at.isoformat(),
            post.subject,
            ids.message_url(base, names[post.group_id].name, post.key),
        )
        for post in found
    ]

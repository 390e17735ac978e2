"""Look-ups for coordinators' commands about people: what happened before with the people of a list,
where else they are members, whom an invitation asked, what an undo is about.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from archive.tables import groups
from dgroup.address import comparable
from dgroup.caps import DAY, counted
from dgroup.commands import payload
from dgroup.incoming import Code, CommandFacts, Known, LetterCounts, Reading
from dgroup.known import Elsewhere, InvitedFacts, ListFacts, Past, RemoveFacts, UndoFacts
from dgroup.model import MemberState, Role
from dgroup.people import invitations, members
from dgroup.tables import codes, letter_log, memberships

MAX_TRIES = 5
_CHUNK = 500
_DOMAINS_OF = 5000
"""members whose mail domains are looked at: the newest ones, so that a list costs the same in
every group"""
_REFERENCE = re.compile(r"[A-Z2-7]{4}-[A-Z2-7]{4}")


# --- Lists --------------------------------------------------------------------------------------


def list_facts(conn: Connection, facts: CommandFacts, asked: Reading) -> ListFacts:
    """Read what happened before with each person of the list."""
    group_id, now = facts.group.id, facts.now
    keys = [comparable(one.address) for one in facts.people]
    ids = [one.membership.id for one in facts.people if one.membership is not None]
    history = _history(conn, ids)
    invited = invitations.open_for(conn, group_id, keys, now)
    counted = _letters(conn, keys, group_id, now)
    past = tuple(
        Past(
            *history.get(one.membership.id if one.membership else 0, (None, None)),
            invitation=invited.get(key),
            letters=counted.get(key, LetterCounts()),
        )
        for one, key in zip(facts.people, keys, strict=True)
    )
    return ListFacts(past, _domains(conn, group_id))


_History = tuple[datetime | None, datetime | None]


def _history(conn: Connection, ids: Sequence[int]) -> dict[int, _History]:
    """When each of these memberships ended, and when mail to it last came back."""
    found = {}
    for start in range(0, len(ids), _CHUNK):
        query = select(memberships.c.id, memberships.c.left_at, memberships.c.last_bounce_at).where(
            memberships.c.id.in_(ids[start : start + _CHUNK])
        )
        found.update({row.id: (row.left_at, row.last_bounce_at) for row in conn.execute(query)})
    return found


def _letters(
    conn: Connection, keys: Sequence[str], group_id: int, now: datetime
) -> dict[str, LetterCounts]:
    """Count the letters of the last 24 hours to each address, for the caps on invitations."""
    rows: dict[str, list[Any]] = {}
    for start in range(0, len(keys), _CHUNK):
        query = select(letter_log.c.address, letter_log.c.group_id, letter_log.c.kind).where(
            letter_log.c.address.in_(keys[start : start + _CHUNK]), letter_log.c.at > now - DAY
        )
        for row in conn.execute(query):
            rows.setdefault(row.address, []).append(row)
    return {key: counted(some, group_id) for key, some in rows.items()}


def _domains(conn: Connection, group_id: int) -> tuple[tuple[str, int], ...]:
    query = (
        select(memberships.c.address)
        .where(memberships.c.group_id == group_id, memberships.c.state == MemberState.ACTIVE)
        .order_by(memberships.c.id.desc())
        .limit(_DOMAINS_OF)
    )
    counted = Counter(one.rpartition("@")[2].lower() for one in conn.execute(query).scalars())
    return tuple(sorted(counted.items()))


# --- Other groups -------------------------------------------------------------------------------


def remove_facts(conn: Connection, facts: CommandFacts, asked: Reading) -> RemoveFacts:
    """Read where else the people are, among the groups that the same coordinator runs; nothing
    unless all groups are meant."""
    boss = facts.member
    if asked.options.group != "all" or boss is None:
        return RemoveFacts(())
    mine = _run_by(conn, boss.person_id, facts.group.id)
    found = []
    for group_id, name in mine:
        inside = members.find_all(conn, group_id, [one.address for one in facts.people])
        every = {one.id: one for one in inside.values() if one.inside}
        found += [Elsewhere(name, one) for one in every.values()]
    return RemoveFacts(tuple(found))


def _run_by(conn: Connection, person_id: int, but: int) -> list[tuple[int, str]]:
    """The other groups that a person coordinates, by id: locks are taken in this order."""
    query = (
        select(groups.c.id, groups.c.name)
        .join(memberships, memberships.c.group_id == groups.c.id)
        .where(
            memberships.c.person_id == person_id,
            memberships.c.role == Role.COORDINATOR,
            memberships.c.state.in_([MemberState.ACTIVE, MemberState.PAUSED]),
            groups.c.id != but,
        )
        .order_by(groups.c.id)
    )
    return [(row.id, row.name) for row in conn.execute(query)]


# --- Codes --------------------------------------------------------------------------------------


def invited_facts(conn: Connection, facts: CommandFacts, asked: Reading) -> InvitedFacts:
    """Read the invitation that a code answers."""
    if facts.code is None:
        return InvitedFacts(None)
    key = comparable(facts.code.address)
    return InvitedFacts(invitations.open_for(conn, facts.group.id, [key], facts.now).get(key))


def undo_facts(conn: Connection, facts: CommandFacts, asked: Reading) -> UndoFacts:
    """Read the offer to undo that is meant: the one with the reference named, else the newest."""
    member = facts.member
    if member is None or not member.inside:
        return UndoFacts(None, ())
    where = [
        codes.c.group_id == facts.group.id,
        codes.c.action == "undo",
        func.lower(codes.c.address) == comparable(member.address),
        codes.c.used_at.is_(None),
        codes.c.expires_at > facts.now,
    ]
    wanted = (asked.reference or asked.options.target).upper()
    if _REFERENCE.fullmatch(wanted):
        where += [codes.c.reference == wanted, codes.c.tries < MAX_TRIES]
    row = conn.execute(select(codes).where(*where).order_by(codes.c.id.desc()).limit(1)).first()
    if row is None:
        return UndoFacts(None, ())
    code = code_of(row)
    people = payload.read(code.payload).people
    found = members.find_all(conn, facts.group.id, [one.address for one in people])
    known = [Known(one.address, one.name, found.get(comparable(one.address))) for one in people]
    return UndoFacts(code, tuple(known))


def code_of(row: Row[Any]) -> Code:
    """Give a row of the codes as a value."""
    return Code(
        id=row.id,
        group_id=row.group_id,
        action=row.action,
        address=row.address,
        payload=row.payload,
        reference=row.reference,
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
    )


LOOKUPS: Mapping[str, Callable[[Connection, CommandFacts, Reading], object]] = {
    "list": list_facts,
    "remove": remove_facts,
    "invited": invited_facts,
    "undo": undo_facts,
}

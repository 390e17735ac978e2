"""All reads that a plan needs, inside the transaction that will apply it (RULINGS 2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import Connection, Row, func, select

from archive import store
from dgroup import members, tokens
from dgroup.incoming import Code, CommandFacts, Incoming, Known, Named, PostFacts, Reading
from dgroup.model import Group, Membership, MemberState
from dgroup.tables import codes, holds, letter_log

DAY = timedelta(days=1)
ASKING = ("join-confirm", "leave-confirm", "join-to-publish", "did-you-send")
"""letters that count as confirmations for the caps"""


@dataclass(frozen=True, slots=True)
class LetterCounts:
    """Letters that an address got in the last 24 hours."""

    letters: int
    confirmations_here: int
    confirmations: int


def post_facts(conn: Connection, mail: Incoming, group: Group) -> PostFacts:
    """Read what `plan.plan_post` needs. The caller holds the group's lock."""
    member = members.find(conn, group.id, mail.sender) if mail.sender else None
    message = mail.message
    same = store.find_duplicate(conn, group.id, message.message_id, message.digest)
    parent = mail.route.reply_key
    if parent and store.post_by_key(conn, group.id, parent) is None:
        parent = ""
    counts = _quiet_counts(conn, mail, group, member)
    return PostFacts(
        group=group,
        member=member,
        banned=member is not None and member.state is MemberState.BANNED,
        duplicate_of=same.post_id if same is not None and not same.imposter else None,
        imposter=same is not None and same.imposter,
        waiting_hold=_is_held(conn, group.id, message.message_id, message.digest),
        letters_today=counts.letters,
        confirmations_today_group=counts.confirmations_here,
        confirmations_today=counts.confirmations,
        parent_key=parent,
    )


def _quiet_counts(
    conn: Connection, mail: Incoming, group: Group, member: Membership | None
) -> LetterCounts:
    address = member.address if member is not None else mail.sender
    return letter_counts(conn, address, group.id, mail.envelope.received_at)


def letter_counts(conn: Connection, address: str, group_id: int, now: datetime) -> LetterCounts:
    """Count the letters of the last 24 hours to `address`, from all groups."""
    query = select(letter_log.c.group_id, letter_log.c.kind).where(
        letter_log.c.address == members.comparable(address), letter_log.c.at > now - DAY
    )
    rows = conn.execute(query).all()
    asked = [row.group_id for row in rows if row.kind in ASKING]
    return LetterCounts(len(rows), asked.count(group_id), len(asked))


def _is_held(conn: Connection, group_id: int, message_id: str, digest: str) -> bool:
    query = select(holds.c.id).where(
        holds.c.group_id == group_id,
        holds.c.message_id == message_id,
        holds.c.digest == digest,
        holds.c.state == "waiting",
    )
    return conn.execute(query).first() is not None


def command_facts(
    conn: Connection, mail: Incoming, reading: Reading, group: Group, token_member: int | None
) -> CommandFacts:
    """Read what `plan.plan_command` needs; `token_member` is the id that a leave token names."""
    now = mail.envelope.received_at
    member = members.find(conn, group.id, mail.sender) if mail.sender else None
    code = find_code(conn, group.id, reading, mail.sender)
    named = members.by_id(conn, token_member) if token_member is not None else None
    if named is not None and named.group_id != group.id:
        named = None
    if code is not None:
        named = members.find(conn, group.id, code.address)
    counts = letter_counts(conn, member.address if member else mail.sender, group.id, now)
    return CommandFacts(
        group=group,
        member=member,
        token_member=named,
        code=code,
        people=tuple(known(conn, group, person) for person in reading.people),
        coordinators=members.coordinators(conn, group.id),
        waiting=_waiting(conn, group.id, code) if code is not None else (),
        letters_today=counts.letters,
        confirmations_today_group=counts.confirmations_here,
        confirmations_today=counts.confirmations,
        now=now,
    )


def known(conn: Connection, group: Group, person: Named) -> Known:
    """Check an address that a command names and look it up."""
    try:
        validate_email(
            person.address,
            check_deliverability=False,
            test_environment=True,
            allow_smtputf8=True,
            strict=True,
        )
    except EmailNotValidError:
        return Known(person.address, person.name, None, "syntax")
    domain = group.address.partition("@")[2]
    if person.address.lower().rpartition("@")[2] == domain.lower():
        return Known(person.address, person.name, None, "ours")
    return Known(person.address, person.name, members.find(conn, group.id, person.address))


def find_code(conn: Connection, group_id: int, reading: Reading, sender: str) -> Code | None:
    """Find the code of a reply: the whole code, or its short reference from the address it was
    sent to (RULINGS 8)."""
    if reading.code:
        where = codes.c.hash == tokens.hash_code(reading.code)
    elif reading.reference and sender:
        mine = func.lower(codes.c.address) == members.comparable(sender)
        where = (codes.c.reference == reading.reference) & mine
    else:
        return None
    query = select(codes).where(where, codes.c.group_id == group_id).order_by(codes.c.id.desc())
    row = conn.execute(query).first()
    return _code(row) if row else None


def _code(row: Row[Any]) -> Code:
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


def _waiting(conn: Connection, group_id: int, code: Code) -> tuple[int, ...]:
    """Held posts that a yes publishes: the address's own, or exactly the one that was asked about."""
    wanted: Sequence[Any]
    if code.action == "join":
        wanted = (
            holds.c.reason == "not-a-member",
            func.lower(holds.c.sender) == members.comparable(code.address),
        )
    elif code.action == "publish":
        wanted = (holds.c.digest == code.payload,)
    else:
        return ()
    query = select(holds.c.id).where(
        holds.c.group_id == group_id, holds.c.state == "waiting", *wanted
    )
    return tuple(conn.execute(query.order_by(holds.c.id)).scalars())


def owner_addresses(conn: Connection, group_id: int, host_contact: str) -> tuple[str, ...]:
    """Whom a mail to -owner reaches: the coordinators, else the host (RULINGS 3)."""
    people = tuple(boss.address for boss in members.coordinators(conn, group_id))
    return people or ((host_contact,) if host_contact else ())

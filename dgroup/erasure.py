"""Erasure of a person: they are out at once, in the transaction of their yes; their posts and what the
logs say of them go afterwards in small steps, so that nobody's mail waits (RULINGS 2).

A row of `job_runs` carries the work over restarts; it holds their addresses until the end.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from archive import fetching
from archive.db import Database, for_claim
from archive.rawmail import purge_raw
from archive.tables import mails, posts
from dgroup import groups, mailing
from dgroup.address import mentions
from dgroup.changes import Erase
from dgroup.effects import TellGroup, TellHost
from dgroup.facts.data import addresses_of, alone_in
from dgroup.model import MailClass
from dgroup.outbox import PENDING
from dgroup.people import bans
from dgroup.tables import (
    audit,
    codes,
    deliveries,
    endings,
    holds,
    invitations,
    job_runs,
    letter_log,
    memberships,
    outbox_mails,
    persons,
    quarantine,
    refusals,
)
from dgroup.takedown import take_down
from dgroup.work import Work

JOB = "erase"
SPAN = 10_000
"""rows that one step looks through"""
AT_ONCE = 20
"""posts that one step takes down"""
_DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Erasing:
    """How far an erasure is."""

    person: int
    addresses: tuple[str, ...]
    """lower-cased"""
    phase: str = "posts"
    """posts, deliveries, audit, rest"""
    after: int = 0
    """highest row id that was looked at in this phase"""
    last: int = 0
    """highest row id of this phase: who has the address later is another person"""
    gone: int = 0
    """posts taken down"""


# --- At once ----------------------------------------------------------------------------------


def begin(work: Work, effect: Erase) -> None:
    """Forget the person: settings, addresses, codes, letters that wait. Where they are banned they stay so
    (`bans`). The rest is left to `step`."""
    conn, person = work.conn, effect.person_id
    theirs = addresses_of(conn, person)
    _tell_orphaned(work, person)
    _drop_mail(conn, person, theirs)
    conn.execute(delete(letter_log).where(letter_log.c.address.in_(theirs)))
    conn.execute(delete(codes).where(func.lower(codes.c.address).in_(theirs)))
    conn.execute(delete(invitations).where(func.lower(invitations.c.address).in_(theirs)))
    bans.keep(conn, person, theirs, work.source.now)
    conn.execute(delete(persons).where(persons.c.id == person))
    last = conn.execute(select(func.max(posts.c.id))).scalar_one() or 0
    state = Erasing(person, tuple(theirs), last=last)
    conn.execute(
        insert(job_runs).values(
            job=JOB,
            group_id=0,
            period=str(person),
            claimed_at=work.source.now,
            result=json.dumps(asdict(state)),
        )
    )


def _tell_orphaned(work: Work, person: int) -> None:
    """The last coordinator cannot leave silently (RULINGS 3); who it was, nobody is told again."""
    for group_id, _ in alone_in(work.conn, person):
        group = groups.by_id(work.conn, group_id, work.tools.site.domain)
        assert group is not None  # it has a coordinator
        there = Work(work.conn, work.tools, group, work.source)
        mailing.tell_group(there, TellGroup("no-coordinator", ()))
        mailing.tell_host(there, TellHost("no-coordinator-host", (("who", ""),)))


def _drop_mail(conn: Connection, person: int, theirs: Sequence[str]) -> None:
    own = select(memberships.c.id).where(memberships.c.person_id == person)
    to_them = or_(
        deliveries.c.membership_id.in_(own), func.lower(deliveries.c.recipient).in_(theirs)
    )
    waiting = update(deliveries).where(deliveries.c.state == PENDING, to_them)
    conn.execute(waiting.values(state="dropped", last_reply="erased"))


# --- In steps ---------------------------------------------------------------------------------


def is_erasing(conn: Connection) -> bool:
    """Tell whether an erasure waits to go on: a cheap question before a write is tried."""
    open_one = (job_runs.c.job == JOB) & job_runs.c.done_at.is_(None)
    return conn.execute(select(job_runs.c.period).where(open_one).limit(1)).first() is not None


def step(db: Database, conn: Connection, domain: str, now: datetime) -> bool:
    """Do the next small part of an erasure; tells whether there was one. In a write transaction."""
    open_one = (job_runs.c.job == JOB) & job_runs.c.done_at.is_(None)
    chosen = select(job_runs).where(open_one).order_by(job_runs.c.claimed_at).limit(1)
    row = conn.execute(for_claim(chosen)).first()
    if row is None:
        return False
    state = _state(row)
    if state.phase == "posts":
        state = _posts(db, conn, domain, state, now)
    elif state.phase == "deliveries":
        state = _deliveries(conn, state)
    elif state.phase == "audit":
        state = _audit(conn, state)
    else:
        _rest(conn, state)
        _save(conn, row, f"posts={state.gone}", now)
        return True
    _save(conn, row, json.dumps(asdict(state)), None)
    return True


def _state(row: Row[Any]) -> Erasing:
    data = json.loads(row.result)
    return Erasing(**data | {"addresses": tuple(data["addresses"])})


def _save(conn: Connection, row: Row[Any], result: str, done: datetime | None) -> None:
    this = (job_runs.c.job == JOB) & (job_runs.c.period == row.period)
    conn.execute(update(job_runs).where(this).values(result=result, done_at=done))


def _posts(db: Database, conn: Connection, domain: str, state: Erasing, now: datetime) -> Erasing:
    upper = min(state.after + SPAN, state.last)
    found = fetching.authored(conn, state.addresses, state.after + 1, upper)
    some = found[:AT_ONCE]
    for post in some:
        group = groups.by_id(conn, post.group_id, domain)
        if group is not None:
            take_down(db, conn, group, post.key, now)
    reached = some[-1].id if len(found) > len(some) else upper
    state = replace(state, after=reached, gone=state.gone + len(some))
    return state if reached < state.last else _next(conn, state, "deliveries")


def _deliveries(conn: Connection, state: Erasing) -> Erasing:
    """What was sent to them: the rows, and letters that were for them alone. The last letter stays
    until it is sent; then it is forgotten with all other deliveries."""
    upper = min(state.after + SPAN, state.last)
    theirs = select(deliveries.c.id, deliveries.c.outbox_mail_id).where(
        deliveries.c.id.between(state.after + 1, upper),
        deliveries.c.state != PENDING,
        func.lower(deliveries.c.recipient).in_(state.addresses),
    )
    rows = conn.execute(theirs).all()
    ids = [row.id for row in rows]
    conn.execute(delete(deliveries).where(deliveries.c.id.in_(ids)))
    conn.execute(delete(refusals).where(refusals.c.delivery_id.in_(ids)))
    others = select(deliveries.c.id).where(deliveries.c.outbox_mail_id == outbox_mails.c.id)
    letters = delete(outbox_mails).where(
        outbox_mails.c.id.in_([row.outbox_mail_id for row in rows]),
        outbox_mails.c["class"] == MailClass.LETTER,
        ~others.exists(),
    )
    conn.execute(letters)
    state = replace(state, after=upper)
    return state if upper < state.last else _next(conn, state, "audit")


def _audit(conn: Connection, state: Erasing) -> Erasing:
    """The log keeps what happened, under a name that says nothing."""
    upper = min(state.after + SPAN, state.last)
    says = [func.lower(audit.c.reason).contains(one, autoescape=True) for one in state.addresses]
    chosen = select(audit.c.id, audit.c.sender, audit.c.reason).where(
        audit.c.id.between(state.after + 1, upper),
        or_(func.lower(audit.c.sender).in_(state.addresses), *says),
    )
    alias, wanted = _alias(state), mentions(state.addresses)
    for row in conn.execute(chosen).all():
        values = {"sender": wanted.sub(alias, row.sender), "reason": wanted.sub(alias, row.reason)}
        conn.execute(update(audit).where(audit.c.id == row.id).values(values))
    state = replace(state, after=upper)
    return state if upper < state.last else _next(conn, state, "rest")


def _next(conn: Connection, state: Erasing, phase: str) -> Erasing:
    table = {"deliveries": deliveries, "audit": audit}.get(phase)
    last = 0
    if table is not None:
        last = conn.execute(select(func.max(table.c.id))).scalar_one() or 0
    return replace(state, phase=phase, after=0, last=last)


def _rest(conn: Connection, state: Erasing) -> None:
    """Held mails and quarantine: the mails go, the rows say nothing of them."""
    theirs = state.addresses
    mine = or_(func.lower(holds.c.sender).in_(theirs), func.lower(holds.c.answer_to).in_(theirs))
    for mail_id in conn.execute(select(holds.c.mail_id).where(mine)).scalars().all():
        purge_raw(conn, mail_id)
    blank = {"subject": "", "sender": "", "answer_to": "", "because": "", "state": _DISCARDED}
    conn.execute(update(holds).where(mine).values(blank))
    decided = func.lower(holds.c.decided_by).in_(theirs)
    conn.execute(update(holds).where(decided).values(decided_by=_alias(state)))
    sent = (
        select(quarantine.c.mail_id)
        .join(mails, mails.c.id == quarantine.c.mail_id)
        .where(func.lower(mails.c.mail_from).in_(theirs))
    )
    found = list(conn.execute(sent).scalars())
    for mail_id in found:
        purge_raw(conn, mail_id)
    gone = update(quarantine).where(quarantine.c.mail_id.in_(found))
    conn.execute(gone.values(state=_DISCARDED))
    invited = func.lower(invitations.c.invited_by).in_(theirs)
    conn.execute(update(invitations).where(invited).values(invited_by=_alias(state)))
    ended = func.lower(endings.c.asked_by).in_(theirs)
    conn.execute(update(endings).where(ended).values(asked_by=_alias(state)))
    _codes_of_others(conn, state)
    conn.execute(delete(letter_log).where(letter_log.c.address.in_(theirs)))


def _codes_of_others(conn: Connection, state: Erasing) -> None:
    """A coordinator's open UNDO may name them: it stays good for the others of its list."""
    says = [func.lower(codes.c.payload).contains(one, autoescape=True) for one in state.addresses]
    chosen = select(codes.c.id, codes.c.payload).where(or_(False, *says))
    for row in conn.execute(chosen).all():
        data = json.loads(row.payload)
        data["people"] = [
            [_alias(state), ""] if str(one[0]).lower() in state.addresses else one
            for one in data.get("people", [])
        ]
        text = mentions(state.addresses).sub(_alias(state), json.dumps(data))
        conn.execute(update(codes).where(codes.c.id == row.id).values(payload=text))


def _alias(state: Erasing) -> str:
    """A name that says nothing, the same wherever they stood."""
    return f"erased-{state.person}"

"""Expansion: a mail to a group becomes one delivery row a recipient, in chunks (invariant 5, RULINGS 2).

Many open fan-outs cost as many statements as one: under a stream of posts to small groups the sender
must not take the writer away from those that come in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
    update,
)

from archive.db import Database, for_claim, inserting_from
from archive.quick import Quick
from archive.types import Among, BigId
from dgroup.audience import readers_of, shape_of
from dgroup.editions import WISHES
from dgroup.model import Delivery, MailClass, MemberState, OutboxItem
from dgroup.outbox import KEPT, LIGHT, OTHERS, PENDING
from dgroup.people.muting import muted_lines
from dgroup.tables import deliveries, fanouts, memberships, mutes, outbox_mails, persons
from dgroup.tables_outbox import spoken_mails

CHUNK = 1000
_DELIVERY_COLUMNS = (
    "outbox_mail_id",
    "membership_id",
    "recipient",
    "envelope_from",
    "state",
    "not_before",
    "created_at",
    "claimed_until",
    "claimed_by",
)
_MADE = (
    deliveries.c.id,
    deliveries.c.outbox_mail_id,
    deliveries.c.membership_id,
    deliveries.c.recipient,
)
Kind = tuple[MailClass, str, tuple[int, ...], str, bool]
"""class and variant of mails to groups, the threads whose muting members get no copy, the domains whose
members get the author's own From, and whether there are copies in other languages"""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who takes deliveries, and until when they are not given to another node."""

    node: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Fanout:
    """A mail to a whole group, expanded up to the membership id `cursor`."""

    id: int
    mail_id: int
    group_id: int
    mail_class: MailClass
    variant: str
    """'' for everybody, 'fr' for readers of French, '!fr,es' for all others; of a digest
    the words of `dgroup.audience`, without the people that they name"""
    cutoff: int
    cursor: int
    author_membership: int | None
    created_at: datetime
    muted: tuple[int, ...] = ()
    """the threads of a post that members have muted, the memberships that words about a digest name;
    empty for nearly all"""
    kept_for: str = ""
    """domains, between commas, whose members get the author's own From; '' for nearly all"""
    spoken: bool = False
    """there are copies in other languages than the group's"""

    @property
    def kind(self) -> Kind:
        """What decides who of the group gets it."""
        return self.mail_class, self.variant, self.muted, self.kept_for, self.spoken


@dataclass(frozen=True, slots=True)
class Expanded:
    """What came out of fan-outs."""

    items: list[OutboxItem]
    last: int
    """the last fan-out that was looked at"""
    closed: int
    """fan-outs that have nothing left; the others have, or another node holds them"""


_FANOUTS = Quick(
    select(
        fanouts,
        outbox_mails.c["class"],
        outbox_mails.c.variant,
        outbox_mails.c.created_at,
        outbox_mails.c.post_id,
        # Asked once, so that where nobody has muted anything nothing more is looked up.
        exists(select(mutes.c.thread_id)).label("any_mutes"),
        exists().where(spoken_mails.c.outbox_mail_id == fanouts.c.outbox_mail_id).label("spoken"),
    )
    .join(outbox_mails, outbox_mails.c.id == fanouts.c.outbox_mail_id)
    .where(fanouts.c.done.is_(False))
    .order_by(fanouts.c.id)
    .limit(bindparam("most"))
)
_HELD = Quick(
    for_claim(
        select(fanouts.c.id, fanouts.c.cursor).where(
            Among(fanouts.c.id, "ids"), fanouts.c.done.is_(False)
        )
    )
)
_CLOSE = Quick(update(fanouts).where(Among(fanouts.c.id, "ids")).values(done=true()))
_MOVE = Quick(
    update(fanouts)
    .where(fanouts.c.id == bindparam("fanout"))
    .values(cursor=bindparam("upper"), done=fanouts.c.cutoff <= bindparam("upper"))
)


def open_fanouts(conn: Connection, limit: int = 100) -> list[Fanout]:
    """Give the mails to groups that are not wholly expanded, the oldest first."""
    rows = _FANOUTS.rows(conn, {"most": limit})
    asked = {row.post_id for row in rows if row.any_mutes and row.post_id is not None}
    muted = muted_lines(conn, asked) if asked else {}
    return [_fanout(row, muted.get(row.post_id, ())) for row in rows]


def expand(
    db: Database,
    conn: Connection,
    fanout: Fanout,
    now: datetime,
    chunk: int = CHUNK,
    holder: Holder | None = None,
) -> list[OutboxItem]:
    """Make delivery rows for the next `chunk` members of one fan-out; see `expand_alike`."""
    return expand_alike(db, conn, [fanout], now, chunk, holder).items


def expand_alike(
    db: Database,
    conn: Connection,
    opened: Sequence[Fanout],
    now: datetime,
    chunk: int,
    holder: Holder | None = None,
) -> Expanded:
    """Make the next `chunk` delivery rows of fan-outs, one after the other; gives those that came.

    The fan-outs come in the order of their ids and have one `kind`: so any number of them costs
    five statements. Those that nobody is left to get are closed. With a `holder` the rows are claimed
    at once, which saves a second change of each. Rows and cursors change in one transaction, a
    recipient is unique in a mail: a crash or a second node repeats nothing. A fan-out that another
    node holds just now, or that is done, gives none.
    """
    kind = opened[0].kind
    given = {**_span([one.id for one in opened]), **_muters(kind), "most": chunk}
    found = _reach(_shape(kind)).rows(conn, given)
    # Fewer copies than were asked for: no fan-out has any left.
    partial = found[-1] if sum(row.copies for row in found) >= chunk else None
    covered = [one.id for one in opened if partial is None or one.id <= partial.fanout]
    held = {row.id: row.cursor for row in _HELD.rows(conn, {"ids": covered})}
    ours = [row for row in found if held.get(row.fanout) == row.cursor]
    items = _make(db, conn, kind, ours, now, holder) if ours else []
    still_open = {row.fanout for row in found}.difference(row.fanout for row in ours)
    if partial is not None:
        if partial.fanout not in still_open:
            _MOVE.run(conn, [{"fanout": partial.fanout, "upper": partial.upper}])
        still_open.add(partial.fanout)
    closed = [one for one in held if one not in still_open]
    if closed:
        _CLOSE.run(conn, [{"ids": closed}])
    return Expanded(items, covered[-1], len(closed))


def _make(
    db: Database,
    conn: Connection,
    kind: Kind,
    reached: Sequence[Any],
    now: datetime,
    holder: Holder | None,
) -> list[OutboxItem]:
    """Make the rows of these fan-outs: of the last one as far as was reached, of the others all."""
    values = {
        **_span([row.fanout for row in reached]),
        **_muters(kind),
        "last": reached[-1].fanout,
        "upper": reached[-1].upper,
        "moment": now,
        "until": holder.until if holder else None,
        "holder": holder.node if holder else None,
    }
    made = sorted(_making(db.is_sqlite, _shape(kind)).rows(conn, values))
    return [OutboxItem(row, mail, member, to, "", 0, now) for row, mail, member, to in made]


def _span(ids: Sequence[int]) -> dict[str, Any]:
    return {"ids": ids, "first": ids[0], "final": ids[-1]}


_Shape = tuple[MailClass, str, bool, str, bool]


def _shape(kind: Kind) -> _Shape:
    """What a statement is made from: which threads are muted is a value that it is given."""
    mail_class, variant, muted, kept_for, spoken = kind
    return mail_class, variant, bool(muted), kept_for, spoken


def _muters(kind: Kind) -> dict[str, Any]:
    muted = kind[2]
    return {"lines": muted} if muted else {}


@lru_cache(maxsize=64)
def _reach(shape: _Shape) -> Quick:
    """How far the next so many copies reach: of each fan-out the number and the last member."""
    copies = (
        select(fanouts.c.id, fanouts.c.cursor, memberships.c.id.label("member"))
        .where(*_copies(shape, fanouts.c.cutoff))
        .order_by(fanouts.c.id, memberships.c.id)
        .limit(bindparam("most"))
        .subquery()
    )
    return Quick(
        select(
            copies.c.id.label("fanout"),
            copies.c.cursor,
            func.count().label("copies"),
            func.max(copies.c.member).label("upper"),
        )
        .group_by(copies.c.id, copies.c.cursor)
        .order_by(copies.c.id)
    )


@lru_cache(maxsize=64)
def _making(is_sqlite: bool, shape: _Shape) -> Quick:
    """Makes delivery rows up to where a look reaches."""
    until, moment = deliveries.c.claimed_until.type, deliveries.c.not_before.type
    # One bound for each fan-out, so that the index is left where the look ends.
    reached = case(
        (fanouts.c.id == bindparam("last"), bindparam("upper", type_=BigId)),
        else_=fanouts.c.cutoff,
    )
    # In the same look as everybody else: who changes their wish meanwhile gets one copy or the other.
    source = (
        select(
            func.coalesce(*_mails(shape)),
            memberships.c.id,
            memberships.c.address,
            literal_column("''"),
            literal_column(f"'{PENDING}'"),
            bindparam("moment", type_=moment),
            bindparam("moment", type_=moment),
            bindparam("until", type_=until),
            bindparam("holder", type_=deliveries.c.claimed_by.type),
        )
        .where(*_copies(shape, reached))
        .order_by(fanouts.c.id, memberships.c.id)
    )
    return inserting_from(is_sqlite, deliveries, _DELIVERY_COLUMNS, source, _MADE)


def _mails(shape: _Shape) -> list[ColumnElement[Any]]:
    """The mails that a member may get, the first that there is: a light one, the one with the author's
    own From for those at the domains that take it, the ordinary one; each in their language before."""
    domains, spoken = shape[3:]
    likes = memberships.c.light.is_(True)
    found: list[ColumnElement[Any]] = [
        case((likes, one)) for one in (*_said(LIGHT, spoken), fanouts.c.light_mail_id)
    ]
    if domains:
        where = func.lower(memberships.c.address)
        there = or_(*[where.endswith(f"@{one}", autoescape=True) for one in domains.split(",")])
        found += [case((there, one)) for one in (*_said(KEPT, spoken), fanouts.c.kept_mail_id)]
    return [*found, *_said("", spoken), fanouts.c.outbox_mail_id]


def _said(form: str, spoken: bool) -> list[ColumnElement[Any]]:
    """The mail of this form in the member's language."""
    if not spoken:
        return []
    query = select(spoken_mails.c.mail_id).join(
        persons, persons.c.language == spoken_mails.c.language
    )
    query = query.where(
        spoken_mails.c.outbox_mail_id == fanouts.c.outbox_mail_id,
        spoken_mails.c.form == literal_column(f"'{form}'"),
        persons.c.id == memberships.c.person_id,
    )
    return [query.correlate(fanouts, memberships).scalar_subquery()]


def _copies(shape: _Shape, upper: ColumnElement[int]) -> list[ColumnElement[bool]]:
    """Join the fan-outs `ids`, all of one shape, with those up to member `upper` who are still to get
    them (RULINGS 7)."""
    wanted = [
        # The range lets SQLite walk both indexes in order and stop at the limit. The list, which it
        # must not use for that, leaves out what has come meanwhile and is of another kind.
        fanouts.c.id.between(bindparam("first"), bindparam("final")),
        Among(fanouts.c.id + literal_column("0"), "ids"),
        fanouts.c.done.is_(False),
        memberships.c.group_id == fanouts.c.group_id,
        memberships.c.id > fanouts.c.cursor,
        memberships.c.id <= upper,
        memberships.c.state == literal_column(f"'{MemberState.ACTIVE}'"),
        # The author's own wish about their copy.
        or_(
            fanouts.c.author_membership.is_(None),
            memberships.c.id != fanouts.c.author_membership,
            memberships.c.own_copy.is_(True),
        ),
    ]
    mail_class, variant, mutes_some = shape[:3]
    if mail_class is MailClass.DIGEST:
        return [*wanted, *_narrowed(variant, lists_some=mutes_some)]
    if mutes_some:
        theirs = mutes.c.membership_id == memberships.c.id
        wanted.append(~exists().where(theirs, Among(mutes.c.thread_id, "lines")))
    if mail_class is MailClass.POST:
        wanted.append(memberships.c.delivery == literal_column(f"'{Delivery.EACH}'"))
    elif mail_class is MailClass.SUMMARY:
        wanted += [memberships.c.delivery != Delivery.NONE, memberships.c.summary.is_(True)]
    if variant:
        wanted.append(_speaking(variant))
    return wanted


def _speaking(languages: str) -> ColumnElement[bool]:
    codes = languages.removeprefix(OTHERS).split(",")
    speaks = select(persons.c.id).where(or_(*[persons.c.language == code for code in codes]))
    reads = memberships.c.person_id.in_(speaks)
    return ~reads if languages.startswith(OTHERS) else reads


def _narrowed(shape: str, *, lists_some: bool) -> list[ColumnElement[bool]]:
    """Who gets an edition of a digest."""
    readers = readers_of(shape)
    wanted = [memberships.c.delivery == literal_column(f"'{readers.delivery}'")]
    if readers.form:
        wanted.append(WISHES[readers.form])
    if readers.languages:
        wanted.append(_speaking(readers.languages))
    if lists_some:
        listed = Among(memberships.c.id, "lines")
        wanted.append(listed if readers.only else not_(listed))
    return wanted


def _fanout(row: Any, muted: tuple[int, ...]) -> Fanout:
    variant = row.variant
    if row[_CLASS_AT] == MailClass.DIGEST:
        variant, muted = shape_of(variant)
    return Fanout(
        id=row.id,
        mail_id=row.outbox_mail_id,
        group_id=row.group_id,
        mail_class=MailClass(row[_CLASS_AT]),
        variant=variant,
        cutoff=row.cutoff,
        cursor=row.cursor,
        author_membership=row.author_membership,
        created_at=row.created_at,
        muted=muted,
        kept_for=row.kept_for,
        spoken=row.spoken,
    )


_CLASS_AT = len(fanouts.c)
"""where `class` stands in a row of open fan-outs: the name is a keyword"""

"""People, their addresses and their memberships: queries and changes.

A person is never keyed on a From header alone (FACTS 1): only on an address that was proved, or that
a coordinator vouched for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    and_,
    bindparam,
    exists,
    func,
    insert,
    literal_column,
    select,
    update,
)

from archive.db import Database
from archive.model import GroupInfo
from archive.quick import Quick
from archive.types import Among
from dgroup import bouncing
from dgroup.address import comparable, person_name
from dgroup.changes import ChangeMember
from dgroup.model import Delivery, Membership, MemberState, Morning, Posting, Role
from dgroup.people import bans
from dgroup.tables import addresses, codes, memberships, persons

_SELECT: Select[Any] = select(
    memberships,
    persons.c.name,
    persons.c.language,
    persons.c.language_chosen,
).join(persons, persons.c.id == memberships.c.person_id)

_BY_ADDRESS = Quick(
    _SELECT.join(addresses, addresses.c.person_id == memberships.c.person_id).where(
        addresses.c.address == bindparam("address"), memberships.c.group_id == bindparam("group")
    )
)

_BY_ADDRESSES = Quick(
    _SELECT.add_columns(addresses.c.address.label("asked"))
    .join(addresses, addresses.c.person_id == memberships.c.person_id)
    .where(
        Among(addresses.c.address, "addresses"),
        memberships.c.group_id == bindparam("group"),
    )
)
_NEWEST = Quick(select(func.max(memberships.c.id).label("newest")))
_WANTS_LIGHT = (
    memberships.c.group_id == bindparam("group"),
    memberships.c.light.is_(True),
    # Joined to '', so that the small index of light members is used and not the one for sending.
    literal_column("''") + memberships.c.state == literal_column(f"'{MemberState.ACTIVE}'"),
    literal_column("''") + memberships.c.delivery == literal_column(f"'{Delivery.EACH}'"),
)
_AUDIENCE = Quick(
    select(
        select(func.max(memberships.c.id)).scalar_subquery().label("newest"),
        exists(select(literal_column("1")).where(*_WANTS_LIGHT)).label("light"),
    )
)
_CHUNK = 500
INSIDE = (MemberState.ACTIVE, MemberState.PAUSED, MemberState.SUSPENDED)
"""states of those who are in a group, as `Membership.inside` says of one"""
_OUT = (MemberState.LEFT, MemberState.BANNED)
_READS = (MemberState.ACTIVE, MemberState.PAUSED)
_PLAIN = (
    *("role", "delivery", "summary", "own_copy", "light", "posting", "receipts", "morning"),
    "mime_digest",
)


def find(conn: Connection, group_id: int, address: str) -> Membership | None:
    """Give the membership of the person who has `address`, in whatever state, or None. A ban that an
    erasure left behind counts as one."""
    return _known_as(conn, group_id, address) or _kept_ban(conn, group_id, address)


def _known_as(conn: Connection, group_id: int, address: str) -> Membership | None:
    row = _BY_ADDRESS.first(conn, {"address": comparable(address), "group": group_id})
    return _membership(row) if row else None


def _kept_ban(conn: Connection, group_id: int, address: str) -> Membership | None:
    kept = _known_as(conn, group_id, bans.tombstone(address))
    return replace(kept, address=address) if kept is not None and kept.banned else None


def find_all(conn: Connection, group_id: int, wanted: Sequence[str]) -> dict[str, Membership]:
    """Give the memberships of many addresses, by the comparable form of the address."""
    keys = {comparable(address) for address in wanted}
    found = _of_addresses(conn, group_id, keys)
    stones = {bans.tombstone(key): key for key in keys - found.keys()}
    kept = _of_addresses(conn, group_id, stones)
    return found | {
        stones[stone]: replace(one, address=stones[stone])
        for stone, one in kept.items()
        if one.banned
    }


def _of_addresses(conn: Connection, group_id: int, wanted: Iterable[str]) -> dict[str, Membership]:
    keys, found = sorted(wanted), {}
    for start in range(0, len(keys), _CHUNK):
        values = {"group": group_id, "addresses": keys[start : start + _CHUNK]}
        for row in _BY_ADDRESSES.rows(conn, values):
            found[row.asked] = _membership(row)
    return found


def by_id(conn: Connection, membership_id: int) -> Membership | None:
    """Give the membership with this row id (from a token), or None."""
    row = conn.execute(_SELECT.where(memberships.c.id == membership_id)).first()
    return _membership(row) if row else None


def of_group(
    conn: Connection, group_id: int, states: Sequence[MemberState] = (MemberState.ACTIVE,)
) -> list[Membership]:
    """Give the memberships of a group in these states, by address."""
    query = _SELECT.where(
        memberships.c.group_id == group_id, memberships.c.state.in_([str(s) for s in states])
    ).order_by(memberships.c.address)
    return [_membership(row) for row in conn.execute(query)]


def coordinators(conn: Connection, group_id: int) -> tuple[Membership, ...]:
    """Give those who run the group and can be reached."""
    query = _SELECT.where(
        memberships.c.group_id == group_id,
        memberships.c.role == Role.COORDINATOR,
        memberships.c.state.in_([MemberState.ACTIVE, MemberState.PAUSED]),
    ).order_by(memberships.c.id)
    return tuple(_membership(row) for row in conn.execute(query))


def moderators(conn: Connection, group_id: int) -> tuple[Membership, ...]:
    """Give those who decide on held posts and read their mail now; where all of them pause, the
    coordinators all the same."""
    query = _SELECT.where(
        memberships.c.group_id == group_id,
        memberships.c.role.in_([str(Role.MODERATOR), str(Role.COORDINATOR)]),
        memberships.c.state == MemberState.ACTIVE,
    ).order_by(memberships.c.id)
    found = tuple(_membership(row) for row in conn.execute(query))
    return found or coordinators(conn, group_id)


def count_readers(conn: Connection, group_id: int) -> int:
    """Count those to whom a post goes at once."""
    where = and_(
        memberships.c.group_id == group_id,
        memberships.c.state == MemberState.ACTIVE,
        memberships.c.delivery == Delivery.EACH,
    )
    return conn.execute(select(func.count()).select_from(memberships).where(where)).scalar_one()


def count_post(conn: Connection, membership_id: int) -> None:
    """Count one more published post of a member."""
    mine = update(memberships).where(memberships.c.id == membership_id)
    conn.execute(mine.values(published=memberships.c.published + 1))


def count_active(conn: Connection, group_id: int) -> int:
    """Count those who are in the group."""
    where = and_(memberships.c.group_id == group_id, memberships.c.state == MemberState.ACTIVE)
    return conn.execute(select(func.count()).select_from(memberships).where(where)).scalar_one()


def newest_id(conn: Connection) -> int:
    """Give the highest membership id there is: the cut-off of a fan-out (RULINGS 2)."""
    row = _NEWEST.first(conn, {})
    return int(row.newest or 0) if row is not None else 0


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a post that is queued now goes to."""

    cutoff: int
    """the highest membership id there is (RULINGS 2)"""
    light: bool
    """somebody in the group gets each post and wants it light"""


def audience(conn: Connection, group_id: int) -> Audience:
    """Say whom a post to the group goes to, by one statement of constant cost."""
    row = _AUDIENCE.rows(conn, {"group": group_id})[0]
    return Audience(int(row.newest or 0), bool(row.light))


def change(conn: Connection, group: GroupInfo, wish: ChangeMember, now: datetime) -> Membership:
    """Create or change the membership of `wish.address`; fields that are None stay as they are."""
    existing = _known_as(conn, group.id, wish.address)
    kept = _kept_ban(conn, group.id, wish.address) if existing is None else None
    if kept is not None:
        if wish.state in {None, MemberState.BANNED}:
            return kept
        bans.lift(conn, kept)
        if wish.state is MemberState.LEFT:
            return replace(kept, state=wish.state)  # nothing is kept of them any more
    person_id = _person(conn, wish, group.language, now)
    if existing is None:
        conn.execute(insert(memberships).values(_membership_row(group.id, person_id, wish, now)))
    else:
        _update(conn, existing, wish, now)
        if wish.decided:
            _end_offers(conn, existing, now)
    member = find(conn, group.id, wish.address)
    assert member is not None  # created or changed above, in this transaction
    return member


def change_all(
    db: Database,
    conn: Connection,
    group: GroupInfo,
    wishes: Sequence[ChangeMember],
    now: datetime,
) -> None:
    """Like `change` for many: people whose address nobody has come in with few statements."""
    keys = {comparable(wish.address): wish for wish in wishes}
    known = _known(conn, list(keys))
    if bans.any_kept(conn):
        stones = {bans.tombstone(key): key for key in keys}
        known |= {stones[one] for one in _known(conn, list(stones))}
    for key, wish in keys.items():
        if key in known:
            change(conn, group, wish, now)
    new = {key: wish for key, wish in keys.items() if key not in known}
    if not new:
        return
    people = db.reserve_ids(conn, persons, len(new))
    rows = [_person_row(wish, group.language, now) for wish in new.values()]
    conn.execute(insert(persons), [{"id": n, **row} for n, row in zip(people, rows, strict=True)])
    pairs = list(zip(people, new.items(), strict=True))
    conn.execute(insert(addresses), [_address_row(n, key, wish, now) for n, (key, wish) in pairs])
    conn.execute(
        insert(memberships), [_membership_row(group.id, n, wish, now) for n, (_, wish) in pairs]
    )


def _known(conn: Connection, keys: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), _CHUNK):
        some = addresses.c.address.in_(keys[start : start + _CHUNK])
        found.update(conn.execute(select(addresses.c.address).where(some)).scalars())
    return found


def _person_row(wish: ChangeMember, language: str, now: datetime) -> dict[str, object]:
    name = person_name(wish.name)
    return {
        "name": name,
        "language": wish.language or language,
        "language_chosen": wish.chosen,
        "created_at": now,
    }


def _address_row(person_id: int, key: str, wish: ChangeMember, now: datetime) -> dict[str, object]:
    shown = wish.address.strip()
    return {"address": key, "person_id": person_id, "shown": shown, "verified_at": now}


def _membership_row(
    group_id: int, person_id: int, wish: ChangeMember, now: datetime
) -> dict[str, object]:
    return {
        "group_id": group_id,
        "person_id": person_id,
        "address": wish.address.strip(),
        "role": wish.role or Role.MEMBER,
        "state": wish.state or MemberState.ACTIVE,
        "delivery": wish.delivery or Delivery.EACH,
        "summary": True if wish.summary is None else wish.summary,
        "own_copy": True if wish.own_copy is None else wish.own_copy,
        "light": bool(wish.light),
        "paused_until": wish.until if wish.state is MemberState.PAUSED else None,
        "posting": wish.posting or Posting.DEFAULT,
        "receipts": bool(wish.receipts),
        "morning": wish.morning or Morning.DAILY,
        "mime_digest": bool(wish.mime_digest),
        "joined_at": now,
    }


def _person(conn: Connection, wish: ChangeMember, language: str, now: datetime) -> int:
    key = comparable(wish.address)
    row = conn.execute(
        select(addresses.c.person_id, persons.c.name, persons.c.language_chosen)
        .join(persons, persons.c.id == addresses.c.person_id)
        .where(addresses.c.address == key)
    ).first()
    if row is None:
        made = insert(persons).values(_person_row(wish, language, now)).returning(persons.c.id)
        person_id: int = conn.execute(made).scalar_one()
        conn.execute(insert(addresses).values(_address_row(person_id, key, wish, now)))
        return person_id
    name = person_name(wish.name)
    fresh = name and (wish.renamed or not row.name)
    values: dict[str, object] = {"name": name} if fresh else {}
    if wish.language is not None and (wish.chosen or not row.language_chosen):
        values |= {"language": wish.language, "language_chosen": wish.chosen}
    if values:
        conn.execute(update(persons).where(persons.c.id == row.person_id).values(values))
    person: int = row.person_id
    return person


def _update(conn: Connection, member: Membership, wish: ChangeMember, now: datetime) -> None:
    values: dict[str, object] = {}
    if wish.state is not None:
        values["state"] = wish.state
        if wish.state in _OUT:
            values["left_at"] = now
        elif wish.state is MemberState.ACTIVE and not member.inside:
            values |= {"joined_at": now, "left_at": None, "address": wish.address.strip()}
        if member.state is MemberState.SUSPENDED and wish.state in _READS:
            values["bounces"] = 0  # they write to us: the old failures say nothing any more
            bouncing.clear(conn, [member.id], now)
        if wish.state in _READS:
            values["paused_until"] = wish.until if wish.state is MemberState.PAUSED else None
    for name in _PLAIN:
        if (value := getattr(wish, name)) is not None:
            values[name] = value
    if values:
        conn.execute(update(memberships).where(memberships.c.id == member.id).values(values))


def _end_offers(conn: Connection, member: Membership, now: datetime) -> None:
    """An offer to undo says what was theirs to decide then: nobody comes back by it, or coordinates
    again, after a coordinator has taken them out or given them another role."""
    mine = select(addresses.c.address).where(addresses.c.person_id == member.person_id)
    offers = update(codes).where(
        codes.c.group_id == member.group_id,
        codes.c.action == "undo",
        func.lower(codes.c.address).in_(mine),
        codes.c.used_at.is_(None),
        codes.c.expires_at > now,
    )
    conn.execute(offers.values(expires_at=now))


def _membership(row: Any) -> Membership:
    return Membership(
        id=row.id,
        group_id=row.group_id,
        person_id=row.person_id,
        address=row.address,
        name=row.name,
        role=Role(row.role),
        state=MemberState(row.state),
        delivery=Delivery(row.delivery),
        summary=row.summary,
        own_copy=row.own_copy,
        language=row.language,
        joined_at=row.joined_at,
        light=row.light,
        paused_until=row.paused_until,
        posting=Posting(row.posting),
        published=row.published,
        receipts=row.receipts,
        morning=Morning(row.morning),
        language_chosen=row.language_chosen,
        mime_digest=row.mime_digest,
    )

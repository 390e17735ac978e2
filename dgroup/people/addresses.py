"""The addresses of people: one mailbox is one person's, verified; mail of a membership goes to one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from dgroup import bouncing
from dgroup.address import comparable
from dgroup.changes import MoveAddress
from dgroup.model import MemberState
from dgroup.tables import addresses, memberships


def move(conn: Connection, effect: MoveAddress, now: datetime) -> None:
    """Send the mail of these memberships to another address of the person's.

    `take` makes the address theirs, which both mailboxes have confirmed; else it must be theirs.
    """
    key, person_id = comparable(effect.address), effect.person_id
    owner = conn.execute(
        select(addresses.c.person_id).where(addresses.c.address == key)
    ).scalar_one_or_none()
    if owner != person_id and not effect.take:
        return
    if owner is None:
        row = {"address": key, "shown": effect.address.strip(), "verified_at": now}
        conn.execute(insert(addresses).values(person_id=person_id, **row))
    elif owner != person_id:
        taken = update(addresses).where(addresses.c.address == key)
        conn.execute(taken.values(person_id=person_id, verified_at=now))
    theirs = (memberships.c.id.in_(effect.places), memberships.c.person_id == person_id)
    conn.execute(
        update(memberships).where(*theirs).values(address=effect.address.strip(), bounces=0)
    )
    # What had failed was the address that they have left.
    bouncing.clear(conn, list(effect.places), now)
    failing = memberships.c.state == MemberState.SUSPENDED
    conn.execute(update(memberships).where(*theirs, failing).values(state=MemberState.ACTIVE))
    if effect.forget:
        gone = addresses.c.address == comparable(effect.forget)
        conn.execute(delete(addresses).where(gone, addresses.c.person_id == person_id))

"""What the decision on a report about our mail needs to know of the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from dgroup import bouncing
from dgroup.address import comparable
from dgroup.bounce_plan import BounceFacts
from dgroup.bounce_report import Cause, Report
from dgroup.bounce_shared import Named, SharedFacts
from dgroup.bounces.score import DAY, Outage
from dgroup.config import Bounces
from dgroup.model import Group
from dgroup.people import arrivals, members
from dgroup.tables import outbox_mails


def bounce_facts(
    conn: Connection,
    group: Group,
    report: Report,
    member_id: int | None,
    now: datetime,
    *,
    rules: Bounces,
    probe: bool,
    probe_from: str,
) -> BounceFacts:
    """Read it, for the membership that a token of ours names. The caller holds the group's lock."""
    member = members.by_id(conn, member_id) if member_id is not None else None
    if member is None or member.group_id != group.id:
        return BounceFacts(None)
    fault = report.about(member.address)
    outage = Outage()
    if fault is not None and fault.cause is Cause.DEAD:
        failed, everybody = bouncing.failed_at(conn, member.address, now, rules)
        outage = Outage(failed, everybody, *bouncing.excused(conn, member.address, now))
    history = bouncing.history(conn, member.id, now)
    last = history[-1].at if history else None
    bosses = members.coordinators(conn, group.id)
    return BounceFacts(
        member=member,
        history=history,
        arrived=arrivals.arrived(conn, member, last, now, rules),
        standing=bouncing.standing(conn, member.id),
        outage=outage,
        others=bouncing.other_addresses(conn, member.person_id, member.address),
        probe=probe,
        probe_from=probe_from,
        rules=rules,
        last_coordinator=[boss.id for boss in bosses] == [member.id],
    )


def shared_facts(
    conn: Connection,
    group: Group,
    mail_id: int | None,
    addresses: Sequence[str],
    now: datetime,
    back: Callable[[int], str],
) -> SharedFacts:
    """Read it for a report about a shared copy: `addresses` came back, `back` gives a member's own
    reverse-path. Without `mail_id` the smarthost wrote the recipient into the reverse-path."""
    if mail_id is not None:
        sent = select(outbox_mails.c.group_id).where(outbox_mails.c.id == mail_id)
        if conn.execute(sent).scalar() != group.id:
            return SharedFacts(of_group=False)
    found = members.find_all(conn, group.id, addresses)
    # Mail goes to a membership's address; another one of the same person says nothing about it.
    theirs = {one.id: one for key, one in found.items() if key == comparable(one.address)}
    named = [
        Named(one, bouncing.standing(conn, one.id), back(one.id))
        for one in theirs.values()
        if one.inside
    ]
    asked = bouncing.asked_since(conn, group.id, now - DAY) if named else 0
    return SharedFacts(named=tuple(named), asked_today=asked)

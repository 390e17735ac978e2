"""What the decision on a report about our mail needs to know of the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from dgroup import arrivals, bouncing, members
from dgroup.bounce_plan import BounceFacts
from dgroup.bounce_report import Cause, Report
from dgroup.bounce_score import Outage
from dgroup.config import Bounces
from dgroup.model import Group


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

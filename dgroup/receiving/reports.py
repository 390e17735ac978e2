"""Mails to bounce addresses and complaints to the host, from token to plan: what `intake` does with them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from dgroup import bounce_plan, bounce_shared, bounces, groups, refused, tokens
from dgroup.address import bounce_address, verp_recipient
from dgroup.bounce_report import Kind, Report
from dgroup.config import Bounces
from dgroup.effects import Plan
from dgroup.facts.bounce import bounce_facts, shared_facts
from dgroup.incoming import Incoming
from dgroup.model import Group, RouteKind
from dgroup.people import members
from dgroup.tokens import Keyring

_IN_COPIES: tuple[tokens.Kind, ...] = ("bounce", "leave")
"""tokens of ours that stand in the head of each copy"""


@dataclass(frozen=True, slots=True)
class Heard:
    """A report read before any database work, and whom a token of ours names."""

    report: Report
    member_id: int | None
    probe: bool = False
    """the token is that of a probe"""
    shared: Shared | None = None
    """it is about a copy that many members got"""


@dataclass(frozen=True, slots=True)
class Shared:
    """What the reverse-path of a shared copy says: one of the two."""

    mail_id: int | None
    recipient: str = ""
    """as the smarthost wrote it there: anybody could"""


def heard(mail: Incoming, keyring: Keyring) -> Heard | None:
    """Read a mail to a bounce address, or a provider's complaint to the host's people about a copy of
    ours; None for all other mail. Without a token of ours it is not even looked into."""
    if mail.route.kind is RouteKind.BOUNCE:
        named = tokens.read("bounce", mail.route.token, keyring)
        probed = tokens.read("probe", mail.route.token, keyring)
        member_id = named if named is not None else probed
        if member_id is None:
            return _shared(mail, keyring)
        return Heard(bounces.read(mail.envelope.raw), member_id, probe=probed is not None)
    if mail.route.kind is not RouteKind.SITE or not bounces.may_be_complaint(mail):
        return None
    report = bounces.read(mail.envelope.raw)
    found = (tokens.read(kind, one, keyring) for one in report.tokens for kind in _IN_COPIES)
    member_id = next((one for one in found if one is not None), None)
    return Heard(report, member_id) if member_id is not None else None


def _shared(mail: Incoming, keyring: Keyring) -> Heard:
    token = mail.route.token
    recipient = verp_recipient(token)
    mail_id = tokens.read("mail", token[1:], keyring) if token.startswith("m") else None
    if mail_id is None and not recipient:
        return Heard(Report(Kind.NOTHING), None)
    return Heard(bounces.read(mail.envelope.raw), None, shared=Shared(mail_id, recipient))


def to_bounces(conn: Connection, mail: Incoming, known: Heard, domain: str) -> Incoming:
    """A complaint to the host's people, as if it had come to the member's bounce address."""
    member = members.by_id(conn, known.member_id) if known.member_id is not None else None
    group = groups.by_id(conn, member.group_id, domain) if member is not None else None
    if group is None:
        return mail
    return replace(mail, route=replace(mail.route, kind=RouteKind.BOUNCE, group=group.name))


def plan(
    conn: Connection, keyring: Keyring, mail: Incoming, group: Group, known: Heard, rules: Bounces
) -> Plan:
    """Decide on a report. The caller holds the group's lock."""
    number = refused.number_in(mail.envelope.id)
    if number is not None and not refused.take(conn, number):
        return bounce_plan.ignored("counted-before")
    if known.shared is not None:
        return _plan_shared(conn, keyring, mail, group, known, rules)
    probe_from = ""
    if known.member_id is not None:
        token = tokens.make("probe", known.member_id, keyring)
        probe_from = bounce_address(group.name, token, group.address.partition("@")[2])
    found = bounce_facts(
        conn,
        group,
        known.report,
        known.member_id,
        mail.envelope.received_at,
        rules=rules,
        probe=known.probe,
        probe_from=probe_from,
    )
    return bounce_plan.plan(mail, group, known.report, found)


def _plan_shared(
    conn: Connection, keyring: Keyring, mail: Incoming, group: Group, known: Heard, rules: Bounces
) -> Plan:
    shared = known.shared
    assert shared is not None  # plan() asks for reports about shared copies only

    def back(member_id: int) -> str:
        token = tokens.make("bounce", member_id, keyring)
        return bounce_address(group.name, token, group.address.partition("@")[2])

    found = shared_facts(
        conn,
        group,
        shared.mail_id,
        bounce_shared.failing(known.report, shared.recipient),
        mail.envelope.received_at,
        back,
    )
    return bounce_shared.plan(mail, found, rules)

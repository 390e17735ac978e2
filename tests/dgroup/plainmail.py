"""Mails, a group and a member as plain values, for tests of decisions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from archive.content import content_of
from archive.model import ArchiveMode, GroupInfo
from dgroup import plan
from dgroup.address import route
from dgroup.commands.base import Caps
from dgroup.effects import (
    Plan,
    QueueLetter,
)
from dgroup.incoming import Incoming, PostFacts
from dgroup.model import (
    Alignment,
    Delivery,
    DmarcPolicy,
    Envelope,
    Group,
    Membership,
    MemberState,
    Role,
    Verdicts,
    WhoJoins,
    WhoPosts,
)

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CAPS = Caps(answers_per_day=10, confirmations_per_group=1, confirmations=3, code_days=7)
BASE = "https://lists.example"
INFO = GroupInfo(1, "water", "Water", "", "en", "UTC", ArchiveMode.PUBLIC)
GROUP = Group(INFO, "water@lists.example", WhoPosts.MEMBERS, WhoJoins.OPEN, "", False, 5000, 1, 8)
MEMBER = Membership(
    7,
    1,
    3,
    "ana@ngo.example",
    "Ana",
    Role.MEMBER,
    MemberState.ACTIVE,
    Delivery.EACH,
    summary=True,
    own_copy=True,
    language="fr",
    joined_at=NOW,
    published=1000,
)


def mail(
    *,
    front: bool = False,
    alignment: Alignment = Alignment.ALIGNED,
    dmarc: DmarcPolicy = DmarcPolicy.NONE,
    headers: str = "",
    body: str = "How deep is your well?",
    subject: str = "Wells",
    to: str = "water@lists.example",
    mail_from: str = "ana@ngo.example",
    sender: str = "ana@ngo.example",
) -> Incoming:
    raw = (
        f"From: Ana <{sender}>\r\nSubject: {subject}\r\nMessage-ID: <1@ngo.example>\r\n"
        f"{headers}\r\n{body}\r\n"
    ).encode()
    envelope = Envelope("e1", mail_from, (to,), raw, NOW, "192.0.2.1", "h", False, front)
    verdicts = Verdicts(alignment, dmarc)
    return Incoming(envelope, route(to, "lists.example"), content_of(raw), verdicts, sender)


def decide(
    post: Incoming,
    member: Membership | None = None,
    group: Group = GROUP,
    **facts: object,
) -> Plan:
    known = replace(PostFacts(group, member), **facts)  # type: ignore[arg-type]  # test input
    return plan.plan_post(post, known, CAPS, BASE)


def letters(planned: Plan) -> list[tuple[str, str]]:
    return [(one.name, one.recipient) for one in planned.effects if isinstance(one, QueueLetter)]


ALIGNED, NONE, FAIL = Alignment.ALIGNED, Alignment.NONE, Alignment.FAIL
MINE = "ana@ngo.example"
OPEN = replace(GROUP, who_posts=WhoPosts.OPEN)
MODERATED = replace(GROUP, who_posts=WhoPosts.MODERATED)
ANNOUNCE = replace(GROUP, who_posts=WhoPosts.ANNOUNCE)
BOSS = replace(MEMBER, role=Role.COORDINATOR)

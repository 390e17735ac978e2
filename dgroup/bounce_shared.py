"""What becomes of a report about a copy that many members shared. Pure. It blames nobody: whoever it names is
asked by a letter of their own, once a week at most, and only what comes of that letter counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dgroup.address import comparable
from dgroup.bounce_effects import Stand, Standing, Step
from dgroup.bounce_plan import RECEIVED, ignored
from dgroup.bounce_report import MEMBERS_OWN, Kind, Report
from dgroup.bounces.score import is_probing
from dgroup.config import Bounces
from dgroup.effects import Audit, Effect, Outcome, OutcomeKind, Plan, QueueLetter
from dgroup.incoming import Incoming
from dgroup.model import Membership, MemberState

ASKED_AGAIN = timedelta(days=7)
MOST_NAMED = 100
"""addresses of one report that are looked up: a transaction has hardly more recipients"""
MOST_A_DAY = 200
"""letters that such reports can cause in one group"""


@dataclass(frozen=True, slots=True)
class Named:
    """A member whom a report names."""

    member: Membership
    standing: Standing
    back: str
    """reverse-path of a copy of their own"""


@dataclass(frozen=True, slots=True)
class SharedFacts:
    """All that the decision needs to know of the database."""

    of_group: bool = True
    """the token is that of a mail to this group, or the smarthost named the recipient"""
    named: tuple[Named, ...] = ()
    asked_today: int = 0
    """members of the group that were asked within a day"""


def failing(report: Report, recipient: str = "") -> tuple[str, ...]:
    """Give the addresses whose mail came back for a reason of their own. Where the reverse-path names the
    recipient that address alone counts, whatever else the report says."""
    if report.kind is not Kind.FAILURE:
        return ()
    if recipient:
        fault = report.about(recipient)
        return (comparable(recipient),) if fault and fault.cause in MEMBERS_OWN else ()
    bad = [fault for fault in report.faults if fault.cause in MEMBERS_OWN]
    named = (comparable(address) for fault in bad for address in fault.addresses)
    return tuple(dict.fromkeys(named))[:MOST_NAMED]


def plan(mail: Incoming, facts: SharedFacts, rules: Bounces) -> Plan:
    """Ask each member whom the report names, unless that was done lately."""
    if not facts.of_group:
        return ignored("unknown-token")
    if mail.envelope.mail_from:
        return ignored("by-hand")  # reports come from the null reverse-path (RFC 3464 2)
    if not facts.named:
        return ignored("shared-names-nobody")
    now = mail.envelope.received_at
    wanted = [one for one in facts.named if _may_ask(one, now, rules)]
    asked = wanted[: max(0, MOST_A_DAY - facts.asked_today)]
    effects = tuple(effect for one in asked for effect in _ask(one))
    who = " ".join(comparable(one.member.address) for one in facts.named)
    outcome = Outcome(OutcomeKind.BOUNCE, RECEIVED, f"{who} shared-copy asked {len(asked)}")
    return Plan(outcome, effects)


def _may_ask(one: Named, now: datetime, rules: Bounces) -> bool:
    asked_at = one.standing.asked_at
    lately = asked_at is not None and now - asked_at < ASKED_AGAIN
    active = one.member.state is MemberState.ACTIVE
    return active and not lately and not is_probing(one.standing, now, rules)


def _ask(one: Named) -> Sequence[Effect]:
    member = one.member
    letter = QueueLetter("probe", member.address, member.language, envelope_from=one.back)
    return letter, Stand(member.id, Step.ASKED), Audit("asked", member.address)

"""What becomes of a mail to a bounce address. Pure. A bounce never makes a bounce: letters that follow
go to other people or have an address of ours as their sender's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dgroup.address import comparable, split_address
from dgroup.bounce_effects import CountBounce, Counted, ExcuseDomain, Stand, Standing, Step
from dgroup.bounce_report import Cause, Fault, Kind, Report
from dgroup.bounces.score import (
    DAY,
    Next,
    Outage,
    is_outage,
    is_probing,
    next_step,
    points,
    score,
)
from dgroup.changes import ChangeMember
from dgroup.commands import payload
from dgroup.config import Bounces
from dgroup.effects import (
    Audit,
    Effect,
    NewCode,
    Outcome,
    OutcomeKind,
    Plan,
    QueueLetter,
    TellGroup,
    TellHost,
)
from dgroup.incoming import Incoming, Options
from dgroup.model import Alignment, Group, Membership, MemberState, Reply

RECEIVED = Reply(250, "2.0.0", "Received")
COMPLAINT = "complaint"
RESUME_DAYS = 365
"""a member may be back at any time (STANDARDS pain 15)"""
TELL_AGAIN = timedelta(days=7)
MOST_A_DAY = 20
"""reports on one membership that are kept a day: the rest says nothing new, and may be a replay"""
TRACED = 200
"""characters of what the other server said that the log keeps"""


@dataclass(frozen=True, slots=True)
class BounceFacts:
    """All that the decision on a report needs to know of the database."""

    member: Membership | None
    """whom the token names"""
    history: tuple[Counted, ...] = ()
    arrived: int = 0
    """mails since the last report that did not come back"""
    standing: Standing = field(default_factory=Standing)
    outage: Outage = field(default_factory=Outage)
    others: tuple[str, ...] = ()
    """other verified addresses of the person, the likeliest to work first"""
    probe: bool = False
    """the report is about a probe"""
    probe_from: str = ""
    """reverse-path of a probe to this member"""
    last_coordinator: bool = False
    """nobody else runs the group"""
    rules: Bounces = field(default_factory=Bounces)


def plan(mail: Incoming, group: Group, report: Report, facts: BounceFacts) -> Plan:
    """Count a report on the membership that the token names, and do what follows.

    Only the token blames: an address that a report merely names is a stranger's word.
    """
    member = facts.member
    if member is None or member.group_id != group.id:
        return ignored("unknown-token")
    if not member.inside:
        return ignored("not-inside")
    if report.kind is Kind.COMPLAINT:
        return _complained(mail, member, facts, report)
    if mail.envelope.mail_from:
        return ignored("by-hand")  # reports come from the null reverse-path (RFC 3464 2)
    fault = report.about(member.address)
    if report.kind is not Kind.FAILURE or fault is None:
        return ignored(report.reader or "nothing-readable")
    if fault.cause is Cause.FINE:
        return ignored("delivered")
    now = mail.envelope.received_at
    awaited = facts.probe and is_probing(facts.standing, now, facts.rules)
    if not awaited and _many(facts, now):
        return ignored("many-today")
    return _failed(mail, member, facts, fault)


def _many(facts: BounceFacts, now: datetime) -> bool:
    return sum(one.at > now - DAY for one in facts.history) >= MOST_A_DAY


def ignored(why: str) -> Plan:
    """A report that says nothing we could use, or that nothing of ours vouches for."""
    return Plan(Outcome(OutcomeKind.DISCARDED, RECEIVED, f"bounce-ignored {why}"))


# --- Failures ---------------------------------------------------------------------------------


def _failed(mail: Incoming, member: Membership, facts: BounceFacts, fault: Fault) -> Plan:
    now, rules, standing = mail.envelope.received_at, facts.rules, facts.standing
    if fault.cause is Cause.DEAD and is_outage(facts.outage, now, rules):
        return _excused(mail, member, facts, fault)
    worth = points(fault.cause, facts.history, facts.arrived, now, rules)
    counted = Counted(now, fault.cause, worth, arrived=facts.arrived)
    total = score((*facts.history, counted), standing, now, rules)
    step = next_step(member.state, fault.cause, total, standing, now, rules, probe=facts.probe)
    effects: tuple[Effect, ...] = (_count(member, facts, fault, worth),)
    if step is Next.PROBE:
        effects += _probe(member, facts)
    elif step is Next.SUSPEND:
        effects += suspend(member, facts, str(fault.cause))
    return _counted(member, fault, effects)


def _counted(member: Membership, fault: Fault, effects: tuple[Effect, ...], more: str = "") -> Plan:
    """`trace` finds the line by the address that it begins with."""
    words = f"{comparable(member.address)} {fault.cause} {fault.status} {more}"
    reason = " ".join(words.split())
    if fault.diagnostic:
        reason += f": {fault.diagnostic[:TRACED]}"
    return Plan(Outcome(OutcomeKind.BOUNCE, RECEIVED, reason), effects)


def _count(
    member: Membership, facts: BounceFacts, fault: Fault, worth: int = 0, *, excused: bool = False
) -> CountBounce:
    return CountBounce(
        member.id,
        member.address,
        fault.cause,
        fault.status,
        fault.diagnostic,
        worth,
        facts.arrived,
        excused=excused,
    )


def _excused(mail: Incoming, member: Membership, facts: BounceFacts, fault: Fault) -> Plan:
    """Many members of one provider fail at once: nobody is blamed, people are told once a day."""
    now, domain = mail.envelope.received_at, split_address(member.address)[1].lower()
    effects: tuple[Effect, ...] = (
        ExcuseDomain(domain, now - DAY),
        _count(member, facts, fault, excused=True),
    )
    if facts.probe:
        effects += (Stand(member.id, Step.CLEARED),)
    if not facts.outage.told:
        told = (("domain", domain), ("count", facts.outage.failed), ("said", fault.diagnostic))
        effects += (Audit("provider-outage", domain), TellHost("provider-outage", told))
    return _counted(member, fault, effects, "provider-outage")


def _probe(member: Membership, facts: BounceFacts) -> tuple[Effect, ...]:
    letter = QueueLetter("probe", member.address, member.language, envelope_from=facts.probe_from)
    return letter, Stand(member.id, Step.PROBED), Audit("probed", member.address)


# --- The end of it ----------------------------------------------------------------------------


def suspend(member: Membership, facts: BounceFacts, cause: str) -> tuple[Effect, ...]:
    """Stop a member's mail; tell them where another address of theirs is known, coordinators by the
    morning letter, and the host where nobody runs the group any more. Where it is a complaint the address
    works: one letter there, so that a slip or a forged complaint silences nobody unseen."""
    effects: tuple[Effect, ...] = (
        ChangeMember(member.address, state=MemberState.SUSPENDED),
        Stand(member.id, Step.SUSPENDED, cause),
        Audit("suspended", f"{member.address} {cause}"),
    )
    reached = (*facts.others, *((member.address,) if cause == COMPLAINT else ()))
    if reached:
        effects += (notice(member, reached[0], cause), Stand(member.id, Step.TOLD))
    if facts.last_coordinator:
        host = TellHost("no-coordinator-host", (("who", member.address),))
        effects += (TellGroup("no-coordinator", ()), host)
    return effects


def notice(member: Membership, recipient: str, cause: str) -> QueueLetter:
    """Tell a member that their mail has stopped, and how a reply brings it back."""
    same = comparable(recipient) == comparable(member.address)
    return QueueLetter(
        "suspended",
        recipient,
        member.language,
        (("who", member.address), ("cause", cause), ("here", "" if same else recipient)),
        NewCode("resume", recipient, payload.write("resume", (), Options()), RESUME_DAYS),
    )


def _complained(mail: Incoming, member: Membership, facts: BounceFacts, report: Report) -> Plan:
    """Their provider says that they filed our mail as unwanted. That may be a slip or a filter's doing,
    and more mail would harm everybody's delivery: a pause, and a way back at any time."""
    null, aligned = not mail.envelope.mail_from, mail.verdicts.alignment is Alignment.ALIGNED
    if not (null or aligned):
        return ignored("complaint-unproved")
    if member.state is not MemberState.ACTIVE and _many(facts, mail.envelope.received_at):
        return ignored("many-today")
    fault = report.faults[0]
    count = CountBounce(member.id, member.address, Cause.FINE, "", fault.diagnostic, complaint=True)
    effects: tuple[Effect, ...] = (count,)
    if member.state is MemberState.ACTIVE:
        effects += suspend(member, facts, COMPLAINT)
    reason = f"{comparable(member.address)} {COMPLAINT}"
    return Plan(Outcome(OutcomeKind.BOUNCE, RECEIVED, reason), effects)


# --- A suspended member writes -----------------------------------------------------------------


def returned(mail: Incoming, member: Membership | None, standing: Standing) -> tuple[Effect, ...]:
    """A suspended member posts: they are there. Where their domain vouches for them mail comes again,
    else the registered address is asked, once a week at most."""
    if member is None or member.state is not MemberState.SUSPENDED:
        return ()
    if mail.verdicts.alignment is Alignment.ALIGNED:
        told = QueueLetter(
            "back-again", member.address, member.language, (("cause", standing.cause),)
        )
        wish = ChangeMember(member.address, state=MemberState.ACTIVE)
        return wish, Audit("resumed", f"{member.address} posted"), told
    now = mail.envelope.received_at
    if standing.told_at is not None and now - standing.told_at < TELL_AGAIN:
        return ()
    return notice(member, member.address, standing.cause), Stand(member.id, Step.TOLD)

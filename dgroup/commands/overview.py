"""pending and report: what waits for a coordinator, and the group's months in figures."""

from __future__ import annotations

from dataclasses import replace

from dgroup.commands.base import Command, Request, done, dropped, found, letter, may_answer
from dgroup.commands.coordinator import guard
from dgroup.effects import Plan
from dgroup.known import PendingFacts, ReportFacts
from dgroup.model import Membership
from dgroup.moderation import ROWS, code_for, is_listed


def plan_pending(request: Request) -> Plan:
    """List held mails, wishes to join and invitations, with how to act on each."""
    if refusal := guard(request, "pending"):
        return refusal
    if not may_answer(request):
        return dropped("cap pending")
    facts = found(request, PendingFacts)
    group, boss = request.facts.group, request.facts.member
    assert boss is not None  # guard() says so
    ours = [one for one in facts.holds if is_listed(one.reason, group)][:ROWS]
    told = letter(
        request,
        "pending",
        holds=tuple(
            (f"P-{one.id}", one.sender, one.subject, one.reason, f"{one.held_at:%Y-%m-%d}")
            for one in facts.holds
        ),
        joins=tuple(_join(one) for one in facts.joins),
        invitations=tuple(
            (one.address, one.name, one.state, f"{one.invited_at:%Y-%m-%d}", _end(one.expires_at))
            for one in facts.invitations
        ),
        deciding=len(ours),
        example=f"P-{ours[0].id}" if ours else "",
        count=len(facts.holds) + len(facts.joins) + len(facts.invitations),
    )
    if ours:
        code = code_for([one.id for one in ours], boss, group)
        told = replace(told, recipient=boss.address, code=code)
    return done(request, "pending", told)


def _end(moment: object) -> str:
    return f"{moment:%Y-%m-%d}"


def _join(member: Membership) -> tuple[str, str, str]:
    return (member.address, member.name, f"{member.joined_at:%Y-%m-%d}")


def plan_report(request: Request) -> Plan:
    """Give the figures of this month and the one before."""
    if refusal := guard(request, "report"):
        return refusal
    if not may_answer(request):
        return dropped("cap report")
    facts = found(request, ReportFacts)
    rows = tuple(
        (
            f"{one.first:%Y-%m-%d}",
            f"{one.last:%Y-%m-%d}",
            *map(str, (one.posts, one.writers, one.joined, one.left, one.bounces)),
        )
        for one in facts.months
    )
    return done(request, "report", letter(request, "report", members=facts.members, months=rows))


PENDING = Command("pending", plan_pending, needs="pending")
REPORT = Command("report", plan_report, needs="report")

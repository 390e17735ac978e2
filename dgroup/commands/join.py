"""join: always a code to the address that wants to join (COMMANDS D4 level 2)."""

from __future__ import annotations

from archive.model import ArchiveMode
from dgroup.changes import ChangeMember
from dgroup.commands.base import (
    Command,
    Request,
    active,
    answer,
    ask,
    done,
    dropped,
    found,
    used,
)
from dgroup.commands.payload import join_payload, joining
from dgroup.commands.publishing import release
from dgroup.effects import Audit, Effect, NewCode, Plan, QueueLetter, Value
from dgroup.model import Group, GroupState, MemberState, Role, WhoJoins
from dgroup.moderation import JOINING, Moderation
from dgroup.policy import joining_reason
from dgroup.runs import zone_of


def plan(request: Request) -> Plan:
    """Ask the address itself; a forger only causes one capped letter to the address he names."""
    member, group = request.facts.member, request.facts.group
    if request.forged:
        return dropped("auth-fail join")
    if active(member) and member.state is not MemberState.SUSPENDED:
        return answer(request, "join-already")
    if group.state is not GroupState.OPEN:
        return answer(request, "join-frozen", **left_to_read(group))
    if group.who_joins is WhoJoins.CLOSED:
        return answer(request, "join-closed")
    address = member.address if active(member) and member is not None else request.sender
    payload = join_payload(request.mail.message, request.reading.language)
    return ask(request, "join-confirm", NewCode("join", address, payload, request.caps.code_days))


def confirmed(request: Request) -> Plan:
    """The holder of the address said yes: they are in, or wait for a coordinator."""
    member = request.facts.token_member
    if member is not None and member.banned:
        return dropped("banned", used(request))
    if active(member) and member.state is not MemberState.SUSPENDED:
        return answer(request, "join-already", used(request), *_published(request))
    group = request.facts.group
    if group.state is not GroupState.OPEN:
        return answer(request, "join-frozen", used(request), **left_to_read(group))
    if not active(member) and group.who_joins is WhoJoins.CLOSED:
        return answer(request, "join-closed", used(request))
    if not active(member) and group.who_joins is WhoJoins.APPROVAL:
        return _waits(request)
    name, language = _who(request)
    wish = _wish(request, MemberState.ACTIVE)
    welcome = QueueLetter("welcome", wish.address, language, (("name", name),))
    joined = Audit("joined", wish.address)
    return done(request, "joined", used(request), wish, joined, welcome, *_published(request))


def left_to_read(group: Group) -> dict[str, Value]:
    """What is left of a closed group: since when, and whether its archive can be read."""
    closed_at = group.info.closed_at
    day = closed_at.astimezone(zone_of(group.info.timezone)).date() if closed_at else ""
    return {"day": day, "public": group.info.archive is ArchiveMode.PUBLIC}


def _who(request: Request) -> tuple[str, str]:
    """Give name and language: as kept, else as the first mail had them."""
    assert request.facts.code is not None  # `confirm` calls with a code only
    member = request.facts.token_member
    name, language = joining(request.facts.code.payload)
    if member is not None:
        return member.name or name, member.language
    return name, language or request.language


def _wish(request: Request, state: MemberState) -> ChangeMember:
    """Whoever comes back comes as a member, whatever they were before."""
    code, member = request.facts.code, request.facts.token_member
    assert code is not None  # `confirm` calls with a code only
    name, language = joining(code.payload)
    language = language or request.reading.language
    role = None if active(member) else Role.MEMBER
    return ChangeMember(code.address, name, state, role, language=language or None)


def _waits(request: Request) -> Plan:
    wish = _wish(request, MemberState.PENDING)
    _, language = _who(request)
    known = found(request, Moderation)
    # Whoever got all of the day's questions finds the rest in the morning letter.
    full = {one.id for one in known.moderators} - {one.id for one in known.ask}
    told = [
        QueueLetter(JOINING, boss.address, boss.language, (("who", wish.address),))
        for boss in request.facts.coordinators
        if boss.id not in full
    ]
    waiting = QueueLetter("join-waiting", wish.address, language)
    return done(request, "join-pending", used(request), wish, waiting, *told)


def _published(request: Request) -> tuple[Effect, ...]:
    """The mails that waited for their author to join; some groups look at them all the same."""
    code = request.facts.code
    assert code is not None  # `confirm` calls with a code only
    _, language = _who(request)
    reason = joining_reason(request.facts.group, request.facts.token_member)
    return release(request, reason, "joined", code.address, language)


COMMAND = Command("join", plan, confirmed)

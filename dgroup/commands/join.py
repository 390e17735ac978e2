"""join: always a code to the address that wants to join (COMMANDS D4 level 2)."""

from __future__ import annotations

from dgroup.commands.base import (
    Command,
    Request,
    active,
    answer,
    ask,
    done,
    dropped,
)
from dgroup.effects import Audit, ChangeMember, Effect, NewCode, Plan, QueueLetter, ResolveHold
from dgroup.model import MemberState, WhoJoins


def plan(request: Request) -> Plan:
    """Ask the address itself; a forger only causes one capped letter to the address he names."""
    member, group = request.facts.member, request.facts.group
    if member is not None and member.state is MemberState.BANNED:
        return dropped("banned")
    if active(member):
        return answer(request, "join-already")
    if group.who_joins is WhoJoins.CLOSED:
        return answer(request, "join-closed")
    name = request.mail.message.from_[0].name if request.mail.message.from_ else ""
    code = NewCode("join", request.sender, name, request.caps.code_days)
    return ask(request, "join-confirm", code, request.language)


def confirmed(request: Request) -> Plan:
    """The holder of the address said yes: they are in, or wait for a coordinator."""
    code, group = request.facts.code, request.facts.group
    assert code is not None  # `confirm` calls this with a code only
    language = request.language
    if group.who_joins is WhoJoins.APPROVAL:
        wish = ChangeMember(code.address, code.payload, MemberState.PENDING, language=language)
        told = [
            QueueLetter("join-asked", boss.address, boss.language, (("who", code.address),))
            for boss in request.facts.coordinators
        ]
        waiting = QueueLetter("join-waiting", code.address, language)
        return done(request, "join-pending", wish, waiting, *told)
    wish = ChangeMember(code.address, code.payload, MemberState.ACTIVE, language=language)
    welcome = QueueLetter("welcome", code.address, language, (("name", code.payload),))
    effects: list[Effect] = [wish, Audit("joined", code.address), welcome]
    effects += [ResolveHold(hold, "approved", "joined") for hold in request.facts.waiting]
    return done(request, "joined", *effects)


COMMAND = Command("join", plan)

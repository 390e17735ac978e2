"""leave: at once with a personal token or an aligned sender, else by a code (COMMANDS D4 level 2)."""

from __future__ import annotations

from dgroup.commands.base import (
    UNDO_DAYS,
    Command,
    Request,
    active,
    answer,
    ask,
    done,
    dropped,
    forged_note,
    people_payload,
)
from dgroup.effects import Audit, ChangeMember, Effect, NewCode, Plan, QueueLetter, TellGroup
from dgroup.incoming import Answer, Named
from dgroup.model import Membership, MemberState, Role


def plan(request: Request) -> Plan:
    """Decide who asks and whether it is proved."""
    facts = request.facts
    if facts.token_member is not None:
        return _by_token(request, facts.token_member)
    if not active(facts.member):
        return answer(request, "leave-unknown", asked=request.sender)
    assert facts.member is not None  # active() says so
    if request.forged:
        return forged_note(request, "leave")
    if request.aligned and request.reading.answer is not Answer.NO:
        return left(request, facts.member)
    code = NewCode("leave", facts.member.address, "", request.caps.code_days)
    return ask(request, "leave-confirm", code, facts.member.language)


def _by_token(request: Request, member: Membership) -> Plan:
    """Only the member's own copies carry the token; it works from any address (pain 6)."""
    if not active(member):
        return dropped("left-already")
    if request.reading.answer is Answer.NO:
        code = NewCode("leave", member.address, "", request.caps.code_days)
        return ask(request, "leave-confirm", code, member.language)
    return left(request, member)


def confirmed(request: Request) -> Plan:
    """The registered address said yes to the question."""
    code = request.facts.code
    assert code is not None  # `confirm` calls this with a code only
    member = request.facts.token_member
    if member is None or not active(member):
        return dropped("left-already")
    return left(request, member)


def left(request: Request, member: Membership) -> Plan:
    """Out at once, with a letter that undoes it for 30 days."""
    undo = NewCode(
        "undo",
        member.address,
        people_payload((Named(member.address, member.name),), verb="leave"),
        UNDO_DAYS,
    )
    goodbye = QueueLetter("left", member.address, member.language, (("name", member.name),), undo)
    return done(request, "left", *goodbye_effects(request, member), goodbye)


def goodbye_effects(request: Request, member: Membership) -> tuple[Effect, ...]:
    """The change itself; the last coordinator cannot leave silently (RULINGS 3)."""
    change = ChangeMember(member.address, state=MemberState.LEFT)
    effects: tuple[Effect, ...] = (change, Audit("left", member.address))
    others = [boss for boss in request.facts.coordinators if boss.id != member.id]
    if member.role is Role.COORDINATOR and not others:
        effects += (TellGroup("no-coordinator", ()), Audit("no-coordinator", member.address))
    return effects


COMMAND = Command("leave", plan)

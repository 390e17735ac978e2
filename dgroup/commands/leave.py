"""leave: at once with a personal token or an aligned sender, else by a code (COMMANDS D4 level 2)."""

from __future__ import annotations

from dgroup.commands.base import (
    Command,
    Request,
    active,
    answer,
    ask,
    done,
    dropped,
    forged_note,
    used,
)
from dgroup.commands.coordinator import orphaned
from dgroup.commands.undo import undo_code
from dgroup.effects import Audit, ChangeMember, Effect, NewCode, Plan, QueueLetter
from dgroup.incoming import Answer
from dgroup.model import Membership, MemberState


def plan(request: Request) -> Plan:
    """Decide who asks and whether it is proved."""
    facts = request.facts
    if facts.token_member is not None:
        return _by_token(request, facts.token_member)
    if facts.member is None or not active(facts.member):
        return answer(request, "leave-unknown", asked=request.sender)
    if request.forged:
        return forged_note(request, "leave")
    if request.aligned and request.reading.sure and request.reading.answer is not Answer.NO:
        return left(request, facts.member)
    return _ask(request, facts.member)


def _by_token(request: Request, member: Membership) -> Plan:
    """Only the member's own copies carry the token; it works from any address (pain 6)."""
    if not active(member):
        return dropped("left-already")
    if request.reading.answer is Answer.NO:
        return _ask(request, member)
    return left(request, member)


def _ask(request: Request, member: Membership) -> Plan:
    code = NewCode("leave", member.address, "", request.caps.code_days)
    return ask(request, "leave-confirm", code)


def confirmed(request: Request) -> Plan:
    """The registered address said yes to the question."""
    member = request.facts.token_member
    if member is None or not active(member):
        return dropped("left-already", used(request))
    return left(request, member, used(request))


def left(request: Request, member: Membership, *before: Effect) -> Plan:
    """Out at once, with a letter that undoes it for 30 days."""
    undo = undo_code(member.address, "leave", [(member, _wish(member))], own=True)
    goodbye = QueueLetter(
        name="left",
        recipient=member.address,
        language=member.language,
        values=(("name", member.name),),
        code=undo,
        answers=request.mail.message.message_id if member == request.facts.member else "",
    )
    return done(request, "left", *before, *goodbye_effects(request, member), goodbye)


def goodbye_effects(request: Request, member: Membership) -> tuple[Effect, ...]:
    """The change itself; the last coordinator cannot leave silently (RULINGS 3)."""
    return (*orphaned(request, {member.id}), _wish(member), Audit("left", member.address))


def _wish(member: Membership) -> ChangeMember:
    return ChangeMember(member.address, state=MemberState.LEFT)


COMMAND = Command("leave", plan, confirmed)

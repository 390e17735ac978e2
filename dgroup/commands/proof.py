"""Proof for what members do to themselves: at once for a sender whose domain vouches for them, else by
a code to the registered address (COMMANDS D4). What is done at once can be undone by one reply. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dgroup.changes import ChangeMember
from dgroup.commands import payload
from dgroup.commands.base import (
    Request,
    active,
    answer,
    ask,
    done,
    dropped,
    forged_note,
    letter_to,
    may_answer,
    used,
)
from dgroup.commands.undo import undo_code
from dgroup.effects import Audit, Effect, NewCode, Plan, QueueLetter, Value
from dgroup.incoming import Answer
from dgroup.model import Membership

Act = Callable[[Request, Membership], Plan]


def settle(request: Request, act: Act, *, question: str, **values: Value) -> Plan:
    """Have `act` done for the member who asks; where nothing proves them, send `question` with a code.

    The answer goes to the registered address only. A "no" anywhere asks too (RULINGS 8).
    """
    member = request.facts.token_member if request.proved else request.facts.member
    verb = request.reading.verb
    if refusal := refused(request, member):
        return refusal
    assert member is not None  # refused() lets members through only
    if request.proved or is_proof(request):
        return act(request, member)
    text = payload.write(verb, request.reading.people, request.reading.options)
    return ask(
        request, question, NewCode(verb, member.address, text, request.caps.code_days), **values
    )


def refused(request: Request, member: Membership | None) -> Plan | None:
    """Refuse whoever is not in the group now, all with the same words, and what is forged."""
    if member is not None and member.banned:
        return dropped("banned", *spent(request))
    if not active(member):
        return answer(request, "not-member", asked=request.sender)
    return forged_note(request, request.reading.verb) if request.forged else None


def is_proof(request: Request) -> bool:
    """Tell whether the mail itself proves that its sender wants exactly this."""
    said_no = request.reading.answer is Answer.NO
    return request.aligned and request.reading.sure and not said_no


def change(
    request: Request, member: Membership, wish: ChangeMember, name: str, **values: Value
) -> Plan:
    """Change a member's own settings, and tell them how to take it back; beyond the answers of the
    day it is done without a letter."""
    verb = request.reading.verb
    effects = (*spent(request), wish, Audit(verb, member.address))
    if not may_answer(request):
        return dropped(f"cap {name}", *effects)
    told = QueueLetter(
        name=name,
        recipient=member.address,
        language=wish.language or member.language,
        values=tuple(values.items()),
        code=undo_code(member.address, verb, [(member, wish)], own=True),
        answers=request.mail.message.message_id,
    )
    return done(request, verb, *effects, told)


def tell(request: Request, member: Membership, name: str, **values: Value) -> Plan:
    """Answer a member at the registered address, without a change."""
    if not may_answer(request):
        return dropped(f"cap {name}", *spent(request))
    told = replace(letter_to(member, name, **values), answers=request.mail.message.message_id)
    return done(request, name, *spent(request), told)


def spent(request: Request) -> tuple[Effect, ...]:
    """The code that the answer carried, if there was one, is used."""
    return (used(request),) if request.proved else ()

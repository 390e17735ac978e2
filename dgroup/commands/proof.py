"""Proof for what members do to themselves: at once for a sender whose domain vouches for them, else by
a code to the registered address (COMMANDS D4). What is done at once can be undone by one reply. Pure.
"""

from __future__ import annotations

from collections.abc import Callable

from dgroup.commands import payload
from dgroup.commands.base import Request, active, answer, ask, done, forged_note, letter_to, used
from dgroup.commands.undo import undo_code
from dgroup.effects import Audit, ChangeMember, Effect, NewCode, Plan, QueueLetter, Value
from dgroup.incoming import Answer
from dgroup.model import Membership

Act = Callable[[Request, Membership], Plan]


def settle(request: Request, act: Act, *, question: str, **values: Value) -> Plan:
    """Have `act` done for the member who asks; where nothing proves them, send `question` with a code.

    The answer goes to the registered address only. A "no" anywhere asks too (RULINGS 8).
    """
    member = request.facts.token_member if request.proved else request.facts.member
    verb = request.reading.verb
    if not active(member):
        return answer(request, "not-member", asked=request.sender, verb=verb)
    if request.forged:
        return forged_note(request, verb)
    if request.proved or is_proof(request):
        return act(request, member)
    text = payload.write(verb, request.reading.people, request.reading.options)
    return ask(
        request, question, NewCode(verb, member.address, text, request.caps.code_days), **values
    )


def is_proof(request: Request) -> bool:
    """Tell whether the mail itself proves that its sender wants exactly this."""
    said_no = request.reading.answer is Answer.NO
    return request.aligned and request.reading.sure and not said_no


def change(
    request: Request, member: Membership, wish: ChangeMember, name: str, **values: Value
) -> Plan:
    """Change a member's own settings, and tell them how to take it back."""
    verb = request.reading.verb
    told = QueueLetter(
        name=name,
        recipient=member.address,
        language=wish.language or member.language,
        values=tuple(values.items()),
        code=undo_code(member.address, verb, [(member, wish)], own=True),
        answers=request.mail.message.message_id,
    )
    return done(request, verb, *spent(request), wish, Audit(verb, member.address), told)


def tell(request: Request, member: Membership, name: str, **values: Value) -> Plan:
    """Answer a member at the registered address, without a change."""
    return done(request, name, *spent(request), letter_to(member, name, **values))


def spent(request: Request) -> tuple[Effect, ...]:
    """The code that the answer carried, if there was one, is used."""
    return (used(request),) if request.proved else ()

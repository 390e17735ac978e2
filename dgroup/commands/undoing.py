"""undo as a command: the newest offer to take something back, or the one whose reference is named.
A reply to the offer itself is `confirm`'s.
"""

from __future__ import annotations

from dataclasses import replace

from dgroup.commands import payload
from dgroup.commands.base import Command, Request, active, answer, forged_note, found
from dgroup.commands.coordinator import confirm_letter, guard
from dgroup.commands.proof import is_proof
from dgroup.commands.undo import taken_back
from dgroup.effects import NewCode, Plan
from dgroup.incoming import Code
from dgroup.known import UndoFacts

VERB = "undo"


def plan(request: Request) -> Plan:
    """A member's own change is taken back at once where the mail proves them; else they are asked,
    and so is a coordinator, for what they did to others (COMMANDS D4)."""
    member, facts = request.facts.member, found(request, UndoFacts)
    if not active(member):
        return answer(request, "not-member", asked=request.sender, verb=VERB)
    if request.forged:
        return forged_note(request, VERB)
    if facts.code is None:
        return answer(request, "undo-nothing")
    if not payload.value(facts.code.payload, "own"):
        return guard(request, VERB) or _asked(request, facts.code)
    if is_proof(request) and payload.value(facts.code.payload, "steps"):
        known = replace(request.facts, code=facts.code, people=facts.people)
        return taken_back(replace(request, facts=known))
    return _asked_member(request, facts.code)


def _again(request: Request, code: Code) -> NewCode:
    """The same offer under a new code, which only the registered address gets."""
    return NewCode(VERB, request.addressee, code.payload, request.caps.code_days)


def _asked(request: Request, code: Code) -> Plan:
    asked = payload.read(code.payload)
    people = tuple((one.address, one.name) for one in asked.people)
    return confirm_letter(
        request,
        "undo-confirm",
        _again(request, code),
        verb=asked.verb,
        people=people,
        day=code.created_at.date(),
    )


def _asked_member(request: Request, code: Code) -> Plan:
    verb, day = payload.read(code.payload).verb, code.created_at.date()
    return confirm_letter(
        request, "undo-confirm", _again(request, code), verb=verb, people=(), day=day
    )


COMMAND = Command(VERB, plan, needs=VERB)

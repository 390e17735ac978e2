"""change address: a code to the old address, then one to the new; then every membership that got its
mail at the old one, in all groups, gets it at the new (COMMANDS D4 level 2, RULINGS 3). Or the new one
is only written from: `second_address`.
"""

from __future__ import annotations

from dataclasses import replace

from dgroup.address import comparable
from dgroup.changes import MoveAddress
from dgroup.commands import payload, second_address
from dgroup.commands.base import (
    UNDO_DAYS,
    Command,
    Request,
    active,
    answer,
    ask,
    done,
    dropped,
    found,
    letter,
    may_ask,
    used,
)
from dgroup.commands.proof import refused, tell
from dgroup.commands.second_address import VERB, Move, is_forgetting
from dgroup.effects import Audit, NewCode, Plan, QueueLetter
from dgroup.incoming import Named, Options
from dgroup.model import Membership


def plan(request: Request) -> Plan:
    """Ask the registered address, whoever vouches for the mail: whoever holds a mailbox for a
    minute must not walk away with a membership.

    Nothing goes to the new address before: so nobody can make us write to strangers.
    """
    member, move = request.facts.member, found(request, Move)
    options = request.reading.options
    if refusal := refused(request, member):
        return refusal
    assert member is not None  # refused() lets members through only
    if is_forgetting(options):
        return second_address.forget(request)
    if options.also and (move.is_theirs or move.problem == "same"):
        return tell(request, member, "second-already", new=move.address)
    if move.problem:
        return answer(request, _letter(request, "bad"), problem=move.problem, new=move.address)
    text = _remembered(request, member, move)
    code = NewCode(VERB, member.address, text, request.caps.code_days)
    return ask(request, _letter(request, "confirm"), code, new=move.address)


def _letter(request: Request, name: str) -> str:
    """The same letter tells of a change of address and of a second one in other words."""
    return f"second-{name}" if request.reading.options.also else f"address-{name}"


def _remembered(request: Request, member: Membership, move: Move) -> str:
    old = Named(member.address, member.name)
    options = Options(address=move.address, also=request.reading.options.also)
    return payload.write(VERB, [old], options)


def confirmed(request: Request) -> Plan:
    """The old address said yes: the new one is asked. It said yes too: the move is done."""
    code, move = request.facts.code, found(request, Move)
    assert code is not None  # `confirm` calls with a code only
    if request.forged:
        return dropped("auth-fail address")
    if is_forgetting(request.reading.options):
        return second_address.forget(request)
    if not active(move.mover) or not move.places:
        return answer(request, "code-expired", used(request))
    if comparable(code.address) != comparable(move.address):
        return _ask_new(request, move.mover, move)
    if move.is_taken:
        return answer(request, _letter(request, "taken"), used(request), new=move.address)
    if request.reading.options.also:
        return second_address.added(request, move.mover, move)
    return _moved(request, move.mover, move)


def _ask_new(request: Request, member: Membership, move: Move) -> Plan:
    if not may_ask(move.letters, request.caps):
        return answer(request, "address-later", new=move.address)
    question = QueueLetter(
        name=_letter(request, "confirm-new"),
        recipient=move.address,
        language=member.language,
        values=(("old", member.address), ("new", move.address)),
        code=NewCode(
            VERB, move.address, _remembered(request, member, move), request.caps.code_days
        ),
    )
    return done(request, f"asked {question.name}", used(request), question)


def _moved(request: Request, member: Membership, move: Move) -> Plan:
    """Both addresses are told, and either can take it back."""
    old, new = request.facts.people[0].address, move.address
    back = payload.write(
        VERB,
        [Named(new, member.name)],
        Options(address=old),
        own=True,
        places=list(move.places),
        forget=not move.is_theirs,
    )
    letters = [
        QueueLetter(name, to, member.language, values, code=NewCode("undo", to, back, UNDO_DAYS))
        for name, to in (("address-done", new), ("address-moved", old))
        for values in [(("old", old), ("new", new), ("count", len(move.places)))]
    ]
    effect = MoveAddress(member.person_id, move.places, new, take=True)
    return done(
        request, "address", used(request), effect, Audit("address", f"{old} to {new}"), *letters
    )


def undone(request: Request) -> Plan:
    """Mail goes to the old address again; a new one that came by the move goes with it."""
    code = request.facts.code
    assert code is not None  # `confirm` calls with a code only
    if request.forged:
        return dropped("auth-fail undo")
    options = payload.read(code.payload).options
    if options.also:
        return second_address.undone(request, options)
    member, new = request.facts.people[0].membership, request.facts.people[0].address
    if member is None or member.banned or comparable(member.address) != comparable(new):
        return answer(request, "undone-own", used(request), verb=VERB, people=())
    old = options.address
    effect = MoveAddress(
        member.person_id,
        tuple(payload.value(code.payload, "places")),
        old,
        forget=new if payload.value(code.payload, "forget") else "",
    )
    told = replace(
        letter(request, "undone-own", verb=VERB, people=((old, member.name),)),
        recipient=old,
        language=member.language,
    )
    audit = Audit("undone", f"address {new} to {old} by {code.address}")
    return done(request, "undone", used(request), effect, audit, told)


COMMAND = Command(VERB, plan, confirmed, undone, needs="move")

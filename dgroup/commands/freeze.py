"""freeze and unfreeze: a group that can only be read, as after an e-conference, and its way back. Pure."""

from __future__ import annotations

from collections.abc import Callable

from dgroup.commands import payload
from dgroup.commands.base import UNDO_DAYS, Command, Request, answer, done, used
from dgroup.commands.coordinator import answer_guard, confirm_letter, guard
from dgroup.commands.life import closing, opening, tell_others, told
from dgroup.effects import Audit, Effect, NewCode, Plan, TellGroup
from dgroup.model import GroupState

FREEZE, UNFREEZE = "freeze", "unfreeze"


def _planned(verb: str) -> Callable[[Request], Plan]:
    def plan(request: Request) -> Plan:
        """Say what will happen, and ask; a group that is so already is told so."""
        if refusal := guard(request, verb):
            return refusal
        if _is_so(request, verb):
            return answer(request, f"{verb}-already")
        code = NewCode(verb, request.addressee, payload.write(verb), request.caps.code_days)
        return confirm_letter(request, f"{verb}-confirm", code)

    return plan


def _confirmed(verb: str) -> Callable[[Request], Plan]:
    def confirmed(request: Request) -> Plan:
        """The coordinator said yes: it is so, and everybody is told once."""
        if refusal := answer_guard(request, verb):
            return refusal
        if _is_so(request, verb):
            return answer(request, f"{verb}-already", used(request))
        undo = NewCode("undo", request.addressee, payload.write(verb), UNDO_DAYS)
        letter = told(request, f"{verb}-done", undo)
        return done(request, verb, used(request), *_changed(request, verb), letter)

    return confirmed


def _undone(verb: str) -> Callable[[Request], Plan]:
    back = UNFREEZE if verb == FREEZE else FREEZE

    def undone(request: Request) -> Plan:
        """Set it back, where nobody has done so since; the members are told of that too."""
        if refusal := answer_guard(request, "undo"):
            return refusal
        if _is_so(request, back):
            return answer(request, f"{back}-already", used(request))
        letter = told(request, f"{back}-done", None)
        return done(request, "undone", used(request), *_changed(request, back), letter)

    return undone


def _is_so(request: Request, verb: str) -> bool:
    is_open = request.facts.group.state is GroupState.OPEN
    return is_open if verb == UNFREEZE else not is_open


def _changed(request: Request, verb: str) -> tuple[Effect, ...]:
    change = closing(request.facts.now) if verb == FREEZE else opening()
    return (
        change,
        Audit(verb, f"by {request.addressee}"),
        TellGroup(f"group-{verb}", ()),
        *tell_others(request, f"{verb}-told"),
    )


FREEZE_COMMAND, UNFREEZE_COMMAND = (
    Command(verb, _planned(verb), _confirmed(verb), _undone(verb)) for verb in (FREEZE, UNFREEZE)
)

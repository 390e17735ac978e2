"""rename: a new address for a group. The old one works on, and so does every link and filter. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dgroup.address import group_address, name_problem
from dgroup.changes import RenameGroup
from dgroup.commands import payload
from dgroup.commands.base import UNDO_DAYS, Command, Request, answer, done, found, used
from dgroup.commands.coordinator import answer_guard, confirm_letter, guard
from dgroup.commands.life import plain, tell_others, told
from dgroup.effects import Audit, Effect, NewCode, Plan, TellGroup
from dgroup.incoming import Options

NEEDS = "name"


class Problem(StrEnum):
    """Why a group cannot be called so."""

    NONE = ""
    BAD = "bad"
    TAKEN = "taken"
    """another group has or had the name, or a person reads mail there"""
    SAME = "same"


@dataclass(frozen=True, slots=True)
class NameFacts:
    """What the database knows of the name that is asked for."""

    taken: bool


def wanted(text: str) -> str:
    """Read the name that a coordinator wrote: 'Wash', 'wash@lists.example', '"eau-potable"'."""
    name = plain(text).strip("\"'«»“”<>. \r\n\t").partition("@")[0]
    return name.replace(" ", "-").replace("_", "-")


def plan(request: Request) -> Plan:
    """Say what the new address would be and what goes on under the old one, and ask."""
    if refusal := guard(request, "rename"):
        return refusal
    name = wanted(request.reading.options.words)
    if problem := _problem(request, name):
        return answer(request, "rename-not", asked=name, problem=problem)
    text = payload.write("rename", options=Options(words=name))
    code = NewCode("rename", request.addressee, text, request.caps.code_days)
    return confirm_letter(request, "rename-confirm", code, new=_address(request, name))


def _problem(request: Request, name: str) -> Problem:
    if name == request.facts.group.name:
        return Problem.SAME
    if name_problem(name):
        return Problem.BAD
    return Problem.TAKEN if found(request, NameFacts).taken else Problem.NONE


def confirmed(request: Request) -> Plan:
    """The coordinator said yes: the name may have been taken meanwhile."""
    if refusal := answer_guard(request, "rename"):
        return refusal
    name = request.reading.options.words
    if problem := _problem(request, name):
        return answer(request, "rename-not", used(request), asked=name, problem=problem)
    was = request.facts.group.name
    undo = NewCode("undo", request.addressee, payload.write("rename", was=was, now=name), UNDO_DAYS)
    letter = told(request, "rename-done", undo, was=_address(request, was))
    return done(request, "rename", used(request), *_changed(request, name), letter)


def undone(request: Request) -> Plan:
    """Give the old name back, if the group still has the new one: former names are never others'."""
    if refusal := answer_guard(request, "undo"):
        return refusal
    group, code = request.facts.group, request.facts.code
    assert code is not None  # `confirm` calls with a code only
    was, now = str(payload.value(code.payload, "was")), payload.value(code.payload, "now")
    if group.name != now:
        return answer(request, "rename-not", used(request), asked=was, problem=Problem.SAME)
    letter = told(request, "rename-done", None, was=group.address)
    return done(request, "undone", used(request), *_changed(request, was), letter)


def _changed(request: Request, name: str) -> tuple[Effect, ...]:
    """What comes after the change of name is written from the new address."""
    was = request.facts.group.address
    return (
        RenameGroup(name),
        Audit("rename", f"{was} is {name} by {request.addressee}"),
        TellGroup("group-renamed", (("was", was),)),
        *tell_others(request, "rename-told", was=was),
    )


def _address(request: Request, name: str) -> str:
    return group_address(name, request.facts.group.address.partition("@")[2])


COMMAND = Command("rename", plan, confirmed, undone, needs=NEEDS)

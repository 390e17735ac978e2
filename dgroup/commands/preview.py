"""The numbered lines of a list as a preview and a report show them: who would come in, whose address
looks wrong, who is there already. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from dgroup.commands import payload, typos
from dgroup.commands.base import Request, active, found, may_ask
from dgroup.effects import NewCode, Value
from dgroup.incoming import Known, Named
from dgroup.known import ListFacts, Past
from dgroup.model import MemberState

_PLAIN = Past()
Rows = tuple[tuple[str, ...], ...]


class Kind(StrEnum):
    """What would become of a line."""

    READY = "ready"
    """it is done when the coordinator says yes"""
    CHECK = "check"
    """another address was probably meant"""
    ALREADY = "already"
    """a member"""
    INVITED = "invited"
    """has an open invitation, for a list of people to ask"""
    LATER = "later"
    """was asked for something today: one question a day is enough"""
    BANNED = "banned"
    SYNTAX = "syntax"
    OURS = "ours"
    """an address that a group of the host reads"""


@dataclass(frozen=True, slots=True)
class Line:
    """One person of a list, and what would become of them."""

    number: int
    kind: Kind
    person: Named
    known: Known
    past: Past = _PLAIN
    meant: str = ""
    """with CHECK: the address that was probably meant"""


def lines(request: Request) -> tuple[Line, ...]:
    """Give a line for each person that the request names."""
    past, kept = found(request, ListFacts), _kept(request)
    domains = dict(past.domains)
    people = _people(request)
    named = zip(people, request.facts.people, past.past, strict=True)
    return tuple(
        _line(Line(number, Kind.READY, person, known, before), domains, kept)
        for number, (person, known, before) in enumerate(named, 1)
    )


def _kept(request: Request) -> frozenset[str]:
    """Give the addresses that the coordinator has said are right as they are."""
    if not request.proved or request.facts.code is None:
        return frozenset()
    text = request.facts.code.payload
    kept = {str(one) for one in payload.value(text, "kept") or ()}
    named = dict(enumerate(payload.read(text).people, 1))
    for kind, number in request.reading.choices:
        if kind == "keep" and number in named:
            kept.add(named[number].address.lower())
    return frozenset(kept)


def _people(request: Request) -> Iterator[Named]:
    """What the list says of each; `in fr` beside it counts for all who have no language of theirs."""
    language = request.reading.options.language
    for person in request.reading.people:
        yield replace(person, language=person.language or language)


def _line(line: Line, domains: Mapping[str, int], kept: frozenset[str]) -> Line:
    known = line.known
    if known.problem:
        return replace(line, kind=Kind(known.problem))
    if known.membership is not None and known.membership.banned:
        return replace(line, kind=Kind.BANNED)
    if active(known.membership):
        return replace(line, kind=Kind.ALREADY)
    meant = typos.meant(known.address, domains)
    if meant and known.membership is None and known.address.lower() not in kept:
        return replace(line, kind=Kind.CHECK, meant=meant)
    return line


def askable(request: Request, shown: Sequence[Line]) -> tuple[Line, ...]:
    """Give the lines of a list of people to be asked: nobody is asked twice (RULINGS 8)."""
    return tuple(_askable(request, line) for line in shown)


def _askable(request: Request, line: Line) -> Line:
    if line.kind is not Kind.READY:
        return line
    if line.past.invitation is not None:
        return replace(line, kind=Kind.INVITED)
    may = may_ask(line.past.letters, request.caps)
    return line if may else replace(line, kind=Kind.LATER)


def of_kind(shown: Sequence[Line], kind: Kind) -> tuple[Line, ...]:
    """Give the lines of one kind, in their order."""
    return tuple(line for line in shown if line.kind is kind)


def table(shown: Sequence[Line]) -> Rows:
    """Give the lines for a letter's template: number, kind, address, name, delivery, language, what
    was meant, then the days since when they are in, when they left, bounced, were invited."""
    return tuple(
        (
            str(line.number),
            line.kind,
            line.person.address,
            line.person.name or (line.known.membership.name if line.known.membership else ""),
            line.person.delivery,
            line.person.language,
            line.meant,
            _since(line),
            _day(line.past.left_at if _is_out(line) else None),
            _day(line.past.bounced_at),
            _day(line.past.invitation.invited_at if line.past.invitation else None),
        )
        for line in shown
    )


def _is_out(line: Line) -> bool:
    member = line.known.membership
    return member is not None and member.state is MemberState.LEFT


def _since(line: Line) -> str:
    member = line.known.membership
    return _day(member.joined_at) if active(member) else ""


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment is not None else ""


def unread(request: Request) -> dict[str, Value]:
    """Give what the letter says of lines that name nobody, and of a list that was too long."""
    said = request.reading
    return {
        "unread": tuple((line,) for line, _ in said.problems),
        "truncated": said.truncated,
    }


def list_code(request: Request, verb: str, shown: Sequence[Line]) -> NewCode:
    """Give the code of a preview: it remembers all lines by their numbers, and what each doubtful one
    would be put right to."""
    text = payload.write(
        verb,
        [line.person for line in shown],
        request.reading.options,
        meant={str(line.number): line.meant for line in shown if line.meant},
        kept=sorted(_kept(request)),
    )
    return NewCode(verb, request.addressee, text, request.caps.code_days)

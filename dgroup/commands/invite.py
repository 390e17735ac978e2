"""invite: people are asked, with the coordinator's own words, and are in when they say so."""

from __future__ import annotations

from textwrap import wrap

from dgroup.changes import Invite
from dgroup.commands.base import Command, Request, answer, used
from dgroup.commands.coordinator import (
    answer_guard,
    confirm_letter,
    finished,
    guard,
    told_others,
)
from dgroup.commands.preview import (
    Kind,
    Line,
    askable,
    lines,
    list_code,
    of_kind,
    table,
    unread,
)
from dgroup.effects import Audit, Effect, NewCode, Plan, QueueLetter
from dgroup.incoming import Answer

VERB = "invite"
DAYS = 21
"""how long an invitation stays open"""
MAX_WORDS = 2000
WIDTH = 68
"""columns of own words in a letter, which are indented"""


def plan(request: Request) -> Plan:
    """Show who would be asked, and with which words."""
    if refusal := guard(request, VERB):
        return refusal
    return _shown(request)


def confirmed(request: Request) -> Plan:
    """The coordinator answered: put lines right and show them again, or ask the people."""
    if refusal := answer_guard(request, VERB):
        return refusal
    if request.reading.answer is Answer.FIX:
        return _shown(request, used(request))
    return carried_out(request, lines(request))


def _shown(request: Request, *before: Effect) -> Plan:
    shown = askable(request, lines(request))
    ready, doubtful = of_kind(shown, Kind.READY), of_kind(shown, Kind.CHECK)
    values = {"lines": table(shown), **unread(request)}
    if not ready and not doubtful:
        return answer(request, "add-nobody", *before, verb=VERB, **values)
    return confirm_letter(
        request,
        "invite-confirm",
        list_code(request, VERB, shown),
        *before,
        count=len(ready),
        doubtful=len(doubtful),
        words=own_words(words_of(request)),
        **values,
    )


def carried_out(request: Request, before: tuple[Line, ...]) -> Plan:
    """Ask each person who may be asked now, and report. An invitation is taken back by `uninvite`,
    not by an undo: the letter is out."""
    shown = askable(request, before)
    ready = of_kind(shown, Kind.READY)
    effects: list[Effect] = []
    for line in ready:
        effects += _asked(request, line)
    people = tuple(line.person for line in ready)
    effects += told_others(request, VERB, people)
    return finished(
        request, "invite-done", effects, count=len(ready), lines=table(shown), days=DAYS
    )


def words_of(request: Request) -> str:
    """Give the coordinator's own words."""
    options = request.reading.options
    return (options.words or options.because).strip()[:MAX_WORDS]


def own_words(text: str) -> tuple[tuple[str, ...], ...]:
    """Give words of several lines for a letter's template."""
    return tuple((part,) for line in text.splitlines() for part in wrap(line, WIDTH) or [""])


def _asked(request: Request, line: Line) -> tuple[Effect, ...]:
    boss, group, person = request.facts.member, request.facts.group, line.person
    assert boss is not None  # answer_guard() says so
    member = line.known.membership
    language = person.language or (member.language if member else group.info.language)
    words = words_of(request)
    wish = Invite(person.address, person.name, language, person.delivery, boss.address, words, DAYS)
    return (
        wish,
        Audit("invited", f"{person.address} by {boss.address}"),
        invitation_letter(wish, boss.name or boss.address, DAYS, again=False),
    )


def invitation_letter(wish: Invite, by: str, days: int, *, again: bool) -> QueueLetter:
    """The letter that asks somebody to join; its code is what lets them in."""
    values = (
        ("name", wish.name),
        ("by", by),
        ("words", own_words(wish.words)),
        ("again", again),
    )
    code = NewCode("invited", wish.address, "{}", days)
    return QueueLetter("invitation", wish.address, wish.language, values, code)


COMMAND = Command(VERB, plan, confirmed, answers=frozenset({Answer.FIX}), needs="list")

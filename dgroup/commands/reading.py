"""Reads what a command mail says: the address's verb, else the subject, else the body's lines.

Pure; it knows nothing of groups or members. The mail's quotes and signature were cut before
(`archive.text.own_words`). The full grammar of COMMANDS D3 grows here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.text import normal_subject
from dgroup import tokens
from dgroup.address import person_name, split_address
from dgroup.commands.words import (
    ANSWER_WORDS,
    DOUBTS,
    FILLERS,
    ME,
    POLITE,
    VERB_WORDS,
    folded,
)
from dgroup.incoming import Answer, Incoming, Named, Reading
from dgroup.model import Route, RouteKind

MAX_PEOPLE = 500
MAX_LINES = 2000
_VERB_LINES = 20
_ANSWER_LINES = 5
_NAME_WORDS = 4
_END = frozenset({"end", "fin", "fim"})
# Whatever looks meant as an address: one that is none is shown to the coordinator as such.
_ADDRESS = re.compile(r"[^\s<>\"(),;:]{1,200}@[^\s<>\"(),;:]{1,300}")
# As printed in brackets; bare only with a digit in it, so that "self-help" is no reference.
_REFERENCE = re.compile(
    r"\[([A-Z2-7]{4}-[A-Z2-7]{4})\]|\b((?=[A-Z-]*[2-7])[A-Z2-7]{4}-[A-Z2-7]{4})\b"
)
_BRACKETED = re.compile(r"\[[^\]]*\]")
_LISTING = frozenset({"add", "invite", "remove"})
_NO_NAME = re.compile(r"[<>\"();,]|mailto:")


@dataclass(frozen=True, slots=True)
class _Hit:
    """A verb found at the beginning of a line; `sure` if the line says nothing else."""

    verb: str
    language: str
    sure: bool


def read(mail: Incoming) -> Reading:
    """Give verb, people, answer and codes of a mail to a command or confirm address."""
    subject = _BRACKETED.sub(" ", normal_subject(mail.message.subject)[0])
    lines = list(_lines(mail.content.own))
    found = _verb(mail.route, subject, lines)
    answer, spoken = _answer(lines, subject)
    people = _people(lines, mail.route) if found.verb in _LISTING else ()
    verb = found.verb
    if verb == "remove" and not people and not _by_address(mail.route):
        verb = "leave"
    return Reading(
        verb=verb,
        people=people,
        answer=answer,
        language=found.language or spoken,
        reference=_reference(mail.message.subject),
        code=_code(mail.route, mail.message.subject, mail.content.own),
        sure=found.sure,
    )


def _lines(own: str) -> Iterator[str]:
    for number, line in enumerate(own.splitlines()):
        text = line.strip()
        if number >= MAX_LINES or folded(text) in _END:
            return
        if text:
            yield text


# --- The verb ---------------------------------------------------------------------------------


def _by_address(route: Route) -> bool:
    return route.kind is RouteKind.COMMAND and route.verb != "request"


def _verb(route: Route, subject: str, lines: list[str]) -> _Hit:
    """The address wins, then subject and text together; two different verbs are none (D2.4)."""
    if _by_address(route):
        return _Hit(route.verb, _language_of(route), sure=True)
    filler = FILLERS | set(route.group.split("-")) | {route.group}
    headed = _hit(subject, filler)
    said = [hit for line in lines[:_VERB_LINES] if (hit := _hit(line, filler))]
    certain = [hit for hit in (headed, *said) if hit is not None and hit.sure]
    if len({hit.verb for hit in certain}) > 1:
        return _Hit("", certain[0].language, sure=False)
    if headed is not None and headed.sure and not any(hit.sure for hit in said):
        return _Hit(headed.verb, headed.language, sure=_says_nothing(lines))
    found = [*certain, *([headed] if headed else []), *said]
    return found[0] if found else _Hit("", "", sure=False)


def _language_of(route: Route) -> str:
    """The language that the address's word belongs to; '' for English, which everybody uses."""
    words = re.split(r"[-+.]", split_address(route.address)[0].lower())
    languages = [VERB_WORDS[word][1] for word in words if word in VERB_WORDS]
    return languages[0] if languages and languages[0] != "en" else ""


def _hit(text: str, filler: frozenset[str] | set[str]) -> _Hit | None:
    """The longest known phrase that the text begins with, up to three words, after "please"."""
    words = folded(text).split()
    while words and words[0] in POLITE:
        words = words[1:]
    for count in range(min(3, len(words)), 0, -1):
        if found := VERB_WORDS.get(" ".join(words[:count])):
            verb, language = found
            rest = [word.rstrip(".!,;") for word in words[count:]]
            if verb == "remove" and set(rest) & ME:
                verb = "leave"
            return _Hit(verb, language, sure=all(word in filler or "@" in word for word in rest))
    return None


def _says_nothing(lines: Sequence[str]) -> bool:
    """Tell whether a body is empty but for greetings, thanks and a name (RULINGS 8)."""
    for line in lines:
        words = folded(line).split()
        if len(words) > _NAME_WORDS and not set(words) <= FILLERS:
            return False
    return True


# --- The answer -------------------------------------------------------------------------------


def _answer(lines: list[str], subject: str) -> tuple[Answer, str]:
    """What the first words say. "No" always wins, and a yes with a doubt beside it is none."""
    if not lines:
        return ANSWER_WORDS.get(folded(subject), (Answer.EMPTY, ""))
    first = lines[:_ANSWER_LINES]
    found = [hit for line in first if (hit := _first_answer(line))]
    for answer, language in found:
        if answer is Answer.NO:
            return answer, language
    if not found or any(_doubts(line) for line in first):
        return Answer.OTHER, ""
    return min(found, key=lambda hit: hit[0] is not Answer.UNDO)


def _first_answer(line: str) -> tuple[Answer, str] | None:
    words = [word.rstrip(".") for word in folded(line).split()]
    while words and words[0] in POLITE:
        words = words[1:]
    for count in range(min(3, len(words)), 0, -1):
        if found := ANSWER_WORDS.get(" ".join(words[:count])):
            return found
    return None


def _doubts(line: str) -> bool:
    return "?" in line or bool(DOUBTS & {word.rstrip(".") for word in folded(line).split()})


# --- People -----------------------------------------------------------------------------------


def _people(lines: list[str], route: Route) -> tuple[Named, ...]:
    """Every address of the lines with the name beside it; one person a line or `;` or `,` apart."""
    named: dict[str, Named] = {}
    domain = split_address(route.address)[1]
    for line in lines:
        for piece in _pieces(line):
            found = _ADDRESS.search(piece)
            if found is None or len(named) >= MAX_PEOPLE:
                continue
            address = found.group(0).strip(".'!?")
            if not _is_ours(address, route.group, domain):
                name = _name(piece.replace(found.group(0), " "))
                named.setdefault(address.lower(), Named(address, name))
    return tuple(named.values())


def _is_ours(address: str, group: str, domain: str) -> bool:
    local, host = split_address(address.lower())
    return host == domain and re.split(r"[+-]", local)[0] == re.split(r"[+-]", group)[0]


def _pieces(line: str) -> list[str]:
    """Split a line where it names several people; `addr, name` and `addr; name` stay together."""
    if len(_ADDRESS.findall(line)) < 2:
        return [line]
    if "<" in line:
        return re.split(r"(?<=>)[;,\s]+", line)
    return re.split(r"[;,]|\s+(?=[\w.+-]+@)", line)


def _name(text: str) -> str:
    """What stands beside an address, without the verb and the polite words before it."""
    words = _NO_NAME.sub(" ", text).split()
    while words and folded(words[0]) in POLITE:
        words = words[1:]
    for count in range(min(3, len(words)), 0, -1):
        if folded(" ".join(words[:count])) in VERB_WORDS:
            words = words[count:]
            break
    if all(folded(word) in FILLERS for word in words):
        return ""
    return person_name(" ".join(words))


# --- Codes ------------------------------------------------------------------------------------


def _reference(subject: str) -> str:
    found = _REFERENCE.search(subject.upper())
    return (found.group(1) or found.group(2)) if found else ""


def _code(route: Route, subject: str, own: str) -> str:
    if route.kind is RouteKind.CONFIRM and route.token:
        return tokens.normal_code(route.token)
    return tokens.find_code(f"{subject}\n{own[:4000]}")

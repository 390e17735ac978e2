"""Reads what a command mail says: the address's verb, else the subject, else the body's lines.

Pure; it knows nothing of groups or members. The mail's quotes and signature were cut before
(`archive.text.own_words`). The full grammar of COMMANDS D3 grows here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from archive.text import normal_subject
from dgroup import tokens
from dgroup.commands.words import ANSWER_WORDS, ME, VERB_WORDS, folded
from dgroup.incoming import Answer, Incoming, Named, Reading
from dgroup.model import Route, RouteKind

MAX_PEOPLE = 500
MAX_LINES = 2000
_END = frozenset({"end", "fin", "fim"})
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w.-]{1,253}")
_REFERENCE = re.compile(r"\b([A-Z2-7]{4}-[A-Z2-7]{4})\b")
_LISTING = frozenset({"add", "invite", "remove"})


def read(mail: Incoming) -> Reading:
    """Give verb, people, answer and codes of a mail to a command or confirm address."""
    subject, _ = normal_subject(mail.message.subject)
    lines = list(_lines(mail.own))
    verb, language = _verb(mail.route, subject, lines)
    answer, spoken = _answer(lines, subject)
    people = _people(lines) if verb in _LISTING else ()
    if verb == "remove" and not people:
        verb = "leave"
    return Reading(
        verb=verb,
        people=people,
        answer=answer,
        language=language or spoken,
        reference=_reference(mail.message.subject),
        code=_code(mail.route, mail.message.subject, mail.own),
    )


def _lines(own: str) -> Iterator[str]:
    for number, line in enumerate(own.splitlines()):
        text = line.strip()
        if number >= MAX_LINES or folded(text) in _END:
            return
        if text:
            yield text


def _verb(route: Route, subject: str, lines: list[str]) -> tuple[str, str]:
    """The address wins (COMMANDS D2.4); its language is told by the word that it uses."""
    if route.kind is RouteKind.COMMAND and route.verb != "request":
        word = re.split(r"[-+.]", route.address.split("@", 1)[0].lower())
        languages = [VERB_WORDS[part][1] for part in word if part in VERB_WORDS]
        spoken = languages[0] if languages and languages[0] != "en" else ""
        return route.verb, spoken
    return _first_verb(subject) or next(filter(None, map(_first_verb, lines[:20])), ("", ""))


def _first_verb(text: str) -> tuple[str, str] | None:
    """The longest known phrase that the text begins with, up to three words."""
    words = folded(text).split()
    for count in range(min(3, len(words)), 0, -1):
        if found := VERB_WORDS.get(" ".join(words[:count])):
            rest = words[count:]
            return ("leave", found[1]) if found[0] == "remove" and set(rest) & ME else found
    return None


def _answer(lines: list[str], subject: str) -> tuple[Answer, str]:
    """What the first words say. "No" anywhere among the first lines wins (RULINGS 8)."""
    found = [hit for line in lines[:5] if (hit := _first_answer(line))]
    for wanted in (Answer.NO, Answer.UNDO, Answer.YES):
        for answer, language in found:
            if answer is wanted:
                return answer, language
    return (Answer.OTHER if lines else Answer.EMPTY), ""


def _first_answer(line: str) -> tuple[Answer, str] | None:
    words = folded(line).split()
    for count in range(min(3, len(words)), 0, -1):
        if found := ANSWER_WORDS.get(" ".join(words[:count])):
            return found
    return None


def _people(lines: list[str]) -> tuple[Named, ...]:
    """Every address of the lines with the name beside it; one person a line or `;` or `,` apart."""
    named: dict[str, Named] = {}
    for line in lines:
        for piece in _pieces(line):
            found = _ADDRESS.search(piece)
            if found and len(named) < MAX_PEOPLE:
                address = found.group(0).strip(".'")
                name = re.sub(r"[<>\"();,]|mailto:", " ", piece.replace(found.group(0), " "))
                named.setdefault(address.lower(), Named(address, " ".join(name.split())))
    return tuple(named.values())


def _pieces(line: str) -> list[str]:
    """Split a line where it names several people; `addr, name` and `addr; name` stay together."""
    if len(_ADDRESS.findall(line)) < 2:
        return [line]
    return re.split(r"[;,]|(?<=>)\s+|\s+(?=<?[\w.+-]+@)", line)


def _reference(subject: str) -> str:
    found = _REFERENCE.search(subject.upper())
    return found.group(1) if found else ""


def _code(route: Route, subject: str, own: str) -> str:
    if route.kind is RouteKind.CONFIRM and route.token:
        return tokens.normal_code(route.token)
    return tokens.find_code(f"{subject}\n{own[:4000]}")

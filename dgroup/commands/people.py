"""The people that lines of text name: in any of the forms in which lists are pasted into a mail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from dgroup.address import person_name
from dgroup.commands.calendar_words import LANGUAGES
from dgroup.commands.lexicon import LEXICON, split_words
from dgroup.commands.names import LANGUAGE_NAMES
from dgroup.commands.text import fold
from dgroup.incoming import Named

MAX_PEOPLE = 500
MAX_PROBLEMS = 50
_SHOWN = 80
_ADDRESS = re.compile(r"[^\s<>\"(),;:\[\]|=]{1,200}@[^\s<>\"(),;:\[\]|]{1,300}")
_BULLET = re.compile(r"^\s*(?:[-*•·–—+>o]\s+|\(?\d{1,4}[.)]\s*|\d{1,4}\s+(?=\S))")
_FIELDS = re.compile(r"\s*[;,\t|→]\s*|\s{3,}|\s+[-–—]\s+")
_NO_NAME = re.compile(r"[<>\"();:\[\]=|]|mailto:", re.IGNORECASE)
_FORMULA = re.compile(r"^\s*[=+@\t\r-]|[(]\s*[\"']|![A-Z]+\d|https?:|www\.|\|", re.IGNORECASE)
_STAMP = re.compile(
    r"^\s*\[?\d{1,2}[:/.]\d{1,2}[\d\s,:/.-]{0,24}(?:[ap]\.?m\.?)?(?:\]|(?<=\s)|(?=\s))\s*(?:-\s*)?",
    re.IGNORECASE,
)
"""day and hour that a chat writes before each line"""
_LABEL = re.compile(
    r"(?<![\w@.])(?:(?:full |first |last |the )?names?|nom(?: complet)?|nombre(?: completo)?|nome(?: completo)?|pr[eé]nom|apellidos?|"
    r"(?:e-?mail|mail|email)(?: address)?|adresse(?: (?:e-?)?mail)?|correo(?: electr[oó]nico)?|courriel|endere[cç]o|direcci[oó]n|address)\s*[:=]\s*",
    re.IGNORECASE,
)
"""of a form: "Name: Awa Diop" """
_FORMULA_CELL = re.compile(r"\s*=|\s*[+@-]\s*[\w(]|[^\n]{0,80}(?:https?:|www\.)", re.IGNORECASE)
_QUOTED = re.compile(r"\"([^\"<>@]{2,80})\"")
_SURNAME_FIRST = re.compile(r"[\s;,]*([^\W\d_][\w'-]+, [^\W\d_][\w'. -]{1,60}?)\s*<\n")
"""as address books write it"""
_SENTENCE_END = re.compile(r"(?<=\b)[a-zà-ÿ]{2,}[.!?:]\s+")
_AFTER_END = re.compile(r"^>?[.!?](?:\s|$)|(?<=[a-zà-ÿ])[.!?](?:\s|$)")
_PARTICLES = frozenset(
    "de da do dos das la le les du des del di van von der den el al ben bin e y i ter zu".split()
)
_DELIVERIES = {
    "EACH": "each", "DAILY": "daily", "WEEKLY": "weekly", "MONTHLY": "monthly", "DIGEST": "daily",
}  # fmt: skip
_WEEKLY_FULL = frozenset({"weekly-full", "digest weekly", "weekly digest"})
_NONE = frozenset({"nomail", "none", "pause"})


@dataclass(slots=True)
class Found:
    """The people of a mail, each once, as they come."""

    people: dict[str, Named] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    truncated: bool = False
    skipped: frozenset[str] = frozenset()
    """addresses that name nobody: the sender's own"""
    oneself: bool = False
    """the sender's own address was among them"""
    words: frozenset[str] = frozenset()
    """of the group's name: no part of anybody's"""
    ours: tuple[str, str] = ("", "")
    """group and domain whose addresses name nobody either"""

    def add(self, named: Named) -> None:
        """Take a person, unless known, too many, or one of our own addresses."""
        key = named.address.lower()
        if key in self.skipped:
            self.oneself = True
            return
        if _is_ours(key, *self.ours):
            return
        if len(self.people) >= MAX_PEOPLE and key not in self.people:
            self.truncated = True
            return
        before = self.people.get(key)
        if before is None:
            self.people[key] = named
        elif named.name and not before.name:  # the address stays as it was written first
            self.people[key] = replace(named, address=before.address)

    def problem(self, line: str, why: str) -> None:
        """Note a line that names nobody."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append((person_line(line), why))


def person_line(line: str) -> str:
    """Give a line as it may be shown again: one short line of visible letters."""
    return " ".join(line.split())[:_SHOWN]


def _is_ours(address: str, group: str, domain: str) -> bool:
    local, _, host = address.rpartition("@")
    if host != domain:
        return False
    return re.split(r"[+-]", local)[0] == re.split(r"[+-]", group)[0] or local.startswith(
        tuple(f"{word}.{group}" for word in ("leave", "join", "subscribe", "unsubscribe"))
    )


def read_lines(lines: Iterable[str], found: Found) -> None:
    """Read people from lines, in any form: one or several on a line, name before or behind."""
    label = ""
    for line in lines:
        if found.truncated:
            return
        if "@" in line:
            read_line(f"{label} {line}" if label and _is_bare(line) else line, found)
            label = ""
        elif ":" in line[:40] and (named := _LABEL.match(line)):
            label = f"{label} {name_of(line[named.end() :])}".strip()
        elif _looks_like_entry(line):
            found.problem(line, "no-address")


def _is_bare(line: str) -> bool:
    """A line that is an address, or one with its label: its name stood on the line before."""
    return len(_LABEL.sub("", line).split()) == 1


def _looks_like_entry(line: str) -> bool:
    """A numbered or separated line without an address was meant to name somebody."""
    entry = _BULLET.match(line) is not None or ";" in line or "\t" in line
    return entry and 0 < len(line.split()) <= 6 and any(sign.isalpha() for sign in line)


def read_line(line: str, found: Found) -> None:
    """Read the people of one line."""
    line = _BULLET.sub("", _STAMP.sub("", line), count=1)
    if ":" in line or "=" in line:
        line = _LABEL.sub(" ", line)
    places = list(_ADDRESS.finditer(line))
    if not places:
        found.problem(line, "no-address")
        return
    for piece, place in _pieces(line, places):
        address = place.strip(".'!?*:-")
        rest = piece.replace(place, "\n", 1)
        if _mixes_alphabets(address):
            found.problem(address, "look-alike")  # and named all the same: a preview must show it
        found.add(_named(address, rest, found.words))


def _pieces(line: str, places: Sequence[re.Match[str]]) -> list[tuple[str, str]]:
    """Cut a line at each person: names stand before `<address>`, else beside the address."""
    if len(places) == 1:
        return [(line, places[0][0])]
    pieces = []
    start = 0
    leads = "<" in line or not places[0].start()
    for number, place in enumerate(places):
        if "<" in line:
            end = place.end() + (line[place.end() : place.end() + 1] == ">")
        elif leads:
            end = places[number + 1].start() if number + 1 < len(places) else len(line)
        else:
            end = place.end()
        pieces.append((line[start:end].strip(" ,;\t"), place[0]))
        start = end
    return pieces


def _mixes_alphabets(address: str) -> bool:
    """Tell whether a word of the address mixes Latin with letters of another script that look like
    Latin ones: nobody writes so but who wants to be taken for somebody else."""
    for part in re.split(r"[.@+_-]", address):
        latin = any(sign.isascii() and sign.isalpha() for sign in part)
        alike = any("\u0370" <= sign <= "\u058f" for sign in part)
        if latin and alike:
            return True
    return False


# --- What stands beside an address ------------------------------------------------------------


def _named(address: str, rest: str, group: frozenset[str]) -> Named:
    """A person with name, language and delivery from the fields beside the address, which a line
    feed stands for in `rest`."""
    if _FORMULA_CELL.match(rest) and not rest.startswith("\n"):
        rest = rest[
            rest.index("\n") :
        ]  # a cell that a spreadsheet computes, whatever else stands in it
    if quoted := _QUOTED.search(rest):
        return Named(address, person_name(quoted[1].strip()))
    if inverted := _SURNAME_FIRST.match(rest):
        return Named(address, person_name(inverted[1]))
    before, _, after = rest.partition("\n")
    ends = [end.end() for end in _SENTENCE_END.finditer(before)]
    before = before[ends[-1] :] if ends else before
    after = _AFTER_END.split(after, maxsplit=1)[0]
    name, language, delivery = "", "", ""
    for number, part in enumerate(_FIELDS.split(f"{before}\n{after}")):
        piece = part.replace("\n", " ").strip(" .\"'<>")
        if not piece:
            continue
        if (number or piece in LANGUAGES) and (code := language_of(piece)):
            language = language or code
        elif number and (mode := delivery_of(piece)):
            delivery = delivery or mode
        elif named := name_of(part, group):
            name = f"{name} {named}".strip()
    return Named(address, person_name(name), language, delivery)


def language_of(text: str) -> str:
    """Give the code of a language's name or code; '' where it is none."""
    word = fold(text).strip(" .")
    return word if word in LANGUAGES else LANGUAGE_NAMES.get(word, "")


def delivery_of(text: str) -> str:
    """Give the delivery that a word names; '' where it is none."""
    word = fold(text).strip(" .")
    if word in _NONE:
        return "none"
    if word in _WEEKLY_FULL:
        return "weekly-full"
    known = LEXICON.known(word) if len(split_words(word)) == 1 else {}
    return next((mode for meaning, mode in _DELIVERIES.items() if meaning in known), "")


_COMMAND = ("ADD", "INVITE", "REMOVE", "JOIN", "LEAVE", "BAN", "UNBAN", "TRUST", "MODERATE", "COORDINATOR",
            "UNINVITE", "TRACE", "SET", "QUIET", "FILLER", "ME", "MY", "GROUP", "FROM", "ALL", "ADDRESS", "MAIL",
            "MEMBERS", "I", "WANT", "MAKE", "NEW", "OTHERS", "AGAIN", "STOP", "CANCEL", "INVITATION", "WITH",
            "JOINED", "MEMBERSHIP", "BELONG", "NOT")  # fmt: skip


def name_of(text: str, group: frozenset[str] = frozenset()) -> str:
    """Give the name in a piece of text, without the words of the command around it; a spreadsheet's
    formula is none. In a sentence only capitals are a name's; a field may be in small letters."""
    if _FORMULA.search(text):
        return ""
    whole = _NO_NAME.sub(" ", text.replace("\n", " ")).split()
    words = list(whole)
    while words and _is_command(words[0], group) and not _begins_name(words):
        words = words[1:]
    cut = next((at for at, word in enumerate(words) if _is_prose(word, group)), len(words))
    words = words[:cut]
    if len(words) > 6 or not any(sign.isalpha() for word in words for sign in word):
        return ""
    if words[0][:1].islower() and (len(words) < len(whole) or _says_something(words)):
        return ""
    return person_name(" ".join(words).strip(" ,;:-"))


def _is_prose(word: str, group: frozenset[str]) -> bool:
    """A small word that names have not: what follows is a sentence."""
    small = word[:1].islower() or not word[:1].isalpha()
    return small and word not in _PARTICLES and _is_command(word, group)


def _says_something(words: Sequence[str]) -> bool:
    """Tell words in small letters from a name: "c'est urgent"."""
    parts = [part for word in words if word not in _PARTICLES for part in split_words(word)]
    return any(LEXICON.known(part) for part in parts)


def _begins_name(words: Sequence[str]) -> bool:
    """Tell whether "Will Smith" or "De Souza" begins here rather than "Will you": two capitals, and
    no verb of a list."""
    if len(words) < 2 or not (words[0][:1].isupper() and words[1][:1].isupper()):
        return False
    return all(set(LEXICON.known(part)).isdisjoint(_COMMAND[:13]) for part in split_words(words[0]))


def _is_command(word: str, group: frozenset[str]) -> bool:
    return all(part in group or LEXICON.known(part) for part in split_words(word))

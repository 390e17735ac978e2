"""One sentence of a command mail, taken apart: meanings of its words, addresses, posts, days, numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from archive.ids import is_key
from dgroup.commands.dates import When, find_days
from dgroup.commands.lexicon import LEXICON, Meanings, split_words
from dgroup.commands.names import CODES, LANGUAGE_NAMES
from dgroup.commands.text import Text
from dgroup.commands.words_phrases import PURPOSE
from dgroup.commands.words_polite import BECAUSE, INSTEAD

_ITEM = re.compile(
    r"(?P<url>https?://[^\s<>\"]{1,500})"
    r"|(?P<address>[^\s<>\"(),;:\[\]]{1,200}@[^\s<>\"(),;:\[\]]{1,300})"
    r"|(?P<hold>\bp-\d{1,9}\b)"
    r"|(?P<code>\b(?=[a-z-]{0,8}[2-7])[a-z2-7]{4}-[a-z2-7]{4}\b)"
    r"|(?P<number>#?\b\d{1,9}\b)"
    r"|(?P<word>[^\W_]+)"
)
_KEY_IN_URL = re.compile(r"(?<![a-z2-7])([a-z2-7]{16})(?![a-z2-7])")
_OBJECTS = frozenset({"me", "moi", "mich", "mij"})
_LEADS = frozenset("FILLER GROUP QUIET FROM ME MY I WANT WITH NOTHING".split())
_BREAKS = re.compile(r"[,:;()]")
MAX_ITEMS = 120


@dataclass(frozen=True, slots=True)
class Item:
    """A word, address, number, day ... of a sentence, with all that it may mean."""

    word: str
    start: int
    end: int
    meanings: Meanings
    after_break: bool = False
    """a comma or the like stands before it"""


@dataclass(slots=True, eq=False)
class Clause:
    """A sentence with what its words mean."""

    text: Text
    items: list[Item] = field(default_factory=list)
    meanings: set[str] = field(default_factory=set)
    unknown: int = 0
    """words that say something else"""
    typo: bool = False
    """a word was understood although a letter of it is wrong"""
    torn: bool = False
    """a misspelt word could be two different ones, or mixes alphabets"""
    addresses: list[Item] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    """numbers, keys and holds in the order written"""
    days: list[When] = field(default_factory=list)
    language_name: str = ""
    because: str = ""
    asks: bool = False
    """ends with a question mark"""

    @property
    def first(self) -> frozenset[str]:
        """Meanings of the first word that is no courtesy."""
        for item in self.items:
            if not item.meanings or not set(item.meanings) <= _LEADS:
                return frozenset(item.meanings)
        return frozenset()

    def at(self, meaning: str) -> list[int]:
        """Places of the items that have a meaning."""
        return [place for place, item in enumerate(self.items) if meaning in item.meanings]


def clause_of(text: Text, today: date, group: Iterable[str], sender: str, domain: str) -> Clause:
    """Take a sentence apart. `group` are the words of the group's own name, which mean the group."""
    spoken, because = without_reason(text)
    clause = Clause(spoken, because=because, asks="?" in text.raw[-3:])
    clause.days = find_days(spoken.folded, today)
    _itemise(clause, frozenset(group), sender, domain)
    return clause


def narrow(clause: Clause, language: str) -> None:
    """Keep of each word what it means in the mail's language, where it is a word of that language:
    "no" is a denial in Spanish, and lacks something in English. Then note what the sentence holds."""
    for place, item in enumerate(clause.items):
        spoken = {meaning: by for meaning, by in item.meanings.items() if _is_of(by, language)}
        if not spoken:  # a foreign word: "unsubscribe" in a French mail, but not "deja" for "stop"
            spoken = {m: by for m, by in item.meanings.items() if "en" in by or m not in _COMMON}
            clause.unknown += not spoken and bool(item.meanings)
        if len(spoken) < len(item.meanings):
            clause.items[place] = replace(item, meanings=spoken)
    _forget_argument(clause)
    clause.meanings = {meaning for item in clause.items for meaning in item.meanings}
    if clause.days:
        clause.meanings.add("SPAN" if any(day.span for day in clause.days) else "DAY")


_FINDS = frozenset("find trouver encontrar vind finde trova look".split())
_TITLED = ("RETITLE", "SPLIT")


def _forget_argument(clause: Clause) -> None:
    """What stands behind "search" or behind the post to be retitled is what is searched for, or a title:
    a word in it asks for nothing."""
    first = clause.first
    start = 0
    if "SEARCH" in first:
        start = clause.at("SEARCH")[0] + 1
        if clause.items[start - 1].word in _FINDS or clause.at("I") or clause.at("ME"):
            return
    elif clause.targets and not (first.isdisjoint(_TITLED) and not clause.at("TITLE")):
        titles = clause.at("TITLE")[:1]  # "give 412 the title .."
        start = max([*clause.at("TARGET")[:1], *titles], default=len(clause.items)) + 1
    for place in range(start, len(clause.items) if start else 0):
        item = clause.items[place]
        if item.meanings and not set(item.meanings) <= {"FILLER", "MAIL", "GROUP", "POST"}:
            clause.items[place] = replace(item, meanings={})
            clause.unknown += 1


def without_people(clause: Clause) -> Clause:
    """Give the sentence as the person named in it would have written it (`set ana@x daily`)."""
    kept = [one for one in clause.items if not {"SET", "PUT", "OTHER_ADDRESS"} & set(one.meanings)]
    own = Clause(clause.text, kept, days=clause.days, language_name=clause.language_name)
    own.meanings = {meaning for item in kept for meaning in item.meanings}
    own.unknown = sum(not item.meanings for item in kept)
    return own


def parts_of(clause: Clause) -> list[Clause]:
    """Cut a sentence at its commas into smaller ones; none where it has no comma."""
    starts = [place for place, item in enumerate(clause.items) if place and item.after_break]
    if not starts:
        return []
    parts = []
    for first, last in zip([0, *starts], [*starts, len(clause.items)], strict=True):
        items = clause.items[first:last]
        part = Clause(
            clause.text, items, because=clause.because, asks=clause.asks, typo=clause.typo
        )
        part.meanings = {meaning for item in items for meaning in item.meanings}
        part.unknown = sum(not item.meanings for item in items)
        inside = (items[0].start, items[-1].end)
        part.addresses = [one for one in clause.addresses if inside[0] <= one.start < inside[1]]
        part.days = [one for one in clause.days if inside[0] <= one.start < inside[1]]
        part.targets = clause.targets
        part.language_name = clause.language_name if "LANGUAGE_NAME" in part.meanings else ""
        if part.days:
            part.meanings.add("SPAN" if any(day.span for day in part.days) else "DAY")
        parts.append(part)
    return parts


def _is_of(languages: frozenset[str], language: str) -> bool:
    return not languages or (language in languages if language else not languages <= ONLY_READ)


_COMMON = frozenset("STOP GO REMOVE CANCEL ENTER NOT NOMORE IF DIGEST".split())
ONLY_READ = frozenset({"de", "it", "nl"})
"""languages that we read and do not write"""


# --- Reasons and contrasts --------------------------------------------------------------------


def pattern_of(phrases: Sequence[str]) -> re.Pattern[str]:
    """Give a pattern that finds any of some phrases as whole words of a folded text."""
    words = "|".join(r"[\s']+".join(split_words(phrase)) for phrase in phrases)
    return re.compile(rf"(?<![\w'])(?:{words})\b")


_REASON = pattern_of(BECAUSE)
_CONTRAST = pattern_of(INSTEAD)
_PURPOSE = pattern_of(PURPOSE)
_HEAD = 12
"""characters of a wish that a purpose may follow"""


def without_reason(text: Text) -> tuple[Text, str]:
    """Blank the part after "because" and after "instead of"; give the reason too."""
    because = ""
    found = _REASON.search(text.folded)
    if found is not None:
        end = _end_of(text.folded, found)
        because = text.raw[found.end() : end].strip(" :,.").lstrip("'")
        text = _blanked(text, found.start(), end)
    found = _CONTRAST.search(text.folded)
    if found is not None:
        text = _blanked(text, found.start(), _end_of(text.folded, found))
    found = _PURPOSE.search(text.folded, min(_HEAD, len(text.folded)))
    if found is not None:
        text = _blanked(text, found.start(), _end_of(text.folded, found))
    return text, because


def _end_of(folded: str, found: re.Match[str]) -> int:
    """At the beginning of a sentence such a part ends with a comma, else with the sentence."""
    comma = folded.find(",", found.end())
    return comma if comma >= 0 and not folded[: found.start()].strip(" ,") else len(folded)


def _blanked(text: Text, start: int, end: int) -> Text:
    gap = " " * (end - start)
    return Text(
        text.raw[:start] + gap + text.raw[end:], text.folded[:start] + gap + text.folded[end:]
    )


# --- Items ------------------------------------------------------------------------------------

_BARE: Meanings = {}


def _meaning(*names: str) -> Meanings:
    return {name: frozenset() for name in names}


_DAY, _URL, _HOLD, _REFERENCE = (
    _meaning("DATE"),
    _meaning("TARGET"),
    _meaning("TARGET"),
    _meaning("REFERENCE"),
)
_NUMBER, _KEY, _GROUP = _meaning("NUMBER", "TARGET"), _meaning("TARGET"), _meaning("GROUP")
_SENDER, _OTHER = _meaning("OWN_ADDRESS"), _meaning("OTHER_ADDRESS")


_RESUME: Meanings = {"RESUME": frozenset({"en"})}
_BEFORE_NOUN = frozenset({"le", "un", "de", "du", "mon", "votre", "sans", "pas de", "plus de"})
_SUMMARY: Meanings = {"SUMMARY": frozenset({"fr"})}
_SAID = re.compile(r'"[^"]*"')


def _forget_quoted(clause: Clause) -> None:
    """Drop the words of a sentence that is quoted in a larger one: somebody else said them."""
    text = clause.text.folded
    for quoted in _SAID.finditer(text):
        within = [item for item in clause.items if quoted.start() < item.start < quoted.end()]
        if 3 <= len(within) < len(clause.items) and "SEARCH" not in clause.first:
            clause.items = [item for item in clause.items if item not in within]
            clause.unknown -= sum(not item.meanings for item in within)


def _itemise(clause: Clause, group: frozenset[str], sender: str, domain: str) -> None:
    text = clause.text.folded
    before = 0
    skip = 0
    found = [one for one in _ITEM.finditer(text[:1000]) if not _in_day(clause, one)][:MAX_ITEMS]
    words = [one["word"] or "" for one in found]
    for place, one in enumerate(found):
        torn = _BREAKS.search(text, before, one.start()) is not None
        before = one.end()
        if place < skip:
            continue
        meanings, count = _phrase(words, place) if one["word"] else (_BARE, 0)
        if count:
            skip = place + count
            end = found[skip - 1].end()
        else:
            end = one.end()
            meanings = _single(clause, one, group, sender, domain)
        clause.items.append(Item(text[one.start() : end], one.start(), end, meanings, torn))
        if not meanings:
            clause.unknown += 1
    for when in clause.days:
        clause.items.append(Item("", when.start, when.end, _DAY))
    clause.items.sort(key=lambda item: item.start)
    if '"' in text:
        _forget_quoted(clause)


def _in_day(clause: Clause, one: re.Match[str]) -> bool:
    return any(when.start <= one.start() < when.end for when in clause.days)


def _phrase(words: Sequence[str], place: int) -> tuple[Meanings, int]:
    """The longest phrase that begins here, with all that it means."""
    count = 0
    meanings: dict[str, set[str]] = {}
    for phrase, is_stem, meaning, language in LEXICON.phrases.get(words[place], ()):
        if len(phrase) < count:
            break
        here = words[place : place + len(phrase)]
        if len(here) < len(phrase) or here[:-1] != list(phrase[:-1]):
            continue
        if here[-1] == phrase[-1] or (is_stem and here[-1].startswith(phrase[-1])):
            count = len(phrase)
            meanings.setdefault(meaning, set()).add(language)
            if not _OBJECTS.isdisjoint(phrase):  # "take me off"
                meanings.setdefault("ME", set()).add(language)
    return {meaning: frozenset(by) for meaning, by in meanings.items()}, count


def _single(
    clause: Clause, one: re.Match[str], group: frozenset[str], sender: str, domain: str
) -> Meanings:
    text = one[0]
    kind = one.lastgroup
    if kind == "url":
        key = _KEY_IN_URL.search(text)
        clause.targets.append(key[1] if key else clause.text.raw[one.start() : one.end()])
        return _URL
    if kind == "address":
        return _address(clause, one, sender, domain)
    if kind == "hold":
        clause.targets.append(text.upper())
        return _HOLD
    if kind == "code":
        return _REFERENCE
    if kind == "number":
        clause.targets.append(text.lstrip("#"))
        return _NUMBER
    if (
        text in CODES
        and clause.items
        and _after_language(clause)
        and _CODE_ENDS.match(clause.text.folded, one.end())
    ):
        clause.language_name = text
        return {"LANGUAGE_NAME": frozenset()}
    return _word(clause, text, group, clause.text.raw[one.start() : one.end()])


def _address(clause: Clause, one: re.Match[str], sender: str, domain: str) -> Meanings:
    address = one[0].strip(".'!?-*")
    if address == sender:
        return _SENDER
    if address.rpartition("@")[2] == domain:
        return _GROUP
    start = one.start() + one[0].index(address)
    item = Item(address, start, start + len(address), _OTHER)
    clause.addresses.append(item)
    return _OTHER


def _word(clause: Clause, word: str, group: frozenset[str], raw: str = "") -> Meanings:
    if word in group:
        return _GROUP
    if word == "resume":  # the English verb; with its accents it is the French noun
        after = clause.items[-1].word if clause.items else ""
        return _SUMMARY if not raw.isascii() or after in _BEFORE_NOUN else _RESUME
    found = LEXICON.known(word)
    if word in LANGUAGE_NAMES and "LANGUAGE" not in found:
        clause.language_name = LANGUAGE_NAMES[word]
        return {**found, "LANGUAGE_NAME": frozenset()}
    if not found and len(word) == 16 and is_key(word):
        clause.targets.append(word)
        return _KEY
    return found or _misspelt(clause, word)


_CODE_ENDS = re.compile(
    r"\W*(?:$|[,.;:!?)]|(?:please|pls|merci|svp|gracias|por|obrigad[oa]|thanks)\b)"
)
"""behind a language's code: "idioma de los avisos" names no German"""


def _after_language(clause: Clause) -> bool:
    return any("LANGUAGE" in item.meanings for item in clause.items[-2:])


def _misspelt(clause: Clause, word: str) -> Meanings:
    """One letter may be wrong; where it is not clear which word was meant, it is none."""
    near = LEXICON.misspelt(word)
    if not near:
        return _BARE
    found = [LEXICON.known(one) for one in sorted(near)]
    if any(set(one) != set(found[0]) for one in found):
        clause.torn = True
        return _BARE
    clause.typo = True
    return found[0]

"""Finds what the words of a text mean: phrases, words, beginnings of words, and one typo in long ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from dgroup.commands.text import fold
from dgroup.commands.words import OWN, Table
from dgroup.commands.words_around import AROUND
from dgroup.commands.words_asked import ASKED
from dgroup.commands.words_es import SPANISH
from dgroup.commands.words_fr import FRENCH
from dgroup.commands.words_group import COORDINATORS
from dgroup.commands.words_phrases import TURNS
from dgroup.commands.words_polite import POLITE
from dgroup.commands.words_posts import POSTS
from dgroup.commands.words_pt import PORTUGUESE

Meanings = Mapping[str, frozenset[str]]
"""meaning -> languages in which the word has it"""

WORD = re.compile(r"[^\W_]+")
MAX_WORD = 30
_LATIN = str.maketrans("ßøæœðþłı", "soaodtli")
_SHORTEST_STEM = 2
_TYPO_LENGTH = 6
_ENCLITIC = re.compile(r"[a-z]{4,}(?:me|nos|mi|temi|mel[oa]s?|nosl[oa]s?)")
_NOT_MINE = frozenset("informe llame sistema mesmo programe resume volume regime conforme".split())


def split_words(text: str) -> list[str]:
    """Give the words of a text, folded, cut at apostrophes and hyphens."""
    return WORD.findall(fold(text))


def _entries(tables: tuple[Table, ...]) -> Iterator[tuple[str, str, tuple[str, ...], bool]]:
    for table in tables:
        for meaning, by_language in table.items():
            for language, entries in by_language.items():
                for entry in entries.split("|"):
                    yield meaning, language, tuple(split_words(entry)), entry.endswith("*")


class Lexicon:
    """Looks words up. Built once; nothing in it changes afterwards."""

    def __init__(self, *tables: Table) -> None:
        self._words: dict[str, dict[str, set[str]]] = {}
        self._stems: dict[str, dict[str, set[str]]] = {}
        self.phrases: dict[str, list[tuple[tuple[str, ...], bool, str, str]]] = {}
        self._typos: dict[str, set[str]] = {}
        for meaning, language, words, is_stem in _entries(tables):
            if len(words) > 1:
                self.phrases.setdefault(words[0], []).append((words, is_stem, meaning, language))
                continue
            table = self._stems if is_stem else self._words
            table.setdefault(words[0], {}).setdefault(meaning, set()).add(language)
        for found in self.phrases.values():
            found.sort(key=lambda entry: -len(entry[0]))
        for language, text in POLITE.items():
            for word in split_words(text):
                self._words.setdefault(word, {}).setdefault("FILLER", set()).add(language)

    def learn_typos(self, words: str) -> None:
        """Let these words be found with one letter wrong too (COMMANDS D2.5)."""
        for word in split_words(words):
            if len(word) >= _TYPO_LENGTH:
                for part in _shortened(word):
                    self._typos.setdefault(part, set()).add(word)

    def known(self, word: str) -> Meanings:
        """Give the meanings of a folded word; none for one that is not known."""
        return _known(self, word)

    def look_up(self, word: str) -> Meanings:
        """The same, without memory."""
        if len(word) > MAX_WORD or not (word.isascii() or word.translate(_LATIN).isascii()):
            return {}  # letters of another script that look like ours are no typo
        found = {meaning: set(by) for meaning, by in self._words.get(word, {}).items()}
        # In each language the longest beginning counts: "reactiv*" is more than "re*". A whole word that it
        # knows is not looked at as the beginning of others ("remove", "inscription").
        served = {one for meaning, by in found.items() if meaning != "FILLER" for one in by}
        for length in range(len(word), _SHORTEST_STEM, -1):
            beginning = self._stems.get(word[:length], {})
            for meaning, languages in beginning.items():
                if fresh := languages - served:
                    found.setdefault(meaning, set()).update(fresh)
            served = served.union(*beginning.values())
        if found and _ENCLITIC.fullmatch(word) and word not in _NOT_MINE:
            romance = set().union(*found.values()) & {"es", "pt", "it"}
            if romance:
                found["ME"] = romance
        return {meaning: frozenset(by) for meaning, by in found.items()}

    def misspelt(self, word: str) -> set[str]:
        """Give the words that `word` is one edit away from (a letter more, less, other, or two
        swapped). Only plain letters: a look-alike from another script is no typo."""
        if len(word) < _TYPO_LENGTH - 1 or len(word) > MAX_WORD or not word.isascii():
            return set()
        near = set()
        for part in _shortened(word):
            near |= self._typos.get(part, set())
        return {known for known in near if one_edit(word, known)}


@lru_cache(maxsize=8192)
def _known(lexicon: Lexicon, word: str) -> Meanings:
    return lexicon.look_up(word)


def _shortened(word: str) -> set[str]:
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def one_edit(first: str, second: str) -> bool:
    """Tell whether two different words are one edit apart (Damerau)."""
    if first == second or abs(len(first) - len(second)) > 1:
        return False
    at = 0
    while at < min(len(first), len(second)) and first[at] == second[at]:
        at += 1
    one, two = first[at:], second[at:]
    return (
        one[1:] == two[1:]
        or one[1:] == two
        or one == two[1:]
        or (len(one) > 1 and one[:2] == two[1::-1] and one[2:] == two[2:])
    )


def _only(language: str, words: Mapping[str, str]) -> Table:
    """The words of one language, as a table; single words that change nothing stand without bars."""
    return {
        meaning: {language: "|".join(text.split()) if meaning == "FILLER" else text}
        for meaning, text in words.items()
    }


LEXICON = Lexicon(
    OWN,
    POSTS,
    COORDINATORS,
    AROUND,
    TURNS,
    ASKED,
    _only("fr", FRENCH),
    _only("es", SPANISH),
    _only("pt", PORTUGUESE),
)
TURNING = frozenset(words for _, _, words, _ in _entries((TURNS, ASKED)))
"""phrases that do not tell a command from an ordinary post"""
# Whole words, because a stem with a wrong letter could be the stem of anything. None is a
# coordinator's word: those are never guessed.
LEXICON.learn_typos(
    "unsubscribe subscribe resubscribe signoff remove subscription weekly monthly pausing resume nomail digest "
    "status language vacation summary message messages receive receiving  address attachments "
    "désinscrire désinscription désinscrivez désabonner désabonnement désabonnez inscrire inscription "
    "abonner abonnement quitter retirer suspendre reprendre hebdomadaire quotidien mensuel langue adresse "
    "rejoindre "
    "suscribir suscribirme suscripción desuscribir desuscribirme cancelar semanal mensual diario pausar reanudar "
    "idioma dirección "
    "inscrever desinscrever inscrição desinscrição cancelar retomar semanal mensal endereço "
    "abmelden anmelden"
)

"""Chooses the sentences that stand for a discussion: what was asked, then what others said, by
position, quality, subject and shared terms (SUMMARY.md, Method 3-6). No model, no randomness.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log1p

import snowballstemmer

from archive.asking import asking, ends_asking
from archive.sentences import (
    holds_address,
    is_greeting_or_thanks,
    normalised,
    quality,
    split_sentences,
    words,
)
from archive.stopwords import COMMON

# What a sentence earns, and what it loses against those already chosen. Round figures on a broad
# plateau: halving or doubling any of them moves the BC3 scores by less than their noise.
_QUALITY, _PLACE, _SUBJECT, _TERMS, _ASKS, _OPENER = 1.0, 1.0, 1.0, 0.4, 0.3, 0.2
_SAME_PERSON, _SAME_POST, _SIMILAR = 0.1, 0.2, 0.3
_LEAST_QUALITY = 0.25
_LEAST_ALONE = 0.5

_MARKS = (">", "#", "|", "--")  # quotes, prompts and comments that look like prose

_STEMMERS = {
    "en": "english", "fr": "french", "es": "spanish", "pt": "portuguese",
    "de": "german", "it": "italian", "nl": "dutch",
}  # fmt: skip
_STATUS = re.compile(
    r"\b(?:(?:is|was|are|been|we|have|has|i|finally|now) (?:now |all |finally |just )?"
    r"(?:decided|solved|agreed|fixed|resolved|settled|closed)|works? now|we will|"
    r"(?:est|a été|avons|sommes) (?:résolu|décidé|convenu|réglé|d'accord)|"
    r"(?:está|quedó|hemos|fue) (?:resuelto|decidido|acordado|solucionado)|(?:hemos|decidimos|acordamos)|"
    r"(?:está|foi|ficou) (?:resolvido|decidido|combinado|acertado)|decidimos|combinamos)(?!\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Voice:
    """One post as the ranker sees it."""

    person: str
    """the same person, the same value"""
    own: str
    language: str


@dataclass(frozen=True, slots=True)
class Pick:
    """A sentence of the post at `voice` (index into the voices given), and what speaks for it."""

    voice: int
    person: str
    text: str
    place: int
    """position among all sentences of the post"""
    words: int
    terms: frozenset[str]
    asks: float
    score: float


@lru_cache(maxsize=16)
def _stemmer(language: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(_STEMMERS.get(language[:2], "english"))


@lru_cache(maxsize=20000)
def _stem(word: str, language: str) -> str:
    return str(_stemmer(language).stemWord(word))


def terms(text: str, language: str) -> frozenset[str]:
    """Give the stems of the words that say what a text is about."""
    said = (word for word in words(text) if len(word) > 2 and word not in COMMON)
    return frozenset(_stem(word, language) for word in said)


def boilerplate_of(owns: Iterable[str], least: int = 3) -> frozenset[str]:
    """Give the normalised sentences that occur in `least` or more posts: not worth quoting."""
    seen: Counter[str] = Counter()
    for own in owns:
        seen.update({normalised(sentence.text) for sentence in split_sentences(own)})
    return frozenset(form for form, count in seen.items() if count >= least and form)


def is_fit(text: str, boilerplate: frozenset[str]) -> bool:
    """True for a sentence that may be quoted: prose, no greeting, boilerplate, address or mark."""
    return (
        not text.startswith(_MARKS)
        and not is_greeting_or_thanks(text)
        and not holds_address(text)
        and quality(text) >= _LEAST_QUALITY
        and normalised(text) not in boilerplate
    )


def candidates(
    voices: Sequence[Voice], subject: str, boilerplate: frozenset[str]
) -> tuple[Pick, ...]:
    """Give every sentence of the voices that may be quoted, with its score.

    Earlier sentences of a post earn more, and those that share terms with the subject and with
    other posts; what other posts take up again is what the discussion was about.
    """
    spread: Counter[str] = Counter()
    for voice in voices:
        spread.update(terms(voice.own, voice.language))
    found: list[Pick] = []
    for number, voice in enumerate(voices):
        fit = [entry for entry in split_sentences(voice.own) if is_fit(entry.text, boilerplate)]
        about = terms(subject, voice.language)
        for nth, entry in enumerate(fit):
            bag = terms(entry.text, voice.language)
            shared = sum(log1p(spread[term] - 1) for term in bag) / (1 + len(bag)) ** 0.5
            asks = asking(entry.text)
            score = _QUALITY * quality(entry.text) + _PLACE * (1 - nth / len(fit))
            score += _SUBJECT * len(bag & about) / (1 + len(about)) + _TERMS * shared
            score += _ASKS * asks + _OPENER * (number == 0)
            size = len(entry.text.split())
            pick = Pick(number, voice.person, entry.text, entry.place, size, bag, asks, score)
            found.append(pick)
    return tuple(found)


def choose(
    found: Sequence[Pick],
    budget: int,
    taken: Sequence[Pick] = (),
    most: int = 1000,
    one_each: bool = False,
) -> tuple[Pick, ...]:
    """Choose at most `most` sentences of at most `budget` words in all, best gain first.

    What is like the sentences `taken` or chosen, or comes from the same person, gains less; with
    `one_each` a person speaks once. Given in the order of the discussion.
    """
    chosen: list[Pick] = []
    left = budget
    while len(chosen) < most:
        best: Pick | None = None
        most_gain = 0.0
        for one in found:
            if one.words > left or one in chosen or (one_each and _has_spoken(one, chosen)):
                continue
            gain = _gain(one, (*taken, *chosen))
            if gain > most_gain:
                best, most_gain = one, gain
        if best is None:
            break
        chosen.append(best)
        left -= best.words
    return tuple(sorted(chosen, key=lambda one: (one.voice, one.place)))


def _has_spoken(one: Pick, chosen: Sequence[Pick]) -> bool:
    return any(one.person == other.person for other in chosen)


def _gain(one: Pick, chosen: Sequence[Pick]) -> float:
    gain = one.score
    gain -= _SAME_PERSON * sum(one.person == other.person for other in chosen)
    gain -= _SAME_POST * sum(one.voice == other.voice for other in chosen)
    gain -= _SIMILAR * max((_overlap(one.terms, other.terms) for other in chosen), default=0.0)
    return gain


def _overlap(left: frozenset[str], right: frozenset[str]) -> float:
    return len(left & right) / min(len(left), len(right)) if left and right else 0.0


def rank(
    voices: Sequence[Voice], subject: str, boilerplate: frozenset[str], budget: int
) -> tuple[Pick, ...]:
    """Choose sentences of about `budget` words for a whole thread; the first voice opens it."""
    return choose(candidates(voices, subject, boilerplate), budget)


def choose_asked(found: Sequence[Pick], budget: int) -> tuple[Pick, ...]:
    """Choose one or two sentences of the opener, one of them the question if it asks one."""
    opener = [one for one in found if one.voice == 0 and one.words <= budget]
    questions = [one for one in opener if one.asks >= 0.5]
    marked = [one for one in questions if ends_asking(one.text)] or questions
    asked = max(marked, key=lambda one: (one.asks, one.score), default=None)
    if asked is None:
        return choose(opener, budget, most=1)
    before = [one for one in opener if one.place < asked.place and quality(one.text) > _LEAST_ALONE]
    context = choose(before, budget - asked.words, (asked,), most=1)
    return (*context, asked)


def last_word(found: Sequence[Pick], last_voice: int) -> Pick | None:
    """Give the last post's sentence that says how it ended (decided, solved ...), if there is one."""
    ended = [one for one in found if one.voice == last_voice and _STATUS.search(one.text)]
    fit = [one for one in ended if one.asks < 0.5 and quality(one.text) > _LEAST_ALONE]
    return max(fit, key=lambda one: one.score, default=None)

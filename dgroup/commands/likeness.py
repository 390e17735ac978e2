"""Which command a free wording is most like, by examples of how people say things (examples.tsv): a second
opinion beside the grammar. A linear classifier over words, their beginnings and pairs, in all languages at
once; it learns from its mistakes (passive-aggressive updates, Crammer et al., JMLR 2006) when it is first
needed. A new way of saying something is a line in that file; `bench/likeness.py` measures what it is worth.
"""

from __future__ import annotations

import itertools
import math
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

from archive.resources import tree
from dgroup.commands.text import fold

NOTHING = "-"
"""the class of texts that ask for nothing"""
MAX_WORDS = 90
_ADDRESS = re.compile(r"\S+@\S+")
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[^\W_]+")
_STEMS = (3, 5)
_MARKS = "?!"
_SEEN = 2
"""examples that must hold a feature: what was seen once teaches nothing about others"""
_ROUNDS = 3
"""the first looks at all examples, each other at those that the one before learnt from"""


@dataclass(frozen=True, slots=True)
class Likeness:
    """The verbs that a text is most like, the best first, and how far the first is ahead.

    A margin is of the weights a feature, by the root of their number: lengths compare. From 1 on an
    example taught nothing more.
    """

    verbs: tuple[str, ...]
    margin: float


def features(text: str) -> frozenset[str]:
    """Words, their beginnings, pairs of neighbours, and marks, of the first words of a text."""
    plain = _DIGITS.sub("0", fold(_ADDRESS.sub(" addr ", text)))
    words = _WORD.findall(plain)[:MAX_WORDS]
    short = ["^", *(word[:5] for word in words), "$"]
    return frozenset(
        (
            *words,
            *(f"{word[:size]}*" for word in words for size in _STEMS if len(word) > size),
            *(f"{one} {two}" for one, two in itertools.pairwise(short)),
            *(mark for mark in _MARKS if mark in text),
        )
    )


class Examples:
    """What was learnt from examples: (verb, text) each. Nothing in it changes afterwards."""

    def __init__(self, examples: Iterable[tuple[str, str]]) -> None:
        # Neighbouring lines are alike; a checksum mixes them, the same way each time.
        given = sorted(set(examples), key=lambda one: (crc32(one[1][::-1].encode()), one))
        same: dict[str, str] = {}
        found = [
            (verb, [same.setdefault(one, one) for one in features(text)]) for verb, text in given
        ]
        counts = Counter(itertools.chain.from_iterable(known for _, known in found))
        weights: _Weights = {one: {} for one, count in counts.items() if count >= _SEEN}
        self._verbs = tuple(sorted({verb for verb, _ in found}))
        at = {verb: place for place, verb in enumerate(self._verbs)}
        _learn(
            [
                (at[verb], [weights[one] for one in known if one in weights])
                for verb, known in found
            ],
            len(at),
        )
        self._weights = {
            one: (bytes(gains), array("f", gains.values()))
            for one, gains in weights.items()
            if gains
        }

    def likeness(self, text: str) -> Likeness:
        """Rank the verbs for a text; linear in its first words."""
        scores = [0.0] * len(self._verbs)
        known = [self._weights[one] for one in features(text) if one in self._weights]
        for places, gains in known:
            for place, gain in zip(places, gains, strict=True):
                scores[place] += gain
        ranked = sorted(range(len(scores)), key=lambda place: -scores[place])
        ahead = scores[ranked[0]] - scores[ranked[1]] if len(ranked) > 1 else 0.0
        margin = ahead / math.sqrt(max(1, len(known)))
        return Likeness(tuple(self._verbs[place] for place in ranked[:3]), margin)


_Weights = dict[str, dict[int, float]]


def _learn(examples: list[tuple[int, list[dict[int, float]]]], verbs: int) -> None:
    """Move the weights of each example's features until its own verb is ahead of the best other by 1."""
    todo = examples
    for _ in range(_ROUNDS):
        missed = []
        for one in todo:
            verb, known = one
            scores = [0.0] * verbs
            for gains in known:
                for place, gain in gains.items():
                    scores[place] += gain
            own, scores[verb] = scores[verb], -math.inf
            best = max(scores)
            root = math.sqrt(max(1, len(known)))
            lacking = 1 - (own - best) / root
            if lacking > 0:
                missed.append(one)
                _mend(known, verb, scores.index(best), lacking / 2 / root)
        todo = missed


def _mend(known: list[dict[int, float]], right: int, wrong: int, by: float) -> None:
    for gains in known:
        gains[right] = gains.get(right, 0.0) + by
        gains[wrong] = gains.get(wrong, 0.0) - by


def read_examples() -> Iterator[tuple[str, str]]:
    """The shipped examples: a verb (or `-`) and a text a line, with a tab between."""
    path = tree("dgroup", "commands") / "examples.tsv"
    for line in path.read_text("utf-8").splitlines():
        verb, tab, text = line.partition("\t")
        if tab and not line.startswith("#"):
            yield verb, text


@lru_cache(maxsize=1)
def shipped() -> Examples:
    """What the shipped examples teach; made once, when it is first needed."""
    return Examples(read_examples())

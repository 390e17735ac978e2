"""Which command a free wording is most like, by examples of how people say things (examples.tsv): a second
opinion beside the grammar. Complement naive Bayes (Rennie et al., ICML 2003) over words, their beginnings
and pairs, in all languages at once. A new way of saying something is a line in that file.
"""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from archive.resources import tree
from dgroup.commands.text import fold

NOTHING = "-"
"""the class of texts that ask for nothing"""
MAX_WORDS = 90
_SMOOTH = 0.3
_ADDRESS = re.compile(r"\S+@\S+")
_DIGITS = re.compile(r"\d+")
_WORD = re.compile(r"[^\W_]+")
_STEMS = (3, 4, 5, 6)


@dataclass(frozen=True, slots=True)
class Likeness:
    """The verbs that a text is most like, the best first, and how far the first is ahead."""

    verbs: tuple[str, ...]
    margin: float


def features(text: str) -> frozenset[str]:
    """Words, their beginnings, and pairs of neighbours, of the first words of a text."""
    plain = _DIGITS.sub("0", fold(_ADDRESS.sub(" addr ", text)))
    words = _WORD.findall(plain)[:MAX_WORDS]
    short = [word[:5] for word in words]
    return frozenset(
        (
            *words,
            *(f"{word[:size]}*" for word in words for size in _STEMS if len(word) > size),
            *(f"{one} {two}" for one, two in itertools.pairwise(short)),
            *(f"{one}  {two}" for one, two in zip(short, short[2:], strict=False)),
        )
    )


class Examples:
    """What was learnt from examples: (verb, text) each. Nothing in it changes afterwards."""

    def __init__(self, examples: Iterable[tuple[str, str]]) -> None:
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for verb, text in examples:
            for feature in features(text):
                counts[feature][verb] += 1
        totals: Counter[str] = Counter()
        for found in counts.values():
            totals.update(found)
        self._verbs = tuple(sorted(totals))
        size, every = len(counts), sum(totals.values())
        self._rest = {verb: math.log(every - totals[verb] + _SMOOTH * size) for verb in self._verbs}
        # Equal counts share one tuple: most features were seen once.
        shared: dict[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]] = {}
        self._known = {
            feature: shared.setdefault(one, one)
            for feature, found in counts.items()
            for one in (tuple(sorted(found.items())),)
        }

    def likeness(self, text: str) -> Likeness:
        """Rank the verbs for a text; linear in its first words."""
        base, seen = 0.0, 0
        gains: dict[str, float] = defaultdict(float)
        for feature in features(text):
            if (known := self._known.get(feature)) is None:
                continue
            total = sum(count for _, count in known)
            seen += 1
            base -= _log(total)
            for verb, count in known:
                gains[verb] += _log(total) - _log(total - count)
        scores = {verb: base + gains[verb] + seen * self._rest[verb] for verb in self._verbs}
        ranked = sorted(self._verbs, key=lambda verb: -scores[verb])
        margin = scores[ranked[0]] - scores[ranked[1]] if len(ranked) > 1 else 0.0
        return Likeness(tuple(ranked[:3]), margin)


@lru_cache(maxsize=4096)
def _log(count: int) -> float:
    return math.log(count + _SMOOTH)


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

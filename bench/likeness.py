"""How well the second opinion (`dgroup.commands.likeness`) tells wishes apart, by cross-validation.

Each example is judged by what the other folds teach; its fold is the checksum of its text. How often a text
that asks for nothing (`-`) would be taken for a wish is what the margins of `opinion` are chosen by.
Run: python -m bench.likeness [--json] [--folds 5] [--doubtful N: the N that the others contradict most].
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from zlib import crc32

from bench.figures import arguments, table
from dgroup.commands.likeness import NOTHING, Examples, Likeness, read_examples
from dgroup.commands.opinion import FREE

MARGINS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Judged:
    """An example, and what the others say it is like."""

    label: str
    text: str
    like: Likeness


@dataclass(frozen=True, slots=True)
class OfLabel:
    """One label: how many of its examples are found, and how many found as it are it."""

    label: str
    examples: int
    recall: float
    """percent"""
    precision: float
    """percent"""


@dataclass(frozen=True, slots=True)
class AtMargin:
    """What would be proposed where the best must be ahead by `margin`; examples of free wording only."""

    margin: float
    proposed: int
    share: float
    """of the wishes that are proposed as what they are, in percent"""
    wrong: int
    """wishes that are proposed as another"""
    nothing_as_wish: int
    """of the texts labelled `-`"""
    nothing: float
    """percent of the texts labelled `-`"""


def judged(examples: Sequence[tuple[str, str]], folds: int) -> list[Judged]:
    """Judge each example by what the other folds teach."""
    found = []
    for fold in range(folds):
        aside = [one for one in examples if _fold(one[1], folds) == fold]
        learnt = Examples(one for one in examples if _fold(one[1], folds) != fold)
        found += [Judged(label, text, learnt.likeness(text)) for label, text in aside]
    return found


def _fold(text: str, folds: int) -> int:
    return crc32(text.encode()) % folds


def of_labels(found: Sequence[Judged]) -> list[OfLabel]:
    """Recall and precision of each label, the rarest last."""
    given = Counter(one.label for one in found)
    told = Counter(one.like.verbs[0] for one in found)
    hits = Counter(one.label for one in found if one.like.verbs[0] == one.label)
    return [
        OfLabel(
            label, count, round(100 * hits[label] / count, 1),
            round(100 * hits[label] / max(1, told[label]), 1),
        )
        for label, count in given.most_common()
    ]  # fmt: skip


def at_margins(found: Sequence[Judged]) -> list[AtMargin]:
    """The curve that the margins of `opinion` are chosen from."""
    free = [one for one in found if len(one.text.split()) >= FREE]
    nothing = sum(one.label == NOTHING for one in free)
    rows = []
    for margin in MARGINS:
        bold = [one for one in free if one.like.verbs[0] != NOTHING and one.like.margin >= margin]
        right = sum(one.like.verbs[0] == one.label for one in bold)
        taken = sum(one.label == NOTHING for one in bold)
        share = round(100 * right / max(1, len(free) - nothing), 1)
        part = round(100 * taken / max(1, nothing), 1)
        rows.append(AtMargin(margin, len(bold), share, len(bold) - right - taken, taken, part))
    return rows


def main() -> None:
    """Print a line a label, a line a margin, and what it costs to learn."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--doubtful", type=int, default=0, metavar="N")
    parser.add_argument("--folds", type=int, default=5)
    chosen = parser.parse_args()
    examples = list(read_examples())
    begun = time.process_time()
    Examples(examples)
    seconds = round(time.process_time() - begun, 2)
    found = judged(examples, chosen.folds)
    labels, margins = of_labels(found), at_margins(found)
    best = round(100 * sum(one.like.verbs[0] == one.label for one in found) / len(found), 2)
    whole = {"examples": len(examples), "best is right, %": best, "seconds to learn": seconds}
    if chosen.json:
        print(json.dumps([whole, *map(asdict, labels), *map(asdict, margins)]))
        return
    for rows in (map(asdict, labels), map(asdict, margins), [whole]):
        print(table(rows), end="\n\n")
    wrong = [one for one in found if one.like.verbs[0] != one.label]
    for one in sorted(wrong, key=lambda one: -one.like.margin)[: chosen.doubtful]:
        print(f"{one.like.margin:5.2f}  {one.label} or {one.like.verbs[0]}?  {one.text}")


if __name__ == "__main__":
    main()

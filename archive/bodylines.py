"""The lines of one body while they are being labelled: what `quoted` and `tails` work on."""

from __future__ import annotations

from collections.abc import Iterator

from archive import quotes
from archive.model import BlockKind

ATTRIBUTION_REACH = 8
"""Lines that a broken-up attribution may run over, blank ones counted."""
MAX_HINTED = 1000
"""Lines looked at for attributions without quote marks. A mail that answers another has it near its
top; one with thousands such lines is a log, or made to keep us busy."""


class BodyLines:
    """A body's lines with the kind and quote level found so far (kind None = not decided)."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")
        self.bare = [line.strip() for line in self.lines]
        """the lines without white space around them: '' where a line is blank"""
        self.kinds: list[BlockKind | None] = [None] * len(self.lines)
        self.levels = [0] * len(self.lines)
        self.folded = text.casefold()
        self.hinted = _hinted_lines(self.folded)
        """numbers of the lines at which an attribution without quote marks can begin"""
        self.begins: dict[int, bool] = {}
        """whether a line can begin an attribution, where that was asked"""

    def mark(self, first: int, end: int, kind: BlockKind, level: int = 0) -> None:
        """Label the undecided lines of [first, end)."""
        for at in range(first, end):
            if self.kinds[at] is None:
                self.kinds[at] = kind
                self.levels[at] = level

    def blank(self, at: int) -> bool:
        """True where a line holds nothing but white space."""
        return not self.bare[at]

    def free(self, at: int) -> bool:
        """True where a line is not blank and not decided yet."""
        return self.kinds[at] is None and self.bare[at] != ""

    def open_lines(self) -> Iterator[tuple[int, str]]:
        """Number and bare text of the lines that are free when their turn comes."""
        kinds = self.kinds
        for at, bare in enumerate(self.bare):
            if bare and kinds[at] is None:
                yield at, bare

    def next_text(self, at: int, skip: int = 3) -> int:
        """The next line that is not blank from `at` on, over at most `skip` blanks; -1 if none."""
        for place in range(at, min(at + skip + 1, len(self.lines))):
            if self.bare[place]:
                return place
        return -1

    def segment_end(self, at: int) -> int:
        """Where the run of undecided or blank lines that holds `at` ends."""
        kinds, bare = self.kinds, self.bare
        for end in range(at, len(bare)):
            if bare[end] and kinds[end] is not None:
                return end
        return len(bare)

    def paragraphs(self) -> Iterator[tuple[int, int]]:
        """Runs [first, end) of undecided lines without a blank line."""
        first = -1
        kinds = self.kinds
        for at, bare in enumerate(self.bare):
            if bare and kinds[at] is None:
                first = at if first < 0 else first
            elif first >= 0:
                yield first, at
                first = -1
        if first >= 0:
            yield first, len(self.bare)


def _hinted_lines(folded: str) -> frozenset[int]:
    found: set[int] = set()
    for hint in quotes.HINTS:
        at = folded.find(hint)
        while at >= 0:
            found.add(at)
            at = folded.find(hint, folded.find("\n", at) + 1 or len(folded))
    places: set[int] = set()
    line = start = 0
    for at in sorted(found):
        line += folded.count("\n", start, at)
        start = at
        places.update(range(line - ATTRIBUTION_REACH + 1, line + 1))
        if len(places) >= MAX_HINTED:
            break
    return frozenset(places)

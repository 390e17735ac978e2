"""Mails of the corpus' lists for tests of text and summary, through our own reader and parser."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from archive.mbox import open_archive
from archive.model import Block, BlockKind, ParsedMessage
from archive.parse import parse
from tests.corpus import corpus_path

OWN = (BlockKind.WORDS, BlockKind.PRE)
"""the kinds of block that hold an author's own words"""


def lines_of(parts: tuple[Block, ...], *wanted: BlockKind) -> list[str]:
    """Lines of the blocks of the wanted kinds, with single spaces, without empty ones."""
    text = "\n".join(block.text for block in parts if block.kind in wanted)
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]


def list_mails(name: str, every: int = 1) -> Iterator[ParsedMessage]:
    """Every n-th mail of one corpus list; skips the test where it is absent."""
    path = corpus_path("lists", f"{name}.mbox.gz")
    for mail in islice(open_archive(path), 0, None, every):
        yield parse(mail.raw)


def list_texts(name: str, every: int) -> Iterator[str]:
    """Body texts of every n-th mail of one corpus list."""
    for mail in list_mails(name, every):
        yield mail.text

"""What follows from a mail's bytes alone: parsed, its own words found, packed for the store. Pure, so
that intake and import can have it done in other processes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from archive.model import Link, ParsedMessage
from archive.packing import pack
from archive.parse import parse
from archive.text import blocks, layout_of, links, words_of


@dataclass(frozen=True, slots=True)
class Content:
    """A mail as it is read. Large: hold few at a time."""

    message: ParsedMessage
    own: str = ""
    """the author's own words (`text.own_words`): stored, and read for commands"""
    layout: str = ""
    """`text.layout_of` the body"""
    links: tuple[Link, ...] = ()
    """links in the own words"""
    packed: bytes = field(default=b"", repr=False)
    """the raw mail compressed; empty where it is not going to be stored"""


def content_of(raw: bytes) -> Content:
    """Read a mail; never raises (see `parse`)."""
    message = parse(raw)
    parts = blocks(message.text)
    own = words_of(parts)
    return Content(message, own, layout_of(parts), links(own), pack(raw))

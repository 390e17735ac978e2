"""The lines of a command mail that count: what its author wrote, without greeting, thanks and name.

Every text is kept twice, as written and folded (no case, no accents), with equal lengths, so that
what is found in the one can be taken from the other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from archive.content import Content
from archive.model import BlockKind
from archive.text import laid_out

MAX_LINES = 2000
"""lines of a list that are read at a time; a list of 500 people has no more"""
MAX_SAID = 40
"""lines in which a command is looked for"""
MAX_LINE = 1000
"""characters of a line"""
_SCAN = 2_000_000
_LONG = 50
_ENDS = frozenset({"end", "fin", "fim", "ende", "einde"})
_QUOTES = str.maketrans("\u2018\u2019\u201b\u00b4\u02bc\u0060\u00a0\u202f\u2007", "''''''   ")
_DOUBLE = str.maketrans("\u201c\u201d\u201e\u00ab\u00bb\u2033", '""""""')
_DASHES = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2212", "------")
_MAILTO = re.compile(
    r"[<\[]?mailto:([^<>\[\]\s?]{1,320})(?:\?[^<>\[\]\s]{0,200})?[>\]]?", re.IGNORECASE
)
_ADDRESS_LINK = re.compile(
    r"([^\s<>\[\]]{1,64}@[^\s<>\[\]]{1,255})\s?[<\[]mailto:\1(?:\?[^<>\s]{0,200})?[>\]]",
    re.IGNORECASE,
)
_NUMERO = re.compile(r"\b[Nn]\s?\.?\s?[º°ª]\s*(?=\d)")
"""the sign of a number, which would become the word "no" """
_LOST = re.compile(r"(?<=[a-z])(?:\?\?(?=o)|\?(?=[a-z]))")
_STARS = re.compile(r"\*{1,2}(?=\S)|(?<=\S)\*{1,2}")
_NO_WORD = re.compile(r"[^\w'@.+-]+")
_CHARACTERS = frozenset("\u200c\u200d")


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text as it was written, and folded; both have the same length."""

    raw: str
    folded: str

    def cut(self, start: int, end: int | None = None) -> Text:
        """Give a piece of both."""
        return Text(self.raw[start:end], self.folded[start:end])


def text_of(raw: str) -> Text:
    """Clean a line and fold it."""
    plain = clean(raw)
    return Text(plain, fold(plain))


def clean(text: str) -> str:
    """Give a line in normal letters: NFKC, straight quotes, no zero-width or direction marks, no
    `<mailto:>` that a mail program put behind an address (COMMANDS D2.2)."""
    if "mailto:" in text.lower():
        text = _MAILTO.sub(r" <\1>", _ADDRESS_LINK.sub(r"\1", text))
    if not text.isascii():
        text = _NUMERO.sub("#", text)
        text = text.translate(_QUOTES)  # first: NFKC makes of an acute accent a space and a mark
        text = unicodedata.normalize("NFKC", text).translate(_QUOTES)
        text = text.translate(_DOUBLE).translate(_DASHES)
        if not text.isprintable():
            text = "".join(map(_visible, text))
    if "?" in text:  # an accent that a mail program lost: "d?sinscrire", "inscri??o"
        text = _LOST.sub(lambda lost: "ca" if len(lost[0]) > 1 else "e", text)
    return _STARS.sub("", text).strip() if "*" in text else text.strip()


def _visible(sign: str) -> str:
    category = unicodedata.category(sign)
    if category in {"Cc", "Zl", "Zp", "Zs"}:
        return " "
    return "" if category in {"Cf", "Cs"} and sign not in _CHARACTERS else sign


def fold(text: str) -> str:
    """Give a text without case and accents, character by character."""
    return text.lower() if text.isascii() else "".join(map(_folded, text))


@lru_cache(maxsize=4096)
def _folded(sign: str) -> str:
    small = sign.lower()
    return unicodedata.normalize("NFD", small)[0] if small else sign


def folded(text: str) -> str:
    """Give the form in which words are compared: cleaned, no case, accents or signs between words."""
    return " ".join(_NO_WORD.sub(" ", fold(clean(text))).split()).strip(".-")


# --- Lines ------------------------------------------------------------------------------------


def author_text(content: Content) -> str:
    """Give all that the author wrote, tables and short lines of figures too ("get 412"), but no
    quotes, signature or footer."""
    message = content.message
    kept = {BlockKind.WORDS, BlockKind.PRE}
    parts = laid_out(message.text[:_SCAN], content.layout if len(message.text) <= _SCAN else "")
    return "\n\n".join(block.text for block in parts if block.kind in kept)


def lines_of(own: str) -> Iterator[str]:
    """Give the lines up to `end`/`fin`/`fim`, cleaned; '' for blank ones."""
    start = 0
    for _ in range(MAX_LINES):
        if start > len(own):
            return
        stop = own.find("\n", start)
        stop = len(own) if stop < 0 else stop
        line = clean(own[start : min(stop, start + MAX_LINE)])
        if fold(line).strip(" .!") in _ENDS:
            return
        yield line
        start = stop + 1


def said(lines: Sequence[str]) -> list[Text]:
    """Give the lines as sentences-to-be: wrapped lines joined, blank ones left out."""
    joined: list[str] = []
    open_end = False
    for line in lines[:MAX_SAID]:
        if not line:
            open_end = False
            continue
        if joined and open_end and (line[0].islower() or line[0].isdigit()):
            joined[-1] = f"{joined[-1]} {line}"
        else:
            joined.append(line)
        open_end = len(line) >= _LONG and line[-1] not in ".!?:;"
    return [Text(line, fold(line)) for line in joined]


_BREAK = re.compile(
    r"(?<=[.!?;])(?<!\d\.)(?<!\b[a-z]\.)\s+|(?<=[!?;])(?=\S)|\s+[-]\s+|\s+/\s+|\s*\|\s*"
)


def sentences(text: Text) -> list[Text]:
    """Cut a line where a sentence ends; the mark that ends it stays with it."""
    found = []
    start = 0
    for stop in _BREAK.finditer(text.folded):
        found.append(text.cut(start, stop.start()))
        start = stop.end()
    found.append(text.cut(start))
    return [one for one in found if one.raw.strip()]

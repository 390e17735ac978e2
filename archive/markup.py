"""A body's text as safe HTML pieces: escaped, masked, links marked, quotes folded, prose unwrapped.

Nothing of an author's HTML comes through here: the input is text, and every piece of it is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby, pairwise

from markupsafe import Markup, escape

from archive.ids import masked
from archive.model import Block, BlockKind
from archive.text import blocks, laid_out, layout_of

FOLD_OVER = 3
"""Quotations of more lines than this are folded."""
MAX_NESTING = 3
NARROW, WIDE = 50, 100
"""Longest lines (in characters) between which a paragraph counts as wrapped by a mail program."""

_BREAK = "\x01"
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
_URL = re.compile(r"https?://[^\s<>\"“”«»\x01]{2,2000}", re.IGNORECASE)
_URL_TAIL = ".,;:!?'’*_|"
_CLOSERS = {")": "(", "]": "[", "}": "{"}
_ADDRESS_IN_URL = re.compile(r"[\w.+-](?:@|%40)[\w-]+\.\w", re.IGNORECASE)
_QUOTE_MARKS = re.compile(r"^(?:[ \t]{0,2}>)+ ?", re.MULTILINE)
_BULLET = re.compile(r"\s*(?:[-*•–—+·o]|\(?\d{1,3}[.)]|\(?[A-Za-z][.)]|>)\s")
_RULE = re.compile(r"[-_=*~#.+ ]{3,}$")
_SIGNATURE_MARK = re.compile(r"\A--[ \t]*\n")
_PARAGRAPHS = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


class Shape(StrEnum):
    """How a piece of a body is set."""

    PROSE = "prose"
    PRE = "pre"
    QUOTE = "quote"
    SIGNATURE = "signature"
    FOOTER = "footer"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a body as a page shows it."""

    shape: Shape
    html: Markup
    lines: int
    """lines that are not blank, for the label of a folded piece"""

    @property
    def folded(self) -> bool:
        """Whether the reader has to open it: long quotations and boilerplate."""
        return self.shape is Shape.FOOTER or (self.shape is Shape.QUOTE and self.lines > FOLD_OVER)


_SHAPES = {
    BlockKind.WORDS: Shape.PROSE,
    BlockKind.PRE: Shape.PRE,
    BlockKind.QUOTE: Shape.QUOTE,
    BlockKind.SIGNATURE: Shape.SIGNATURE,
    BlockKind.FOOTER: Shape.FOOTER,
}


def pieces(text: str, layout: str = "") -> tuple[Piece, ...]:
    """Set a body for a page. Blank runs vanish; neighbouring quotes of any level are one piece.

    `layout` is `text.layout_of` the body, or empty: then its lines are sorted here.
    """
    return tuple(_pieces(laid_out(text, layout)))


def cut_pieces(text: str, layout: str, limit: int) -> tuple[tuple[Piece, ...], bool]:
    """Set the first `limit` bytes of a body, sorted as the whole body is; tell if any was cut."""
    head, cut = cut_text(text, limit)
    known = layout if layout or not cut else layout_of(blocks(text))
    return pieces(head, known), cut


def _pieces(found: Sequence[Block]) -> Iterator[Piece]:
    clean = (
        replace(block, text=clean_text(block.text)) if _CONTROLS.search(block.text) else block
        for block in found
    )
    solid = (block for block in clean if block.text and not block.text.isspace())
    for kind, run in groupby(solid, key=lambda block: block.kind):
        parts = list(run)
        lines = sum(_count(block.text) for block in parts)
        if kind is BlockKind.SIGNATURE and not any(
            map(str.isalnum, "".join(b.text for b in parts))
        ):
            continue
        if kind is BlockKind.QUOTE:
            html = _quotation(parts)
        elif kind is BlockKind.PRE:
            html = f"<pre>{_linked(_trimmed(parts))}</pre>"
        else:
            html = _paragraphs(_SIGNATURE_MARK.sub("", _trimmed(parts)))
        yield Piece(_SHAPES[kind], Markup(html), lines)  # noqa: S704 - every piece was escaped


def clean_text(text: str) -> str:
    """Drop control characters that neither HTML nor XML may hold; line ends and tabs stay."""
    return _CONTROLS.sub("", text) if _CONTROLS.search(text) else text


def cut_text(text: str, limit: int) -> tuple[str, bool]:
    """Cut a body at a line end below `limit` bytes of UTF-8; tell whether anything was cut."""
    if len(text) * 4 <= limit:
        return text, False
    data = text.encode("utf-8", "replace")
    if len(data) <= limit:
        return text, False
    head = data[:limit].decode("utf-8", "ignore")
    return head[: head.rfind("\n") + 1] or head, True


def excerpt(own: str, limit: int) -> str:
    """Give the beginning of someone's own words on one line, cut at a word, addresses masked."""
    line = " ".join(masked(clean_text(own[: limit * 4])).split())
    if len(line) <= limit:
        return line
    head = line[:limit].rsplit(" ", 1)[0].rstrip(",;:-– ")
    return f"{head} …"


def _count(text: str) -> int:
    return sum(map(bool, map(str.strip, text.split("\n"))))


def _trimmed(parts: Sequence[Block]) -> str:
    text = parts[0].text if len(parts) == 1 else "\n".join(block.text for block in parts)
    return text.rstrip().lstrip("\n")


def _quotation(parts: Sequence[Block]) -> str:
    """Nest blockquotes as deep as the marks say, to a limit; the marks themselves go."""
    out: list[str] = []
    depth = 0
    for block in parts:
        level = max(1, min(block.level, MAX_NESTING))
        out.append("<blockquote>" * (level - depth) if level > depth else "")
        out.append("</blockquote>" * (depth - level) if level < depth else "")
        depth = level
        out.append(_paragraphs(_QUOTE_MARKS.sub("", block.text).strip("\n")))
    out.append("</blockquote>" * depth)
    return "".join(out)


def _paragraphs(text: str) -> str:
    return "".join(
        f"<p>{_linked(_unwrapped(paragraph))}</p>".replace(_BREAK, "<br>")
        for paragraph in _PARAGRAPHS.split(text)
        if paragraph and not paragraph.isspace()
    )


def _unwrapped(paragraph: str) -> str:
    """Mark the line ends that the author meant; the mail program's own wrapping becomes spaces.

    A line end was forced by wrapping when the next word would not have fitted any more.
    """
    if "\n" not in paragraph:
        return paragraph
    lines = paragraph.split("\n")
    width = max(map(len, lines))
    if not NARROW <= width <= WIDE:
        return f"{_BREAK}\n".join(lines)
    out = [lines[0]]
    for before, line in pairwise(lines):
        word = line.find(" ", 1)
        fits = len(before) + 1 + (word if word > 0 else len(line)) <= width
        meant = fits or _stands_alone(line) or _RULE.match(before)
        out.append(f"{_BREAK}\n" if meant else "\n")
        out.append(line)
    return "".join(out)


def _stands_alone(line: str) -> bool:
    """A bullet or a rule; two letters at its beginning say at once that it is neither."""
    return not line[:2].isalpha() and bool(_BULLET.match(line) or _RULE.match(line))


def _plain(text: str) -> str:
    """Escape text between tags; quotation marks need no escape there, which keeps pages small."""
    return masked(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _linked(text: str) -> str:
    """Escape, mask addresses and mark http(s) links; a link that holds an address is only text."""
    if "://" not in text:
        return _plain(text)
    out: list[str] = []
    done = 0
    for found in _URL.finditer(text):
        url = _without_tail(found.group())
        out.extend((_plain(text[done : found.start()]), _anchor(url)))
        done = found.start() + len(url)
    out.append(_plain(text[done:]))
    return "".join(out)


def has_address(url: str) -> bool:
    """Tell whether an e-mail address stands in a web address: such a link is never made."""
    return _ADDRESS_IN_URL.search(url) is not None


def _anchor(url: str) -> str:
    if has_address(url):
        return _plain(url.replace("%40", "@"))
    safe = escape(url)
    return f'<a href="{safe}" rel="noopener nofollow ugc">{safe}</a>'


def _without_tail(url: str) -> str:
    """Leave out the sentence's punctuation and a closing bracket that was opened before."""
    while url:
        last = url[-1]
        opener = _CLOSERS.get(last)
        if last not in _URL_TAIL and (opener is None or url.count(opener) >= url.count(last)):
            break
        url = url[:-1]
    return url

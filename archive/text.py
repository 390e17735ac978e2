"""A body's lines sorted into own words, preformatted lines, quotes, signatures and footers.

Contract: nothing is cut, only labelled; `blocks` joined by LF give the body back. A quote is a
marked line, an attribution, or everything below a top-posted mail's separator. Own words are the
author's prose: greeting, thanks and name stay; signature, phone line, list footer, disclaimer go.
Where it is unclear whose words a line holds, it stays the author's (interleaved answers are kept).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from archive.bodylines import BodyLines
from archive.model import Block, BlockKind, Link
from archive.quoted import QUOTE_PASSES
from archive.sentences import split_sentences
from archive.tails import FOOTER_PASSES, TAIL_PASSES

_URL = re.compile(r"https?://[^\s<>\"“”«»]{2,2000}", re.IGNORECASE)
_URL_TAIL = ".,;:!?'’*_|"
_LINE = "\n"
_KIND_OF = {kind[0]: kind for kind in BlockKind}
_CLOSERS = {")": "(", "]": "[", "}": "{"}

_REPLY = re.compile(
    r"(?:re|aw|antw|antwort|res|sv|vs|r|ref|réf|rif|odp|ynt|回复|答复|回覆)"
    r"\s{0,3}(?:\[\d{1,4}\]|\(\d{1,4}\)|\^\d{1,4})?\s{0,3}[:：]\s*",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"(?:fwd?|wg|rv|enc|tr|vb|vl|i|pd|doorst|转发|轉寄)\s{0,3}(?:\[\d{1,4}\])?\s{0,3}[:：]\s*",
    re.IGNORECASE,
)
_TAG = re.compile(r"\[[^\[\]]{0,60}\]\s*")
_FORWARD_WRAP = re.compile(r"\[fwd?:\s?(.*)\]$", re.IGNORECASE | re.DOTALL)

_PASSES = (*FOOTER_PASSES, *QUOTE_PASSES, *TAIL_PASSES)
MAX_LINES = 50_000
"""Lines that are sorted: nobody writes more, and a mail of 30 MB in short lines would take the memory
of the machine. What stands below is kept as preformatted."""


def blocks(text: str) -> tuple[Block, ...]:
    """Sort a body (LF line ends) into runs of one kind and quote level, in document order.

    Joined by LF their texts give `text` back. Neighbouring QUOTE blocks of different levels are
    one quotation to a reader. Linear in the size of the text; never raises.
    """
    if text.count(_LINE) < MAX_LINES:
        return _sorted(text)
    end = 0
    for _ in range(MAX_LINES):
        end = text.index(_LINE, end) + 1
    return (*_sorted(text[: end - 1]), Block(BlockKind.PRE, text[end:], 0))


def _sorted(text: str) -> tuple[Block, ...]:
    body = BodyLines(text)
    for label in _PASSES:
        label(body)
    return tuple(
        Block(kind, _LINE.join(body.lines[first:end]), level)
        for kind, level, first, end in _runs(body)
    )


def _runs(body: BodyLines) -> Iterator[tuple[BlockKind, int, int, int]]:
    """Runs [first, end) of one kind and level; what no pass has labelled is the author's words.

    A blank line belongs to the run above it; those at the top to the first run.
    """
    kinds, levels = body.kinds, body.levels
    first = 0
    kind, level = kinds[-1], levels[-1]  # of a body of blank lines
    begun = False
    for at, bare in enumerate(body.bare):
        if not bare or (begun and kinds[at] is kind and levels[at] == level):
            continue
        if begun:
            yield kind or BlockKind.WORDS, level, first, at
            first = at
        kind, level = kinds[at], levels[at]
        begun = True
    yield kind or BlockKind.WORDS, level, first, len(body.lines)


def layout_of(parts: Iterable[Block]) -> str:
    """Write what `blocks` found in a few bytes, 'w12 q3:1 w2': stored with the post, so that pages
    need not sort its lines again."""
    return " ".join(
        f"{block.kind[0]}{block.text.count(_LINE) + 1}" + (f":{block.level}" if block.level else "")
        for block in parts
    )


def laid_out(text: str, layout: str) -> tuple[Block, ...]:
    """Give `blocks(text)` again from its layout. Of a text that was cut at a line end it gives the
    blocks that are left; lines that an empty or a wrong layout does not name are sorted anew."""
    lines = text.split(_LINE)
    found = []
    at = 0
    for run in layout.split():
        count, _, level = run[1:].partition(":")
        here = lines[at : at + int(count)]
        if here:
            found.append(Block(_KIND_OF[run[0]], _LINE.join(here), int(level or 0)))
        at += int(count)
    return tuple(found) if at >= len(lines) else blocks(text)


def own_words(text: str) -> str:
    """Give the author's prose: no quotes, attribution, signature, footer or preformatted lines.

    Pure, stored with the post (RULINGS 5). Paragraphs are separated by one blank line; line ends
    inside them are the author's (`sentences.split_sentences` unwraps them).
    """
    return words_of(blocks(text))


def words_of(parts: Iterable[Block]) -> str:
    """Give `own_words` of blocks that are known already."""
    return _joined(block.text for block in parts if block.kind is BlockKind.WORDS)


def _joined(texts: Iterable[str]) -> str:
    paragraphs: list[list[str]] = [[]]
    for line in "\n\n".join(texts).split("\n"):
        if line.strip():
            paragraphs[-1].append(line.rstrip())
        elif paragraphs[-1]:
            paragraphs.append([])
    return "\n\n".join("\n".join(lines) for lines in paragraphs if lines)


def links(own: str) -> tuple[Link, ...]:
    """Give the http(s) addresses of own words, each once, with the sentence it stood in."""
    found: dict[str, str] = {}
    if _URL.search(own) is None:
        return ()
    for sentence in split_sentences(own):
        for match in _URL.finditer(sentence.text):
            url = _trim_url(match.group())
            if "." in url.partition("://")[2]:
                found.setdefault(url, sentence.text)
    return tuple(Link(url, sentence) for url, sentence in found.items())


def _trim_url(url: str) -> str:
    """Cut the punctuation of the sentence off; a bracket goes only if the URL did not open it."""
    while url:
        last = url[-1]
        opener = _CLOSERS.get(last)
        if last in _URL_TAIL or (opener and url.count(opener) < url.count(last)):
            url = url[:-1]
        else:
            break
    return url


def normal_subject(subject: str) -> tuple[str, bool]:
    """Give (base subject, whether it looks like a reply), white space folded, case kept.

    Strips Re/AW/Antw/RES/SV..., Fwd/TR/RV/ENC/WG... and [tags] in any order, '(fwd)' at the end and
    '[fwd: ...]' around, as RFC 5256 section 2.1 does; a tag stays where nothing else would be left.
    """
    base = " ".join(subject.split())
    is_reply = False
    while True:
        before = base
        base = _strip_forward_tail(base)
        reply = _REPLY.match(base)
        found = reply or _FORWARD.match(base)
        tag = _TAG.match(base)
        if found:
            base = base[found.end() :]
            is_reply = is_reply or reply is not None
        elif wrapped := _FORWARD_WRAP.match(base):
            base = wrapped.group(1)
        elif tag and tag.end() < len(base):
            base = base[tag.end() :]
        if base == before:
            return base.strip(), is_reply


def _strip_forward_tail(base: str) -> str:
    while base.endswith(" ") or base.lower().endswith("(fwd)"):
        base = base[:-5] if base.lower().endswith("(fwd)") else base.rstrip()
    return base

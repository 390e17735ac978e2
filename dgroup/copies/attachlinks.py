"""Attachments as links: a copy whose large files are named, with the place where the archive has them. Pure.

The file's part becomes a short text; every other byte of the body stays. Nothing inside what is signed or
encrypted is touched (RFC 1847). The author's signature breaks by it: `posting` puts the alias into From where
the author's domain has such copies refused.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes
from email.message import Message

from archive import ids
from archive.content import Content
from archive.model import ArchiveMode, Part, PartRole
from archive.parse import part_bytes
from dgroup.address import clean_line
from dgroup.copies.light import SEALED, MakeLink, no_link
from dgroup.copies.rewrite import RewriteContext, Rewritten
from dgroup.filelinks import holds_links, with_whole_links
from dgroup.letters import LetterWriter, encoded
from dgroup.splice import split

_DEEPEST = 10
_MOST = 100
_NAME = 100
_CLOSED = frozenset({"multipart/signed", "multipart/encrypted"})
_MIXED = "multipart/mixed"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf part of a well-formed mail: where it stands, its own fields included."""

    start: int
    end: int
    kind: str
    inside: str
    """type of the multipart around it"""
    sealed: bool
    """it stands inside something signed or encrypted"""


@dataclass(frozen=True, slots=True)
class _Named:
    """A file as the copy names it."""

    name: str
    size: int
    url: str


def linked_copy(
    content: Content,
    raw: bytes,
    ordinary: Rewritten,
    context: RewriteContext,
    letters: LetterWriter,
    language: str,
    link: MakeLink = no_link,
) -> Rewritten:
    """Give the copy with links in place of files over the group's limit; the same where it has none.

    `language` is that of our words; `link` gives the way to a file where the archive is for members only.
    """
    message, above = content.message, context.group.links_above
    large = [
        (part, url)
        for part in message.parts
        if above and part.role is PartRole.ATTACHMENT and part.size > above
        for url in (_url(part, context, link),)
        if url
    ]
    leaves = list(leaves_of(raw)) if large else []
    if len(leaves) != len(message.parts):  # out of the ordinary: we may not think of the same parts
        return ordinary
    found = [
        (leaves[part.index], _text(part, url, language, letters))
        for part, url in large
        if part.index < len(leaves) and _can_go(raw, leaves, part)
    ]
    return replace(ordinary, body=_spliced(raw, ordinary.body_offset, found)) if found else ordinary


def _url(part: Part, context: RewriteContext, link: MakeLink) -> str:
    group = context.group
    if group.info.archive is ArchiveMode.MEMBERS:
        return link(part.index)
    if not context.public:
        return ""
    path = ids.attachment_path(
        group.name, context.key, part.index, part.filename, part.content_type
    )
    return ids.url(context.site.base_url, path) if path else ""


# --- Where the parts stand ----------------------------------------------------------------------


def leaves_of(raw: bytes) -> Iterator[Leaf]:
    """Give the leaf parts of a mail in document order; what is cut or nested too deep is one leaf."""
    return _walk(raw, 0, len(raw), "", 0, sealed=False)


def _walk(
    raw: bytes, start: int, end: int, inside: str, depth: int, *, sealed: bool
) -> Iterator[Leaf]:
    fields, offset = split(raw[start:end])
    described = Message()
    given = next((one.value for one in fields if one.name == "content-type"), b"text/plain")
    described["Content-Type"] = given.decode("ascii", "replace")
    kind, boundary = described.get_content_type(), described.get_boundary()
    parts = []
    if kind.startswith("multipart/") and boundary and depth < _DEEPEST:
        parts = _parts(raw, start + offset, end, boundary)
    if not parts:
        yield Leaf(start, end, kind, inside, sealed)
    for begin, finish in parts:
        shut = sealed or kind in _CLOSED
        yield from _walk(raw, begin, finish, kind, depth + 1, sealed=shut)


def _parts(raw: bytes, start: int, end: int, boundary: str) -> list[tuple[int, int]]:
    """The parts between the lines of a boundary; none where the last line is missing."""
    words = re.escape(boundary.encode("utf-8", "replace"))
    line = re.compile(rb"(?:(?<=\n)|\A)--" + words + rb"(--)?[ \t]*(?:\r?\n|\Z)")
    lines = []
    for found in line.finditer(raw, start, end):
        lines.append(found)
        if found.group(1):
            break
    if not lines or not lines[-1].group(1) or len(lines) > _MOST:
        return []
    return [
        (one.end(), max(one.end(), _before(raw, two.start())))
        for one, two in itertools.pairwise(lines)
    ]


def _before(raw: bytes, at: int) -> int:
    """The line end before a boundary belongs to the boundary (RFC 2046 5.1.1)."""
    at -= raw[at - 1 : at] == b"\n"
    return at - (raw[at - 1 : at] == b"\r")


def _can_go(raw: bytes, leaves: list[Leaf], part: Part) -> bool:
    """Tell whether a file can be cut out: it stands in the mail by itself, where we think it does."""
    leaf = leaves[part.index]
    if leaf.sealed or leaf.inside != _MIXED or leaf.kind in SEALED:
        return False
    data = message_from_bytes(raw[leaf.start : leaf.end]).get_payload(decode=True)
    return isinstance(data, bytes) and data == part_bytes(raw, part.index)


# --- The copy -----------------------------------------------------------------------------------


def _text(part: Part, url: str, language: str, letters: LetterWriter) -> bytes:
    """The part that stands for a file, with its fields."""
    last = part.filename.replace("\\", "/").rpartition("/")[2]
    named = _Named(clean_line(last, _NAME) or part.content_type, part.size, url)
    template = letters.environment(language).get_template("mail/_linked.txt.j2")
    text = template.render(file=named).strip() + "\n"
    encoding, body = (
        ("quoted-printable", with_whole_links(text)) if holds_links(text) else encoded(text)
    )
    fields = (
        'Content-Type: text/plain; charset="utf-8"\r\nContent-Disposition: inline\r\n'
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return fields.encode("ascii") + body


def _spliced(raw: bytes, start: int, found: list[tuple[Leaf, bytes]]) -> bytes:
    pieces = []
    for leaf, text in found:
        pieces += [raw[start : leaf.start], text.rstrip(b"\r\n")]
        start = leaf.end
    return b"".join([*pieces, raw[start:]])

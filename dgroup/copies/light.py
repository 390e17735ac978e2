"""Light copies: a post as one text/plain mail of ours, for members on a weak line. Pure.

The author's words stand as they are. Long quotes, files and what is over the limit are named, with the
place where the archive has them. The fields are those of the ordinary copy, but for From (design.md).
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from jinja2 import Environment

from archive import ids
from archive.content import Content
from archive.headers import text_of
from archive.markup import cut_text
from archive.model import ArchiveMode, Block, BlockKind, ParsedMessage, Part, PartRole
from archive.text import laid_out
from dgroup.address import clean_line, command_address
from dgroup.copies.authorship import AUTHOR_LENGTH, author_of, from_as_it_came
from dgroup.copies.footers import DASHES
from dgroup.copies.rewrite import RewriteContext, Rewritten, fold_long, reply_to
from dgroup.filelinks import TEXT, holds_links, with_whole_links
from dgroup.letters import LetterWriter, encoded, unstructured
from dgroup.splice import Field, Head, join, make_field, phrase, split

LONGEST_QUOTE = 12
"""lines; of a longer quote only the number is told"""
SIZE = 20_000
"""bytes of text (UTF-8) in a copy"""
FILES = 20
"""files that are named; further ones are counted"""
_NAME_LENGTH = 100
_SUBJECT_LENGTH = 900
_INVITATION = "text/calendar"
_TEXT_ROLES = {PartRole.TEXT, PartRole.FOOTER}
SEALED = frozenset(
    {"application/pgp-encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"}
)
"""types of parts that are of no use without all their bytes"""
# What readers' programs and other lists go by. Proofs of the author's host hold for the whole mail only.
_KEPT = frozenset(
    "received message-id date subject to cc in-reply-to references reply-to author list-id list-post "
    "list-help list-subscribe list-owner list-archive archived-at x-loop x-beenthere "
    "x-mailing-list precedence auto-submitted importance content-language x-no-archive".split()
)


MakeLink = Callable[[int], str]
"""gives the way to a part of the post, or to its whole text; '' where there is none"""


def no_link(_part: int) -> str:
    """There is no way."""
    return ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a post's text, or a quote that is left out."""

    text: str
    lines: int = 0
    """lines of a quote that is left out; 0 where there is text"""


@dataclass(frozen=True, slots=True)
class File:
    """A file that is left out."""

    name: str
    size: int
    """bytes"""
    url: str
    """'' where the archive does not show it to everybody"""


def light_copy(
    content: Content,
    ordinary: Rewritten,
    context: RewriteContext,
    letters: LetterWriter,
    language: str,
    link: MakeLink = no_link,
    footer: str = "",
) -> bytes:
    """Give the light copy of a post, whole but for the personal lines, its header all ASCII.

    `language` is that of our words, the `footer` the group's own; `link` gives the way to a file, or to the whole text, where the archive is for members only.
    b'' where the ordinary copy serves better: it is short text already, and then keeps its author's
    From and proof; or it is encrypted, and then is of no use without all its parts.
    """
    message = content.message
    head = _kept(ordinary, context)
    if any(part.content_type in SEALED for part in message.parts) or not head.has("message-id"):
        return b""
    pieces, is_cut = shortened(laid_out(message.text, content.layout))
    is_text = all(part.role in _TEXT_ROLES for part in message.parts)
    if is_text and not is_cut and all(piece.lines == 0 for piece in pieces):
        return b""
    sender, text = _words(message, pieces, is_cut, context, letters.environment(language), link)
    if footer:
        text += f"\n{DASHES}\n{footer}\n"
    return _mail(_signed_by_us(head, message, sender, context), text)


# --- The text ---------------------------------------------------------------------------------


def shortened(blocks: Sequence[Block]) -> tuple[list[Piece], bool]:
    """Leave long quotes out, but of a mail that is nothing else (it was passed on), and what is too long;
    tell whether anything was."""
    pieces = list(_pieces(blocks))
    if not any(piece.text.strip() for piece in pieces):
        pieces = [Piece("\n".join(block.text for block in blocks))]
    return _cut(pieces)


def _pieces(blocks: Iterable[Block]) -> Iterator[Piece]:
    before = False  # a quote that was left out stands right above
    for quoted, run in groupby(blocks, lambda block: block.kind is BlockKind.QUOTE):
        text = "\n".join(block.text for block in run)
        lines = sum(1 for line in text.split("\n") if line.strip())
        if quoted and lines > LONGEST_QUOTE:
            yield Piece("", lines)
            before = True
            continue
        if before and not text.startswith("\n"):  # an empty line before what is said to it
            yield Piece("")
        yield Piece(text)
        before = False


def _cut(pieces: Iterable[Piece]) -> tuple[list[Piece], bool]:
    """Keep as much as a copy holds; tell whether anything was left out for that."""
    kept: list[Piece] = []
    room = SIZE
    for piece in pieces:
        text, is_cut = cut_text(piece.text, room)
        if is_cut:
            return [*kept, Piece(text.rstrip("\n"))] if room > 0 else kept, True
        kept.append(piece)
        room = max(0, room - len(text.encode("utf-8", "replace")))
    return kept, False


def _words(
    message: ParsedMessage,
    pieces: list[Piece],
    is_cut: bool,
    context: RewriteContext,
    environment: Environment,
    link: MakeLink,
) -> tuple[str, str]:
    """Give the name in From, and the text."""
    group, site = context.group, context.site
    if group.info.archive is not ArchiveMode.MEMBERS:
        link = no_link
    page = ids.message_url(site.base_url, group.name, context.key) if context.public else ""
    files = [_file(part, context, link) for part in _shown(message.parts)]
    whole = environment.get_template("mail/light.txt.j2").render(
        author=clean_line(author_of(message, context.registered), AUTHOR_LENGTH),
        title=clean_line(group.info.title, _NAME_LENGTH),
        pieces=pieces,
        is_cut=is_cut,
        url=page or link(TEXT),
        files=files[:FILES],
        more=len(files[FILES:]),
        signed=any(part.role is PartRole.SIGNATURE for part in message.parts),
        request=command_address(group.name, "request", site.domain),
    )
    first, _, text = whole.partition("\n")
    return first.removeprefix("From:").strip(), text.strip("\n") + "\n"


def _shown(parts: Iterable[Part]) -> list[Part]:
    """Give the files; an invitation comes twice, once without a name for the calendar program."""
    files = [part for part in parts if part.role is PartRole.ATTACHMENT]
    named = {part.size for part in files if part.filename}
    return [
        part
        for part in files
        if part.filename or part.content_type != _INVITATION or part.size not in named
    ]


def _file(part: Part, context: RewriteContext, link: MakeLink) -> File:
    last = part.filename.replace("\\", "/").rpartition("/")[2]
    path = ids.attachment_path(
        context.group.name, context.key, part.index, part.filename, part.content_type
    )
    shown = path and context.public
    return File(
        name=clean_line(last, _NAME_LENGTH) or part.content_type,
        size=part.size,
        url=ids.url(context.site.base_url, path) if shown else link(part.index),
    )


# --- The header -------------------------------------------------------------------------------


def _kept(ordinary: Rewritten, context: RewriteContext) -> Head:
    """Give the fields of the ordinary copy that a light one has, From among them."""
    fields = [field for field in split(ordinary.head)[0] if field.name in _KEPT | {"from"}]
    head = Head(tuple(_ascii(field) for field in fields)).only(lambda one: one.raw.isascii())
    if not head.has("to"):
        head = head.on_top("To", context.group.address)
    # No signature is left that a Reply-To could break.
    return fold_long(reply_to(head, context), context)


def _ascii(field: Field) -> Field:
    """Encode a subject that came as bare UTF-8, so that a copy can go everywhere."""
    if field.name != "subject" or field.raw.isascii():
        return field
    text = clean_line(text_of(field.value.decode("utf-8", "replace")), _SUBJECT_LENGTH)
    return make_field("Subject", unstructured("Subject", text))


def _signed_by_us(head: Head, message: ParsedMessage, sender: str, context: RewriteContext) -> Head:
    """Put our alias into From: the author's host vouches for the author's bytes only (RULINGS 6).

    Who wrote it stands in Author (RFC 9057) and, where nobody asked for another, in Reply-To.
    """
    author = from_as_it_came(head, message)
    address = context.alias or context.group.address
    ours = [make_field("From", f"{phrase(sender)} <{address}>".strip())]
    if author and not head.has("author"):
        ours.append(Field("author", b"Author:" + author))
    if author and not head.has("reply-to"):
        ours.append(Field("reply-to", b"Reply-To:" + author))
    return Head((*head.without({"from"}).fields, *ours))


def _mail(head: Head, text: str) -> bytes:
    if holds_links(text):
        return join(_described(head, "quoted-printable"), b"", 0) + with_whole_links(text)
    encoding, body = encoded(text)
    packed = base64.encodebytes(text.encode("utf-8", "replace").replace(b"\n", b"\r\n"))
    packed = packed.replace(b"\n", b"\r\n")
    if len(packed) < len(body):  # scripts that quoted-printable would make three times as long
        encoding, body = "base64", packed
    return join(_described(head, encoding), b"", 0) + body


def _described(head: Head, encoding: str) -> Head:
    fields = (
        make_field("MIME-Version", "1.0"),
        make_field("Content-Type", 'text/plain; charset="utf-8"'),
        make_field("Content-Transfer-Encoding", encoding),
    )
    return Head((*head.fields, *fields))

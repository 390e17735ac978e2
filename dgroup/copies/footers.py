"""What stands below the posts of a group that wants it: put behind the text of a mail, in its own charset
and transfer encoding. Pure.
"""

from __future__ import annotations

import binascii
import html
import re
import unicodedata
from collections.abc import Sequence

from dgroup.copies.mimesplice import Piece, content, encoded, newline_of

DASHES = "-- "
"""what programs take for the beginning of a signature, which they leave out of replies"""
RULE = "_" * 40
"""stands where the author has a signature: their program would take a second one for theirs"""
MAX_LENGTH = 2000
_SIGNATURE = re.compile(rb"(?:\A|[\r\n])-- (?:\r?\n|\Z)")
_QP_SIGNATURE = re.compile(rb"(?:\A|[\r\n])--(?:=20| )(?:\r?\n|\Z)")
_BODY_END = re.compile(rb"</body\s*>", re.IGNORECASE)
_HTML_END = re.compile(rb"</html\s*>", re.IGNORECASE)
_NO_TAGS = re.compile(
    rb"<(/?)(iframe|style|script|title|textarea|xmp|noscript|noframes|plaintext|select)\b",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://[^\s<>\"']+")
_STUFFED = (" ", ">", "From ")


def places(root: Piece) -> list[Piece]:
    """Give the texts of a mail that a footer belongs to: of alternatives each, else the first."""
    if root.is_file:
        return []
    if root.content_type in {"text/plain", "text/html"}:
        return [root]
    if root.content_type == "multipart/alternative":
        return [one for child in root.children for one in places(child)]
    if root.content_type == "multipart/related":
        return places(root.children[0]) if root.children else []
    if root.content_type == "multipart/mixed":
        return next((found for child in root.children if (found := places(child))), [])
    return []


def with_footer(raw: bytes, root: Piece, footer: str) -> list[tuple[Piece, bytes]]:
    """Give the new bytes of the texts that get the footer; none at all where one of them cannot."""
    lines = [line.rstrip() for line in footer.strip()[:MAX_LENGTH].splitlines()]
    changes = []
    wanted = places(root) if any(lines) else []
    for piece in wanted:
        # Programs show the other where one of two is empty; with a footer it would be the one shown.
        if len(wanted) > 1 and not (content(raw, piece) or b"").strip():
            continue
        new = (_plain if piece.content_type == "text/plain" else _html)(raw, piece, lines)
        if new is None:
            return []
        changes.append((piece, new))
    return changes


# --- Plain text ---------------------------------------------------------------------------------


def _plain(raw: bytes, piece: Piece, lines: Sequence[str]) -> bytes | None:
    data = content(raw, piece)
    if data is None or not piece.charset:
        return None
    marks = _QP_SIGNATURE if piece.encoding == "quoted-printable" else _SIGNATURE
    signed = marks.search(raw[piece.start : piece.end] if piece.encoding != "base64" else data)
    head = RULE if signed else DASHES
    told = [_stuffed(line) if piece.flowed else line for line in lines]
    newline = newline_of(data)
    words = _in_charset("\n".join(["", head, *told, ""]), piece)
    if words is None:
        return None
    words = words.replace(b"\n", newline)
    if data and not data.endswith(b"\n"):
        words = newline + words
    if piece.encoding != "quoted-printable":
        return encoded(data + words, piece, newline_of(raw))
    return _behind_quoted(raw[piece.start : piece.end], words)


def _behind_quoted(before: bytes, words: bytes) -> bytes | None:
    """What is there stays as it was encoded; a soft line end at its end would take the footer in."""
    if before.rstrip(b" \t\r\n").endswith(b"="):
        return None
    return before + binascii.b2a_qp(words, istext=True)


def _stuffed(line: str) -> str:
    """RFC 3676 4.4; no line of ours flows on, since none ends with a space."""
    return f" {line}" if line.startswith(_STUFFED) else line


def _in_charset(text: str, piece: Piece) -> bytes | None:
    """Give the words in the text's charset; where that lacks an accent, without it; None where more is
    lacking."""
    for tried in (text, _without_accents(text)):
        try:
            data = tried.encode(piece.charset)
        except UnicodeError:
            continue
        if data.isascii() or piece.encoding:
            return data
    return None


def _without_accents(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


# --- HTML ---------------------------------------------------------------------------------------


def _html(raw: bytes, piece: Piece, lines: Sequence[str]) -> bytes | None:
    data = content(raw, piece)
    if data is None or not piece.charset:
        return None
    newline = newline_of(data)
    told = (b"<br>" + newline).join(_linked(line) for line in lines)
    words = newline + b"<hr>" + newline + b"<p>" + told + b"</p>" + newline
    ends = list(_BODY_END.finditer(data)) or list(_HTML_END.finditer(data))
    at = ends[-1].start() if ends else len(data)
    if _is_open(data[:at]):
        return None
    return encoded(data[:at] + words + data[at:], piece, newline_of(raw))


def _is_open(before: bytes) -> bool:
    """Tell whether a page breaks off inside a tag, a comment or what shows no tags: a footer would be
    part of it."""
    if before.rfind(b"<") > before.rfind(b">") or before.rfind(b"<!--") > before.rfind(b"-->"):
        return True
    last: dict[bytes, bytes] = {one[2].lower(): one[1] for one in _NO_TAGS.finditer(before)}
    return b"" in last.values()


def _linked(line: str) -> bytes:
    """ASCII in any charset: other signs are written as entities."""
    out, at = [], 0
    for found in _URL.finditer(line):
        url = html.escape(found[0])
        out += [html.escape(line[at : found.start()]), f'<a href="{url}">{url}</a>']
        at = found.end()
    whole = "".join([*out, html.escape(line[at:])])
    return whole.encode("ascii", "xmlcharrefreplace")

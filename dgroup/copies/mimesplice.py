"""The parts of a mail as places in its bytes, so that one can be changed and all others stay as they
are. Strict: a mail that is put together in an unusual way is not taken apart, and not changed. Pure.
"""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from itertools import pairwise

from dgroup.splice import Field, split

MAX_DEPTH = 10
MAX_PARTS = 200
_CONTENT = ("content-type", "content-transfer-encoding", "content-disposition")
_LINE = 76
_IDENTITY = frozenset({"", "7bit", "8bit", "binary"})
_SPACE = re.compile(rb"\s+")
_SIGNED = frozenset(
    "multipart/signed multipart/encrypted multipart/report application/pkcs7-mime "
    "application/x-pkcs7-mime application/pkcs7-signature application/x-pkcs7-signature "
    "application/pgp-encrypted application/pgp-signature application/pgp".split()
)
_ARMOUR = re.compile(rb"^-----BEGIN PGP (?:SIGNED )?MESSAGE-----", re.MULTILINE)
_PROBE = '\r\n-- <a href="x">_&#1;</a>'


@dataclass(frozen=True, slots=True)
class Piece:
    """A part: of a leaf `start:end` are its bytes as they stand in the mail."""

    content_type: str
    charset: str
    """name of a codec in which ASCII stands for itself; '' where there is none or it is another"""
    encoding: str
    """'', 'quoted-printable' or 'base64'; '8bit' says that more than ASCII may stand in it"""
    flowed: bool
    is_file: bool
    attached: bool
    """it says so; a file that only has a name may be shown"""
    start: int
    end: int
    children: tuple[Piece, ...] = ()


class _UnusualError(Exception):
    """Raised inside: the mail is not put together as mails are."""


def take_apart(raw: bytes) -> Piece | None:
    """Give the tree of a mail; None where it is unusual, signed, encrypted or a report: such a mail is
    passed on as it is."""
    try:
        root = _piece(raw, 0, len(raw), 0, [0])
    except _UnusualError:
        return None
    sealed = any(
        one.content_type in _SIGNED
        or (one.content_type.startswith("text/") and _is_armoured(raw, one))
        for one in every(root)
    )
    return None if sealed else root


def every(root: Piece) -> Iterator[Piece]:
    """Give a piece and all below it."""
    yield root
    for child in root.children:
        yield from every(child)


def _piece(raw: bytes, start: int, end: int, depth: int, count: list[int]) -> Piece:
    count[0] += 1
    if depth > MAX_DEPTH or count[0] > MAX_PARTS:
        raise _UnusualError
    fields, offset = split(raw[start:end])
    at = start + offset
    blank = 2 if raw[at : at + 2] == b"\r\n" else 1
    if raw[at : at + 1] not in {b"\r", b"\n"} or at + blank > end:
        raise _UnusualError
    view = _view(fields)
    kind, at = view.get_content_type(), at + blank
    if kind.startswith("multipart/"):
        spans = _spans(raw, at, end, view)
        children = tuple(_piece(raw, one, until, depth + 1, count) for one, until in spans)
        return Piece(kind, "", "", False, _is_file(view), _attached(view), at, end, children)
    if view.get_param("boundary") is not None:
        raise _UnusualError  # a multipart under a wrong name
    return Piece(
        content_type=kind,
        charset=_codec(view),
        encoding=_encoding(view),
        flowed=str(view.get_param("format", "")).lower() == "flowed",
        is_file=_is_file(view),
        attached=_attached(view),
        start=at,
        end=end,
    )


def _view(fields: Sequence[Field]) -> Message:
    view: Message = Message()
    for name in _CONTENT:
        found = [one for one in fields if one.name == name]
        if len(found) > 1:
            raise _UnusualError
        if found and len(found[0].raw) < 4096:
            view[name] = found[0].value.decode("ascii", "replace")
        elif found:
            raise _UnusualError
    return view


def _is_file(view: Message) -> bool:
    named = view.get_param("name", "") or view.get_param("filename", "", "content-disposition")
    return _attached(view) or bool(named)


def _attached(view: Message) -> bool:
    return view.get_content_disposition() == "attachment"


def _encoding(view: Message) -> str:
    found = str(view.get("content-transfer-encoding", "")).strip().lower()
    if found in _IDENTITY:
        return "8bit" if found in {"8bit", "binary"} else ""
    if found not in {"quoted-printable", "base64"}:
        raise _UnusualError
    return found


def _codec(view: Message) -> str:
    """Give the codec of a text, where it is one that tags and line ends can be found in."""
    name = view.get_param("charset", "us-ascii")
    try:
        codec = codecs.lookup(str(name).strip()).name if not isinstance(name, tuple) else ""
        fits = codec and _PROBE.encode(codec) == _PROBE.encode("ascii")
    except (LookupError, UnicodeError, ValueError):
        return ""
    # Stateful ones, where ASCII bytes may be half of another sign.
    stateful = codec.startswith(("iso2022", "utf_7", "utf-7", "hz", "big5", "gb", "shift", "cp9"))
    return codec if fits and not stateful else ""


def _spans(raw: bytes, start: int, end: int, view: Message) -> list[tuple[int, int]]:
    """Give where the parts of a multipart begin and end; the line end before a boundary is the
    boundary's (RFC 2046 5.1.1)."""
    boundary = view.get_boundary()
    if not boundary or not boundary.isascii() or len(boundary) > 200 or " " in boundary:
        raise _UnusualError
    line = re.compile(
        rb"(?:(?<=\n)|(?<=\r))--" + re.escape(boundary.encode()) + rb"(--)?[ \t]*(?:\r\n|\n|\r|\Z)"
    )
    found = list(line.finditer(raw, start, end))
    if len(found) < 2 or found[-1][1] is None or any(one[1] for one in found[:-1]):
        raise _UnusualError
    spans = []
    for one, after in pairwise(found):
        until = after.start()
        until -= 2 if raw[until - 2 : until] == b"\r\n" else 1
        spans.append((one.end(), max(one.end(), until)))
    return spans


# --- Bytes of a part ----------------------------------------------------------------------------


def content(raw: bytes, piece: Piece) -> bytes | None:
    """Give a leaf decoded from its transfer encoding; None where it is not wholly so encoded."""
    data = raw[piece.start : piece.end]
    if piece.encoding == "quoted-printable":
        return binascii.a2b_qp(data)
    if piece.encoding != "base64":
        return data
    try:
        return binascii.a2b_base64(_SPACE.sub(b"", data), strict_mode=True)
    except binascii.Error:
        return None


def encoded(data: bytes, piece: Piece, newline: bytes) -> bytes | None:
    """Put new content of a leaf into its transfer encoding; None where that does not hold it."""
    if piece.encoding == "base64":
        lines = [data[at : at + 57] for at in range(0, len(data), 57)]
        return newline.join(binascii.b2a_base64(one, newline=False) for one in lines) + newline
    if piece.encoding == "quoted-printable":
        found = binascii.b2a_qp(data, istext=True)
        if binascii.a2b_qp(found) != data or any(len(one) > _LINE for one in found.splitlines()):
            return None
        return found
    return data if piece.encoding == "8bit" or data.isascii() else None


def put(raw: bytes, changes: Sequence[tuple[Piece, bytes]]) -> bytes:
    """Give the mail with some leaves' bytes replaced; all else stays."""
    out: list[bytes] = []
    at = 0
    for piece, data in sorted(changes, key=lambda one: one[0].start):
        out += [raw[at : piece.start], data]
        at = piece.end
    return b"".join([*out, raw[at:]])


def newline_of(data: bytes) -> bytes:
    """Give the line end that a text uses."""
    return b"\n" if b"\n" in data and b"\r\n" not in data else b"\r\n"


def _is_armoured(raw: bytes, piece: Piece) -> bool:
    data = content(raw, piece)
    return data is None or _ARMOUR.search(data) is not None

"""A mail's MIME tree as a flat list of leaf parts with their exact decoded bytes.

The tree is the standard library's compat32 one, kept from walking into message/* (those are files
to us) and from growing without bound; metadata is read once per distinct header and remembered.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from functools import lru_cache
from typing import Any

from mailparser.utils import decode_base64_payload

from archive.charsets import decode, header_text
from archive.headers import Fields, one_line, words

MAX_DEPTH = 50
MAX_PARTS = 1000
MAX_REPAIRS = 5
_MAX_VALUE = 4096
_CONTENT = ("content-type", "content-disposition", "content-transfer-encoding", "content-id")
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n"
_BASE64_LINES = re.compile(rb"\s*(?:[A-Za-z0-9+/]{4,}={0,2}[ \t]*(?:\r?\n|\r|\Z))+\s*")
_UU = re.compile(
    rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,200})\r?\n"
    rb"((?:[!-`][ -`]{1,90}\r?\n)+)[` ]?\r?\n?end[ \t]*(?:\r?\n|\Z)",
    re.MULTILINE,
)
_LOST_BOUNDARY = re.compile(
    rb"(?:\A|(?<=[\r\n]))--(\S(?:[^\r\n]{0,198}\S)?)[ \t]*(?:\r\n|\r|\n)(?=content-)",
    re.IGNORECASE,
)
_LONG = 4096
"""bytes of base64 from which a block is kept away from the library's parser"""
_BLANK = re.compile(rb"\n\r?\n")
_TAKEN = b"=block=taken=out="
_TAKEN_LINE = re.compile(_TAKEN.decode() + r"(\d+)\.")
_UNFOLD = {10: None, 13: None}
_SEARCHED = 256 * 1024
_DEFECT_NAME = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Meta:
    """What a part's own header says about it."""

    content_type: str
    charset: str
    filename: str
    content_id: str
    disposition: str
    encoding: str
    flowed: bool
    delsp: bool


@dataclass(slots=True)
class Leaf:
    """A part without children, where it stands, and its bytes."""

    meta: Meta
    data: bytes
    """decoded from its transfer encoding"""
    parent: str
    """content type of the multipart it stands in, '' for a mail of one part"""
    container: int
    """which multipart it stands in, counted from 1 in document order; 0 for none"""
    alternative: int
    """the nearest multipart/alternative around it, as `container`; 0 for none"""
    attached: bool
    """it, or a multipart around it, is marked as an attachment"""
    mislabelled: bool = False
    """its transfer encoding was not what its header says"""


class _TooManyPartsError(Exception):
    """Raised inside the standard parser to stop it; the tree up to there is complete."""


class _Node(Message):
    """A compat32 message whose depth is known and whose message/* parts stay bytes."""

    depth = 0

    def __init__(self, policy: Any = compat32) -> None:
        super().__init__(policy)
        self.count = [0]

    def get(self, name: str, failobj: Any = None) -> Any:
        """The first value as text; cut, because the library's parameter scan is quadratic."""
        for key, value in self.raw_items():
            if key.lower() == name.lower():
                # Unfolded, too: a fold inside a quoted boundary is no part of it.
                return header_text(str(value)[:_MAX_VALUE]).translate(_UNFOLD)
        return failobj

    def get_content_type(self) -> str:
        """The type that the parser may act on: neither message/* nor what is nested too deep."""
        found = super().get_content_type()
        if found.startswith("message/") or (self.depth >= MAX_DEPTH and "multipart/" in found):
            return "application/octet-stream"
        return found

    def get_content_maintype(self) -> str:
        """See `get_content_type`."""
        return self.get_content_type().partition("/")[0]

    def attach(self, payload: Any) -> None:
        """Take a child in; stop the parser where the mail has too many parts."""
        payload.depth = self.depth + 1
        payload.count = self.count
        self.count[0] += 1
        if self.count[0] > MAX_PARTS:
            raise _TooManyPartsError
        super().attach(payload)


# --- Metadata -------------------------------------------------------------------------------------


def meta_of(fields: Fields) -> Meta:
    """Give the metadata of a whole mail from its header."""
    return _meta(*(fields.first(name)[:_MAX_VALUE] for name in _CONTENT), "text/plain")


def _part_meta(part: Message) -> Meta:
    values = dict.fromkeys(_CONTENT, "")
    for name, value in part.raw_items():
        lower = name.lower()
        if lower in values and not values[lower]:
            values[lower] = str(value)[:_MAX_VALUE]
    return _meta(*values.values(), part.get_default_type())


@lru_cache(maxsize=512)
def _meta(kind: str, disposition: str, encoding: str, content_id: str, default: str) -> Meta:
    view: Message = Message()
    view.set_default_type(default)
    for name, value in zip(_CONTENT, (kind, disposition, encoding, content_id), strict=True):
        if value.strip():
            view[name] = header_text(value)
    return Meta(
        content_type=view.get_content_type(),
        charset=one_line(_param(view, "charset", "content-type"))[:40].lower(),
        filename=_filename(view),
        content_id=one_line(view.get("content-id", "")).strip("<>")[:250],
        disposition=(view.get_content_disposition() or "")[:40],
        encoding=_encoding(view.get("content-transfer-encoding", "")),
        flowed=_param(view, "format", "content-type").lower() == "flowed",
        delsp=_param(view, "delsp", "content-type").lower() == "yes",
    )


def _param(view: Message, name: str, header: str) -> str:
    """Give a parameter, RFC 2231 continuations and charsets resolved; '' if absent or broken."""
    try:
        value = view.get_param(name, "", header)
    except (TypeError, ValueError, IndexError, LookupError):
        return ""
    if isinstance(value, tuple):
        return decode(value[2].encode("latin-1", "replace"), value[0] or "")[0]
    return str(value)


def _filename(view: Message) -> str:
    name = _param(view, "filename", "content-disposition") or _param(view, "name", "content-type")
    return one_line(words(name))[:255]


def _encoding(value: str) -> str:
    """Mend the labels of transfer encodings that real mail carries (FACTS 15)."""
    label = re.sub(r"\([^)]*\)|[\s\"';]", "", value.lower())
    if label in {"base64", "base-64", "b64"}:
        return "base64"
    if label in {"quoted-printable", "quotedprintable", "quoted_printable", "qp"}:
        return "quoted-printable"
    return "uuencode" if label in {"uuencode", "x-uuencode", "uue", "x-uue"} else ""


# --- Leaves ---------------------------------------------------------------------------------------


def leaves(fields: Fields, body: bytes) -> tuple[list[Leaf], list[str]]:
    """Give the leaf parts in document order, and what was wrong with the tree.

    Files uuencoded in a plain text follow it as leaves of their own. message/* is one leaf.
    """
    meta = meta_of(fields)
    if not meta.content_type.startswith("multipart/"):
        return list(_with_uuencoded(_leaf(meta, body, "", 0, 0, attached=False))), []
    root, defects = _read_tree(fields.first("content-type"), body)
    found = [leaf for part in _walk(root, defects) for leaf in _with_uuencoded(part)]
    if (root.epilogue or "").strip():
        defects.append("text-after-end")
    return found, sorted(set(defects))


def _repaired(content_type: str, payload: bytes) -> _Node | None:
    """Read a multipart without a boundary, or with one that never comes, by what its parts show."""
    found = _LOST_BOUNDARY.search(payload, 0, _SEARCHED)
    if not found:
        return None
    boundary = found[1].decode("ascii", "replace").replace('"', "")
    root, _ = _read_tree(f'{content_type}; boundary="{boundary}"', payload)
    return root if root.is_multipart() else None


def _read_tree(content_type: str, body: bytes) -> tuple[_Node, list[str]]:
    made: list[_Node] = []

    def factory(policy: Any = compat32) -> _Node:
        made.append(_Node(policy))
        return made[-1]

    head = f"content-type: {content_type.strip()[:_MAX_VALUE]}\n\n".encode(
        "utf-8", "surrogateescape"
    )
    defects: list[str] = []
    short, blocks = _without_files(body)
    try:
        message_from_bytes(head + short, _class=factory, policy=compat32)
    except _TooManyPartsError:
        defects.append("too-many-parts")
    if blocks:
        _put_back(made, blocks)
    # The library makes a node just to try the factory; the mail is the first that has a header.
    root = next(node for node in made if len(node))
    found = {type(defect).__name__ for node in made for defect in node.defects}
    return root, defects + [_DEFECT_NAME.sub("-", name).lower() for name in found]


def _without_files(body: bytes) -> tuple[bytes, list[str]]:
    """Put one short line in the place of each long base64 block: the library reads a mail line by
    line, and no line of base64 can be a boundary. Gives the blocks that were taken out."""
    if len(body) < _LONG or _TAKEN in body:
        return body, []
    pieces: list[bytes] = []
    blocks: list[str] = []
    done = at = 0
    while (at := body.find(b"base64", at)) >= 0:
        at += 6
        blank = _BLANK.search(body, at, at + _MAX_VALUE)
        if not blank:
            continue
        start, at = blank.end(), body.find(b"\n--", blank.end())
        at = len(body) if at < 0 else at
        end = at - 1 if body[at - 1 : at] == b"\r" else at
        block = body[start:end]
        if len(block) >= _LONG and block[:1].isalnum() and not block.translate(None, _BASE64):
            pieces += [body[done:start], b"%b%d." % (_TAKEN, len(blocks))]
            blocks.append(block.decode("ascii"))
            done = end
    return b"".join((*pieces, body[done:])), blocks


def _put_back(nodes: list[_Node], blocks: list[str]) -> None:
    for node in nodes:
        payload = node.__dict__.get("_payload")
        if isinstance(payload, str):
            whole = _TAKEN_LINE.sub(lambda found: blocks[int(found[1])], payload)
            node.__dict__["_payload"] = whole


def _walk(root: _Node, defects: list[str]) -> Iterator[Leaf]:
    """Walk without recursion: a mail's depth is its sender's choice."""
    containers = 0
    repairs = MAX_REPAIRS
    stack: list[tuple[Message, str, int, int, bool]] = [(root, "", 0, 0, False)]
    while stack:
        part, parent, container, alternative, attached = stack.pop()
        meta = _part_meta(part)
        inside = attached or (bool(parent) and meta.disposition == "attachment")
        if repairs and meta.content_type.startswith("multipart/") and not part.is_multipart():
            repaired = _repaired(meta.content_type, _bytes_of(part))
            if repaired:
                repairs -= 1
                defects.append("boundary-guessed")
                stack.append((repaired, parent, container, alternative, inside))
                continue
        children = part.get_payload() if part.is_multipart() else None
        if isinstance(children, list):
            containers += 1
            own = containers if meta.content_type == "multipart/alternative" else alternative
            stack += [
                (child, meta.content_type, containers, own, inside)
                for child in reversed(children)
                if isinstance(child, Message)
            ]
        else:
            yield _leaf(meta, _bytes_of(part), parent, container, alternative, attached=inside)


def _bytes_of(part: Message) -> bytes:
    # The attribute, not get_payload(): that decodes 8-bit text by its label and replaces the rest.
    payload = part.__dict__.get("_payload")
    return payload.encode("ascii", "surrogateescape") if isinstance(payload, str) else b""


def _leaf(
    meta: Meta, payload: bytes, parent: str, container: int, alternative: int, *, attached: bool
) -> Leaf:
    data, true = decoded(payload, meta.encoding)
    return Leaf(meta, data, parent, container, alternative, attached, not true)


def decoded(payload: bytes, encoding: str) -> tuple[bytes, bool]:
    """Undo a transfer encoding, leniently; False where the payload was not wholly so encoded.

    Plain text behind base64 (a list's footer) is kept as it is, and so is a text that is not
    base64 at all.
    """
    if encoding == "quoted-printable":
        return binascii.a2b_qp(payload), True
    if encoding == "uuencode":
        return next((data for _, _, data in uuencoded(payload)), payload), True
    if encoding != "base64":
        return payload, True
    if payload.translate(None, _BASE64):
        head = _BASE64_LINES.match(payload)
        if not head:
            return payload, False
        return _from_base64(head[0]) + b"\n" + payload[head.end() :], False
    return _from_base64(payload), True


def _from_base64(payload: bytes) -> bytes:
    try:
        return binascii.a2b_base64(payload)
    except binascii.Error:
        mended: bytes = decode_base64_payload(payload.decode("ascii", "ignore"))
        return mended


# --- Files inside plain text ----------------------------------------------------------------------


def uuencoded(data: bytes) -> Iterator[tuple[re.Match[bytes], str, bytes]]:
    """Give (where, name, bytes) of every whole uuencoded file inside a text."""
    if b"begin " not in data:
        return
    for found in _UU.finditer(data):
        try:
            content = b"".join(_uu_line(line) for line in found[2].splitlines())
        except binascii.Error:
            continue
        yield found, one_line(decode(found[1], "")[0]), content


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Some encoders pad lines too long: cut to what the length byte says.
        return binascii.a2b_uu(line[: ((line[0] - 32 & 63) * 4 + 5) // 3])


def is_plain_text(leaf: Leaf) -> bool:
    """Tell whether a leaf is text to read in the body: plain, unnamed, not an attachment."""
    meta = leaf.meta
    plain = meta.content_type == "text/plain" or meta.content_type.startswith("multipart/")
    return plain and not (leaf.attached or (leaf.parent and meta.filename))


def _with_uuencoded(leaf: Leaf) -> Iterator[Leaf]:
    yield leaf
    if not is_plain_text(leaf):
        return
    for _, name, content in uuencoded(leaf.data):
        meta = Meta("application/octet-stream", "", name, "", "attachment", "", False, False)
        yield Leaf(meta, content, leaf.parent, leaf.container, 0, attached=True)

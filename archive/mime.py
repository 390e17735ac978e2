"""A mail's MIME tree as a flat list of leaf parts with their exact decoded bytes.

The tree is `mimetree`'s; metadata is read once per distinct header and remembered.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from functools import lru_cache
from urllib.parse import unquote

from mailparser.utils import decode_base64_payload

from archive.charsets import decode, header_text
from archive.headers import Fields, one_line, words
from archive.mimetree import BASE64, CONTENT, MAX_VALUE, Node, bytes_of, read_tree

MAX_REPAIRS = 5
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
_SEARCHED = 256 * 1024
_NAME = re.compile(
    r"(?<![\w-])((?:file)?name)(\*(?:\d{1,3}\*?)?)?\s*=\s*(\"(?:[^\"\\]|\\.)*\"?|[^;\s]*)",
    re.IGNORECASE,
)
_BOUNDARY_ONLY = re.compile(
    r"\s*(multipart/[\w.+-]+)\s*;\s*boundary=(?:\"[^\"\\]*\"|[^\s;\"]+)\s*;?\s*",
    re.ASCII | re.IGNORECASE,
)


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
    other_names: tuple[str, ...] = ()


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


# --- Metadata -------------------------------------------------------------------------------------


def meta_of(fields: Fields) -> Meta:
    """Give the metadata of a whole mail from its header."""
    again = _again(*(fields.index.get(name, []) for name in CONTENT[:2]))
    return _meta(*(fields.first(name)[:MAX_VALUE] for name in CONTENT), "text/plain", again)


def _part_meta(part: Message) -> Meta:
    values = dict.fromkeys(CONTENT, "")
    again = ""
    for name, value in part.raw_items():
        lower = name.lower()
        if lower in values and not values[lower]:
            values[lower] = str(value)[:MAX_VALUE]
        elif lower in CONTENT[:2]:
            again = _again([again, str(value)])
    if plain := _BOUNDARY_ONLY.fullmatch(values["content-type"]):
        # Another boundary each time, which nobody asks for here: it must not hinder remembering.
        values["content-type"] = plain[1]
    return _meta(*values.values(), part.get_default_type(), again)


def _again(*given: list[str]) -> str:
    """Fields that stand there a second time: some programs go by the last one."""
    return "\n".join(value for values in given for value in values[1:])[:MAX_VALUE]


@lru_cache(maxsize=512)
def _meta(
    kind: str, disposition: str, encoding: str, content_id: str, default: str, again: str
) -> Meta:
    view: Message = Message()
    view.set_default_type(default)
    for name, value in zip(CONTENT, (kind, disposition, encoding, content_id), strict=True):
        if value.strip():
            view[name] = header_text(value)
    filename = _filename(view)
    return Meta(
        content_type=view.get_content_type(),
        charset=one_line(_param(view, "charset", "content-type"))[:40].lower(),
        filename=filename,
        content_id=one_line(view.get("content-id", "")).strip("<>")[:250],
        disposition=(view.get_content_disposition() or "")[:40],
        encoding=_encoding(view.get("content-transfer-encoding", "")),
        flowed=_param(view, "format", "content-type").lower() == "flowed",
        delsp=_param(view, "delsp", "content-type").lower() == "yes",
        other_names=tuple(_names(f"{kind}\n{disposition}\n{again}") - {filename, ""}),
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


def _names(text: str) -> set[str]:
    """Every name that fields give a file, read as loosely as the loosest program does: the plain and
    the extended form (RFC 2231) of either field, beside each other, behind comments."""
    found: dict[str, str] = {}
    for at, one in enumerate(_NAME.finditer(header_text(text))):
        value = re.sub(r"\\(.)", r"\1", one[3][1:-1]) if one[3][:1] == '"' else one[3]
        if "*" in (one[2] or ""):
            value = unquote(value.rpartition("'")[2])
        piece = re.match(r"\*\d", one[2] or "")
        key = one[1].lower() if piece else str(at)
        found[key] = found.get(key, "") + value
    return {one_line(words(name))[:255] for name in found.values()}


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
    root, defects = read_tree(fields.first("content-type"), body)
    found = [leaf for part in _walk(root, defects) for leaf in _with_uuencoded(part)]
    if (root.epilogue or "").strip():
        defects.append("text-after-end")
    return found, sorted(set(defects))


def _repaired(content_type: str, payload: bytes) -> Node | None:
    """Read a multipart without a boundary, or with one that never comes, by what its parts show."""
    found = _LOST_BOUNDARY.search(payload, 0, _SEARCHED)
    if not found:
        return None
    boundary = found[1].decode("ascii", "replace").replace('"', "")
    root, _ = read_tree(f'{content_type}; boundary="{boundary}"', payload)
    return root if root.is_multipart() else None


def _walk(root: Node, defects: list[str]) -> Iterator[Leaf]:
    """Walk without recursion: a mail's depth is its sender's choice."""
    containers = 0
    repairs = MAX_REPAIRS
    stack: list[tuple[Message, str, int, int, bool]] = [(root, "", 0, 0, False)]
    while stack:
        part, parent, container, alternative, attached = stack.pop()
        meta = _part_meta(part)
        inside = attached or (bool(parent) and meta.disposition == "attachment")
        if repairs and meta.content_type.startswith("multipart/") and not part.is_multipart():
            repaired = _repaired(meta.content_type, bytes_of(part))
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
            yield _leaf(meta, bytes_of(part), parent, container, alternative, attached=inside)


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
    if payload.translate(None, BASE64):
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

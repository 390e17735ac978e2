"""The tree of a multipart: nodes with the raw headers of each part and its bytes, not decoded.

A well-formed one is cut at its boundaries; what is out of the ordinary is left to the standard
library's compat32 parser, kept from walking into message/* (those are files to us) and from growing
without bound. Both give the same tree.
"""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from itertools import pairwise
from typing import Any

from archive.charsets import header_text

MAX_DEPTH = 50
MAX_PARTS = 1000
MAX_VALUE = 4096
CONTENT = ("content-type", "content-disposition", "content-transfer-encoding", "content-id")
BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n"
_CUT_DEPTH = 10
_CUT_PARTS = 100
"""Trees up to these are cut here; deeper and larger ones are rare, and the library counts better."""
_HEAD = re.compile(rb"(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*\r?\n")
_CONTENT_FIELD = re.compile(
    r"^content-[!-9;-~]*:[^\n]*\n(?:[ \t][^\n]*\n)*", re.IGNORECASE | re.MULTILINE
)
_BOUNDARY = re.compile(r"[!-~](?:[ -~]{0,198}[!-~])?")
_AFTER_BOUNDARY = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")
_UNCHANGED = frozenset({"7bit", "8bit", "binary"})
_LONG = 4096
"""bytes of base64 from which a block is kept away from the library's parser"""
_BLANK = re.compile(rb"\n\r?\n")
_TAKEN = b"=block=taken=out="
_TAKEN_LINE = re.compile(_TAKEN.decode() + r"(\d+)\.")
_UNFOLD = {10: None, 13: None}
_DEFECT_NAME = re.compile(r"(?<=[a-z])(?=[A-Z])")


class _TooManyPartsError(Exception):
    """Raised inside the standard parser to stop it; the tree up to there is complete."""


class Node(Message):
    """A compat32 message whose depth is known and whose message/* parts stay bytes. Its payload is a
    list of nodes, or the part as it stands: see `bytes_of`."""

    depth = 0

    def __init__(self, policy: Any = compat32) -> None:
        super().__init__(policy)
        self.count = [0]

    def get(self, name: str, failobj: Any = None) -> Any:
        """The first value as text; cut, because the library's parameter scan is quadratic."""
        for key, value in self.raw_items():
            if key.lower() == name.lower():
                # Unfolded, too: a fold inside a quoted boundary is no part of it.
                return header_text(str(value)[:MAX_VALUE]).translate(_UNFOLD)
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


def read_tree(content_type: str, body: bytes) -> tuple[Node, list[str]]:
    """Give the root of a multipart, and what was wrong with it."""
    root = _cut(content_type, body)
    return (root, []) if root else _read(content_type, body)


def bytes_of(part: Message) -> bytes:
    """Give the bytes of a part as they stand in the mail."""
    # The attribute, not get_payload(): that decodes 8-bit text by its label and replaces the rest.
    payload = part.__dict__.get("_payload")
    if isinstance(payload, bytes):
        return payload
    return payload.encode("ascii", "surrogateescape") if isinstance(payload, str) else b""


# --- Cut at its boundaries ------------------------------------------------------------------------


class _OddError(Exception):
    """Raised where a multipart is not of the plain form; the library's parser reads it then."""


def _cut(content_type: str, body: bytes) -> Node | None:
    """Give the tree as the library's parser does, of a multipart in which that finds no defect and
    nothing depends on its finer rules; None for any other."""
    value = content_type.strip()[:MAX_VALUE]
    if not value.isascii() or (b"\r" in body and body.count(b"\r") != body.count(b"\r\n")):
        return None
    root = Node()
    root.set_raw("content-type", value)
    if not _is_multipart(root):
        return None
    try:
        end = _cut_parts(root, body, 0, len(body))
    except _OddError:
        return None
    root.epilogue = body[end:].decode("ascii", "surrogateescape")
    return root


def _cut_parts(node: Node, body: bytes, start: int, end: int) -> int:
    """Give a multipart its parts, which stand between `start` and `end`; gives where they end."""
    if node.depth >= _CUT_DEPTH or node.get_content_type() == "multipart/digest":
        raise _OddError
    lines = _boundaries(node, body, start, end)
    node.count[0] += len(lines) - 1
    if node.count[0] > _CUT_PARTS:
        raise _OddError
    node.__dict__["_payload"] = [
        _cut_part(node, body, begin, until) for (_, begin), (until, _) in pairwise(lines)
    ]
    return lines[-1][1]


def _cut_part(parent: Node, body: bytes, start: int, end: int) -> Node:
    head = _HEAD.match(body, start, end)
    if not head:
        raise _OddError
    node = Node()
    node.depth, node.count = parent.depth + 1, parent.count
    for field in _CONTENT_FIELD.finditer(head[0].decode("ascii", "surrogateescape")):
        node.set_raw(*compat32.header_source_parse([field[0]]))
    if _is_multipart(node):
        if str(node.get("content-transfer-encoding", "8bit")).lower() not in _UNCHANGED:
            raise _OddError
        _cut_parts(node, body, head.end(), end)
    else:
        # The line end before a boundary belongs to it.
        last = end - 2 if body[end - 2 : end] == b"\r\n" else end - 1
        node.__dict__["_payload"] = body[head.end() : last]
    return node


def _is_multipart(node: Node) -> bool:
    return node.get_content_maintype() == "multipart"


def _boundaries(node: Node, body: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """Give where each boundary line of a multipart begins and ends, the closing one last."""
    boundary = node.get_boundary()
    if not boundary or not _BOUNDARY.fullmatch(boundary):
        raise _OddError
    separator = b"--" + boundary.encode("ascii")
    found: list[tuple[int, int]] = []
    at = start
    if not body.startswith(separator, start, end):
        at = _next_line(body, separator, start, end)
    while at >= 0 and len(found) <= _CUT_PARTS:
        line = _AFTER_BOUNDARY.match(body, at + len(separator), end)
        if line:
            if found and found[-1][1] == at:
                break  # two such lines in a row count once
            found.append((at, line.end()))
            if line[1] and len(found) > 1:
                return found
            if line[1]:
                break
        # The line end after one boundary may be the one before the next.
        at = _next_line(body, separator, at + len(separator), end)
    raise _OddError


def _next_line(body: bytes, separator: bytes, start: int, end: int) -> int:
    """Where the next line that begins with `separator` begins; -1 if there is none. Looked for with
    the line end before it: a body of dashes would else be stopped at in each byte."""
    return body.find(b"\n" + separator, start, end) + 1 or -1


# --- Read by the library --------------------------------------------------------------------------


def _read(content_type: str, body: bytes) -> tuple[Node, list[str]]:
    made: list[Node] = []

    def factory(policy: Any = compat32) -> Node:
        made.append(Node(policy))
        return made[-1]

    head = f"content-type: {content_type.strip()[:MAX_VALUE]}\n\n".encode(
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
        blank = _BLANK.search(body, at, at + MAX_VALUE)
        if not blank:
            continue
        start, at = blank.end(), body.find(b"\n--", blank.end())
        at = len(body) if at < 0 else at
        end = at - 1 if body[at - 1 : at] == b"\r" else at
        block = body[start:end]
        if len(block) >= _LONG and block[:1].isalnum() and not block.translate(None, BASE64):
            pieces += [body[done:start], b"%b%d." % (_TAKEN, len(blocks))]
            blocks.append(block.decode("ascii"))
            done = end
    return b"".join((*pieces, body[done:])), blocks


def _put_back(nodes: list[Node], blocks: list[str]) -> None:
    for node in nodes:
        payload = node.__dict__.get("_payload")
        if isinstance(payload, str):
            whole = _TAKEN_LINE.sub(lambda found: blocks[int(found[1])], payload)
            node.__dict__["_payload"] = whole

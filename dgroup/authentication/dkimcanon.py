"""What a DKIM signature is computed over: header fields and body in canonical form (RFC 6376 3.4, 3.7).

Every step takes time in proportion to the mail and little memory: the mails are those of strangers.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

MAX_HEADER = 256 * 1024
"""bytes of a header whose signatures are looked at"""
CHUNK = 1024 * 1024
"""bytes of a body that are in work at a time, up to the end of a line"""
_CRLF = b"\r\n"
_FIELD_END = re.compile(rb"\r\n(?![ \t])")
_HEADER_END = re.compile(rb"\n\r?\n")
_FROM_TABS = bytes.maketrans(b"\t", b" ")


class Mail:
    """A mail cut into header fields and body; the body's hash is computed once for each form."""

    def __init__(self, raw: bytes) -> None:
        found = _HEADER_END.search(raw, 0, MAX_HEADER)
        self._raw = raw
        self._start = found.end() if found is not None else len(raw)
        head = raw[: found.start() + 1] if found is not None else raw[:MAX_HEADER]
        self.fields: tuple[tuple[bytes, bytes], ...] = tuple(fields_of(head))
        """name in lower case and the whole field without its last line end, topmost first"""
        self.whole = found is not None or len(raw) < MAX_HEADER
        """whether the header ends within its bounds"""
        self._hashes: dict[bool, bytes] = {}

    def named(self, name: bytes) -> list[bytes]:
        """The fields of that name (in lower case), topmost first."""
        return [field for known, field in self.fields if known == name]

    def body_hash(self, *, relaxed: bool) -> bytes:
        """SHA-256 of the whole body in canonical form; l= is never followed."""
        if relaxed not in self._hashes:
            self._hashes[relaxed] = _body_hash(self._raw, self._start, relaxed=relaxed)
        return self._hashes[relaxed]

    def signed(self, names: Sequence[bytes], signature: bytes, *, relaxed: bool) -> bytes:
        """Give the octets that a signature is over: the fields of `names`, each name taking the
        lowest field that is left, then the signature's own field without its value (3.7)."""
        left: dict[bytes, list[bytes]] = {}
        for name, field in self.fields:
            left.setdefault(name, []).append(field)
        chosen = [left[name].pop() for name in names if left.get(name)]
        form = relaxed_field if relaxed else _simple_field
        return _CRLF.join([*map(form, chosen), form(without_value(signature))])


def fields_of(head: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Cut a header block into names in lower case and whole fields without their last line end."""
    for field in _FIELD_END.split(_with_crlf(head)):
        name, colon, _ = field.partition(b":")
        if colon:
            yield name.strip(b" \t").lower(), field


def _with_crlf(text: bytes) -> bytes:
    if text.count(b"\n") == text.count(_CRLF):
        return text
    return text.replace(_CRLF, b"\n").replace(b"\n", _CRLF)


def _simple_field(field: bytes) -> bytes:
    return field


def relaxed_field(field: bytes) -> bytes:
    """Give a field in the relaxed form, without a line end (RFC 6376 3.4.2)."""
    name, _, value = field.partition(b":")
    return name.strip(b" \t").lower() + b":" + _single_spaces(value.replace(_CRLF, b"")).strip(b" ")


def _single_spaces(text: bytes) -> bytes:
    """Every run of spaces and tabs made one space. A pattern takes time in the square of a run that
    something must follow, or an object for each word; this takes neither."""
    text = text.translate(_FROM_TABS)
    while b"  " in text:
        text = text.replace(b"  ", b" ")
    return text


def without_value(signature: bytes) -> bytes:
    """Give a signature's field with the value of its b= taken out (RFC 6376 3.5)."""
    name, _, value = signature.partition(b":")
    tags = value.split(b";")
    for at, tag in enumerate(tags):
        label, equals, _ = tag.partition(b"=")
        if equals and label.strip(b" \t\r\n") == b"b":
            tags[at] = label + b"="
    return name + b":" + b";".join(tags)


# --- The body ---------------------------------------------------------------------------------


def _body_hash(raw: bytes, start: int, *, relaxed: bool) -> bytes:
    """Hash without the empty lines at the end, and with one line end (3.4.3, 3.4.4)."""
    hasher = hashlib.sha256()
    waiting, is_empty = 0, True
    for chunk in _chunks(raw, start):
        text = _with_crlf(chunk)
        if relaxed:
            text = _single_spaces(text).replace(b" \r\n", _CRLF)
            text = text.removesuffix(b" ")
        kept, ends = _without_ends(text)
        if kept:
            hasher.update(_CRLF * waiting + kept)
            waiting, is_empty = ends, False
        else:
            waiting += ends
    if not (relaxed and is_empty):
        hasher.update(_CRLF)
    return hasher.digest()


def _chunks(raw: bytes, start: int) -> Iterator[bytes]:
    """Pieces of the body that end with a line, the last one perhaps without."""
    while start < len(raw):
        end = raw.find(b"\n", start + CHUNK) + 1 or len(raw)
        yield raw[start:end]
        start = end


def _without_ends(text: bytes) -> tuple[bytes, int]:
    """Take all line ends off the end of `text`; gives the rest and how many there were."""
    kept = text.rstrip(_CRLF)
    tail = text[len(kept) :]
    if tail.endswith(b"\r"):  # a lone CR is text
        return text, 0
    lone = tail.rfind(b"\r\r") + 1
    return kept + tail[:lone], (len(tail) - lone) // 2

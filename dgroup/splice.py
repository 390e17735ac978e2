"""A mail's header block as raw fields that can be dropped, replaced and added without touching a byte
of the others or of the body; and which of them a signature covers. Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from email.header import Header
from typing import NamedTuple

CRLF = b"\r\n"
LONGEST_LINE = 998
"""octets of a line without its end (RFC 5322 2.1.1)"""
JUNK = ""
"""name of what stands in a header block and is no field: mbox From_ lines, a byte order mark"""

_END = rb"(?:\r\n|\n|\r|\Z)"
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:[^\r\n]*" + _END + rb"(?:[ \t][^\r\n]*" + _END + rb")*")
_FROM_LINE = re.compile(rb">?From [^\r\n]*" + _END)
_LEADING = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s+(?=(?i:>?From |(?:From|To|Subject|Date|Message-ID|Received"
    rb"|Return-Path|MIME-Version|Content-Type|Delivered-To|X-[A-Z-]{2,40}):)))?"
)
_LINE_END = re.compile(rb"\r\n|\r|\n")
_UNSAFE = re.compile(rb"\r(?!\n )|(?<!\r)\n|\n(?! )|\0")
_COVERED = re.compile(rb"(?:^|;)\s*h\s*=([^;]*)", re.IGNORECASE)
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_PHRASE_LENGTH = 60


class Field(NamedTuple):
    """One header field: lower-case name ('' for junk) and its raw bytes with folds and line end.
    A tuple, because each mail makes thirty."""

    name: str
    raw: bytes

    @property
    def value(self) -> bytes:
        """What stands after the colon, unfolded by joining its lines with a space."""
        body = self.raw.partition(b":")[2]
        return b" ".join(part.strip() for part in _LINE_END.split(body)).strip()


@dataclass(frozen=True, slots=True)
class Head:
    """The fields of a mail in order. Each change gives a new head."""

    fields: tuple[Field, ...]

    def all(self, name: str) -> list[Field]:
        """Give the fields called `name` (lower case), from the top."""
        return [field for field in self.fields if field.name == name]

    def has(self, name: str) -> bool:
        """Tell whether there is a field called `name` (lower case)."""
        return bool(self.all(name))

    def without(self, names: Collection[str]) -> Head:
        """Leave out every field with one of these names."""
        kept = [field for field in self.fields if field.name not in names]
        return self if len(kept) == len(self.fields) else Head(tuple(kept))

    def only(self, wanted: Callable[[Field], bool]) -> Head:
        """Keep the fields that `wanted` says yes to."""
        return Head(tuple(field for field in self.fields if wanted(field)))

    def on_top(self, name: str, value: str) -> Head:
        """Add a field above all others: signatures are read from the bottom (RFC 6376 5.4.2).

        Raises ValueError where the value would break out of its field.
        """
        return self.under((make_field(name, value),))

    def under(self, fields: tuple[Field, ...]) -> Head:
        """Put fields that were made before above all others."""
        return Head(fields + self.fields)

    def changed(self, name: str, change: Callable[[bytes], bytes]) -> Head:
        """Replace the raw bytes of each field called `name`."""
        return Head(
            tuple(
                Field(name, change(field.raw)) if field.name == name else field
                for field in self.fields
            )
        )

    @property
    def raw(self) -> bytes:
        """The block's bytes, without the blank line after it."""
        return b"".join(field.raw for field in self.fields)


def make_field(name: str, value: str) -> Field:
    """Make a field of ours; folds in `value` are CRLF and a space. ValueError for anything unsafe."""
    data = value.encode("ascii")
    if _UNSAFE.search(data):
        raise ValueError(f"unsafe value for {name}: {value!r}")
    return Field(name.lower(), name.encode("ascii") + b": " + data + CRLF)


def phrase(text: str) -> str:
    """Give `text` as the words before `<...>`: plain, quoted or encoded (RFC 5322 3.2.5, RFC 2047)."""
    clean = " ".join("".join(sign for sign in text if sign.isprintable()).split())[:_PHRASE_LENGTH]
    if not clean.isascii():
        return str(Header(clean, "utf-8", maxlinelen=60).encode(linesep="\r\n"))
    if _ATOMS.fullmatch(clean):
        return clean
    escaped = re.sub(r'(["\\])', r"\\\1", clean)
    return f'"{escaped}"' if clean else ""


def split(raw: bytes) -> tuple[list[Field], int]:
    """Give the fields and the offset of what follows them: the blank line, or a body without one.

    The fields' bytes and `raw[offset:]` joined are `raw` again, whatever it is. Takes LF, CRLF, CR
    and any mixture. A line that is no field ends the block; a mail may have no field at all.
    """
    fields: list[Field] = []
    lead = _LEADING.match(raw)
    at = lead.end() if lead else 0
    if at:
        fields.append(Field(JUNK, raw[:at]))
    while at < len(raw):
        if found := _FIELD.match(raw, at):
            whole, name = found.group(0, 1)
            fields.append(Field(name.decode("ascii").lower(), whole))
        elif found := _FROM_LINE.match(raw, at):
            fields.append(Field(JUNK, found.group(0)))
        else:
            break
        at = found.end()
    return fields, at


def join(head: Head, raw: bytes, offset: int) -> bytes:
    """Give the bytes to put before `raw[offset:]`: the block, and a blank line where it has none."""
    block = head.raw
    if raw[offset : offset + 1] in {b"\r", b"\n"}:
        return block
    return block + (CRLF if block.endswith((b"\n", b"\r")) else CRLF + CRLF)


def crlf(data: bytes) -> bytes:
    """Make every line end CRLF: a bare CR or LF is never sent (RFC 5321 2.3.8)."""
    ends = data.count(CRLF)
    if data.count(b"\n") == ends == data.count(b"\r"):
        return data
    return _LINE_END.sub(CRLF, data)


def fold(raw: bytes) -> bytes:
    """Fold the lines of a field that are longer than 998 octets, at white space that they have.

    Unfolding gives the same bytes again (RFC 5322 2.2.3): a line end is put before white space, and
    no line is left with nothing else. Where there is no such place the line stays.
    """
    if len(raw) <= LONGEST_LINE:
        return raw
    return b"".join(_folded(line) for line in raw.splitlines(keepends=True))


def _folded(line: bytes) -> bytes:
    pieces = []
    while len(line.rstrip(CRLF)) > LONGEST_LINE and (at := _fold_at(line)):
        pieces.append(line[:at])
        line = line[at:]
    return CRLF.join([*pieces, line])


def _fold_at(line: bytes) -> int:
    """The last white space that leaves a first piece of at most 998 octets; else the first one
    after that; 0 for none. There is a word before it and one after it."""
    words = len(line.rstrip())
    begins = len(line) - len(line.lstrip())
    near = max(line.rfind(sign, begins, min(LONGEST_LINE + 1, words)) for sign in b" \t")
    if near > 0:
        return near
    far = max(begins, LONGEST_LINE)
    found = [at for sign in b" \t" if (at := line.find(sign, far, words)) > 0]
    return min(found, default=0)


# --- Signatures -------------------------------------------------------------------------------


def _signed_names(signature: Field) -> list[str]:
    """Names in a DKIM-Signature's h= tag, in order, repeats kept (RFC 6376 3.5, 5.4)."""
    found = _COVERED.search(signature.value)
    if not found:
        return []
    names = found.group(1).decode("ascii", "replace").lower().split(":")
    return ["".join(name.split()) for name in names]


def covered(head: Head) -> frozenset[str]:
    """Names that any DKIM signature covers, also those that it signs as absent."""
    return frozenset(
        name for signature in head.all("dkim-signature") for name in _signed_names(signature)
    )


def breaks_signature(before: Head, after: Head) -> bool:
    """Tell whether a DKIM signature of `before` no longer fits the fields of `after`.

    A signature that names a field n times means its lowest n, and none where there are fewer
    (RFC 6376 5.4.2).
    """
    for signature in before.all("dkim-signature"):
        if signature not in after.fields:
            return True
        for name, count in Counter(_signed_names(signature)).items():
            if before.all(name)[-count:] != after.all(name)[-count:]:
                return True
    return False

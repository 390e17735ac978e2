"""Mails for a load: real texts and headers of the corpus, sent by members of ours to a group of ours.

No address of the corpus is ever written to or from: addresses and ids are made here.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from archive.headers import split
from archive.mbox import open_archive
from archive.model import ParsedMessage
from archive.parse import parse
from bench import figures

GROUP = "water"
DOMAIN = "lists.example"
MEMBERS = 60
TEMPLATES = 400
_PLAIN = range(3_500, 6_500)
_SPREAD = 50
_BACK = 400
"""a reply answers a mail at least this far back, which is stored by then whatever the sessions do"""
_KEPT = frozenset({"received", "mime-version", "content-type", "content-transfer-encoding"})
_START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def member(number: int) -> str:
    """The address of one of the members."""
    return f"member{number % MEMBERS}@home.example"


@dataclass(frozen=True, slots=True)
class Template:
    """A real mail without what names people or other mails."""

    subject: str
    head: bytes
    """header lines that stay as they are"""
    body: bytes


class Mails:
    """Any number of different mails of about `kilobytes`; the same number gives the same mail."""

    def __init__(self, kilobytes: int = 4, name: str = "run") -> None:
        """`name` tells the mails of one run from those of another."""
        self._kilobytes = kilobytes
        self._name = name
        self._templates = [
            template if kilobytes <= 8 else _with_file(template, kilobytes)
            for template in _templates()
        ]

    def mail(self, number: int) -> bytes:
        """A whole mail with CRLF line ends; three of five answer an earlier one."""
        template = self._templates[number % len(self._templates)]
        moment = _START + timedelta(seconds=number)
        lines = [
            f"From: Member {number % MEMBERS} <{member(number)}>",
            f"To: {GROUP}@{DOMAIN}",
            f"Date: {format_datetime(moment)}",
            f"Message-ID: <{self.name_of(number)}>",
        ]
        subject = template.subject
        above = list(self._above(number))
        if above:
            ids = [f"<{self.name_of(one)}>" for one in reversed(above)]
            lines += [f"In-Reply-To: {ids[-1]}", f"References: {' '.join(ids)}"]
            subject = f"Re: {subject}"
        lines.append(f"Subject: {subject}")
        head = "".join(f"{line}\r\n" for line in lines).encode()
        return head + template.head + b"\r\n" + template.body

    def _above(self, number: int) -> Iterator[int]:
        """The mails that a reply answers, the nearest first: threads of two or three mails."""
        while number % 5 < 3 and number >= _BACK + _SPREAD:
            number -= _BACK + random.Random(number).randrange(_SPREAD)
            yield number

    def name_of(self, number: int) -> str:
        """The Message-ID of a mail, canonical."""
        return f"{self._name}.{number}@home.example"


def _templates() -> list[Template]:
    found: list[Template] = []
    for one in open_archive(figures.corpus("lists", "caml-list-2.mbox.gz")):
        if len(one.raw) not in _PLAIN or not one.raw.isascii():
            continue
        message = parse(one.raw)
        if message.html_only or len(message.parts) > 1:
            continue
        found.append(_template(one.raw, message))
        if len(found) == TEMPLATES:
            break
    return found


def _template(raw: bytes, message: ParsedMessage) -> Template:
    _, body_at = split(raw)
    head, body = raw[:body_at], raw[body_at:]
    kept = b"".join(line for name, line in _lines(head) if name in _KEPT)
    return Template(message.subject[:60].encode("ascii", "ignore").decode(), kept, _crlf(body))


def _lines(head: bytes) -> Iterator[tuple[str, bytes]]:
    """Header fields with the lines that they are folded into."""
    field: list[bytes] = []
    for line in head.splitlines():
        if line[:1] in {b" ", b"\t"}:
            field.append(line)
            continue
        if field:
            yield field[0].partition(b":")[0].decode("ascii", "replace").lower(), _joined(field)
        field = [line] if b":" in line else []
    if field:
        yield field[0].partition(b":")[0].decode("ascii", "replace").lower(), _joined(field)


def _joined(field: list[bytes]) -> bytes:
    return b"".join(line + b"\r\n" for line in field)


def _crlf(body: bytes) -> bytes:
    return b"".join(line + b"\r\n" for line in body.splitlines())


def _with_file(template: Template, kilobytes: int) -> Template:
    """Put the text and a file of the size that is missing into a multipart mail."""
    source = random.Random(template.subject)
    size = (kilobytes * 1000 - len(template.body) - len(template.head)) * 3 // 4
    # half noise, half text: about what documents are to a compressor
    data = source.randbytes(size // 2) + b"a line of a document \n" * (size // 44)
    head = b"".join(
        line for name, line in _lines(template.head) if not name.startswith(("content", "mime"))
    )
    kind = b"".join(line for name, line in _lines(template.head) if name.startswith("content"))
    head += b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="=_part"\r\n'
    file = base64.encodebytes(data).replace(b"\n", b"\r\n")
    body = b"".join((
        b"--=_part\r\n", kind, b"\r\n", template.body,
        b'\r\n--=_part\r\nContent-Type: application/pdf; name="report.pdf"\r\n',
        b'Content-Disposition: attachment; filename="report.pdf"\r\n',
        b"Content-Transfer-Encoding: base64\r\n\r\n", file, b"--=_part--\r\n",
    ))  # fmt: skip
    return Template(template.subject, head, body)

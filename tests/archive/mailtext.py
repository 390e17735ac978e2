"""Bodies of real list mail for text tests, read simply: what is tested there is not the parser."""

from __future__ import annotations

import email
import gzip
import re
from collections.abc import Iterator
from email.message import Message

from tests.corpus import corpus_path

_FROM_LINE = re.compile(rb"(?:^|\n)From [^\n]*\n")


def list_mails(name: str, every: int = 1) -> Iterator[Message]:
    """Every n-th mail of one corpus list (mboxrd); skips the test where it is absent."""
    data = gzip.decompress(corpus_path("lists", f"{name}.mbox.gz").read_bytes())
    for raw in _FROM_LINE.split(data)[1::every]:
        yield email.message_from_bytes(re.sub(rb"(?m)^>(>*From )", rb"\1", raw))


def list_texts(name: str, every: int) -> Iterator[str]:
    """Body texts of every n-th mail of one corpus list, LF line ends."""
    for mail in list_mails(name, every):
        yield body_text(mail)


def body_text(mail: Message) -> str:
    """The plain text parts of a mail, joined."""
    parts = [part for part in mail.walk() if part.get_content_type() == "text/plain"]
    return "\n".join(_decoded(part) for part in parts).replace("\r\n", "\n").replace("\r", "\n")


def _decoded(part: Message) -> str:
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    try:
        return data.decode(part.get_content_charset() or "utf-8")
    except (LookupError, UnicodeDecodeError):
        return data.decode("cp1252", "replace")

"""Streams of raw mails: mbox files (mboxrd, mboxo, gzip), maildirs and folders of .eml files.

One mail is in memory at a time. Python's `mailbox` neither undoes mboxrd quoting nor is strict about
which "From " line begins a mail.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz
from enum import Enum
from pathlib import Path
from typing import BinaryIO, cast

from archive.errors import BadArchive

MAX_MESSAGE = 256 * 1024 * 1024
_CHUNK = 1024 * 1024
_LONGEST_LINE = 4096
_SEPARATOR = re.compile(
    rb"From [^\r\n]*?(?:\b[A-Z][a-z]{2},? )[ \t]*(?:[A-Z][a-z]{2} +\d{1,2}|\d{1,2} +[A-Z][a-z]{2})"
    rb"[^\r\n]*\d{1,2}:\d{2}[^\r\n]*\r?\n"
)
_STAMP = re.compile(rb"\b[A-Z][a-z]{2},? +(?:[A-Z][a-z]{2} +\d{1,2}|\d{1,2} +[A-Z][a-z]{2}) .*")
_NO_SENDER = re.compile(r"[^!-~]")
_TO_QUOTE = re.compile(rb"^(>*From )", re.MULTILINE)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_QUOTED_ONCE = re.compile(rb"^>(From )", re.MULTILINE)
_MAILDIR_TIME = re.compile(r"(\d{9,10})\.")


class Dialect(Enum):
    """How lines that begin with "From " were quoted inside the mails of an mbox."""

    RD = "mboxrd"
    """any such line, quoted or not, got one '>' more: undoing it gives the exact bytes"""
    O = "mboxo"  # noqa: E741  the name that the format has
    """only "From " got a '>': '>>From' was written by its author"""


@dataclass(frozen=True, slots=True)
class MboxMessage:
    """One mail of an archive, and the moment that its From_ line or file name gives."""

    raw: bytes
    from_line_date: datetime | None
    """UTC; arrival for live archives, the import date for what was loaded in bulk"""


def read(
    stream: BinaryIO, dialect: Dialect = Dialect.RD, *, max_message: int = MAX_MESSAGE
) -> Iterator[MboxMessage]:
    """Give the mails of an mbox as they were before they were written into it.

    A mail begins at a "From " line with a date, at the start or after a blank line. Raises
    BadArchive where the stream does not begin with one, or a mail is larger than `max_message`
    bytes.
    """
    quoted = _QUOTED if dialect is Dialect.RD else _QUOTED_ONCE
    for block in _blocks(stream, max_message):
        line, _, rest = block.partition(b"\n")
        yield MboxMessage(quoted.sub(rb"\1", _without_separator(rest)), _from_line_date(line))


def write(stream: BinaryIO, raw: bytes, envelope_sender: str, date: datetime) -> None:
    """Append one mail as mboxrd; `date` is aware. A mail without a last line end gets one."""
    sender = _NO_SENDER.sub("", envelope_sender) or "MAILER-DAEMON"
    stamp = date.astimezone(UTC).strftime("%a %b %d %H:%M:%S %Y")
    stream.write(f"From {sender} {stamp}\n".encode("ascii"))
    stream.write(_TO_QUOTE.sub(rb">\1", raw) if b"From " in raw else raw)
    stream.write(b"\n" if raw.endswith(b"\n") or not raw else b"\n\n")


def open_archive(
    path: Path, reached: Callable[[int], None] = lambda position: None
) -> Iterator[MboxMessage]:
    """Give the mails of an mbox file (plain or gzip), a maildir, or a folder of .eml files.

    Folders are read in the order of their file names. `reached` is told after each mail how far
    the reading is, of `length_of(path)`. Raises BadArchive where `path` is none of these, and
    OSError where it cannot be read.
    """
    if path.is_dir():
        for count, message in enumerate(_folder(path), start=1):
            yield message
            reached(count)
        return
    try:
        with path.open("rb") as file:
            zipped = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            source = cast("BinaryIO", gzip.GzipFile(fileobj=file)) if zipped else file
            for message in read(source):
                yield message
                reached(file.tell())
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BadArchive(f"{path}: {error}") from error
    except BadArchive as error:
        raise BadArchive(f"{path}: {error}") from error


def length_of(path: Path) -> int:
    """Give how far reading an archive goes: bytes of a file, mails of a folder."""
    return len(_mails_in(path)) if path.is_dir() else path.stat().st_size


def _mails_in(path: Path) -> list[Path]:
    if (path / "cur").is_dir():
        files = [*(path / "cur").iterdir(), *(path / "new").glob("*")]
    else:
        files = list(path.glob("*.eml"))
    if not files and not (path / "cur").is_dir():
        raise BadArchive(f"{path}: neither a maildir nor a folder of .eml files")
    mails = [file for file in files if file.is_file() and not file.name.startswith(".")]
    return sorted(mails, key=lambda entry: entry.name)


def _folder(path: Path) -> Iterator[MboxMessage]:
    for file in _mails_in(path):
        delivered = _MAILDIR_TIME.match(file.name)
        at = datetime.fromtimestamp(int(delivered[1]), UTC) if delivered else None
        yield MboxMessage(file.read_bytes(), at)


def _blocks(stream: BinaryIO, max_message: int) -> Iterator[bytes]:
    """Give each mail with its From_ line, still quoted, with the blank line that follows it."""
    buffer = stream.read(_CHUNK).lstrip(b"\r\n")
    if buffer and not _SEPARATOR.match(buffer):
        raise BadArchive("no mbox: it does not begin with a 'From ' line that has a date")
    begin = searched = 0
    while buffer:
        start = _next_start(buffer, searched)
        if start >= 0:
            yield buffer[begin:start]
            begin = searched = start
            continue
        if begin:  # once a chunk, not once a mail
            buffer, begin = buffer[begin:], 0
        # A separator cut by the end of the chunk is found again when its rest is there.
        cut = buffer.rfind(b"\nFrom ", max(len(buffer) - _LONGEST_LINE, 0))
        searched = cut if cut >= 0 else max(len(buffer) - len(b"\nFrom "), 0)
        chunk = stream.read(_CHUNK)
        if not chunk:
            break
        if len(buffer) > max_message:
            raise BadArchive(f"a mail of more than {max_message} bytes")
        buffer += chunk
    if buffer:
        yield buffer


def _next_start(buffer: bytes, searched: int) -> int:
    """Give the offset of the next From_ line after the first, -1 if there is none yet."""
    at = searched
    while (at := buffer.find(b"\nFrom ", at)) >= 0:
        blank = buffer[at - 1 : at] == b"\n" or buffer[at - 2 : at] == b"\n\r"
        if blank and _SEPARATOR.match(buffer, at + 1):
            return at + 1
        at += 1
    return -1


def _without_separator(rest: bytes) -> bytes:
    """Drop the blank line that a writer puts after each mail."""
    if rest.endswith(b"\n\r\n"):
        return rest[:-2]
    return rest[:-1] if rest.endswith(b"\n\n") or rest == b"\n" else rest


def _from_line_date(line: bytes) -> datetime | None:
    stamp = _STAMP.search(line)
    if not stamp:
        return None
    try:
        found = parsedate_tz(stamp[0].decode("ascii", "replace").strip())
        if found is None:
            return None
        return datetime(*found[:6], tzinfo=UTC) - timedelta(seconds=found[9] or 0)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None

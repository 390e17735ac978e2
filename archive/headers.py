"""A mail's header block as fields, and its values as text, addresses, moments and ids.

mail-parser reads them; where it gives up or loses something, the standard library steps in behind
`_either` (docs/parsing.md has the table). Nothing here raises on foreign bytes.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import getaddresses, parsedate_to_datetime
from functools import lru_cache
from itertools import islice
from typing import TypeVar

from mailparser.dates import parse_mail_date
from mailparser.utils import decode_header_part, get_addresses

from archive.charsets import decode, header_text, known, scrub
from archive.ids import canonical_message_id
from archive.model import Mailbox

MAX_BLOCK = 256 * 1024
MAX_FIELDS = 1000
MAX_MAILBOXES = 1000
MAX_REFERENCES = 50
_MAX_VALUE = 64 * 1024
_MAX_UNSTRUCTURED = 8 * 1024
_MAX_CACHED = 1000
_MAX_ID = 998
_MAX_STAMP = 2000

_FIELD = re.compile(r"([!-9;-~]+)[ \t]*:[ \t]*(.*(?:\n[ \t].*)*)(?:\n|\Z)")
_FROM_LINE = re.compile(r">?From .*(?:\n|\Z)")
_KNOWN = frozenset(
    "from to cc subject date message-id received return-path mime-version content-type sender "
    "reply-to delivered-to x-mailer references in-reply-to".split()
)
_LEADING = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s+(?=(?i:>?From |(?:From|To|Subject|Date|Message-ID|Received"
    rb"|Return-Path|MIME-Version|Content-Type|Delivered-To|X-[A-Z-]{2,40}):)))?"
)
_ADDRESS = r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
_PLAIN_MAILBOX = re.compile(
    rf"([A-Za-z0-9][A-Za-z0-9 .'_-]*) <({_ADDRESS})>|<({_ADDRESS})>|({_ADDRESS})"
)
_WORD = r"=\?[^?\s]{1,60}\?[bBqQ]\?.*?\?="
_WORD_RUN = re.compile(rf"{_WORD}(?:\s*{_WORD})*")
_WORD_LABEL = re.compile(r"=\?([^?*\s]{1,60})(?:\*[^?\s]*)?\?[bBqQ]\?")
# What Latin-1 makes of the quotes and dashes of Windows-1252.
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_PLAIN_MOMENT = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), +)?([0-9]{1,2}) ([A-Z][a-z]{2}) ((?:19|20)[0-9]{2}) "
    r"([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-][01][0-9])([0-5][0-9])(?: \([A-Za-z]{1,9}\))?"
)
_C1 = re.compile("[\x80-\x9f]")
_BRACKETED = re.compile(r"<([^<>]+)>")
_AUTHOR_OF = re.compile(r"\bfrom\b[^<>]{0,500}<[^<>]*>", re.IGNORECASE)
_INNER_SPACE = re.compile(r"\S\s+\S").search
_BARE_ID = re.compile(r"[^\s<>()\",;]+@[^\s<>()\",;]+")
_WHITE = re.compile(r"[ \t\r\n]+")
# Direction overrides and embeddings too: a name must not change how what stands behind it is read.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\s\u202a-\u202e\u2066-\u2069]+")
_CODES = re.compile(r"[\x00-\x1f\x7f]")
_LONE_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"]+@[^\s<>()\[\],;:\"]+")

# mail-parser logs the foreign value itself at ERROR when a decode fails: personal data, no news.
logging.getLogger("mailparser").setLevel(logging.CRITICAL)

_T = TypeVar("_T")


@dataclass(slots=True)
class Fields:
    """The fields of one header block in order: lower-case name and raw value, folds kept."""

    pairs: list[tuple[str, str]]
    cut: bool = False
    """the block was longer than the caps allow"""
    index: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.index = {}
        for name, value in self.pairs:
            self.index.setdefault(name, []).append(value)

    def first(self, name: str) -> str:
        """Give the first raw value of `name`, '' if there is none: the first wins (RFC 5322 3.6)."""
        found = self.index.get(name)
        return found[0] if found else ""


# --- The block ------------------------------------------------------------------------------------


def split(raw: bytes) -> tuple[Fields, int]:
    """Give the fields of a mail and the offset where its body starts.

    Takes LF, CRLF, CR and any mixture; a BOM, blank lines and mbox From_ lines before the first
    field are skipped. A line that is no field ends the block and belongs to the body.
    """
    lead = _LEADING.match(raw)
    start = lead.end() if lead else 0
    fields, body = _split(raw, start)
    # A text of lines like "Note: this" without one real field is a body, not a header block.
    if fields.pairs and not _KNOWN.intersection(fields.index):
        return Fields([]), start
    return fields, body


def _split(raw: bytes, start: int) -> tuple[Fields, int]:
    end, rest = _block_end(raw, start)
    block = raw[start:end].decode("ascii", "surrogateescape")
    folded = "\r" in block
    text = block.replace("\r\n", "\n").replace("\r", "\n") if folded else block
    pairs, stop, cut = _pairs(text)
    if stop < len(text):
        return Fields(pairs, cut), start + (_unfolded_offset(block, stop) if folded else stop)
    return Fields(pairs, cut or end - start >= MAX_BLOCK), rest


def _block_end(raw: bytes, start: int) -> tuple[int, int]:
    """Give the end of the header block and the start of what follows its blank line."""
    if raw[start : start + 1] in {b"\n", b"\r"}:
        return start, start + (2 if raw[start : start + 2] == b"\r\n" else 1)
    limit = start + MAX_BLOCK
    found = -1
    for mark in (b"\n\r", b"\n\n", b"\r\r"):  # the next one only up to what was found
        at = raw.find(mark, start, limit if found < 0 else found + 1)
        found = at if at >= 0 else found
    if found >= 0:
        blank = found + 1
        return blank, blank + (2 if raw[blank : blank + 2] == b"\r\n" else 1)
    if len(raw) <= limit:
        return len(raw), len(raw)
    # Over the cap: fields up to the last whole line below it; the body is looked for beyond.
    ends = [raw.find(mark, limit) for mark in (b"\n\n", b"\n\r\n", b"\r\r")]
    body = min((end for end in ends if end >= 0), default=len(raw))
    cut = max(raw.rfind(b"\n", start, limit), raw.rfind(b"\r", start, limit)) + 1
    return max(cut, start + 1), body


def _pairs(text: str) -> tuple[list[tuple[str, str]], int, bool]:
    pairs: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        found = _FIELD.match(text, at)
        if found:
            if len(pairs) < MAX_FIELDS:
                pairs.append((found[1].lower(), found[2]))
        else:
            found = _FROM_LINE.match(text, at)
            if not found:
                break
        at = found.end()
    return pairs, at, len(pairs) >= MAX_FIELDS


def _unfolded_offset(block: str, offset: int) -> int:
    """Give the offset in `block` of the character at `offset` after its line ends became LF."""
    at = 0
    for _ in range(offset):
        at += 2 if block.startswith("\r\n", at) else 1
    return at


# --- mail-parser first, the standard library where it falls short -----------------------------------


def _either(
    mail_parser: Callable[[str], _T | None], standard: Callable[[str], _T], value: str
) -> _T:
    """Read `value` with mail-parser; with the standard library where that gives None or raises."""
    try:
        read = mail_parser(value)
    except Exception:  # edge: a third-party reader on hostile text; whatever it raises is a "no"
        read = None
    return standard(value) if read is None else read


# --- Text -----------------------------------------------------------------------------------------


def text_of(raw: str) -> str:
    """Give a header value as one line of text: unfolded, encoded words decoded, no control codes."""
    return one_line(words(header_text(raw[:_MAX_UNSTRUCTURED])))


def one_line(value: str) -> str:
    """Give `value` with each run of white space and control codes turned into one space."""
    return " ".join(_CONTROL.sub(" ", value).split())


def words(value: str) -> str:
    """Decode the encoded words of `value` (RFC 2047), also where their label is wrong."""
    if "=?" not in value:
        return value
    flat = value[:_MAX_UNSTRUCTURED].replace("\n", "")
    return _WORD_RUN.sub(lambda run: _either(_words_mail_parser, _words_standard, run[0]), flat)


def _words_mail_parser(run: str) -> str | None:
    """mail-parser drops what a charset cannot read: ask it only where nothing can be lost."""
    if not all(map(known, _WORD_LABEL.findall(run))):
        return None
    for data, label in decode_header(run):
        if isinstance(data, bytes):
            data.decode(label or "utf-8")
    text = scrub(decode_header_part(run))
    return None if _C1.search(text) else text


def _words_standard(value: str) -> str:
    try:
        chunks = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    return "".join(
        decode(data, (label or "").split("*", 1)[0])[0] if isinstance(data, bytes) else data
        for data, label in chunks
    )


# --- Addresses ------------------------------------------------------------------------------------


def mailboxes(raw: str) -> tuple[Mailbox, ...]:
    """Give the mailboxes of an address header; groups give their members, an empty group none."""
    return _known_mailboxes(raw) if len(raw) <= _MAX_CACHED else _read_mailboxes(raw)


# A list's mails repeat the same few hundred addresses; long values are not worth their memory.
@lru_cache(maxsize=2048)
def _known_mailboxes(raw: str) -> tuple[Mailbox, ...]:
    return _plain_mailboxes(raw) or _read_mailboxes(raw)


def _plain_mailboxes(raw: str) -> tuple[Mailbox, ...]:
    """Read what no grammar is needed for, as mail-parser does (tested); () for anything else."""
    found = []
    for item in raw.split(","):
        plain = _PLAIN_MAILBOX.fullmatch(_WHITE.sub(" ", item).strip(" "))
        if plain is None:
            return ()
        found.append(Mailbox(plain[1] or "", plain[2] or plain[3] or plain[4]))
    return tuple(found)


def _read_mailboxes(raw: str) -> tuple[Mailbox, ...]:
    value = header_text(raw[:_MAX_VALUE]).replace("\0", "")
    if not value.strip():
        return ()
    found = _either(_mailboxes_mail_parser, _mailboxes_standard, value)
    return tuple(found[:MAX_MAILBOXES])


def _mailboxes_mail_parser(value: str) -> list[Mailbox] | None:
    refused: list[dict[str, object]] = []
    found = [
        _mailbox(name, address)
        for name, address in get_addresses(value, defects=refused, decode_names=True)
        if address
    ]
    for item in refused:
        if not item["recovered"]:
            found += _mailboxes_standard(str(item["raw"]))
    return found


def _mailboxes_standard(value: str) -> list[Mailbox]:
    """Recover what it can from one item that no grammar accepts; free text becomes a name."""
    try:
        pairs = getaddresses([value])
    except (RecursionError, ValueError, IndexError):
        pairs = []
    found = [_mailbox(name, address) for name, address in pairs if _LONE_ADDRESS.fullmatch(address)]
    if found:
        return found
    loose = list(islice(_LONE_ADDRESS.finditer(value), MAX_MAILBOXES))
    if loose:
        first = _mailbox(value[: loose[0].start()], loose[0][0])
        return [first, *(_mailbox("", other[0]) for other in loose[1:])]
    return [_nameless(value)] if _nameless(value) != Mailbox("", "") else []


def _nameless(value: str) -> Mailbox:
    """Read a value without any address: 'root', 'Ana <root>', 'Some Name', 'undisclosed:;'."""
    if value.rstrip().endswith(":;") or ":;" in value:
        return Mailbox("", "")
    local = _BRACKETED.search(value)
    if local:
        return _mailbox(value[: local.start()], local[1].strip())
    tokens = value.split()
    if len(tokens) == 1:
        return _mailbox("", tokens[0].strip("<>,;\"'"))
    return _mailbox(value, "")


def _mailbox(name: str, address: str) -> Mailbox:
    # Encoded words inside quotes are literal for RFC 2047; real senders mean them all the same.
    clean = one_line(words(name)).strip('"<>, ')
    return Mailbox(scrub(clean), scrub(_CODES.sub("", address)).strip())


# --- Moments --------------------------------------------------------------------------------------


def moment(raw: str) -> datetime | None:
    """Give a Date value in UTC; None if it cannot be read. Years of three digits count from 1900."""
    value = raw[:500].strip()
    plain = _PLAIN_MOMENT.fullmatch(value)
    if plain and (read := _moment_plain(plain)):
        return read
    return _either(_moment_mail_parser, _moment_standard, value) if value else None


def _moment_plain(found: re.Match[str]) -> datetime | None:
    """Read what nearly every mail has, as mail-parser does (tested) at a fifth of its cost."""
    day, name, year, hour, minute, second, hours, minutes = found.groups()
    zone = timezone(timedelta(hours=int(hours), minutes=int(f"{hours[0]}{minutes}")))
    date = int(year), _MONTHS.find(name) // 3 + 1, int(day)  # month 0 is none
    try:
        return datetime(*date, int(hour), int(minute), int(second), tzinfo=zone).astimezone(UTC)
    except ValueError:
        return None


def _moment_mail_parser(value: str) -> datetime | None:
    found: datetime | None = parse_mail_date(value).value
    return found


def _moment_standard(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def received_moment(values: list[str]) -> datetime | None:
    """Give the date of the newest Received header that can be read: the topmost (RFC 5321 4.4)."""
    for value in values[:20]:
        _, semicolon, stamp = value[-_MAX_STAMP:].rpartition(";")
        # Some servers of the early nineties put a comma before the date.
        stamp = stamp if semicolon else value[-_MAX_STAMP:].partition(",")[2]
        found = moment(stamp) if stamp else None
        if found:
            return found
    return None


# --- Ids ------------------------------------------------------------------------------------------


def message_ids(raw: str) -> tuple[str, ...]:
    """Give the canonical ids of References or In-Reply-To in order, each once, the last 50.

    Ids in `<>` where there are any; else, in a value of ids alone, the bare ones (FACTS 3). Words
    around an id are left out ("Your message of ..."), and so is the author's address in them
    ("Message from Ana <ana@ngo.example> of ...").
    """
    value = header_text(raw[-_MAX_VALUE:])
    if not value.lstrip().startswith("<"):
        value = _AUTHOR_OF.sub(" ", value)
    # "<Ana's message of Monday>" is what some programs of the nineties put into References.
    found = [item for item in _BRACKETED.findall(value) if "@" in item or not _INNER_SPACE(item)]
    if not found:
        tokens = value.split()
        found = tokens if tokens and all(_BARE_ID.fullmatch(token) for token in tokens) else []
    ids = [canonical_message_id(f"<{item}>") for item in found]
    last = dict.fromkeys(name for name in reversed(ids) if name)
    return tuple(reversed(list(last)[:MAX_REFERENCES]))


def own_id(raw: str) -> str:
    """Give the canonical Message-ID of a header value, '' if it holds none or one over 998 octets
    (no line may be longer, RFC 5322 section 2.1.1; nor could a database index it)."""
    found = scrub(canonical_message_id(header_text(raw[:_MAX_UNSTRUCTURED]).replace("\0", "")))
    return found if len(found.encode("utf-8")) <= _MAX_ID else ""


def return_path(values: list[str]) -> str | None:
    """Give the address of Return-Path, '' for `<>`, None where there is no such header."""
    if not values:
        return None
    value = header_text(values[0][:1000])
    inner = re.search(r"<([^<>]*)>", value)
    return _CONTROL.sub("", inner[1] if inner else value)


def select(fields: Fields, wanted: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Give the (name, unfolded decoded value) pairs whose lower-case name is wanted, in order."""
    return ((name, text_of(value)) for name, value in fields.pairs if wanted(name))

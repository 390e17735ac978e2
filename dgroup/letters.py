"""Letters: the mails that we write. A template `mail/NAME.txt.j2` becomes a whole mail as bytes.

A template's first line is `Subject: ...`; the rest is the text, filled to 72 columns here. Letters
are marked as automatic (RFC 3834 5) and their Message-IDs never join a thread (RULINGS 4). Whatever
names and subjects strangers send, a letter has exactly the header fields that stand here.
"""

from __future__ import annotations

import base64
import hashlib
import quopri
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from email.header import Header
from email.utils import format_datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from archive import i18n, ids
from archive.db import Database
from archive.model import ArchiveMode, SiteInfo
from archive.resources import tree
from dgroup import address, prose
from dgroup.address import clean_line
from dgroup.effects import Attachment, Passage, Value, Values
from dgroup.model import Group
from dgroup.splice import phrase
from dgroup.tokens import Keyring

WIDTH = prose.WIDTH
SUBJECT_LENGTH = 150
GROUP_SUBJECT_LENGTH = 250
"""characters; subjects of summaries name what they are about"""
VALUE_LENGTH = 320
"""characters of a name, subject or reason that came from outside; whole addresses fit"""
COMMANDED = frozenset(
    "help not-understood set-all status who pause-day language-which address-bad setting-already "
    "second-bad second-already not-member back-again bouncing members morning morning-done "
    "pending posts thread post-unknown flood-told".split()
)
"""letters that show commands or ask again: a plain reply is one, and goes to group-request@"""
LEAVING = frozenset({"leave-unknown", "leave-elsewhere"})
"""letters to whoever did not manage to leave: a plain reply goes to group-leave@"""
WORDS_LENGTH = 4000
"""characters of coordinators' own words in a letter"""
_ID = re.compile(r"[!-;=?-~]{1,900}")
_GAP = re.compile(r"\n{3,}")
_HELD = "\x1f"
"""stands for a space at which no line may end; no letter holds this sign itself"""
_SPACED_SIGN = re.compile(r" (?=[:;!?»](?: |$))|(?<=«) ")  # French
_LIST_ROW = re.compile(r"\s*(?:[-*]|\d+\.)\s+|\s+")


@dataclass(frozen=True, slots=True)
class PrintedCode:
    """A confirmation code as a letter shows it."""

    grouped: str
    """'7KQ2-MX9T-...'"""
    reference: str
    reply_to: str
    """the address whose plain reply is the answer"""
    expires: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter is made from."""

    name: str
    language: str
    recipient: str
    values: Values
    code: PrintedCode | None
    answers: str
    """canonical Message-ID that it answers, or ''"""
    message_id: str
    """canonical id of the letter itself, from `ids.letter_id`"""
    now: datetime
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class LetterTools:
    """What writing to whole groups needs beside the connection."""

    db: Database
    site: SiteInfo
    letters: LetterWriter
    random: Callable[[int], bytes]
    keyring: Keyring


class LetterWriter:
    """Renders letters; one environment per language, an operator's overlay folder first."""

    def __init__(self, site: SiteInfo, overlay: Path | None = None) -> None:
        self._site = site
        folders = [overlay] if overlay else []
        self._loader = FileSystemLoader([*folders, tree("archive", "templates")])
        self._environments: dict[str, Environment] = {}

    def write(self, letter: Letter, group: Group) -> bytes:
        """Give the whole mail, CRLF line ends, ready to be sent. Never raises for what values hold;
        the recipient must be `address.is_sendable`."""
        subject, text = self._render(letter, group)
        fields, body = _body(text, letter.attachments)
        head = [
            f"From: {_sender(group, self._site.domain)}",
            f"To: <{letter.recipient}>",
            f"Subject: {unstructured('Subject', subject)}",
            f"Date: {format_datetime(letter.now)}",
            f"Message-ID: <{letter.message_id}>",
            *_marks(letter, group, self._site.domain),
            "MIME-Version: 1.0",
            *fields,
        ]
        return "\r\n".join([*head, "", ""]).encode() + body

    def _render(self, letter: Letter, group: Group) -> tuple[str, str]:
        environment = self.environment(letter.language)
        template = environment.get_template(f"mail/{letter.name}.txt.j2")
        domain = self._site.domain
        whole = template.render(
            group=group.info,
            address=group.address,
            owner=address.owner_address(group.name, domain),
            join=address.command_address(group.name, "join", domain),
            leave=address.command_address(group.name, "leave", domain),
            request=address.command_address(group.name, "request", domain),
            home=ids.url(self._site.base_url, ids.home_path(group.name)),
            site=self._site,
            code=letter.code,
            written_in=letter.language,
            own_welcome=_own_words(group.welcome),
            **{name: _harmless(value) for name, value in letter.values},
        )
        head, _, body = whole.strip().partition("\n")
        subject = clean_line(head.removeprefix("Subject:"), SUBJECT_LENGTH)
        return subject, fill(body.strip("\n")) + "\n"

    def environment(self, language: str) -> Environment:
        """Give the templates in a language: gettext catalogue and filters installed."""
        if language not in self._environments:
            environment = Environment(
                loader=self._loader,
                undefined=StrictUndefined,
                autoescape=select_autoescape(["html"]),
                extensions=["jinja2.ext.i18n"],
                trim_blocks=True,
                lstrip_blocks=True,
            )
            environment.install_gettext_translations(  # type: ignore[attr-defined]  # by ext.i18n
                i18n.translator(language), newstyle=True
            )
            environment.filters["day"] = lambda moment: _day(moment, language)
            environment.filters["language_name"] = lambda code: i18n.language_name(code, language)
            environment.filters["url"] = lambda path: ids.url(self._site.base_url, path)
            self._environments[language] = environment
        return self._environments[language]


def _day(moment: date | str, language: str) -> str:
    """Write a day in words; rows of tables hold days as ISO text, '' where there is none."""
    if isinstance(moment, str):
        return i18n.format_date(date.fromisoformat(moment), language) if moment else ""
    return i18n.format_date(moment, language)


def _harmless(value: Value) -> Value:
    """One line of bounded length, whatever a stranger wrote; tables keep their shape."""
    if isinstance(value, str):
        return clean_line(value, VALUE_LENGTH)
    if isinstance(value, tuple):
        return tuple(map(_harmless_row, value))
    return value


def _own_words(text: str) -> list[str]:
    """Words of several lines that the coordinators wrote, as lines that do no harm."""
    return [clean_line(line, WORDS_LENGTH) for line in text[:WORDS_LENGTH].splitlines()]


def _harmless_row(row: tuple[str, ...] | Passage) -> tuple[str, ...] | Passage:
    if isinstance(row, tuple):
        return tuple(clean_line(one, VALUE_LENGTH) for one in row)
    files = tuple((clean_line(name, VALUE_LENGTH), size, path) for name, size, path in row.files)
    return replace(
        row,
        author=clean_line(row.author, VALUE_LENGTH),
        subject=clean_line(row.subject, VALUE_LENGTH),
        text=prose.wrapped(row.text),
        files=files,
    )


def _sender(group: Group, domain: str) -> str:
    owner = address.owner_address(group.name, domain)
    words = phrase(group.info.title)
    return f"{words} <{owner}>" if words else owner


def _marks(letter: Letter, group: Group, domain: str) -> Iterator[str]:
    """Say that a program wrote this, whom to answer and which group it is about."""
    yield f"Reply-To: <{_reply_to(letter, group, domain)}>"
    if letter.answers and _ID.fullmatch(letter.answers):
        yield f"In-Reply-To: <{letter.answers}>"
        yield f"References: <{letter.answers}>"
    yield f"Auto-Submitted: {'auto-replied' if letter.answers else 'auto-generated'}"
    yield "X-Auto-Response-Suppress: All"
    yield f"List-Id: <{group.list_name}.{domain}>"


def _reply_to(letter: Letter, group: Group, domain: str) -> str:
    if letter.code is not None:
        return letter.code.reply_to
    if letter.name in COMMANDED:
        return address.command_address(group.name, "request", domain)
    if letter.name in LEAVING:
        return address.command_address(group.name, "leave", domain)
    return address.owner_address(group.name, domain)


def group_head(
    group: Group,
    site: SiteInfo,
    subject: str,
    message_id: str,
    now: datetime,
    list_id: str,
    page_url: str = "",
) -> list[str]:
    """Give the header fields of a mail that we write to a whole group; a reply goes to the group.

    `page_url` is where the same stands in a public archive.
    """
    title = phrase(" ".join(group.info.title.split()))
    owner = address.owner_address(group.name, site.domain)
    help_at = address.command_address(group.name, "help", site.domain)
    head = [
        f"From: {title} <{owner}>",
        f"To: {title} <{group.address}>",
        f"Reply-To: {group.address}",
        f"Subject: {unstructured('Subject', clean_line(subject, GROUP_SUBJECT_LENGTH))}",
        f"Date: {format_datetime(now)}",
        f"Message-ID: <{message_id}>",
        f"List-Id: <{list_id}>",
        f"List-Post: <mailto:{group.address}>",
        f"List-Help: <mailto:{help_at}>",
    ]
    if group.info.archive is ArchiveMode.PUBLIC:
        head.append(f"List-Archive: <{ids.url(site.base_url, ids.home_path(group.name))}>")
        if page_url:
            head.append(f"Archived-At: <{page_url}>")
    return [
        *head,
        f"X-Loop: {group.address}",
        "Precedence: list",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
    ]


def unstructured(name: str, text: str) -> str:
    """Encode and fold a header's text (RFC 2047, RFC 5322 2.2.3)."""
    charset = "us-ascii" if text.isascii() else "utf-8"
    folded = Header(text, charset, header_name=name, maxlinelen=76).encode(linesep="\r\n")
    return folded.strip()


def _body(text: str, files: tuple[Attachment, ...]) -> tuple[list[str], bytes]:
    """Give the fields that describe a body, and the body: a text, or a text with files."""
    encoding, body = encoded(text)
    fields = [
        'Content-Type: text/plain; charset="utf-8"',
        f"Content-Transfer-Encoding: {encoding}",
    ]
    if not files:
        return fields, body
    parts = [(fields, body), *map(_file, files)]
    whole = [("\r\n".join([*head, "", ""])).encode() + data for head, data in parts]
    boundary = _boundary(whole)
    line = f"--{boundary}\r\n".encode()
    joined = b"".join(line + part + b"\r\n" for part in whole)
    ends = joined + f"--{boundary}--\r\n".encode()
    return [f'Content-Type: multipart/mixed; boundary="{boundary}"'], ends


def _file(file: Attachment) -> tuple[list[str], bytes]:
    fields = [
        f'Content-Type: {file.content_type}; name="{file.filename}"',
        f'Content-Disposition: attachment; filename="{file.filename}"',
        "Content-Transfer-Encoding: base64",
    ]
    return fields, base64.encodebytes(file.data).replace(b"\n", b"\r\n")


def _boundary(parts: list[bytes]) -> str:
    """A line that stands in none of the parts (RFC 2046 5.1.1); the same for the same letter."""
    return "=_" + hashlib.sha256(b"".join(parts)).hexdigest()[:32]


def encoded(text: str) -> tuple[str, bytes]:
    """Give transfer encoding and body: as it is where every line is short ASCII."""
    data = text.encode("utf-8", "replace")
    if text.isascii() and all(len(line) < 900 for line in text.split("\n")):
        return "7bit", data.replace(b"\n", b"\r\n")
    return "quoted-printable", quopri.encodestring(data).replace(b"\n", b"\r\n")


def fill(text: str) -> str:
    """Fill each line to 72 columns; rows of lists keep their indent; long words stay whole."""
    filled = "\n".join(_fill_line(line) for line in text.split("\n"))
    return _GAP.sub("\n\n", filled)


def _fill_line(line: str) -> str:
    if len(line) <= WIDTH or " " not in line.strip():
        return line.rstrip()
    row = _LIST_ROW.match(line)
    indent = " " * len(row.group(0)) if row else ""
    filled = textwrap.fill(
        _SPACED_SIGN.sub(_HELD, line),
        WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return filled.replace(_HELD, " ")

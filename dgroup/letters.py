"""Letters: the mails that we write. A template `mail/NAME.txt.j2` becomes a whole mail as bytes.

A template's first line is `Subject: ...`; the rest is the text, filled to 72 columns here. Letters
are marked as automatic (RFC 3834 5) and their Message-IDs never join a thread (RULINGS 4).
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    select_autoescape,
)

from archive import i18n, ids
from archive.model import SiteInfo
from archive.resources import tree
from dgroup import address
from dgroup.effects import Values
from dgroup.model import Group

WIDTH = 72
_GAP = re.compile(r"\n{3,}")
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


class LetterWriter:
    """Renders letters; one environment per language, an operator's overlay folder first."""

    def __init__(self, site: SiteInfo, overlay: Path | None = None) -> None:
        self._site = site
        folders = [overlay] if overlay else []
        self._loader = FileSystemLoader([*folders, tree("archive", "templates")])
        self._environments: dict[str, Environment] = {}

    def write(self, letter: Letter, group: Group) -> bytes:
        """Give the whole mail, CRLF line ends, ready to be sent."""
        subject, text = self._render(letter, group)
        message = EmailMessage(policy=SMTP)
        message["From"] = Address(group.info.title, group.name + "-owner", self._site.domain)
        message["To"] = letter.recipient
        message["Subject"] = subject
        message["Date"] = format_datetime(letter.now)
        message["Message-ID"] = f"<{letter.message_id}>"
        _add_marks(message, letter, group, self._site.domain)
        message.set_content(text, cte="8bit" if text.isascii() else "quoted-printable")
        return message.as_bytes()

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
            **dict(letter.values),
        )
        head, _, body = whole.strip().partition("\n")
        subject = " ".join(head.removeprefix("Subject:").split())
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
            environment.filters["day"] = lambda moment: i18n.format_date(moment, language)
            self._environments[language] = environment
        return self._environments[language]


def _add_marks(message: EmailMessage, letter: Letter, group: Group, domain: str) -> None:
    """Say that a program wrote this, whom to answer and which group it is about."""
    message["Reply-To"] = (
        letter.code.reply_to if letter.code else address.owner_address(group.name, domain)
    )
    if letter.answers:
        message["In-Reply-To"] = f"<{letter.answers}>"
        message["References"] = f"<{letter.answers}>"
    message["Auto-Submitted"] = "auto-replied" if letter.answers else "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["List-Id"] = f"<{group.name}.{domain}>"


def fill(text: str) -> str:
    """Fill each line to 72 columns; rows of lists keep their indent; long words stay whole."""
    filled = "\n".join(_fill_line(line) for line in text.split("\n"))
    return _GAP.sub("\n\n", filled)


def _fill_line(line: str) -> str:
    if len(line) <= WIDTH:
        return line.rstrip()
    row = _LIST_ROW.match(line)
    indent = " " * len(row.group(0)) if row else ""
    return textwrap.fill(
        line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )

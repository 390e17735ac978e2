"""The mails that the people of a dialog send: new ones, and answers as mail programs quote them."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from html import escape
from pathlib import Path
from typing import Any

from tests.dgroup.desk import DOMAIN, FRONT, Sent

# What stands before the quoted letter, and how an answer's subject begins.
CLIENTS = {
    "gmail": ("Re: ", "On Mon, Mar 2, 2026 at 9:30 AM {writer} wrote:"),
    "gmail-fr": ("Re: ", "Le lun. 2 mars 2026 à 09:30, {writer} a écrit :"),
    "apple-pt": ("Re: ", "No dia 02/03/2026, às 09:30, {writer} escreveu:"),
    "thunderbird-es": ("Re: ", "El 2/3/26 a las 9:30, {writer} escribió:"),
    "outlook": ("RE: ", "From: {writer}\nSent: Monday, 2 March 2026 09:30\nSubject: {subject}"),
    "outlook-fr": ("RE: ", "De : {writer}\nEnvoyé : lundi 2 mars 2026 09:30\nObjet : {subject}"),
    "outlook-es": (
        "RV: ",
        "De: {writer}\nEnviado el: lunes, 2 de marzo de 2026 9:30\nAsunto: {subject}",
    ),
    "mutt": ("Re: ", "On Mon, Mar 02, 2026 at 09:30:00AM +0000, {writer} wrote:"),
    "phone-fr": ("Re: ", "Envoyé de mon téléphone\n\nLe 2 mars 2026 à 09:30, {writer} a écrit :"),
}
_UNMARKED = ("outlook",)
"""these quote without `>`"""


def quoted(client: str, words: str, letter: Sent) -> str:
    """Give the words with the letter below them, as a mail program has it; mutt's user writes below."""
    if not client:
        return words
    writer = str(letter.message["From"])
    line = CLIENTS[client][1].format(writer=writer, subject=letter.subject)
    text = letter.text.rstrip()
    if not client.startswith(_UNMARKED):
        text = "\n".join(f"> {one}".rstrip() for one in text.splitlines())
    if client == "mutt":
        return f"{line}\n{text}\n\n{words}"
    return f"{words}\n\n{line}\n\n{text}\n"


def written(
    step: Mapping[str, Any], folder: Path, letter: Sent | None, now: datetime, number: str
) -> EmailMessage:
    """Make the mail of a step; `letter` is what it answers."""
    message = EmailMessage(policy=policy.SMTP)
    if "mail" in step:
        read = message_from_bytes((folder / step["mail"]).read_bytes(), policy=policy.SMTP)
        assert isinstance(read, EmailMessage)
        return read
    client = step.get("client", "gmail" if letter else "")
    words = step.get("words", "")
    message["From"] = formataddr((step.get("name", ""), step["from"]))
    message["To"] = step["to"]
    message["Subject"] = _subject(step, client, letter)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<step{number}@dialog.example>"
    if letter is not None:
        message["In-Reply-To"] = str(letter.message["Message-ID"])
        words = quoted(client, words, letter)
    for name, value in step.get("headers", {}).items():
        message[name] = value
    _set_text(message, words, html=step.get("html", False))
    for name in step.get("attach", []):
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        main, _, sub = kind.partition("/")
        message.add_attachment((folder / name).read_bytes(), main, sub, filename=name)
    if message.is_multipart():
        message.set_boundary("cut")
    return message


def _subject(step: Mapping[str, Any], client: str, letter: Sent | None) -> str:
    if "subject" in step or letter is None:
        return str(step.get("subject", ""))
    return CLIENTS.get(client, ("Re: ", ""))[0] + letter.subject


def _set_text(message: EmailMessage, words: str, *, html: bool) -> None:
    if html:
        lines = "".join(f"<div>{escape(one) or '<br>'}</div>" for one in words.splitlines())
        message.set_content(f"<html><body>{lines}</body></html>", subtype="html")
    else:
        message.set_content(words)


def whole(address: str) -> str:
    """`water-add` is short for `water-add@lists.example`."""
    return address if "@" in address else f"{address}@{DOMAIN}"


def with_verdict(message: EmailMessage, auth: str) -> bytes:
    """The mail as it comes from the front: what that says of the sender stands on top."""
    return f"Authentication-Results: {FRONT}; {auth}\r\n".encode() + message.as_bytes()

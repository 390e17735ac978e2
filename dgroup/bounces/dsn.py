"""Reads delivery status notifications (RFC 3464, RFC 6533): any number of recipients, failed, delayed,
delivered, relayed or expanded; also their fields where a server has lost the MIME around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message

from dgroup.bounce_report import MEMBERS_OWN, Cause, Fault, Kind, Report
from dgroup.bounces.causes import by_status, cause_of, is_at_data, is_plain_no, statuses
from dgroup.bounces.mail import (
    STATUS_PARTS,
    Returned,
    about,
    addresses,
    is_daemons,
    own_words,
    parts,
    text_of,
)

_FIELD = re.compile(r"^([A-Za-z][A-Za-z-]{2,40}):[ \t]*(.*(?:\n[ \t]+.*)*)", re.MULTILINE)
_NAMES = ("x-actual-recipient", "final-recipient", "original-recipient")
_DONE = frozenset({"delivered", "relayed", "expanded"})
_GENERAL = frozenset({Cause.UNKNOWN, Cause.PROTOCOL})
_CODED = frozenset({"base64", "quoted-printable"})
_XTEXT = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
MAX_RECIPIENTS = 200
Fields = dict[str, str]


def read(mail: Returned) -> Report | None:
    """Give what a delivery report says about each recipient; None where it is none."""
    found = [part for part in parts(mail.message) if part.get_content_type() in STATUS_PARTS]
    texts = [_text(part) for part in found] or _loose(mail)
    blocks = [block for text in texts for block in _blocks(text)]
    about_one = [block for block in blocks if any(name in block for name in _NAMES)]
    if not about_one:
        return None
    everybody = [one for block in about_one for one in _named(block)]
    faults = [_fault(block, mail, everybody) for block in about_one]
    return Report(Kind.FAILURE, tuple(faults[:MAX_RECIPIENTS]), "dsn")


def _text(part: Message) -> str:
    """The standard library has split the fields of one of the two types into mails, and left them encoded
    where a gateway encoded them although RFC 6522 does not want that."""
    inner = part.get_payload()
    if isinstance(inner, list) and part.get("Content-Transfer-Encoding", "7bit").strip() in _CODED:
        plain = Message()
        plain["Content-Transfer-Encoding"] = part["Content-Transfer-Encoding"]
        plain.set_payload("".join(one.as_string() for one in inner if isinstance(one, Message)))
        return text_of(plain)
    if isinstance(inner, list):
        return "\n\n".join(
            "\n".join(f"{name}: {value}" for name, value in one.items())
            + f"\n\n{text_of(one) if one.get_content_maintype() == 'text' else ''}"
            for one in inner
            if isinstance(one, Message)
        )
    return text_of(part)


def _loose(mail: Returned) -> list[str]:
    """Fields of a report that stand in the text, as in a mail whose boundaries are broken."""
    if mail.sender and not is_daemons(mail):
        return []
    at = re.search(r"^(Reporting-MTA|Final-Recipient|Original-Recipient):", mail.raw, re.MULTILINE)
    return [own_words(mail.raw[at.start() : at.start() + 8192])] if at else []


def _blocks(text: str) -> Iterator[Fields]:
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")):
        yield {
            found.group(1).lower(): " ".join(found.group(2).split())
            for found in reversed(list(_FIELD.finditer(block)))
        }


def _named(block: Fields) -> tuple[str, ...]:
    named = [_XTEXT.sub(_letter, block.get(name, "")) for name in _NAMES]
    return tuple(dict.fromkeys(one for text in named for one in addresses(text)))


def _letter(found: re.Match[str]) -> str:
    """A character that had to be written in ASCII (RFC 6533 3)."""
    code = int(found.group(1), 16)
    return chr(code) if 0xA0 <= code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else ""


def _fault(block: Fields, mail: Returned, everybody: list[str]) -> Fault:
    where = _named(block)
    action = block.get("action", "").lower().split(" ", 1)[0].strip("();")
    status = next(iter(statuses(block.get("status", ""))), "")
    diagnostic = block.get("diagnostic-code", "")
    others = [one for one in everybody if one not in where]
    notice = about(mail.notice, where[0], others) if where else mail.notice
    cause = _cause(action, status, diagnostic, notice)
    said = diagnostic.partition(";")[2].strip() or diagnostic
    return Fault(where, cause, next(iter(statuses(said)), status), said[:500])


def _cause(action: str, status: str, diagnostic: str, notice: str) -> Cause:
    if action in _DONE or (status.startswith("2.") and action != "failed"):
        return Cause.FINE
    if action == "delayed":
        return Cause.FULL if by_status(status) is Cause.FULL else Cause.TEMPORARY
    if action not in {"failed", ""}:
        return Cause.TEMPORARY if action == "expired" else Cause.UNKNOWN
    cause = cause_of(diagnostic, status, weak=False)
    if cause is Cause.POLICY and is_plain_no(diagnostic, notice):
        return Cause.DEAD
    if cause in _GENERAL or not diagnostic:
        # The fields say too little: the text for people often repeats the other server's words.
        told = cause_of(notice, status)
        return told if told is not Cause.UNKNOWN else cause_of(diagnostic, status)
    if (
        cause in MEMBERS_OWN
        and cause is not Cause.FULL
        and is_at_data(notice, statuses(diagnostic) or (status,))
    ):
        return Cause.UNKNOWN
    return cause

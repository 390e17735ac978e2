"""Reads reports that are written for people only: the marks of known servers, then flufl.bounce for
addresses, then any address that the notice blames. Words decide on the cause (`dgroup.bounces.causes`).
"""

from __future__ import annotations

import logging
import re
from email.message import Message

from flufl.bounce import all_failures

from dgroup.bounce_report import Cause, Fault, Kind, Report
from dgroup.bounces.causes import cause_of, is_at_data, statuses
from dgroup.bounces.mail import (
    FAILED,
    STATUS_PARTS,
    Returned,
    about,
    addresses,
    header,
    is_daemons,
    parts,
)

_AWAY = re.compile(
    r"out of (the )?office|auto(matic|mated)?[- _]?(reply|response|answer|re:)|vacation|absen|away from"
    r"|abwesen|fuera de|ausencia|aus[eê]ncia|en cong[eé]|assente|r[eé]ponse automatique"
    r"|respuesta autom|resposta autom|on holiday|on leave",
    re.IGNORECASE,
)
_BLAMED = re.compile(
    r"(?:^[ \t>*-]*<?|(?:rcpt to|recipients?|addressee|address(?:\(?es\)?)?|user|to|mailbox|for|rcpt)"
    r"\b[^\n<@]{0,40}[:<\s]\s*<?)(?P<address>[^\s<>\"(),;:（）]{1,64}@[\w.-]{3,190})",
    re.IGNORECASE | re.MULTILINE,
)
_WARNING = re.compile(
    r"warning message only|has been delayed|still (being )?tr|will (be )?retr", re.IGNORECASE
)
_ROBOTS = frozenset({"auto-replied", "auto-notified"})
_QUIET = logging.getLogger("flufl.bounce")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False
MAX_FOR_LIBRARY = 65_536
"""bytes of a report that the library is shown: its patterns are slow on long texts"""


def read_failed_recipients(mail: Returned) -> Report | None:
    """The header X-Failed-Recipients, as Exim and Gmail write it."""
    named = addresses(" ".join(mail.message.get_all("X-Failed-Recipients", [])))
    if not named:
        return None
    return _report(mail, named, "failed-recipients")


def read_away(mail: Returned) -> Report | None:
    """An absence notice, or the answer of another robot (RFC 3834): no failure at all."""
    said = header(mail.message, "Auto-Submitted").lower().split(";")[0].split(" ")[0]
    marked = any(mail.message.get(name) for name in ("X-Autoreply", "X-Autorespond"))
    robot = said in _ROBOTS or marked
    away = _AWAY.search(mail.subject) is not None
    if (robot or away) and not FAILED.search(mail.subject):
        return Report(Kind.AUTOMATIC, reader="away")
    return None


def read_receipt(mail: Returned) -> Report | None:
    """A receipt (RFC 8098): read, deleted, or refused by the reader's own rules. Never a failure, but where
    a server says by one that the mailbox is full."""
    kinds = {part.get_content_type() for part in parts(mail.message)}
    receipt = "message/disposition-notification" in kinds and not kinds & STATUS_PARTS
    if not receipt or cause_of(mail.notice) is Cause.FULL:
        return None
    return Report(Kind.AUTOMATIC, reader="receipt")


def read_with_library(mail: Returned) -> Report | None:
    """Whatever flufl.bounce recognises. It raises on some mails: then it has recognised nothing."""
    if mail.sender and not is_daemons(mail):
        return None
    try:
        delayed, failed = all_failures(_short(mail.message))
    except Exception:  # a library's patterns on a stranger's text: any error is a no
        return None
    named = [one.decode("utf-8", "replace") for one in sorted(failed or delayed)]
    named = [address for one in named for address in addresses(one)]
    # What stands in the quoted mail only says nothing; some are put together of a name and the host's.
    seen, quoted = mail.notice.lower(), mail.raw.lower()
    named = [one for one in named if one in seen] or [one for one in named if one not in quoted]
    if not named:
        return None
    return _report(mail, tuple(named), "library", delayed=not failed)


def read_words(mail: Returned) -> Report | None:
    """Any notice of a mail system that says what went wrong, or names an address."""
    if not is_daemons(mail):
        return None
    own = {*addresses(mail.sender), *addresses(header(mail.message, "To"))}
    blamed = [one.group("address").lower().strip(".'") for one in _BLAMED.finditer(mail.notice)]
    named = [one for one in (*blamed, *addresses(mail.notice)) if one not in own and "@" in one]
    named = [one for one in named if not one.startswith(("postmaster@", "mailer-daemon@"))]
    report = _report(mail, tuple(named[:1]), "words")
    return report if named or report.faults[0].cause is not Cause.UNKNOWN else None


def _report(
    mail: Returned, named: tuple[str, ...], reader: str, *, delayed: bool = False
) -> Report:
    faults = []
    for address in named or ("",):
        said = about(mail.notice, address, named) if len(named) > 1 else mail.notice
        cause = cause_of(said)
        if cause is Cause.UNKNOWN and len(named) < 2 and not is_at_data(said, ()):
            cause = cause_of(mail.subject)
        if cause is not Cause.FULL and (delayed or _WARNING.search(mail.notice)):
            cause = Cause.TEMPORARY
        status = next(iter(statuses(said)), "")
        faults.append(Fault((address,) if address else (), cause, status, _telling(said)))
    return Report(Kind.FAILURE, tuple(faults), reader)


def _telling(notice: str) -> str:
    """The line that says most: one with a reply code, else nothing."""
    lines = (" ".join(line.split()) for line in notice.splitlines())
    return next((line for line in lines if re.search(r"\b[45]\d\d[ -]", line)), "")[:500]


def _short(message: Message) -> Message:
    """A part that is long is cut for the library."""
    for part in message.walk():
        text = part.get_payload()
        if isinstance(text, str) and len(text) > MAX_FOR_LIBRARY:
            part.set_payload(text[:MAX_FOR_LIBRARY])
    return message

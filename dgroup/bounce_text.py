"""Reads reports that are written for people only: the marks of known servers, then flufl.bounce for
addresses, then any address that the notice blames. Words decide on the cause (`bounce_causes`).
"""

from __future__ import annotations

import logging
import re
from email.message import Message

from flufl.bounce import all_failures

from dgroup.bounce_causes import cause_of, is_at_data, statuses
from dgroup.bounce_mail import Returned, about, addresses, header
from dgroup.bounce_report import Cause, Fault, Kind, Report

_DAEMON = re.compile(
    r"mailer-?daemon|post-?master|mail ?(delivery|system|administrator|er)|mmdf|delivery (sub)?system"
    r"|e-?mail (delivery|system|server)|uucp|returned|smtp gateway|interscan|daemon|bounce|no-?reply",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"undeliver|deliver.{0,20}(fail|status|problem|error|report|impossible|delay|notif)|returned mail"
    r"|fail(ure|ed).{0,12}(notice|deliver|mail)|mail.{0,20}(error|fail|return|warning|bounce)"
    r"|non.?deliver|not.{0,6}deliver|could not (send|be deliver)|message (status|delayed)|unknown user"
    r"|nondeliver|warning: |unzustellbar|non remis|no se (ha )?pudo entregar|n[aã]o entreg"
    r"|user unknown|rejected mail|error sending|mail system|wasn.t delivered|permanent (fatal )?error|echec",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"out of (the )?office|auto(matic|mated)?[- _]?(reply|response|answer|re:)|vacation|absen|away from"
    r"|abwesen|fuera de|ausencia|aus[eê]ncia|en cong[eé]|assente|r[eé]ponse automatique"
    r"|respuesta autom|resposta autom|on holiday|on leave",
    re.IGNORECASE,
)
_BLAMED = re.compile(
    r"(?:^[ \t>*-]*<?|(?:rcpt to|recipients?|addressee|address(?:\(?es\)?)?|user|to|mailbox|for|rcpt)"
    r"\b[^\n<@]{0,40}[:<\s]\s*<?)(?P<address>[^\s<>\"(),;:]{1,64}@[\w.-]{3,190})",
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
    if (robot or away) and not _FAILED.search(mail.subject):
        return Report(Kind.AUTOMATIC, reader="away")
    return None


def read_with_library(mail: Returned) -> Report | None:
    """Whatever flufl.bounce recognises. It raises on some mails: then it has recognised nothing."""
    if mail.sender and not _is_daemons(mail):
        return None
    try:
        delayed, failed = all_failures(_short(mail.message))
    except Exception:  # a library's patterns on a stranger's text: any error is a no
        return None
    named = [one.decode("utf-8", "replace") for one in sorted(failed or delayed)]
    named = [address for one in named for address in addresses(one)]
    named = [one for one in named if one in mail.notice.lower()] or named
    if not named:
        return None
    return _report(mail, tuple(named), "library", delayed=not failed)


def read_words(mail: Returned) -> Report | None:
    """Any notice of a mail system that says what went wrong, or names an address."""
    if not _is_daemons(mail):
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


def _is_daemons(mail: Returned) -> bool:
    """By its sender's name, or by its subject: but people on lists write about failures too."""
    if _DAEMON.search(mail.sender):
        return True
    return _FAILED.search(mail.subject) is not None and not mail.message.get("List-Id")


def _short(message: Message) -> Message:
    """A part that is long is cut for the library."""
    for part in message.walk():
        text = part.get_payload()
        if isinstance(text, str) and len(text) > MAX_FOR_LIBRARY:
            part.set_payload(text[:MAX_FOR_LIBRARY])
    return message

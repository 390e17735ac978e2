"""READERS: what a mail to one of our bounce addresses says. An ordered tuple of pure functions; the
first that understands it wins.
"""

from __future__ import annotations

from collections.abc import Callable

from dgroup.bounce_report import Kind, Report
from dgroup.bounces import arf as bounce_arf
from dgroup.bounces import dsn as bounce_dsn
from dgroup.bounces import text as bounce_text
from dgroup.bounces.mail import Returned, taken_apart
from dgroup.incoming import Incoming
from dgroup.model import Alignment

Reader = Callable[[Returned], Report | None]
READERS: tuple[Reader, ...] = (
    bounce_arf.read,
    bounce_text.read_receipt,
    bounce_dsn.read,
    bounce_text.read_failed_recipients,
    bounce_text.read_away,
    bounce_text.read_with_library,
    bounce_text.read_words,
)


def read(raw: bytes) -> Report:
    """Read a report; never raises. What is in it is a stranger's text: it proves nothing by itself."""
    mail = taken_apart(raw)
    for reader in READERS:
        if (report := reader(mail)) is not None:
            return report
    return Report(Kind.NOTHING)


def may_be_complaint(mail: Incoming) -> bool:
    """Tell at a glance whether a mail to the host's people is a provider's complaint (RFC 5965) that its
    own domain vouches for: only such a one is looked into."""
    if mail.verdicts.alignment is not Alignment.ALIGNED:
        return False
    kinds = (value.lower() for name, value in mail.message.headers if name == "content-type")
    return any("multipart/report" in one and "feedback-report" in one for one in kinds)

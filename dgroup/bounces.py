"""READERS: what a mail to one of our bounce addresses says. An ordered tuple of pure functions; the
first that understands it wins.
"""

from __future__ import annotations

from collections.abc import Callable

from dgroup import bounce_arf, bounce_dsn, bounce_text
from dgroup.bounce_mail import Returned, taken_apart
from dgroup.bounce_report import Kind, Report

Reader = Callable[[Returned], Report | None]
READERS: tuple[Reader, ...] = (
    bounce_arf.read,
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

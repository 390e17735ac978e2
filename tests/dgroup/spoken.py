"""A reader for tests of decisions: the answer is the first word of the mail, its reason what follows a
colon. How real mails say these words is the business of the tests of the reader.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from dgroup.commands.reading import read
from dgroup.incoming import Answer, Incoming, Reading
from dgroup.receiving import intake


def plain_words(patch: pytest.MonkeyPatch) -> None:
    """Have intake read answers by their first word."""
    patch.setattr(intake, "read", _read)


def _read(mail: Incoming) -> Reading:
    reading = read(mail)
    first, _, reason = mail.content.own.partition(":")
    words = first.lower().split()
    if not words or words[0] not in set(Answer) - {Answer.EMPTY, Answer.OTHER, Answer.UNDO}:
        return reading
    return replace(reading, answer=Answer(words[0]), reason=" ".join(reason.split()))

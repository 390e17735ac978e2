"""What the reader of command mail will say of the next mail, for tests of what is done with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from unittest.mock import patch

from dgroup.commands import reading
from dgroup.incoming import Incoming, Reading
from tests.dgroup.desk import Sent


@dataclass
class Said:
    """Reads each mail as always; `next` gives the next one another reading."""

    fields: dict[str, Any] = field(default_factory=dict)

    def next(self, **fields: Any) -> None:
        """The next mail says this."""
        self.fields = fields

    def __call__(self, mail: Incoming) -> Reading:
        given, self.fields = self.fields, {}
        return replace(reading.read(mail), **given)


@contextmanager
def saying() -> Iterator[Said]:
    """Let a test say what mails say."""
    said = Said()
    with patch("dgroup.receiving.intake.read", said):
        yield said


def words(letter: Sent) -> str:
    """The text of a letter with plain line ends."""
    return letter.text.replace("\r\n", "\n")

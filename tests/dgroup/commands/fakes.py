"""A reader that says what a test wants, for the words that are not the subject of the test."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from dgroup.commands.reading import read
from dgroup.incoming import Answer, Incoming, Reading
from dgroup.model import RouteKind


@dataclass
class Says:
    """What command mails say from now on; answers to codes are really read, except `in_reply`."""

    reading: Reading | None = None
    reply: Reading | None = None

    def __call__(self, reading: Reading) -> None:
        self.reading = reading

    def in_reply(self, reading: Reading) -> None:
        self.reply = reading

    def read(self, mail: Incoming) -> Reading:
        if mail.route.kind is RouteKind.COMMAND:
            return self.reading or read(mail)
        found = read(mail)
        if self.reply is None:
            return found
        return replace(self.reply, code=found.code, reference=found.reference, answer=Answer.OTHER)


def saying(monkeypatch: pytest.MonkeyPatch) -> Says:
    """Take the place of the reader."""
    says = Says()
    monkeypatch.setattr("dgroup.receiving.intake.read", says.read)
    return says

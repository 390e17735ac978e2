"""The corpus of command mails (tests/commands): loads a half, reads each mail, compares what was read.

`CODE`, `PRINTED` and `REFERENCE` in a mail stand for those of a code of ours.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.content import content_of
from dgroup import tokens
from dgroup.address import route
from dgroup.commands.reading import read
from dgroup.incoming import Incoming, Reading
from dgroup.model import Alignment, Envelope, Verdicts
from tests.dgroup.plainmail import NOW

HALVES = Path(__file__).resolve().parents[2] / "commands"
DOMAIN = "lists.example"
CODE = tokens.new_code(bytes(range(17)))
_PLAIN = {"target", "into", "count", "words", "address", "role", "because", "group", "quiet", "setting", "value",
          "language", "ambiguous", "on"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One mail of the corpus and what is expected of it."""

    name: str
    raw: bytes
    expected: dict[str, Any]

    def mail(self, code: tokens.CodeText = CODE) -> Incoming:
        """The mail as it comes in, with a code where it holds one."""
        raw = self.filled(code)
        to = self.expected["to"].replace("CODE", code.text)
        content = content_of(raw)
        sender = content.message.from_[0].address.lower() if content.message.from_ else ""
        envelope = Envelope(
            self.name, self.mail_from(sender), (to,), raw, NOW, "192.0.2.1", "h", False, False
        )
        verdicts = Verdicts(Alignment(self.expected.get("auth", "none")))
        return Incoming(envelope, route(to, DOMAIN), content, verdicts, sender)

    def filled(self, code: tokens.CodeText) -> bytes:
        """The bytes with a code in them."""
        texts = {"CODE": code.text, "PRINTED": code.printed, "REFERENCE": code.reference}
        raw = self.raw
        for word, text in texts.items():
            raw = raw.replace(word.encode(), text.encode())
        return raw

    def mail_from(self, sender: str) -> str:
        """The reverse-path."""
        return str(self.expected.get("envelope_from", sender))

    @property
    def outcomes(self) -> set[str]:
        """All outcomes that are right."""
        return {self.expected["outcome"], *self.expected.get("also", ())}


def cases(half: str) -> Iterator[Case]:
    """Give the cases of a half; none where it is not there."""
    path = HALVES / half / "expected.toml"
    if not path.exists():
        return
    for entry in tomllib.loads(path.read_text("utf-8"))["mail"]:
        yield Case(entry["file"], (HALVES / half / entry["file"]).read_bytes(), entry)


def misread(case: Case, reading: Reading) -> list[str]:
    """Say where a reading differs from what is expected; nothing for mails that are never read."""
    if case.outcomes <= {"silent"}:
        return []
    expected = case.expected
    wrong = []
    if "verb" in expected and "asked" not in expected and reading.verb != expected["verb"]:
        wrong.append(f"verb {reading.verb!r}, not {expected['verb']!r}")
    if "answer" in expected and reading.answer != expected["answer"]:
        wrong.append(f"answer {reading.answer.value}, not {expected['answer']}")
    if "reason" in expected and reading.reason != expected["reason"]:
        wrong.append(f"reason {reading.reason!r}, not {expected['reason']!r}")
    for key, value in expected.get("want", {}).items():
        found = _found(reading, key)
        wanted = _wanted(key, value)
        if found != wanted:
            wrong.append(f"{key} {found!r}, not {wanted!r}")
    return wrong


def _found(reading: Reading, key: str) -> object:
    if key == "people":
        return [[one.address, one.name, one.language, one.delivery] for one in reading.people]
    if key == "until":
        return str(reading.options.until or "")
    assert key in _PLAIN
    return getattr(reading.options, key)


def _wanted(key: str, value: Any) -> object:
    if key == "people":
        return [[*row, "", ""][:4] for row in value]
    return str(value) if key in {"until", "target", "into"} else value


def other_language(case: Case, reading: Reading) -> str:
    """Name the language read where it is not the one expected. None told is no mistake: a single word
    often belongs to several."""
    wanted = case.expected.get("language", "")
    return reading.language if wanted and reading.language not in {"", wanted} else ""


def read_case(case: Case) -> Reading:
    """Read a case."""
    return read(case.mail())

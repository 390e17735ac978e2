r"""Rows of `data/*.tsv`: a short mail and what it is read as.

Columns: `to` (the part of our address behind `water-`, or `c` for an answer to a code), who writes, the verb
or the answer, what else is read (`key=value`, `;` between), subject, text. `\n` and `\t` stand for a new
line and a tab; `/` stands between verbs or answers that are as good.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dgroup.commands.reading import read
from dgroup.incoming import Named, Reading
from tests.dgroup.plainmail import mail

DATA = Path(__file__).parent / "data"
CODE = "7kq2mx4tabcdefgh2345jkmnpq"
_UTF8 = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"


@dataclass(frozen=True, slots=True)
class Told:
    """One row."""

    to: str
    sender: str
    expected: str
    want: str
    subject: str
    body: str

    def reading(self) -> Reading:
        """Read it."""
        body = self.body.replace("\\n", "\r\n").replace("\\t", "\t")
        address = f"water-confirm+{CODE}" if self.to == "c" else f"water-{self.to}"
        about = "Done" if "undo" in self.expected else "Please confirm"
        subject = self.subject or (f"Re: {about} [7KQ2-MX4T]" if self.to == "c" else "")
        to = f"{address}@lists.example"
        return read(mail(to=to, subject=subject, body=body, headers=_UTF8, sender=self.sender))

    def differs(self) -> list[str]:
        """Say where the reading is another than expected."""
        reading = self.reading()
        found = str(reading.answer.value) if self.to == "c" else reading.verb
        wrong = [] if found in self.expected.split("/") else [f"{found!r}, not {self.expected!r}"]
        for pair in filter(None, self.want.split(";")):
            key, _, value = pair.partition("=")
            if (read_as := _value(reading, key)) != value:
                wrong.append(f"{key} {read_as!r}, not {value!r}")
        return wrong


def rows(name: str) -> Iterator[Told]:
    """Give the rows of a file."""
    for line in (DATA / name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield Told(*line.split("\t"))


def _value(reading: Reading, key: str) -> str:
    if key == "people":
        return "+".join(map(_person, reading.people))
    if key == "n":
        return str(len(reading.people))
    if key == "choices":
        return ",".join(f"{kind}{number}" for kind, number in reading.choices)
    if key in {"reason", "sure"}:
        return str(getattr(reading, key))
    return str(getattr(reading.options, key))


def _person(one: Named) -> str:
    more = f":{one.language}:{one.delivery}" if one.language or one.delivery else ""
    return f"{one.address.partition('@')[0]}:{one.name}{more}"

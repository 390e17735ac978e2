"""Every command that the printed guides name is understood, in each of the four languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dgroup.commands import BY_VERB
from dgroup.commands.reading import read
from dgroup.incoming import Answer
from tests.dgroup.plainmail import mail

DOCS = Path(__file__).resolve().parents[3] / "docs"
LINE = re.compile(r"- [`*]*([^\W\d_][^:`*]*?)[`*]*\s?:")
SUFFIXES = ("", ".fr", ".es", ".pt")
_UTF8 = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"


def commands(name: str) -> list[str]:
    """The commands of a guide: what stands in capitals before a colon."""
    found = (LINE.match(line) for line in (DOCS / name).read_text("utf-8").splitlines())
    return [one[1] for one in found if one is not None and one[1] == one[1].upper()]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("guide", ["member", "coordinator"])
def test_what_a_guide_names_is_understood(guide: str, suffix: str) -> None:
    named = commands(f"{guide}{suffix}.md")
    assert len(named) > 10
    for text in named:
        asked = read(mail(body=text, subject="", to="water-request@lists.example", headers=_UTF8))
        said = read(mail(body=text, subject="", to="water-confirm@lists.example", headers=_UTF8))
        known = asked.verb in BY_VERB and asked.sure
        assert known or said.answer not in {Answer.OTHER, Answer.EMPTY}, text


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("RÉSUMÉ NON", False), ("SUMMARY OFF", False), ("RESUMEN NO", False), ("RESUMO NÃO", False),
        ("REÇU OUI", True), ("RECEIPT ON", True), ("RECIBO SÍ", True), ("RECIBO SIM", True),
    ],
)  # fmt: skip
def test_switches_say_on_or_off(text: str, on: bool) -> None:
    found = read(mail(body=text, subject="", to="water-request@lists.example", headers=_UTF8))
    assert (found.verb in {"summary", "receipt"}, found.options.on) == (True, on)

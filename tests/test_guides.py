"""The printed guides are what `help` sends, in all four languages, and the program understands them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.i18n import languages
from dgroup.commands import COMMANDS
from dgroup.commands.reading import read
from dgroup.letters import LetterWriter
from docs.guides import SITE, pages
from tests.dgroup.plainmail import mail

PAGES = list(pages())


@pytest.mark.parametrize(("path", "text"), PAGES, ids=[path.name for path, _ in PAGES])
def test_a_guide_is_what_help_says(path: Path, text: str) -> None:
    assert path.read_text("utf-8") == text, "run `make guides`"


def test_a_guide_fits_two_printed_pages() -> None:
    assert all(len(text.splitlines()) <= 130 for _, text in PAGES)


def _promised() -> Iterator[tuple[str, str, str]]:
    """(language, verb, words) of every line of the guides that shows a command."""
    writer = LetterWriter(SITE)
    for language in languages():
        page = writer.environment(language).from_string(
            '{% from "mail/_verbs.txt.j2" import meaning with context %}{{ meaning(verb) }}'
        )
        for command in COMMANDS:
            words = re.split(r"\s?:\s", page.render(verb=command.verb), maxsplit=1)[0]
            yield language, command.verb, words


@pytest.mark.parametrize(("language", "verb", "words"), list(_promised()))
def test_the_program_understands_what_the_guides_say(language: str, verb: str, words: str) -> None:
    post = mail(to="water-request@lists.example", subject="", body=words)
    assert read(post).verb == verb, words

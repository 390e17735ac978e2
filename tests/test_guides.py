"""The printed guides are what `help` sends, in all four languages, and the program understands them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.i18n import languages
from dgroup.commands import COMMANDS
from dgroup.commands.group_settings import BY_NAME, SETTINGS, Setting, current
from dgroup.commands.reading import read
from dgroup.incoming import Answer
from dgroup.letters import LetterWriter
from docs.guides import SITE, pages
from tests.dgroup.plainmail import GROUP, mail

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


def _shown(text: str) -> Iterator[str]:
    """The words to write of every item of a guide that shows some."""
    for item in re.findall(r"^- (.*(?:\n  .*)*)|^    (.*[^>\W])$", text, re.MULTILINE):
        words = re.split(r"\s?:\s", " ".join("".join(item).split()), maxsplit=1)[0]
        first = words.split()[0]
        if (len(first) > 1 and first.isupper()) or (item[1] and "@" not in words):
            yield words


@pytest.mark.parametrize(("path", "text"), PAGES, ids=[path.name for path, _ in PAGES])
def test_the_program_understands_every_line_that_a_guide_shows(path: Path, text: str) -> None:
    shown = list(_shown(text))
    assert len(shown) >= 30, path.name
    for words in shown:
        found = read(mail(to="water-request@lists.example", subject="", body=words))
        assert found.verb or found.answer not in {Answer.OTHER, Answer.EMPTY}, words


def _settings(text: str) -> list[tuple[str, object]]:
    """What the lines of a guide that change the group would set, without own words."""
    found: list[tuple[str, object]] = []
    for words in _shown(text):
        options = read(mail(to="water-request@lists.example", subject="", body=words)).options
        if setting := BY_NAME.get(options.setting):
            value = setting.read(options.value)
            assert value is not None, words
            found.append((setting.name, "own words" if setting.name == "welcome" else value))
    return found


def test_guides_of_all_languages_show_the_same_settings() -> None:
    told = {path.name: _settings(text) for path, text in PAGES if path.name.startswith("coord")}
    assert len(told) == len(languages())
    english = told["coordinator.md"]
    assert {"spam", "attachments", "links above", "group posts"} <= {name for name, _ in english}
    assert all(settings == english for settings in told.values()), told


@pytest.mark.parametrize("setting", SETTINGS, ids=[one.name for one in SETTINGS])
def test_the_list_of_settings_can_be_sent_back_line_by_line(setting: Setting) -> None:
    value = current(GROUP, setting)
    if setting.is_text or not value:
        return
    line = f"set {setting.name} {value}"
    options = read(mail(to="water-request@lists.example", subject="", body=line)).options
    assert (options.setting, setting.read(options.value)) == (setting.name, value)

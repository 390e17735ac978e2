"""Every word that a reader sees is there in all our languages, and says the same."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Message

from archive.i18n import DEFAULT, languages
from tests.catalogues import read_catalogue, template_words, untranslated

_LANGUAGES = [language for language in languages() if language != DEFAULT]
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def _forms(text: object) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, list | tuple) else (str(text),)


def _placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text))


def test_the_languages_of_the_house_are_there() -> None:
    assert set(languages()) >= {"en", "fr", "es", "pt"}


@pytest.mark.parametrize("language", _LANGUAGES)
def test_every_word_of_the_templates_is_translated(language: str) -> None:
    catalogue = read_catalogue(language)
    missing = [
        message.id
        for message in template_words()
        if message.id and catalogue.get(message.id) is None
    ]
    assert missing == [], "run `make messages` and translate what is new"
    assert [message.id for message in untranslated(catalogue)] == []


@pytest.mark.parametrize("language", _LANGUAGES)
def test_no_translation_is_left_over(language: str) -> None:
    wanted = template_words()
    left = [
        message.id
        for message in read_catalogue(language)
        if message.id and wanted.get(message.id) is None
    ]
    assert left == [], "run `make messages`"


def _mistakes(message: Message) -> list[str]:
    wanted = set().union(*(_placeholders(form) for form in _forms(message.id)))
    found = [_placeholders(form) for form in _forms(message.string)]
    wrong = [str(message.id) for form in found if form != wanted]
    broken = [form for form in _forms(message.string) if re.search(r"%(?!\(\w+\)s)", form)]
    return wrong + broken


@pytest.mark.parametrize("language", _LANGUAGES)
def test_translations_keep_the_placeholders(language: str) -> None:
    messages = [message for message in read_catalogue(language) if message.id]
    assert [one for message in messages for one in _mistakes(message)] == []


@pytest.mark.parametrize("language", _LANGUAGES)
def test_translations_hold_no_markup_and_no_loose_space(language: str) -> None:
    texts = [
        form
        for message in read_catalogue(language)
        if message.id
        for form in _forms(message.string)
    ]
    assert [text for text in texts if text != text.strip() or set(text) & set("<>{}")] == []

"""What members call languages, in the languages that we read."""

from __future__ import annotations

from babel import Locale

from dgroup.commands.calendar_words import LANGUAGES
from dgroup.commands.text import fold

_ALSO = {
    "fr": "francaise frances francesa french",
    "en": "anglaise inglesa ingles english",
    "es": "espagnole castellano castilian castillan castelhano espanola espanhola",
    "pt": "portugaise brasileiro brazilian bresilien portuguesa brasileno",
    "de": "allemande alemana alema",
    "it": "italienne italiana",
    "nl": "neerlandais hollandais neerlandes neerlandesa holandes flamand",
}


def _names() -> dict[str, str]:
    found = {word: code for code, words in _ALSO.items() for word in words.split()}
    for speaker in LANGUAGES:
        for code in LANGUAGES:
            name = Locale(speaker).languages.get(code, "")
            if name and " " not in name:
                found[fold(name)] = code
    return found


LANGUAGE_NAMES: dict[str, str] = _names()
"""folded name -> code"""
CODES = frozenset(LANGUAGES)

"""The coordinator's own words to people who are invited: what the mail says below their addresses. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from dgroup.commands.greetings import is_contact, is_nothing
from dgroup.commands.text import Text

_FEW = 3
"""words of a sentence that says something"""
_MARK = re.compile(
    r"\W*(?:(?:my|your|our|with(?: the)?|mon|votre|avec(?: le)?|mi|su|con(?: el)?|meu|com(?: a)?) )?"
    r"(?:messages?|texte?|texto|words?|mots?|mensaje|palabras|mensagem|palavras|note|nota|because)"
    r"(?: (?:to them|for them|pour eux|para ellos|para eles|text))?\s*:\s*"
)


def own_words(said: Sequence[Text], group: frozenset[str]) -> str:
    """Give the words, a line for each line: from a mark like "message:" on, else what stands below the
    last address, without greeting and signature. '' where nothing is said.

    The preview shows them before anything is sent, so a wrong guess harms nobody.
    """
    for at, line in enumerate(said):
        found = _MARK.match(line.folded)
        if found is not None and not is_contact(line):
            rest = takewhile(_names_nobody, [line.cut(found.end()), *said[at + 1 :]])
            return _lines([one for one in rest if one.raw.strip()])
    named = [at for at, line in enumerate(said) if not _names_nobody(line)]
    below = said[named[-1] + 1 :] if named else ()
    if is_nothing(below, group) or not any(len(one.raw.split()) > _FEW for one in below):
        return ""
    return _lines(below)


def _names_nobody(line: Text) -> bool:
    """Addresses are of those who are invited, and nobody else's business."""
    return "@" not in line.raw


def _lines(said: Sequence[Text]) -> str:
    return "\n".join(line.raw.strip() for line in said)

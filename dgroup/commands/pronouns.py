"""What a small word stands for in a wish: "hide it", "ocúltenlo", "enviem-ma", "retirez-les".

Spanish glues such words to a verb, Portuguese and French hang them on with a hyphen.
"""

from __future__ import annotations

import re

from dgroup.commands.clause import Clause
from dgroup.commands.lexicon import LEXICON

_THIRD = re.compile(
    r"\b(?:it|them|him|her|these|those|they|le|la|les|lui|leur|elle|eux|ella|ellas|lo|los|las|ele|eles|ela|elas|"
    r"mo|ma|mos|lho|lha|lhos|lhas|esse|essa|esses|essas|este|esta|estos|estas|ese|esa|esos|esas|celui|celle|ceux|celles|dela|dele|delas|deles)\b|"
    r"[a-z]{3,}-(?:o|a|os|as|no|na|nos|nas|lo|la|los|las|mo|ma|mos|mas)\b|"
    r"\ben (?=(?:recevoir|voir|lire|entendre|savoir|parler)\b)|"
    r"(?<!\w)(?:o|a|os|as) (?=[a-z]{4,}(?:r|em|am|e|a)\b)"
)
_GLUED = re.compile(r"([a-z]{3,}?(?:r|n|d|a|e|i))(?:me|nos|se|te)?l[oa]s?")
_ARTICLES = frozenset("le la les lo los las".split())


def has_object(clause: Clause) -> bool:
    """Tell whether the wish is about somebody or something that was named before."""
    text = clause.text.folded
    for found in _THIRD.finditer(text):
        if found[0] not in _ARTICLES or _is_object(text, found):
            return True
    return any(glued(item.word) for item in clause.items)


def glued(word: str) -> str:
    """The verb of a word to which "lo", "la" or the like is glued; '' where there is none."""
    found = _GLUED.fullmatch(word)
    return found[1] if found is not None and LEXICON.known(found[1]) else ""


_MINE = re.compile(r"([a-z]{2,}?(?:r|n|d|a|e|i))(?:me|nos)(?:l[oa]s?)?")


def mine(word: str) -> bool:
    """Tell whether "me" or "nos" is glued to a verb: "denme", "envíenmelo"."""
    found = _MINE.fullmatch(word)
    return found is not None and bool(LEXICON.known(found[1]))


_BEHIND_VERB = re.compile(r"(?:^|\W)[a-z]{4,}(?:ez|er|ir|re|e|s)-$")
_BEFORE_VERB = re.compile(r"\s+[a-z]{4,}(?:n|r|e|a|ez|er|ir|re|s)\b")


def _is_object(text: str, found: re.Match[str]) -> bool:
    """Tell "les retirer" and "retirez-les" from "les messages"."""
    if _BEHIND_VERB.search(text[: found.start()]):
        return True
    behind = _BEFORE_VERB.match(text, found.end())
    if behind is None:
        return False
    meanings = LEXICON.known(behind[0].strip())
    return not meanings.keys().isdisjoint(_ACTS)


_ACTS = frozenset(
    "LEAVE REMOVE GO STOP CANCEL JOIN ADD INVITE ERASE HIDE MUTE UNMUTE SEND RESEND GET PAUSE LOCK UNLOCK BAN "
    "MODERATE TRUST APPROVE SPLIT MERGE RETITLE".split()
)

"""What stands around the words of a mail: greeting above, thanks, name and office below."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dgroup.commands.lexicon import LEXICON, split_words
from dgroup.commands.text import Text
from dgroup.commands.words_polite import DISCLAIMERS, GREETINGS, SIGN_OFFS

_GREETED = frozenset(
    "FILLER GROUP MEMBERS COORDINATOR OTHERS ALL MAIL MY ME NOTHING MODERATOR FROM I".split()
)
_SIGN_OFF_WORDS = 6
_NAME_WORDS = 5
_SEE_SUBJECT = frozenset(
    "see subject|see above|as above|see subject line|subject says it all|voir objet|voir sujet|cf objet|"
    "voir l objet|ver asunto|ver el asunto|ver assunto|siehe betreff|as in subject|per subject|"
    "as per subject|in subject|comme indiqué|idem|vide assunto".split("|")
)


def _any(phrases: Sequence[str]) -> str:
    found = sorted((r"[\s']+".join(split_words(one)) for one in phrases), key=len, reverse=True)
    stems = [
        one
        for phrase, one in ((p, r"[\s']+".join(split_words(p))) for p in phrases)
        if phrase.endswith("*")
    ]
    return "|".join(rf"{one}\w*" if one in stems else rf"{one}\b" for one in found)


_GREETING = re.compile(
    rf"\W{{0,3}}(?:{_any(GREETINGS)})((?:[\s'.]+[^\s,!:;.]+){{0,5}})\s*(?:[,!:;]+\s*|\.?\s*$|[-]+\s)"
)
_SIGN_OFF = re.compile(rf"\W{{0,3}}(?:{_any(SIGN_OFFS)})")
_DISCLAIMER = re.compile(rf"\W{{0,6}}(?:{_any(DISCLAIMERS)})")


def closes(line: Text) -> bool:
    """Tell whether a line closes a mail: what stands below is the sender's own or a machine's."""
    return signs_off(line) or _DISCLAIMER.match(line.folded) is not None


_NOTICE = re.compile(
    r"(?:e-?mail|message|courriel|mensaje|correo|mensagem|nachricht|messaggio|bericht)\b.{0,200}"
    r"(?:confiden|privileged|intended (?:only|solely)|addressee|destinatair|destinatari|vertraulich|vertrouwelijk)"
)


def trimmed(lines: Sequence[Text]) -> list[Text]:
    """Give the lines without greeting, and without what stands below thanks or a disclaimer."""
    kept: list[Text] = []
    for line in lines:
        if _DISCLAIMER.match(line.folded) or (kept and _NOTICE.search(line.folded)):
            break
        if kept and signs_off(line):
            break
        greeting = _greeting(line) if len(kept) < 2 else 0
        if rest := line.cut(greeting).raw.strip():
            start = line.raw.index(rest, greeting)
            kept.append(line.cut(start, start + len(rest)))
    return kept


def _greeting(line: Text) -> int:
    """Length of a greeting at the beginning of a line; a name may be in it, a command may not."""
    found = _GREETING.match(line.folded)
    if found is None:
        return 0
    if any(set(LEXICON.known(word)) - _GREETED for word in split_words(found[1])):
        return 0
    return found.end()


def signs_off(line: Text) -> bool:
    """A short line of thanks or regards that asks for nothing."""
    if _SIGN_OFF.match(line.folded) is None:
        return False
    words = split_words(line.folded)
    return len(words) <= _SIGN_OFF_WORDS and all(
        set(LEXICON.known(word)) <= _GREETED for word in words
    )


def is_nothing(lines: Sequence[Text], group: frozenset[str]) -> bool:
    """Tell whether a body says nothing: greeting, thanks, names, contacts (RULINGS 8)."""
    return all(_says_nothing(line, group) for line in lines)


def _says_nothing(line: Text, group: frozenset[str]) -> bool:
    words = split_words(line.folded)
    if " ".join(words) in _SEE_SUBJECT:
        return True
    if is_contact(line):
        return True
    known = [
        word in group
        or (bool(LEXICON.known(word)) and set(LEXICON.known(word)) <= _GREETED | {"WANT"})
        for word in words
    ]
    if all(known):
        return True
    capitals = [word[:1].isupper() or len(word) < 4 for word in re.findall(r"[^\W\d_]+", line.raw)]
    return len(words) <= _NAME_WORDS and all(capitals)


def is_contact(line: Text) -> bool:
    """Tell whether a line gives a telephone number, an address or a page, and little else."""
    digits = sum(sign.isdigit() for sign in line.raw)
    return (digits >= 7 or "www." in line.folded or "://" in line.raw or "@" in line.raw) and len(
        line.raw.split()
    ) <= 8

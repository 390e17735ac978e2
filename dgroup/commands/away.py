"""Subjects of absence notices whose programs set none of the fields that say so (COMMANDS D2). Pure.

Used for commands only: such a mail would act. A post with such a subject is for `policy` to judge.
"""

from __future__ import annotations

import re

from dgroup.commands.text import folded

_AWAY = (
    r"absen[ct]\w*|ausen[ct]\w*|abwesen\w*|afwezig\w*|assen[tz]\w*"
    r"|out of (?:the )?office|hors (?:du )?bureau|fuera de (?:la )?oficina"
    r"|fora do (?:escritorio|trabalho)|fuori ufficio|out of town|away from"
    r"|auto ?(?:repl|respon|answer|matic|matiqu|matisc)\w*|vacation (?:repl|messag|respon)\w*"
    r"|(?:en|de|im|on|in) (?:annual )?(?:conges?|vacaciones|ferias|urlaub|leave|vacation|holidays?)"
)
_NOTICE = re.compile(rf"(?:\w+ ){{0,3}}(?:{_AWAY})\b")
_ANSWERS = re.compile(r"\b(?:re|aw|res|sv|antw|rv|tr)\s*:", re.IGNORECASE)
_SIGNS = re.compile(r"[^\w]+")


def is_notice(subject: str, *, pauses: bool) -> bool:
    """Tell whether a subject is that of an absence notice. `pauses`: the mail asks for a pause, so
    that a person may well say why; then only a notice that names what it answers counts."""
    plain = _SIGNS.sub(" ", folded(subject)).strip()
    if _NOTICE.match(plain) is None:
        return False
    return not pauses or _ANSWERS.search(subject) is not None

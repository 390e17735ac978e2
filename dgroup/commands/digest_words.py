"""`digest weekly`, `digest plain`, `digest mime`: the few lines that ask for a kind of digest. Pure.

Only these words by themselves: "a weekly digest would suit me" may as well mean the summary of the week,
which is what `weekly` gives.
"""

from __future__ import annotations

import re

from dgroup.commands.sheet import Sheet
from dgroup.incoming import Options, Reading
from dgroup.model import RouteKind

_DIGEST = r"(?:digests?|recueil|resume groupe|compendio|recopilacion|coletanea|compilacao)"
_WEEKLY = (
    r"(?:weekly|every week|each week|by week|hebdo(?:madaire)?|(?:chaque|par) semaine|toutes les semaines"
    r"|semanal(?:es)?|semanais|cada semana|por semana|todas las semanas|(?:todas? as?|toda) semanas?)"
)
_FULL = r"(?:full|whole|complete|complet|entier|completo|completa|integral|inteiro)"
_PLAIN = (
    r"(?:(?:(?:in|as|en|de|em) )?(?:plain|plain text|text|texte|texte simple|texto|texto simple|texto simples"
    r"|texto plano))"
)
_LINES = {
    "weekly": (
        rf"{_DIGEST} (?:{_FULL} )?{_WEEKLY}|{_WEEKLY} (?:{_FULL} )?{_DIGEST}"
        rf"|{_FULL} (?:{_WEEKLY} )?{_DIGEST}(?: {_WEEKLY})?|{_FULL} {_WEEKLY}|{_WEEKLY} {_FULL}"
    ),
    "plain": rf"{_DIGEST} {_PLAIN}|plain(?: text)? {_DIGEST}",
    "mime": rf"{_DIGEST} (?:in |en |em )?mime|mime {_DIGEST}",
}
_READ = {value: re.compile(words) for value, words in _LINES.items()}
_KIND = re.compile(
    r"^(?:please|pls|svp|s'il vous plait|merci de|por favor|set) |"
    r",? (?:please|pls|thanks|thank you|svp|s'il vous plait|merci|por favor|gracias|obrigad[oa])$"
)
_MARKS = re.compile(r"[.!:]+$")
_LONG = 60


def digest_of(sheet: Sheet) -> Reading | None:
    """Give what the first line or the subject asks for in just these words; None where neither does.

    A mail whose line says so and whose subject asks for something else is read as any other.
    """
    if sheet.mail.route.kind is not RouteKind.COMMAND:
        return None
    said = [_asked(line.folded) for line in sheet.said[:1]]
    headed = _asked(sheet.subject.folded)
    value = next(iter(said), "") or ("" if sheet.said else headed)
    if not value or len(sheet.said) > 1 or (headed not in {"", value}):
        return None
    if not headed and any(one.guess is not None for one in sheet.headed):
        return None
    return Reading("digest", options=Options(value=value))


def _asked(folded: str) -> str:
    line = " ".join(_MARKS.sub("", folded.strip()).split())
    line = _KIND.sub("", _KIND.sub("", line)) if len(line) <= _LONG else ""
    found = (value for value, pattern in _READ.items() if pattern.fullmatch(line))
    return next(found, "")

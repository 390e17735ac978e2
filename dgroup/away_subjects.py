"""Subjects that mail programs give to answers of their own while somebody is away. Pure."""

from __future__ import annotations

import re

_AWAY = (
    "out of office",
    "out of the office",
    "auto-reply",
    "autoreply",
    "vacation reply",
    "absence du bureau",
    "fuera de la oficina",
    "fora do escritório",
    "fuori ufficio",
    "abwesenheitsnotiz",
    "abwesenheitsnachricht",
    "afwezigheidsbericht",
    "mail delivery failed",
    "undelivered mail returned",
    "delivery status notification",
    "undeliverable:",
)
# "Automatic reply", "Message d'absence" and their like; an absence that somebody writes of is none.
_AWAY_WORDS = re.compile(
    r"(?:automat\w+|autom\.)\s(?:reply|response|antwort|antwoord)"
    r"|(?:réponse|respuesta|resposta|risposta)\sautom\w+"
    r"|(?:message|réponse|avis|notification|mensaje|respuesta|aviso|notificación|mensagem|resposta|"
    r"notificação|messaggio|avviso)\s(?:d['’]|de\s|di\s)(?:absence|ausencia|ausência|assenza)"
)


def looks_away(subject: str) -> bool:
    """Tell whether a subject looks like that of an automatic answer."""
    plain = subject.casefold().strip()
    return plain.startswith(_AWAY) or _AWAY_WORDS.match(plain) is not None

"""`set NAME VALUE`: what a group's settings and their values are called, and how both are read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dgroup.commands.calendar_words import WEEKDAYS
from dgroup.commands.lexicon import LEXICON, split_words
from dgroup.commands.people import language_of
from dgroup.commands.text import Text

MAX_TEXT = 20_000
_TEXTS = frozenset({"welcome", "about", "title", "footer"})

_NAMES: dict[str, str] = {
    "who sees members": "who sees members|who sees the members|who can see members|members visible|"
    "qui voit les membres|qui voit membres|quién ve los miembros|quien ve miembros|quem vê os membros|"
    "quem ve membros",
    "who posts": "who posts|who can post|who may post|posting|qui écrit|qui poste|qui publie|qui peut écrire|"
    "quién escribe|quién publica|quién puede escribir|quem escreve|quem publica|quem pode escrever",
    "who joins": "who joins|who can join|who may join|joining|qui s inscrit|qui adhère|qui peut s inscrire|"
    "quién entra|quién se inscribe|quién puede entrar|quem entra|quem adere|quem pode entrar",
    "summary day": "summary day|day of summary|day of the summary|jour du résumé|jour résumé|día del resumen|"
    "día de resumen|dia do resumo",
    "first posts": "first posts|first messages|premiers messages|primeros mensajes|primeiras mensagens",
    "letter": "letter|morning letter|lettre|lettre du matin|carta|carta de la mañana|carta da manhã",
    "spam": "spam|junk|spams|pourriel|pourriels|correo basura|correio indesejado",
    "attachments": "attachments|attachment|attached files|file types|pièces jointes|pieces jointes|"
    "archivos adjuntos|adjuntos|anexos|ficheiros anexos",
    "member posts": "member posts|posts per member|posts an hour per member|messages par membre|"
    "mensajes por miembro|mensagens por membro",
    "group posts": "group posts|posts per group|posts per hour|posts an hour|messages par heure|"
    "mensajes por hora|mensagens por hora",
    "remote images": "remote images|external images|tracking pixels|images distantes|images externes|"
    "imágenes remotas|imágenes externas|imagens remotas|imagens externas",
    "footer": "footer|list footer|pied de page|pied de message|pie de página|pie de mensaje|rodapé",
    "delivery style": "delivery style|style of delivery|style d envoi|mode d envoi|estilo de envío|"
    "modo de envío|estilo de entrega|modo de entrega|estilo de envio|modo de envio",
    "archive": "archive|archives|the archive|archivo|arquivo|l archive",
    "welcome": "welcome|welcome text|welcome letter|welcome message|bienvenue|message de bienvenue|"
    "texte de bienvenue|accueil|bienvenida|mensaje de bienvenida|texto de bienvenida|boas vindas|"
    "mensagem de boas vindas|texto de boas vindas",
    "about": "about|description|à propos|acerca|acerca de|descripción|sobre|descrição",
    "title": "title|titre|título",
    "language": "language|langue|idioma|língua",
    "hold days": "hold days|jours d attente|días de espera|dias de espera",
    "links above": "attachments as links above|attachments as links|attachments above|links above|"
    "pièces jointes en liens au dessus de|pièces jointes en liens|liens au dessus de|"
    "adjuntos como enlaces|enlaces por encima de|anexos como ligações|anexos como links|"
    "ligações acima de|links acima de",
    "summary hour": "summary hour|heure du résumé|hora del resumen|hora do resumo",
    "time zone": "time zone|timezone|fuseau horaire|zona horaria|fuso horário",
}
_ORDERED = sorted(
    (
        (tuple(split_words(phrase)), name)
        for name, text in _NAMES.items()
        for phrase in text.split("|")
    ),
    key=lambda entry: -len(entry[0]),
)
_OFTEN: dict[str, str] = {
    "off": "off|no|non|não|never|none|jamais|nunca|désactivé|desactivado",
    "daily": "daily|every day|quotidien|quotidienne|chaque jour|diario|diaria|diário|diária|cada día",
    "weekly": "weekly|every week|hebdomadaire|hebdo|semanal|chaque semaine|cada semana",
}
_VALUE_OF = {
    tuple(split_words(phrase)): value
    for value, text in _OFTEN.items()
    for phrase in text.split("|")
}
_ARTICLES = frozenset(
    "the le la les l el los o os a de du del do da to group s grupo groupe".split()
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LINK = re.compile(
    r"^\s*(?:[:=]|\b(?:to|is|be|as|à|a|al|en|como|sur|für|para|au|est)\b\s*[:=]?)?\s*",
    re.IGNORECASE,
)


_OF_GROUP = re.compile(
    r"^\s*(?:(?:of|du|del|do|de la|da)\s+(?:the |our )?(?:group|list|groupe|liste|grupo|lista)\b)\s*(?:(?:to|en|a|à|para|in)\b)?\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting by its canonical English name, and what it is to be."""

    name: str
    value: str


def read_setting(line: Text, more: Sequence[str], group: frozenset[str]) -> Setting | None:
    """Read a line that begins with "set" and the name of a setting; `more` are the lines below it,
    which belong to the value where it is a text. None where the line sets nothing of the group's."""
    words = [(found[0], found.end()) for found in re.finditer(r"[^\W_]+", line.folded[:300])]
    if bare := _bare(line, more):
        return bare
    at = 0
    while at < len(words) and "FILLER" in LEXICON.known(words[at][0]) and not _sets(words[at][0]):
        at += 1
    if at >= len(words) or not _sets(words[at][0]):
        return None
    changes = "SET" not in LEXICON.known(words[at][0])
    if (found := _named(words[at + 1 :], group)) is None:
        return None
    name, rest = found[0], line.raw[found[1] :]
    if changes and (name in _OWN_TOO or not _of_group(name, rest)):
        return None
    return _said(name, _value(name, rest, more))


def _named(words: Sequence[tuple[str, int]], group: frozenset[str]) -> tuple[str, int] | None:
    """The setting that stands here or after some articles, and where its name ends: "group" is one of
    them, and begins the name of another setting."""
    for at, (word, _) in enumerate(words):
        for phrase, name in _ORDERED:
            here = words[at : at + len(phrase)]
            if tuple(said for said, _ in here) == phrase:
                return name, here[-1][1]
        if word not in _ARTICLES and word not in group:
            return None
    return None


def _said(name: str, value: str) -> Setting:
    """Of attachments a size says from where on they become links, anything else which of them wait."""
    return Setting(
        "links above" if name == "attachments" and _SIZE.fullmatch(value) else name, value
    )


_SIZE = re.compile(r"\s*(?:above |over )?\d+\s*(?:[kmg]?(?:b|o)|bytes|octets)\s*", re.IGNORECASE)


def _sets(word: str) -> bool:
    return not _SETTING.isdisjoint(LEXICON.known(word))


_SETTING = frozenset({"SET", "CHANGE"})
_OWN_TOO = frozenset({"language"})
"""what members change for themselves in the same words"""
_BARE = tuple(entry for entry in _ORDERED if len(entry[0]) > 1 or entry[1] == "welcome")
_DETERMINERS = frozenset(
    "our the new my a le la notre nouveau nouvelle nouveaux el los nuestro nuestra nuevo nueva o os as nosso nossa novo nova".split()
)


def _bare(line: Text, more: Sequence[str]) -> Setting | None:
    """Read "first posts: 2" and "our new welcome text is:": the name of a setting, a colon, its value."""
    head, colon, _ = line.folded[:80].partition(":")
    words = split_words(head) if colon else []
    while words and words[0] in _DETERMINERS:
        words = words[1:]
    if words and words[-1] in {"is", "est", "es", "e"}:
        words = words[:-1]
    name = next((name for phrase, name in _BARE if list(phrase) == words), "")
    return _said(name, _value(name, line.raw[len(head) + 1 :], more)) if name else None


_INTRODUCED = re.compile(
    r"^\s*(?:(?:to|by|with|into|for|por|para|par|pour|en|à|a|com|con|as|so)\b\s*)?"
    r"(?:(?:(?:the|le|la|el|lo|o|ce|esto?|isto|this) ?)?(?:text|texte|texto|following|suivant|siguiente|seguinte|new|nuevo|nouveau|novo|one|que suit)?\b\s*){0,2}:\s*",
    re.IGNORECASE,
)
"""what leads to a text: "change the welcome text to: ..." """


def _of_group(name: str, rest: str) -> bool:
    """Tell whether it is about the group: "change the title of 412" is about a thread."""
    if name in _TEXTS:
        if _INTRODUCED.match(rest):
            return True
        words = split_words(rest)[:4]
        return not any(word.isdigit() for word in words) and any(
            "GROUP" in LEXICON.known(word) for word in words
        )
    return bool(rest.strip(" .!?"))


def _value(name: str, rest: str, more: Sequence[str]) -> str:
    if name == "title":
        rest = _OF_GROUP.sub("", rest, count=1)
    rest = _INTRODUCED.sub("", rest, count=1) if name in _TEXTS else rest
    own = rest.lstrip(" :=\t") if name in _TEXTS else _LINK.sub("", rest, count=1).strip(" .!\"'")
    if name in _TEXTS:
        return "\n".join([own, *more]).strip()[:MAX_TEXT]
    words = tuple(split_words(own))
    if name == "summary day" and words:
        day = WEEKDAYS.get(words[0])
        return _DAYS[day] if day is not None else own
    if name == "language":
        return language_of(own) or own or rest.strip()  # "en" is a language, too
    # Values of the others are read where they are known (`group_settings`).
    return _VALUE_OF.get(words, own) if name == "letter" else own

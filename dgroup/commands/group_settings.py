"""The settings of a group that coordinators change by mail: their names, their words, their limits. Pure.

A value is read in our four languages; what cannot be read is None, and nothing is changed then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from archive.i18n import languages, locale_of
from archive.model import ArchiveMode
from dgroup import filetypes
from dgroup.address import clean_line
from dgroup.commands.text import folded
from dgroup.model import Group, Spam, Style, WhoJoins, WhoPosts, WhoSees

TEXT_LENGTH = 2000
TITLE_LENGTH = 100

Value = str | int


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting as a coordinator names it, and the column that keeps it."""

    name: str
    column: str
    read: Callable[[str], Value | None]
    """what was written -> what is stored"""
    is_text: bool = False
    """a coordinator's own words, of several lines"""


def _one_of(words: Mapping[str, str]) -> Callable[[str], Value | None]:
    """Read one of a few values; `words` names for each what people write, in all languages."""
    table = {folded(word): value for value, names in words.items() for word in names.split("|")}

    def read(text: str) -> Value | None:
        plain = folded(text)
        return table.get(plain) or table.get(" ".join(plain.split()[-1:]))

    return read


def _number(least: int, most: int) -> Callable[[str], Value | None]:
    def read(text: str) -> Value | None:
        digits = text.strip().removesuffix(".")
        if not digits.isascii() or not digits.isdigit() or len(digits) > 4:
            return None
        return int(digits) if least <= int(digits) <= most else None

    return read


def _text(text: str) -> Value | None:
    """Own words keep their lines; a dash alone empties them."""
    lines = [clean_line(line, TEXT_LENGTH) for line in text.strip().splitlines()]
    whole = "\n".join(lines)[:TEXT_LENGTH].strip()
    return "" if whole in {"-", "--"} else whole or None


def _footer(text: str) -> Value | None:
    """'off' takes it away, 'on' is our own words in the group's language; anything else stands as it is."""
    plain = " ".join(folded(text).strip(" .!").split())
    if plain in _OFF:
        return ""
    return "on" if plain in _ON else _text(text)


_OFF = frozenset("off no non nao none aucun ninguno nenhum empty".split())
_ON = frozenset("on yes oui si sim standard default".split())


def _title(text: str) -> Value | None:
    return clean_line(text, TITLE_LENGTH) or None


def _day(text: str) -> Value | None:
    return _days().get(folded(text)) or _number(1, 7)(text)


@lru_cache(maxsize=1)
def _days() -> dict[str, int]:
    """Names of the days in our languages: {'monday': 1, 'lundi': 1, ...}."""
    found: dict[str, int] = {}
    for language in languages():
        for width in ("wide", "abbreviated"):
            names = locale_of(language).days["format"][width]
            found |= {folded(names[day]): day + 1 for day in range(7)}
    return found


_SIZE = re.compile(r"(\d{1,9})\s*(|b|bytes?|octets?|kb|ko|kib|k|mb|mo|mib|m)", re.IGNORECASE)
_NEVER = frozenset(
    "0 off no none never non jamais aucun aucune nunca ninguno nenhum nao whole entiers enteros inteiros".split()
)
_LARGEST = 100_000_000


def _bytes(text: str) -> Value | None:
    """'500 KB', '2 Mo', 'off', at least 1 KB. A number alone is bytes from 1000 on, below it kilobytes."""
    plain = folded(text).removeprefix("above ").strip(" .")
    if plain in _NEVER:
        return 0
    found = _SIZE.fullmatch(plain)
    if not found:
        return None
    number, unit = int(found[1]), found[2].lower()[:1]
    alone = 1000 if number < 1000 else 1
    size = number * {"": alone, "b": 1, "o": 1, "m": 1_000_000}.get(unit, 1000)
    return size if 1000 <= size <= _LARGEST else None


def _hour(text: str) -> Value | None:
    """'8', '8h', '08:00', '8 h'."""
    head = text.strip().lower().replace("h", ":").partition(":")[0].strip()
    return _number(0, 23)(head)


def _zone(text: str) -> Value | None:
    """'Africa/Accra', in any case, or with blanks as people write it."""
    wanted = text.strip().replace(" ", "_").casefold()
    return next((zone for zone in _zones() if zone.casefold() == wanted), None)


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    return tuple(sorted(available_timezones()))


SETTINGS: tuple[Setting, ...] = (
    Setting("title", "title", _title),
    Setting("about", "about", _text, is_text=True),
    Setting("welcome", "welcome", _text, is_text=True),
    Setting(
        "language",
        "language",
        _one_of(
            {
                "en": "en|english|anglais|inglés|inglês",
                "fr": "fr|french|français|francés|francês",
                "es": "es|spanish|espagnol|español|espanhol",
                "pt": "pt|portuguese|portugais|portugués|português",
            }
        ),
    ),
    Setting(
        "who posts",
        "who_posts",
        _one_of(
            {
                WhoPosts.MEMBERS: "members|membres|miembros|membros|members only",
                WhoPosts.OPEN: "open|anyone|everyone|anybody|everybody|ouvert|tous|tout le monde|"
                "abierto|todos|cualquiera|aberto|qualquer um",
                WhoPosts.MODERATED: "moderated|modéré|moderado|moderation|modération",
                WhoPosts.ANNOUNCE: "announce|announcements|coordinators|annonces|coordinateurs|"
                "coordinatrices|anuncios|coordinadores|anúncios|coordenadores",
            }
        ),
    ),
    Setting(
        "who joins",
        "who_joins",
        _one_of(
            {
                WhoJoins.OPEN: "open|anyone|everyone|anybody|everybody|ouvert|tous|tout le monde|"
                "abierto|todos|cualquiera|aberto|qualquer um",
                WhoJoins.APPROVAL: "approval|on approval|approbation|aprobación|aprovação|moderated",
                WhoJoins.CLOSED: "closed|nobody|invited|invitation|fermé|personne|cerrado|nadie|"
                "fechado|ninguém|coordinators",
            }
        ),
    ),
    Setting(
        "who sees members",
        "who_sees",
        _one_of(
            {
                WhoSees.MEMBERS: "members|membres|miembros|membros",
                WhoSees.COORDINATORS: "coordinators|coordinateurs|coordinatrices|coordinadores|"
                "coordenadores|nobody|personne|nadie|ninguém",
            }
        ),
    ),
    Setting(
        "archive",
        "archive",
        _one_of(
            {
                ArchiveMode.PUBLIC: "public|publique|open|público|pública|everyone|tous|todos",
                ArchiveMode.MEMBERS: "members|membres|miembros|membros|private|privé|privado",
                ArchiveMode.NONE: "none|off|no|aucune|aucun|ninguno|nenhum|não|non",
            }
        ),
    ),
    Setting(
        "spam",
        "spam",
        _one_of(
            {
                Spam.HOLD: "hold|held|keep|retenir|attendre|retener|reter",
                Spam.REFUSE: "refuse|reject|discard|delete|refuser|rejeter|rechazar|recusar|rejeitar",
                Spam.IGNORE: "ignore|off|no|publish|ignorer|ignorar|non|não",
            }
        ),
    ),
    Setting("attachments", "attachments", filetypes.read),
    Setting("member posts", "member_hourly", _number(0, 9999)),
    Setting("group posts", "group_hourly", _number(0, 9999)),
    Setting(
        "remote images",
        "remote_images",
        _one_of(
            {
                "on": "on|yes|keep|allowed|oui|sí|si|sim",
                "off": "off|no|none|remove|removed|non|não|never",
            }
        ),
    ),
    Setting("footer", "footer", _footer, is_text=True),
    Setting(
        "delivery style",
        "delivery_style",
        _one_of(
            {
                Style.PERSONAL: "personal|individual|single|personnel|personnelle|personnels|"
                "individuel|individuelle|personales|individuales|pessoal|pessoais|individuais",
                Style.BULK: "bulk|shared|in bulk|groupé|groupée|groupés|partagé|partagée|en masse|"
                "en bloque|compartido|compartida|agrupado|em bloco|partilhado|partilhada|compartilhado",
            }
        ),
    ),
    Setting("first posts", "first_posts", _number(0, 20)),
    Setting("links above", "links_above", _bytes),
    Setting("hold days", "hold_days", _number(1, 60)),
    Setting("summary day", "summary_day", _day),
    Setting("summary hour", "summary_hour", _hour),
    Setting("time zone", "timezone", _zone),
)
BY_NAME = {one.name: one for one in SETTINGS}


def current(group: Group, setting: Setting) -> Value:
    """What the setting is now."""
    owner = group.info if hasattr(group.info, setting.column) else group
    value: Any = getattr(owner, setting.column)
    return int(value) if isinstance(value, int) else str(value)

"""Which readers an edition of a digest goes to, as the words that stand with its mail in the outbox. Pure.

'daily;mime;!fr,es;-12,34': readers of daily digests who want them as whole mails and read neither French
nor Spanish, but not members 12 and 34. 'daily;;;+12': member 12. 'daily': all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dgroup.model import Delivery

PLAIN = "plain"
"""one text; of readers: who wants no whole mails, light members too"""
MIME = "mime"
"""whole mails; light members never get them"""
LIGHT = "light"
"""one text without long quotes"""
FULL = "full"
"""readers who are not light"""
TEXT = "text"
"""readers of one text who are not light"""
OTHERS = "!"
"""begins languages that are for all other readers"""
_FIELDS = 4


@dataclass(frozen=True, slots=True)
class Readers:
    """Readers of one delivery, narrowed as far as the editions of a digest differ."""

    delivery: Delivery
    form: str = ""
    """PLAIN, MIME, LIGHT, FULL, TEXT, or '' for all"""
    languages: str = ""
    """'fr', '!fr,es' for all but these, '' for all"""
    people: tuple[int, ...] = ()
    """memberships: only these, or all but these"""
    only: bool = False

    def words(self) -> str:
        """Give the words of the outbox."""
        people = ",".join(map(str, self.people))
        listed = ("+" if self.only else "-") + people if people else ""
        return f"{self.delivery};{self.form};{self.languages};{listed}".rstrip(";")


def readers_of(words: str) -> Readers:
    """Read the words of the outbox again."""
    delivery, form, languages, listed = _fields(words)
    people = tuple(int(one) for one in listed[1:].split(",") if one)
    return Readers(Delivery(delivery), form, languages, people, listed.startswith("+"))


def shape_of(words: str) -> tuple[str, tuple[int, ...]]:
    """Give the words without the people that they name, and the people: one statement serves all
    editions of a shape."""
    delivery, form, languages, listed = _fields(words)
    people = tuple(int(one) for one in listed[1:].split(",") if one)
    return ";".join((delivery, form, languages, listed[:1])), people


def _fields(words: str) -> Sequence[str]:
    given = words.split(";")
    return [*given, *[""] * (_FIELDS - len(given))]

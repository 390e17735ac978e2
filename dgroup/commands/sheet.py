"""A command mail taken apart: its subject, the lines that count, the sentences and what each asks for.

Each step is worked out once, when it is asked for: most mails need few of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from archive.text import normal_subject
from dgroup.address import split_address
from dgroup.commands.carried import carry
from dgroup.commands.clause import Clause, clause_of, narrow
from dgroup.commands.greetings import trimmed
from dgroup.commands.intent import Guess, judge
from dgroup.commands.lexicon import split_words
from dgroup.commands.spoken import languages_of
from dgroup.commands.text import Text, author_text, lines_of, said, sentences, text_of
from dgroup.incoming import Incoming
from dgroup.model import RouteKind

SHORT_POST = 400
"""characters of own words; in a longer post only its first and last lines can ask for something (COMMANDS D5)"""
TAIL = 300
"""characters of those"""
SUBJECT = 200
_HEADER = 1000
_BRACKETED = re.compile(r"\[[^\]]{0,80}\]")
_FIELD = re.compile(
    r"\s(?:b?cc|to|from|reply-to|subject|content-\w+|x-[\w-]+)\s?:\s.*$", re.IGNORECASE
)
_REFERENCE = re.compile(
    r"\[([A-Z2-7]{4}-[A-Z2-7]{4})\]|\b((?=[A-Z-]*[2-7])[A-Z2-7]{4}-[A-Z2-7]{4})\b"
)


def _ends(own: str) -> str:
    """The first and the last lines of a long post."""
    return f"{own[:TAIL].rpartition(' ')[0]}\n\n{own[-TAIL:].partition(' ')[2]}"


def _row(text: Text) -> Text:
    """Of a line of a list ("awa@x.example; Awa Diop; weekly") the first field: the others ask for nothing."""
    stop = text.raw.find(";")
    return text.cut(0, stop) if "@" in text.raw[: max(stop, 0)] else text


@dataclass(frozen=True, slots=True)
class Heard:
    """A sentence and what it asks for, if anything."""

    clause: Clause
    guess: Guess | None


@dataclass(eq=False)
class Sheet:
    """The parts of one mail."""

    mail: Incoming

    @cached_property
    def base(self) -> tuple[str, bool]:
        """The subject without Re:, and whether it is a reply's."""
        return normal_subject(self.mail.message.subject[:_HEADER])

    @cached_property
    def subject(self) -> Text:
        """The subject without tags, and without what was meant to become a header field."""
        return text_of(_FIELD.sub("", _BRACKETED.sub(" ", self.base[0])[:SUBJECT]))

    @cached_property
    def reference(self) -> str:
        """The short reference in the subject: as printed in brackets; bare only with a digit in it."""
        found = _REFERENCE.search(self.mail.message.subject[:_HEADER].upper())
        return (found.group(1) or found.group(2)) if found else ""

    @cached_property
    def lines(self) -> list[str]:
        """All lines of the author, for lists of people; '' for blank ones."""
        if self.mail.route.kind is RouteKind.POST:
            own = self.mail.content.own
            return list(lines_of(own if len(own) <= SHORT_POST else _ends(own)))
        return list(lines_of(author_text(self.mail.content)))

    @cached_property
    def said(self) -> list[Text]:
        """The lines that count: no greeting, thanks, name or disclaimer."""
        return trimmed(said(self.lines))

    @cached_property
    def group(self) -> frozenset[str]:
        """The words of the group's name."""
        name = self.mail.route.group
        return frozenset({name, *split_words(name)})

    @property
    def domain(self) -> str:
        """Ours."""
        return split_address(self.mail.route.address)[1]

    @property
    def today(self) -> date:
        """The day on which the mail came, by UTC."""
        return self.mail.envelope.received_at.date()

    # --- Sentences

    def clause(self, text: Text) -> Clause:
        """Take a sentence apart."""
        return clause_of(text, self.today, self.group, self.mail.sender, self.domain)

    def _clauses(self, texts: Iterable[Text]) -> list[Clause]:
        return [self.clause(one) for text in texts if text.raw for one in sentences(_row(text))]

    @cached_property
    def _sorted(self) -> tuple[list[Clause], list[Clause], str]:
        """Sentences of subject and text, and their language. The subject of an answer to a letter of
        ours is ours."""
        ours = self.mail.route.kind is RouteKind.CONFIRM and self.reference
        headed = [] if ours else self._clauses([self.subject])
        body = self._clauses(self.said)
        language = languages_of([*headed, *body])
        for clause in (*headed, *body):
            narrow(clause, language)
        return headed, body, language

    @property
    def language(self) -> str:
        """The language of the words that count; '' where none is ahead."""
        return self._sorted[2]

    @cached_property
    def _heard(self) -> list[Heard]:
        headed, body, _ = self._sorted
        clauses = [*headed, *body]
        guesses = carry(clauses, [judge(clause) for clause in clauses], len(headed))
        return [Heard(*pair) for pair in zip(clauses, guesses, strict=True)]

    @property
    def headed(self) -> list[Heard]:
        """The subject's sentences."""
        return self._heard[: len(self._sorted[0])]

    @property
    def body(self) -> list[Heard]:
        """The text's sentences."""
        return self._heard[len(self._sorted[0]) :]

    @property
    def clauses(self) -> list[Clause]:
        """All sentences."""
        return [*self._sorted[0], *self._sorted[1]]

    @property
    def guesses(self) -> list[Guess]:
        """All that is asked for, in order."""
        return [one.guess for one in (*self.headed, *self.body) if one.guess is not None]

"""Which lines ask for a kind of digest, in four languages, and which are for the reader of free words."""

from __future__ import annotations

import pytest

from dgroup.commands import reading
from dgroup.commands.people import delivery_of
from tests.dgroup.plainmail import mail

WEEKLY = [
    "digest weekly",
    "weekly digest",
    "Weekly digest, please.",
    "full digest every week",
    "full weekly digest",
    "digest hebdomadaire",
    "Digest complet chaque semaine, merci",
    "recueil complet toutes les semaines",
    "digest semanal",
    "compendio completo cada semana",
    "coletânea completa todas as semanas",
    "digest completo por semana",
]
PLAIN = ["digest plain", "plain digest", "digest in plain text", "digest texte", "digest texto"]
MIME = ["digest mime", "MIME digest", "digest en MIME"]
OTHERS = [
    "weekly",
    "digest daily",
    "I can only go to the internet cafe on Saturdays, so a weekly digest please.",
    "I read the weekly digest of the ministry",
    "no weekly digest",
    "digest weekly\nand where is my post of last week?",
]


def read(body: str, subject: str = "", to: str = "water-request") -> tuple[str, str]:
    found = reading.read(mail(body=body, subject=subject, to=f"{to}@lists.example"))
    return found.verb, found.options.value


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (value, line)
        for value, lines in (("weekly", WEEKLY), ("plain", PLAIN), ("mime", MIME))
        for line in lines
    ],
)
def test_a_line_by_itself_asks_for_a_kind_of_digest(value: str, line: str) -> None:
    assert read(line) == ("digest", value)
    assert read("", subject=line) == ("digest", value)


@pytest.mark.parametrize("line", OTHERS)
def test_other_words_are_not_taken_for_it(line: str) -> None:
    assert read(line)[0] != "digest"


def test_a_subject_that_asks_for_something_else_wins_nothing() -> None:
    assert read("digest weekly", subject="leave")[0] != "digest"
    assert read("", subject="weekly digest", to="water")[0] != "digest"


@pytest.mark.parametrize(
    ("field", "delivery"),
    [("weekly-full", "weekly-full"), ("Weekly digest", "weekly-full"), ("weekly", "weekly")],
)
def test_a_field_of_a_list_that_was_exported_is_read_again(field: str, delivery: str) -> None:
    assert delivery_of(field) == delivery

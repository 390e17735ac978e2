"""Absence notices without any mark: told by their subject, in the languages of the members."""

from __future__ import annotations

import pytest

from dgroup.commands.away import is_notice


@pytest.mark.parametrize(
    "subject",
    [
        "Message d'absence : Re: The week in water",
        "Absence: Re: [water] Wells",
        "Réponse automatique : Puits",
        "Je suis absent du bureau",
        "Hors du bureau",
        "En congé jusqu'au 20 mars",
        "Out of Office: Re: wells",
        "I am out of the office",
        "Auto-Reply: wells",
        "On annual leave until 3 April Re: wells",
        "Ausente: Re: pozos",
        "Respuesta automática: pozos",
        "Fuera de la oficina",
        "Estou de férias",
        "Mensagem de ausência",
        "Abwesenheitsnotiz: Brunnen",
        "Automatische Antwort: Brunnen",
        "Ich bin im Urlaub",
        "Assente fino al 3",
    ],
)
def test_a_notice_is_known_by_its_subject(subject: str) -> None:
    assert is_notice(subject, pauses=False)


@pytest.mark.parametrize(
    "subject",
    [
        "unsubscribe",
        "Please take me off, I retire",
        "leave",
        "Re: Please confirm: leave Water [7KQ2-MX9T]",
        "remove me please I will be on leave",
        "quitter le groupe",
        "baja",
        "add two people",
        "",
    ],
)
def test_a_wish_is_none(subject: str) -> None:
    assert not is_notice(subject, pauses=False)


def test_who_asks_for_a_pause_may_say_why() -> None:
    assert not is_notice("En vacances, absent jusqu'au 15 mars", pauses=True)
    assert is_notice("Absent jusqu'au 15 mars Re: The week in water", pauses=True)

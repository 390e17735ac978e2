"""Of "cancel my membership" in answers, what takes an end back, and mail for one more address."""

from __future__ import annotations

import pytest

from dgroup.commands.reading import read
from dgroup.incoming import Reading
from tests.dgroup.commands.test_meant import ACTIONS, UTF8, agrees, said
from tests.dgroup.plainmail import mail

X = "x@y.example"


def asked(body: str) -> Reading:
    return read(mail(to="water-request@lists.example", subject="", body=body, headers=UTF8))


@pytest.mark.parametrize(
    "words",
    [
        "yes, cancel my membership",
        "Yes, please cancel my subscription.",
        "Yes, I want to cancel my membership",
        "Please cancel my membership",
        "Oui, annulez mon inscription",
        "annulez mon abonnement",
        "Sí, cancelen mi suscripción",
        "Sim, cancelem a minha inscrição",
    ],
)
def test_who_says_it_agrees_to_leave_and_to_nothing_else(words: str) -> None:
    assert [action for action in ACTIONS if agrees(action, words)] == ["leave"]
    found = asked(words)
    assert found.verb == "leave"


@pytest.mark.parametrize(
    "words",
    [
        "Don't cancel my membership",
        "I did not ask you to cancel my membership",
        "no, cancel my membership",
        "yes, cancel my membership if he stays",
        "yes, why cancel my membership",
        "Yes, it was me who wanted to cancel my membership",
        "yes, cancel the membership of Bob",
        "yes but don't cancel my membership",
        "yes, undo the cancellation of my membership",
        "Oui, je suis membre, n'annulez pas mon abonnement",
        "sí, no cancelen mi suscripción",
        "sim, mas não cancelem a minha inscrição",
        "yes cancel",
    ],
)
def test_whoever_may_mean_something_else_is_asked_again(words: str) -> None:
    assert not [action for action in ACTIONS if agrees(action, words)], said(words)


@pytest.mark.parametrize(
    "words",
    [
        "please undo the cancellation of my membership",
        "annuler la résiliation de mon abonnement",
        "annulez ma désinscription",
        "please cancel my unsubscription",
        "cancel the removal of my membership",
        "anulen la baja de mi suscripción",
        "cancelem a anulação da minha inscrição",
        "stop the cancellation of my subscription",
    ],
)
def test_the_end_of_an_end_takes_nobody_out(words: str) -> None:
    found = asked(words)
    assert not (found.verb == "leave" and found.sure)


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ("subscribe my other address", ""),
        (f"subscribe my other address: {X}", X),
        (f"please subscribe my other address {X} as well", X),
        (f"send mail also to {X}", X),
        (f"please send the mail also to {X}", X),
        (f"send my mails to {X} too", X),
        (f"envoyez aussi les messages à {X}", X),
        (f"envíen los mensajes también a {X}", X),
        (f"enviem as mensagens também para {X}", X),
        (f"inscrivez mon autre adresse : {X}", X),
        (f"inscriban mi otra dirección: {X}", X),
        (f"inscrevam o meu outro endereço: {X}", X),
    ],
)
def test_mail_for_one_more_address_is_a_second_address(words: str, address: str) -> None:
    found = asked(words)
    assert (found.verb, found.sure) == ("address", True)
    assert (found.options.also, found.options.address) == (True, address)


@pytest.mark.parametrize("words", [f"Also, send my mail to {X}", f"send my mail to {X}"])
def test_mail_for_another_address_stays_a_change_of_address(words: str) -> None:
    found = asked(words)
    assert (found.verb, found.options.also, found.options.address) == ("address", False, X)

"""What a reply asks for beside its yes: it confirms the question about just that, and no other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dgroup.commands import confirm
from dgroup.commands.reading import read
from dgroup.incoming import Answer, Code, Reading
from tests.dgroup.plainmail import NOW, mail

CODE = "7kq2mx4tabcdefgh2345jkmnpq"
UTF8 = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"

WISHES = {
    "leave": "take me off the list|remove me please|I want to leave|unsubscribe me|retirez-moi de la liste|désinscrivez-moi|"
    "je veux quitter le groupe|enlevez-moi|sáquenme de la lista|denme de baja|quítenme por favor|quiero salir del grupo|"
    "tirem-me da lista|retirem-me|quero sair do grupo|podem tirar-me",
    "join": "let me in|I want to join|please add me|sign me up|inscrivez-moi|je veux rejoindre le groupe|ajoutez-moi|"
    "je voudrais entrer dans le groupe|inscríbanme|quiero entrar|agréguenme|quiero unirme al grupo|inscrevam-me|quero entrar|"
    "adicionem-me|quero entrar no grupo",
    "erase": "erase all my data|delete all my data please|erase everything|delete everything|effacez tout|supprimez toutes mes données|"
    "effacez mes données|supprimez tout|bórrenlo todo|borren mis datos|borren todo|eliminen todos mis datos|apaguem tudo|"
    "apaguem os meus dados|eliminem todos os meus dados|apaguem os meus dados todos",
    "remove": "remove them|take her off the list|delete him|take them out|retirez-les|enlevez-le de la liste|retirez-la|"
    "désinscrivez-les|sáquenlos|quítenlo|quítenla de la lista|elimínenlos|tirem-no da lista|retirem-nas|removam-nas da lista|"
    "tirem-nas",
    "add": "add them|please add these people|add all three|add her|ajoutez-les|inscrivez-les|ajoutez-la|ajoutez ces personnes|"
    "agréguenlos|añádanlos|agreguen a estas personas|inclúyanlos|adicionem-nas|acrescentem-nas|incluam estas pessoas|"
    "adicionem estas pessoas",
}
YES = {"en": "Yes, ", "fr": "Oui, ", "es": "Sí, ", "pt": "Sim, "}
ROWS = [
    (verb, list(YES.values())[number // 4], wish)
    for verb, wishes in WISHES.items()
    for number, wish in enumerate(wishes.split("|"))
]
ACTIONS = (
    "leave",
    "join",
    "invited",
    "erase",
    "remove",
    "add",
    "ban",
    "pause",
    "freeze",
    "delete",
    "set",
    "address",
)


def said(body: str) -> Reading:
    return read(
        mail(
            to=f"water-confirm+{CODE}@lists.example",
            subject="Re: Please confirm [7KQ2-MX4T]",
            body=body,
            headers=UTF8,
        )
    )


def agrees(action: str, body: str) -> bool:
    until = NOW + timedelta(days=7)
    code = Code(1, 1, action, "kim@ngo.example", "{}", "7KQ2-MX4T", NOW, until, None)
    return confirm.is_yes(code, said(body))


def about(verb: str) -> set[str]:
    return {"join", "invited"} if verb == "join" else {verb}


@pytest.mark.parametrize(("verb", "yes", "wish"), ROWS)
def test_a_yes_with_a_wish_confirms_just_that(verb: str, yes: str, wish: str) -> None:
    confirmed = {action for action in ACTIONS if agrees(action, f"{yes}{wish}.")}
    assert confirmed == about(verb)


@pytest.mark.parametrize(("verb", "yes", "wish"), ROWS)
def test_a_bare_wish_confirms_just_that(verb: str, yes: str, wish: str) -> None:
    confirmed = {action for action in ACTIONS if agrees(action, wish.capitalize())}
    assert confirmed == about(verb)


@pytest.mark.parametrize("yes", YES.values())
def test_a_yes_alone_confirms_all(yes: str) -> None:
    assert all(agrees(action, yes.strip(" ,")) for action in ACTIONS)


STORIES = (
    "Yes. I only saw this today, I was in hospital.|Yes, that is right. From next week I work elsewhere and do not need this.|"
    "Oui. Je ne m'y attendais pas, merci !|Oui, ne vous inquiétez pas. Je n'en ai plus besoin.|Oui. Dès lundi je travaille ailleurs.|"
    "Sí. No se preocupen por mí, estoy bien.|Sí, eso es. A partir de marzo trabajo en otra cosa y ya no lo necesito.|"
    "Sim, é mesmo isso. A partir da próxima semana trabalho na pesca e não preciso disto.|Sim. Não se preocupem, não estava à espera."
).split("|")
OPEN = (
    "Sim sim, claro que quero! Sou professora e a nossa escola só tem água da chuva.|Yes! Our village only has one pump.|"
    "Sí, claro. Aquí solo hay agua de lluvia.|Oui ! Notre école n'a que de l'eau de pluie."
).split("|")


@pytest.mark.parametrize("body", STORIES)
def test_a_story_beside_a_yes_takes_nothing_back(body: str) -> None:
    assert said(body).answer is Answer.YES
    assert agrees("leave", body)


@pytest.mark.parametrize("body", OPEN)
def test_an_only_in_a_story_limits_nothing(body: str) -> None:
    assert agrees("join", body)


DOUBTFUL = (
    "Yes, but not Luc|Yes, only the first|Yes. From Monday.|Yes, starting Monday|Yes, take me off from 1 April|Yes, I only have one question|"
    "Yes, if Kim agrees|Yes, take me off when the course is over|Oui, mais pas Luc|Oui, seulement lui|Oui. À partir de lundi.|"
    "Oui, à partir du 3 avril|Oui, si Kim est d'accord|Sí, pero no a Luc|Sí, solo el primero|Sí. Desde el lunes.|Sí, sólo tengo una duda|"
    "Sí, si Kim quiere|Sim, mas o Luc não|Sim, só o primeiro|Sim. A partir de amanhã.|Sim, só tenho uma dúvida: quem lê isto?|Sim. Em abril."
).split("|")


@pytest.mark.parametrize("body", DOUBTFUL)
def test_a_condition_a_part_or_another_day_is_asked_again(body: str) -> None:
    assert not any(agrees(action, body) for action in ACTIONS)


@pytest.mark.parametrize("yes", YES.values())
def test_who_no_longer_needs_it_does_not_join(yes: str) -> None:
    rest = {"Y": "I no longer need this", "O": "je n'en ai plus besoin", "S": "no"}
    body = (
        yes + rest[yes[0]]
        if yes[0] != "S"
        else {"Sí, ": "Sí, ya no lo necesito", "Sim, ": "Sim, já não preciso disto"}[yes]
    )
    assert not agrees("join", body)
    assert agrees("leave", body)

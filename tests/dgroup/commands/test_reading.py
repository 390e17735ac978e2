"""What command mails say, in four languages: verbs, answers, people, codes; and what they do not say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgroup.commands.reading import read
from dgroup.incoming import Answer, Named, Reading
from tests.dgroup.plainmail import mail


def said(body: str = "", subject: str = "", to: str = "water-request@lists.example") -> Reading:
    return read(mail(body=body, subject=subject, to=to))


@pytest.mark.parametrize(
    ("subject", "body", "verb", "language"),
    [
        ("join", "", "join", ""),  # words that people of all languages write
        ("", "subscribe", "join", ""),
        ("", "Sign me up please", "join", "en"),
        ("Re: [water] JOIN", "", "join", ""),
        ("inscription", "", "join", "fr"),
        ("", "Je voudrais m'inscrire", "join", "fr"),
        ("", "Hola\nquiero suscribirme", "join", "es"),
        ("alta", "", "join", "es"),
        ("", "quero aderir", "join", "pt"),
        ("unsubscribe", "", "leave", "en"),
        ("", "please remove me from the list", "leave", "en"),
        ("SIGNOFF", "", "leave", "en"),
        ("", "Désinscription", "leave", "fr"),
        ("", "DESABONNER", "leave", "fr"),
        ("", "retirer moi", "leave", "fr"),
        ("", "retirez-moi svp", "leave", "fr"),
        ("", "darme de baja", "leave", "es"),
        ("", "Cancelar suscripción", "leave", "es"),
        ("", "cancelar inscrição", "leave", "pt"),
        ("", "sair", "leave", "pt"),
        ("", "quitar me", "leave", "es"),
        ("help", "", "help", "en"),
        ("", "aide", "help", "fr"),
        ("", "ＨＥＬＰ", "help", "en"),
        ("", "ayuda", "help", "es"),
        ("", "ajuda\nend\njoin", "help", "pt"),
        ("Wells", "The well is dry.", "", "en"),
        ("", "", "", ""),
    ],
)
def test_verbs(subject: str, body: str, verb: str, language: str) -> None:
    found = said(body, subject)
    assert (found.verb, found.language) == (verb, language)


@pytest.mark.parametrize(
    ("subject", "body", "sure"),
    [
        ("unsubscribe", "", True),
        ("unsubscribe", "Thanks and best regards\nAwa", True),
        ("leave", "Please take note that our office moves next week to Rue 12.", False),
        ("", "leave water", True),
        ("", "leave the water group please", True),
        ("leave", "leave", True),
    ],
)
def test_a_subject_alone_counts_with_an_empty_or_agreeing_body(
    subject: str, body: str, sure: bool
) -> None:
    found = said(body, subject)
    assert (found.verb, found.sure) == ("leave", sure)


def test_two_sure_verbs_are_none() -> None:
    assert said("leave\njoin").verb == ""
    assert said("leave\nleave").verb == "leave"


@pytest.mark.parametrize(
    ("to", "verb"),
    [
        ("water-join@lists.example", "join"),
        ("water+leave@lists.example", "leave"),
        ("subscribe.water@lists.example", "join"),
        ("water-baja@lists.example", "leave"),
        ("water-remove@lists.example", "remove"),
    ],
)
def test_the_address_decides_whatever_the_prose_says(to: str, verb: str) -> None:
    found = said("This mail was written by a program. join leave help", "Your subscription", to)
    assert (found.verb, found.sure) == (verb, True)


def test_the_language_of_the_address_is_the_senders() -> None:
    assert said(to="water-inscription@lists.example").language == "fr"
    assert said(to="water-join@lists.example").language == ""


# --- Answers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ("yes", Answer.YES),
        ("YES!", Answer.YES),
        ("Yes, please add them. Thanks, Kim", Answer.YES),
        ("ok", Answer.YES),
        ("Bonjour, oui", Answer.YES),
        ("Hello Water,\nyes", Answer.YES),
        ("D'accord", Answer.YES),
        ("Sí.", Answer.YES),
        ("si", Answer.YES),
        ("Sim, obrigada", Answer.YES),
        ("no", Answer.NO),
        ("Não", Answer.NO),
        ("non merci", Answer.NO),
        ("Yes\nNo", Answer.NO),
        ("cancel", Answer.NO),
        ("undo", Answer.UNDO),
        ("Annuler svp", Answer.UNDO),
        ("deshacer", Answer.UNDO),
        ("Desfazer, por favor", Answer.UNDO),
        ("", Answer.EMPTY),
        ("> yes", Answer.EMPTY),
        ("yesterday we met", Answer.OTHER),
        ("yes but not Ken", Answer.OTHER),
        ("yes?", Answer.OTHER),
        ("oui, mais attendez lundi", Answer.OTHER),
        ("sí, pero más tarde", Answer.OTHER),
        ("sim, mas não agora", Answer.OTHER),
        ("I am not sure", Answer.OTHER),
        ("Please do not do this", Answer.NO),
    ],
)
def test_answers(body: str, answer: Answer) -> None:
    assert said(body, to="water-confirm@lists.example").answer is answer


def test_a_subject_answers_only_where_the_mail_is_empty_and_it_says_nothing_else() -> None:
    to = "water-confirm@lists.example"
    assert said("", "Re: yes [7KQ2-MX4T]", to).answer is Answer.YES
    assert said("", "Re: Please confirm: join Water [7KQ2-MX4T]", to).answer is Answer.EMPTY
    assert said("what?", "yes", to).answer is Answer.OTHER


# --- People -----------------------------------------------------------------------------------

TO_ADD = "water-add@lists.example"


@pytest.mark.parametrize(
    ("line", "people"),
    [
        ("awa@ong.example", [("awa@ong.example", "")]),
        ("Awa Diop <awa@ong.example>", [("awa@ong.example", "Awa Diop")]),
        ('"Diop, Awa" <awa@ong.example>', [("awa@ong.example", "Diop, Awa")]),
        ("awa@ong.example, Awa Diop", [("awa@ong.example", "Awa Diop")]),
        ("awa@ong.example; Awa Diop", [("awa@ong.example", "Awa Diop")]),
        ("awa@ong.example (Awa)", [("awa@ong.example", "Awa")]),
        ("Please add awa@ong.example to the group", [("awa@ong.example", "")]),
        ("add Awa Diop <awa@ong.example>", [("awa@ong.example", "Awa Diop")]),
        ("a@x.example, b@y.example", [("a@x.example", ""), ("b@y.example", "")]),
        (
            "Ana <a@x.example>; Bo <b@y.example>",
            [("a@x.example", "Ana"), ("b@y.example", "Bo")],
        ),
        ("a@x.example b@y.example", [("a@x.example", ""), ("b@y.example", "")]),
        ("<mailto:a@x.example>", [("a@x.example", "")]),
        ("josé@bücher.example", [("josé@bücher.example", "")]),
        ("maria@@gmail.example María", [("maria@@gmail.example", "María")]),
        ("add ken@aid.example.", [("ken@aid.example", "")]),
        ("awa@ong.example to water@lists.example", [("awa@ong.example", "")]),
        ("nobody here", []),
    ],
)
def test_people(line: str, people: list[tuple[str, str]]) -> None:
    found = said(line, to=TO_ADD).people
    assert found == tuple(Named(address, name) for address, name in people)


def test_the_same_person_twice_is_one() -> None:
    assert len(said("a@x.example\nA@X.example", to=TO_ADD).people) == 1


def test_what_is_quoted_names_nobody() -> None:
    assert said("> a@x.example\nb@y.example", to=TO_ADD).people == (Named("b@y.example", ""),)


def test_a_list_is_bounded() -> None:
    body = "\n".join(f"p{n}@x.example" for n in range(700))
    assert len(said(body, to=TO_ADD).people) == 500


# --- Codes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("subject", "reference"),
    [
        ("Re: Please confirm: join Water [7KQ2-MX4T]", "7KQ2-MX4T"),
        ("re: [abcd-efgh]", "ABCD-EFGH"),
        ("7kq2-mx4t", "7KQ2-MX4T"),
        ("self-help groups", ""),
        ("Full-time post", ""),
        ("[water] news", ""),
    ],
)
def test_references(subject: str, reference: str) -> None:
    assert said(subject=subject).reference == reference


def test_a_whole_code_counts_in_address_subject_and_text() -> None:
    code = "7kq2mx4t7kq2mx4t7kq2mx4t7k"
    printed = "7KQ2-MX4T-7KQ2-MX4T-7KQ2-MX4T-7K"
    assert said(to=f"water-confirm+{code}@lists.example").code == code
    assert said(f"yes\nCode: {printed} (until Monday)").code == code
    assert said(subject=printed).code == code
    assert said("the well and the pump will need more work next week").code == ""


@given(st.text(max_size=300), st.text(max_size=60).map(lambda text: text.replace("\r", "")))
def test_any_text_is_read_without_an_exception(body: str, subject: str) -> None:
    clean = " ".join(subject.split()).encode("utf-8", "replace").decode()
    said(body.encode("utf-8", "replace").decode(), clean, TO_ADD)

"""The second opinion: learnt from examples, it makes the grammar ask, and never takes anything away."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgroup.commands import BY_VERB
from dgroup.commands.likeness import NOTHING, Examples, features, read_examples, shipped
from dgroup.commands.opinion import OWN, weighed
from dgroup.commands.reading import read
from dgroup.commands.sheet import Sheet
from dgroup.incoming import Reading
from tests.dgroup.plainmail import mail
from tests.effort import check_linear

EXAMPLES = list(read_examples())
FINAL = ("leave", "erase", "hide", "pause", "join", "address", "daily", "weekly", "resume")


def _sheet(text: str) -> Sheet:
    return Sheet(mail(to="water-request@lists.example", subject="", body=text))


def test_every_example_has_a_verb_that_there_is() -> None:
    verbs = {verb.partition(" ")[0] for verb, _ in EXAMPLES} - {NOTHING}
    assert len(EXAMPLES) > 1000
    assert verbs <= BY_VERB.keys()
    assert verbs >= OWN
    assert len(set(EXAMPLES)) == len(EXAMPLES)


def test_examples_name_nobody_real() -> None:
    found = {word for _, text in EXAMPLES for word in text.split() if "@" in word.strip("@")}
    hosts = {one.partition("@")[2].strip(".,;:!?»«)(\"'").removesuffix("'s") for one in found}
    assert {host for host in hosts if not host.endswith("example")} == set()


def test_what_was_not_learnt_is_told_from_what_was() -> None:
    """Two thirds teach, the last third is asked: far better than the most common verb."""
    right = sure = sure_right = 0
    learnt = Examples(one for at, one in enumerate(EXAMPLES) if at % 3)
    asked = EXAMPLES[::3]
    for verb, text in asked:
        like = learnt.likeness(text)
        hit = like.verbs[0].partition(" ")[0] == verb.partition(" ")[0]
        right += hit
        sure += like.margin >= 0.5
        sure_right += hit and like.margin >= 0.5
    assert right > 0.7 * len(asked)
    assert sure_right > 0.9 * sure > 0.2 * len(asked)


@pytest.mark.parametrize("verb", FINAL)
@given(text=st.sampled_from([text for _, text in EXAMPLES]))
def test_it_never_makes_sure_what_takes_away(verb: str, text: str) -> None:
    sheet = _sheet(text)
    found = weighed(sheet, Reading("", sure=False, nearest=("help", "status")))
    assert not (found.sure and found.verb in FINAL)
    doubted = weighed(sheet, Reading(verb, sure=True))
    assert doubted.verb in {verb, ""}
    assert not weighed(sheet, replace(doubted, sure=False)).sure or doubted.verb == ""


def test_a_short_command_is_as_it_stands() -> None:
    reading = Reading("leave", sure=True)
    assert weighed(_sheet("unsubscribe please"), reading) == reading


@given(st.text(max_size=300))
def test_any_text_has_a_likeness(text: str) -> None:
    like = shipped().likeness(text)
    assert len(like.verbs) == 3
    assert like.margin >= 0


def test_a_long_text_costs_no_more_than_its_beginning() -> None:
    assert len(features("water " * 100_000)) < 20
    check_linear(lambda size: shipped().likeness("pump well " * size), 2000)


def test_a_word_that_names_another_way_is_asked_about() -> None:
    text = "Bonjour, est-ce que je peux recevoir un seul courriel par semaine ? Merci, Luc"
    told = read(mail(to="water-request@lists.example", subject="Trop de messages", body=text))
    assert (told.verb, told.sure, set(told.nearest)) == ("", False, {"weekly", "daily"})


@pytest.mark.parametrize(
    ("verb", "subject", "body"),
    [
        ("get", "oops", "I deleted message 412 by mistake. Could you send me 412 again?"),
        ("help", "help", "The volunteers gave me this address. What can I write to it?"),
        ("remove", "remover joao@rede.example", "A rede fechou, a caixa dele já não existe."),
        ("stepdown", "dejar de ser coordinadora", "Ya no puedo coordinar, quedo como miembro."),
    ],
)
def test_where_the_grammar_is_of_two_minds_it_tells_which(
    verb: str, subject: str, body: str
) -> None:
    assert read(mail(to="water-request@lists.example", subject=subject, body=body)).verb == verb


def test_a_coordinators_wish_is_only_asked_about_and_names_whom() -> None:
    text = "remover joao@rede.example\n\nA rede fechou, a caixa dele já não existe."
    found = weighed(_sheet(text), Reading("", sure=False, nearest=("remove", "leave")))
    assert (found.verb, found.sure) == ("remove", False)
    assert [one.address for one in found.people] == ["joao@rede.example"]
    nobody = weighed(
        _sheet("Please take our colleague off the list, his network closed."),
        Reading("", sure=False, nearest=("help", "status")),
    )
    assert nobody.verb == ""

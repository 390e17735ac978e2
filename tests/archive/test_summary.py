"""The weekly summary says only what members wrote, names every thread and fits a small letter."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from archive.asking import find_question
from archive.model import OpenQuestion, WeekFacts
from archive.summary import SECTIONS, clean_subject, language_of, summarise
from archive.summary_model import Discussion, Other, Quote, Summary, as_json, from_json
from archive.summary_rank import boilerplate_of
from archive.text import blocks
from tests.archive.weekfacts import HOME, Script, every, list_weeks

ASK = "How do you dry maize seed when it rains every day in October?"
DRY = "We hang the cobs over the kitchen fire for two weeks before we shell them."
SALT = "Ash keeps the weevils out better than salt, and it costs nothing at all."
FAN = "Our group bought a small fan that runs on one solar panel and dries a bag a day."
BOX = "The ministry lends drying boxes to any group that registers before the season."


def week() -> Script:
    """A small week: one discussion, one unanswered question, one announcement with a link."""
    script = Script()
    script.say("Drying maize", "Ana", f"Dear all,\n\nOur seed goes mouldy every year. {ASK}\n\nAna")
    script.say("Re: Drying maize", "Bo", DRY)
    script.threads["Drying maize"] += script.threads.pop("Re: Drying maize")
    script.say("Drying maize", "Carla", f"> {ASK}\n\n{FAN}\n\n-- \nCarla, Seed Bank")
    script.say("Drying maize", "Dede", f"On 3 March Carla wrote:\n> {FAN}\n\n{SALT}\nThanks!")
    script.say("Storage", "Edu", "Which tins keep seed dry for more than one season?")
    script.say("New guide", "Fay", "The guide is at https://example.net/guides/drying.pdf for all.")
    return script


def quotes_of(summary: Summary) -> list[Quote]:
    found = [q for d in summary.discussions for q in (*d.asked, *d.said)]
    found += [d.last_word for d in summary.discussions if d.last_word]
    return found + [question.quote for question in (*summary.open_questions, *summary.answered)]


def told_or_named(summary: Summary) -> tuple[Discussion | Other, ...]:
    return (*summary.discussions, *summary.also)


def folded(text: str) -> str:
    return " ".join(text.split())


# --- sections -----------------------------------------------------------------------------------


def test_numbers_and_topics() -> None:
    summary = summarise(week().facts(joined=2, usual=20.0))
    numbers = summary.numbers
    assert (numbers.posts, numbers.threads, numbers.people, numbers.joined) == (6, 3, 6, 2)
    assert numbers.pace == "quieter"
    assert summary.topics == ("Drying maize", "Storage")


def test_a_discussion_tells_what_was_asked_and_what_others_said() -> None:
    told = summarise(week().facts()).discussions[0]
    assert told.subject == "Drying maize"
    assert (told.posts, told.people, told.continued, told.asks) == (4, 4, False, True)
    assert ASK in [quote.text for quote in told.asked]
    assert {quote.name for quote in told.asked} == {"Ana"}
    names = [quote.name for quote in told.said]
    assert len(names) == len(set(names)) >= 2
    assert "Ana" not in names


def test_a_continued_thread_quotes_this_week_only() -> None:
    told = summarise(week().facts(earlier=["Drying maize"])).discussions[0]
    assert told.continued
    assert told.asked == ()
    assert told.said


def test_an_opener_that_does_not_ask_is_not_said_to_ask() -> None:
    script = Script()
    script.say("Boxes", "Ana", BOX)
    script.say("Boxes", "Bo", DRY)
    told = summarise(script.facts()).discussions[0]
    assert [quote.text for quote in told.asked] == [BOX]
    assert not told.asks


def test_the_last_word_only_where_it_says_how_it_ended() -> None:
    script = week()
    ended = "We have decided to buy two fans together and to share them in the season."
    script.say("Drying maize", "Gil", ended)
    told = summarise(script.facts()).discussions[0]
    assert told.last_word is not None
    assert told.last_word.text == ended
    assert summarise(week().facts()).discussions[0].last_word is None


def test_a_thread_takes_at_most_ninety_words() -> None:
    script = Script()
    for name in ("Ana", "Bo", "Carla", "Dede", "Edu", "Fay"):
        script.say("Long", name, f"{name} says that " + " and".join([" it rains"] * 12) + ".")
    told = summarise(script.facts()).discussions[0]
    said = [*told.asked, *told.said]
    assert sum(len(quote.text.split()) for quote in said) <= 90
    assert len(told.said) <= 4


def test_open_questions_have_no_answer_by_another_person() -> None:
    script = week()
    script.say("Sieves", "Gil", "Who sells sieves with a three millimetre mesh?")
    script.say("Sieves", "Gil", "I forgot to say that we are near Kumasi.")
    summary = summarise(script.facts())
    assert {entry.quote.name for entry in summary.open_questions} == {"Edu", "Gil"}
    script.say("Sieves", "Hana", "The blacksmith at the old station makes them.")
    assert {q.quote.name for q in summarise(script.facts()).open_questions} == {"Edu"}


def test_older_questions_come_after_this_weeks_and_answered_ones_are_told() -> None:
    old = Script().say("Beans", "Ivo", "Does anyone keep climbing beans above two thousand metres?")
    asked = OpenQuestion(old, date(2025, 2, 20))
    summary = summarise(week().facts(open_questions=(asked,), answered=(old,)))
    assert [entry.quote.name for entry in summary.open_questions] == ["Edu", "Ivo"]
    assert summary.open_questions[1].asked_on == date(2025, 2, 20)
    assert [entry.quote.name for entry in summary.answered] == ["Ivo"]


def test_resources_carry_the_sentence_they_came_in() -> None:
    script = week()
    script.say("New guide", "Gil", "Again https://example.net/guides/drying.pdf as Fay said.")
    script.say("Files", "Hana", "Here it is.", files=(("map.pdf", f"{HOME}m/x-1-map.pdf"),))
    script.say("Own", "Ivo", f"See {HOME}2025/03/1.html for what we said.")
    first, second = summarise(script.facts()).resources
    assert (first.title, first.host, first.name) == ("drying.pdf", "example.net", "Fay")
    assert first.sentence == "The guide is at [...] for all."
    assert (second.title, second.host, second.name) == ("map.pdf", "", "Hana")


def test_every_thread_is_named() -> None:
    facts = week().facts()
    summary = summarise(facts)
    named = {entry.url for entry in told_or_named(summary)}
    assert named == {thread.url for thread in facts.threads}


def test_newcomers_who_agreed_are_welcomed() -> None:
    assert summarise(week().facts(newcomers=("Jo", "Kim"))).welcome == ("Jo", "Kim")


def test_a_week_without_posts_is_empty_but_valid() -> None:
    summary = summarise(Script().facts())
    assert summary.numbers.posts == 0
    assert (summary.discussions, summary.also, summary.topics) == ((), (), ())


def test_a_summary_survives_its_json() -> None:
    summary = summarise(week().facts(newcomers=("Jo",)))
    assert from_json(as_json(summary)) == summary
    assert '"first_day":"2025-03-03"' in as_json(summary)


def test_sections_are_one_visible_tuple() -> None:
    names = [section.__name__ for section in SECTIONS]
    assert names == ["count", "discuss", "ask", "answer", "share", "name_others", "welcome"]


def test_subjects_lose_reply_marks_tags_and_what_is_too_long() -> None:
    assert clean_subject("Re: [seeds] AW: Drying maize") == "Drying maize"
    short = clean_subject("a very long subject that goes on and on, and on", 30)
    assert short == "a very long subject that goes…"


# --- honesty ------------------------------------------------------------------------------------


def test_quotes_are_word_for_word_in_the_named_persons_own_words() -> None:
    facts = week().facts()
    for quote in quotes_of(summarise(facts)):
        assert _is_verbatim(quote, facts)


def test_a_quote_is_never_taken_from_what_somebody_quoted() -> None:
    said = {quote.text: quote.name for quote in quotes_of(summarise(week().facts()))}
    assert said.get(FAN, "Carla") == "Carla"
    assert said.get(ASK, "Ana") == "Ana"


def test_long_sentences_are_cut_only_at_a_clause_end_after_35_words() -> None:
    script = Script()
    head = "We hang " + " ".join(["many"] * 33) + " cobs"
    script.say("Long", "Ana", f"{head}, then we shell them.")
    script.say("Long", "Bo", DRY)
    quoted = summarise(script.facts()).discussions[0].asked[0]
    assert quoted.text == f"{head} [...]"


def test_posts_that_must_not_be_quoted_are_counted_only() -> None:
    script = week()
    secret = "Nobody may quote this sentence about the drying of our maize seed, please?"
    script.say("Drying maize", "Zoe", secret, quotable=False, links=())
    script.say("Secret", "Zoe", secret, quotable=False)
    summary = summarise(script.facts())
    assert summary.numbers.posts == 8
    assert "Zoe" not in as_json(summary)
    assert "Secret" in [entry.subject for entry in summary.also]


def test_anonymous_members_have_no_name() -> None:
    script = Script()
    script.say("Drying", "", ASK, author_id="1")
    script.say("Drying", "", DRY, author_id="2")
    told = summarise(script.facts()).discussions[0]
    assert {quote.name for quote in (*told.asked, *told.said)} == {""}
    assert told.people == 2


def test_boilerplate_is_never_quoted() -> None:
    tag = "Visit our shop for the finest seeds and tools in the whole valley."
    owns = [f"{tag}\n\n{text}" for text in (DRY, SALT, FAN)]
    common = boilerplate_of(owns)
    assert len(common) == 1
    script = Script()
    for name, own in zip(("Ana", "Bo", "Carla"), owns, strict=True):
        script.say("Shop", name, own)
    told = summarise(script.facts(boilerplate=common)).discussions[0]
    assert tag not in [quote.text for quote in (*told.asked, *told.said)]


def test_a_withdrawn_post_leaves_no_trace() -> None:
    script = week()
    del script.threads["New guide"]
    assert "Fay" not in as_json(summarise(script.facts()))


def test_the_same_facts_give_the_same_summary() -> None:
    assert summarise(week().facts()) == summarise(week().facts())


@pytest.mark.parametrize(
    ("language", "ask", "reply"),
    [
        ("fr", "Comment séchez-vous les semences quand il pleut tous les jours ?",
         "Nous les suspendons au-dessus du feu pendant deux semaines avant de les égrener."),
        ("es", "¿Cómo secan ustedes la semilla cuando llueve todos los días?",
         "Nosotros la colgamos sobre el fuego durante dos semanas antes de desgranarla."),
        ("pt", "Como vocês secam a semente quando chove todos os dias?",
         "Nós a penduramos sobre o fogo durante duas semanas antes de debulhar."),
        ("en", ASK, DRY),
    ],
)  # fmt: skip
def test_other_languages_are_asked_and_marked(language: str, ask: str, reply: str) -> None:
    script = Script()
    script.say("X", "Ana", ask)
    script.say("X", "Bo", reply)
    told = summarise(script.facts()).discussions[0]
    assert [quote.text for quote in told.asked] == [ask]
    assert {quote.language for quote in (*told.asked, *told.said)} == {language}


# --- every week of real lists -------------------------------------------------------------------


def _is_verbatim(quote: Quote, facts: WeekFacts) -> bool:
    posts = [post for thread in facts.threads for post in thread.posts if post.key == quote.key]
    named = [post for post in posts if post.author == quote.name and post.quotable]
    text = quote.text.removesuffix(" [...]")
    return any(text in folded(post.own) for post in named)


@pytest.mark.parametrize("name", ["usrp-users", "blinux-list"])
def test_summaries_of_real_weeks_are_complete_and_verbatim(name: str) -> None:
    weeks = list_weeks(name)
    assert len(weeks) > 20
    for facts in weeks[:: every(4)]:
        summary = summarise(facts)
        named = {entry.url for entry in told_or_named(summary)}
        assert named == {thread.url for thread in facts.threads}
        for quote in quotes_of(summary):
            assert _is_verbatim(quote, facts)
            assert not re.search(r"^>|\bwrote:$|mailing list --|To unsubscribe", quote.text)
            assert all(block.kind.value == "words" for block in blocks(quote.text))
        for resource in summary.resources:
            own = " ".join(folded(p.own) for thread in facts.threads for p in thread.posts)
            pieces = resource.sentence.split("[...]")
            assert all(piece.strip() in own for piece in pieces)
            assert len(resource.sentence.split()) <= 26


def test_times_are_days_of_the_post() -> None:
    script = Script(clock=datetime(2025, 3, 5, 22, tzinfo=UTC))
    script.say("X", "Ana", DRY)
    script.say("X", "Bo", SALT)
    assert summarise(script.facts()).discussions[0].since == date(2025, 3, 5)
    facts = replace(script.facts(), usual=1.0)
    assert summarise(facts).numbers.pace == "busier"


QUESTIONS = [
    "Does anyone know a good recipe for bean flour?",
    "Quelqu'un connaît-il un bon moulin pour le mil ?",
    "Où peut-on acheter des sacs hermétiques à Ouagadougou ?",
    "¿Alguien tiene experiencia con silos metálicos en la costa?",
    "¿Dónde consiguen ustedes la malla para los secadores?",
    "Alguém já usou caixas de secagem com energia solar?",
    "Onde vocês compram os sacos herméticos?",
    "Hat jemand Erfahrung mit solchen Kisten?",
    "Qualcuno ha provato con la cenere di legno?",
    "Heeft iemand ervaring met zulke kisten?",
]
STATEMENTS = [
    "We asked ourselves whether it works, and it does.",
    "Merci à toutes et à tous, et bonne semaine.",
    "Si tienen alguna duda, no duden en escribirme.",
    "Why not?",
    "Thanks for the question!",
    "Nós secamos as sementes durante duas semanas.",
]


@pytest.mark.parametrize("text", QUESTIONS)
def test_questions_are_found_in_every_language_we_read(text: str) -> None:
    own = (
        f"Dear all, bonjour, hola.\n\nHere it rains a lot this year. {text} We are curious.\n\nAna"
    )
    assert find_question(own) == text


@pytest.mark.parametrize("text", STATEMENTS)
def test_statements_and_formulas_do_not_ask(text: str) -> None:
    assert find_question(f"{text}\n\nAna") is None


def test_a_question_somebody_cites_is_not_asked() -> None:
    assert find_question('She said "how dry is dry?" and laughed about it all day.') is None


def test_addresses_are_never_quoted() -> None:
    script = week()
    script.say("Drying maize", "Gil", "Write to gil@example.org and I send you a bag of dry seed.")
    script.say("Lists", "Gil", "See https://example.net/r/20250303.1@example.net for all of it.")
    assert "gil@" not in as_json(summarise(script.facts()))
    assert [r.title for r in summarise(script.facts()).resources][-1] == "example.net"


def test_a_post_speaks_the_language_of_its_words_not_of_its_header() -> None:
    script = Script()
    english = script.say("X", "Ana", DRY, language="fr")
    assert language_of(english) == "en"
    short = script.say("X", "Bo", "Bonjour !", language="fr-CA")
    assert language_of(short) == "fr"
    elided = script.say("X", "Bo", "L'idée d'une caisse n'est qu'un début, c'est l'air qui sèche.")
    assert language_of(elided) == "fr"

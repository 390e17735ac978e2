"""Summaries of French, Spanish and Portuguese discussions: the question is found, words are right."""

from __future__ import annotations

import re

import pytest

from archive.i18n import languages
from archive.model import WeekFacts
from archive.summary import summarise
from archive.summary_letter import render_letter
from tests.archive.weekfacts import LINKS, Script, environment

# (subject, opener, its question, answer): our own writing
THREADS = {
    "fr": [
        ("Greniers", "Bonjour à toutes et à tous,\n\nNos greniers prennent l'eau chaque hivernage.",
         "Comment protégez-vous le mil quand le toit est en paille ?",
         "Chez nous, une bâche sous la paille suffit pour deux saisons."),
        ("Prix du sésame", "Le prix a doublé en trois semaines au marché de Kaya.",
         "Est-ce que vos groupements vendent tout de suite ou attendent la soudure ?",
         "Nous vendons la moitié tout de suite pour payer les frais d'école."),
        ("Tontines", "Je prépare une formation pour les caisses villageoises.",
         "Quelqu'un aurait-il un cahier de caisse simple à partager ?",
         "Notre cahier tient sur deux pages et les femmes le remplissent seules."),
        ("Radio locale", "La radio nous offre une heure par semaine pour parler des marchés.",
         "Quels sujets faut-il choisir pour que les jeunes écoutent ?",
         "Les prix du jour et les témoignages marchent mieux que les conseils."),
        ("Moulin", "Le moulin du groupement est en panne depuis un mois.",
         "Où peut-on trouver des pièces pour un vieux moteur diesel ?",
         "Un mécanicien de la gare routière vend des pièces de rechange."),
    ],
    "es": [
        ("Silos", "Hola a todas y todos:\n\nEl gorgojo nos quita un tercio del maíz cada año.",
         "¿Alguien ha probado los silos metálicos en zonas calientes?",
         "Nosotros los usamos desde hace tres años y ya no perdemos grano."),
        ("Precio justo", "La cooperativa quiere fijar un precio mínimo para el café.",
         "¿Cómo calculan ustedes el costo real de una libra?",
         "Sumamos los jornales de la familia, que casi siempre se olvidan."),
        ("Jóvenes", "Los jóvenes se van a la ciudad en cuanto terminan la escuela.",
         "¿Qué actividades les han funcionado para que se queden?",
         "El taller de reparación de bombas dio trabajo a seis muchachos."),
        ("Semillas", "Queremos organizar una feria de semillas criollas en abril.",
         "¿Podrían compartir el reglamento de alguna feria que ya hicieron?",
         "Les mando mañana el reglamento que usamos el año pasado."),
        ("Riego", "La toma de agua queda a dos kilómetros de las parcelas.",
         "¿Conviene más una bomba solar o una manguera por gravedad?",
         "Con esa distancia la gravedad sale mucho más barata para todos."),
    ],
    "pt": [
        ("Feira", "Bom dia a todas e todos,\n\nA nossa feira perde clientes desde o inverno.",
         "Como vocês atraem gente nova para a feira da semana?",
         "Nós fizemos uma manhã de provas e vieram muitas famílias."),
        ("Sementes", "Guardamos feijão em garrafas, mas o calor estraga tudo.",
         "Alguém já usou caixas de secagem com energia solar?",
         "A caixa que montamos seca vinte quilos em dois dias de sol."),
        ("Crédito", "O banco pede garantias que os pequenos produtores não têm.",
         "Quais fundos rotativos funcionam sem garantia na região de vocês?",
         "O nosso fundo empresta a grupos de cinco e ninguém deixou de pagar."),
        ("Abelhas", "As colmeias ficaram fracas depois das últimas queimadas.",
         "Vale a pena alimentar as abelhas durante a seca?",
         "Damos xarope durante um mês e as colmeias voltam a crescer."),
        ("Mercado", "A prefeitura mudou o mercado para longe do centro.",
         "O que vocês fariam para que a prefeitura nos escutasse?",
         "Juntamos as assinaturas de todos os feirantes e deu resultado."),
    ],
}  # fmt: skip


def facts_of(language: str) -> WeekFacts:
    script = Script()
    for subject, opening, question, answer in THREADS[language]:
        script.say(subject, "Awa", f"{opening} {question}\n\nAwa")
        script.say(subject, "Rui", f"Awa:\n> {question}\n\n{answer}\n\nRui")
    return script.facts()


@pytest.mark.parametrize("language", THREADS)
def test_the_question_is_found_and_the_answer_quoted(language: str) -> None:
    told = {entry.subject: entry for entry in summarise(facts_of(language)).discussions}
    found = 0
    for subject, _, question, answer in THREADS[language]:
        entry = told[subject]
        found += question in [quote.text for quote in entry.asked]
        assert [quote.text for quote in entry.said] == [answer]
        assert {quote.language for quote in (*entry.asked, *entry.said)} <= {language, ""}
    assert found >= 4


ENGLISH = (
    "Week", "messages", "contributors", "All of it", "people", "since", "Asked:", "Began:", "Said:",
    "Open questions", "Resources shared", "Also", "Sentences are", "less mail", "To leave", "Archive:",
)  # fmt: skip


@pytest.mark.parametrize("language", THREADS)
def test_no_english_label_is_left(language: str) -> None:
    if language not in languages():
        pytest.skip(f"no catalogue for {language}")
    summary = summarise(facts_of(language))
    made = render_letter(summary, environment(language), language, LINKS)
    english = render_letter(summary, environment("en"), "en", LINKS)
    labels = [label for label in ENGLISH if label in f"{english.subject}\n{english.text}"]
    assert len(labels) > 10
    left = [label for label in labels if re.search(rf"\b{label}", f"{made.subject}\n{made.text}")]
    assert set(left) <= ({"messages"} if language == "fr" else set())  # the French word, too
    assert f"({language})" not in made.text

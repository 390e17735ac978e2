"""Bodies are labelled, never cut: quotes, signatures and footers are told from own words.

Measures on real mail: test_text_corpus.py.
"""

from __future__ import annotations

import email
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.model import BlockKind
from archive.text import (
    blocks,
    laid_out,
    layout_of,
    links,
    normal_subject,
    own_words,
)
from tests.archive.mailtext import list_texts
from tests.corpus import corpus_path
from tests.effort import check_linear, ends


def kinds(text: str) -> list[tuple[str, str]]:
    """(kind, first words) of every block, for reading in a failure."""
    return [(block.kind.value, block.text.strip()[:30]) for block in blocks(text)]


# --- nothing is lost --------------------------------------------------------------------------

HOSTILE = st.lists(
    st.sampled_from([
        "> quoted", ">> deeper", "AB> initials", "AB> more", "-- ", "--", "", " ", "\t",
        "On Mon, 3 Mar 2025 at 10:00, Ana Pérez <ana@example.org>", "wrote:", "> wrote:",
        "Le lun. 3 mars 2025 à 10:00, Ana <ana@example.org> a écrit :", "From: Ana <a@b.org>",
        "Sent: Monday", "To: all", "Subject: x", "-----Original Message-----", "_" * 30, "```",
        "diff --git a/x b/x", "@@ -1 +1 @@", "Sent from my phone", "    indented", "| bar",
        "-----BEGIN PGP SIGNATURE-----", "own words.", ">From here", "Ana> name", "https://x.org/a)",
        "You received this message because you are subscribed to the group",
    ]) | st.text(max_size=60),
    max_size=60,
)  # fmt: skip


@given(HOSTILE)
def test_blocks_joined_give_the_body_back(lines: list[str]) -> None:
    text = "\n".join(lines)
    parts = blocks(text)
    assert "\n".join(block.text for block in parts) == text
    assert all((block.level > 0) == (block.kind is BlockKind.QUOTE) for block in parts)
    assert all((a.kind, a.level) != (b.kind, b.level) for a, b in pairwise(parts))


@given(HOSTILE)
def test_own_words_are_lines_of_the_body(lines: list[str]) -> None:
    text = "\n".join(lines)
    own = own_words(text)
    assert set(own.split("\n")) <= {line.rstrip() for line in text.split("\n")} | {""}
    assert own == own.strip("\n")


@pytest.mark.parametrize(
    "line",
    [
        "> " * 50, "-----Original Message-----", "On 3 Mar 2025 Ana wrote:\n  a\n  b", "--", "_" * 40,
        "On 3 Mar 2025\nAna <", "From: a\nTo: b\nSubject: c\n> d", "```", "Sent from my phone",
        "https://example.org/" + ")" * 1000, "a" * 3000, "wrote: said:", ">" * 3000, "AB> x\nCD> y",
        "diff --git a b\n@@ ", "confidential intended recipient " * 5,
    ],
)  # fmt: skip
def test_hostile_bodies_take_work_in_proportion(line: str) -> None:
    def read(count: int) -> None:
        links(own_words("\n".join([line] * count)))

    with ends():
        check_linear(read, 3200)
        read(min(50_000, 2_000_000 // len(line)))


# --- what is what -----------------------------------------------------------------------------

ATTRIBUTIONS = [
    "On Mon, 3 Mar 2025 at 10:12, Ana Pérez <ana@example.org> wrote:",
    "On 3 March 2025 10:12, Ana Pérez\n<ana@example.org> wrote:",
    "On Monday 3 March 2025 at 10:12, Ana Pérez via Seeds <\nseeds@example.org> wrote:",
    "Ana Pérez wrote:",
    "Ana Pérez <ana@example.org> writes:",
    "* Ana Pérez <ana@example.org> [2025-03-03 10:12]:",
    "Le lun. 3 mars 2025 à 10:12, Ana Pérez <ana@example.org> a écrit :",
    "Le 3 mars 2025, Ana Pérez\n<ana@example.org>\na écrit :",
    "Ana Pérez via Seeds, le lun. 3 mars 2025 a écrit :",
    "El lun, 3 mar 2025 a las 10:12, Ana Pérez (<ana@example.org>) escribió:",
    "Em seg., 3 de mar. de 2025 às 10:12, Ana Pérez <ana@example.org> escreveu:",
    "Am Mo., 3. März 2025 um 10:12 Uhr schrieb Ana Pérez <ana@example.org>:",
    "Ana Pérez <ana@example.org> schrieb am Mo., 3. März 2025 um\n10:12 Uhr:",
    "Il giorno lun 3 mar 2025 alle ore 10:12 Ana Pérez <ana@example.org> ha scritto:",
    "Op ma 3 mrt 2025 om 10:12 schreef Ana Pérez <ana@example.org>:",
    "Op 3 maart 2025 heeft Ana Pérez <ana@example.org> het\nvolgende geschreven:",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_an_attribution_above_a_quote_belongs_to_the_quote(attribution: str) -> None:
    text = f"Good point.\n\n{attribution}\n\n> We dry the seed first.\n> Then we store it.\n\nSo do we."
    assert own_words(text) == "Good point.\n\nSo do we."


@pytest.mark.parametrize("attribution", [a for a in ATTRIBUTIONS if "2025" in a and "*" not in a])
def test_all_below_an_attribution_without_marks_is_quotation(attribution: str) -> None:
    text = f"Good point.\n\n{attribution}\n\nWe dry the seed first.\n\nThen we store it."
    assert own_words(text) == "Good point."


OUTLOOK = [
    "From: Ana Pérez <ana@example.org>\nSent: Monday, 3 March 2025 10:12\nTo: Seeds\nSubject: Drying",
    "De : Ana Pérez <ana@example.org>\nEnvoyé : lundi 3 mars 2025 10:12\nÀ : Seeds\nObjet : Séchage",
    "De: Ana Pérez\nEnviado el: lunes, 3 de marzo de 2025 10:12\nPara: Semillas\nAsunto: Secado",
    "De: Ana Pérez\nEnviada em: segunda-feira, 3 de março\nPara: Sementes\nAssunto: Secagem",
    "Von: Ana Pérez\nGesendet: Montag, 3. März 2025\nAn: Saatgut\nBetreff: Trocknen",
    "Da: Ana Pérez\nInviato: lunedì 3 marzo 2025\nA: Semi\nOggetto: Essiccare",
    "Van: Ana Pérez\nVerzonden: maandag 3 maart 2025\nAan: Zaad\nOnderwerp: Drogen",
    "-----Original Message-----\nFrom: Ana Pérez\nSent: Monday\nTo: Seeds\nSubject: Drying",
    "-----Message d'origine-----",
    "-----Mensaje original-----",
    "-----Mensagem original-----",
    "-----Ursprüngliche Nachricht-----",
    "-----Messaggio originale-----",
    "-----Oorspronkelijk bericht-----",
    "---------- Forwarded message ---------",
    "Begin forwarded message:",
    "Début du message réexpédié :",
    "________________________________\nFrom: Ana Pérez\nSent: Monday\nSubject: Drying",
]


@pytest.mark.parametrize("separator", OUTLOOK)
def test_all_below_a_header_block_or_separator_is_quotation(separator: str) -> None:
    text = f"Good point.\nI agree.\n\n{separator}\n\nWe dry the seed first.\n\n> even older\n\nAna"
    assert own_words(text) == "Good point.\nI agree."
    assert blocks(text)[-1].kind is BlockKind.QUOTE


def test_answers_between_quoted_lines_are_kept() -> None:
    text = "> How dry?\n\nTwelve per cent.\n> How long?\nThree days.\n>> And salt?\n> Which?\nNone."
    assert own_words(text) == "Twelve per cent.\n\nThree days.\n\nNone."
    assert [b.level for b in blocks(text) if b.kind is BlockKind.QUOTE] == [1, 1, 2, 1]


def test_answers_below_a_marked_header_block_are_kept() -> None:
    text = "From: Ana\nSent: Monday\nTo: Seeds\nSubject: x\n\n> How dry?\n\nTwelve per cent."
    assert own_words(text) == "Twelve per cent."


def test_the_lost_tail_of_a_wrapped_quote_is_quotation() -> None:
    long = "> we have been drying the seed in the shade for three days and then in the"
    assert own_words(f"{long}\nsun again\n> until it cracks.\n\nGood.") == "Good."


def test_initials_mark_a_quote_only_when_they_come_again() -> None:
    assert own_words("AP> How dry?\nAP> How long?\n\nVery.") == "Very."
    assert own_words("SQL> select\n\nis what I typed.").startswith("SQL>")


def test_a_line_that_an_mbox_writer_escaped_is_the_authors() -> None:
    assert own_words(">From here it is two days by bus.\n\nCome!").startswith(">From here")


SIGNATURES = [
    "-- \nAna Pérez\nSeed Bank",
    "--\nAna Pérez",
    "--Ana Pérez mailto:ana@example.org\nphone: +1 234",
    "______________________________\nAna Pérez, Seed Bank\ntel +12 345 678",
    "Sent from my iPhone",
    "Envoyé de mon iPhone",
    "Enviado desde mi iPhone",
    "Enviado do meu iPhone",
    "Von meinem iPhone gesendet",
    "Get Outlook for Android<https://aka.ms/x>",
]
FOOTERS = [
    ("_______________________________________________\nSeeds mailing list\n"
    "Seeds@lists.example.org\nhttps://lists.example.org/listinfo/seeds"),
    ('-- \nYou received this message because you are subscribed to the Google Groups "Seeds" group.\n'
    "To unsubscribe from this group, send email to seeds+leave@example.org."),
    "-----------------------------------------\nTo unsubscribe, mail seeds-request@example.org",
    ("This message is confidential and may be privileged. If you are not the intended recipient you "
    "must not use, copy or show it to anyone; tell the sender and delete it."),
    ("Ce message est confidentiel. Si vous n'en êtes pas le destinataire, merci de le détruire et "
    "d'en avertir l'expéditeur; toute copie ou diffusion est interdite sans accord."),
]  # fmt: skip


@pytest.mark.parametrize("tail", SIGNATURES + FOOTERS)
def test_signatures_and_footers_are_no_own_words(tail: str) -> None:
    text = f"We dry the seed first.\n\nRegards,\nAna\n\n{tail}\n"
    assert own_words(text) == "We dry the seed first.\n\nRegards,\nAna"
    want = BlockKind.SIGNATURE if tail in SIGNATURES else BlockKind.FOOTER
    assert blocks(text)[-1].kind is want


def test_a_signature_above_a_quote_ends_there() -> None:
    text = "Yes.\n-- \nAna\n\nOn 3 Mar 2025 10:12, Bo <b@example.org> wrote:\n> Dry?\n\nVery dry."
    assert own_words(text) == "Yes.\n\nVery dry."


def test_rules_and_numbered_lists_do_not_eat_text() -> None:
    text = "First\n=====\n1. one\n2. two\n\nSecond\n------\nFrom: here to there\nTo: be done"
    assert own_words(text) == text


def test_code_is_kept_apart_from_prose() -> None:
    code = "```\nfor x in y:\n\n    print(x)\n```"
    text = f"Try this.\n\n{code}\n\nIt works."
    assert own_words(text) == "Try this.\n\nIt works."
    assert code in [block.text.strip() for block in blocks(text) if block.kind is BlockKind.PRE]
    patch = "Fixed.\n\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n-- \n2.30"
    assert own_words(patch) == "Fixed."


def test_bullets_and_short_lines_are_prose() -> None:
    text = "We need\n- a scale\n- a box\n\n    Indented words are still our words here.\n\nSee\nhttps://example.org/a_b"
    assert own_words(text) == text


# --- links and subjects -----------------------------------------------------------------------


def test_links_lose_the_punctuation_of_their_sentence() -> None:
    own = "Read https://example.org/a_(b). Also <http://example.org/c> (see http://example.org/d)!"
    assert [link.url for link in links(own)] == [
        "https://example.org/a_(b)",
        "http://example.org/c",
        "http://example.org/d",
    ]
    assert links(own)[0].sentence == "Read https://example.org/a_(b)."


def test_only_web_addresses_count_and_each_once() -> None:
    own = "ftp://example.org javascript:x mailto:a@b.org www.example.org http://localhost\nhttp://a.org http://a.org"
    assert [link.url for link in links(own)] == ["http://a.org"]


@pytest.mark.parametrize(
    ("subject", "base", "is_reply"),
    [
        ("Re: [seeds] AW: Drying", "Drying", True),
        ("[seeds] Re: Drying", "Drying", True),
        ("Antw: [EXT] Drying", "Drying", True),
        ("RES: RE: Secagem", "Secagem", True),
        ("Re : Séchage", "Séchage", True),
        ("SV: VS: Torkning", "Torkning", True),
        ("Fwd: Drying", "Drying", False),
        ("TR : Séchage", "Séchage", False),
        ("RV: ENC: WG: Drying (fwd)", "Drying", False),
        ("Re[4]: Drying", "Drying", True),
        ("[seeds]", "[seeds]", False),
        ("Research: drying", "Research: drying", False),
        ("  Dry\n seed ", "Dry seed", False),
        ("", "", False),
    ],
)
def test_base_subject(subject: str, base: str, is_reply: bool) -> None:
    assert normal_subject(subject) == (base, is_reply)


@given(st.text(max_size=80))
def test_a_base_subject_is_its_own_base(subject: str) -> None:
    base, _ = normal_subject(subject)
    assert normal_subject(base)[0] == base


def test_base_subjects_of_the_corpus() -> None:
    table = json.loads(corpus_path("threads", "base-subject.json").read_text("utf-8"))
    for case in table["cases"]:
        assert normal_subject(case["subject"]) == (case["base"], case["replies"] > 0)


def test_base_subjects_sort_as_the_corpus_says() -> None:
    table = json.loads(corpus_path("threads", "base-subject-sort.json").read_text("utf-8"))
    raw = corpus_path("threads", table["mbox"]).read_bytes()
    mails = [email.message_from_bytes(b"From " + part) for part in raw.split(b"\nFrom ")]
    texts = [
        str(email.header.make_header(email.header.decode_header(m["subject"] or ""))) for m in mails
    ]
    order = sorted(
        range(1, len(texts) + 1), key=lambda at: normal_subject(texts[at - 1])[0].upper()
    )
    assert order == table["order"]


# --- Layouts ----------------------------------------------------------------------------------


@given(st.text(alphabet="> \nab-_:", max_size=200))
def test_a_layout_gives_the_blocks_again(text: str) -> None:
    parts = blocks(text)
    assert laid_out(text, layout_of(parts)) == parts
    assert laid_out(text, "") == parts


def test_layouts_of_real_bodies_are_short_and_give_the_blocks_again() -> None:
    for text in list_texts("usrp-users", 50):
        parts = blocks(text)
        layout = layout_of(parts)
        assert laid_out(text, layout) == parts
        assert len(layout) <= 60 + len(text) // 10


def test_a_layout_serves_the_beginning_of_a_body_and_a_wrong_one_is_not_believed() -> None:
    text = "> one\n> two\nthree\nfour\n"
    layout = layout_of(blocks(text))
    assert [block.kind for block in laid_out("> one\n> two\nthree", layout)] == [
        BlockKind.QUOTE,
        BlockKind.WORDS,
    ]
    assert laid_out(text, "w1") == blocks(text)


def test_a_body_made_of_attribution_lines_is_read_in_proportion() -> None:
    check_linear(lambda count: own_words("On Mon, x y wrote\n" * count), 4000)
    with ends():
        own_words("On Mon, x y wrote\n" * 50_000)


def test_a_body_of_a_million_lines_is_kept_whole_and_sorted_in_part() -> None:
    text = "One question\n" + ">\n" * 1_000_000 + "the end"
    with ends():
        parts = blocks(text)
    assert "\n".join(part.text for part in parts) == text
    assert laid_out(text, layout_of(parts)) == parts
    assert own_words(text) == "One question"

"""The summary as a letter: small, narrow, in the reader's language, the same text as HTML."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.summary import summarise
from archive.summary_fit import CUTS, LETTER_LIMIT, fit
from archive.summary_letter import WIDTH, SummaryLetter, render_letter
from archive.summary_model import Discussion, Numbers, Other, Question, Quote, Resource, Summary
from tests.archive.test_summary import BOX, DRY, told_or_named, week
from tests.archive.weekfacts import HOME, LINKS, Script, environment, every, list_weeks

ENGLISH = environment("en")


def letter(summary: Summary, language: str = "en") -> SummaryLetter:
    return render_letter(summary, environment(language), language, LINKS)


class _Words(HTMLParser):
    """The words of an HTML page, and its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tags: list[str] = []
        self.urls: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.urls += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read_html(html: str) -> _Words:
    reader = _Words()
    reader.feed(html)
    return reader


def test_where_the_archive_has_no_pages_an_answer_goes_to_the_post() -> None:
    links = replace(LINKS, answer="seeds+re-KEY@seeds.example")
    summary = summarise(week().facts())
    made = render_letter(summary, environment("en"), "en", links)
    keys = [one.quote.key for one in summary.open_questions]
    assert keys
    for key in keys:
        assert f"\nseeds+re-{key}@seeds.example\n" in made.text
        assert f'<a href="mailto:seeds+re-{key}@seeds.example">' in made.html
    assert HOME not in made.text + made.html
    assert 'href=""' not in made.html
    assert "Archive" not in made.text


def bare(text: str) -> set[str]:
    return set(re.findall(r"\w{3,}", text))


def test_the_subject_names_week_and_largest_threads() -> None:
    assert letter(summarise(week().facts())).subject == (
        "[seeds] Week 10: Drying maize, Storage (6 messages)"
    )


def test_the_text_holds_the_sections_in_order() -> None:
    text = letter(summarise(week().facts(newcomers=("Jo",), joined=1))).text
    marks = ["Seed savers, 3 Mar to 9 Mar 2025", "6 messages, 3 discussions, 6 contributors, 1 new",
             "Discussions", "1. Drying maize", "Asked: Ana: “", "Said: ", "Open questions",
             "Edu: “Which tins", "Resources shared", "drying.pdf, example.net (Fay)", "Also",
             "Welcome to Jo!", "Sentences are quoted", "seeds-leave@example.org"]  # fmt: skip
    places = [text.find(mark) for mark in marks]
    assert -1 not in places
    assert places == sorted(places)
    assert not re.search(r"\n{3}", text)


def test_sections_without_content_are_left_out() -> None:
    script = Script()
    script.say("Boxes", "Ana", BOX)
    text = letter(summarise(script.facts())).text
    for heading in ("Open questions", "Answered", "Resources", "Also", "Welcome", "Said:"):
        assert heading not in text
    assert "Began: Ana: “" in text


def test_profiles_and_languages_are_shown_with_the_quote() -> None:
    script = Script()
    script.say("X", "Ana", DRY, organisation="Seed Bank", country="Ghana")
    script.say("X", "Bo", "Nous les suspendons au-dessus du feu pendant deux semaines.")
    text = letter(summarise(script.facts())).text
    assert "Ana (Seed Bank, Ghana): “We hang" in text
    assert "deux semaines.” (fr)" in " ".join(text.split())
    script.say("X", "", BOX)
    assert "A member: “" in letter(summarise(script.facts())).text
    french = letter(summarise(script.facts()), "fr").text
    assert "Ana (Seed Bank, Ghana)\u00a0: «\u00a0We hang" in french
    assert not set(french) & set("“”")


def test_html_says_the_same_without_images_or_styles() -> None:
    made = letter(summarise(week().facts(newcomers=("Jo",))))
    page = read_html(made.html)
    prose = re.sub(r"https?://\S+", " ", made.text)
    assert bare(prose) - bare(" ".join(page.text)) <= {"All", "page", "Archive"}
    assert set(re.findall(r"https://\S+", made.text)) <= set(page.urls)
    assert not {"img", "script", "style", "table", "link"} & set(page.tags)
    assert len(made.html.encode()) < 20_000


def test_what_members_write_is_escaped_in_html_only() -> None:
    script = Script()
    script.say("<b>X</b> & Y", "Ana <script>", "We dry <i>maize</i> & beans over the kitchen fire.")
    script.say("<b>X</b> & Y", "Bo", DRY)
    made = letter(summarise(script.facts()))
    assert "<b>X</b> & Y" in made.text
    assert "<script>" not in made.html
    assert "&lt;b&gt;X&lt;/b&gt; &amp; Y" in made.html


# --- fitting --------------------------------------------------------------------------------------

LINES = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=150)
URLS = st.integers(0, 10**9).map(lambda n: f"{HOME}m/{n}.html")
QUOTES = st.builds(
    Quote, LINES, LINES, LINES, LINES, URLS, LINES, st.sampled_from(["", "fr", "en"])
)
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
DISCUSSIONS = st.builds(
    Discussion, LINES, URLS, st.integers(1, 200), st.integers(1, 90), DAYS, st.booleans(),
    st.booleans(), st.lists(QUOTES, max_size=2).map(tuple), st.lists(QUOTES, max_size=4).map(tuple),
    st.none() | QUOTES,
)  # fmt: skip
QUESTIONS = st.lists(st.builds(Question, QUOTES, LINES, DAYS), max_size=5).map(tuple)
SUMMARIES = st.builds(
    Summary,
    group=st.just("seeds"), title=LINES, language=st.just("en"), week=st.just("2025-W10"),
    first_day=DAYS, last_day=DAYS, home_url=st.just(HOME), page_url=URLS,
    topics=st.lists(LINES, max_size=2).map(tuple),
    numbers=st.builds(Numbers, *[st.integers(0, 999)] * 5, st.sampled_from(["", "quieter", "busier"])),
    discussions=st.lists(DISCUSSIONS, max_size=5).map(tuple), open_questions=QUESTIONS,
    answered=QUESTIONS,
    resources=st.lists(
        st.builds(Resource, LINES, LINES, URLS, LINES, LINES, st.sampled_from(["", "fr"])), max_size=7
    ).map(tuple),
    also=st.lists(st.builds(Other, LINES, st.integers(1, 9), URLS), max_size=60).map(tuple),
    also_more=st.just(0), welcome=st.lists(LINES, max_size=20).map(tuple),
)  # fmt: skip


@given(SUMMARIES)
def test_any_letter_is_small_narrow_and_loses_no_thread(summary: Summary) -> None:
    made = render_letter(summary, ENGLISH, "en", LINKS)
    assert len(made.text.encode()) <= LETTER_LIMIT
    assert len(made.html.encode()) < 20_000
    for line in made.text.split("\n"):
        assert len(line) <= WIDTH or len(line.split()) == 1
    urls = {entry.url for entry in told_or_named(summary)}
    more = re.search(r"and (\d+) more:", made.text)
    assert sum(url in made.text for url in urls) + int(more.group(1) if more else 0) >= len(urls)


def test_cuts_come_in_the_order_of_the_specification() -> None:
    quote = Quote("Words of a member.", "Ana", "", "", f"{HOME}m/1.html", "k", "")
    told = Discussion(
        "S", f"{HOME}1", 9, 3, date(2025, 3, 3), False, True, (quote,), (quote,) * 4, quote
    )
    base = summarise(Script().facts())
    full = replace(
        base,
        discussions=tuple(replace(told, url=f"{HOME}{n}") for n in range(5)),
        resources=(Resource("t", "h", f"{HOME}r", "Ana", "", ""),) * 7,
        also=tuple(Other("o", 1, f"{HOME}o{n}") for n in range(20)),
    )
    seen = [fit(full, _longer_than(left)) for left in range(80)]
    shapes = list(dict.fromkeys(map(_shape, reversed(seen))))
    assert shapes[:5] == [
        (4, 5, 7, 20, 0),
        (2, 5, 7, 20, 0),
        (2, 3, 7, 22, 0),
        (2, 3, 4, 22, 0),
        (2, 3, 4, 15, 7),
    ]
    assert len(CUTS) > 4


def _longer_than(left: int) -> Callable[[Summary], str]:
    """A rendering that is too long while more than `left` entries are in it."""
    return lambda draft: "x" * (7000 if _size(draft) > left else 1)


def _size(draft: Summary) -> int:
    said = sum(len(entry.said) + 1 for entry in draft.discussions)
    return said + len(draft.resources) + len(draft.also)


def _shape(draft: Summary) -> tuple[int, int, int, int, int]:
    said = max((len(entry.said) for entry in draft.discussions), default=0)
    return said, len(draft.discussions), len(draft.resources), len(draft.also), draft.also_more


@pytest.mark.parametrize("name", ["usrp-users", "blinux-list", "ksummit-discuss"])
def test_letters_of_real_weeks_fit(name: str) -> None:
    for facts in list_weeks(name)[:: every(3)]:
        summary = summarise(facts)
        made = render_letter(summary, ENGLISH, "en", LINKS)
        assert len(made.text.encode()) <= LETTER_LIMIT
        assert len(made.html.encode()) < 20_000
        assert all(len(line) <= WIDTH or " " not in line for line in made.text.split("\n"))
        more = re.search(r"and (\d+) more:", made.text)
        listed = sum(f"{thread.url}\n" in made.text for thread in facts.threads)
        assert listed + int(more.group(1) if more else 0) == len(facts.threads)

"""Bodies as safe pieces of HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from archive.markup import Shape, clean_text, cut_text, excerpt, has_address, pieces

_ALLOWED = {"a", "blockquote", "br", "p", "pre"}
_HOSTILE = st.text(
    alphabet=st.sampled_from(list("<>&\"'/=:@.%> \n\tabchtps(){}!-_")) | st.characters(),
    max_size=300,
)


class _Reader(HTMLParser):
    """Collects the tags, attributes and text of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend((name, value or "") for name, value in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def _html(text: str) -> str:
    return "".join(str(piece.html) for piece in pieces(text))


@given(_HOSTILE)
def test_nothing_but_our_own_tags_comes_out(text: str) -> None:
    read = _Reader(_html(text))
    assert set(read.tags) <= _ALLOWED
    assert {name for name, _ in read.attributes} <= {"href", "rel"}
    for name, value in read.attributes:
        if name == "href":
            assert re.match(r"https?://", value, re.IGNORECASE)


@given(_HOSTILE)
def test_no_word_is_lost_but_masked_domains(text: str) -> None:
    shown = "".join(_Reader(_html(text)).text.split())
    for word in re.findall(r"[a-z]{3,}", clean_text(text)):
        assert word in shown or "@" in text or "%40" in text


def test_html_of_an_author_is_only_text() -> None:
    html = _html('<script>alert("x")</script> <img src=x onerror=alert(1)>')
    assert (
        html == '<p>&lt;script&gt;alert("x")&lt;/script&gt; &lt;img src=x onerror=alert(1)&gt;</p>'
    )


def test_links_are_marked_after_escaping_and_lose_the_sentences_punctuation() -> None:
    html = _html("See (https://a.example/x_(y)), or https://b.example/?a=1&b=2.")
    assert '(<a href="https://a.example/x_(y)" rel="noopener nofollow ugc">' in html
    assert "</a>), or" in html
    assert 'href="https://b.example/?a=1&amp;b=2"' in html
    assert html.endswith("</a>.</p>")


def test_a_link_cannot_leave_its_attribute() -> None:
    html = _html("https://evil.example/\"onmouseover=\"alert(1) and https://evil.example/'x'")
    assert _Reader(html).attributes[0] == ("href", "https://evil.example/")
    assert "onmouseover" not in [name for name, _ in _Reader(html).attributes]


def test_only_web_addresses_become_links() -> None:
    assert "<a" not in _html("javascript:alert(1) mailto:ana@ngo.example ftp://x.example data:,x")


def test_addresses_are_masked_even_inside_links() -> None:
    html = _html(
        "ana@ngo.example https://x.example/?m=ana%40ngo.example https://x.example/ana@ngo.org"
    )
    assert "ngo.example" not in html
    assert "ngo.org" not in html
    assert "<a" not in html
    assert "ana@..." in html


def test_a_link_with_an_at_sign_that_is_no_address_stays() -> None:
    assert not has_address("https://social.example/@ana")
    assert 'href="https://social.example/@ana"' in _html("https://social.example/@ana")


def test_the_wrapping_of_a_mail_program_is_undone_and_meant_line_ends_stay() -> None:
    text = (
        "Dear all,\n"
        "this year the rains came late and half of our beans were lost before we\n"
        "could dry them.\n\n"
        "Ana Silva\nVila Nova\n"
    )
    html = _html(text)
    assert "Dear all,<br>\nthis year" in html
    assert "before we\ncould dry" in html
    assert "Ana Silva<br>\nVila Nova" in html


def test_lists_keep_their_lines() -> None:
    item = "- a point that is long enough to reach the width at which the program wraps\n"
    assert _html(item * 3).count("<br>") == 2


def test_long_unwrapped_lines_keep_their_ends() -> None:
    assert _html(f"{'word ' * 40}\n{'word ' * 40}\n").count("<br>") == 1


def test_quotes_are_nested_by_level_and_lose_their_marks() -> None:
    (quote,) = pieces("> one\n>> two\n>> more\n> one again\n")
    assert quote.shape is Shape.QUOTE
    assert quote.html.count("<blockquote>") == 2
    assert "&gt;" not in quote.html


def test_deep_quotes_nest_to_a_limit() -> None:
    (quote,) = pieces("".join(f"{'>' * level} line {level}\n" for level in range(1, 12)))
    assert quote.html.count("<blockquote>") == 3
    assert quote.html.count("</blockquote>") == 3


def test_quotes_over_three_lines_are_folded_with_their_number_of_lines() -> None:
    short = pieces("> a\n> b\n> c\n\nYes.\n")[0]
    long = pieces("> a\n> b\n>\n> c\n> d\n\nYes.\n")[0]
    assert (short.folded, short.lines) == (False, 3)
    assert long.folded
    assert long.lines >= 4


def test_preformatted_lines_keep_their_spaces() -> None:
    html = _html(
        "Figures:\n\n    season   own   bought\n    2024      14       11\n    2025       9        2\n"
    )
    assert "season   own   bought" in html
    assert "<pre>" in html


def test_an_empty_body_and_a_bare_dash_line_show_nothing() -> None:
    assert pieces("") == ()
    assert pieces(" \n\n\t\n") == ()
    assert [piece.shape for piece in pieces("Hello\n\n-- \n")] == [Shape.PROSE]


def test_control_characters_vanish() -> None:
    assert clean_text("a\x00b\x1bc\td\ne\x0cf") == "abc\td\nef"
    assert _html("a\x01b") == "<p>ab</p>"


def test_a_long_body_is_cut_at_a_line_end_below_the_limit() -> None:
    text = "äöü and more\n" * 10_000
    head, cut = cut_text(text, 65_536)
    assert cut
    assert len(head.encode()) <= 65_536
    assert head.endswith("more\n")
    assert cut_text("short", 65_536) == ("short", False)
    assert cut_text("ä" * 100, 101) == ("ä" * 50, True)


def test_an_excerpt_is_one_masked_line_cut_at_a_word() -> None:
    assert excerpt("One  two\n\nthree", 100) == "One two three"
    assert excerpt("write to ana@ngo.example", 100) == "write to ana@..."
    assert excerpt("alpha beta gamma delta", 13) == "alpha beta …"
    assert excerpt("", 10) == ""


def test_hostile_bodies_take_linear_time() -> None:
    for text in (
        "> " * 50_000,
        "https://" * 20_000,
        "a@" * 50_000,
        "(" * 60_000,
        "http://x/" + ")" * 30_000,
    ):
        assert pieces(text) is not None

"""HTML mail as a reader sees it: quotes, links, hidden parts, hostile input."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.htmltext import html_to_text
from tests.effort import check_linear, ends


def _lines(html: str) -> list[str]:
    return html_to_text(html).split("\n")


def test_paragraphs_lists_tables_and_code_keep_their_shape() -> None:
    html = (
        "<p>One</p><p>two<br>three</p><ul><li>a<li>b</ul>"
        "<table><tr><td>1<td>2<tr><td>3<td>4</table><pre>  if x:\n    y</pre>"
    )
    assert _lines(html) == [
        "One", "", "two", "three", "", "  * a", "  * b", "1  2", "3  4", "", "  if x:", "    y",
    ]  # fmt: skip


def test_block_quotes_become_quote_marks_and_nest() -> None:
    html = "Bo wrote:<blockquote>one<br>two<blockquote>three</blockquote>four</blockquote>mine"
    assert _lines(html) == ["Bo wrote:", "> one", "> two", ">> three", "> four", "mine"]


def test_a_quote_that_is_never_closed_ends_with_the_mail() -> None:
    assert _lines("a<blockquote>b<p>c") == ["a", "> b", ">", "> c"]


def test_blank_lines_inside_a_quote_stay_in_it() -> None:
    assert _lines("<blockquote><p>a</p><p>b</p></blockquote>")[-3:] == ["> a", ">", "> b"]


def test_gmail_keeps_its_attribution_line_above_the_quote() -> None:
    html = (
        '<div>Yes.</div><div class="gmail_quote"><div class="gmail_attr">On Monday, Bo wrote:<br>'
        '</div><blockquote class="gmail_quote">old</blockquote></div>'
    )
    assert _lines(html) == ["Yes.", "On Monday, Bo wrote:", "> old"]


@pytest.mark.parametrize(
    "opening",
    ['<div id="divRplyFwdMsg">', '<div style="border:none;border-top:solid #E1E1E1 1.0pt">'],
)
def test_outlook_keeps_its_header_block_below_a_rule(opening: str) -> None:
    html = f"<p>Yes.</p>{opening}<b>From:</b> Bo<br><b>Sent:</b> Monday<br></div><p>old</p>"
    found = [line for line in _lines(html) if line]
    assert found == ["Yes.", "_" * 32, "From: Bo", "Sent: Monday", "old"]


def test_a_rule_parts_two_thoughts_and_is_not_doubled_above_a_reply() -> None:
    html = 'one<hr>two<hr><div id="divRplyFwdMsg"><b>From:</b> Bo</div>'
    assert [line for line in _lines(html) if line] == ["one", "* * *", "two", "_" * 32, "From: Bo"]


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<a href="https://x.example/a">here</a>.', "here <https://x.example/a>."),
        ('<a href="https://x.example/a">https://x.example/a</a>', "https://x.example/a"),
        ('<a href="https://www.x.example/">x.example</a>', "x.example"),
        ('<a href="mailto:a@x.example">a@x.example</a>', "a@x.example"),
        ('<a href="mailto:a@x.example">Ana</a>', "Ana <a@x.example>"),
        ('<a href="javascript:alert(1)">x</a>', "x"),
        ('<a href="#top">top</a>', "top"),
        ('<a href="https://x.example/"><img alt="logo"></a>', "[logo] <https://x.example/>"),
    ],
)
def test_links_keep_their_address_where_the_text_differs(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    "hidden",
    [
        "<style>p{}</style>",
        "<script>x()</script>",
        "<head><title>t</title></head>",
        '<div style="display:none">x</div>',
        '<span style="mso-hide:all">x</span>',
        "<p hidden>x</p>",
        "<!-- x -->",
        '<?xml version="1.0" encoding="utf-16"?>',
    ],
)
def test_what_a_reader_does_not_see_is_left_out(hidden: str) -> None:
    assert html_to_text(f"{hidden}<b>seen</b>") == "seen"


def test_text_behind_a_comment_or_hidden_element_stays() -> None:
    assert html_to_text("a<!-- x -->b<i hidden>c</i>d") == "abd"


@pytest.mark.parametrize("html", ["", "   ", "<", "<!---->", "<html></html>", "<p></p>", "\0"])
def test_nothing_gives_no_text_but_what_is_there(html: str) -> None:
    assert html_to_text(html) in {"", "<"}


def test_what_follows_the_end_of_the_document_is_read_too() -> None:
    html = "<html><body><p>one</p></body></html>\n<html><body>two</body></html>\nthree"
    assert [line for line in _lines(html) if line] == ["one", "two three"]


def test_entities_and_stray_signs_are_text() -> None:
    assert html_to_text("a &lt;b&gt; &amp; 1 < 2 caf&eacute;") == "a <b> & 1 < 2 caf\u00e9"


_HOSTILE: dict[str, tuple[Callable[[int], str], int]] = {
    "div": (lambda n: "<div>" * n + "x", 20_000),
    "blockquote": (lambda n: "<blockquote>" * n + "x", 5000),
    "less-than": (lambda n: "<" * n + " x", 100_000),
    "comment": (lambda n: "<!--" * n + "x", 200_000),
    "comment-ends": (lambda n: "--><!--" * n + "x", 100_000),
    "tag": (lambda n: "<a" * n + ">x", 300_000),
    "table": (lambda n: "<table>" * n + "<tr><td>x", 3000),
    "colspan": (lambda n: f"<td colspan={n}>x", 99_999_999),
    "colspan-word": (lambda n: '<table><tr><td colspan="y">x</table>' * n, 10),
    "cells": (
        lambda n: "<table><tr><td>" + "y" * 60 * n + "<tr><td>x<td>z" * n,
        5000,
    ),
    "links": (lambda n: '<a href="https://x.example/">' * n + "x", 10_000),
    "style": (lambda n: "<style>" * n + "</style>x", 50_000),
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_hostile_html_takes_work_in_proportion_and_keeps_its_words(name: str) -> None:
    made, size = _HOSTILE[name]
    assert "x" in html_to_text(made(size))
    with ends():
        html_to_text(made(4 * size))
    check_linear(lambda count: html_to_text(made(count)), size)


@given(st.text(max_size=300))
def test_any_text_gives_storable_lines(html: str) -> None:
    found = html_to_text(html)
    found.encode("utf-8")
    assert "\r" not in found


_TAGS = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<blockquote>",
        "</blockquote>",
        "<br>",
        "<td>",
        "<table>",
        "</div>",
        "<a href='http://x'>",
        "w ",
        "<b>",
    ]
)


@given(st.lists(_TAGS, max_size=40))
def test_no_nesting_loses_a_word(pieces: list[str]) -> None:
    html = "".join(pieces)
    assert html_to_text(html).count("w") == html.count("w ")

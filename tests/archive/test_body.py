"""Roles of parts, the text of a mail, list footers, format=flowed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import headers
from archive.body import Body, clean_lines, read_body, unflow
from archive.mime import leaves


def _part(text: str, kind: str = "text/plain; charset=utf-8", more: str = "") -> str:
    return f"Content-Type: {kind}\n{more}\n{text}"


def _multi(kind: str, *parts: str, boundary: str = "B") -> str:
    inner = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f"Content-Type: multipart/{kind}; boundary={boundary}\n\n{inner}--{boundary}--\n"


def _read(mail: str) -> Body:
    raw = b"From: a@b.example\n" + mail.encode()
    fields, at = headers.split(raw)
    return read_body(leaves(fields, raw[at:])[0])


HTML = "text/html; charset=utf-8"


def _roles(body: Body) -> list[str]:
    return [role.value for role in body.roles]


def test_the_plain_alternative_wins() -> None:
    body = _read(_multi("alternative", _part("plain words"), _part("<p>html words</p>", HTML)))
    assert (body.text, body.html_only, _roles(body)) == ("plain words", False, ["text", "html"])


def test_html_speaks_where_the_plain_alternative_is_empty() -> None:
    body = _read(_multi("alternative", _part("  \n"), _part("<p>html words</p>", HTML)))
    assert (body.text, body.html_only) == ("html words", True)


def test_html_alone_is_turned_into_text() -> None:
    body = _read(_part("<p>one</p><p>two &amp; three</p>", HTML))
    assert (body.text, body.html_only) == ("one\n\ntwo & three", True)


def test_html_beside_a_plain_text_is_not_lost() -> None:
    body = _read(_multi("mixed", _part("See below."), _part("<p>The long story</p>", HTML)))
    assert (body.text, body.html_only) == ("See below.\n\nThe long story", False)


def test_html_that_repeats_the_plain_text_beside_it_is_not_said_twice() -> None:
    body = _read(_multi("mixed", _part("the same words"), _part("<p>the same words</p>", HTML)))
    assert body.text == "the same words"


def test_several_plain_parts_are_joined_around_a_picture() -> None:
    picture = _part("PNG", "image/png", "Content-Id: <p@x>\nContent-Disposition: inline\n")
    body = _read(_multi("mixed", _part("above"), picture, _part("below")))
    assert (body.text, _roles(body)) == ("above\n\nbelow", ["text", "attachment", "text"])


@pytest.mark.parametrize(
    "footer",
    [
        "_______________________________________________\nseeds list\n",
        "-------\nTo be removed write to us",
        "You get this because you are on the seeds mailing list",
        "Pour vous d\u00e9sabonner, \u00e9crivez-nous",
    ],
)
def test_the_last_short_part_of_a_list_is_its_footer(footer: str) -> None:
    body = _read(_multi("mixed", _part("words"), _part(footer)))
    assert (body.text, _roles(body)) == ("words", ["text", "footer"])


def test_a_footer_after_an_alternative_is_one_too() -> None:
    inner = _multi("alternative", _part("words"), _part("<p>words</p>", HTML), boundary="C")
    body = _read(_multi("mixed", inner, _part("____\nlist")))
    assert (body.text, _roles(body)) == ("words", ["text", "html", "footer"])


def test_a_footer_after_html_alone_leaves_the_html_as_body() -> None:
    body = _read(_multi("mixed", _part("<p>words</p>", HTML), _part("____\nlist")))
    assert (body.text, body.html_only, _roles(body)) == ("words", True, ["html", "footer"])


@pytest.mark.parametrize("last", ["More from me.", "____\n" + "long\n" * 40])
def test_a_last_part_of_the_author_is_no_footer(last: str) -> None:
    body = _read(_multi("mixed", _part("words"), _part(last)))
    assert _roles(body) == ["text", "text"]


def test_an_only_part_is_never_a_footer() -> None:
    assert _roles(_read(_multi("mixed", _part("____\nmailing list")))) == ["text"]


def test_a_named_text_is_an_attachment_beside_a_body() -> None:
    named = _part("+1", 'text/x-patch; name="a.patch"', "Content-Disposition: inline\n")
    body = _read(_multi("mixed", _part("words"), named, _part("x", 'text/plain; name="b.txt"')))
    assert (body.text, _roles(body)) == ("words", ["text", "attachment", "attachment"])


def test_a_named_text_is_the_body_where_there_is_no_other() -> None:
    picture = _part("PNG", "image/png")
    body = _read(_multi("mixed", _part("words", 'text/plain; name="letter.txt"'), picture))
    assert (body.text, _roles(body)) == ("words", ["text", "attachment"])


def test_an_attached_text_is_never_the_body() -> None:
    attached = _part("secret", more="Content-Disposition: attachment\n")
    body = _read(_multi("mixed", attached))
    assert (body.text, _roles(body)) == ("", ["attachment"])


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("application/ms-tnef", "attachment"),
        ("text/calendar; method=REQUEST", "attachment"),
        ("application/pgp-signature", "signature"),
        ("application/pkcs7-signature", "signature"),
        ("message/external-body", "attachment"),
    ],
)
def test_other_parts_are_listed_by_what_they_are(kind: str, role: str) -> None:
    body = _read(_multi("mixed", _part("words"), _part("x", kind)))
    assert (body.text, _roles(body)) == ("words", ["text", role])


def test_a_forwarded_mail_is_not_walked_into() -> None:
    inner = "From: x@y.example\nSubject: old\n\nold words"
    body = _read(_multi("mixed", _part("words"), _part(inner, "message/rfc822")))
    assert body.text == "words"


def test_enriched_text_loses_its_marks() -> None:
    text = "Hello <bold>Ana</bold>,<param>red</param>\n\nbye"
    assert _read(_part(text, "text/enriched")).text == "Hello Ana,\nbye"


def test_a_uuencoded_file_is_taken_out_of_the_text() -> None:
    body = _read("\nbefore\nbegin 644 a.txt\n#86)C\n`\nend\nafter\n")
    assert (body.text, _roles(body)) == ("before\nafter", ["text", "attachment"])


def test_wrong_labels_are_told() -> None:
    assert _read(_part("caf\u00e9", "text/plain; charset=us-ascii")).defects == ("wrong-charset",)
    raw = b"From: a@b.example\nContent-Type: text/plain; charset=y\n\ncaf\xe9"
    fields, at = headers.split(raw)
    assert read_body(leaves(fields, raw[at:])[0]).defects == ("unknown-charset",)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("one \ntwo\nthree", "one two\nthree"),
        ("> one \n> two\nmine", "> one two\nmine"),
        ("> one \n>> deeper", "> one\n>> deeper"),
        ("words \n-- \nAna", "words\n-- \nAna"),
        (" >not a quote", ">not a quote"),
        (" From me", "From me"),
        ("\n\na\n", "\n\na\n"),
        (">\n> a", ">\n> a"),
        ("> -- \n> Ana", "> --\n> Ana"),
    ],
)
def test_flowed_lines_are_joined_and_quotes_keep_their_marks(text: str, want: str) -> None:
    assert unflow(text, delsp=False) == want


def test_delsp_takes_the_space_away() -> None:
    assert unflow("\u6c34 \n\u7530", delsp=True) == "\u6c34\u7530"


def test_flowed_is_told_and_done() -> None:
    body = _read(_part("one \ntwo", "text/plain; charset=utf-8; format=flowed"))
    assert (body.text, body.flowed) == ("one two", True)


@given(st.text(alphabet="> a\n-", max_size=60))
def test_unflowing_loses_no_word(text: str) -> None:
    assert [c for c in unflow(text, delsp=False) if c == "a"] == [c for c in text if c == "a"]


def test_lines_are_cleaned() -> None:
    assert clean_lines("\ufeffa\r\nb\rc\0\x07d\te") == "a\nb\ncd\te"

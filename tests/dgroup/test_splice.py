"""A header block is taken apart and put together without a byte lost, whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgroup.splice import (
    LONGEST_LINE,
    Field,
    Head,
    breaks_signature,
    covered,
    crlf,
    fold,
    join,
    make_field,
    phrase,
    split,
)
from tests.corpus import corpus_files

MAILS = [
    *corpus_files("mime-torture", pattern="*.eml"),
    *corpus_files("bounces", pattern="*.eml"),
    *corpus_files("replies", pattern="*.eml"),
    *corpus_files("auth"),
]
_lines = st.lists(
    st.sampled_from(
        [b"Subject: x", b" fold", b"\tfold", b"From a@b Mon", b"no field", b"", b"A :b", b"\xff: y"]
    ),
    max_size=12,
)
_ends = st.sampled_from([b"\r\n", b"\n", b"\r"])


@pytest.mark.skipif(not MAILS, reason="no corpus: set DGROUP_CORPUS")
def test_every_mail_of_the_corpus_is_itself_again() -> None:
    for path in MAILS:
        raw = path.read_bytes()
        fields, offset = split(raw)
        assert b"".join(field.raw for field in fields) + raw[offset:] == raw, path.name


@given(st.binary(max_size=300))
def test_any_bytes_are_themselves_again(raw: bytes) -> None:
    fields, offset = split(raw)
    assert b"".join(field.raw for field in fields) + raw[offset:] == raw


@given(_lines, _ends, st.binary(max_size=40))
def test_lines_that_look_like_headers_are_themselves_again(
    lines: list[bytes], end: bytes, body: bytes
) -> None:
    raw = end.join(lines) + end + body
    fields, offset = split(raw)
    assert b"".join(field.raw for field in fields) + raw[offset:] == raw


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_folds_belong_to_their_field(end: bytes) -> None:
    raw = end.join(
        [b"From joe Mon Jan  1 00:00:00 2026", b"To: a@b,", b"\tc@d", b"X:", b"", b"B: o"]
    )
    fields, offset = split(raw)
    assert [field.name for field in fields] == ["", "to", "x"]
    assert fields[1].value == b"a@b, c@d"
    assert raw[offset:] == end + b"B: o"


def test_a_body_without_a_header_gets_its_blank_line() -> None:
    raw = b"just words\r\n"
    fields, offset = split(raw)
    assert fields == []
    assert join(Head((make_field("X", "1"),)), raw, offset) == b"X: 1\r\n\r\n"


def test_a_header_that_ends_without_a_line_end_gets_one() -> None:
    raw = b"Subject: hi"
    fields, offset = split(raw)
    assert join(Head(tuple(fields)), raw, offset) == b"Subject: hi\r\n\r\n"


@given(st.binary(max_size=200))
def test_no_bare_line_end_is_left(data: bytes) -> None:
    made = crlf(data)
    rest = made.replace(b"\r\n", b"")
    assert b"\r" not in rest
    assert b"\n" not in rest
    assert crlf(made) == made


_words = st.lists(st.integers(1, 990).map(lambda size: b"x" * size), min_size=1, max_size=12)
_spaces = st.sampled_from([b" ", b"\t", b"   ", b" \t", b" " * 1200, b"\r\n "])


@given(
    _words, st.lists(_spaces, min_size=13, max_size=13), st.sampled_from([b"", b" ", b" " * 999])
)
def test_a_folded_field_reads_the_same(
    words: list[bytes], spaces: list[bytes], last: bytes
) -> None:
    raw = b"To:" + b"".join(a + b for a, b in zip(spaces, words, strict=False)) + last + b"\r\n"
    folded = fold(raw)
    assert folded.replace(b"\r\n", b"") == raw.replace(b"\r\n", b"")
    lines = folded.split(b"\r\n")[:-1]
    assert all(line.strip() and line[:1] in {b"T", b" ", b"\t"} for line in lines)
    if max(map(len, spaces)) < 5 and len(last) < 5:
        assert max(map(len, lines)) <= LONGEST_LINE
    if all(len(line) <= LONGEST_LINE for line in raw.split(b"\r\n")):
        assert folded == raw


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b""])
def test_a_word_that_is_too_long_is_not_broken(end: bytes) -> None:
    word = b"x" * 1500
    assert fold(b"To:" + word + end) == b"To:" + word + end
    assert fold(b"To: a " + word + b" b" + end) == b"To: a\r\n " + word + b"\r\n b" + end


@pytest.mark.parametrize("value", ["a\r\nBcc: x", "a\nb", "a\rb", "a\0b", "é"])
def test_our_own_values_cannot_break_out(value: str) -> None:
    with pytest.raises(ValueError):
        make_field("X", value)


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Water and seeds", "Water and seeds"),
        ('The "green" one', '"The \\"green\\" one"'),
        ("a\r\nBcc: x", '"aBcc: x"'),
        ("", ""),
    ],
)
def test_titles_become_phrases(title: str, shown: str) -> None:
    assert phrase(title) == shown


def test_other_scripts_are_encoded_and_stay_safe() -> None:
    made = phrase("Eau et semences \u0645\u064a\u0627\u0647 " * 9)
    assert make_field("List-Id", f"{made} <water.lists.example>").raw.isascii()


SIGNED = Head((
    Field("dkim-signature", b"DKIM-Signature: v=1; h=From : Subject:\r\n From:list-id; b=x\r\n"),
    Field("subject", b"Subject: hi\r\n"),
    Field("from", b"From: a@b\r\n"),
))  # fmt: skip


def test_covered_fields_are_read_from_all_signatures() -> None:
    assert covered(SIGNED) == {"from", "subject", "list-id"}
    assert covered(Head(SIGNED.fields[1:])) == frozenset()


def test_only_a_change_that_a_signature_sees_breaks_it() -> None:
    assert not breaks_signature(SIGNED, SIGNED.on_top("List-Post", "NO"))
    assert not breaks_signature(SIGNED, SIGNED.on_top("Subject", "another one on top"))
    assert breaks_signature(SIGNED, SIGNED.changed("subject", lambda raw: raw + b" x\r\n"))
    assert breaks_signature(SIGNED, SIGNED.without({"from"}))
    assert breaks_signature(SIGNED, SIGNED.without({"dkim-signature"}))
    # Signed as absent: adding one is what the signer wanted to prevent.
    assert breaks_signature(SIGNED, SIGNED.on_top("List-Id", "<x.example>"))
    assert breaks_signature(SIGNED, SIGNED.on_top("From", "c@d"))

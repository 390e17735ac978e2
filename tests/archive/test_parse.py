"""The one parser: every mail of the corpus, any bytes at all, and the facts of real mail."""

from __future__ import annotations

import email
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import Message
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.headers import split
from archive.mbox import open_archive
from archive.model import Mailbox, ParsedMessage, PartRole
from archive.parse import leaf_parts, parse, part_bytes
from tests.corpus import corpus_files, corpus_path
from tests.effort import check_linear, ends

SINGLE = [
    path
    for folder, pattern in (
        ("mime-torture", "*"),
        ("bounces", "*.eml"),
        ("auth", "*"),
        ("replies", "*"),
        ("threads", "*.eml"),
    )
    for path in corpus_files(folder, pattern=pattern)
]
LISTS = corpus_files("lists", pattern="*.mbox.gz")
LIST_STEP = 10
_WORD = re.compile(r"[A-Za-z]{5,30}")


def _mail(*lines: str, body: str = "words\n") -> bytes:
    head = (
        [*lines]
        if any(line.lower().startswith("from:") for line in lines)
        else ["From: a@ngo.example", *lines]
    )
    return ("\n".join(head) + "\n\n" + body).encode("utf-8", "surrogateescape")


def _check(raw: bytes) -> ParsedMessage:
    """What holds for the parse of any bytes at all."""
    with ends():
        found = parse(raw)
    assert parse(raw) == found
    repr(found).encode("utf-8")
    assert "\0" not in found.text
    assert "\r" not in found.text
    assert found.message_id
    assert len(found.references) <= 50
    assert [part.index for part in found.parts] == list(range(len(found.parts)))
    return found


# --- The corpus -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SINGLE, ids=lambda path: path.name)
def test_every_single_mail_of_the_corpus_is_read(path: Path) -> None:
    raw = path.read_bytes()
    found = _check(raw)
    assert all(len(part_bytes(raw, part.index)) == part.size for part in found.parts[:5])
    _check_no_word_lost(raw, found)


@pytest.mark.parametrize("path", LISTS, ids=lambda path: path.name)
def test_every_tenth_mail_of_the_lists_is_read(path: Path) -> None:
    for mail in islice(open_archive(path), 0, None, LIST_STEP):
        found = _check(mail.raw)
        assert found.from_ or "no-from" in found.defects
        _check_no_word_lost(mail.raw, found)


def _plain_words(part: Message) -> Iterator[str]:
    """The words of the plain texts as the bare standard library sees them, forwarded mails apart."""
    children = part.get_payload()
    if isinstance(children, list):
        if part.get_content_maintype() != "message":
            for child in children:
                assert isinstance(child, Message)
                yield from _plain_words(child)
    elif part.get_content_type() == "text/plain":
        data = part.get_payload(decode=True)
        assert isinstance(data, bytes)
        yield from _WORD.findall(data.decode("ascii", "ignore"))


def _check_no_word_lost(raw: bytes, found: ParsedMessage) -> None:
    if any(
        label in part.charset for part in found.parts for label in ("2022", "utf-7", "utf7", "hz")
    ):
        return  # the bytes of these charsets look like other words
    if "wrong-transfer-encoding" in found.defects:
        return  # the library decodes none of it
    fields, at = split(raw)
    bare = email.message_from_bytes(raw)
    if fields.pairs and not bare.keys():
        return  # a byte order mark: the library takes the whole mail for a body
    want = set(_plain_words(bare)) - set(_WORD.findall(found.text))
    want -= set(_WORD.findall(raw[:at].decode("ascii", "ignore")))
    if want:
        others = b" ".join(
            part_bytes(raw, part.index) for part in found.parts if part.role is not PartRole.HTML
        )
        want -= set(_WORD.findall(others.decode("ascii", "ignore")))
    if want:  # soft breaks of format=flowed and DelSp join words that were two
        joined = re.sub(r"[\s>]+", "", found.text)
        want = {word for word in want if word not in joined}
    assert not want


def test_addresses_that_bounces_report_are_in_what_was_read() -> None:
    expected = json.loads(corpus_path("bounces", "expected.json").read_text("utf-8"))
    for name, entry in expected.items():
        if entry["source"] != "flufl.bounce":
            continue
        raw = corpus_path("bounces", name).read_bytes()
        found = parse(raw)
        everything = found.text.encode() + b" ".join(
            part_bytes(raw, part.index) for part in found.parts
        )
        headers = repr(found).encode()
        flat = re.sub(rb"\s+", b"", everything + headers).lower()
        for address in entry.get("permanent", []) + entry.get("temporary", []):
            local = address.split("@")[0].lower().encode()
            assert local in flat, name


# --- Any bytes ------------------------------------------------------------------------------------


@given(st.binary(max_size=2000))
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    _check(raw)


_PIECES = st.sampled_from(
    [
        b"From: a@b.example\n", b"Subject: =?x?q?=E9?=\n", b"Content-Type: multipart/mixed; boundary=B\n",
        b'Content-Type: multipart/alternative;\n boundary="C"\r\n', b"Content-Type: text/html\n",
        b"Content-Type: message/rfc822\n", b"Content-Transfer-Encoding: base64\n", b"\n", b"\r\n", b"\r",
        b"--B\n", b"--B--\n", b"--C\n", b"--C--\n", b"<p>x</p>", b"begin 644 a\n", b"end\n", b"\0", b"\xff\xfe",
        b"Date: Mon, 1 Jan 101 00:00:00 +9999\n", b"References: <a <b> c>\n", b"=\n", b" ", b"To: (((\n",
        b"Content-Type: text/plain; format=flowed; charset*=utf-16''x\n", b"words and words \n", b"> quoted \n",
    ]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=30).map(b"".join))
def test_no_arrangement_of_mime_makes_it_raise(raw: bytes) -> None:
    found = _check(raw)
    assert len(list(leaf_parts(raw))) == sum(p.role is PartRole.ATTACHMENT for p in found.parts)


_HOSTILE: dict[str, tuple[Callable[[int], bytes], int]] = {
    "quotes": (lambda n: b'From: "' + b'"' * n + b"\n\nx", 50_000),
    "comments": (lambda n: b"From: " + b"(" * n + b"\n\nx", 50_000),
    "recipients": (lambda n: b"To: " + b"Ana <ana@ngo.example>,\n " * n + b"\n\nx", 30_000),
    "fields": (lambda n: b"X: y\n" * n + b"\nx", 50_000),
    "words": (lambda n: b"Subject: " + b"=?utf-8?q?=C3=A9?= " * n + b"\n\nx", 12_000),
    "word-starts": (lambda n: b"Subject: " + b"=?utf-8?q?" * n + b"\n\nx", 25_000),
    "parts": (
        lambda n: b"Content-Type: multipart/mixed; boundary=B\n\n" + b"--B\n\nx\n" * n,
        100_000,
    ),
    "nested": (
        lambda n: b"".join(
            b"Content-Type: multipart/mixed; boundary=B%d\n\n--B%d\n" % (at, at) for at in range(n)
        ),
        3000,
    ),
    "name": (lambda n: b'Content-Type: text/plain; name="' + b";" * n + b"\n\nx", 100_000),
    "sections": (lambda n: b"Content-Type: text/plain; " + b'x*0="a";' * n + b"\n\nx", 30_000),
    "flowed": (lambda n: b"Content-Type: text/plain; format=flowed\n\n" + b"word \n" * n, 200_000),
    "uuencoded": (lambda n: b"Content-Type: text/plain\n\n" + b"begin 644 a\n" * n, 100_000),
    "base64": (
        lambda n: b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n" + b"A" * n,
        2_000_000,
    ),
    "received": (lambda n: b"Received: from a; " + b"(" * n + b"\n\nx", 100_000),
    "references": (lambda n: b"References: " + b"<" * n + b"\n\nx", 200_000),
    "in-reply-to": (lambda n: b"In-Reply-To: from " + b"from " * n + b"\n\nx", 40_000),
    "date": (lambda n: b"Date: " + b"(" * n + b"\n\nx", 100_000),
    "bare-cr": (lambda n: b"Subject: x\r" * n + b"no field", 30_000),
    "newlines": (lambda n: b"\n" * n, 1_000_000),
    "spaces": (lambda n: b" " * n + b"x", 1_000_000),
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_hostile_mails_take_work_in_proportion(name: str) -> None:
    made, size = _HOSTILE[name]
    _check(made(4 * size))
    check_linear(lambda count: parse(made(count)), size)


# --- Facts of real mail ---------------------------------------------------------------------------


def test_the_fields_of_an_ordinary_mail() -> None:
    found = parse(
        _mail(
            "Return-Path: <ana@ngo.example>",
            "Received: from a by b; Mon, 23 Nov 2026 10:05:00 +0000",
            "Received: from c by a; Mon, 23 Nov 2026 10:01:00 +0000",
            "From: Ana Bo <ana@ngo.example>",
            "Sender: seeds-bounces@list.example",
            "Reply-To: seeds@list.example",
            "To: seeds@list.example",
            "Cc: Bo <bo@x.example>, cy@x.example",
            "Subject: Re: =?utf-8?q?Caf=C3=A9?= and seeds",
            "Date: Mon, 23 Nov 2026 11:00:00 +0100",
            "Message-ID: <One@ngo.example>",
            "In-Reply-To: <zero@x.example>",
            "References: <a@x.example> <zero@x.example>",
            "Content-Language: pt-BR, en",
            "List-Id: Seeds <seeds.list.example>",
            "X-Loop: seeds@list.example",
            "Auto-Submitted: auto-replied; why=vacation",
            "Precedence: Bulk",
        )
    )
    assert (found.message_id, found.message_id_given) == ("One@ngo.example", True)
    assert found.from_ == (Mailbox("Ana Bo", "ana@ngo.example"),)
    assert found.sender == (Mailbox("", "seeds-bounces@list.example"),)
    assert found.reply_to == found.to == (Mailbox("", "seeds@list.example"),)
    assert found.cc == (Mailbox("Bo", "bo@x.example"), Mailbox("", "cy@x.example"))
    assert found.subject == "Re: Caf\u00e9 and seeds"
    assert found.date_claimed == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert found.received_claimed == datetime(2026, 11, 23, 10, 5, tzinfo=UTC)
    assert found.in_reply_to == ("zero@x.example",)
    assert found.references == ("a@x.example", "zero@x.example")
    assert (found.auto_submitted, found.precedence) == ("auto-replied", "bulk")
    assert (found.return_path, found.received_count) == ("ana@ngo.example", 2)
    assert found.list_headers == (("list-id", "Seeds <seeds.list.example>"),)
    assert ("x-loop", "seeds@list.example") in found.headers
    assert (found.language, found.text) == ("pt-br", "words")
    assert found.defects == ()


def test_who_wrote_it_before_from_was_rewritten_is_kept_apart() -> None:
    found = parse(
        _mail("From: Ana via seeds <seeds@list.example>", "X-Original-From: Ana <ana@ngo.example>")
    )
    assert found.original_from == (Mailbox("Ana", "ana@ngo.example"),)
    assert found.from_ == (Mailbox("Ana via seeds", "seeds@list.example"),)


def test_the_first_of_two_headers_wins_and_is_told() -> None:
    found = parse(_mail("From: a@ngo.example", "From: b@x.example", "Subject: one", "Subject: two"))
    assert (found.from_[0].address, found.subject) == ("a@ngo.example", "one")
    assert {"two-from", "two-subject"} <= set(found.defects)


def test_a_mail_without_an_id_gets_one_from_its_content() -> None:
    one, two = parse(_mail("Subject: x")), parse(_mail("Subject: y"))
    assert not one.message_id_given
    assert one.message_id == parse(_mail("Received: from a; now", "Subject: x")).message_id
    assert one.message_id != two.message_id
    assert "no-message-id" in one.defects


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_line_ends_of_any_kind_give_the_same_mail(end: bytes) -> None:
    raw = _mail("Subject: x", body="one\n\ntwo\n").replace(b"\n", end)
    found = parse(raw)
    assert (found.subject, found.text) == ("x", "one\n\ntwo")
    assert found.digest == parse(_mail("Subject: x", body="one\n\ntwo\n")).digest


def test_a_multipart_with_cr_line_ends_is_read() -> None:
    raw = _mail("Content-Type: multipart/mixed; boundary=B", body="--B\n\none\n--B--\n")
    assert parse(raw.replace(b"\n", b"\r")).text == "one"


def test_nul_and_byte_order_mark_vanish() -> None:
    found = parse(b"\xef\xbb\xbfFrom: a@ngo.example\nSubject: a\0b\n\n\xef\xbb\xbfwo\0rds")
    assert (found.subject, found.text) == ("a b", "words")


def test_raw_bytes_in_headers_are_utf8_else_windows_1252() -> None:
    assert parse("From: a@b.example\nSubject: caf\u00e9\n\n".encode()).subject == "caf\u00e9"
    assert (
        parse("From: a@b.example\nSubject: caf\u00e9\n\n".encode("cp1252")).subject == "caf\u00e9"
    )


def test_a_from_line_before_the_header_is_skipped() -> None:
    raw = b"From ana@ngo.example Mon Nov 23 12:00:00 2026\n" + _mail("Subject: x")
    assert parse(raw).subject == "x"


def test_empty_groups_name_nobody() -> None:
    assert parse(_mail("To: unlisted-recipients:; (no To-header on input)")).to == ()


def test_a_list_footer_is_no_text_and_no_attachment() -> None:
    body = "--B\n\nwords\n--B\nContent-Type: text/plain\n\n_____\nseeds mailing list\n--B--\n"
    raw = _mail("Content-Type: multipart/mixed; boundary=B", body=body)
    assert parse(raw).text == "words"
    assert list(leaf_parts(raw)) == []


def test_attachments_come_in_one_pass_with_their_bytes() -> None:
    body = (
        "--B\n\nwords\n--B\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n"
        "Content-Disposition: inline\nContent-ID: <pic@x>\n\naGVsbG8=\n"
        "--B\nContent-Type: message/rfc822\n\nSubject: in\n\nner\n--B--\n"
    )
    raw = _mail("Content-Type: multipart/mixed; boundary=B", body=body)
    found = list(leaf_parts(raw))
    assert [(part.index, part.content_type, data) for part, data in found] == [
        (1, "image/png", b"hello"),
        (2, "message/rfc822", b"Subject: in\n\nner"),
    ]
    assert found[0][0].content_id == "pic@x"
    assert part_bytes(raw, 2) == b"Subject: in\n\nner"
    with pytest.raises(IndexError):
        part_bytes(raw, 3)


# --- The digest -----------------------------------------------------------------------------------


def test_two_routes_of_one_mail_have_one_digest() -> None:
    direct = _mail("Subject: x", "Message-ID: <1@x>")
    routed = _mail(
        "Received: from a by b; now",
        "DKIM-Signature: v=1; b=abc",
        "ARC-Seal: i=1",
        "Authentication-Results: mx; spf=pass",
        "Delivered-To: me@x.example",
        "From: a@ngo.example",
        "Message-ID: <1@x>",
        "Subject:   x",
        "List-Id: <seeds.list.example>",
        "X-Spam-Score: 1",
        body="words\n\n\n",
    ).replace(b"\n", b"\r\n")
    assert parse(direct).digest == parse(routed).digest


@pytest.mark.parametrize(
    "other",
    [
        _mail("Subject: y"),
        _mail("Subject: x", "From: b@ngo.example"),
        _mail("Subject: x", "Sender: b@ngo.example"),
        _mail("Subject: x", "Reply-To: b@ngo.example"),
        _mail("Subject: x", body="other\n"),
        _mail("Subject: x", body="wor ds\n"),
    ],
)
def test_another_content_has_another_digest(other: bytes) -> None:
    assert parse(other).digest != parse(_mail("Subject: x")).digest


def test_the_bare_library_agrees_on_plain_mails() -> None:
    raw = _mail("Subject: one two", body="a\nb\n")
    message: Message = email.message_from_bytes(raw)
    assert (message["subject"], message.get_payload()) == ("one two", parse(raw).text + "\n")

"""A post goes out as its author wrote it: what we add and drop, and what we never touch."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from archive.model import ArchiveMode, GroupInfo, SiteInfo
from dgroup.copies.rewrite import RewriteContext, Rewritten, forwarded, personal_lines, rewrite
from dgroup.model import Group, WhoJoins, WhoPosts
from dgroup.splice import Head, breaks_signature, split

SITE = SiteInfo("Lists", "https://lists.example", "lists.example", "en", True, True, 65536)
INFO = GroupInfo(1, "water", "Water and seeds", "", "en", "UTC", ArchiveMode.PUBLIC)
GROUP = Group(
    info=INFO,
    address="water@lists.example",
    who_posts=WhoPosts.MEMBERS,
    who_joins=WhoJoins.OPEN,
    tag="",
    reply_to_group=True,
    max_size=0,
    summary_day=1,
    summary_hour=8,
)
CONTEXT = RewriteContext(
    group=GROUP,
    site=SITE,
    key="abcdefghijklmnop",
    message_id="made@missing-message-id.invalid",
    announce=False,
    received_at=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
    envelope_id="e1f2",
)
PLAIN = (
    b"Return-Path: <ana@ngo.example>\r\n"
    b"Received: from laptop (192.0.2.7) by mx.ngo.example; Mon, 2 Mar 2026 09:29:00 +0000\r\n"
    b"From: Ana <ana@ngo.example>\r\n"
    b"To: Water <water@lists.example>\r\n"
    b"Subject: Re: wells\r\n"
    b"Message-ID:  <w1@ngo.example>\r\n"
    b"Date: Mon, 2 Mar 2026 09:29:00 +0000\r\n"
    b"X-Odd:   two  spaces,\r\n\t and a fold\r\n"
    b"\r\n"
    b"Hello,\r\n.\r\n--  \r\nAna \r\n\r\n"
)


def sent(raw: bytes, context: RewriteContext = CONTEXT) -> bytes:
    return rewrite(raw, context).whole(raw)


def read(raw: bytes, context: RewriteContext = CONTEXT) -> Message:
    return message_from_bytes(sent(raw, context))


def test_a_post_gets_the_fields_of_its_list() -> None:
    mail = read(PLAIN)
    assert mail["List-Id"] == "Water and seeds <water.lists.example>"
    assert mail["List-Post"] == "<mailto:water@lists.example>"
    assert mail["List-Help"] == "<mailto:water-help@lists.example>"
    assert mail["List-Subscribe"] == "<mailto:water-join@lists.example>"
    assert mail["List-Owner"] == "<mailto:water-owner@lists.example>"
    assert mail["List-Archive"] == "<https://lists.example/water/>"
    assert mail["Archived-At"] == "<https://lists.example/water/m/ab/abcdefghijklmnop.html>"
    assert mail["X-Loop"] == "water@lists.example"
    assert mail["Precedence"] == "list"
    assert mail["Reply-To"] == "water@lists.example"
    assert mail["Message-ID"] == "<w1@ngo.example>"


def test_untouched_fields_and_the_body_keep_every_byte() -> None:
    whole = sent(PLAIN)
    kept = PLAIN.split(b"09:29:00 +0000\r\n", 1)[1]
    assert whole.endswith(kept)


def test_the_way_of_a_mail_stays_readable_and_ours_comes_first() -> None:
    whole = sent(PLAIN)
    assert whole.count(b"\r\nReceived: ") == 1  # RFC 5321 4.4: none is ever deleted
    assert b"Return-Path" not in whole
    assert whole.startswith(b"Received: by lists.example (dgroup) id e1f2\r\n")


def test_blind_copies_and_requests_for_receipts_do_not_leave() -> None:
    raw = b"Bcc: secret@ngo.example\r\nDisposition-Notification-To: ana@ngo.example\r\n" + PLAIN
    mail = read(raw)
    assert "Bcc" not in mail
    assert "Disposition-Notification-To" not in mail


def test_an_archive_that_is_not_public_is_not_named() -> None:
    members_only = replace(GROUP, info=replace(INFO, archive=ArchiveMode.MEMBERS))
    mail = read(PLAIN, replace(CONTEXT, group=members_only))
    assert "Archived-At" not in mail
    assert "List-Archive" not in mail


def test_list_fields_of_others_are_replaced() -> None:
    raw = (
        b"List-Id: <other.example>\r\nlist-unsubscribe: <mailto:x@y>\r\nList-Archive: <z>\r\n"
        + PLAIN
    )
    mail = read(raw)
    assert mail.get_all("List-Id") == ["Water and seeds <water.lists.example>"]
    assert mail.get_all("List-Archive") == ["<https://lists.example/water/>"]
    assert "List-Unsubscribe" not in mail


def test_a_parent_lists_archive_stays_where_we_show_none() -> None:
    silent = replace(CONTEXT, group=replace(GROUP, info=replace(INFO, archive=ArchiveMode.NONE)))
    nested = b"List-Id: <up.example>\r\nList-Archive: <https://up.example/>\r\n" + PLAIN
    assert read(nested, silent)["List-Archive"] == "<https://up.example/>"
    assert "List-Archive" not in read(b"List-Archive: <https://x.example/>\r\n" + PLAIN, silent)


def test_an_announce_group_takes_no_posts() -> None:
    assert read(PLAIN, replace(CONTEXT, announce=True))["List-Post"] == "NO"


@pytest.mark.parametrize(
    "name",
    [
        b"mx.lists.example",
        b"MX.lists.EXAMPLE 1",
        b"(seen (here)) mx.lists.example",
        b"(a)\r\n (b) mx.lists.example(c)",
        b'"mx.lists.example" 1',
        b"\r\n mx.lists.example\r\n ",
    ],
)
def test_results_in_our_name_are_dropped_and_those_of_others_stay(name: bytes) -> None:
    ours = b"Authentication-Results: " + name + b"; dkim=pass\r\n"
    theirs = b"Authentication-Results: mx.ngo.example 1; dkim=pass\r\n"
    context = replace(CONTEXT, authserv_ids=frozenset({"mx.lists.example"}))
    assert read(ours + theirs + PLAIN, context).get_all("Authentication-Results") == [
        "mx.ngo.example 1; dkim=pass"
    ]


def test_a_mail_without_id_and_date_gets_both() -> None:
    mail = read(b"From: Ana <ana@ngo.example>\r\n\r\nhello\r\n")
    assert mail["Message-ID"] == "<made@missing-message-id.invalid>"
    assert mail["Date"] == "Mon, 02 Mar 2026 09:30:00 +0000"


def test_an_empty_id_is_filled() -> None:
    mail = read(b"Message-ID: \r\nFrom: Ana <ana@ngo.example>\r\n\r\nhello\r\n")
    assert mail.get_all("Message-ID") == ["<made@missing-message-id.invalid>"]


def test_a_mail_that_is_only_words_keeps_them_as_its_body_and_comes_from_the_group() -> None:
    mail = read(b"only words\r\n\r\nand more\r\n")
    assert mail["From"] == "water@lists.example"
    assert mail.get_payload() == "only words\r\n\r\nand more\r\n"


def test_an_mbox_line_is_no_header() -> None:
    whole = sent(b"From ana Mon Mar  2 09:29:00 2026\r\n" + PLAIN)
    assert b"From ana" not in whole
    assert message_from_bytes(whole)["Subject"] == "Re: wells"


def test_an_author_who_wants_answers_elsewhere_gets_them() -> None:
    assert read(b"Reply-To: me@home.example\r\n" + PLAIN)["Reply-To"] == "me@home.example"


def test_a_reply_address_that_only_repeats_the_author_yields() -> None:
    raw = b"Reply-To: Ana <ANA@ngo.example>\r\n" + PLAIN
    assert read(raw).get_all("Reply-To") == ["water@lists.example"]


def test_a_group_can_leave_answers_to_the_author() -> None:
    context = replace(CONTEXT, group=replace(GROUP, reply_to_group=False))
    assert "Reply-To" not in read(PLAIN, context)


def test_a_tag_is_put_once() -> None:
    context = replace(CONTEXT, group=replace(GROUP, tag="water"))
    assert read(PLAIN, context)["Subject"] == "[water] Re: wells"
    again = PLAIN.replace(b"Re: wells", b"Re: [Water] wells")
    assert read(again, context)["Subject"] == "Re: [Water] wells"
    without = PLAIN.replace(b"Subject: Re: wells\r\n", b"")
    assert read(without, context)["Subject"] == "[water]"


def test_a_long_subject_gets_its_tag_on_a_line_of_its_own() -> None:
    context = replace(CONTEXT, group=replace(GROUP, tag="water"))
    raw = PLAIN.replace(b"Re: wells", b"w" * 70)
    assert b"Subject: [water]\r\n " + b"w" * 70 + b"\r\n" in sent(raw, context)


def test_a_reply_key_is_turned_back_into_the_group() -> None:
    raw = PLAIN.replace(b"<water@lists", b"<Water+re-ABCDEFGHIJKLMNOP@lists")
    context = replace(CONTEXT, parent_id="root@ngo.example")
    mail = read(raw, context)
    assert mail["To"] == "Water <water@lists.example>"
    assert mail["In-Reply-To"] == "<root@ngo.example>"


def test_a_parent_that_the_author_named_is_left_alone() -> None:
    context = replace(CONTEXT, parent_id="root@ngo.example")
    assert read(b"In-Reply-To: <other@x>\r\n" + PLAIN, context)["In-Reply-To"] == "<other@x>"


@pytest.mark.parametrize("parent", ["a\r\nBcc: x@y", "\u00e9@x", "a b@c"])
def test_a_foreign_id_cannot_break_out(parent: str) -> None:
    assert "In-Reply-To" not in read(PLAIN, replace(CONTEXT, parent_id=parent))


@pytest.fixture(scope="module")
def key() -> tuple[bytes, bytes]:
    """A signing key of our own: PEM and the TXT record that publishes it."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem, b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def signed(raw: bytes, pem: bytes, names: list[bytes], canonical: tuple[bytes, bytes]) -> bytes:
    head: bytes = dkim.sign(
        raw, b"s1", b"ngo.example", pem, canonicalize=canonical, include_headers=names
    )
    return head + raw


def publishes(record: bytes) -> Callable[..., bytes]:
    return lambda name, timeout=5: record


def breaks(raw: bytes, done: Rewritten) -> bool:
    before, after = split(raw)[0], split(done.head)[0]
    return breaks_signature(Head(tuple(before)), Head(tuple(after)))


@pytest.mark.parametrize("body", [b"relaxed", b"simple"])
@pytest.mark.parametrize("tag", ["", "water"])
def test_a_signed_post_still_verifies(key: tuple[bytes, bytes], tag: str, body: bytes) -> None:
    pem, record = key
    usual = b"from to cc subject date message-id in-reply-to references reply-to".split()
    keyed = PLAIN.replace(b"<water@lists", b"<water+re-abcdefghijklmnop@lists")
    raw = signed(keyed, pem, [*usual, *usual], (b"simple", body))
    context = replace(CONTEXT, group=replace(GROUP, tag=tag), parent_id="root@ngo.example")
    done = rewrite(raw, context)
    assert not breaks(raw, done)
    assert dkim.verify(done.whole(raw), dnsfunc=publishes(record))
    out = message_from_bytes(done.whole(raw))
    assert out["List-Id"]
    assert "Reply-To" not in out


def test_a_field_that_was_not_signed_may_change(key: tuple[bytes, bytes]) -> None:
    pem, record = key
    raw = signed(PLAIN, pem, [b"from", b"subject"], (b"relaxed", b"relaxed"))
    done = rewrite(raw, CONTEXT)
    assert message_from_bytes(done.whole(raw))["Reply-To"] == "water@lists.example"
    assert dkim.verify(done.whole(raw), dnsfunc=publishes(record))


def test_a_signature_over_list_fields_is_told_as_broken(key: tuple[bytes, bytes]) -> None:
    pem, record = key
    raw = signed(PLAIN, pem, [b"from", b"subject", b"list-id"], (b"relaxed", b"relaxed"))
    done = rewrite(raw, CONTEXT)
    assert breaks(raw, done)
    assert not dkim.verify(done.whole(raw), dnsfunc=publishes(record))


@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail(raw: bytes) -> None:
    done = rewrite(raw, CONTEXT)
    assert done.head.startswith(b"Received: by lists.example")


def test_headers_in_utf8_are_told_when_the_mail_came_as_such() -> None:
    raw = PLAIN.replace(b"wells", "puits forés".encode())
    assert not rewrite(raw, CONTEXT).smtputf8
    assert rewrite(raw, replace(CONTEXT, smtputf8=True)).smtputf8
    assert not rewrite(PLAIN, replace(CONTEXT, smtputf8=True)).smtputf8


def test_a_member_can_leave_with_one_click_or_by_mail() -> None:
    lines = personal_lines("water", "lists.example", "https://lists.example", "tok234")
    mail = message_from_bytes(lines + sent(PLAIN))
    assert mail["List-Unsubscribe"] == (
        "<https://lists.example/_/leave/tok234>,\r\n <mailto:water-leave+tok234@lists.example>"
    )
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert max(len(line) for line in lines.split(b"\r\n")) < 78


def test_a_forwarded_mail_is_marked_and_else_itself() -> None:
    out = forwarded(PLAIN.replace(b"\r\n", b"\n"), "water@lists.example")
    assert out == b"X-Loop: water@lists.example\r\n" + PLAIN.split(b"\r\n", 1)[1]

"""Digests as mails: both forms in four languages, whole mails that stay what they were, RFC 1153's lines.

`DGROUP_GOLDEN=write` writes the golden files anew.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.i18n import languages
from archive.ids import key_of
from archive.model import ArchiveMode
from archive.parse import parse
from dgroup import filelinks
from dgroup.audience import LIGHT, MIME, PLAIN
from dgroup.authentication.dkimcanon import Mail
from dgroup.authentication.dkimcheck import failure, signatures
from dgroup.chores.digest_mails import (
    HEAD_RULE,
    RULE,
    Entry,
    Issue,
    Stored,
    entry_of,
    mail_of,
    parts_of,
    stuffed,
    threaded,
)
from dgroup.filelinks import Links
from dgroup.letters import LetterWriter
from dgroup.model import Group
from tests.dgroup.desk import KEYRING
from tests.dgroup.office import NOW, SITE
from tests.dgroup.plainmail import GROUP, INFO
from tests.dgroup.zones import NOON, mail, rsa_key, signed

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "digest"
LETTERS = LetterWriter(SITE)
LINKS = Links(KEYRING, SITE.base_url, NOW)
TRACE = b"Return-Path: <x@ngo.example>\r\nReceived: from pc.ngo.example [192.0.2.9]\r\nBcc: z@z.example\r\n"
ROPE = (
    b"From: Awa Diop <awa@ong.example>\r\nTo: water@lists.example\r\nSubject: Rope pumps\r\n"
    b"Message-ID: <r1@ong.example>\r\nDate: Mon, 2 Mar 2026 08:00:00 +0000\r\n"
)
FILES = (
    b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nThe plan.\r\n"
    b'--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="plan.pdf"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--b--\r\n"
)
MAILS = (
    (ROPE + b"\r\nWhich rope lasts?\r\n", 1),
    (ROPE.replace(b"r1@", b"w1@").replace(b"Rope pumps", b"Wells") + FILES, 2),
    (
        ROPE.replace(b"r1@", b"r2@").replace(b"Awa Diop <awa@", b"Ben <ben@")
        + b"In-Reply-To: <r1@ong.example>\r\nContent-Type: text/plain; charset=utf-8\r\n"
        + "Content-Transfer-Encoding: 8bit\r\n\r\nCelle en nylon, très solide.\r\n".encode()
        + RULE.encode()
        + b"\r\n> quoted\r\n",
        1,
    ),
)


def entry(
    raw: bytes, thread: int = 1, post: int = 1, group: Group = GROUP, *, light: bool = False
) -> Entry:
    message = parse(raw)
    stored = Stored(
        post_id=post,
        key=key_of(message.message_id),
        thread_id=thread,
        thread="Rope pumps",
        subject=message.subject,
        author=message.from_[0].name,
        address=message.from_[0].address,
        received_at=NOW,
        message_id=message.message_id,
    )
    return entry_of(stored, message, raw, group, SITE, LINKS, light=light)


def entries(group: Group = GROUP) -> list[Entry]:
    return threaded(
        [entry(TRACE + raw, thread, n, group) for n, (raw, thread) in enumerate(MAILS, 1)]
    )


def digest(
    form: str, language: str = "en", group: Group = GROUP, some: list[Entry] | None = None
) -> bytes:
    issue = Issue(group, SITE, language, form, date(2026, 3, 3), NOW)
    found = entries(group) if some is None else some
    return mail_of(issue, found, (1, 1), "d1@lists.example", LETTERS)


def read(raw: bytes) -> EmailMessage:
    found = message_from_bytes(raw, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def text_of(message: EmailMessage) -> str:
    return str(message.get_content()).replace("\r\n", "\n")


def members_only() -> Group:
    return replace(GROUP, info=replace(INFO, archive=ArchiveMode.MEMBERS))


def enclosed_in(raw: bytes) -> list[bytes]:
    """The mails of a digest as they stand in it, cut at the boundary as a reader's program does."""
    found = re.search(rb'multipart/digest; boundary="([^"]+)"', raw)
    assert found is not None
    parts = raw.split(b"\r\n--" + found.group(1))[1:-1]
    return [part.split(b"\r\n\r\n", 1)[1] for part in parts]


# --- As they always were ------------------------------------------------------------------------


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("form", [PLAIN, MIME])
def test_a_digest_reads_as_it_always_did(form: str, language: str) -> None:
    group = replace(GROUP, info=replace(INFO, language=language))
    raw = digest(form, language, group)
    golden = GOLDEN / f"{form}.{language}.eml"
    if os.environ.get("DGROUP_GOLDEN") == "write":
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(raw)
    assert raw == golden.read_bytes()
    assert raw.replace(b"\r\n", b"").count(b"\n") == 0
    assert not read(raw).defects


# --- One text -----------------------------------------------------------------------------------


def test_a_plain_digest_is_cut_by_the_lines_of_rfc_1153() -> None:
    text = text_of(read(digest(PLAIN)))
    contents, _, rest = text.partition(f"\n\n{HEAD_RULE}\n\n")
    posts = rest.split(f"\n\n{RULE}\n\n")
    assert len(posts) == 4
    names = [line.partition(":")[0] for line in posts[0].partition("\n\n")[0].split("\n")]
    assert names == ["Message", "Date", "From", "To", "Subject", "Message-ID", "Reply-To"]
    inner = message_from_bytes(posts[0].encode(), policy=policy.default)
    assert inner["Message-ID"] == "<r1@ong.example>"
    assert inner["Date"].datetime == NOW
    assert posts[3] == "End of Water Digest\n" + "*" * 19 + "\n"
    assert "Rope pumps\n   1. Awa Diop\n      https://" in contents
    assert "   2. Ben\n" in contents
    assert "\n3. Wells (Awa Diop)\n   https://" in contents
    assert f"\n {RULE}\n> quoted" in posts[1]


@given(st.text(alphabet="-a \n", max_size=200))
def test_no_post_can_look_like_the_end_of_one(text: str) -> None:
    assert not any(line.startswith(RULE) for line in stuffed(text).split("\n"))


def test_where_only_members_read_the_archive_files_have_signed_links() -> None:
    text = text_of(read(digest(PLAIN, group=members_only())))
    assert "1. Awa Diop\n      water+re-" in text
    found = re.search(r"File: plan.pdf \(4 bytes\) https://lists.example/_/file/(\S{32})\n", text)
    assert found is not None
    ref = filelinks.read(found.group(1), KEYRING)
    assert ref is not None
    assert (ref.member, ref.post, ref.part) == (filelinks.NOBODY, 2, 1)
    assert "https://lists.example/water" not in text


def test_a_group_without_an_archive_names_the_files_only() -> None:
    group = replace(GROUP, info=replace(INFO, archive=ArchiveMode.NONE))
    assert "File: plan.pdf (4 bytes)\n" in text_of(read(digest(PLAIN, group=group)))


# --- Whole mails --------------------------------------------------------------------------------


def test_a_mime_digest_has_its_contents_and_then_the_mails_that_came() -> None:
    raw = digest(MIME)
    message = read(raw)
    contents, inner = message.iter_parts()
    assert (message.get_content_type(), inner.get_content_type()) == (
        "multipart/mixed",
        "multipart/digest",
    )
    assert contents.get_content_type() == "text/plain"
    found = list(inner.iter_parts())
    assert [part.get_content_type() for part in found] == ["message/rfc822"] * 3
    for part, (came, _) in zip(found, (MAILS[0], MAILS[2], MAILS[1]), strict=True):
        mail_inside, original = part.get_content(), read(came)
        assert not mail_inside.defects
        assert mail_inside.items() == original.items()
        ours, theirs = mail_inside.get_payload(decode=True), original.get_payload(decode=True)
        assert ours == theirs
    assert b"pc.ngo.example" not in raw
    assert b"z@z.example" not in raw
    assert list(enclosed_in(raw)) == [
        MAILS[0][0],
        MAILS[2][0],
        MAILS[1][0],
    ]


def test_the_outer_parts_say_what_the_inner_ones_hold() -> None:
    whole = read(digest(MIME))
    seven = read(digest(MIME, some=threaded([entry(MAILS[0][0])])))
    assert whole["Content-Transfer-Encoding"] == "8bit"
    assert seven["Content-Transfer-Encoding"] == "7bit"
    digests = list(whole.iter_parts())[1]
    eight = [part["Content-Transfer-Encoding"] for part in digests.iter_parts()]
    assert eight == [None, "8bit", None]


@pytest.mark.parametrize("form", [(b"simple", b"simple"), (b"relaxed", b"relaxed")])
def test_a_signature_inside_still_holds(form: tuple[bytes, bytes]) -> None:
    came = signed(mail(), forms=form)
    group = replace(GROUP, reply_to_group=True)
    (inside,) = enclosed_in(digest(MIME, some=[entry(TRACE + came, group=group)]))
    cut = Mail(inside)
    verdicts = [failure(cut, one, lambda _: (rsa_key().record,), NOON) for one in signatures(cut)]
    assert verdicts == [""]
    assert inside.startswith(b"Reply-To: water+re-")


def test_a_signature_inside_that_covers_reply_to_keeps_it_away() -> None:
    came = b"DKIM-Signature: h=from:reply-to; b=x\r\n" + ROPE + b"\r\nhello\r\n"
    group = replace(GROUP, reply_to_group=True)
    assert b"Reply-To" not in entry(came, group=group).mail


@given(st.binary(max_size=300))
def test_any_bytes_give_a_digest_that_can_be_taken_apart(body: bytes) -> None:
    some = threaded([entry(ROPE + b"\r\n" + body), entry(MAILS[0][0], post=2)])
    inside = enclosed_in(digest(MIME, some=some))
    assert inside == [one.mail for one in some]


# --- Sizes --------------------------------------------------------------------------------------


def test_each_mail_holds_at_least_one_post_and_numbers_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dgroup.chores.digest_mails.MIME_SIZE", 10)
    parts = list(parts_of(entries(), MIME))
    assert [[one.number for one in part] for part in parts] == [[1], [2], [3]]
    assert len(list(parts_of(entries(), PLAIN))) == 1


# --- Answers ------------------------------------------------------------------------------------


def test_an_answer_to_a_digest_of_one_thread_goes_to_its_last_post() -> None:
    found = entries()
    one, two, other = found
    assert read(digest(PLAIN, some=[one, two]))["Reply-To"] == two.reply_to
    assert read(digest(MIME, some=[other]))["Reply-To"] == other.reply_to
    assert read(digest(PLAIN, some=found))["Reply-To"] == "water@lists.example"


def test_a_post_without_room_left_is_cut_for_light_members_too() -> None:
    raw = ROPE + b"\r\n" + b"> said\r\n" * 20 + b"\r\nI agree with all of it.\r\n"
    whole = entry(raw, light=True)
    text = text_of(read(digest(LIGHT, some=threaded([whole, whole.cut(0)]))))
    assert text.count("I agree") == 1
    assert "[... 20 quoted lines] https://" in text
    assert text.count("[... the text goes on] https://") == 1

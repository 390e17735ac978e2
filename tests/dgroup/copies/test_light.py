"""Light copies as mails: four goldens, whose mail they say they are, what they leave out and what not.

`DGROUP_GOLDEN=write` writes the golden files anew.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.content import content_of
from archive.model import ArchiveMode
from dgroup.copies.light import FILES, SIZE, light_copy
from dgroup.copies.rewrite import RewriteContext, rewrite
from dgroup.letters import LetterWriter
from tests.dgroup.office import NOW, SITE
from tests.dgroup.plainmail import GROUP, INFO

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "light"
CONTEXT = RewriteContext(GROUP, SITE, "k" * 16, "m1@ngo.example", False, NOW, "e1")
LETTERS = LetterWriter(SITE)
HEAD = b"From: Ana <ana@ngo.example>\r\nTo: water@lists.example\r\nMessage-ID: <m1@ngo.example>\r\n"
HTML = b"Content-Type: text/html; charset=utf-8\r\n\r\n"
QUOTE = b"".join(b"> line %d\r\n" % n for n in range(13))


def light(raw: bytes, context: RewriteContext = CONTEXT) -> bytes:
    return light_copy(
        content_of(raw), rewrite(raw, context), context, LETTERS, context.group.info.language
    )


def read(copy: bytes) -> EmailMessage:
    message = BytesParser(policy=policy.default).parsebytes(copy)
    assert isinstance(message, EmailMessage)
    return message


def text(copy: bytes) -> str:
    return str(read(copy).get_content()).replace("\r\n", "\n")


def of_archive(mode: ArchiveMode) -> RewriteContext:
    return replace(CONTEXT, group=replace(GROUP, info=replace(INFO, archive=mode)))


@pytest.mark.parametrize("name", ["html-only", "files", "long-quote", "base64"])
def test_a_light_copy_reads_as_it_always_did(name: str) -> None:
    raw = (GOLDEN / f"{name}.eml").read_bytes()
    copy = light(raw)
    golden = GOLDEN / f"{name}.light.eml"
    if os.environ.get("DGROUP_GOLDEN") == "write":
        golden.write_bytes(copy)
    assert copy == golden.read_bytes()
    assert copy.replace(b"\r\n", b"").count(b"\n") == 0


def test_the_group_is_in_from_and_answers_go_to_the_author() -> None:
    raw = HEAD + b"Subject: wells\r\nDKIM-Signature: h=from; b=x\r\n" + HTML + b"<p>hello</p>"
    copy = read(light(raw))
    assert str(copy["From"]) == "Ana via Water <water@lists.example>"
    assert (copy["Reply-To"], copy["Author"]) == ("Ana <ana@ngo.example>", "Ana <ana@ngo.example>")
    assert (copy["Subject"], copy["Message-ID"]) == ("wells", "<m1@ngo.example>")
    assert copy["List-Id"] == "Water <water.lists.example>"
    assert copy["DKIM-Signature"] is None
    assert copy.get_content() == "hello\r\n"


@pytest.mark.parametrize(
    ("to_group", "theirs", "signed", "expected"),
    [
        (False, b"", b"", "ana@ngo.example"),
        (False, b"Reply-To: office@ngo.example\r\n", b"", "office@ngo.example"),
        (True, b"", b"", "water@lists.example"),
        (True, b"", b"DKIM-Signature: h=from:reply-to; b=x\r\n", "water@lists.example"),
        (True, b"Reply-To: office@ngo.example\r\n", b"", "office@ngo.example"),
    ],
)
def test_reply_to_is_what_group_or_author_asked_for(
    to_group: bool, theirs: bytes, signed: bytes, expected: str
) -> None:
    context = replace(CONTEXT, group=replace(GROUP, reply_to_group=to_group))
    copy = read(light(HEAD + theirs + signed + HTML + b"<p>hello</p>", context))
    assert copy["Reply-To"].addresses[0].addr_spec == expected


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"\r\nshort text\r\n",
        HEAD + b"\r\nanswer\r\n\r\nBen wrote:\r\n> question\r\n",
        HEAD + b'Content-Type: multipart/encrypted; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\n"
        b"Content-Type: application/octet-stream\r\n\r\nsecret\r\n--b--\r\n",
        HEAD + b"Content-Type: application/pkcs7-mime\r\n\r\nsecret\r\n",
        HEAD.replace(b"<m1", b"<\xc3\xa9") + HTML + b"<p>hello</p>",
    ],
)
def test_text_and_secrets_go_as_they_are(raw: bytes) -> None:
    assert light(raw) == b""


def test_a_signed_mail_says_that_its_signature_is_not_here() -> None:
    raw = (
        HEAD
        + b'Content-Type: multipart/signed; boundary="b"\r\n\r\n--b\r\n\r\nsigned words\r\n--b\r\n'
        b"Content-Type: application/pgp-signature\r\n\r\nxyz\r\n--b--\r\n"
    )
    assert text(light(raw)) == (
        "signed words\n\n[The author signed the whole mail; this copy has no signature]\n"
    )


@pytest.mark.parametrize("mode", [ArchiveMode.MEMBERS, ArchiveMode.NONE])
def test_no_link_leads_where_members_cannot_go(mode: ArchiveMode) -> None:
    copy = text(light((GOLDEN / "files.eml").read_bytes(), of_archive(mode)))
    assert "https://" not in copy
    assert "File: wells map.pdf (4 kB)\n" in copy
    assert copy.endswith("write FULL to:\n\nwater-request@lists.example\n")


def test_a_long_text_is_cut_at_a_line() -> None:
    lines = "".join(
        f"{n:05} a line of sixty bytes, as people write them in their mails\r\n"
        for n in range(2000)
    )
    copy = text(light(HEAD + b"\r\n" + lines.encode()))
    shown, _, mark = copy.rpartition("\n\n")
    assert mark == "[... the text goes on] https://lists.example/water/m/kk/" + "k" * 16 + ".html\n"
    assert SIZE - 100 < len(shown) <= SIZE
    assert shown.split("\n") == lines.split("\r\n")[: shown.count("\n") + 1]


def test_many_files_are_counted() -> None:
    part = b"--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=%d.png\r\n\r\nx\r\n"
    files = b"".join(part % n for n in range(FILES + 3))
    copy = text(
        light(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + files + b"--b--\r\n")
    )
    assert copy.count("File: ") == FILES
    assert "and 3 more files https://" in copy


def test_a_quote_of_twelve_lines_stays() -> None:
    short = b"".join(QUOTE.splitlines(keepends=True)[:12])
    copy = text(
        light(HEAD + b"\r\nyes\r\n\r\n" + QUOTE + b"\r\nand\r\n\r\n" + short + b"\r\nno\r\n")
    )
    assert "[... 13 quoted lines] https://" in copy
    assert copy.count("> line 11") == 1
    assert copy.count("> line 12") == 0


def test_bare_utf8_in_a_header_is_encoded_or_left_out() -> None:
    raw = (
        HEAD.replace(b"Ana", "Zoë".encode()) + "Subject: Été\r\nCc: Zoë <z@x.example>\r\n".encode()
    )
    copy = read(light(raw + HTML + b"<p>hello</p>", replace(CONTEXT, smtputf8=True)))
    assert str(copy["Subject"]) == "Été"
    assert str(copy["From"]) == "Zoë via Water <water@lists.example>"
    assert str(copy["Reply-To"]) == str(copy["Author"]) == "Zoë <ana@ngo.example>"
    assert copy["Cc"] is None


_LINES = st.sampled_from(
    ["From: a", "From: \x00<x@y>", "From:", "Subject: =?utf-8?q?=0A?=", "Subject: \u2028é", "To: é",
     "Reply-To: \u202e", "Author: x", "Message-ID: <a>", "Content-Type: text/html", "\ud83d", "", "> q",
     "<p>", "x" * 3000, "Content-Type: multipart/mixed; boundary=b", "--b", "Content-Disposition: attachment"]
)  # fmt: skip


@given(lines=st.lists(_LINES, max_size=40), quotes=st.integers(0, 20))
def test_whatever_comes_a_light_copy_is_a_small_mail(lines: list[str], quotes: int) -> None:
    body = "\r\n".join([*lines, *["> quoted"] * quotes])
    raw = HEAD + body.encode("utf-8", "surrogatepass")
    copy = light(raw)
    if copy:
        head, blank, _ = copy.partition(b"\r\n\r\n")
        assert blank
        assert head.isascii()
        assert copy.isascii()
        parsed = read(copy)
        assert [len(parsed.get_all(name, [])) for name in ("From", "Content-Type")] == [1, 1]
        assert parsed["From"].addresses[0].addr_spec == "water@lists.example"
        assert parsed.get_content_type() == "text/plain"
        assert len(copy) < 3 * SIZE + 5 * len(raw)


# --- As members read it -------------------------------------------------------------------------


def test_a_mail_that_is_nothing_but_a_quote_was_passed_on_and_stays() -> None:
    raw = HEAD + HTML + b"<blockquote>" + b"".join(b"line %d<br>" % n for n in range(20))
    assert "> line 19" in read(light(raw + b"</blockquote>")).get_content()


def test_an_empty_line_parts_what_is_said_from_the_quote_that_is_left_out() -> None:
    text = read(light(HEAD + b"\r\n" + QUOTE + b"What version is it?\r\n")).get_content()
    assert re.search(
        r"^\[\.\.\. 13 quoted lines\] \S+\n\nWhat version is it\?\n", text.replace("\r", "")
    )


def test_an_invitation_is_one_file() -> None:
    calendar = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    raw = (
        HEAD + b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\n\r\nCome.\r\n--b\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\n"
        + calendar
        + b"--b\r\nContent-Type: application/ics; name=invite.ics\r\n"
        b"Content-Disposition: attachment; filename=invite.ics\r\n\r\n" + calendar + b"--b--\r\n"
    )
    text = read(light(raw)).get_content()
    assert [line for line in text.split("\n") if line.startswith("File: ")] == [
        next(line for line in text.split("\n") if "invite.ics (" in line)
    ]

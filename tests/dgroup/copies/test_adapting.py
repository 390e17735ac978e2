"""Footers and remote images: what changes in a mail, and that nothing else does."""

from __future__ import annotations

import base64
import os
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import Message
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from archive.db import Database
from archive.mbox import open_archive
from archive.parse import parse
from archive.store import load_raw
from archive.tables import mails
from dgroup import deliveries
from dgroup.copies.adapting import adapted, changed, footer_of, may_change
from dgroup.copies.rewrite import Rewritten
from dgroup.letters import LetterWriter
from dgroup.model import DmarcPolicy, Role
from dgroup.splice import split
from dgroup.tables import outbox_mails
from tests.corpus import corpus_files
from tests.dgroup.desk import SITE, Desk, opened
from tests.dgroup.plainmail import GROUP

FOOTER = "Water: water@lists.example\nPour quitter le groupe, écrivez à water-leave@lists.example"
HEAD = "From: Ana <ana@ngo.example>\r\nSubject: Wells\r\nMIME-Version: 1.0\r\n"


def mail(kind: str, body: str | bytes, encoding: str = "", more: str = "") -> bytes:
    cte = f"Content-Transfer-Encoding: {encoding}\r\n" if encoding else ""
    data = body if isinstance(body, bytes) else body.encode()
    return f"{HEAD}{more}Content-Type: {kind}\r\n{cte}\r\n".encode() + data


def footed(raw: bytes, footer: str = FOOTER) -> bytes:
    return changed(raw, images=True, footer=footer)


def text(raw: bytes) -> str:
    payload = message_from_bytes(raw)
    data = payload.get_payload(decode=True)
    assert isinstance(data, bytes)
    return data.decode(payload.get_content_charset("ascii")).replace("\r\n", "\n")


PLAIN = FOOTER.replace("é", "e").replace("à", "a")


@pytest.mark.parametrize(
    ("raw", "want"),
    [
        (mail("text/plain", "Hi.\r\n"), f"Hi.\n\n-- \n{PLAIN}\n"),
        (mail("text/plain; charset=utf-8", "Hi.", "8bit"), f"Hi.\n\n-- \n{FOOTER}\n"),
        (mail("text/plain; charset=utf-8", "Hi.", "7bit"), f"Hi.\n\n-- \n{PLAIN}\n"),
        (
            mail("text/plain; charset=utf-8", "H=C3=A9", "quoted-printable"),
            f"Hé\n\n-- \n{FOOTER}\n",
        ),
        (
            mail("text/plain; charset=latin-1", "H=E9=\r\n!", "quoted-printable"),
            f"Hé!\n\n-- \n{FOOTER}\n",
        ),
        (
            mail("text/plain; charset=utf-8", base64.b64encode("Hé\r\n".encode()), "base64"),
            f"Hé\n\n-- \n{FOOTER}\n",
        ),
        (mail("text/plain", "Hi.\r\n-- \r\nAna\r\n"), f"Hi.\n-- \nAna\n\n{'_' * 40}\n{PLAIN}\n"),
        (
            mail("text/plain; format=flowed", "Hi \r\nthere.\r\n"),
            f"Hi \nthere.\n\n-- \n{PLAIN}\n",
        ),
    ],
)
def test_a_text_gets_it_in_its_own_charset_and_encoding(raw: bytes, want: str) -> None:
    new = footed(raw)
    assert text(new) == want
    assert new.startswith(raw[: split(raw)[1]])
    assert all(len(line) < 998 for line in new.splitlines())


def test_lines_that_flowed_text_would_take_for_quotes_are_stuffed() -> None:
    new = footed(mail("text/plain; format=flowed", "Hi.\r\n"), "> All\nFrom us")
    assert new.endswith(b"\r\n-- \r\n > All\r\n From us\r\n")


def test_html_gets_it_before_the_body_ends_with_links_and_no_markup_of_its_own() -> None:
    raw = mail("text/html; charset=latin-1", b"<html><body><p>H\xe9</p></BODY></html>", "8bit")
    new = footed(raw, "A <b> & é\nhttps://lists.example/water/?a=1&b=2")
    assert b"<hr>\r\n<p>A &lt;b&gt; &amp; &#233;<br>\r\n" in new
    assert b'<a href="https://lists.example/water/?a=1&amp;b=2">' in new
    assert new.endswith(b"</p>\r\n</BODY></html>")


def tree(*parts: str, kind: str = "mixed") -> bytes:
    body = "".join(f"--b\r\n{part}\r\n" for part in parts) + "--b--\r\n"
    return mail(f'multipart/{kind}; boundary="b"', body)


TEXT = "Content-Type: text/plain\r\n\r\nHi."
HTML = "Content-Type: text/html\r\n\r\n<p>Hi.</p>"
FILE = "Content-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment\r\n\r\nfile"
INVITED = "Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR"


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        (tree(TEXT, HTML, kind="alternative"), [0, 1]),
        (tree(TEXT, FILE), [0]),
        (tree(TEXT.replace("Hi.", ""), HTML, kind="alternative"), [1]),
        (tree(FILE, TEXT), [1]),
        (tree(TEXT, HTML), [0]),
        (tree(TEXT, INVITED, kind="alternative"), [0]),
        (tree(HTML, FILE, kind="related"), [0]),
    ],
)
def test_of_alternatives_each_gets_it_else_the_first_text(raw: bytes, parts: list[int]) -> None:
    before, after = leaves(raw), leaves(footed(raw))
    differ = [at for at, (one, two) in enumerate(zip(before, after, strict=True)) if one != two]
    assert differ == parts


@pytest.mark.parametrize(
    "raw",
    [
        tree(TEXT, "Content-Type: application/pgp-signature\r\n\r\nx", kind="signed"),
        tree("Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1", kind="encrypted"),
        tree(TEXT, kind="report"),
        tree(TEXT, "Content-Type: application/pkcs7-signature\r\n\r\nx"),
        mail("application/pkcs7-mime; smime-type=enveloped-data", "xx"),
        mail("text/plain", "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA512\r\n\r\nHi\r\n"),
        mail("text/plain", base64.b64encode(b"-----BEGIN PGP MESSAGE-----\n"), "base64"),
        mail("text/calendar; method=REQUEST", "BEGIN:VCALENDAR"),
        mail("text/plain; charset=iso-2022-jp", "Hi."),
        mail("text/plain; charset=utf-16", "Hi."),
        mail("text/plain; charset=none-such", "Hi."),
        mail("text/plain", "Hi.", "x-uuencode"),
        mail("text/plain", b"H\xe9 without a label"),
        mail("text/plain", "no base64!", "base64"),
        mail("text/plain", "Hi.", more="Content-Type: text/html\r\n"),
        mail("text/html", "<p>Hi.</p><b"),
        mail("text/html", "<p>Hi.</p><!-- "),
        mail("text/html", "<p>Hi.</p><iframe src=cid:1>"),
        mail("text/html; boundary=b", "--b\r\n\r\nx\r\n--b--"),
        tree(TEXT)[:-8],
        tree(FILE),
        b"",
        b"no header",
    ],
)
def test_what_is_sealed_or_unusual_stays_as_it_is(raw: bytes) -> None:
    assert changed(raw, images=False, footer=FOOTER) == raw


def test_words_that_a_charset_lacks_leave_the_mail_alone() -> None:
    raw = mail("text/plain", "Hi.\r\n")
    assert footed(raw, "المجموعة") == raw
    assert "المجموعة" in text(footed(mail("text/plain; charset=utf-8", "Hi", "8bit"), "المجموعة"))


# --- Every mail of the corpus -------------------------------------------------------------------


def leaves(raw: bytes) -> list[tuple[str, str, bytes]]:
    found = []
    for part in message_from_bytes(raw).walk():
        if not part.is_multipart():
            payload = str(part.get_payload()).encode("utf-8", "surrogateescape")
            found.append((part.get_content_type(), str(part.get_filename()), payload))
    return found


def shape(message: Message) -> list[object]:
    return [(part.get_content_type(), part.keys()) for part in message.walk()]


def corpus() -> Iterator[bytes]:
    """All mails made to be hard, and some of each real list; all with DGROUP_WHOLE_CORPUS=1."""
    for path in corpus_files("mime-torture", pattern="*.eml"):
        yield path.read_bytes()
    whole = bool(os.environ.get("DGROUP_WHOLE_CORPUS"))
    for path in corpus_files("lists", pattern="*.mbox.gz"):
        some = open_archive(path) if whole else islice(open_archive(path), 0, 900, 45)
        yield from (one.raw for one in some)


_FOOTED = re.compile(
    r"(?: ?--|_{40}|\* \* \*|) ?Water: water@lists\.example Pour quitter .{1,40} water-leave@lists\.example"
)


def check_footer(raw: bytes) -> bool:
    """Hold a footed mail against the mail; tells whether it has one."""
    new = footed(raw)
    if new == raw:
        return False
    offset = split(raw)[1]
    assert new[:offset] == raw[:offset]
    before, after = message_from_bytes(raw), message_from_bytes(new)
    assert shape(before) == shape(after)
    texts = {"text/plain", "text/html"}
    same = zip(leaves(raw), leaves(new), strict=True)
    assert all(one == two for one, two in same if one[0] not in texts)
    was, now = parse(raw), parse(new)
    assert [(one.role, one.filename, one.content_type) for one in was.parts] == [
        (one.role, one.filename, one.content_type) for one in now.parts
    ]
    assert set(now.defects) == set(was.defects)
    bare, count = _FOOTED.subn(" ", " ".join(now.text.split()))
    assert 1 <= count <= 2
    assert bare.split() == was.text.split()
    return True


def test_a_footer_changes_nothing_else_in_mails_of_the_corpus() -> None:
    results = [check_footer(raw) for raw in corpus()]
    if not results:
        pytest.skip("no corpus")
    assert sum(results) > len(results) * 0.5  # many are made to be broken


# --- Signatures and policies --------------------------------------------------------------------

SIGNED = "DKIM-Signature: v=1; a=rsa-sha256; d=ngo.example; s=a; h=from; bh=x; b=y\r\n"


@pytest.mark.parametrize(
    ("more", "policy", "may"),
    [
        ("", DmarcPolicy.REJECT, True),
        (SIGNED, DmarcPolicy.NONE, True),
        (SIGNED, DmarcPolicy.QUARANTINE, True),
        (SIGNED, DmarcPolicy.REJECT, True),
        (SIGNED, None, False),
        ("Content-MD5: Q2hlY2s=\r\n", DmarcPolicy.NONE, False),
    ],
)
def test_a_signature_breaks_only_where_from_can_follow(
    more: str, policy: DmarcPolicy | None, may: bool
) -> None:
    raw = mail("text/plain", "Hi.\r\n", more=more)
    assert may_change(raw, policy) is may
    ordinary = Rewritten(raw[: split(raw)[1]], split(raw)[1], smtputf8=False)
    copy = adapted(raw, ordinary, GROUP, FOOTER, policy)
    assert (copy.body is not None) is may


def test_the_default_words_name_the_way_out_in_the_groups_language() -> None:
    letters = LetterWriter(SITE)
    group = replace(GROUP, footer="on")
    assert footer_of(group, SITE, letters, "en").splitlines() == [
        "Water: water@lists.example",
        "To leave the group, send an empty mail to water-leave@lists.example",
        "All posts: https://lists.example/water/",
    ]
    assert footer_of(replace(group, footer="Our own"), SITE, letters, "en") == "Our own"
    assert footer_of(GROUP, SITE, letters, "en") == ""


# --- Through the service ------------------------------------------------------------------------


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.join("ana@ngo.example", "Ana")
        made.join("kim@ngo.example", "Kim", Role.COORDINATOR)
        yield made


def copies(desk: Desk) -> list[bytes]:
    with desk.db.read() as conn:
        query = select(outbox_mails.c.id).where(outbox_mails.c["class"] == "post")
        return [deliveries.load_mail(conn, one).whole for one in conn.execute(query).scalars()]


async def test_copies_have_the_footer_and_the_archive_has_the_authors_words(desk: Desk) -> None:
    desk.set(footer="on", remote_images="off")
    html = '<p>Hi <img src="https://t.example/x.gif" width="1" height="1"></p>'
    await desk.send("water", html, headers="Content-Type: text/html\r\n")
    (copy,) = copies(desk)
    assert b"t.example" not in copy
    assert b"water-leave@lists.example" in copy.partition(b"\r\n\r\n")[2]
    assert copy.count(b"\r\nSubject:") == 1
    with desk.db.read() as conn:
        assert b"t.example" in load_raw(conn, conn.execute(select(mails.c.id)).scalar_one())


@pytest.mark.parametrize("policy", ["reject", "quarantine"])
async def test_signed_mail_has_the_footer_and_from_follows_where_its_domain_is_strict(
    desk: Desk, policy: str
) -> None:
    desk.set(footer="on", remote_images="off")
    html = '<p>Hi <img src="https://t.example/x.gif" width="1" height="1"></p>'
    head = SIGNED + "Content-Type: text/html\r\n"
    await desk.send("water", html, headers=head, policy_=policy)
    (copy,) = copies(desk)
    message = message_from_bytes(copy)
    assert b"t.example" not in copy
    assert b"water-leave@lists.example" in copy.partition(b"\r\n\r\n")[2]
    assert "water+a-" in message["From"]
    assert message["Author"] == "Ana <ana@ngo.example>"


async def test_signed_mail_of_which_nobody_knows_what_its_domain_wants_stays(desk: Desk) -> None:
    desk.set(footer="on")
    await desk.send("water", "Hi", headers=SIGNED)
    (copy,) = copies(desk)
    assert copy.endswith(b"\r\n\r\nHi\r\n")


async def test_what_the_author_signed_for_people_is_never_changed(desk: Desk) -> None:
    desk.set(footer="on", remote_images="off", links_above=1)
    raw = tree(TEXT, FILE, "Content-Type: application/pgp-signature\r\n\r\nx", kind="signed")
    head, _, body = raw.decode().partition("\r\n\r\n")
    kind = next(line for line in head.split("\r\n") if line.startswith("Content-Type"))
    headers = f"{SIGNED}MIME-Version: 1.0\r\n{kind}\r\n"
    await desk.send("water", body, headers=headers, policy_="reject")
    (copy,) = copies(desk)
    assert copy.partition(b"\r\n\r\n")[2].rstrip() == body.encode().rstrip()


async def test_a_group_without_them_has_every_byte_as_it_came(desk: Desk) -> None:
    await desk.send("water", "<img src=http://t.example/x>", headers="Content-Type: text/html\r\n")
    (copy,) = copies(desk)
    assert copy.endswith(b"\r\n\r\n<img src=http://t.example/x>\r\n")


@given(st.lists(st.sampled_from([TEXT, HTML, FILE, INVITED]), min_size=1, max_size=5), st.data())
def test_parts_that_are_not_changed_stay_byte_for_byte(
    parts: list[str], data: st.DataObject
) -> None:
    kind = data.draw(st.sampled_from(["mixed", "alternative", "related"]))
    raw = tree(*parts, kind=kind)
    new = footed(raw)
    cuts = re.split(rb"--b(?:--)?\r\n", raw), re.split(rb"--b(?:--)?\r\n", new)
    assert len(cuts[0]) == len(cuts[1])
    for one, two in zip(*cuts, strict=True):
        assert one == two or b"water-leave" in two
        assert two.startswith(one.partition(b"\r\n\r\n")[0])


def test_random_damage_never_raises() -> None:
    dice = random.Random(7)
    whole = tree(TEXT, HTML, kind="alternative")
    for _ in range(2000):
        data = bytearray(whole)
        for _ in range(dice.randrange(1, 6)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        changed(bytes(data), images=False, footer=FOOTER)


@pytest.mark.parametrize(
    ("disposition", "stays"),
    [("", False), ("inline; filename=b.html", False), ("attachment", True)],
)
def test_a_page_with_a_name_is_shown_too(disposition: str, stays: bool) -> None:
    more = f"Content-Disposition: {disposition}\r\n" if disposition else ""
    raw = mail("text/html; name=a.html", "<p>a<img src=http://x width=1></p>", more=more)
    assert (changed(raw, images=False, footer="") == raw) is stays

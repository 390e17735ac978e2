"""Attachments as links: only the large file goes, only where nothing signed or sealed is touched."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from archive.content import content_of
from archive.db import Database
from archive.errors import NotFound
from archive.model import ArchiveMode
from archive.parse import parse, part_bytes
from dgroup import deliveries, filelinks, groups
from dgroup.copies.attachlinks import leaves_of, linked_copy
from dgroup.copies.light import no_link
from dgroup.copies.rewrite import RewriteContext, rewrite
from dgroup.filelinks import Links
from dgroup.letters import LetterWriter
from dgroup.model import Role
from dgroup.sending.stock import Copies, claim
from dgroup.tables import outbox_mails
from dgroup.takedown import take_down
from tests.corpus import corpus_path
from tests.dgroup.desk import KEYRING, SITE, Desk, opened
from tests.dgroup.office import NOW
from tests.dgroup.plainmail import GROUP, INFO

LETTERS = LetterWriter(SITE)
PLAIN = replace(GROUP, links_above=1000)
CONTEXT = RewriteContext(PLAIN, SITE, "k" * 16, "m1@ngo.example", False, NOW, "e1")
HEAD = (
    "From: Ana <ana@ngo.example>\r\nTo: water@lists.example\r\nSubject: The plan\r\n"
    "Message-ID: <m1@ngo.example>\r\nDate: Mon, 2 Mar 2026 09:29:00 +0000\r\nMIME-Version: 1.0\r\n"
)
DKIM = "DKIM-Signature: v=1; d=ngo.example; h=from; b=x\r\n"
BIG, SMALL = b"x" * 3000, b"y" * 300


def part(data: bytes, name: str, kind: str = "application/pdf") -> str:
    body = base64.encodebytes(data).decode().replace("\n", "\r\n")
    return (
        f'Content-Type: {kind}\r\nContent-Disposition: attachment; filename="{name}"\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{body}"
    )


def multi(*parts: str, kind: str = "mixed", boundary: str = "b", more: str = "") -> str:
    lines = "".join(f"--{boundary}\r\n{one}\r\n" for one in parts)
    return (
        f'Content-Type: multipart/{kind}; boundary="{boundary}"{more}\r\n\r\npreamble\r\n'
        f"{lines}--{boundary}--\r\nepilogue\r\n"
    )


TEXT = "Content-Type: text/plain\r\n\r\nHere is the plan.\r\n"
USUAL = HEAD + multi(TEXT, part(SMALL, "small.pdf"), part(BIG, "plan.pdf"))


def linked(mail: str, context: RewriteContext = CONTEXT, post: int = 0) -> bytes:
    raw = mail.encode()
    links = Links(KEYRING, SITE.base_url, NOW)
    link = (lambda index: links.url(post, index)) if post else no_link
    language = context.group.info.language
    ordinary = rewrite(raw, context)
    copy = linked_copy(content_of(raw), raw, ordinary, context, LETTERS, language, link)
    return b"" if copy.body is None else copy.whole(raw)


def read(copy: bytes) -> EmailMessage:
    found = message_from_bytes(copy, policy=policy.default)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    return found


def of_archive(mode: ArchiveMode) -> RewriteContext:
    return replace(CONTEXT, group=replace(PLAIN, info=replace(INFO, archive=mode)))


def test_a_large_file_becomes_a_link_and_all_else_stays() -> None:
    raw, copy = USUAL.encode(), linked(USUAL)
    text, small, instead = read(copy).iter_parts()
    assert text.get_content() == "Here is the plan.\r\n"
    assert small.get_content() == SMALL
    url = f"https://lists.example/water/m/kk/{'k' * 16}-2-plan.pdf"
    assert instead.get_content().replace("\r\n", "\n") == f"File: plan.pdf (3 kB)\n{url}"
    cut = raw.index(
        b'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="pl'
    )
    body = raw[raw.index(b"\r\n\r\npreamble") : cut]
    assert body in copy
    assert copy.endswith(b"\r\n--b--\r\nepilogue\r\n")
    assert str(read(copy)["From"]) == "Ana <ana@ngo.example>"


@pytest.mark.parametrize(
    "context",
    [
        replace(CONTEXT, group=GROUP),
        replace(CONTEXT, group=replace(PLAIN, links_above=3000)),
        of_archive(ArchiveMode.NONE),
        of_archive(ArchiveMode.MEMBERS),  # where no link can be made
    ],
)
def test_off_by_default_at_the_limit_and_where_there_is_no_way_to_the_file(
    context: RewriteContext,
) -> None:
    assert linked(USUAL, context) == b""


@pytest.mark.parametrize("policy_", ["none", "reject"])
async def test_from_is_ours_where_the_authors_domain_has_changed_mail_refused(
    database: Database, policy_: str
) -> None:
    with opened(database) as desk:
        desk.join("ana@ngo.example", "Ana")
        with desk.db.write() as conn:
            groups.change(desk.db, conn, desk.group, {"links_above": 2000}, desk.now)
        envelope = desk.envelope("water", "", policy_=policy_)
        verdict = envelope.raw.partition(b"\r\n")[0]
        assert verdict.startswith(b"Authentication-Results:")
        raw = verdict + b"\r\n" + (DKIM + USUAL).encode()
        await desk.intake.accept(replace(envelope, raw=raw))
        with desk.db.read() as conn:
            (mail_id,) = conn.execute(select(outbox_mails.c.id)).scalars()
            copy = read(deliveries.load_mail(conn, mail_id).whole)
    assert "File: plan.pdf" in copy.as_string()
    if policy_ == "none":
        assert str(copy["From"]) == "Ana <ana@ngo.example>"
        return
    assert str(copy["From"]).startswith("Ana via Water <water+a-")
    assert copy["Author"] == "Ana <ana@ngo.example>"


async def test_a_footer_stands_below_the_text_of_such_a_copy_too(database: Database) -> None:
    with opened(database) as desk:
        desk.join("ana@ngo.example", "Ana")
        with desk.db.write() as conn:
            wanted = {"links_above": 2000, "footer": "Ask at the well."}
            groups.change(desk.db, conn, desk.group, wanted, desk.now)
        envelope = desk.envelope("water", "")
        raw = envelope.raw.partition(b"\r\n")[0] + b"\r\n" + USUAL.encode()
        await desk.intake.accept(replace(envelope, raw=raw))
        with desk.db.read() as conn:
            (mail_id,) = conn.execute(select(outbox_mails.c.id)).scalars()
            copy = read(deliveries.load_mail(conn, mail_id).whole)
    text, small, instead, *_ = copy.iter_parts()
    assert "Ask at the well." in copy.as_string()
    assert text.get_content().startswith("Here is the plan.")
    assert small.get_content() == SMALL
    assert instead.get_content().startswith("File: plan.pdf")


SIGNATURE = part(b"sig", "smime.p7s", "application/pkcs7-signature")
WHOLE = part(BIG, "plan.pdf")


@pytest.mark.parametrize(
    "body",
    [
        multi(multi(TEXT, WHOLE, boundary="c"), SIGNATURE, kind="signed", more="; micalg=sha-256"),
        multi(TEXT, multi(WHOLE, SIGNATURE, kind="signed", boundary="c")),
        multi(TEXT, WHOLE, kind="related"),
        multi(TEXT, WHOLE, kind="alternative"),
        multi(TEXT, part(BIG, "smime.p7m", "application/pkcs7-mime")),
        multi(TEXT, part(BIG, "page.html", "text/html")),  # the archive does not show it
        multi(TEXT, WHOLE).replace("--b--\r\n", ""),
        WHOLE,
    ],
)
def test_what_is_signed_sealed_or_part_of_something_stays_whole(body: str) -> None:
    assert linked(HEAD + body) == b""


def test_a_file_deep_inside_goes_by_its_own_place() -> None:
    inner = multi(TEXT, "Content-Type: text/html\r\n\r\n<p>x</p>", kind="alternative", boundary="c")
    copy = linked(HEAD + multi(inner, WHOLE, part(BIG, "b.pdf")))
    found = re.findall(rb"k{16}-(\d)-(\w+)", copy)
    assert found == [(b"2", b"plan"), (b"3", b"b")]


def test_where_only_members_read_the_archive_the_link_is_signed() -> None:
    copy = linked(USUAL, of_archive(ArchiveMode.MEMBERS), post=12)
    slots = filelinks.slots_of(copy, KEYRING)
    assert slots is not None
    assert [(ref.post, ref.part) for ref in slots.refs] == [(12, 2)]


def corpus() -> Iterator[bytes]:
    for name in ("mime-torture", "lists"):
        for path in sorted(corpus_path(name).rglob("*.eml"))[:80]:
            yield path.read_bytes()


def test_in_real_mails_each_part_that_stays_is_what_it_was() -> None:
    context = replace(CONTEXT, group=replace(PLAIN, links_above=1))
    some = 0
    for raw in corpus():
        made = linked_copy(content_of(raw), raw, rewrite(raw, context), context, LETTERS, "en")
        if made.body is None:
            continue
        copy = made.whole(raw)
        some += 1
        was, now = parse(raw), parse(copy)
        assert len(was.parts) == len(now.parts)
        assert was.message_id == now.message_id or not was.message_id_given
        for one, two in zip(was.parts, now.parts, strict=True):
            if one.content_type == two.content_type and one.size == two.size:
                assert part_bytes(raw, one.index) == part_bytes(copy, two.index)
            else:
                assert f"{'k' * 16}-{one.index}-".encode() in part_bytes(copy, two.index)
    assert some > 3


@given(st.lists(st.sampled_from(["--b", "--b--", "\r\n", "\n", "x", "Content-Type: text/html"])))
def test_hostile_structure_never_breaks_it(pieces: list[str]) -> None:
    raw = (
        HEAD + "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + "\r\n".join(pieces)
    ).encode()
    ends = [(leaf.start, leaf.end) for leaf in leaves_of(raw)]
    assert all(0 <= start <= end <= len(raw) for start, end in ends)
    assert ends == sorted(ends)
    linked(raw.decode())


# --- A group that says so -----------------------------------------------------------------------


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.join("ana@ngo.example", "Ana")
        made.join("boss@ngo.example", "Boss", role=Role.COORDINATOR)
        yield made


async def test_a_coordinator_sets_it_and_copies_go_out_with_links(desk: Desk) -> None:
    await desk.send("water-request", "set attachments 2 KB", sender="boss@ngo.example")
    await desk.answer(desk.letter(), "yes", sender="boss@ngo.example")
    with desk.db.read() as conn:
        group = groups.find(conn, "water", "lists.example")
    assert group is not None
    assert group.links_above == 2000
    head, _, body = multi(TEXT, WHOLE).partition("\r\n\r\n")
    await desk.send("water", body, headers=f"MIME-Version: 1.0\r\n{head}\r\n")
    with desk.db.write() as conn:
        found = claim(desk.db, conn, "n1", desk.now, 1000, 0)
    copies = Copies(desk.db, KEYRING, SITE)
    sent = [copies.copy(*pair) for pair in copies.load(found.items).stock]
    mails = [one.body.data for one in sent if b"Here is the plan" in one.body.data]
    assert len(mails) == 2
    assert all(b"-1-plan.pdf" in mail and base64.b64encode(BIG)[:60] not in mail for mail in mails)
    with desk.db.write() as conn:
        query = select(outbox_mails.c.id).where(outbox_mails.c.post_id.is_not(None))
        outbox_id = conn.execute(query).scalar_one()
        key = re.findall(rb"([a-z2-7]{16})-1-plan", mails[0])[0].decode()
        take_down(desk.db, conn, desk.group, key, desk.now)
        with pytest.raises(NotFound):
            deliveries.load_mail(conn, outbox_id)


@pytest.mark.parametrize(
    ("said", "size"),
    [
        ("set attachments 500 KB", 500_000),
        ("set links above 1 MB", 1_000_000),
        ("set attachments as links above 300", 300_000),
        ("définir pièces jointes 500 Ko", 500_000),
        ("set adjuntos 2 MB", 2_000_000),
        ("set anexos 2 MB", 2_000_000),
    ],
)
async def test_the_size_is_read_as_people_write_it(desk: Desk, said: str, size: int) -> None:
    await desk.send("water-request", said, sender="boss@ngo.example")
    await desk.answer(desk.letter(), "yes", sender="boss@ngo.example")
    with desk.db.read() as conn:
        group = groups.find(conn, "water", "lists.example")
    assert group is not None
    assert group.links_above == size

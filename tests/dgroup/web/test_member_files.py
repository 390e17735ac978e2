"""Files for members over HTTP: whose link it is gets the very bytes, nobody else gets anything."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.db import Database
from archive.importer import import_mails
from archive.mbox import MboxMessage
from archive.model import ArchiveMode
from archive.tables import posts
from dgroup import filelinks, groups
from dgroup.changes import ChangeMember
from dgroup.chores import digests
from dgroup.filelinks import TEXT, FileRef
from dgroup.model import Delivery, Group, Membership, MemberState
from dgroup.people import members
from dgroup.runtime import Runtime
from dgroup.sending.stock import Copies, claim
from dgroup.takedown import take_down
from dgroup.web import WebServer, member_files
from dgroup.writer import Writer
from tests.dgroup.http_talk import Answer, ask
from tests.dgroup.running import NOW, group_on, member_on, runtime_on

PDF = b"%PDF-1.4 " + bytes(range(256)) * 1000
MAIL = (
    b"From: Ben <ben@ngo.example>\r\nTo: water@lists.example\r\nSubject: The plan\r\n"
    b"Message-ID: <plan@ngo.example>\r\nDate: Mon, 23 Mar 2026 08:00:00 +0000\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    + "Voil\u00e0 le plan.\r\n".encode()
    + b"--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
    b'Content-Disposition: attachment; filename="../pl\xc3\xa1n 1.pdf"\r\n\r\n'
    + base64.encodebytes(PDF)
    + b"--b\r\nContent-Type: text/html\r\n"
    b'Content-Disposition: attachment; filename="page.html"\r\n\r\n<script>alert(1)</script>\r\n'
    b"--b--\r\n"
)


@dataclass(slots=True)
class Site:
    """A running web server, a group whose archive is for members, a post with files."""

    runtime: Runtime
    group: Group
    ana: Membership
    writer: Writer
    address: tuple[str, int] = ("", 0)
    now: list[datetime] = field(default_factory=lambda: [NOW])

    @property
    def post_id(self) -> int:
        with self.runtime.db.read() as conn:
            return int(conn.execute(select(posts.c.id)).scalar_one())

    def path(self, part: int = 1, **other: int) -> str:
        given = {"member": self.ana.id, "post": self.post_id, "expires": filelinks.day_of(NOW) + 90}
        ref = FileRef(part=part, **(given | other))
        return f"/_/file/{filelinks.make(ref, self.runtime.keyring)}"

    async def get(self, path: str, method: str = "GET") -> Answer:
        return await ask(self.address, path, method)

    def change(self, **values: object) -> None:
        wish = ChangeMember(self.ana.address, **values)  # type: ignore[arg-type]  # test input
        with self.runtime.db.write() as conn:
            members.change(conn, self.group.info, wish, NOW)

    def archive(self, mode: ArchiveMode) -> None:
        with self.runtime.db.write() as conn:
            groups.change(self.runtime.db, conn, self.group, {"archive": mode}, NOW)
            found = groups.by_id(conn, self.group.id, self.runtime.site.domain)
            assert found is not None
            self.group = found

    def copies(self) -> list[tuple[str, EmailMessage]]:
        """(recipient, mail) of all that can be sent now."""
        db = self.runtime.db
        with db.write() as conn:
            found = claim(db, conn, "n1", NOW, 1000, 0)
        made = Copies(db, self.runtime.keyring, self.runtime.site)
        ready = made.load(found.items)
        sent = [made.copy(item, loaded) for item, loaded in ready.stock]
        mails = []
        for copy in sent:
            whole = (copy.personal + copy.body.data).replace(b"\r\n..", b"\r\n.")
            mail = message_from_bytes(whole, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            mails.append((copy.recipient, mail))
        return mails


@pytest.fixture
async def site(database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    runtime = runtime_on(database, tmp_path)
    group = group_on(database)
    ana = member_on(database, group, "ana@ngo.example")
    writer = Writer(database)
    made = Site(runtime, group, ana, writer)
    made.archive(ArchiveMode.MEMBERS)
    server = WebServer(runtime.config.web, runtime, writer, lambda: made.now[0])
    made.address = await server.start()
    yield made
    await server.stop()
    await asyncio.to_thread(writer.close)


@pytest.fixture
def stored(site: Site) -> Site:
    import_mails(site.runtime.db, site.group.info, [MboxMessage(MAIL, None)], now=NOW)
    return site


# --- What a link gives --------------------------------------------------------------------------


async def test_a_member_gets_the_very_bytes_as_a_download(stored: Site) -> None:
    answer = await stored.get(stored.path())
    assert (answer.status, answer.body) == (200, PDF)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == 'attachment; filename="plan-1.pdf"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-length"] == str(len(PDF))
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "private, no-store"


async def test_head_gives_the_size_and_nothing_else(stored: Site) -> None:
    answer = await stored.get(stored.path(), "HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == str(len(PDF))
    assert (await stored.get(stored.path(), "POST")).status == 405


async def test_the_text_of_a_post_opens_as_text(stored: Site) -> None:
    answer = await stored.get(stored.path(TEXT))
    assert answer.text.startswith("Voil\u00e0 le plan.")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


async def test_a_page_of_somebodys_is_bytes_without_a_name(stored: Site) -> None:
    answer = await stored.get(stored.path(2))
    assert answer.body.startswith(b"<script>")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == 'attachment; filename="part-2.bin"'


# --- What it does not give ----------------------------------------------------------------------


async def test_what_is_forged_or_cut_is_nothing(stored: Site) -> None:
    good = stored.path()
    for path in (good[:-1], good[:-1] + "!", good + "a", "/_/file/", "/_/file/" + "a" * 32):
        assert (await stored.get(path)).status == 404


@pytest.mark.parametrize(
    "other", [{"member": 0}, {"member": 999}, {"post": 999}, {"part": 0}, {"part": 9}]
)
async def test_another_member_post_or_part_gives_nothing(
    stored: Site, other: dict[str, int]
) -> None:
    answer = await stored.get(stored.path(**other))
    assert answer.status == 410
    assert PDF not in answer.body


async def test_a_link_ends_after_ninety_days(stored: Site) -> None:
    stored.now[0] = NOW + timedelta(days=90)
    assert (await stored.get(stored.path())).status == 200
    stored.now[0] = NOW + timedelta(days=91)
    assert (await stored.get(stored.path())).status == 410


@pytest.mark.parametrize("state", [MemberState.LEFT, MemberState.BANNED])
async def test_a_link_ends_with_the_membership(stored: Site, state: MemberState) -> None:
    stored.change(state=state)
    assert (await stored.get(stored.path())).status == 410
    stored.change(state=MemberState.PAUSED)
    assert (await stored.get(stored.path())).status == 200


async def test_a_post_that_was_taken_down_and_a_group_without_archive_give_nothing(
    stored: Site,
) -> None:
    stored.archive(ArchiveMode.NONE)
    assert (await stored.get(stored.path())).status == 410
    stored.archive(ArchiveMode.MEMBERS)
    db = stored.runtime.db
    with db.write() as conn:
        key = conn.execute(select(posts.c.key)).scalar_one()
        take_down(db, conn, stored.group, key, NOW)
    assert (await stored.get(stored.path())).status == 410


async def test_a_post_of_another_group_is_not_given(stored: Site) -> None:
    db = stored.runtime.db
    with db.write() as conn:
        other = groups.create(conn, groups.NewGroup("wells", "Wells"), "lists.example", NOW)
    lia = member_on(db, other, "lia@ngo.example")
    assert (await stored.get(stored.path(member=lia.id))).status == 410


# --- From the mail to the file ------------------------------------------------------------------


def links_in(mail: EmailMessage) -> list[str]:
    text = "".join(
        str(part.get_content()) for part in mail.walk() if part.get_content_type() == "text/plain"
    )
    return re.findall(r"https://lists\.example(/_/file/\S+)", text)


async def test_the_link_of_a_digest_is_each_readers_own_and_works(stored: Site) -> None:
    stored.change(delivery=Delivery.DAILY)
    lia = member_on(stored.runtime.db, stored.group, "lia@ngo.example")
    with stored.runtime.db.write() as conn:
        wish = ChangeMember(lia.address, delivery=Delivery.DAILY)
        members.change(conn, stored.group.info, wish, NOW)
    await digests.send_due(stored.runtime.weekly, stored.writer, NOW + timedelta(days=1))
    found = {to: links_in(mail) for to, mail in stored.copies()}
    assert sorted(found) == ["ana@ngo.example", "lia@ngo.example"]
    for links in found.values():
        assert [len((await stored.get(link)).body) for link in links] == [len(PDF), 25]
    (ana, _), (lias, _) = found["ana@ngo.example"], found["lia@ngo.example"]
    stored.change(state=MemberState.LEFT)
    assert (await stored.get(ana)).status == 410
    assert (await stored.get(lias)).status == 200


async def test_slow_readers_do_not_fill_the_disk(
    stored: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(member_files, "SPOOLED", len(PDF) - 1)
    monkeypatch.setattr(member_files, "SLICE", 10)
    link = stored.path()
    reader, writer = await asyncio.open_connection(*stored.address, limit=1)
    writer.write(f"GET {link} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    await reader.read(1)
    assert (await stored.get(link)).status == 503
    writer.transport.abort()
    async with asyncio.timeout(10):
        while (await stored.get(link, "HEAD")).status != 200:  # noqa: ASYNC110  # until it is seen
            await asyncio.sleep(0.05)

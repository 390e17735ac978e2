"""A group whose archive is for members, through a real Postfix to mailboxes: a light copy, a digest as text and
one of whole mails; their links over HTTP; and our signature over copies that differ in the middle."""

from __future__ import annotations

import asyncio
import re
import smtplib
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from archive.model import ArchiveMode
from dgroup.authentication import dkimkeys
from dgroup.changes import ChangeMember
from dgroup.chores import digests
from dgroup.groups import NewGroup
from dgroup.model import Delivery, MemberState
from dgroup.people import members
from dgroup.service import Service
from tests.dgroup.oracle import holding
from tests.real.installation import DOMAIN, Installation, Someone, installation
from tests.real.parts import smarthost

GROUP = f"water@{DOMAIN}"
AMA, LENA, ISSA = (Someone(f"{name}@homes.test", name.title()) for name in ("ama", "lena", "issa"))
PDF = b"%PDF-1.4\n" + b"drawing " * 20_000

pytestmark = [pytest.mark.slow]


def now() -> datetime:
    return datetime.now(UTC)


def with_file() -> bytes:
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["To"], mail["Message-ID"] = AMA.address, GROUP, "<file-1@homes.test>"
    mail["Subject"], mail["Date"] = "The drawing of the pump", now()
    mail.set_content("Voilà le dessin.\n", cte="8bit")
    mail.add_attachment(PDF, "application", "pdf", filename="Dessin de la pompe.pdf")
    return mail.as_bytes()


def post(port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        client.sendmail(AMA.address, [GROUP], with_file(), ["BODY=8BITMIME"])


async def test_links_in_real_mailboxes_work_for_their_members(tmp_path: Path) -> None:
    key = dkimkeys.make(tmp_path / "k.pem")
    zone = {f"dgroup._domainkey.{DOMAIN}": dkimkeys.record(key)}
    boxes = [one.address for one in (AMA, LENA, ISSA)]
    changes = {"dkim": {"key_file": "k.pem"}}
    with (
        smarthost(boxes) as host,
        installation(tmp_path, f"smtp://127.0.0.1:{host.port}", changes) as place,
    ):
        new = NewGroup("water", "Water", archive=ArchiveMode.MEMBERS)
        group = place.group(new, (AMA, LENA, ISSA))
        wishes = (
            ChangeMember(AMA.address, delivery=Delivery.DAILY, mime_digest=True),
            ChangeMember(LENA.address, delivery=Delivery.DAILY),
            ChangeMember(ISSA.address, light=True),
        )
        with place.database() as db, db.write() as conn:
            for wish in wishes:
                members.change(conn, group.info, wish, now())
        service = Service(place.config, now, now)
        await service.start()
        try:
            await asyncio.to_thread(post, place.port)
            noon = (now() + timedelta(days=1)).replace(hour=12)
            assert await digests.send_due(service.runtime.weekly, service._writer, noon) == 2
            service.sender.wake()
            for box in boxes:
                await asyncio.to_thread(host.wait_for, box, 1)
            sent = {box: host.delivered(box)[0] for box in boxes}
            await asyncio.to_thread(_check, sent, zone, place)
            gone = ChangeMember(LENA.address, state=MemberState.LEFT)
            with service.runtime.db.write() as conn:
                members.change(conn, group.info, gone, now())
            link = _links(sent[LENA.address])[0]
            assert await asyncio.to_thread(_status, place, link) == 410
        finally:
            await service.stop()


def _check(sent: dict[str, bytes], zone: dict[str, str], place: Installation) -> None:
    for raw in sent.values():
        whole = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        assert DOMAIN in holding(whole, zone), raw.decode("utf-8", "replace")
    assert _links(sent[AMA.address]) == []
    (digest_link,), (light_link,) = _links(sent[LENA.address]), _links(sent[ISSA.address])
    assert digest_link != light_link
    for link in (digest_link, light_link):
        with urllib.request.urlopen(place.pages + link, timeout=20) as reply:
            assert reply.read() == PDF
            assert reply.headers["Content-Disposition"].startswith("attachment; ")
    (inside,) = list(list(_read(sent[AMA.address]).iter_parts())[1].iter_parts())
    text, file = inside.get_content().iter_parts()
    assert text.get_content().strip() == "Voilà le dessin."
    assert file.get_content() == PDF


def _read(raw: bytes) -> EmailMessage:
    found = message_from_bytes(raw, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def _links(raw: bytes) -> list[str]:
    parts = [part for part in _read(raw).walk() if part.get_content_type() == "text/plain"]
    return re.findall(r"(/_/file/[\w-]{32})\b", "".join(part.get_content() for part in parts))


def _status(place: Installation, link: str) -> int:
    try:
        with urllib.request.urlopen(place.pages + link, timeout=20) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as refused:
        return refused.code

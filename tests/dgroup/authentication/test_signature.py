"""The whole way: a post comes in by SMTP, its copies reach a smarthost signed and sealed, and a click on
what the signature covers lets the member go."""

from __future__ import annotations

import asyncio
import re
import smtplib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from dgroup import config as settings
from dgroup import groups
from dgroup.authentication import dkimkeys
from dgroup.authentication.arcseal import sealed
from dgroup.authentication.dkimcanon import Mail
from dgroup.authentication.sign import Key, Signing
from dgroup.authentication.signature import from_settings
from dgroup.changes import ChangeMember
from dgroup.chores import digests
from dgroup.config import Config
from dgroup.errors import ConfigError
from dgroup.groups import NewGroup
from dgroup.model import Delivery, MemberState
from dgroup.people import members
from dgroup.receiving.verify import Verifier
from dgroup.runtime import open_runtime, prepare
from dgroup.service import Bound, Service
from dgroup.tables import audit
from tests.dgroup.faulty_smtp import FaultySmtp, faulty_smtp, until
from tests.dgroup.http_talk import ask
from tests.dgroup.oracle import chain, covered, holding
from tests.dgroup.zones import NOON, Table, key_at, mail, signed

DOMAIN = "lists.example"
STRANGER = "forwarder.example"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def now() -> datetime:
    """The real time."""
    return datetime.now(UTC)


@dataclass
class House:
    """A service with keys, a smarthost that keeps all it gets, and what name servers say."""

    service: Service
    bound: Bound
    smarthost: FaultySmtp
    zone: dict[str, str]

    def post(self, raw: bytes) -> tuple[int, bytes]:
        """Bring a mail by SMTP; gives the reply to its text."""
        with smtplib.SMTP(*self.bound.smtp) as client:
            client.ehlo("mail.elsewhere.example")
            client.mail("x@elsewhere.example")
            client.rcpt("water@lists.example")
            return client.data(raw)

    async def copies(self, count: int) -> list[bytes]:
        """Wait for so many mails at the smarthost."""
        await until(lambda: len(self.smarthost.ledger) >= count)
        return [one.data for one in self.smarthost.ledger]

    def to(self, name: str) -> list[bytes]:
        """What the smarthost has for a member."""
        address = f"{name}@ngo.example"
        return [one.data for one in self.smarthost.ledger if one.recipient == address]

    def state(self, name: str) -> MemberState:
        """Of a member."""
        with self.service.runtime.db.read() as conn:
            group = groups.find(conn, "water", DOMAIN)
            assert group is not None
            member = members.find(conn, group.id, f"{name}@ngo.example")
            assert member is not None
            return member.state

    def said(self) -> str:
        """What the audit log says of senders."""
        with self.service.runtime.db.read() as conn:
            return "\n".join(map(str, conn.execute(select(audit)).all()))


def stranger() -> Signing:
    """Somebody who begins chains."""
    return Signing(STRANGER, (Key("k1", _stranger_key),))


_stranger_key = dkimkeys.generated()


def with_chain(
    raw: bytes, results: str = "spf=pass; dkim=pass header.d=ngo.example; dmarc=pass"
) -> bytes:
    """Put a sound chain of one set on top, which says what a stranger likes."""
    told = f"Authentication-Results: {STRANGER}; {results}; arc=none\r\n".encode() + raw
    return sealed(Mail(told), stranger(), STRANGER, NOON) + raw


@asynccontextmanager
async def house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, keys: bool = True
) -> AsyncIterator[House]:
    """Run it all; members ana and ben."""
    key_file, ed_file = tmp_path / "k.pem", tmp_path / "ed.pem"
    zone = {
        f"k1._domainkey.{STRANGER}": dkimkeys.record(_stranger_key),
        f"dgroup._domainkey.{DOMAIN}": dkimkeys.record(dkimkeys.make(key_file)),
        f"dgroup-ed25519._domainkey.{DOMAIN}": dkimkeys.record(
            dkimkeys.make(ed_file, ed25519=True)
        ),
        "_dmarc.ngo.example": "v=DMARC1; p=reject",
        **{name: records[0] for (name, _), records in key_at("ngo.example").items()},
    }
    table = Table({(name, "TXT"): [text] for name, text in zone.items()})
    monkeypatch.setattr("dgroup.service.verifier", lambda config: Verifier(table))
    dkim = settings.Dkim(key_file=key_file, ed25519_key_file=ed_file) if keys else settings.Dkim()
    async with faulty_smtp() as smarthost:
        config = replace(
            Config(),
            site=settings.Site(domain=DOMAIN, data_dir=tmp_path / "data"),
            listener=settings.Listener(port=0, workers=0),
            relay=settings.Relay(url=f"smtp://127.0.0.1:{smarthost.port}"),
            dkim=dkim,
            web=settings.Web(port=0),
            health=settings.Health(port=0),
        )
        prepare(config, now())
        runtime = open_runtime(config)
        with runtime.db.write() as conn:
            group = groups.create(conn, NewGroup("water", "Water"), DOMAIN, now())
            for name in ("ana", "ben"):
                members.change(conn, group.info, ChangeMember(f"{name}@ngo.example"), now())
        runtime.close()
        service = Service(config, now)
        bound = await service.start()
        try:
            yield House(service, bound, smarthost, zone)
        finally:
            await service.stop()


async def test_from_a_post_to_one_click(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with house(tmp_path, monkeypatch) as here:
        code, _ = await asyncio.to_thread(here.post, signed(mail()))
        assert code == 250
        sent = await here.copies(3)
        copies = [raw for raw in sent if b"\r\nSubject: wells\r\n" in raw]
        assert len(copies) == 2
        for raw in sent:  # the author's receipt too
            wanted = ["ngo.example"] if raw in copies else []
            assert holding(raw, here.zone) == [DOMAIN, DOMAIN, *wanted]
        for raw in copies:
            names = covered(raw, DOMAIN)
            for name in ("from", "subject", "list-unsubscribe", "list-unsubscribe-post"):
                assert names.count(name) == 2
            assert chain(raw, here.zone) == "pass"
        (ben,) = here.to("ben")
        field = message_from_bytes(ben)["List-Unsubscribe"]
        link = urlsplit(re.findall(r"<(http[^>]*)>", field)[0]).path
        for method in ("GET", "HEAD"):
            await ask(here.bound.web, link, method)
        assert here.state("ben") is MemberState.ACTIVE
        for _ in range(2):  # twice does no harm
            answer = await ask(here.bound.web, link, "POST", b"List-Unsubscribe=One-Click", FORM)
            assert answer.status == 200
        assert here.state("ben") is MemberState.LEFT
        assert here.state("ana") is MemberState.ACTIVE


async def test_digests_and_weekly_summaries_are_signed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch) as here:
        runtime, writer = here.service.runtime, here.service._writer
        with runtime.db.write() as conn:
            group = groups.find(conn, "water", DOMAIN)
            assert group is not None
            wish = ChangeMember("dora@ngo.example", delivery=Delivery.DAILY)
            members.change(conn, group.info, wish, now())
        posted = now()
        for number in range(6):  # a quiet week has no summary
            raw = mail(body=f"The well number {number} gives water again since Monday.\r\n")
            fresh = raw.replace(b"<w1", b"<w%d" % number).replace(b"wells", b"well %d" % number)
            await asyncio.to_thread(here.post, signed(fresh))
        noon = (posted + timedelta(days=1)).replace(hour=12)
        assert await digests.send_due(runtime.weekly, writer, noon)
        monday = noon + timedelta(days=-noon.weekday() % 7)
        assert await here.service.send_summaries(monday)
        await until(lambda: len(here.to("dora")) == 2)  # she gets the digest and the summary
        for raw in here.to("dora"):
            assert holding(raw, here.zone) == [DOMAIN, DOMAIN]
            assert covered(raw, DOMAIN).count("list-unsubscribe-post") == 2


async def test_a_chain_is_gone_on_with_and_one_seal_serves_all_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "dgroup")
    async with house(tmp_path, monkeypatch) as here:
        await asyncio.to_thread(here.post, with_chain(signed(mail())))
        sent = await here.copies(3)
        copies = [raw for raw in sent if b"\r\nSubject: wells\r\n" in raw]
        seals = {tuple(Mail(raw).named(b"arc-seal")) for raw in copies}
        ((ours, theirs),) = seals
        assert b"i=2;" in ours
        assert b"cv=pass" in ours
        assert b"i=1;" in theirs
        for raw in copies:
            assert chain(raw, here.zone) == "pass"
            (told, _) = Mail(raw).named(b"arc-authentication-results")
            assert b"".join(told.split()) == (
                b"ARC-Authentication-Results:i=2;lists.example;dkim=passheader.d=ngo.example;"
                b"dmarc=passheader.from=ngo.example;arc=pass"
            )
            assert not Mail(raw).named(b"authentication-results")
        assert f"arc=pass i=1 d={STRANGER} by us" in caplog.text
        (receipt,) = [raw for raw in sent if raw not in copies]
        assert not Mail(receipt).named(b"arc-seal")


async def test_a_chain_that_claims_pass_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The author's domain says reject and nothing vouches for the mail but a stranger's chain."""
    async with house(tmp_path, monkeypatch) as here:
        plain = await asyncio.to_thread(here.post, mail())
        claimed = await asyncio.to_thread(here.post, with_chain(mail()))
        assert plain[0] == 550
        assert claimed == plain
        assert here.smarthost.ledger == []
        assert f"dmarc=fail p=reject arc=pass i=1 d={STRANGER} by us" in here.said()


async def test_verdicts_in_our_name_that_came_with_a_mail_are_not_sealed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged = "".join(
        f"Authentication-Results: {name}; dkim=pass header.d=evil.example; arc=pass\r\n"
        for name in (DOMAIN, f"(x) {DOMAIN}", f"{DOMAIN} 1", DOMAIN.upper(), f"\r\n {DOMAIN}")
    )
    async with house(tmp_path, monkeypatch) as here:
        await asyncio.to_thread(here.post, forged.encode() + signed(mail()))
        await here.copies(3)
        for raw in here.to("ben"):
            (told,) = Mail(raw).named(b"arc-authentication-results")
            assert b"evil" not in told
            assert b"arc=none" in told
            assert chain(raw, here.zone) == "pass"


async def test_a_broken_chain_is_sealed_as_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "dgroup")
    async with house(tmp_path, monkeypatch) as here:
        raw = with_chain(mail()).replace(b"header.d=ngo.example", b"header.d=ngo.exampel")
        await asyncio.to_thread(here.post, signed(raw))
        sent = await here.copies(3)
        copies = [raw for raw in sent if b"\r\nSubject: wells\r\n" in raw]
        for copy in copies:
            assert b"cv=fail" in Mail(copy).named(b"arc-seal")[0]
            assert holding(copy, here.zone) == [DOMAIN, DOMAIN, "ngo.example"]
        assert "arc=fail (as 1 signature)" in caplog.text


async def test_without_a_key_nothing_is_signed_or_sealed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path, monkeypatch, keys=False) as here:
        await asyncio.to_thread(here.post, signed(mail()))
        for raw in await here.copies(3):
            assert covered(raw, DOMAIN) == []
            assert not Mail(raw).named(b"arc-seal")
            assert not Mail(raw).named(b"authentication-results")


@pytest.mark.parametrize(
    "text", [None, "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_a_key_that_is_none_is_told_with_its_setting(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "k.pem"
    if text is not None:
        path.write_text(text)
    config = replace(Config(), dkim=settings.Dkim(key_file=path))
    with pytest.raises(ConfigError, match=r"dkim\.key_file.*k\.pem"):
        from_settings(config, now)

"""dgroup as the MX itself, with a real name server: who is speaking is found out, and what follows."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from dgroup.authentication.dns import Servers
from dgroup.errors import UnansweredError
from dgroup.groups import NewGroup
from dgroup.tables import audit, deliveries, holds
from tests.dgroup.zones import key_at, rsa_key, signed
from tests.real.installation import DOMAIN, Installation, Sections, Someone, installation
from tests.real.nameserver import NameServer, Zone, name_server
from tests.real.parts import wait_until

GROUP = f"water@{DOMAIN}"
HERE = "v=spf1 ip4:127.0.0.1 -all"
REJECTING, WATCHING, MUTE, PLAIN, LAME = (
    "reject.test", "watch.test", "mute.test", "plain.test", "lame.test",
)  # fmt: skip
LONG = "v=DMARC1; p=reject; " + "x" * 1_500
ZONE: Zone = {
    ("_dmarc.reject.test", "TXT"): ["v=DMARC1; p=reject"],
    ("reject.test", "TXT"): ["some=thing", "v=spf1 include:host.test -all"],
    ("host.test", "TXT"): [HERE],
    ("_dmarc.watch.test", "TXT"): ["v=DMARC1; p=none"],
    ("_dmarc.lame.test", "TXT"): ["v=DMARC1; p=reject"],
    ("_dmarc.long.test", "TXT"): [LONG],
    ("plain.test", "A"): ["127.0.0.1"],
    **key_at(REJECTING),
    **key_at("evil.test"),
}
MEMBERS = [f"ama@{domain}" for domain in (REJECTING, WATCHING, MUTE, PLAIN, LAME)]

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("direct")]


@dataclass
class Host:
    """The service and its name server."""

    place: Installation
    names: NameServer
    numbers: int = 0

    def send(self, author: str, mail_from: str, signer: str = "", top: str = "") -> str:
        """Bring a mail as a stranger's host does; gives the answer to its text."""
        self.numbers += 1
        raw = (
            f"From: Ama <{author}>\r\nTo: {GROUP}\r\nSubject: mail {self.numbers}\r\n"
            f"Message-ID: <d{self.numbers}@far.test>\r\n\r\nThe well is dry.\r\n"
        ).encode()
        raw = top.encode() + (signed(raw, signer) if signer else raw)
        with smtplib.SMTP("127.0.0.1", self.place.port, "far.test", timeout=30) as client:
            client.ehlo()
            client.mail(mail_from)
            client.rcpt(GROUP)
            code, text = client.data(raw)
        return f"{code} {text.decode()}"

    def outcome(self) -> tuple[str, str]:
        """Event and reason of the newest mail."""
        with self.place.database() as db, db.read() as conn:
            query = select(audit.c.event, audit.c.reason).order_by(audit.c.id.desc()).limit(1)
            event, reason = conn.execute(query).one()
            return str(event), str(reason)

    def evidence(self) -> str:
        """What the log says of the newest mail's sender."""
        lines: list[str] = re.findall(r"envelope=\S+ (.*) by us", self.place.log())
        return lines[-1]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """One service for all mails of this file: nobody trusts its clients."""
    folder: Path = tmp_path_factory.mktemp("direct")
    with name_server(ZONE, mute=["_dmarc.mute.test"], broken=["k1._domainkey.lame.test"]) as names:
        changes: Sections = {
            "auth": {"verify": True, "dns_servers": [names.address]},
            "limits": {"confirmations_per_target_per_day_per_group": 5},
        }
        with installation(folder, "maildir:outgoing", changes) as place:
            people = [Someone(address, "Ama") for address in MEMBERS]
            place.group(NewGroup("water", "Water and wells"), people)
            with place.serving():
                yield Host(place, names)
            assert "Traceback" not in place.log()


def test_aligned_by_dkim_only(host: Host) -> None:
    said = host.send(f"ama@{REJECTING}", "bounce@evil.test", REJECTING)
    assert said.startswith("250 2.0.0 Accepted")
    assert host.outcome() == ("posted", "member")
    assert host.evidence() == f"dkim=pass d={REJECTING} dmarc=pass"


def test_aligned_by_spf_only(host: Host) -> None:
    said = host.send(f"ama@{REJECTING}", f"ama@{REJECTING}")
    assert said.startswith("250 2.0.0 Accepted")
    assert host.evidence() == "dkim=none spf=pass dmarc=pass"


def test_a_forger_is_refused_where_the_domain_wants_it(host: Host) -> None:
    said = host.send(f"ama@{REJECTING}", "x@evil.test", "evil.test")
    assert said.startswith("550 5.7.1 Mail authentication failed")
    assert host.outcome() == ("refused", "auth-fail")
    assert host.evidence() == "dkim=unaligned spf=unaligned dmarc=fail p=reject"


def test_where_the_domain_only_watches_the_member_is_asked(host: Host) -> None:
    address = f"ama@{WATCHING}"
    assert host.send(address, "x@evil.test").startswith("250 2.0.0 Held")
    assert host.outcome() == ("held", "auth-fail")
    with host.place.database() as db, db.read() as conn:
        held = conn.execute(select(holds.c.reason).where(holds.c.sender == address)).scalars().all()
        asked = conn.execute(select(deliveries.c.recipient)).scalars().all()
    assert held == ["auth-fail"]
    assert address in asked


def test_no_answer_is_as_if_nothing_were_published(host: Host) -> None:
    assert host.send(f"ama@{MUTE}", "x@evil.test").startswith("250 2.0.0 Accepted")
    assert host.evidence() == "dkim=none spf=unaligned dmarc=unanswered"


def test_a_key_that_nobody_gives_makes_it_unsure(host: Host) -> None:
    assert host.send(f"ama@{LAME}", "x@evil.test", LAME).startswith("250 2.0.0 Held")
    assert (
        host.evidence()
        == f"dkim=fail (unanswered) d={LAME} spf=unaligned dmarc=fail (unsure) p=reject"
    )


@pytest.mark.parametrize("name", [f"mx.{DOMAIN}", DOMAIN, "mx.example.org", "localhost"])
def test_a_strangers_claim_is_ignored(host: Host, name: str) -> None:
    claim = f"Authentication-Results: {name}; dmarc=pass header.from={REJECTING}\r\n"
    said = host.send(f"ama@{REJECTING}", "x@evil.test", top=claim)
    assert said.startswith("550 5.7.1")


def test_a_strangers_mail_is_refused_with_the_cure_or_held(host: Host) -> None:
    said = host.send(f"new@{PLAIN}", "x@evil.test")
    assert said.startswith("550 5.7.1 Only members post to this group; to join, send")
    said = host.send(f"new@{REJECTING}", "x@evil.test", REJECTING)
    assert said.startswith("250 2.0.0 Held: not-a-member")
    assert host.send(f"new@{REJECTING}", "x@evil.test").startswith("550 5.7.1 Mail auth")


def test_what_was_found_out_stands_in_the_trace(host: Host) -> None:
    host.send(f"ama@{REJECTING}", "x@evil.test")
    with host.place.database() as db, db.read() as conn:
        query = select(audit.c.event, audit.c.reason).order_by(audit.c.id.desc()).limit(2)
        rows = [tuple(row) for row in conn.execute(query)]
    assert rows[1] == ("auth", "dkim=none spf=unaligned dmarc=fail p=reject by us")


# --- Our side of the name system --------------------------------------------------------------


def test_answers_are_remembered(host: Host) -> None:
    servers = Servers([host.names.address])
    first = servers.look("_dmarc.Reject.test.", "TXT", 2)
    count = len(host.names.asked)
    assert servers.look("_dmarc.reject.test", "TXT", 2) == first == ("v=DMARC1; p=reject",)
    assert servers.look("nobody.test", "TXT", 2) == servers.look("nobody.test", "TXT", 2) == ()
    assert servers.look("plain.test", "TXT", 2) == ()
    assert servers.look("plain.test", "A", 2) == ("127.0.0.1",)
    assert len(host.names.asked) == count + 3


def test_a_long_answer_comes_by_tcp(host: Host) -> None:
    assert Servers([host.names.address]).look("_dmarc.long.test", "TXT", 2) == (LONG,)


def test_silence_and_failure_end_in_time(host: Host) -> None:
    servers = Servers([host.names.address])
    for name in ("_dmarc.mute.test", "k1._domainkey.lame.test"):
        with pytest.raises(UnansweredError):
            servers.look(name, "TXT", 0.2)
        count = len(host.names.asked)
        with pytest.raises(UnansweredError):
            servers.look(name, "TXT", 0.2)
        assert len(host.names.asked) == count


def test_the_key_of_a_zone_is_the_key_that_was_made(host: Host) -> None:
    wait_until(lambda: bool(host.names.asked), "a question")
    assert Servers([host.names.address]).look(f"k1._domainkey.{REJECTING}", "TXT", 2) == (
        rsa_key().record,
    )

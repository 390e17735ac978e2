"""An author whose domain wants our copies refused, with a real name server: what members get, and the
private mails that they write back, behind a real Postfix and without one."""

from __future__ import annotations

import mailbox
import re
import smtplib
from email.message import Message
from email.utils import parseaddr
from pathlib import Path

import pytest
from sqlalchemy import select

from dgroup.groups import NewGroup
from dgroup.sending.maildir import folder_name
from dgroup.tables import audit
from tests.dgroup.zones import key_at, signed
from tests.real.installation import DOMAIN, Installation, Sections, Someone, installation
from tests.real.mailhost import mail_host, send
from tests.real.nameserver import NameServer, Zone, name_server
from tests.real.parts import Postfix, wait_until

GROUP = f"water@{DOMAIN}"
AMA, BEN, KIM = "ama@reject.test", "ben@plain.test", "kim@near.test"
OUTSIDER = "eve@plain.test"
HERE = "v=spf1 ip4:127.0.0.1 -all"
ZONE: Zone = {
    ("_dmarc.reject.test", "TXT"): ["v=DMARC1; p=reject"],
    ("reject.test", "TXT"): [HERE],
    ("_dmarc.quiet.test", "TXT"): ["v=DMARC1; p=none"],
    **key_at("reject.test"),
}
PEOPLE = [Someone(AMA, "Ama"), Someone(BEN, "Ben"), Someone(KIM, "Kim")]

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postfix")]


def changes(names: NameServer) -> Sections:
    return {
        "auth": {"verify": True, "dns_servers": [names.address]},
        "dmarc": {"keep_from_for": ["near.test"]},
    }


def written(number: int, sender: str, to: str, top: str = "") -> bytes:
    return (
        f"{top}From: Some One <{sender}>\r\nTo: {to}\r\nSubject: mail {number}\r\n"
        f"Message-ID: <a{number}@far.test>\r\n\r\nThe well is dry.\r\n"
    ).encode()


def alias_in(copy: Message) -> str:
    name, address = parseaddr(str(copy["From"]))
    assert name == "Some One via Water and wells"
    assert re.fullmatch(rf"water\+a-[a-z2-7]{{26}}@{re.escape(DOMAIN)}", address)
    return address


def check_copies(ours: Message, kept: Message) -> None:
    assert ours["Author"] == kept["From"] == f"Some One <{AMA}>"
    assert ours["Message-ID"] == kept["Message-ID"]
    assert kept["Author"] is None
    assert ours["List-Unsubscribe-Post"] == kept["List-Unsubscribe-Post"]
    assert ours.get_payload() == kept.get_payload()


# --- We are the MX ------------------------------------------------------------------------------


def direct(place: Installation, sender: str, to: str, raw: bytes, mail_from: str = "") -> str:
    with smtplib.SMTP("127.0.0.1", place.port, "far.test", timeout=30) as client:
        client.ehlo()
        client.mail(mail_from or sender)
        code, text = client.rcpt(to)
        if code != 250:
            return f"rcpt {code} {text.decode()}"
        code, text = client.data(raw)
    return f"{code} {text.decode()}"


def box(place: Installation, address: str) -> list[Message]:
    folder = place.config.site.data_dir / "outgoing" / folder_name(address)
    return list(mailbox.Maildir(folder, create=False)) if (folder / "cur").exists() else []


def newest(place: Installation, address: str, count: int) -> Message:
    wait_until(lambda: len(box(place, address)) >= count, f"mail {count} for {address}")
    every = {str(mail["Message-ID"]): mail for mail in box(place, address)}
    return every[max(every, key=lambda one: int(re.findall(r"\d+", one)[0]))]


def test_without_a_mail_server_in_front(tmp_path: Path) -> None:
    with name_server(ZONE) as names:
        with installation(tmp_path, "maildir:outgoing", changes(names)) as place:
            place.group(NewGroup("water", "Water and wells"), PEOPLE)
            with place.serving():
                _post_and_answer(place)
        assert "Traceback" not in place.log()


def _post_and_answer(place: Installation) -> None:
    # SPF alone vouches for the author: that does not survive a list.
    assert direct(place, AMA, GROUP, written(1, AMA, GROUP)).startswith("250")
    alias = alias_in(newest(place, BEN, 1))
    check_copies(newest(place, BEN, 1), newest(place, KIM, 1))
    assert alias_in(newest(place, AMA, 1)) == alias
    # A signature does.
    raw = signed(written(2, AMA, GROUP), "reject.test")
    assert direct(place, AMA, GROUP, raw, "x@elsewhere.test").startswith("250")
    assert newest(place, BEN, 2)["From"] == f"Some One <{AMA}>"
    # A member answers the alias, an outsider tries to, a robot answers it.
    assert direct(place, BEN, alias, written(3, BEN, alias)).startswith("250 2.0.0 Passed on")
    assert newest(place, AMA, 3)["From"] == f"Some One <{BEN}>"
    said = direct(place, OUTSIDER, alias, written(4, OUTSIDER, alias))
    assert said.startswith("550 5.7.1 Only members reach members")
    robot = "Auto-Submitted: auto-replied\r\n"
    assert direct(place, BEN, alias, written(5, BEN, alias, robot)).startswith("250")
    assert direct(place, BEN, f"water+a-{'b' * 26}@{DOMAIN}", b"").startswith("rcpt 550 5.1.1")
    for number in range(6, 26):
        said = direct(place, BEN, alias, written(number, BEN, alias))
    assert said.startswith("451 4.7.1 Too many private mails")
    newest(place, AMA, 22)
    assert len(box(place, AMA)) == 22
    assert all(BEN in str(one["From"]) for one in box(place, AMA) if alias in str(one["To"]))
    with place.database() as db, db.read() as conn:
        reasons = conn.execute(select(audit.c.reason)).scalars().all()
    assert "alias auto-submitted" in reasons
    assert "alias-rate" in reasons


# --- Behind a Postfix ---------------------------------------------------------------------------


def test_behind_a_postfix_the_policy_is_looked_up(tmp_path: Path) -> None:
    boxes = [AMA, BEN, KIM, OUTSIDER]
    with (
        name_server(ZONE) as names,
        mail_host(tmp_path, "lmtp", boxes, changes=changes(names)) as (server, place),
    ):
        place.group(NewGroup("water", "Water and wells"), PEOPLE)
        with place.serving():
            _through_postfix(server)
        assert "Traceback" not in place.log()


def _through_postfix(server: Postfix) -> None:
    send(server, AMA, GROUP, written(1, AMA, GROUP))
    (ours,), (kept,) = server.wait_for(BEN, 1), server.wait_for(KIM, 1)
    check_copies(ours, kept)
    alias = alias_in(ours)
    send(server, BEN, alias, written(2, BEN, alias))
    relayed = server.wait_for(AMA, 2)[-1]
    assert relayed["From"] == f"Some One <{BEN}>"
    assert relayed["X-Loop"] == alias
    assert str(relayed["Return-Path"]).startswith("<water-bounces+")
    assert relayed["List-Id"] is None
    # The author answers from a domain that protects its own: by an alias again, and it can be answered.
    send(server, AMA, alias, written(3, AMA, alias))
    back = server.wait_for(AMA, 3)[-1]
    assert alias_in(back) == alias
    assert back["Reply-To"] == back["Author"] == f"Some One <{AMA}>"
    send(server, OUTSIDER, alias, written(4, OUTSIDER, alias))
    for number in range(5, 26):
        send(server, BEN, alias, written(number, BEN, alias))
    server.wait_for(AMA, 22)
    wait_until(lambda: len(server.queue()) == 2, "two mails that wait at Postfix")
    assert len(server.messages(AMA)) == 22
    assert server.messages(OUTSIDER) == []

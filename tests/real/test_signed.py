"""Through a real Postfix to a mailbox: what the members' hosts get still carries our signature and seal."""

from __future__ import annotations

import smtplib
from pathlib import Path

import pytest

from dgroup.authentication import dkimkeys
from dgroup.authentication.dkimcanon import Mail
from dgroup.groups import NewGroup
from tests.dgroup.oracle import covered, holding
from tests.real.installation import DOMAIN, Someone, installation
from tests.real.parts import smarthost

GROUP = f"water@{DOMAIN}"
PEOPLE = (Someone("ama@homes.test", "Ama"), Someone("issa@homes.test", "Issa"))
HEAD = f"From: Ama <ama@homes.test>\r\nTo: {GROUP}\r\nDate: Mon, 2 Mar 2026 11:59:00 +0000\r\n"
MAILS = {
    "plain": "Subject: plain\r\n\r\nThe well is dry.\r\n",
    "dots": "Subject: dots\r\n\r\n.\r\n..two\r\n.\tthree\r\n\r\n",
    "spaces": "Subject:   spaces  \t and\r\n\tfolds \r\n\r\n  a  b \t\r\n \r\n\r\n\r\n",
    "eight": "Subject: eight\r\nContent-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: 8bit\r\nMIME-Version: 1.0\r\n\r\nÀ bientôt, señora.\r\n",
    "long": "Subject: long\r\n\r\n" + "word " * 900 + "\r\n",
    "field": "Subject: field\r\nX-Long: " + "word " * 500 + "\r\n\r\nx\r\n",
    "bare": "Subject: bare\n\nline feeds\nalone\n",
    "nothing": "Subject: nothing\r\n\r\n",
}

pytestmark = [pytest.mark.slow]


def test_signatures_hold_in_the_mailbox(tmp_path: Path) -> None:
    key = dkimkeys.make(tmp_path / "k.pem")
    zone = {f"dgroup._domainkey.{DOMAIN}": dkimkeys.record(key)}
    boxes = [one.address for one in PEOPLE]
    changes = {"dkim": {"key_file": "k.pem"}}
    with (
        smarthost(boxes) as host,
        installation(tmp_path, f"smtp://127.0.0.1:{host.port}", changes) as place,
    ):
        place.group(NewGroup("water", "Water"), PEOPLE)
        with place.serving():
            for name, text in MAILS.items():
                with smtplib.SMTP("127.0.0.1", place.port, timeout=30) as client:
                    raw = f"Message-ID: <{name}@homes.test>\r\n{HEAD}{text}".encode()
                    client.sendmail("ama@homes.test", [GROUP], raw, ["BODY=8BITMIME"])
            host.wait_for("issa@homes.test", len(MAILS))
        for raw in host.delivered("issa@homes.test"):
            sent = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            assert holding(sent, zone) == [DOMAIN], sent.decode()
            assert covered(sent, DOMAIN).count("list-unsubscribe-post") == 2
            assert len(Mail(sent).named(b"list-unsubscribe")) == 1

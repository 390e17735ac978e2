"""Through a real Postfix to mailboxes: what waits is told to the coordinator with its reason, what goes out has
the footer and no pixel, and our signature holds on it."""

from __future__ import annotations

import smtplib
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import update

from dgroup.authentication import dkimkeys
from dgroup.groups import NewGroup
from dgroup.model import Role
from dgroup.tables import group_settings
from tests.dgroup.oracle import holding
from tests.real.installation import DOMAIN, Sections, Someone, installation
from tests.real.parts import smarthost

GROUP = f"water@{DOMAIN}"
AMA, ISSA = "ama@homes.test", "issa@homes.test"
PEOPLE = (Someone(AMA, "Ama"), Someone(ISSA, "Issa", Role.COORDINATOR))
PASSED = "mx.homes.test; dmarc=pass header.from=homes.test"

pytestmark = [pytest.mark.slow]


def mail(subject: str, more: dict[str, str], file: str = "", page: str = "") -> bytes:
    made = EmailMessage(policy=policy.SMTP)
    fields = {"From": f"Ama <{AMA}>", "To": GROUP, "Subject": subject, **more}
    for name, value in {**fields, "Message-ID": f"<{subject}@homes.test>"}.items():
        made[name] = value
    made.set_content("How deep is the well at the market?\n")
    if page:
        made.add_alternative(page, subtype="html")
    if file:
        made.add_attachment(b"MZ", "application", "octet-stream", filename=file)
    return b"Authentication-Results: " + PASSED.encode() + b"\r\n" + made.as_bytes()


def test_what_waits_and_what_goes_out(tmp_path: Path) -> None:
    key = dkimkeys.make(tmp_path / "k.pem")
    zone = {f"dgroup._domainkey.{DOMAIN}": dkimkeys.record(key)}
    changes: Sections = {
        "dkim": {"key_file": "k.pem"},
        "listener": {"trusted_fronts": ["127.0.0.1"], "authserv_id": "mx.homes.test"},
    }
    page = '<p>How deep?</p><img src="https://t.example/p.gif" width="1" height="1">'
    with (
        smarthost([AMA, ISSA]) as host,
        installation(tmp_path, f"smtp://127.0.0.1:{host.port}", changes) as place,
    ):
        place.group(NewGroup("water", "Water"), PEOPLE)
        with place.database() as db, db.write() as conn:
            conn.execute(update(group_settings).values(footer="on", remote_images="off"))
        with place.serving(), smtplib.SMTP("127.0.0.1", place.port, timeout=30) as client:
            for raw in (
                mail("spam", {"X-Spam": "Yes"}),
                mail("file", {}, file="pump.exe"),
                mail("page", {}, page=page),
            ):
                assert client.sendmail(AMA, [GROUP], raw) == {}
            host.wait_for(ISSA, 3)
            host.wait_for(AMA, 3)
        got = [one.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for one in host.delivered(ISSA)]
        told = {
            str(one["Subject"]): one
            for one in (message_from_bytes(raw, policy=policy.default) for raw in got)
        }
        asked = [told[one].get_content() for one in told if one.startswith("Approve?")]
        assert any("mail filter takes it for spam" in one for one in asked)
        assert any("File: pump.exe" in one for one in asked)
        copy = next(raw for raw in got if b"\r\nSubject: page\r\n" in raw)
        assert holding(copy, zone) == [DOMAIN]
        assert b"t.example" not in copy
        assert copy.count(f"water-leave@{DOMAIN}".encode()) >= 2

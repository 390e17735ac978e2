"""A member's mailbox is gone: a real Postfix says so to our reverse-path, the probe comes back too, the
mail stops, another mailbox of theirs is told, and a reply brings the mail back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from archive.db import Database
from dgroup.groups import NewGroup
from dgroup.tables import addresses, audit, bounces, memberships
from tests.real.installation import DOMAIN, Someone
from tests.real.mailhost import mail_host, send
from tests.real.parts import Postfix, wait_until

GROUP = f"water@{DOMAIN}"
AMA, GONE, NEW = "ama@homes.test", "moved@homes.test", "moved.new@homes.test"

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postfix")]


def test_a_mailbox_that_is_gone_and_a_member_who_is_not(tmp_path: Path) -> None:
    people = [Someone(AMA, "Ama"), Someone(GONE, "Moved")]
    with mail_host(tmp_path, "smtp", [AMA, NEW], [GONE]) as (server, place):
        place.group(NewGroup("water", "Water"), people)
        with place.serving(), place.database() as db:
            _three_days_before(db)
            _post(server, "One")
            wait_until(lambda: _state(db) == "suspended", "the probe to come back", 60)
            notice = _mail(server, NEW, "has stopped")
            text = str(notice.get_content())
            assert "does not exist" in " ".join(text.split())
            _reply(server, notice)
            wait_until(lambda: _state(db) == "active", "the mail to begin again", 30)
            assert "again" in str(_mail(server, NEW, "you get mail")["Subject"])
            kinds = _events(db)
            assert [one for one in kinds if one in {"probed", "suspended"}] == [
                "probed",
                "suspended",
            ]
            wait_until(lambda: server.queue() == [], "an empty queue")
        assert "Traceback" not in place.log()


def _three_days_before(db: Database) -> None:
    """The same has happened on the days before; the person has confirmed another mailbox."""
    now = datetime.now(UTC)
    with db.write() as conn:
        who = conn.execute(select(memberships).where(memberships.c.address == GONE)).one()
        row = {"membership_id": who.id, "group_id": who.group_id, "cause": "dead"}
        row |= {"status": "5.1.1", "diagnostic": "", "address": GONE, "domain": "homes.test"}
        days = [now - timedelta(days=day) for day in (3, 2, 1)]
        more = {"points": 100, "excused": False}
        conn.execute(insert(bounces), [row | more | {"at": day} for day in days])
        mine = {"person_id": who.person_id, "shown": NEW, "verified_at": now}
        conn.execute(insert(addresses).values(address=NEW, **mine))


def _post(server: Postfix, subject: str) -> None:
    raw = f"From: Ama <{AMA}>\r\nTo: {GROUP}\r\nSubject: {subject}\r\nMessage-ID: <{subject}@h.test>\r\n"
    send(server, AMA, GROUP, f"{raw}\r\nHello.\r\n".encode())


def _reply(server: Postfix, letter: EmailMessage) -> None:
    to = parseaddr(str(letter["Reply-To"]))[1]
    raw = f"From: <{NEW}>\r\nTo: {to}\r\nSubject: Re: {letter['Subject']}\r\n"
    send(server, NEW, to, f"{raw}Message-ID: <re@homes.test>\r\n\r\nResume\r\n".encode())


def _mail(server: Postfix, address: str, words: str) -> EmailMessage:
    def found() -> list[EmailMessage]:
        raws = server.delivered(address)
        every = [
            message_from_bytes(raw, _class=EmailMessage, policy=policy.default) for raw in raws
        ]
        return [mail for mail in every if words in str(mail["Subject"])]

    wait_until(lambda: bool(found()), f"{words!r} for {address}", 60)
    return found()[-1]


def _state(db: Database) -> str:
    with db.read() as conn:
        query = select(memberships.c.state).where(memberships.c.address == GONE)
        return str(conn.execute(query).scalar_one())


def _events(db: Database) -> list[str]:
    with db.read() as conn:
        return list(conn.execute(select(audit.c.event).order_by(audit.c.id)).scalars())

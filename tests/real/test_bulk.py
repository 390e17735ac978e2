"""A group whose members share copies, through a real Postfix with XVERP into real mailboxes: all get the post,
a mailbox that is gone is asked by a letter of its own, and only what comes of that counts."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from archive.db import Database
from dgroup.groups import NewGroup
from dgroup.tables import audit, bounces, deliveries, group_settings, memberships
from tests.real.installation import DOMAIN, Someone
from tests.real.mailhost import mail_host, send
from tests.real.parts import Postfix, wait_until

GROUP = f"water@{DOMAIN}"
AMA, GONE = "ama@homes.test", "moved@homes.test"
MANY = [f"m{n}@homes.test" for n in range(60)]

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postfix")]


@pytest.mark.parametrize("verp", [True, False], ids=["xverp", "token"])
def test_one_text_for_many_and_a_mailbox_that_is_gone(tmp_path: Path, verp: bool) -> None:
    people = [Someone(one, one.partition("@")[0]) for one in [AMA, GONE, *MANY]]
    offers = {} if verp else {"smtpd_authorized_verp_clients": ""}
    with mail_host(tmp_path, "smtp", [AMA, *MANY], [GONE], front=offers) as (server, place):
        place.group(NewGroup("water", "Water"), people)
        with place.serving(), place.database() as db:
            share(db)
            post(server)
            for one in [AMA, *MANY]:
                (mail,) = server.wait_for(one, 1, 60)
                back = str(mail["Return-Path"])
                assert ("=homes.test@" in back) is verp
                assert (f"+{one.replace('@', '=')}@" in back) is verp
                assert mail["List-Unsubscribe"] == f"<mailto:water-leave@{DOMAIN}>"
                assert mail["List-Unsubscribe-Post"] is None
            wait_until(lambda: counted(db) == [GONE], "the letter to come back and count", 60)
            assert events(db, "asked") == [GONE]
            assert state(db) == "active"
            wait_until(lambda: server.queue() == [], "an empty queue")
            assert rows(db) == {(one, "sent") for one in [AMA, GONE, *MANY]}
            assert texts(server) == 2  # 50 recipients and 12
        assert "Traceback" not in place.log()


def share(db: Database) -> None:
    with db.write() as conn:
        conn.execute(update(group_settings).values(delivery_style="bulk"))


def post(server: Postfix) -> None:
    raw = f"From: Ama <{AMA}>\r\nTo: {GROUP}\r\nSubject: Wells\r\nMessage-ID: <wells@h.test>\r\n"
    send(server, AMA, GROUP, f"{raw}\r\nHello.\r\n".encode())


def texts(server: Postfix) -> int:
    """How many mails of the post came in from us."""
    return (
        sum(
            "cleanup" in line and "message-id=<wells@h.test>" in line
            for line in server.log().splitlines()
        )
        - 1
    )


def counted(db: Database) -> list[str]:
    with db.read() as conn:
        return list(conn.execute(select(bounces.c.address)).scalars())


def events(db: Database, kind: str) -> list[str]:
    with db.read() as conn:
        return list(conn.execute(select(audit.c.reason).where(audit.c.event == kind)).scalars())


def state(db: Database) -> str:
    with db.read() as conn:
        query = select(memberships.c.state).where(memberships.c.address == GONE)
        return str(conn.execute(query).scalar_one())


def rows(db: Database) -> set[tuple[str, str]]:
    with db.read() as conn:
        query = select(deliveries.c.recipient, deliveries.c.state).where(
            deliveries.c.membership_id.is_not(None)
        )
        return {(to, how) for to, how in conn.execute(query)}

"""Verdicts of a mail filter in a real Postfix, set up by docs/operate.md: fields that it adds decide in the
group, what it refuses or has held never comes to us, and our own copies do not pass through it."""

from __future__ import annotations

import asyncio
import re
import smtplib
from pathlib import Path

import pytest
from sqlalchemy import select

from dgroup.groups import NewGroup
from dgroup.model import Role
from dgroup.tables import audit
from tests.parts import wait_until
from tests.real.installation import DOMAIN, Installation, Someone
from tests.real.mailhost import AUTHSERV_ID, OPERATE, mail_host, send
from tests.real.milter import Verdict, milter_of
from tests.real.parts import Postfix

GROUP = f"water@{DOMAIN}"
AMA, ISSA = "ama@homes.test", "issa@homes.test"
PEOPLE = (Someone(AMA, "Ama"), Someone(ISSA, "Issa", Role.COORDINATOR))
PASSED = f"{AUTHSERV_ID}; dkim=pass header.d=homes.test; dmarc=pass header.from=homes.test"
AUTHENTICATED = (("Authentication-Results", PASSED),)
VERDICTS = {
    "wells": Verdict(AUTHENTICATED),
    "pills": Verdict((*AUTHENTICATED, ("X-Spam", "Yes"))),
    "virus": Verdict(hold=True),
    "worse": Verdict(refuse="554 5.7.1 not here"),
}

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postfix")]


def documented(port: int) -> dict[str, str]:
    """The lines for a filter, with the test's in the place of rspamd."""
    found = re.search(r"```filter\n(.*?)```", OPERATE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    lines = [line for line in found[1].splitlines() if not line.startswith("#")]
    settings = {key.strip(): value.strip() for key, _, value in (x.partition("=") for x in lines)}
    return settings | {"smtpd_milters": f"inet:127.0.0.1:{port}"}


def mail(subject: str, more: str = "") -> bytes:
    head = f"From: Ama <{AMA}>\r\nTo: {GROUP}\r\nSubject: {subject}\r\nMessage-ID: <{subject}@x.test>\r\n"
    return f"{head}{more}\r\nHow deep?\r\n".encode()


def outcomes(place: Installation) -> dict[str, tuple[str, str]]:
    with place.database() as db, db.read() as conn:
        rows = conn.execute(select(audit.c.message_id, audit.c.event, audit.c.reason)).all()
    return {row.message_id.partition("@")[0]: (row.event, row.reason) for row in rows}


def bring(server: Postfix) -> None:
    for subject in ("wells", "pills", "virus"):
        send(server, AMA, GROUP, mail(subject))
    with pytest.raises(smtplib.SMTPDataError, match="not here"):
        send(server, AMA, GROUP, mail("worse"))


async def test_what_a_filter_says_comes_to_us(tmp_path: Path) -> None:
    async with milter_of(lambda subject: VERDICTS[subject]) as milter:
        await asyncio.to_thread(_seen, tmp_path, milter.port)
    assert milter.judged == ["wells", "pills", "virus", "worse"]


def _seen(tmp_path: Path, port: int) -> None:
    with mail_host(tmp_path, "lmtp", [AMA, ISSA], front=documented(port)) as (server, place):
        place.group(NewGroup("water", "Water"), PEOPLE)
        with place.serving():
            bring(server)
            wait_until(lambda: len(outcomes(place)) >= 2, "two mails", 60)
            server.wait_for(AMA, 1)
            server.wait_for(ISSA, 2)  # the post, and what waits
            told = outcomes(place)
            queue = server.queue()
    assert (told["wells"][0], told["pills"]) == ("posted", ("held", "spam"))
    assert set(told) == {"wells", "pills"}
    assert [("hold" in line, AMA in line) for line in queue] == [(True, True)]


async def test_a_filter_that_is_away_lets_nothing_in_unseen(tmp_path: Path) -> None:
    def away() -> None:
        with mail_host(tmp_path, "lmtp", [AMA], front=documented(9)) as (server, place):
            place.group(NewGroup("water", "Water"), PEOPLE)
            with place.serving(), pytest.raises(smtplib.SMTPResponseException) as refused:
                send(server, AMA, GROUP, mail("wells"))
            assert 400 <= refused.value.smtp_code < 500

    await asyncio.to_thread(away)

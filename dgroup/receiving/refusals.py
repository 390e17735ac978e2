"""Copies that the smarthost itself refuses for good (`refused`): told to intake as the reports that other servers
mail, so that there is one way in which an address is found dead.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from archive.db import Database
from archive.model import SiteInfo
from dgroup import groups, refused
from dgroup.address import bounce_address
from dgroup.bounces.causes import statuses
from dgroup.failing import Failing
from dgroup.model import Envelope, Reply
from dgroup.people import members
from dgroup.refused import Refusal
from dgroup.tokens import Keyring, make
from dgroup.writer import Writer

log = logging.getLogger("dgroup.receiving.refusals")

TICK_S = 20.0
AT_ONCE = 200
Accept = Callable[[Envelope], Awaitable[Sequence[Reply]]]


class Refusals:
    """Hands refusals from the database to intake, a few at a time."""

    def __init__(
        self,
        db: Database,
        writer: Writer,
        keyring: Keyring,
        site: SiteInfo,
        clock: Callable[[], datetime],
    ) -> None:
        self._db, self._writer = db, writer
        self._keyring, self._site, self._clock = keyring, site, clock
        self._failing = Failing(log, "refusals cannot be told")

    async def run(self, accept: Accept) -> None:
        """Hand on what waits, again and again, until it is cancelled."""
        while True:
            await asyncio.sleep(TICK_S)
            try:
                while await self.tell(accept) == AT_ONCE:
                    pass
            except SQLAlchemyError as error:
                self._failing.failed(error)
            else:
                self._failing.works()

    async def tell(self, accept: Accept) -> int:
        """Hand on some of what waits; gives how many were there. What cannot be stored waits on."""
        found = await asyncio.to_thread(self._read)
        for number, (one, back) in enumerate(found):
            if back:
                told = await accept(report(one, back, self._site.domain, self._clock()))
                if any(400 <= reply.code < 500 for reply in told):
                    return number
            # Counted ones are gone already; those that say nothing of anybody go here.
            await self._writer.run(partial(refused.take, delivery_id=one.delivery_id))
        return len(found)

    def _read(self) -> list[tuple[Refusal, str]]:
        with self._db.read() as conn:
            return [(one, self._reverse_path(conn, one)) for one in refused.waiting(conn, AT_ONCE)]

    def _reverse_path(self, conn: Connection, one: Refusal) -> str:
        """A member's copy gets its own when it is sent: the same is made again."""
        if one.membership_id is None:
            return one.envelope_from
        member = members.by_id(conn, one.membership_id)
        known = groups.by_id(conn, member.group_id, self._site.domain) if member else None
        if known is None:
            return ""
        token = make("bounce", one.membership_id, self._keyring)
        return bounce_address(known.name, token, self._site.domain)


def report(one: Refusal, back: str, domain: str, now: datetime) -> Envelope:
    """Give the refusal as a delivery report (RFC 3464) to the copy's reverse-path."""
    said = " ".join(one.reply.split())
    status = next((code for code in statuses(said) if code.startswith("5")), "5.0.0")
    raw = (
        f"From: <mailer-daemon@{domain}>\r\nTo: <{back}>\r\nAuto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status;"
        ' boundary="=_r"\r\n\r\n--=_r\r\nContent-Type: message/delivery-status\r\n\r\n'
        f"Reporting-MTA: dns; {domain}\r\n\r\nFinal-Recipient: utf-8; {one.recipient}\r\n"
        f"Action: failed\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {said}\r\n\r\n--=_r--\r\n"
    )
    return Envelope(
        id=refused.envelope_id(one.delivery_id),
        mail_from="",
        rcpt=(back,),
        raw=raw.encode("utf-8", "replace"),
        received_at=now,
        peer="",
        helo="",
        smtputf8=not one.recipient.isascii(),
        trusted_front=True,
    )

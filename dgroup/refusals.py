"""Copies that the smarthost itself refuses for good: told to intake as the reports that other servers mail,
so that there is one way in which an address is found dead.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from archive.db import Database
from archive.model import SiteInfo
from dgroup import groups, members
from dgroup.address import bounce_address
from dgroup.bounce_causes import statuses
from dgroup.failing import Failing
from dgroup.model import Envelope, OutboxItem
from dgroup.tokens import Keyring, make

log = logging.getLogger("dgroup.refusals")

TICK_S = 20.0
MOST_WAITING = 5000
"""refusals that are remembered; of a smarthost that refuses everything the rest is no news"""
AT_ONCE = 200
Accept = Callable[[Envelope], Awaitable[object]]


class Refusals:
    """Takes refusals from the sender and hands them on, a few at a time."""

    def __init__(
        self, db: Database, keyring: Keyring, site: SiteInfo, clock: Callable[[], datetime]
    ) -> None:
        self._db, self._keyring, self._site, self._clock = db, keyring, site, clock
        self._failing = Failing(log, "refusals cannot be told")
        self._waiting: deque[tuple[OutboxItem, str]] = deque(maxlen=MOST_WAITING)

    def note(self, item: OutboxItem, reply: str) -> None:
        """Remember a refusal, unless nothing may come back to the copy's sender or it may yet arrive."""
        if reply.startswith("5") and (item.membership_id is not None or item.envelope_from):
            self._waiting.append((item, reply))

    async def run(self, accept: Accept) -> None:
        """Hand on what waits, again and again, until it is cancelled."""
        while True:
            await asyncio.sleep(TICK_S)
            try:
                await self.tell(accept)
            except SQLAlchemyError as error:
                self._failing.failed(error)
            else:
                self._failing.works()

    async def tell(self, accept: Accept) -> int:
        """Hand on what waits; gives how many. What a crash loses the next post's refusal tells again."""
        told = 0
        while self._waiting and told < AT_ONCE:
            item, reply = self._waiting.popleft()
            back = await asyncio.to_thread(self._reverse_path, item)
            if back:
                await accept(report(item, back, reply, self._site.domain, self._clock()))
                told += 1
        return told

    def _reverse_path(self, item: OutboxItem) -> str:
        """A member's copy gets its own when it is sent: the same is made again."""
        if item.membership_id is None:
            return item.envelope_from
        with self._db.read() as conn:
            member = members.by_id(conn, item.membership_id)
            known = groups.by_id(conn, member.group_id, self._site.domain) if member else None
        if known is None:
            return ""
        token = make("bounce", item.membership_id, self._keyring)
        return bounce_address(known.name, token, self._site.domain)


def report(item: OutboxItem, back: str, reply: str, domain: str, now: datetime) -> Envelope:
    """Give the refusal as a delivery report (RFC 3464) to the copy's reverse-path."""
    said = " ".join(reply.split())
    status = next((code for code in statuses(said) if code.startswith("5")), "5.0.0")
    raw = (
        f"From: <mailer-daemon@{domain}>\r\nTo: <{back}>\r\nAuto-Submitted: auto-generated\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status;"
        ' boundary="=_r"\r\n\r\n--=_r\r\nContent-Type: message/delivery-status\r\n\r\n'
        f"Reporting-MTA: dns; {domain}\r\n\r\nFinal-Recipient: utf-8; {item.recipient}\r\n"
        f"Action: failed\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {said}\r\n\r\n--=_r--\r\n"
    )
    return Envelope(
        id=f"refused-{item.id}",
        mail_from="",
        rcpt=(back,),
        raw=raw.encode("utf-8", "replace"),
        received_at=now,
        peer="",
        helo="",
        smtputf8=not item.recipient.isascii(),
        trusted_front=True,
    )

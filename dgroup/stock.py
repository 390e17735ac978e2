"""The sender's stock: deliveries claimed for this node, made into copies that can go out at once.

Functions here run on a database thread; nothing in them knows the event loop.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from archive.db import Database
from archive.errors import NotFound
from archive.model import SiteInfo
from dgroup import deliveries, groups, outbox, tokens
from dgroup.address import bounce_address
from dgroup.deliveries import Put
from dgroup.model import OutboxItem
from dgroup.outbox import Holder
from dgroup.pipeline import Body, Copy, body_of
from dgroup.rewrite import personal_lines
from dgroup.tokens import Keyring

LEASE = timedelta(minutes=10)
SMALLEST = 100
"""members for which it is worth while to look at a fan-out"""
FRESH = timedelta(minutes=1)
"""what was made this short while ago need not be looked up again for members who left"""
BODIES = 64 * 1024 * 1024
"""bytes of bodies that may be in memory at a time, one large one apart"""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one look into the outbox gave."""

    items: tuple[OutboxItem, ...]
    fanout: int
    """the fan-out expanded last, so that the next look begins with another group's"""
    wakes_at: datetime | None
    """when the next delivery is due, if nothing was found"""


def claim(
    db: Database, conn: Connection, node: str, now: datetime, limit: int, last_fanout: int
) -> Claim:
    """Take deliveries that are due; where they are few, expand fan-outs one chunk each in turn.

    Fan-outs are expanded only as far as they are needed: letters and small groups get their turn
    between the chunks of a large one.
    """
    holder = Holder(node, now + LEASE)
    items = deliveries.claim(db, conn, node, now, limit, holder.until)
    waited = [item for item in items if item.attempts or now - item.created_at > FRESH]
    gone = deliveries.drop_departed(conn, waited, now)
    kept = [item for item in items if item.id not in gone]
    opened = outbox.open_fanouts(conn) if len(items) < limit else []
    for fanout in sorted(opened, key=lambda one: (one.id <= last_fanout, one.id)):
        if len(kept) >= limit:
            break
        chunk = max(limit - len(kept), SMALLEST)
        kept += outbox.expand(db, conn, fanout, now, chunk, holder)
        last_fanout = fanout.id
    # An open fan-out that gave nothing is done now, or another node has it: look again soon.
    wakes_at = None if kept else now if opened else deliveries.next_due(conn)
    return Claim(tuple(kept), last_fanout, wakes_at)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A body with what its copies have in common."""

    body: Body
    group: str
    """name of the group, '' for mail of the host itself"""


@dataclass(frozen=True, slots=True)
class Made:
    """What became of claimed items."""

    copies: list[tuple[OutboxItem, Copy]]
    later: list[OutboxItem]
    """their bodies find no room in memory now"""
    gone: list[Put]
    """their mail was taken down"""


class Copies:
    """Makes copies of claimed items; keeps the bodies that were used last."""

    def __init__(self, db: Database, keyring: Keyring, site: SiteInfo) -> None:
        self._db = db
        self._keyring = keyring
        self._site = site
        self._bodies: OrderedDict[int, Loaded] = OrderedDict()

    def make(self, items: Sequence[OutboxItem]) -> Made:
        """Make copies of as many items as find room for their bodies: of the first one always."""
        copies: list[tuple[OutboxItem, Copy]] = []
        missing: set[int] = set()
        used: set[int] = set()
        with self._db.read() as conn:
            for at, item in enumerate(items):
                if item.mail_id in missing:
                    continue
                if item.mail_id not in self._bodies and self._full(used):
                    return Made(copies, list(items[at:]), _taken_down(items[:at], missing))
                loaded = self._load(conn, item.mail_id, used)
                used.add(item.mail_id)
                if loaded is None:
                    missing.add(item.mail_id)
                else:
                    copies.append((item, self._copy(item, loaded)))
        return Made(copies, [], _taken_down(items, missing))

    def _full(self, used: Iterable[int]) -> bool:
        held = [self._bodies[mail_id] for mail_id in used if mail_id in self._bodies]
        return sum(len(loaded.body.data) for loaded in held) > BODIES

    def _load(self, conn: Connection, mail_id: int, used: set[int]) -> Loaded | None:
        if mail_id in self._bodies:
            self._bodies.move_to_end(mail_id)
            return self._bodies[mail_id]
        try:
            mail = deliveries.load_mail(conn, mail_id)
        except NotFound:
            return None
        group = groups.by_id(conn, mail.group_id, self._site.domain)
        body = body_of(mail.whole, smtputf8=mail.smtputf8)
        self._bodies[mail_id] = Loaded(body, group.name if group else "")
        self._forget(used | {mail_id})
        return self._bodies[mail_id]

    def _forget(self, used: set[int]) -> None:
        """Drop the bodies used longest ago while all together are too large."""
        size = sum(len(loaded.body.data) for loaded in self._bodies.values())
        for mail_id in list(self._bodies):
            if size <= BODIES:
                return
            if mail_id not in used:
                size -= len(self._bodies.pop(mail_id).body.data)

    def _copy(self, item: OutboxItem, loaded: Loaded) -> Copy:
        """Give a member an own reverse-path and own lines to leave; a letter goes as it is."""
        member, site = item.membership_id, self._site
        recipient = ascii_domain(item.recipient)
        if member is None or not loaded.group:
            return Copy(item.id, item.envelope_from, recipient, b"", loaded.body)
        bounce, leave = tokens.make_pair(member, self._keyring)
        sender = bounce_address(loaded.group, bounce, site.domain)
        lines = personal_lines(loaded.group, site.domain, site.base_url, leave)
        return Copy(item.id, sender, recipient, lines, loaded.body)


def _taken_down(items: Iterable[OutboxItem], missing: set[int]) -> list[Put]:
    return [Put(item.id, "the mail was taken down") for item in items if item.mail_id in missing]


def ascii_domain(address: str) -> str:
    """Give the domain in its ASCII form, so that only other scripts before the @ need SMTPUTF8."""
    if address.isascii():
        return address
    local, at, domain = address.rpartition("@")
    try:
        return local + at + domain.encode("idna").decode("ascii")
    except UnicodeError:
        return address

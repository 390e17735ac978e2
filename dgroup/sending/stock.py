"""The sender's stock: deliveries claimed for this node, made into copies that can go out at once.

Functions here run on a database thread; nothing in them knows the event loop.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Connection

from archive.db import Database
from archive.errors import NotFound
from archive.model import SiteInfo
from dgroup import deliveries, expansion
from dgroup.address import bounce_address, shared_bounce_address
from dgroup.authentication.sign import Signable
from dgroup.authentication.signature import Signature
from dgroup.copies.rewrite import personal_lines, shared_lines
from dgroup.deliveries import OutboxMail, Said
from dgroup.expansion import Fanout, Holder
from dgroup.filelinks import Slots, slots_of
from dgroup.model import MailClass, OutboxItem
from dgroup.sending.pipeline import Body, Copy, body_of
from dgroup.tokens import Keyring, Signer, make

LEASE = timedelta(minutes=10)
FANOUTS = 100
"""fan-outs that one look takes"""
SMALLEST = 100
"""members for which it is worth while to look at a fan-out"""
FRESH = timedelta(minutes=1)
"""what was made this short while ago need not be looked up again for members who left"""
BODIES = 64 * 1024 * 1024
"""bytes of bodies that may be in memory at a time, one large one apart"""


MakeAgain = Callable[[Connection, int], OutboxMail | None]


@dataclass(frozen=True, slots=True)
class Claim:
    """What one look into the outbox gave."""

    items: tuple[OutboxItem, ...]
    fanout: int
    """the fan-out expanded last, so that the next look begins with another group's"""
    more: bool
    """whether it is worth while to look again at once"""
    wakes_at: datetime | None
    """when it is worth while otherwise; None if nothing waits"""


def claim(
    db: Database, conn: Connection, node: str, now: datetime, limit: int, last_fanout: int
) -> Claim:
    """Take deliveries that are due; where they are few, expand fan-outs one chunk each in turn.

    Fan-outs are expanded only as far as they are needed: letters and small groups get their turn
    between the chunks of a large one. Those of one kind that follow each other are expanded together.
    """
    holder = Holder(node, now + LEASE)
    items = deliveries.claim(conn, node, now, limit, holder.until)
    waited = [item for item in items if item.attempts or now - item.created_at > FRESH]
    gone = deliveries.drop_departed(conn, waited, now)
    kept = [item for item in items if item.id not in gone]
    opened = expansion.open_fanouts(conn, FANOUTS) if len(items) < limit else []
    closed = 0
    for alike in _runs(opened, last_fanout):
        if len(kept) >= limit:
            break
        room = max(limit - len(kept), SMALLEST)
        found = expansion.expand_alike(db, conn, alike, now, room, holder)
        kept += found.items
        closed += found.closed
        last_fanout = found.last
    if len(kept) >= limit or len(opened) == FANOUTS:
        return Claim(tuple(kept), last_fanout, more=True, wakes_at=now)
    # What is open still, another node has.
    wakes_at = now if closed < len(opened) else deliveries.next_due(conn)
    return Claim(tuple(kept), last_fanout, more=False, wakes_at=wakes_at)


def _runs(opened: Iterable[Fanout], last_fanout: int) -> Iterator[list[Fanout]]:
    """Fan-outs from the one after the last on, cut where another kind begins or the turn ends."""
    turn = sorted(opened, key=lambda one: (one.id <= last_fanout, one.id))
    for _, run in groupby(turn, lambda one: (one.id <= last_fanout, one.kind)):
        yield list(run)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A body with what its copies have in common."""

    body: Body
    group: str
    """name of the group, '' for mail of the host itself"""
    signable: Signable | None = None
    """what our signatures of its copies are made from, where we sign"""
    slots: Slots | None = None
    """where links become the member's own: each copy has another body; None for nearly all mails"""
    mail_class: MailClass = MailClass.POST
    shared: bool = False
    """many members may get one copy"""


@dataclass(frozen=True, slots=True)
class Ready:
    """What became of claimed items."""

    stock: list[tuple[OutboxItem, Loaded]]
    """what is to be made into copies"""
    later: list[OutboxItem]
    """their bodies find no room in memory now"""
    gone: Said
    """their mail was taken down"""


class Copies:
    """Makes copies of claimed items; keeps the bodies that were used last."""

    def __init__(
        self,
        db: Database,
        keyring: Keyring,
        site: SiteInfo,
        signature: Signature | None = None,
        again: MakeAgain | None = None,
    ) -> None:
        """Without `signature` nothing is signed: then the smarthost does it. `again` makes mails anew whose
        text was taken away with a post."""
        self._again = again
        self._db = db
        self._signature = signature
        self._keyring = keyring
        self._signer = Signer(keyring)
        self._site = site
        self._bodies: OrderedDict[int, Loaded] = OrderedDict()

    def at_hand(self, items: Sequence[OutboxItem]) -> Ready | None:
        """Find the bodies of items without the database; None if one is not in memory."""
        try:
            return Ready([(item, self._bodies[item.mail_id]) for item in items], [], {})
        except KeyError:
            return None

    def load(self, items: Sequence[OutboxItem]) -> Ready:
        """Load the bodies of as many items as find room for them: of the first one always."""
        stock: list[tuple[OutboxItem, Loaded]] = []
        missing: set[int] = set()
        used: set[int] = set()
        with self._db.read() as conn:
            for at, item in enumerate(items):
                if item.mail_id in missing:
                    continue
                if item.mail_id not in self._bodies and self._full(used):
                    return Ready(stock, list(items[at:]), _taken_down(items[:at], missing))
                loaded = self._load(conn, item.mail_id, used)
                used.add(item.mail_id)
                if loaded is None:
                    missing.add(item.mail_id)
                else:
                    stock.append((item, loaded))
        return Ready(stock, [], _taken_down(items, missing))

    def _full(self, used: Iterable[int]) -> bool:
        held = [self._bodies[mail_id] for mail_id in used if mail_id in self._bodies]
        return sum(len(loaded.body.data) for loaded in held) > BODIES

    def _load(self, conn: Connection, mail_id: int, used: set[int]) -> Loaded | None:
        if found := self._bodies.get(mail_id):
            self._bodies.move_to_end(mail_id)
            return found
        try:
            mail = deliveries.load_mail(conn, mail_id)
        except NotFound:
            made_anew = self._again(conn, mail_id) if self._again is not None else None
            if made_anew is None:
                return None
            mail = made_anew
        slots = slots_of(mail.whole, self._keyring)
        made = self._made(mail.whole, mail.mail_class, smtputf8=mail.smtputf8)
        shared = mail.bulk and slots is None and not made[0].smtputf8
        self._bodies[mail_id] = Loaded(made[0], mail.group, made[1], slots, mail.mail_class, shared)
        self._forget(used | {mail_id})
        return self._bodies[mail_id]

    def _made(
        self, whole: bytes, mail_class: MailClass, *, smtputf8: bool
    ) -> tuple[Body, Signable | None]:
        signable = None
        if self._signature is not None:
            whole, signable = self._signature.prepared(whole, mail_class)
        return body_of(whole, smtputf8=smtputf8), signable

    def _forget(self, used: set[int]) -> None:
        """Drop the bodies used longest ago while all together are too large."""
        size = sum(len(loaded.body.data) for loaded in self._bodies.values())
        for mail_id in list(self._bodies):
            if size <= BODIES:
                return
            if mail_id not in used:
                size -= len(self._bodies.pop(mail_id).body.data)

    @property
    def signs(self) -> bool:
        """Whether making a copy takes so long that it must not be done on the event loop."""
        return self._signature is not None

    def copies(self, stock: Sequence[tuple[OutboxItem, Loaded]]) -> list[tuple[OutboxItem, Copy]]:
        """Make some copies beforehand, in a thread: their signatures let others work meanwhile."""
        return [(item, self.copy(item, loaded)) for item, loaded in stock]

    def copy(self, item: OutboxItem, loaded: Loaded) -> Copy:
        """Give a member an own reverse-path and own lines to leave; a letter goes as it is.

        Made when it is sent: a thousand at once would hold up all sessions meanwhile.
        """
        member, site, recipient = item.membership_id, self._site, item.recipient
        if not recipient.isascii():
            recipient = ascii_domain(recipient)
        sender, lines = item.envelope_from, b""
        body, signable = loaded.body, loaded.signable
        if member is not None and loaded.group:
            bounce, leave = self._signer.pair(member)
            sender = bounce_address(loaded.group, bounce, site.domain)
            lines = personal_lines(loaded.group, site.domain, site.base_url, leave)
            if loaded.slots is not None:
                own = loaded.slots.filled(member, self._keyring)
                body, signable = self._made(own, loaded.mail_class, smtputf8=body.smtputf8)
        if signable is not None:
            lines = signable.signature(lines, item.created_at) + lines
        return Copy(item.id, sender, recipient, lines, body)

    def shared(self, item: OutboxItem, loaded: Loaded, *, verp: bool) -> Copy:
        """Make the copy that many share; it names nobody, but its reverse-path names the mail, unless the
        smarthost is to name each recipient there (`verp`)."""
        token = "" if verp else make("mail", item.mail_id, self._keyring)
        sender = shared_bounce_address(loaded.group, token, self._site.domain)
        lines = shared_lines(loaded.group, self._site.domain)
        if loaded.signable is not None:
            lines = loaded.signable.signature(lines, item.created_at) + lines
        return Copy(item.id, sender, "", lines, loaded.body)


def _taken_down(items: Iterable[OutboxItem], missing: set[int]) -> Said:
    return {item.id: "the mail was taken down" for item in items if item.mail_id in missing}


def ascii_domain(address: str) -> str:
    """Give the domain in its ASCII form, so that only other scripts before the @ need SMTPUTF8."""
    if address.isascii():
        return address
    local, at, domain = address.rpartition("@")
    try:
        return local + at + domain.encode("idna").decode("ascii")
    except UnicodeError:
        return address

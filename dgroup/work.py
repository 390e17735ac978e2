"""What applying a plan works with: the tools, the mail it is about, and what its effects have made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, insert

from archive import store
from archive.content import Content
from archive.db import Database
from archive.model import ParsedMessage, SiteInfo
from archive.parse import parse
from archive.quick import Quick
from dgroup.alias import Aliases
from dgroup.config import Bounces
from dgroup.effects import Outcome
from dgroup.incoming import Incoming
from dgroup.letters import LetterWriter
from dgroup.model import UNASKED, Group, Protection
from dgroup.people.spoken import Spoken
from dgroup.tables import audit
from dgroup.tokens import Keyring


@dataclass(frozen=True, slots=True)
class Tools:
    """What applying a plan needs beside the connection."""

    db: Database
    site: SiteInfo
    letters: LetterWriter
    random: Callable[[int], bytes]
    """random bytes: `secrets.token_bytes`, or a counter in tests"""
    host_contact: str = ""
    """address of the host's people, or ''"""
    authserv_ids: frozenset[str] = frozenset()
    """names under which we or our front write Authentication-Results"""
    seals_as: str = ""
    """the one of them under which posts are sealed (ARC); '' where we have no key"""
    keyring: Keyring | None = None
    """for links that only members can use; None where there are none"""
    aliases: Aliases | None = None
    """what stands in From for authors; None: the group's own address"""
    bounces: Bounces = field(default_factory=Bounces)
    """when mail that comes back counts against a member"""
    spoken: Spoken = field(default_factory=Spoken)
    """the languages that members read"""


@dataclass(frozen=True, slots=True)
class Source:
    """The mail that a plan is about: what was received, where it stands, when it came."""

    envelope_id: str
    recipient: str
    sender: str
    mail_from: str
    raw: bytes
    content: Content
    received_at: datetime
    reply_key: str
    now: datetime
    smtputf8: bool = False
    results: str = ""
    """see `dgroup.model.Verdicts`"""
    protection: Protection = UNASKED
    """what the author's domain asks of hosts that get our copies"""

    @property
    def message(self) -> ParsedMessage:
        """The mail parsed."""
        return self.content.message

    @staticmethod
    def of(mail: Incoming) -> Source:
        """Make it from a mail that just came in."""
        envelope = mail.envelope
        return Source(
            envelope_id=envelope.id,
            recipient=mail.route.address,
            sender=mail.sender,
            mail_from=envelope.mail_from,
            raw=envelope.raw,
            content=mail.content,
            received_at=envelope.received_at,
            reply_key=mail.route.reply_key,
            now=envelope.received_at,
            smtputf8=envelope.smtputf8,
            results=mail.verdicts.results,
            protection=mail.protection,
        )

    @staticmethod
    def unasked(job: str, now: datetime) -> Source:
        """Make one for what a job does by itself: no mail has asked for it."""
        return Source(
            envelope_id=f"job-{job}",
            recipient="",
            sender="",
            mail_from="",
            raw=b"",
            content=Content(parse(b"")),
            received_at=now,
            reply_key="",
            now=now,
        )


@dataclass(slots=True)
class Work:
    """One plan being applied; remembers what its effects made for the effects after them."""

    conn: Connection
    tools: Tools
    group: Group
    source: Source
    mail_id: int | None = None
    """row of the stored raw mail; shared by the plans of one envelope"""
    post_id: int | None = None
    key: str = ""
    hold_id: int = 0
    """the mail that was just held; 0 where the same mail waited before"""
    sends: bool = False
    """something was queued for the sender"""
    dirty: bool = False
    """pages were marked"""

    def stored_mail(self) -> int:
        """Store the raw mail once and give its row."""
        if self.mail_id is None:
            self.mail_id = store.store_mail(
                self.conn,
                self.source.raw,
                self.source.message.digest,
                self.source.mail_from,
                self.source.received_at,
            )
        return self.mail_id


_NOTE = Quick(insert(audit))


def record(work: Work, outcome: Outcome) -> None:
    """Write the outcome that `dgroup trace` shows (invariant 3)."""
    note(work, outcome.kind, outcome.reason, work.post_id)


def note(work: Work, event: str, reason: str, post_id: int | None = None) -> None:
    """Write a line about the mail into the audit log."""
    _NOTE.run(work.conn, [audit_row(work, event, reason, post_id)])


def record_all(decided: Sequence[tuple[Work, Outcome]]) -> None:
    """Write the outcomes of many mails of one transaction."""
    if decided:
        rows = [audit_row(work, str(end.kind), end.reason, work.post_id) for work, end in decided]
        _NOTE.run(decided[0][0].conn, rows)


def audit_row(work: Work, event: str, reason: str, post_id: int | None) -> dict[str, object]:
    """Give the line as a row."""
    source = work.source
    return {
        "at": source.now,
        "envelope_id": source.envelope_id,
        "group_id": work.group.id,
        "recipient": source.recipient,
        "sender": source.sender,
        "message_id": source.message.message_id,
        "event": str(event),
        "reason": reason,
        "post_id": post_id,
    }

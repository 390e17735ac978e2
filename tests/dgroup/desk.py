"""A whole core without the network: database, group, members and intake, fed with mails of a test."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from sqlalchemy import insert, select, update

from archive.db import Database
from archive.model import ArchiveMode, SiteInfo
from archive.tables import posts
from dgroup import groups
from dgroup.address import comparable
from dgroup.alias import Aliases
from dgroup.changes import ChangeMember
from dgroup.commands.base import Caps
from dgroup.groups import NewGroup
from dgroup.letters import LetterWriter
from dgroup.model import (
    Alignment,
    DmarcPolicy,
    Envelope,
    Group,
    Membership,
    MemberState,
    Reply,
    Role,
    Verdicts,
    WhoJoins,
    WhoPosts,
)
from dgroup.people import members
from dgroup.receiving.arriving import FindProtection
from dgroup.receiving.intake import Intake, IntakeSettings
from dgroup.tables import (
    addresses,
    audit,
    codes,
    deliveries,
    fanouts,
    holds,
    letter_log,
    memberships,
    outbox_mails,
    quarantine,
)
from dgroup.tokens import Keyring, make
from dgroup.work import Tools
from dgroup.writer import Writer

DOMAIN = "lists.example"
FRONT = "mx.lists.example"
HOST = "host@ops.example"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CAPS = Caps(answers_per_day=10, confirmations_per_group=1, confirmations=3, code_days=7)
KEYRING = Keyring(((1, b"a secret for tests only, 32 byte"),))
SITE = SiteInfo("Lists", "https://lists.example", DOMAIN, "en", True, True, 65536)


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter in the outbox."""

    recipient: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return str(self.message.get_content())

    @property
    def reply_to(self) -> str:
        return str(self.message["Reply-To"]).strip("<>")


def counter() -> Callable[[int], bytes]:
    """Random bytes that are the same in each run."""
    numbers = itertools.count(1)
    return lambda length: hashlib.sha256(b"%d" % next(numbers)).digest()[:length]


@dataclass
class Desk:
    """The core with one group, `water`."""

    db: Database
    tools: Tools
    writer: Writer
    intake: Intake
    group: Group
    now: datetime = NOW
    woken: list[str] = field(default_factory=list)
    seen: dict[str, Verdicts] = field(default_factory=dict)
    """what we found out ourselves about mails that came directly, by envelope"""
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _seen: int = 0

    # --- Setting up

    def join(
        self,
        address: str,
        name: str = "",
        role: Role = Role.MEMBER,
        state: MemberState = MemberState.ACTIVE,
        language: str = "en",
        group: Group | None = None,
        published: int = 1000,
    ) -> Membership:
        """Make somebody a member, who has posted before unless `published` is less."""
        wish = ChangeMember(address, name, state, role, language=language)
        with self.db.write() as conn:
            made = members.change(conn, (group or self.group).info, wish, self.now)
            known = update(memberships).where(memberships.c.id == made.id)
            conn.execute(known.values(published=published))
        return replace(made, published=published)

    def know_address(self, member: Membership, address: str) -> None:
        """Give the person one more verified address."""
        row = {"person_id": member.person_id, "shown": address, "verified_at": self.now}
        with self.db.write() as conn:
            conn.execute(insert(addresses).values(address=comparable(address), **row))

    def other_group(self, name: str, **settings: object) -> Group:
        """Make a second group."""
        new = NewGroup(name, name.title(), **settings)  # type: ignore[arg-type]  # test input
        with self.db.write() as conn:
            return groups.create(conn, new, DOMAIN, self.now)

    def set(self, **values: object) -> None:
        """Change settings of the group."""
        with self.db.write() as conn:
            groups.change(self.db, conn, self.group, values, self.now)

    # --- Mail in

    def envelope(
        self,
        to: str | tuple[str, ...] = "water",
        body: str = "",
        *,
        sender: str = "ana@ngo.example",
        name: str = "Ana",
        subject: str = "",
        auth: str = "aligned",
        policy_: str = "none",
        front: bool = True,
        headers: str = "",
        mail_from: str | None = None,
        message_id: str = "",
        seen: str = "",
    ) -> Envelope:
        """A mail as the listener hands it over; `auth` is what its header says, the front's or a
        forged one, `seen` what we find out ourselves where it comes directly."""
        number = next(self._numbers)
        if seen:
            self.seen[f"e{number}"] = Verdicts(
                Alignment(seen), DmarcPolicy(policy_), f"{seen} by us"
            )
        rcpt = tuple(one if "@" in one else f"{one}@{DOMAIN}" for one in _tuple(to))
        domain = sender.rpartition("@")[2]
        said = {
            "aligned": f"dmarc=pass (p={policy_}) header.from={domain}",
            "fail": f"dmarc=fail (p={policy_}) header.from={domain}",
            "none": "none",
        }[auth]
        raw = (
            f"Authentication-Results: {FRONT}; {said}\r\n"
            f"From: {name} <{sender}>\r\n"
            f"To: {', '.join(rcpt)}\r\n"
            f"Subject: {subject}\r\n"
            f"Date: Mon, 2 Mar 2026 09:29:00 +0000\r\n"
            f"Message-ID: <{message_id or f'm{number}@ngo.example'}>\r\n"
            f"{headers}\r\n"
            f"{body}\r\n"
        )
        return Envelope(
            id=f"e{number}",
            mail_from=sender if mail_from is None else mail_from,
            rcpt=rcpt,
            raw=raw.encode("utf-8", "surrogateescape"),
            received_at=self.now,
            peer="192.0.2.1",
            helo="mail.ngo.example",
            smtputf8=False,
            trusted_front=front,
        )

    async def send(self, *args: object, **more: object) -> Reply:
        """Send a mail to one recipient and give the reply."""
        return (await self.send_all(*args, **more))[0]

    async def send_all(self, *args: object, **more: object) -> tuple[Reply, ...]:
        """Send a mail and give the reply for each recipient."""
        return await self.intake.accept(self.envelope(*args, **more))  # type: ignore[arg-type]  # passed on as given

    async def answer(self, letter: Sent, words: str, sender: str = "", **more: object) -> Reply:
        """Reply to a letter as a mail program does."""
        subject = f"Re: {letter.subject}"
        who = sender or letter.recipient
        return await self.send(letter.reply_to, words, sender=who, subject=subject, **more)

    def leave_token(self, member: Membership) -> str:
        """The token that a member's copies carry."""
        return make("leave", member.id, KEYRING)

    # --- What came of it

    def letters(self) -> list[Sent]:
        """All letters queued so far, oldest first."""
        query = (
            select(deliveries.c.recipient, outbox_mails.c.head)
            .join(outbox_mails, outbox_mails.c.id == deliveries.c.outbox_mail_id)
            .where(outbox_mails.c["class"] == "letter")
            .order_by(deliveries.c.id)
        )
        parser = BytesParser(policy=policy.default)
        with self.db.read() as conn:
            rows = conn.execute(query).all()
        found = []
        for row in rows:
            message = parser.parsebytes(row.head)
            assert isinstance(message, EmailMessage)
            found.append(Sent(row.recipient, message))
        return found

    def new_letters(self) -> list[Sent]:
        """The letters queued since this was asked last."""
        every = self.letters()
        fresh = every[self._seen :]
        self._seen = len(every)
        return fresh

    def letter(self) -> Sent:
        """The one letter queued since this was asked last."""
        (one,) = self.new_letters()
        return one

    def letter_kinds(self) -> list[tuple[str, str]]:
        """(kind, address) of every letter written, oldest first."""
        with self.db.read() as conn:
            query = select(letter_log.c.kind, letter_log.c.address).order_by(letter_log.c.id)
            return [(row.kind, row.address) for row in conn.execute(query)]

    def outcomes(self) -> list[tuple[str, str]]:
        """(event, reason) of every line of the audit log, oldest first."""
        with self.db.read() as conn:
            rows = conn.execute(select(audit.c.event, audit.c.reason).order_by(audit.c.id))
            return [(row.event, row.reason) for row in rows]

    def last(self) -> tuple[str, str]:
        """The newest line of the audit log."""
        return self.outcomes()[-1]

    def subjects(self) -> list[str]:
        """Subjects of the posts, oldest first."""
        with self.db.read() as conn:
            return list(conn.execute(select(posts.c.subject).order_by(posts.c.id)).scalars())

    def held(self) -> list[tuple[str, str]]:
        """(reason, state) of held mails."""
        with self.db.read() as conn:
            rows = conn.execute(select(holds.c.reason, holds.c.state).order_by(holds.c.id))
            return [(row.reason, row.state) for row in rows]

    def hold_id(self) -> int:
        """The newest held mail."""
        with self.db.read() as conn:
            numbers: list[int] = list(conn.execute(select(holds.c.id)).scalars())
        return max(numbers)

    def count(self, table: str) -> int:
        """How many rows a table has."""
        tables = {
            "fanouts": fanouts,
            "quarantine": quarantine,
            "posts": posts,
            "holds": holds,
            "codes": codes,
        }
        with self.db.read() as conn:
            return len(conn.execute(select(tables[table])).all())

    def member(self, address: str, group: Group | None = None) -> Membership | None:
        """A membership as it stands now."""
        with self.db.read() as conn:
            return members.find(conn, (group or self.group).id, address)

    def fresh_group(self) -> Group:
        """The group as it stands now."""
        with self.db.read() as conn:
            found = groups.by_id(conn, self.group.id, DOMAIN)
        assert found is not None
        return found

    def state(self, address: str) -> str:
        """The state of a membership, '' if there is none."""
        found = self.member(address)
        return str(found.state) if found is not None else ""

    def later(self, **parts: float) -> None:
        """Let time pass."""
        self.now += timedelta(**parts)


def _tuple(to: str | tuple[str, ...]) -> tuple[str, ...]:
    return (to,) if isinstance(to, str) else to


@contextmanager
def opened(
    db: Database,
    *,
    who_posts: WhoPosts = WhoPosts.MEMBERS,
    who_joins: WhoJoins = WhoJoins.OPEN,
    per_recipient: bool = False,
    overlay: Path | None = None,
    contact: str = HOST,
    archive: ArchiveMode = ArchiveMode.PUBLIC,
    founded: bool = False,
    keep_from_for: tuple[str, ...] = (),
    protection: FindProtection | None = None,
    caps: Caps = CAPS,
) -> Iterator[Desk]:
    """Open a desk on an empty store with all tables; the caller closes the store. `founded` says that
    the store has the group."""
    tools = Tools(
        *(db, SITE, LetterWriter(SITE, overlay), counter(), contact, frozenset({FRONT, DOMAIN})),
        keyring=KEYRING,
        aliases=Aliases(KEYRING, DOMAIN, keep_from_for),
    )
    writer = Writer(db, threads=2)
    woken: list[str] = []
    seen: dict[str, Verdicts] = {}

    async def verify(envelope: Envelope, _domain: str) -> Verdicts:
        return seen.get(envelope.id, Verdicts())

    intake = Intake(
        tools,
        writer,
        IntakeSettings(FRONT, contact, per_recipient, caps),
        KEYRING,
        wake_sender=lambda: woken.append("sender"),
        wake_publish=lambda: woken.append("publish"),
        verify=verify,
        protection=protection,
    )
    new = NewGroup(
        "water",
        "Water",
        "Wells and pumps.",
        archive=archive,
        who_posts=who_posts,
        who_joins=who_joins,
    )
    try:
        with db.write() as conn:
            there = groups.find(conn, "water", DOMAIN) if founded else None
            group = there or groups.create(conn, new, DOMAIN, NOW)
        yield Desk(db, tools, writer, intake, group, woken=woken, seen=seen)
    finally:
        writer.close()

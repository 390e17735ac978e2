"""A small post office for tests of sending: a database with a group, its members and a stored post."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from archive.db import Database
from archive.model import ArchiveMode, SiteInfo
from archive.store import store_mail
from dgroup import expansion, groups, outbox
from dgroup.copies.rewrite import RewriteContext, rewrite
from dgroup.groups import NewGroup
from dgroup.model import Delivery, Group, MailClass, MemberState, OutboxItem
from dgroup.tables import memberships, persons
from tests.stores import new_store

DOMAIN = "lists.example"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SITE = SiteInfo("Lists", "https://lists.example", DOMAIN, "en", True, True, 65536)
RAW = (
    b"From: Ana <ana@ngo.example>\r\n"
    b"To: water@lists.example\r\n"
    b"Subject: wells\r\n"
    b"Message-ID: <w1@ngo.example>\r\n"
    b"Date: Mon, 2 Mar 2026 09:29:00 +0000\r\n"
    b"\r\n"
    b"The first line.\r\n"
    b".\r\n"
    b"..and one that begins with dots\r\n"
)


@dataclass(frozen=True, slots=True)
class Office:
    """A database with one group."""

    db: Database
    group: Group

    def join(
        self,
        *names: str,
        language: str = "en",
        delivery: Delivery = Delivery.EACH,
        state: MemberState = MemberState.ACTIVE,
        own_copy: bool = True,
        summary: bool = True,
        light: bool = False,
    ) -> list[int]:
        """Add members `name@home.example`, or of the address given; gives their membership ids."""
        if not names:
            return []
        with self.db.write() as conn:
            start = self.db.reserve_ids(conn, persons, len(names))
            people = [
                {"id": key, "name": name, "language": language, "created_at": NOW}
                for key, name in zip(start, names, strict=True)
            ]
            conn.execute(insert(persons), people)
            ids = self.db.reserve_ids(conn, memberships, len(names))
            rows = [
                {
                    "id": key,
                    "group_id": self.group.id,
                    "person_id": person,
                    "address": name if "@" in name else f"{name}@home.example",
                    "role": "member",
                    "state": state,
                    "delivery": delivery,
                    "summary": summary,
                    "own_copy": own_copy,
                    "light": light,
                    "joined_at": NOW,
                }
                for key, person, name in zip(ids, start, names, strict=True)
            ]
            conn.execute(insert(memberships), rows)
        return ids

    def post(
        self,
        raw: bytes = RAW,
        *,
        cutoff: int = 2**40,
        author: int | None = None,
        now: datetime = NOW,
        light: bytes = b"",
    ) -> int:
        """Store a post and queue it to the group; gives the outbox mail's id."""
        context = RewriteContext(self.group, SITE, "a" * 16, "w1@ngo.example", False, now, "e1")
        with self.db.write() as conn:
            mail_id = store_mail(conn, raw, "0" * 64, "ana@ngo.example", now)
            copies = outbox.Copies(
                group_id=self.group.id,
                post_id=None,
                mail_id=mail_id,
                rewritten=rewrite(raw, context),
                message_id="w1@ngo.example",
                author_membership=author,
                now=now,
                light=light,
            )
            return outbox.queue_copies(conn, copies, cutoff)

    def letter(self, recipient: str, text: str = "Subject: hello\r\n\r\nhello\r\n") -> int:
        """Queue a letter to one address."""
        with self.db.write() as conn:
            return outbox.queue_letter(
                conn,
                group_id=self.group.id,
                message=text.encode(),
                recipient=recipient,
                envelope_from="",
                now=NOW,
            )

    def letter_to_group(
        self, mail_class: MailClass, only: str = "", but: tuple[str, ...] = ()
    ) -> int:
        """Queue a letter to all members."""
        with self.db.write() as conn:
            return outbox.queue_letter_to_group(
                conn,
                group_id=self.group.id,
                message=b"From: Lists <water@lists.example>\r\nSubject: news\r\n\r\nnews\r\n",
                mail_class=mail_class,
                cutoff=2**40,
                now=NOW,
                only=only,
                but=but,
            )

    def expand_all(self, chunk: int = 1000) -> int:
        """Expand every open fan-out wholly; gives the number of deliveries made."""
        made = 0
        while True:
            with self.db.write() as conn:
                fanouts = expansion.open_fanouts(conn)
                if not fanouts:
                    return made
                made += sum(
                    len(expansion.expand(self.db, conn, one, NOW, chunk)) for one in fanouts
                )


@contextmanager
def opened(url: str, *, create: bool = True) -> Iterator[Office]:
    """Open an office on a database; `create` makes its tables and its group first."""
    db = new_store(url) if create else Database(url)
    try:
        with db.write() as conn:
            group = groups.find(conn, "water", DOMAIN) or groups.create(
                conn, NewGroup("water", "Water", archive=ArchiveMode.PUBLIC), DOMAIN, NOW
            )
        yield Office(db, group)
    finally:
        db.dispose()


def later(seconds: float) -> datetime:
    """A moment after NOW."""
    return NOW + timedelta(seconds=seconds)


def recipients(items: list[OutboxItem]) -> list[str]:
    """The local parts that items go to, in order."""
    return [item.recipient.split("@")[0] for item in items]

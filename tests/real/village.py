"""A group whose people have mailboxes and mail programs of their own, behind a mail server that says of
each mail whether its sender's domain vouches for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from archive.tables import posts
from dgroup import groups
from dgroup.groups import NewGroup
from dgroup.model import Membership, MemberState
from dgroup.people import members
from dgroup.tables import audit, holds
from tests.real.clients import Mutt
from tests.real.installation import DOMAIN, Installation, Someone
from tests.real.mailhost import AUTHSERV_ID, WORLD, mail_host
from tests.real.parts import Postfix, wait_until

HOME = "127.0.0.1"
"""mail from here is vouched for; from `WORLD` it is forged; from anywhere else nobody knows"""
UNKNOWN = "127.0.0.3"
VILLAGE = "villages.test"
_VERDICTS = {HOME: "pass", WORLD: "fail"}


def box(name: str) -> str:
    return f"{name}@{VILLAGE}"


def ours(word: str) -> str:
    """An address of the group."""
    return f"water{word}@{DOMAIN}"


@dataclass(frozen=True, slots=True)
class Village:
    """The running group, its mail server and everybody's neomutt."""

    server: Postfix
    place: Installation
    folder: Path

    def mutt(self, name: str) -> Mutt:
        """Somebody's own mail program, known to the mail server as being at home."""
        home = self.folder / name
        home.mkdir(exist_ok=True)
        return Mutt(home, self.server, box(name), name.title())

    def mails(self, name: str) -> list[EmailMessage]:
        """All that came into a mailbox, oldest first."""
        every = self.server.delivered(box(name))
        return [
            message_from_bytes(raw, _class=EmailMessage, policy=policy.default) for raw in every
        ]

    def subjects(self, name: str) -> list[str]:
        return [str(mail["Subject"]) for mail in self.mails(name)]

    def letter(self, name: str, words: str, count: int = 1) -> str:
        """Text of the newest mail with these words in its subject, once `count` of them have come."""

        def found() -> list[EmailMessage]:
            return [mail for mail in self.mails(name) if words in str(mail["Subject"])]

        wait_until(lambda: len(found()) >= count, f"{words!r} for {name}")
        body = found()[-1].get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    def member(self, name: str) -> Membership | None:
        with self.place.database() as db, db.read() as conn:
            group = groups.find(conn, "water", DOMAIN)
            assert group is not None
            return members.find(conn, group.id, box(name))

    def inside(self) -> set[str]:
        """Names of those who are in the group, paused or not."""
        with self.place.database() as db, db.read() as conn:
            group = groups.find(conn, "water", DOMAIN)
            assert group is not None
            states = [MemberState.ACTIVE, MemberState.PAUSED]
            found = members.of_group(conn, group.id, states)
        return {one.address.partition("@")[0] for one in found}

    def events(self) -> list[tuple[str, str]]:
        """(event, reason) of each line of the log, oldest first."""
        query = select(audit.c.event, audit.c.reason).order_by(audit.c.id)
        with self.place.database() as db, db.read() as conn:
            return [(row.event, row.reason) for row in conn.execute(query)]

    def wait_for_events(self, count: int) -> None:
        """Wait until the log has so many lines."""
        wait_until(lambda: len(self.events()) >= count, f"{count} lines of the log", 60)

    def states(self) -> list[str]:
        """What became of the mails that were held, oldest first."""
        with self.place.database() as db, db.read() as conn:
            return list(conn.execute(select(holds.c.state).order_by(holds.c.id)).scalars())

    def posts(self) -> int:
        with self.place.database() as db, db.read() as conn:
            found: int = conn.execute(select(func.count()).select_from(posts)).scalar_one()
        return found

    def rest(self) -> None:
        """Wait until no mail is on its way."""
        wait_until(lambda: self.server.queue() == [], "an empty queue")


@contextmanager
def village(
    folder: Path, group: NewGroup, people: Sequence[Someone], others: Sequence[str] = ()
) -> Iterator[Village]:
    """Serve a group; `others` have mailboxes too. At its end nothing may have gone wrong."""
    boxes = [*(one.address for one in people), *map(box, others)]
    with mail_host(folder, "lmtp", boxes, front={"smtpd_client_restrictions": _verdicts()}) as host:
        server, place = host
        place.group(group, people)
        with place.serving():
            yield Village(server, place, folder)
        assert "Traceback" not in place.log()


def _verdicts() -> str:
    """What a milter of the host would do: a field on top of each mail."""
    field = partial("PREPEND Authentication-Results: {}; dmarc={} (p=reject)".format, AUTHSERV_ID)
    rows = " ".join(f"{{ {place} = {field(said)} }}" for place, said in _VERDICTS.items())
    return f"check_client_access inline:{{ {rows} }}"

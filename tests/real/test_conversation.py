"""A real conversation through real parts: Postfix in front and behind, as docs/operate.md sets it up,
`dgroup serve` between, six members with mailboxes."""

from __future__ import annotations

import random
import re
import smtplib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from archive import ids
from archive.db import Database
from archive.parse import parse
from archive.tables import dirty_pages, posts
from dgroup.groups import NewGroup
from dgroup.tables import memberships
from tests.real.borrowed import Post, thread
from tests.real.installation import DOMAIN, Installation, Someone
from tests.real.mailhost import mail_host, send
from tests.real.parts import Postfix, wait_until
from tests.real.signing import is_signed, signed

GROUP = f"water@{DOMAIN}"
NAMES = ("ama", "lorena", "salimata", "tesfaye", "marites", "joost")
PEOPLE = tuple(Someone(f"{name}@homes.test", name.title()) for name in NAMES)
BOXES = [one.address for one in PEOPLE]
GONE = "moved@homes.test"
SIGNED = (
    b"""\
From: Ama <ama@homes.test>\r
To: water@lists.test\r
Cc: bare-name\r
Subject: =?utf-8?q?L=27eau_du_puits?=\r
Date: Mon, 2 Mar 2026 09:29:00 +0000\r
Message-ID: <signed-1@homes.test>\r
MIME-Version: 1.0\r
Content-Type: text/plain; charset=utf-8\r
Content-Transfer-Encoding: 8bit\r
\r
.Une ligne avec un point, l\xc3\xa0-bas.\r
From here to there, and a long line: """
    + b"water " * 300
    + b"\r\n"
)

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("postfix")]


@dataclass(frozen=True, slots=True)
class Replay:
    """What a conversation became."""

    parents: dict[str, str | None]
    """key of each post -> key of its parent"""
    talks: set[frozenset[str]]
    """keys of the posts of each thread"""
    pages: set[str]
    """paths of all message pages, texts and attachments"""


@pytest.mark.parametrize("protocol", ["lmtp", "smtp"])
def test_every_member_gets_every_mail_of_a_conversation_once(tmp_path: Path, protocol: str) -> None:
    talk = thread("usrp-users.mbox.gz", GROUP, BOXES, 18)
    with mail_host(tmp_path, protocol, BOXES, [GONE]) as (server, place):
        place.group(NewGroup("water", "Water and wells"), [*PEOPLE, Someone(GONE, "Moved")])
        with place.serving():
            _refuses_strangers(server)
            replay(server, place, talk)
            send(server, BOXES[0], GROUP, signed(SIGNED, "homes.test"))
            for box in BOXES:
                _check_box(server.wait_for(box, len(talk) + 1, 60), talk)
                _check_bodies(server, box, talk)
                _check_signed(server, box)
            with place.database() as db:
                wait_until(lambda: _bounces(db) == len(talk) + 1, "all bounces counted", 60)
            assert server.queue() == []
        assert "Traceback" not in place.log()


def test_the_order_of_arrival_changes_no_thread(tmp_path: Path) -> None:
    talk = thread("usrp-users.mbox.gz", GROUP, BOXES, 18)
    mixed = talk.copy()
    random.Random(5).shuffle(mixed)
    found = []
    for number, mails in enumerate((talk, mixed)):
        folder = tmp_path / str(number)
        folder.mkdir()
        with mail_host(folder, "lmtp", BOXES) as (server, place):
            place.group(NewGroup("water", "Water and wells"), PEOPLE)
            with place.serving():
                found.append(replay(server, place, mails))
    assert found[0] == found[1]
    assert len(found[0].talks) == 1


def replay(server: Postfix, place: Installation, mails: Sequence[Post]) -> Replay:
    """Post the mails one after the other, in their order, and wait for their pages."""
    with place.database() as db:
        for count, mail in enumerate(mails, 1):
            send(server, mail.sender, GROUP, mail.raw)
            wait_until(partial(_holds, db, count), f"post {count}")
        wait_until(lambda: _written(db), "all pages")
        return _replayed(db, place)


def _replayed(db: Database, place: Installation) -> Replay:
    rows = select(posts.c.id, posts.c.key, posts.c.parent_id, posts.c.thread_id)
    with db.read() as conn:
        found = conn.execute(rows).all()
    keys = {row.id: row.key for row in found}
    talks: dict[int, set[str]] = {}
    for row in found:
        talks.setdefault(row.thread_id, set()).add(row.key)
    folder = place.config.public_path / "water" / "m"
    return Replay(
        {row.key: keys.get(row.parent_id) for row in found},
        {frozenset(talk) for talk in talks.values()},
        {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()},
    )


def _holds(db: Database, count: int) -> bool:
    with db.read() as conn:
        found: int = conn.execute(select(func.count()).select_from(posts)).scalar_one()
    return found == count


def _written(db: Database) -> bool:
    with db.read() as conn:
        return conn.execute(select(func.count()).select_from(dirty_pages)).scalar_one() == 0


def _bounces(db: Database) -> int:
    with db.read() as conn:
        rows = conn.execute(select(memberships.c.address, memberships.c.bounces)).all()
    assert all(row.bounces == 0 for row in rows if row.address != GONE)
    return int(next(row.bounces for row in rows if row.address == GONE))


def _refuses_strangers(server: Postfix) -> None:
    """The front asks us at RCPT: what we do not know is refused there, whoever asks."""
    for address, code in ((f"nobody@{DOMAIN}", 550), ("someone@elsewhere.example", 554)):
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            send(server, BOXES[0], address, SIGNED)
        assert refused.value.recipients[address][0] == code


def _check_box(mails: Sequence[Message], talk: Sequence[Post]) -> None:
    """Every mail once, each with the fields of its list, its own reverse-path and its whole body."""
    got = Counter(ids.canonical_message_id(str(mail["Message-ID"])) for mail in mails)
    assert got == Counter([*(post.message_id for post in talk), "signed-1@homes.test"])
    for mail in mails:
        assert mail["List-Id"] == "Water and wells <water.lists.test>"
        assert mail["List-Post"] == f"<mailto:{GROUP}>"
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert re.fullmatch(
            rf"<http://127\.0\.0\.1:\d+/_/leave/[a-z2-7-]+>,\s+<mailto:water-leave\+[a-z2-7-]+@{DOMAIN}>",
            mail["List-Unsubscribe"],
        )
        assert mail["Archived-At"]
        assert re.fullmatch(rf"<water-bounces\+[a-z2-7-]+@{DOMAIN}>", mail["Return-Path"])
    assert len({mail["Return-Path"] for mail in mails}) == 1


def _check_bodies(server: Postfix, box: str, talk: Sequence[Post]) -> None:
    """The author's bytes, but for the mailbox's line ends."""
    wanted = {post.message_id: _body(post.raw) for post in talk}
    got = {parse(raw).message_id: _body(raw) for raw in server.delivered(box)}
    assert {key: got[key] for key in wanted} == wanted


def _body(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n").partition(b"\n\n")[2]


def _check_signed(server: Postfix, box: str) -> None:
    """The author's signature still holds in the mailbox."""
    (raw,) = [raw for raw in server.delivered(box) if b"<signed-1@" in raw.partition(b"\n\n")[0]]
    assert b"DKIM-Signature:" in raw
    assert is_signed(raw)
    assert not is_signed(raw.replace(b"water water", b"water wine", 1))

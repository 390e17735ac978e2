"""Posts that waited for a decision leave as those do that were let through at once: the same copies, but
for dates, ids and the tokens that follow from them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from archive import ids
from archive.db import Database
from dgroup import deliveries, groups
from dgroup.apply import hold_decision
from dgroup.changes import ChangeMember
from dgroup.model import WhoPosts
from dgroup.outbox import KEPT
from dgroup.people import members
from dgroup.tables import fanouts, outbox_mails
from tests.dgroup.desk import DOMAIN, FRONT, Desk, opened

ANA, LIA, OWN = "ana@ngo.example", "lia@ngo.example", "kim@home.example"
SIGNED = "DKIM-Signature: v=1; a=rsa-sha256; d=ngo.example; s=a; h=from:subject; bh=x; b=y\r\n"
CHAIN = "ARC-Seal: i=1; cv=none; a=rsa-sha256; d=x.example; s=a; b=x\r\n"
HTML = (
    "Content-Type: text/html; charset=utf-8\r\n",
    '<p>Wells &amp; pumps <img src="https://t.example/x.gif" width="1"></p>',
)
FILE = (
    'Content-Type: multipart/mixed; boundary="b"\r\n',
    "--b\r\nContent-Type: text/plain\r\n\r\nThe plan.\r\n--b\r\n"
    "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=plan.pdf\r\n\r\n"
    + "%PDF-1.4 the plan\r\n" * 40
    + "--b--\r\n",
)
QUOTES = ("", "\r\n".join(["> said"] * 30) + "\r\n\r\nI agree.")
PLAIN = ("", "Short.")


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database, keep_from_for=("home.example",)) as made:
        made.tools = replace(made.tools, seals_as=FRONT)
        made.intake._tools = made.tools
        for address, light in ((ANA, False), (LIA, True), (OWN, False)):
            made.join(address, address.partition("@")[0].title())
            with made.db.write() as conn:
                members.change(conn, made.group.info, ChangeMember(address, light=light), made.now)
        yield made


def shapes() -> Iterator[tuple[dict[str, object], dict[str, str], str]]:
    """Settings of the group, what the mail is like, and to which address it comes."""
    dice = random.Random(3)
    for _ in range(24):
        head, body = dice.choice([HTML, FILE, QUOTES, PLAIN])
        settings: dict[str, object] = {
            "footer": dice.choice(["", "on", "Ours"]),
            "remote_images": dice.choice(["on", "off"]),
            "links_above": dice.choice([0, 100]),
            "reply_to_group": dice.choice([True, False]),
            "tag": dice.choice(["", "water"]),
        }
        more = {
            "headers": dice.choice(["", SIGNED, CHAIN]) + "MIME-Version: 1.0\r\n" + head,
            "body": body,
            "policy_": dice.choice(["none", "quarantine", "reject"]),
            "auth": dice.choice(["aligned", "none"]),
        }
        yield settings, more, dice.choice(["water", "water+re-KEY@lists.example"])


def copies(desk: Desk, message_id: str) -> list[tuple[str, bytes]]:
    """(variant, mail) of all copies of a post, with what must differ under one name."""
    query = select(outbox_mails.c.id, outbox_mails.c.variant)
    key = ids.key_of(message_id).encode()
    with desk.db.read() as conn:
        rows = conn.execute(query.where(outbox_mails.c.message_id == message_id)).all()
        found = []
        for row in rows:
            mail = deliveries.load_mail(conn, row.id).whole
            mail = mail.replace(message_id.encode(), b"ID").replace(key, b"KEY")
            mail = mail.replace(key[:2] + b"/KEY", b"KEY")
            mail = re.sub(rb"\(dgroup\) id \S+\r\n for ([^;]+);.*", rb"\1", mail)
            found.append((row.variant, mail))
    return sorted(found)


async def test_copies_are_the_same_whether_a_post_waited_or_not(desk: Desk) -> None:
    variants = set()
    await desk.send("water", "First", message_id="first@ngo.example")
    first = ids.key_of("first@ngo.example")
    for number, (settings, more, to) in enumerate(shapes()):
        desk.set(**settings)
        where = to.replace("KEY", first)
        got = []
        for way, who in enumerate((WhoPosts.MEMBERS, WhoPosts.MODERATED)):
            desk.set(who_posts=who)
            message_id = f"p{number:02}{way}@ngo.example"
            await desk.send(where, subject="Wells", message_id=message_id, **more)
            if who is WhoPosts.MODERATED:
                desk.later(days=2)
                with desk.db.write() as conn:
                    group = groups.find(conn, "water", DOMAIN)
                    assert group is not None
                    held = desk.hold_id()
                    hold_decision(conn, desk.tools, group, held, "approved", "kim", desk.now)
            got.append(copies(desk, message_id))
        for one, two in zip(*got, strict=True):
            assert one[0] == two[0]
            assert one[1].split(b"\r\n") == two[1].split(b"\r\n")
        assert b"Authentication-Results: mx.lists.example;" in dict(got[1])[""]
        variants |= {variant for variant, _ in got[0]}
    assert variants == {"", "light", KEPT}
    with desk.db.read() as conn:
        authors = set(conn.execute(select(fanouts.c.author_membership)).scalars())
    assert len(authors) == 1

"""Posts that need SMTPUTF8 where the smarthost has none: the author is told once, by names that may
be shown, and a host sees it in trace and queue (STANDARDS 20)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from archive.db import Database
from archive.model import ArchiveMode
from archive.rawmail import store_mail
from archive.tables import posts
from dgroup import operate, tracing
from dgroup.chores import missed
from dgroup.config import Relay, relay_target
from dgroup.model import MemberState
from dgroup.sending.sender import Sender
from dgroup.tables import addresses, deliveries, fanouts, memberships
from dgroup.takedown import take_down
from tests.dgroup.desk import CAPS, DOMAIN, KEYRING, SITE, Desk, opened
from tests.dgroup.faulty_smtp import OFFERS, Rule, faulty_smtp, until

ANA = "ana@ngo.example"
LIFETIME = timedelta(hours=72)
PLAIN = tuple(offer for offer in OFFERS if offer != "SMTPUTF8")
WIDE = "Cc: añá <añá@correo.example>\r\n"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    """Ana writes; Ben agreed to be named, Cid and Dora did not."""
    with opened(database) as made:
        made.join(ANA, "Ana", language="fr")
        for name in ("Ben", "Cid", "Dora"):
            made.join(f"{name.lower()}@ngo.example", name)
        name_them(made, "ben@ngo.example")
        yield made


def name_them(desk: Desk, *who: str) -> None:
    with desk.db.write() as conn:
        named = update(memberships).where(memberships.c.address.in_(who))
        conn.execute(named.values(named=True))


async def post(desk: Desk, headers: str = WIDE, **more: object) -> None:
    """Take a mail that came with SMTPUTF8."""
    envelope = desk.envelope("water", "Wells.", subject="Wells", headers=headers, **more)  # type: ignore[arg-type]  # passed on as given
    await desk.intake.accept(replace(envelope, smtputf8=True))


async def carry(
    desk: Desk, offers: tuple[str, ...] = PLAIN, rule: Rule = lambda step: ""
) -> list[str]:
    """Let the sender try every copy once; gives who got one."""
    async with faulty_smtp(rule, offers=offers) as server:
        sender = Sender(
            desk.db,
            desk.writer,
            relay=Relay(timeout_s=20, connections=2),
            target=relay_target(f"smtp://127.0.0.1:{server.port}"),
            password="",
            hostname=DOMAIN,
            keyring=KEYRING,
            site=SITE,
            clock=lambda: desk.now,
        )
        task = asyncio.create_task(sender.run())
        await until(lambda: not untried(desk))
        await sender.stop(grace_s=2)
        await task
        return sorted(taken.recipient for taken in server.ledger)


def untried(desk: Desk) -> bool:
    with desk.db.read() as conn:
        if conn.execute(select(fanouts.c.id).where(fanouts.c.done.is_(False))).first():
            return True  # asked first: what is expanded after this look is not seen by the next
        made = conn.execute(select(deliveries.c.state, deliveries.c.attempts)).all()
        return any(row.state == "pending" and not row.attempts for row in made)


async def tell(desk: Desk) -> int:
    return await missed.send_due(desk.tools, desk.writer, CAPS, desk.now, LIFETIME)


async def test_the_author_is_told_who_missed_it(desk: Desk) -> None:
    await post(desk)
    assert await carry(desk) == []
    assert await tell(desk) == 1
    letter = desk.letter()
    assert (letter.recipient, letter.subject) == (
        ANA,
        "Tout le monde n'a pas reçu votre courriel : Wells",
    )
    assert "mais 3 membres ne l'ont pas reçu" in letter.text
    assert "  Ben\r\n  et 2 autres\r\n" in letter.text
    assert "Cid" not in letter.text
    assert "ngo.example" not in letter.text
    assert "https://lists.example/water/m/" in letter.text
    assert letter.message["Auto-Submitted"] == "auto-replied"
    assert letter.message["In-Reply-To"] == "<m1@ngo.example>"


async def test_the_letter_itself_can_go_out(desk: Desk) -> None:
    await post(desk)
    await carry(desk)
    await tell(desk)
    assert await carry(desk) == [ANA]


async def test_a_post_is_told_once(desk: Desk) -> None:
    await post(desk)
    await carry(desk)
    told = await asyncio.gather(tell(desk), tell(desk), tell(desk))
    desk.later(hours=3)
    assert sorted([*told, await tell(desk)]) == [0, 0, 0, 1]
    assert len(desk.new_letters()) == 1


async def test_names_above_ten_are_counted(desk: Desk) -> None:
    for number in range(12):
        desk.join(f"m{number}@ngo.example", f"Member {number}")
    name_them(desk, *(f"m{number}@ngo.example" for number in range(12)))
    await post(desk)
    await carry(desk)
    await tell(desk)
    text = desk.letter().text
    assert text.count("Member ") == 9
    assert "15 membres" in text
    assert "et 5 autres" in text


async def test_it_waits_until_every_copy_was_tried(desk: Desk) -> None:
    await post(desk)
    assert await tell(desk) == 0
    await carry(desk)
    with desk.db.write() as conn:
        back = update(deliveries).where(deliveries.c.recipient == "cid@ngo.example")
        conn.execute(back.values(state="pending", attempts=0))
    assert await tell(desk) == 0
    with desk.db.write() as conn:
        conn.execute(back.values(state="pending", attempts=1, last_reply="451 later"))
    assert await tell(desk) == 1
    assert "2 membres" in desk.letter().text


async def test_where_the_smarthost_takes_it_nobody_is_told(desk: Desk) -> None:
    await post(desk)
    assert len(await carry(desk, OFFERS)) == 4
    assert (await tell(desk), desk.new_letters()) == (0, [])


async def test_other_failures_are_not_the_authors_matter(desk: Desk) -> None:
    await post(desk)
    await carry(desk, OFFERS, lambda step: "550 5.1.1 no such user" if step.kind == "rcpt" else "")
    assert (await tell(desk), desk.new_letters()) == (0, [])


async def test_a_member_whose_own_address_needs_it_is_not_the_authors_matter(desk: Desk) -> None:
    desk.join("josé@ngo.example", "José")
    await desk.send("water", "Plain.", subject="Plain")
    assert len(await carry(desk)) == 4
    assert (await tell(desk), desk.new_letters()) == (0, [])


@pytest.mark.parametrize(
    ("headers", "mail_from"),
    [
        ("Auto-Submitted: auto-generated\r\n", ANA),
        ("Precedence: bulk\r\n", ANA),
        ("List-Id: <other.example>\r\n", ANA),
        ("", ""),
    ],
)
async def test_what_a_robot_wrote_is_not_answered(desk: Desk, headers: str, mail_from: str) -> None:
    """A coordinator may have let it through."""
    await post(desk)
    await carry(desk)
    robot = desk.envelope("water", "x", headers=headers).raw
    with desk.db.write() as conn:
        mail_id = store_mail(conn, robot, "0" * 64, mail_from, desk.now)
        conn.execute(update(posts).values(mail_id=mail_id))
    assert (await tell(desk), desk.new_letters()) == (0, [])


async def test_an_author_who_left_is_not_written_to(desk: Desk) -> None:
    await post(desk)
    await carry(desk)
    desk.join(ANA, state=MemberState.LEFT)
    assert (await tell(desk), desk.new_letters()) == (0, [])


async def test_a_post_that_was_taken_down_is_not_told_of(desk: Desk) -> None:
    await post(desk)
    await carry(desk)
    with desk.db.write() as conn:
        key = conn.execute(select(posts.c.key)).scalar_one()
        take_down(desk.db, conn, desk.group, key, desk.now)
    assert (await tell(desk), desk.new_letters()) == (0, [])


async def test_the_cap_on_letters_holds(desk: Desk) -> None:
    for _ in range(CAPS.answers_per_day + 1):
        await post(desk)
    await carry(desk)
    assert await tell(desk) == CAPS.answers_per_day
    assert await tell(desk) == 0


async def test_an_author_beyond_ascii_is_told_at_an_address_that_works(desk: Desk) -> None:
    """Else the letter would fail for the same reason as the post."""
    author = desk.join("añá@correo.example", "Añá")
    row = {"address": "ana@correo.example", "shown": "Ana@correo.example"}
    with desk.db.write() as conn:
        person = {"person_id": author.person_id, "verified_at": desk.now}
        conn.execute(insert(addresses).values(**row, **person))
    await post(desk, "", sender="añá@correo.example", name="Anna")
    await carry(desk)
    assert await tell(desk) == 1
    letter = desk.letter()
    assert letter.recipient == "Ana@correo.example"
    assert "4 members did not get it" in letter.text


async def test_pages_that_only_members_read_are_not_named(database: Database) -> None:
    with opened(database, archive=ArchiveMode.MEMBERS) as desk:
        desk.join(ANA, "Ana")
        desk.join("ben@ngo.example", "Ben")
        await post(desk)
        await carry(desk)
        await tell(desk)
        text = desk.letter().text
        assert "1 member did not get it" in text
        assert "/m/" not in text
        assert "more" not in text


async def test_trace_and_queue_show_it(desk: Desk) -> None:
    await post(desk, message_id="wide@ngo.example")
    await carry(desk)
    await tell(desk)
    with desk.db.read() as conn:
        lines = [(one.event, one.detail) for one in tracing.trace(conn, "wide@ngo.example", 50)]
        waiting = {(one.state, one.last_reply) for one in operate.waiting(conn, 50)}
    failure = "553 5.6.7 the smarthost does not offer SMTPUTF8"
    said = f"refused: the server takes no addresses with letters beyond a to z ({failure})"
    assert ("post failed", said) in lines
    assert ("missed", "3 members: the smarthost takes no SMTPUTF8") in lines
    assert ("failed", failure) in waiting

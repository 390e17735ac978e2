"""Private mails to an author's alias: members only, bounded, nothing from robots, never a real address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from archive.db import Database
from dgroup import erasure
from dgroup.changes import Erase, MoveAddress
from dgroup.model import MemberState
from dgroup.people import addresses
from dgroup.tables import deliveries
from dgroup.work import Source, Work
from tests.dgroup.copies.test_authorship import values
from tests.dgroup.desk import DOMAIN, Desk, opened
from tests.dgroup.test_alias_copies import alias_of
from tests.dgroup.zones import signed

AWA, BEN, OUT = "awa@ngo.example", "ben@farm.example", "new@out.example"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.join(AWA, "Awa")
        made.join(BEN, "Ben", language="fr")
        yield made


def queue(desk: Desk) -> list[tuple[str, str]]:
    """(recipient, reverse-path) of all that waits."""
    with desk.db.read() as conn:
        query = select(deliveries.c.recipient, deliveries.c.envelope_from)
        return [(one.recipient, one.envelope_from) for one in conn.execute(query)]


async def write(desk: Desk, body: str = "Dear Awa", **more: object) -> str:
    more = {"sender": BEN, "name": "Ben", "subject": "Your well", **more}
    reply = await desk.send(alias_of(desk, AWA), body, **more)
    return f"{reply.code} {reply.enhanced}"


async def test_a_members_mail_reaches_the_author_as_it_is(desk: Desk) -> None:
    assert await write(desk, headers="Disposition-Notification-To: ben@farm.example\r\n") == (
        "250 2.0.0"
    )
    ((to, back),) = queue(desk)
    assert to == AWA
    assert back.startswith("water-bounces+")
    raw = desk.letter().message.as_bytes()
    assert values(raw, "from") == [b"Ben <ben@farm.example>"]
    assert values(raw, "x-loop") == [alias_of(desk, AWA).encode()]
    assert values(raw, "disposition-notification-to") == values(raw, "reply-to") == []
    assert values(raw, "list-id") == values(raw, "list-unsubscribe") == []
    assert b"Dear Awa" in raw
    assert AWA.encode() not in raw
    assert desk.last()[0] == "forwarded"


async def test_nobody_else_sees_it(desk: Desk) -> None:
    await write(desk)
    assert desk.subjects() == []
    assert desk.held() == []
    assert [to for to, _ in queue(desk)] == [AWA]


async def test_where_the_writers_domain_protects_its_own_the_writer_has_an_alias(
    desk: Desk,
) -> None:
    await write(desk, policy_="reject")
    raw = desk.letter().message.as_bytes()
    assert values(raw, "from") == [f"Ben via Water <{alias_of(desk, BEN)}>".encode()]
    assert values(raw, "author") == values(raw, "reply-to") == [b"Ben <ben@farm.example>"]


async def test_a_signature_that_survives_keeps_the_writers_from(desk: Desk) -> None:
    envelope = desk.envelope(
        alias_of(desk, AWA), "Dear Awa", sender=BEN, name="Ben", policy_="reject"
    )
    said, _, rest = envelope.raw.partition(b"\r\n")
    whole = said + b"; dkim=pass header.d=farm.example\r\n" + signed(rest, "farm.example")
    await desk.intake.accept(replace(envelope, raw=whole))
    assert values(desk.letter().message.as_bytes(), "from") == [b"Ben <ben@farm.example>"]


async def test_it_goes_to_the_authors_present_address(desk: Desk) -> None:
    alias = alias_of(desk, AWA)
    with desk.db.write() as conn:
        member = desk.member(AWA)
        assert member is not None
        addresses.move(
            conn,
            MoveAddress(member.person_id, (member.id,), "awa@new.example", take=True),
            desk.now,
        )
    await desk.send(alias, "Dear Awa", sender=BEN)
    assert [to for to, _ in queue(desk)] == ["awa@new.example"]


# --- Who may, and how often ---------------------------------------------------------------------


@pytest.mark.parametrize("auth", ["aligned", "none", "fail"])
async def test_a_stranger_is_refused_with_the_cure(desk: Desk, auth: str) -> None:
    reply = await desk.send(alias_of(desk, AWA), "Buy", sender=OUT, front=False, seen=auth)
    assert (reply.code, reply.enhanced) == (550, "5.7.1")
    assert AWA not in reply.text
    assert ("water-join@lists.example" in reply.text) is (auth != "fail")
    assert queue(desk) == []


async def test_behind_a_front_a_stranger_with_a_proof_gets_one_letter(desk: Desk) -> None:
    assert await write(desk, sender=OUT) == "250 2.0.0"
    letter = desk.letter()
    assert letter.recipient == OUT
    assert letter.subject == "Not passed on: Your well"
    assert "water-join@lists.example" in letter.text
    assert AWA not in letter.text
    for auth in ("none", "fail"):
        await write(desk, sender=OUT, auth=auth)
    assert desk.new_letters() == []
    assert desk.last() == ("discarded", "auth-fail")
    for _ in range(15):
        await write(desk, sender=OUT)
    assert len(desk.new_letters()) == 9


async def test_a_forger_of_a_members_address_is_refused(desk: Desk) -> None:
    assert await write(desk, front=False, seen="fail") == "550 5.7.1"
    assert await write(desk, auth="fail") == "250 2.0.0"
    assert queue(desk) == []


@pytest.mark.parametrize(
    ("headers", "mail_from", "subject", "reason"),
    [
        ("Auto-Submitted: auto-replied\r\n", BEN, "", "auto-submitted"),
        ("", "", "", "null-sender"),
        ("", BEN, "Out of office: back on Monday", "away-subject"),
        ("Precedence: list\r\n", BEN, "", "precedence"),
        ("List-Id: <other.example>\r\n", BEN, "", "list-id"),
        ("X-Loop: {alias}\r\n", BEN, "", "own-echo"),
        ("X-Loop: water@lists.example\r\n", BEN, "", "own-echo"),
        ("Received: by x; Mon, 2 Mar 2026 09:29:00 +0000\r\n" * 100, BEN, "", "received-loop"),
    ],
)
async def test_no_robot_gets_through(
    desk: Desk, headers: str, mail_from: str, subject: str, reason: str
) -> None:
    marked = headers.replace("{alias}", alias_of(desk, AWA))
    assert await write(desk, headers=marked, mail_from=mail_from, subject=subject) == "250 2.0.0"
    assert desk.last() == ("discarded", f"alias {reason}")
    assert queue(desk) == []


async def test_the_same_mail_comes_once(desk: Desk) -> None:
    for _ in range(2):
        assert await write(desk, message_id="one@farm.example") == "250 2.0.0"
    assert await write(desk, "another", message_id="one@farm.example") == "250 2.0.0"
    assert len(queue(desk)) == 2


@pytest.mark.parametrize("front", [True, False])
async def test_more_than_twenty_in_an_hour_wait(desk: Desk, front: bool) -> None:
    answers = [await write(desk, front=front, seen="aligned") for _ in range(22)]
    assert answers == ["250 2.0.0"] * 20 + ["451 4.7.1"] * 2
    assert len(queue(desk)) == 20
    desk.later(minutes=61)
    assert await write(desk, front=front, seen="aligned") == "250 2.0.0"


async def test_another_address_of_the_same_person_writes_no_more(desk: Desk) -> None:
    ben = desk.member(BEN)
    assert ben is not None
    desk.know_address(ben, "ben@home.example")
    answers = [await write(desk) for _ in range(20)]
    answers += [await write(desk, sender="ben@home.example") for _ in range(2)]
    assert answers == ["250 2.0.0"] * 20 + ["451 4.7.1"] * 2


async def test_one_mail_to_many_aliases_is_counted_as_many(desk: Desk) -> None:
    everybody = [f"m{number}@ngo.example" for number in range(25)]
    for address in everybody:
        desk.join(address)
    aliases = tuple(alias_of(desk, address) for address in everybody)
    answers = await desk.send_all(aliases, "Buy", sender=BEN, subject="To you alone")
    assert [one.code for one in answers] == [250] * 20 + [451] * 5
    assert [to for to, _ in queue(desk) if to != BEN] == everybody[:20]


async def test_a_large_mail_is_refused_or_its_writer_told(desk: Desk) -> None:
    desk.set(max_size=5000)
    assert await write(desk, "x" * 6000, front=False, seen="aligned") == "552 5.3.4"
    assert await write(desk, "x" * 6000) == "250 2.0.0"
    assert desk.letter().recipient == BEN
    assert desk.last() == ("discarded", "too-large")


@pytest.mark.parametrize(("auth", "told"), [("aligned", True), ("none", False)])
async def test_what_the_filter_calls_spam_is_not_passed_on(
    desk: Desk, auth: str, told: bool
) -> None:
    assert await write(desk, headers="X-Spam: yes\r\n", auth=auth) == "250 2.0.0"
    assert [to for to, _ in queue(desk)] == [BEN] * told
    assert desk.last() == ("discarded", "spam")
    desk.new_letters()
    desk.set(spam="ignore")
    await write(desk, "another", headers="X-Spam: yes\r\n")
    assert desk.letter().recipient == AWA


async def test_who_is_out_is_reached_by_nobody_and_reaches_nobody(desk: Desk) -> None:
    alias, own = alias_of(desk, AWA), alias_of(desk, BEN)
    desk.join(AWA, state=MemberState.LEFT)
    reply = await desk.intake.check_rcpt(alias)
    assert reply is not None
    assert reply.code == 550
    reply = await desk.send(own, "Dear Ben", sender=AWA, front=False, seen="aligned")
    assert reply.code == 550
    reply = await desk.send(alias, "Dear Awa", sender=BEN, front=False, seen="aligned")
    assert (reply.code, reply.enhanced) == (550, "5.1.1")
    desk.join(AWA, state=MemberState.BANNED)
    reply = await desk.send(own, "Dear Ben", sender=AWA, front=False, seen="aligned")
    assert reply.text == "You cannot write to members of this group"
    assert queue(desk) == []


async def test_at_rcpt_only_aliases_of_members_are_taken(desk: Desk) -> None:
    other = desk.other_group("soil")
    alias = alias_of(desk, AWA)
    assert await desk.intake.check_rcpt(alias) is None
    assert await desk.intake.check_rcpt(alias.upper()) is None
    assert await desk.intake.check_rcpt(f"water@{DOMAIN}") is None
    token = alias.partition("+a-")[2]
    for bad in (f"soil+a-{token}", f"water+a-{'a' * 26}@{DOMAIN}", f"none+a-{token}"):
        found = await desk.intake.check_rcpt(bad)
        assert found is not None, bad
        assert found.code == 550
    assert other.name == "soil"


async def test_a_private_mail_beside_a_post_goes_its_own_way(desk: Desk) -> None:
    answers = await desk.send_all(
        ("water", alias_of(desk, AWA)), "Dry.", sender=BEN, subject="Wells"
    )
    assert [one.code for one in answers] == [250, 250]
    assert desk.subjects() == ["Wells"]
    assert [to for to, _ in queue(desk)] == [AWA]


async def test_nobody_becomes_a_member_by_an_alias(desk: Desk) -> None:
    reply = await desk.send("water-join", "", sender=alias_of(desk, AWA), subject="join")
    assert reply.code == 250
    assert desk.new_letters() == []
    assert desk.last() == ("discarded", "shield=own-address")


async def test_the_alias_of_somebody_who_is_forgotten_reaches_nobody(desk: Desk) -> None:
    alias, member = alias_of(desk, AWA), desk.member(AWA)
    assert member is not None
    with desk.db.write() as conn:
        source = Source.unasked("test", desk.now)
        erasure.begin(Work(conn, desk.tools, desk.group, source), Erase(member.person_id))
    assert await desk.intake.check_rcpt(alias) is not None
    reply = await desk.send(alias, "Dear Awa", sender=BEN, front=False, seen="aligned")
    assert reply.code == 550

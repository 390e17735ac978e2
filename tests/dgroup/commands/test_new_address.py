"""Another address: a code to the old and one to the new, all groups at once, taken back by either."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from archive.db import Database
from dgroup.incoming import Options, Reading
from dgroup.model import MemberState
from dgroup.tables import addresses, memberships
from tests.dgroup.commands.fakes import Says, saying
from tests.dgroup.desk import Desk, Sent, opened

ANA, NEW = "ana@ngo.example", "Ana.New@home.example"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.join(ANA, "Ana")
        yield made


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Says:
    return saying(monkeypatch)


def move(address: str = NEW) -> Reading:
    return Reading("address", options=Options(address=address))


def places(desk: Desk) -> list[str]:
    with desk.db.read() as conn:
        return list(conn.execute(select(memberships.c.address).order_by("id")).scalars())


def known(desk: Desk) -> list[str]:
    with desk.db.read() as conn:
        return list(conn.execute(select(addresses.c.address).order_by("address")).scalars())


async def asked(desk: Desk, says: Says, **more: object) -> Sent:
    says(move())
    await desk.send("water-request", **more)
    return desk.letter()


async def moved(desk: Desk, says: Says) -> tuple[Sent, Sent]:
    await desk.answer(await asked(desk, says), "yes")
    await desk.answer(desk.letter(), "yes", auth="none")
    new, old = desk.new_letters()
    return new, old


async def test_both_addresses_say_yes_and_all_groups_move(desk: Desk, says: Says) -> None:
    soil, air = desk.other_group("soil"), desk.other_group("air")
    desk.join(ANA, group=soil)
    desk.know_address(desk.join("ana@third.example", group=air), "else@third.example")
    first = await asked(desk, says)
    assert (first.recipient, NEW in first.text) == (ANA, True)
    assert first.subject.startswith("Please confirm: your new address in Water [")
    await desk.answer(first, "yes", auth="none")
    assert places(desk)[0] == ANA
    second = desk.letter()
    assert (second.recipient, ANA in second.text) == (NEW, True)
    await desk.answer(second, "yes", auth="none")
    assert places(desk) == [NEW, NEW, "ana@third.example"]
    done, told = desk.new_letters()
    assert (done.recipient, told.recipient) == (NEW, ANA)
    assert "2 of your groups" in done.text
    assert ("address", f"{ANA} to {NEW}") in desk.outcomes()
    for sender in (ANA, NEW.lower()):  # they post from either
        reply = await desk.send("water", "How deep?", subject="Wells", sender=sender)
        assert reply.code == 250
    assert desk.subjects() == ["Wells", "Wells"]


@pytest.mark.parametrize("which", [0, 1])
async def test_either_address_takes_it_back_and_the_new_one_goes(
    desk: Desk, says: Says, which: int
) -> None:
    letters = await moved(desk, says)
    await desk.answer(letters[which], "undo", auth="none")
    assert places(desk) == [ANA]
    assert known(desk) == [ANA]
    assert desk.letter().recipient == ANA


async def test_an_address_that_was_theirs_before_stays_theirs(desk: Desk, says: Says) -> None:
    member = desk.member(ANA)
    assert member is not None
    desk.know_address(member, NEW)
    letters = await moved(desk, says)
    await desk.answer(letters[0], "undo")
    assert (places(desk), known(desk)) == ([ANA], [NEW.lower(), ANA])


async def test_one_yes_is_not_enough_and_no_ends_it(desk: Desk, says: Says) -> None:
    first = await asked(desk, says)
    await desk.answer(first, "")
    assert desk.letter().recipient == ANA  # an empty answer says nothing
    await desk.answer(first, "yes")
    second = desk.letter()
    await desk.answer(second, "no")
    await desk.answer(second, "yes")
    assert places(desk) == [ANA]


async def test_nothing_is_written_to_a_stranger_before_the_member_says_yes(
    desk: Desk, says: Says
) -> None:
    for auth in ("aligned", "none", "fail"):
        says(move())
        await desk.send("water-request", auth=auth)
    assert {one.recipient for one in desk.new_letters()} == {ANA}


async def test_a_forger_gets_no_code_and_no_move(desk: Desk, says: Says) -> None:
    first = await asked(desk, says)
    await desk.answer(first, "yes", auth="fail")
    assert desk.new_letters() == []
    await desk.answer(first, "yes")
    await desk.answer(desk.letter(), "yes", auth="fail")
    assert places(desk) == [ANA]


async def test_the_new_address_gets_one_question_a_day(desk: Desk, says: Says) -> None:
    bob = "bob@farm.example"
    desk.join(bob, "Bob")
    await desk.answer(await asked(desk, says), "yes")
    desk.new_letters()
    await desk.answer(await asked(desk, says, sender=bob), "yes", sender=bob)
    letter = desk.letter()
    assert (letter.recipient, "tomorrow" in letter.text) == (bob, True)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (ANA.upper(), "already"),
        ("water-join@lists.example", "cannot go"),
        ("ana@@home", "cannot go"),
        ("", "no new address"),
    ],
)
async def test_an_address_that_cannot_be_used_is_asked_again(
    desk: Desk, says: Says, address: str, words: str
) -> None:
    says(move(address))
    await desk.send("water-request")
    letter = desk.letter()
    assert (letter.recipient, words in letter.text) == (ANA, True)
    assert letter.reply_to == "water-request@lists.example"


async def test_the_address_of_another_member_is_not_taken_over(desk: Desk, says: Says) -> None:
    desk.join(NEW.lower(), "Somebody", group=desk.other_group("soil"))
    await desk.answer(await asked(desk, says), "yes")
    await desk.answer(desk.letter(), "yes", auth="none")
    assert places(desk) == [ANA, NEW.lower()]
    letter = desk.letter()
    assert letter.recipient == NEW
    assert letter.subject.startswith("Not done: this address is a member itself")


async def test_the_address_of_whoever_left_can_be_taken(desk: Desk, says: Says) -> None:
    desk.join(NEW, "Ana", state=MemberState.LEFT)
    await moved(desk, says)
    member = desk.member(NEW)
    assert member is not None
    assert (member.address, member.state) == (NEW, MemberState.ACTIVE)


async def test_a_banned_address_lends_nobody_a_way_in(desk: Desk, says: Says) -> None:
    desk.join(NEW, "Eve", state=MemberState.BANNED)
    await desk.answer(await asked(desk, says), "yes")
    await desk.answer(desk.letter(), "yes", sender="eve@x.example", auth="none")
    assert places(desk)[0] == ANA
    assert desk.state(NEW) == "banned"


async def test_a_stranger_moves_nobody(desk: Desk, says: Says) -> None:
    letter = await asked(desk, says, sender="eve@x.example")
    assert letter.subject == "Not done: we do not know this address in Water"


async def test_whose_mail_bounced_gets_mail_again_at_the_new_address(
    desk: Desk, says: Says
) -> None:
    desk.join(ANA, state=MemberState.SUSPENDED)
    with desk.db.write() as conn:
        conn.execute(update(memberships).values(bounces=9))
    await moved(desk, says)
    assert desk.state(NEW) == "active"


async def test_a_move_that_came_meanwhile_ends_the_first(desk: Desk, says: Says) -> None:
    await desk.answer(await asked(desk, says), "yes")
    waiting = desk.letter()
    desk.later(days=1, minutes=1)
    says(move("ana@work.example"))
    await desk.send("water-request")
    await desk.answer(desk.letter(), "yes")
    await desk.answer(desk.letter(), "yes")
    await desk.answer(waiting, "yes")
    assert places(desk) == ["ana@work.example"]

"""Attacks on the mail commands: what somebody gets who holds a little of ours and wants more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from archive.db import Database
from dgroup.incoming import Named, Options
from dgroup.model import MemberState, Role, WhoJoins, WhoPosts
from tests.dgroup.commands.saying import Said, saying
from tests.dgroup.desk import HOST, Desk, Sent, opened

KIM, LU, BOB, EVE = "kim@ngo.example", "lu@ngo.example", "bob@farm.example", "eve@x.example"
NEW = "new@x.example"


@pytest.fixture
def said() -> Iterator[Said]:
    with saying() as made:
        yield made


@pytest.fixture
def desk(sqlite_database: Database) -> Iterator[Desk]:
    with opened(sqlite_database) as made:
        made.join(KIM, "Kim", Role.COORDINATOR)
        made.join(LU, "Lu", Role.COORDINATOR)
        made.join(BOB, "Bob")
        made.join(EVE, "Eve")
        yield made


async def act(desk: Desk, said: Said, verb: str, who: str, **options: str) -> list[Sent]:
    """Kim does something to somebody and says yes; gives the letters that come of it."""
    people = (Named(who, ""),) if who else ()
    said.next(verb=verb, people=people, options=Options(**options))  # type: ignore[arg-type]  # test input
    await desk.send("water-request", "x", sender=KIM)
    await desk.answer(_last(desk, KIM), "yes")
    desk.later(hours=1)
    return desk.new_letters()


def _last(desk: Desk, recipient: str) -> Sent:
    """The newest letter to somebody."""
    return [one for one in desk.letters() if one.recipient == recipient][-1]


# --- A leave token ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "verb",
    "members bouncing pending report trace who get help undo hide lock set freeze delete".split(),
)
@pytest.mark.parametrize("auth", ["none", "aligned"])
async def test_a_leave_token_never_gets_the_answer_to_a_coordinators_command(
    desk: Desk, said: Said, verb: str, auth: str
) -> None:
    eve = desk.member(EVE)
    assert eve is not None
    said.next(verb=verb, people=(Named(BOB, ""),), options=Options(words="fire"))
    to = f"water-request+{desk.leave_token(eve)}"
    await desk.send(to, "x", sender=KIM, auth=auth)
    assert EVE not in {one.recipient for one in desk.new_letters()}


# --- Offers to undo that somebody else has overtaken --------------------------------------------


async def test_who_was_removed_does_not_come_back_by_the_undo_of_an_older_leaving(
    desk: Desk, said: Said
) -> None:
    await desk.send("water-leave", "leave", sender=EVE)
    offer = desk.letter()
    desk.join(EVE)
    await act(desk, said, "remove", EVE)
    await desk.answer(offer, "undo")
    assert desk.state(EVE) == "left"


async def test_a_ban_that_was_lifted_gives_no_coordinator_their_role_back(
    desk: Desk, said: Said
) -> None:
    await desk.send("water-leave", "leave", sender=LU)
    offer = _last(desk, LU)
    await act(desk, said, "ban", LU)
    await act(desk, said, "unban", LU)
    await desk.answer(offer, "undo")
    assert desk.state(LU) == "left"


async def stepped_down(desk: Desk, said: Said) -> Sent:
    """Lu gives the role up; gives the letter that offers to undo it."""
    said.next(verb="stepdown")
    await desk.send("water-request", "x", sender=LU)
    await desk.answer(_last(desk, LU), "yes")
    return _last(desk, LU)


@pytest.mark.parametrize("acts", [("remove",), ("ban",), ("remove", "add"), ("ban", "unban")])
@pytest.mark.parametrize("sender", [LU, "other@x.example"])
async def test_who_stepped_down_and_was_taken_out_coordinates_no_more(
    desk: Desk, said: Said, acts: tuple[str, ...], sender: str
) -> None:
    offer = await stepped_down(desk, said)
    for verb in acts:
        await act(desk, said, verb, LU)
    await desk.answer(offer, "undo", sender=sender)
    member = desk.member(LU)
    assert member is not None
    assert member.role is Role.MEMBER


async def test_who_stepped_down_and_was_given_a_role_keeps_that_one(desk: Desk, said: Said) -> None:
    offer = await stepped_down(desk, said)
    await act(desk, said, "set", LU, role="moderator")
    await act(desk, said, "set", LU, role="member")
    await desk.answer(offer, "undo")
    member = desk.member(LU)
    assert member is not None
    assert member.role is Role.MEMBER


async def test_a_moderator_who_is_one_no_more_takes_no_trust_back(desk: Desk, said: Said) -> None:
    mo = "mo@ngo.example"
    desk.join(mo, "Mo", Role.MODERATOR)
    await act(desk, said, "moderate", EVE)
    await desk.send("water", "How deep is your well?", sender=EVE, subject="Wells")
    await desk.answer(_last(desk, mo), "trust")
    offer = _last(desk, mo)
    await act(desk, said, "set", mo, role="member")
    await desk.answer(offer, "undo")
    eve = desk.member(EVE)
    assert eve is not None
    assert eve.posting == "trusted"


async def test_removing_from_all_is_taken_back_only_where_one_still_coordinates(
    desk: Desk, said: Said
) -> None:
    fire = desk.other_group("fire")
    desk.join(KIM, "Kim", Role.COORDINATOR, group=fire)
    desk.join(EVE, "Eve", group=fire)
    await act(desk, said, "remove", EVE, group="all")
    offer = _last(desk, KIM)
    desk.join(KIM, "Kim", Role.MEMBER, group=fire)
    await desk.answer(offer, "undo")
    there = desk.member(EVE, fire)
    assert there is not None
    assert (desk.state(EVE), str(there.state)) == ("active", "left")


async def test_unproved_wishes_to_undo_do_not_fill_a_mailbox(desk: Desk, said: Said) -> None:
    await desk.send("water-weekly", "", sender=EVE)
    desk.new_letters()
    for _ in range(12):
        said.next(verb="undo")
        await desk.send("water-request", "undo", sender=EVE, auth="none")
    assert len(desk.new_letters()) == 3


# --- Codes to come in, after the door was closed ------------------------------------------------


async def test_a_code_to_join_opens_no_group_that_was_closed_since(desk: Desk) -> None:
    await desk.send("water-join", "join", sender=NEW)
    asked = desk.letter()
    desk.set(who_joins=WhoJoins.CLOSED)
    await desk.answer(asked, "yes")
    assert desk.state(NEW) == ""
    assert desk.last() == ("command", "join-closed")


async def test_a_held_post_opens_no_closed_group(desk: Desk) -> None:
    desk.set(who_joins=WhoJoins.CLOSED)
    await desk.send("water", "May I ask something?", sender=NEW, subject="A question")
    for one in desk.new_letters():
        if one.recipient == NEW:
            await desk.answer(one, "yes")
    assert desk.state(NEW) == ""
    assert desk.subjects() == []


async def test_an_invitation_opens_no_frozen_group(desk: Desk, said: Said) -> None:
    await act(desk, said, "invite", NEW)
    desk.set(state="frozen")
    await desk.answer(_last(desk, NEW), "yes")
    assert desk.state(NEW) == ""
    assert desk.last() == ("command", "join-frozen")


async def test_a_member_whose_mail_had_failed_waits_for_nobody(desk: Desk) -> None:
    desk.set(who_joins=WhoJoins.APPROVAL)
    desk.join(BOB, state=MemberState.SUSPENDED)
    await desk.send("water-join", "join", sender=BOB)
    await desk.answer(desk.letter(), "yes")
    assert desk.state(BOB) == "active"


# --- Floods, forgers, namesakes -----------------------------------------------------------------


async def test_people_who_ask_to_be_let_in_fill_no_mailbox(desk: Desk) -> None:
    desk.set(who_joins=WhoJoins.APPROVAL)
    for number in range(33):
        address = f"a{number}@evil.example"
        await desk.send("water-join", "join", sender=address)
        await desk.answer(_last(desk, address), "yes")
    asked = [one for one in desk.letter_kinds() if one == ("join-asked", KIM)]
    assert len(asked) == 30
    await desk.send("water-help", "", sender=KIM)  # her own answers of the day are left
    assert desk.letter_kinds()[-1] == ("help", KIM)


async def test_a_short_reference_of_a_mail_that_fails_counts_for_nothing(desk: Desk) -> None:
    await desk.send("water-leave", "leave", sender=EVE, auth="none")
    subject = f"Re: {desk.letter().subject}"
    await desk.send("water-confirm", "yes", subject=subject, sender=EVE, auth="fail")
    assert desk.state(EVE) == "active"
    await desk.send("water-confirm", "yes", subject=subject, sender=EVE, auth="none")
    assert desk.state(EVE) == "left"


async def test_my_data_tells_nothing_of_a_longer_address(desk: Desk, said: Said) -> None:
    short, long = "e@x.example", "le@x.example"
    desk.join(short)
    desk.join(long)
    await desk.send("water-weekly", "", sender=long)
    said.next(verb="data")
    await desk.send("water-request", "x", sender=short)
    await desk.answer(_last(desk, short), "yes")
    files = [part.get_content() for part in _last(desk, short).message.iter_attachments()]
    assert long not in str(files)


# --- A group that is closed, or runs without anybody, meanwhile ---------------------------------


async def forged_post(desk: Desk) -> Sent:
    """A post in Bob's name that fails authentication; gives the question that Bob gets."""
    await desk.send("water", "How deep is it?", sender=BOB, subject="Wells", auth="fail")
    return _last(desk, BOB)


async def test_an_author_publishes_nothing_in_a_group_that_was_closed_since(desk: Desk) -> None:
    asked = await forged_post(desk)
    desk.set(state="frozen")
    await desk.answer(asked, "yes")
    assert desk.subjects() == []
    assert desk.letter_kinds()[-1] == ("group-closed", BOB)


async def test_an_author_publishes_nothing_where_only_coordinators_post_now(desk: Desk) -> None:
    asked = await forged_post(desk)
    desk.set(who_posts=WhoPosts.ANNOUNCE)
    await desk.answer(asked, "yes")
    assert desk.subjects() == []
    assert desk.held() == [("moderated", "waiting")]


async def test_nobody_comes_back_into_a_group_that_has_ended(desk: Desk) -> None:
    await desk.send("water-leave", "leave", sender=EVE)
    offer = desk.letter()
    desk.set(state="deleted")
    await desk.answer(offer, "undo")
    assert desk.state(EVE) == "left"


async def test_an_undo_that_leaves_nobody_to_coordinate_is_told(desk: Desk, said: Said) -> None:
    await act(desk, said, "remove", LU)
    await act(desk, said, "set", BOB, role="coordinator")
    offer = _last(desk, KIM)
    desk.join(KIM, state=MemberState.SUSPENDED, role=Role.COORDINATOR)
    await desk.answer(offer, "undo")
    assert ("no-coordinator-host", HOST) in desk.letter_kinds()


# --- The same yes many times at once ------------------------------------------------------------


async def test_a_yes_that_comes_eight_times_at_once_counts_once(
    database: Database, said: Said
) -> None:
    with opened(database) as desk:
        desk.join(KIM, "Kim", Role.COORDINATOR)
        desk.join(BOB, "Bob")
        said.next(verb="remove", people=(Named(BOB, ""),))
        await desk.send("water-request", "x", sender=KIM)
        asked = desk.letter()
        await asyncio.gather(*(desk.answer(asked, "yes") for _ in range(8)))
        kinds = [kind for kind, _ in desk.letter_kinds()]
    assert (kinds.count("removed"), kinds.count("people-done")) == (1, 1)

"""What coordinators do to members: remove, set, roles, moderate, trust, ban; previewed and undone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.db import Database
from dgroup.incoming import Named, Options
from dgroup.model import Delivery, Group, Membership, MemberState, Posting, Role
from tests.dgroup.commands.saying import Said, saying, words
from tests.dgroup.desk import HOST, Desk, Sent, opened

KIM, LEE, BOB = "kim@ngo.example", "lee@ngo.example", "bob@farm.example"


@pytest.fixture
def said() -> Iterator[Said]:
    with saying() as made:
        yield made


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.join(KIM, "Kim", Role.COORDINATOR)
        made.join(LEE, "Lee", Role.COORDINATOR)
        made.join(BOB, "Bob", language="fr")
        yield made


async def preview(desk: Desk, said: Said, verb: str, *people: str, **options: object) -> Sent:
    desk.new_letters()
    said.next(
        verb=verb,
        people=tuple(Named(one, "") for one in people),
        options=Options(**options),  # type: ignore[arg-type]  # test input
    )
    await desk.send("water-request", "x", sender=KIM)
    return desk.letter()


async def do(desk: Desk, said: Said, verb: str, *people: str, **options: object) -> Sent:
    """Ask, say yes, give the report."""
    await desk.answer(await preview(desk, said, verb, *people, **options), "yes")
    return desk.letters()[-1]


def member(desk: Desk, address: str = BOB, group: Group | None = None) -> Membership:
    found = desk.member(address, group)
    assert found is not None
    return found


# --- Standing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "posting"), [("moderate", Posting.MODERATED), ("trust", Posting.TRUSTED)]
)
async def test_how_far_posts_are_trusted(
    desk: Desk, said: Said, verb: str, posting: Posting
) -> None:
    shown = await preview(desk, said, verb, BOB, "zoe@x.example")
    assert member(desk).posting is Posting.DEFAULT
    assert "NOT A MEMBER zoe@x.example" in words(shown)
    await desk.answer(shown, "yes")
    assert member(desk).posting is posting
    (report,) = desk.new_letters()
    again = await preview(desk, said, verb, BOB)
    assert again.subject.startswith("Not done: ")
    assert f"ALREADY SO {BOB}  Bob" in words(again)
    await desk.answer(report, "undo")
    assert member(desk).posting is Posting.DEFAULT


async def test_a_ban_keeps_out_members_and_strangers_until_it_ends(desk: Desk, said: Said) -> None:
    report = await do(desk, said, "ban", BOB, "eve@x.example")
    assert report.subject == "Done: 2 people banned from Water"
    assert desk.state(BOB) == desk.state("eve@x.example") == "banned"
    assert [one.recipient for one in desk.new_letters()] == [KIM]
    await do(desk, said, "unban", "eve@x.example")
    assert desk.state("eve@x.example") == "left"
    await desk.answer(report, "undo")
    assert desk.state(BOB) == "active"
    assert desk.state("eve@x.example") == "left"


async def test_nobody_bans_themselves(desk: Desk, said: Said) -> None:
    shown = await preview(desk, said, "ban", KIM)
    assert f"LEFT OUT {KIM}  this is you" in words(shown)


async def test_banning_a_coordinator_is_told_to_the_others(desk: Desk, said: Said) -> None:
    desk.join("mia@ngo.example", "Mia", Role.COORDINATOR)
    await do(desk, said, "ban", LEE)
    recipients = {one.recipient: one.subject for one in desk.new_letters()}
    assert recipients["mia@ngo.example"] == "Kim banned 1 person from Water"


# --- Settings and roles -------------------------------------------------------------------------


async def test_settings_of_others(desk: Desk, said: Said) -> None:
    shown = await preview(desk, said, "set", BOB, value="daily", language="pt")
    assert "Mail: one mail a day" in words(shown)
    await desk.answer(shown, "yes")
    assert (member(desk).delivery, member(desk).language) == (Delivery.DAILY, "pt")
    told, report = desk.new_letters()
    assert told.recipient == BOB
    await desk.answer(report, "undo")
    assert (member(desk).delivery, member(desk).language) == (Delivery.EACH, "fr")


async def test_a_delivery_beside_each_person(desk: Desk, said: Said) -> None:
    people = (Named(BOB, "", "", "weekly"), Named(LEE, "", "", "none"))
    said.next(verb="set", people=people)
    await desk.send("water-request", "x", sender=KIM)
    await desk.answer(desk.letter(), "yes")
    assert member(desk).delivery is Delivery.WEEKLY
    assert member(desk, LEE).delivery is Delivery.NONE


async def test_light_and_a_new_name(desk: Desk, said: Said) -> None:
    await do(desk, said, "set", BOB, value="light")
    assert member(desk).light
    said.next(verb="set", people=(Named(BOB, "Robert Osei"),))
    await desk.send("water-request", "x", sender=KIM)
    shown = desk.new_letters()[-1]
    assert "Name: Robert Osei" in words(shown)
    await desk.answer(shown, "yes")
    report = desk.letters()[-1]
    assert member(desk).name == "Robert Osei"
    await desk.answer(report, "undo")
    assert member(desk).name == "Bob"


async def test_a_set_that_says_nothing_is_not_understood(desk: Desk, said: Said) -> None:
    assert "Please confirm" not in (await preview(desk, said, "set", BOB)).subject


async def test_a_name_beside_a_setting_is_no_new_name(desk: Desk, said: Said) -> None:
    said.next(verb="set", people=(Named(BOB, "Bobby"),), options=Options(value="daily"))
    await desk.send("water-request", "x", sender=KIM)
    await desk.answer(desk.letter(), "yes")
    assert (member(desk).name, member(desk).delivery) == ("Bob", Delivery.DAILY)


async def test_a_new_coordinator_is_told_and_so_are_the_others_and_the_host(
    desk: Desk, said: Said
) -> None:
    report = await do(desk, said, "coordinator", BOB)
    assert report.subject == "Done: 1 person made a coordinator of Water"
    assert member(desk).role is Role.COORDINATOR
    letters = {one.recipient: one.subject for one in desk.new_letters()}
    assert set(letters) == {HOST, LEE, BOB, KIM}
    assert letters[LEE] == "Kim changed 1 person in Water"
    assert letters[HOST] == "Water: the coordinators have changed"
    await desk.answer(report, "undo")
    assert member(desk).role is Role.MEMBER


async def test_a_moderator_by_set_or_coordinator(desk: Desk, said: Said) -> None:
    await do(desk, said, "set", BOB, role="moderator")
    assert member(desk).role is Role.MODERATOR
    assert HOST not in [one.recipient for one in desk.new_letters()]
    again = await preview(desk, said, "coordinator", BOB, role="moderator")
    assert again.subject == "Not done: coordinator in Water"


async def test_giving_up_ones_own_role_is_said_before(desk: Desk, said: Said) -> None:
    shown = await preview(desk, said, "set", KIM, role="member")
    assert "you give up your own part as coordinator" in words(shown)
    assert "nobody coordinates" not in words(shown)
    await desk.answer(shown, "yes")
    assert member(desk, KIM).role is Role.MEMBER


async def test_the_last_coordinator_does_not_go_silently(desk: Desk, said: Said) -> None:
    await do(desk, said, "set", LEE, role="member")
    shown = await preview(desk, said, "set", KIM, role="member")
    assert "nobody coordinates the group after this" in words(shown)
    await desk.answer(shown, "yes")
    assert desk.count("fanouts") == 2  # in English and in French
    subjects = [one.subject for one in desk.new_letters() if one.recipient == HOST]
    assert len(subjects) == 2


async def test_a_member_cannot_name_a_coordinator(desk: Desk, said: Said) -> None:
    said.next(verb="coordinator", people=(Named(BOB, ""),))
    await desk.send("water-request", "x", sender=BOB)
    assert member(desk).role is Role.MEMBER
    assert desk.last() == ("command", "not-coordinator")


# --- Removing -----------------------------------------------------------------------------------


async def test_quietly_tells_only_coordinators(desk: Desk, said: Said) -> None:
    shown = await preview(desk, said, "remove", BOB, quiet=True)
    assert "They are not told." in words(shown)
    await desk.answer(shown, "yes")
    assert desk.state(BOB) == "left"
    assert [one.recipient for one in desk.new_letters()] == [KIM]


async def test_a_wish_to_join_is_declined_by_remove(desk: Desk, said: Said) -> None:
    desk.join("new@x.example", state=MemberState.PENDING)
    await do(desk, said, "remove", "new@x.example")
    assert desk.state("new@x.example") == "left"
    assert desk.new_letters()[0].subject == "Not done: join Water"


async def test_from_all_groups_that_the_coordinator_runs(desk: Desk, said: Said) -> None:
    fire, earth = desk.other_group("fire"), desk.other_group("earth")
    desk.join(KIM, role=Role.COORDINATOR, group=fire)
    for group in (fire, earth):
        desk.join(BOB, group=group)
    shown = await preview(desk, said, "remove", BOB, group="all", quiet=True)
    assert f"REMOVE {BOB}  from fire" in words(shown)
    assert "earth" not in words(shown)
    assert member(desk, BOB, fire).inside
    await desk.answer(shown, "yes")
    assert desk.state(BOB) == "left"
    assert not member(desk, BOB, fire).inside
    assert member(desk, BOB, earth).inside
    assert ("removed", f"{BOB} by {KIM}, from all groups") in desk.outcomes()
    told, report = desk.new_letters()
    assert (told.recipient, report.recipient) == (LEE, KIM)
    await desk.answer(report, "undo")
    assert desk.state(BOB) == "active"
    assert member(desk, BOB, fire).inside


async def test_from_all_finds_who_is_only_elsewhere(desk: Desk, said: Said) -> None:
    fire = desk.other_group("fire")
    desk.join(KIM, role=Role.COORDINATOR, group=fire)
    desk.join("zoe@x.example", group=fire)
    await do(desk, said, "remove", "zoe@x.example", group="all")
    assert not member(desk, "zoe@x.example", fire).inside


async def test_who_came_back_by_themselves_is_left_alone_by_undo(desk: Desk, said: Said) -> None:
    fire = desk.other_group("fire")
    desk.join(KIM, role=Role.COORDINATOR, group=fire)
    desk.join(BOB, group=fire)
    report = await do(desk, said, "remove", BOB, group="all")
    await do(desk, said, "ban", BOB)
    await desk.answer(report, "undo")
    assert desk.state(BOB) == "banned"


async def test_another_groups_people_are_not_touched_here(desk: Desk, said: Said) -> None:
    letter = await preview(desk, said, "remove", BOB, group="fire")
    assert letter.subject == "Not done: this is the address of Water"
    assert desk.state(BOB) == "active"


async def test_a_coordinator_of_one_group_only_removes_there(desk: Desk, said: Said) -> None:
    fire = desk.other_group("fire")
    desk.join(KIM, group=fire)
    desk.join(BOB, group=fire)
    await do(desk, said, "remove", BOB, group="all")
    assert member(desk, BOB, fire).inside

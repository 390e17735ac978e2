"""add and remove: a preview to the registered address, a word from it, a report, a way back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.db import Database
from dgroup.model import MemberState, Role
from tests.dgroup.desk import HOST, Desk, Sent, opened

KIM = "kim@ngo.example"
LIST = "Awa Diop <awa@ong.example>\njoao@ngo.example, João Matos\nkim@ngo.example\nbad@@x\n"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.join(KIM, "Kim", Role.COORDINATOR)
        made.join("bob@farm.example", "Bob")
        yield made


async def preview(desk: Desk, verb: str = "add", body: str = LIST, auth: str = "none") -> Sent:
    await desk.send(f"water-{verb}", body, sender=KIM, auth=auth)
    return desk.letter()


async def test_adding_shows_what_would_happen_and_does_nothing(desk: Desk) -> None:
    shown = await preview(desk)
    assert shown.recipient == KIM
    assert shown.subject.startswith("Please confirm: add 2 people to Water [")
    assert "ADD awa@ong.example  Awa Diop" in shown.text
    assert "ADD joao@ngo.example  João Matos" in shown.text
    assert "kim@ngo.example" not in shown.text.partition("Code:")[0]  # her own, from a signature
    assert desk.state("awa@ong.example") == ""


async def test_a_person_at_the_groups_domain_can_be_added_and_a_group_cannot(desk: Desk) -> None:
    shown = await preview(desk, body="mia@lists.example\nwater@lists.example\n")
    await desk.answer(shown, "Yes", auth="none")
    assert desk.state("mia@lists.example") == "active"
    assert desk.state("water@lists.example") == ""


async def test_yes_from_the_registered_address_adds_them_with_a_welcome_each(desk: Desk) -> None:
    await desk.answer(await preview(desk), "Yes, please. Thanks, Kim", auth="none")
    assert desk.state("awa@ong.example") == desk.state("joao@ngo.example") == "active"
    letters = desk.new_letters()
    assert [one.recipient for one in letters] == ["awa@ong.example", "joao@ngo.example", KIM]
    assert "Kim has added you" in letters[0].text
    assert letters[2].subject == "Done: 2 people added to Water"


@pytest.mark.parametrize(
    "words",
    [
        "",
        "thanks",
        "yes but not Awa",
        "Yes?",
        "ok, wait until Monday",
        "oui mais pas tout de suite",
    ],
)
async def test_no_clear_word_does_nothing(desk: Desk, words: str) -> None:
    shown = await preview(desk)
    await desk.answer(shown, words)
    assert desk.state("awa@ong.example") == ""
    await desk.answer(shown, "yes")
    assert desk.state("awa@ong.example") == "active"


async def test_the_quoted_word_yes_is_nobodys_word(desk: Desk) -> None:
    shown = await preview(desk)
    await desk.answer(shown, "On Monday, Water wrote:\n> Reply YES to do this.\n> yes")
    assert desk.state("awa@ong.example") == ""


async def test_undo_takes_them_out_again(desk: Desk) -> None:
    await desk.answer(await preview(desk), "yes")
    report = desk.new_letters()[-1]
    desk.later(days=20)
    await desk.answer(report, "undo")
    assert desk.state("awa@ong.example") == desk.state("joao@ngo.example") == "left"
    assert desk.letter().subject == "Done: taken back in Water"


async def test_undo_leaves_alone_who_was_there_before(desk: Desk) -> None:
    shown = await preview(desk)
    desk.join("awa@ong.example", "Awa")
    await desk.answer(shown, "yes")
    report = desk.new_letters()[-1]
    assert "ALREADY THERE awa@ong.example" in report.text
    await desk.answer(report, "undo")
    assert desk.state("awa@ong.example") == "active"


async def test_a_ban_between_preview_and_yes_holds(desk: Desk) -> None:
    shown = await preview(desk)
    desk.join("awa@ong.example", state=MemberState.BANNED)
    await desk.answer(shown, "yes")
    assert desk.state("awa@ong.example") == "banned"


async def test_a_forged_coordinator_gets_no_preview_and_the_real_one_a_note(desk: Desk) -> None:
    note = await preview(desk, "remove", "bob@farm.example", auth="fail")
    assert (note.recipient, note.subject) == (
        KIM,
        'Not done: someone used your address to ask "remove"',
    )
    assert desk.state("bob@farm.example") == "active"


async def test_a_member_cannot_add_or_remove_others(desk: Desk) -> None:
    await desk.send("water-add", "awa@ong.example", sender="bob@farm.example")
    await desk.send("water-remove", KIM, sender="bob@farm.example")
    subjects = [one.subject for one in desk.new_letters()]
    assert subjects == ["Not done: add in Water", "Not done: remove in Water"]
    assert desk.state(KIM) == "active"


async def test_a_yes_from_another_address_does_nothing(desk: Desk) -> None:
    shown = await preview(desk)
    desk.join("lee@ngo.example", role=Role.COORDINATOR)
    await desk.answer(shown, "yes", sender="eve@x.example")
    await desk.answer(shown, "yes", sender="lee@ngo.example")
    assert desk.state("awa@ong.example") == ""


async def test_a_yes_that_fails_authentication_does_nothing(desk: Desk) -> None:
    shown = await preview(desk)
    await desk.answer(shown, "yes", auth="fail")
    assert desk.state("awa@ong.example") == ""
    assert desk.letter().subject.startswith("Not done: someone used your address")


async def test_who_coordinates_no_more_cannot_confirm(desk: Desk) -> None:
    shown = await preview(desk)
    desk.join(KIM, role=Role.MEMBER)
    await desk.answer(shown, "yes")
    assert desk.state("awa@ong.example") == ""


async def test_an_out_of_office_answer_confirms_nothing_and_keeps_the_code(desk: Desk) -> None:
    shown = await preview(desk)
    await desk.answer(shown, "yes", headers="Auto-Submitted: auto-replied\r\n")
    assert desk.state("awa@ong.example") == ""
    assert desk.last()[1] == "shield=auto-submitted"
    await desk.answer(shown, "yes")
    assert desk.state("awa@ong.example") == "active"


async def test_removing_tells_everybody_concerned_and_can_be_undone(desk: Desk) -> None:
    shown = await preview(desk, "remove", "bob@farm.example\nzoe@x.example")
    assert "REMOVE bob@farm.example  Bob" in shown.text
    assert "NOT A MEMBER zoe@x.example" in shown.text
    await desk.answer(shown, "oui")
    assert desk.state("bob@farm.example") == "left"
    told, report = desk.new_letters()
    assert (told.recipient, told.subject) == ("bob@farm.example", "You are no longer in Water")
    await desk.answer(report, "undo")
    assert desk.state("bob@farm.example") == "active"


async def test_a_coordinator_who_names_nobody_is_not_taken_out_themselves(desk: Desk) -> None:
    for verb in ("remove", "add"):
        letter = await preview(desk, verb, "see the attached list", auth="aligned")
        assert letter.subject.startswith("Not done: ")
    assert desk.state(KIM) == "active"


async def test_a_member_who_names_nobody_means_themselves(desk: Desk) -> None:
    await desk.send("water-remove", "", sender="bob@farm.example")
    assert desk.state("bob@farm.example") == "left"


async def test_removing_the_last_coordinator_tells_members_and_host(desk: Desk) -> None:
    await desk.answer(await preview(desk, "remove", KIM), "yes")
    assert desk.state(KIM) == "left"
    recipients = [one.recipient for one in desk.new_letters()]
    assert HOST in recipients
    assert desk.count("fanouts") == 1


@pytest.mark.parametrize(("auth", "most"), [("none", 3), ("aligned", 10)])
async def test_previews_are_capped(desk: Desk, auth: str, most: int) -> None:
    for _ in range(12):
        await desk.send("water-add", "awa@ong.example", sender=KIM, auth=auth)
    assert len(desk.new_letters()) == most
    assert desk.last() == ("discarded", "cap add-confirm")


async def test_a_long_list_of_people_come_in_with_one_yes(desk: Desk) -> None:
    body = "\n".join(f"person{n}@ngo.example, Person {n}" for n in range(80))
    await desk.answer(await preview(desk, "add", body), "yes")
    assert desk.state("person79@ngo.example") == "active"
    assert len(desk.new_letters()) == 81


@pytest.mark.parametrize("word", ["KEEP 1", "Garder 1, merci", "mantener la 1", "manter 1"])
async def test_an_address_that_only_looks_wrong_can_be_kept(desk: Desk, word: str) -> None:
    shown = await preview(desk, "add", "maria@gmial.com")
    assert "reply KEEP and its number" in " ".join(shown.text.split())
    await desk.answer(shown, word)
    await desk.answer(desk.letter(), "yes")
    assert desk.state("maria@gmial.com") == "active"

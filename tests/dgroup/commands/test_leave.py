"""Leaving by mail: at once where it is proved, by a question where it is not, undone by one reply."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.db import Database
from dgroup.incoming import Named, Reading
from dgroup.model import MemberState, Role
from tests.dgroup.commands.fakes import saying
from tests.dgroup.desk import HOST, Desk, opened

BOB = "bob@farm.example"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.join(BOB, "Bob", language="en")
        made.join("kim@ngo.example", "Kim", Role.COORDINATOR)
        yield made


async def test_the_personal_token_works_from_any_address(desk: Desk) -> None:
    member = desk.member(BOB)
    assert member is not None
    to = f"water-leave+{desk.leave_token(member).upper()}"
    await desk.send(to, "", sender="bob.old@elsewhere.example", auth="none")
    assert desk.state(BOB) == "left"
    letter = desk.letter()
    assert (letter.recipient, letter.subject) == (BOB, "Done: you have left Water")


async def test_a_token_of_another_group_takes_nobody_out(desk: Desk) -> None:
    soil = desk.other_group("soil")
    there = desk.join(BOB, group=soil)
    await desk.send(f"water-leave+{desk.leave_token(there)}", "", sender="eve@x.example")
    found = desk.member(BOB, soil)
    assert found is not None
    assert (found.state, desk.state(BOB)) == (MemberState.ACTIVE, "active")


async def test_an_aligned_sender_leaves_at_once(desk: Desk) -> None:
    await desk.send("water-leave", "", sender=BOB)
    assert desk.state(BOB) == "left"
    assert "UNDO" in desk.letter().text


async def test_without_proof_the_registered_address_is_asked(desk: Desk) -> None:
    await desk.send("water-leave", "", sender=BOB, auth="none")
    assert desk.state(BOB) == "active"
    question = desk.letter()
    assert (question.recipient, question.subject.split(" [")[0]) == (
        BOB,
        "Please confirm: leave Water",
    )
    await desk.answer(question, "", auth="none")
    assert desk.state(BOB) == "active"
    await desk.answer(question, "yes", auth="none")
    assert desk.state(BOB) == "left"


async def test_a_forger_gets_nothing_and_the_real_person_one_note_a_day(desk: Desk) -> None:
    for _ in range(3):
        await desk.send("water-leave", "", sender=BOB, auth="fail")
    assert desk.state(BOB) == "active"
    note = desk.letter()
    assert note.recipient == BOB
    assert note.subject == 'Not done: someone used your address to ask "leave"'
    assert "192.0.2.1" in note.text


async def test_leaving_is_undone_by_one_reply_for_thirty_days(desk: Desk) -> None:
    await desk.send("water-leave", "", sender=BOB)
    goodbye = desk.letter()
    desk.later(days=29)
    await desk.answer(goodbye, "Annuler svp", auth="none")
    assert desk.state(BOB) == "active"
    assert desk.letter().subject == "Done: taken back in Water"


async def test_undo_ends_after_thirty_days(desk: Desk) -> None:
    await desk.send("water-leave", "", sender=BOB)
    goodbye = desk.letter()
    desk.later(days=30, minutes=1)
    await desk.answer(goodbye, "UNDO")
    assert desk.state(BOB) == "left"


async def test_undo_does_not_lift_a_ban(desk: Desk) -> None:
    await desk.send("water-leave", "", sender=BOB)
    goodbye = desk.letter()
    desk.join(BOB, state=MemberState.BANNED)
    await desk.answer(goodbye, "UNDO", sender="bob.two@farm.example")
    assert desk.state(BOB) == "banned"


async def test_a_coordinator_who_undoes_leaving_coordinates_again(desk: Desk) -> None:
    await desk.send("water-leave", "", sender="kim@ngo.example")
    goodbye = next(one for one in desk.new_letters() if one.recipient == "kim@ngo.example")
    await desk.answer(goodbye, "undo")
    member = desk.member("kim@ngo.example")
    assert member is not None
    assert member.coordinates


async def test_no_beside_the_verb_of_the_address_asks_first(desk: Desk) -> None:
    await desk.send("water-leave", "No, I do not want to leave", sender=BOB)
    assert desk.state(BOB) == "active"
    assert desk.letter().subject.startswith("Please confirm")


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("unsubscribe", ""),
        ("Unsubscribe me please", "Thanks, Bob"),
        ("", "remove me"),
        ("", "Bonjour, merci de me retirer\nquitter\nBob"),
        ("se désabonner", "désinscrire"),
        ("baja", "Hola\nbaja\nGracias"),
        ("", "sair do grupo"),
        ("remove", ""),
    ],
)
async def test_the_request_address_reads_words_in_four_languages(
    desk: Desk, subject: str, body: str
) -> None:
    await desk.send("water-request", body, sender=BOB, subject=subject)
    assert desk.state(BOB) == "left"


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("leave", "Attached is our report on maternity leave in four districts, as promised."),
        ("unsubscribe", "No"),
    ],
)
async def test_words_that_could_mean_something_else_only_ask(
    desk: Desk, subject: str, body: str
) -> None:
    await desk.send("water-request", body, sender=BOB, subject=subject)
    assert desk.state(BOB) == "active"
    assert desk.letter().subject.startswith("Please confirm: leave Water")


@pytest.mark.parametrize(
    ("subject", "body"),
    [("Stop soil erosion now", ""), ("", "Stop by our office when you are in town")],
)
async def test_other_sentences_with_such_words_are_no_commands(
    desk: Desk, subject: str, body: str
) -> None:
    await desk.send("water-request", body, sender=BOB, subject=subject)
    assert desk.state(BOB) == "active"
    assert desk.letter().subject.startswith("Not understood")


async def test_two_different_wishes_are_none(desk: Desk) -> None:
    await desk.send("water-request", "join", sender=BOB, subject="leave")
    assert desk.state(BOB) == "active"
    told = desk.letter()
    assert told.subject.startswith("Not understood")


async def test_a_stranger_learns_nothing_about_members(desk: Desk) -> None:
    await desk.send("water-leave", "", sender="bob@other.example")
    letter = desk.letter()
    assert letter.subject == "Not done: leave Water"
    assert BOB not in letter.text


async def test_the_last_coordinator_does_not_leave_silently(desk: Desk) -> None:
    await desk.send("water-leave", "", sender="kim@ngo.example")
    assert desk.state("kim@ngo.example") == "left"
    letters = {one.recipient: one.subject for one in desk.new_letters()}
    assert letters[HOST] == "Water has no coordinator now"
    assert desk.count("fanouts") == 1  # one letter to all members
    assert ("no-coordinator", "kim@ngo.example") in desk.outcomes()


async def test_one_of_two_coordinators_leaves_like_anybody(desk: Desk) -> None:
    desk.join("lee@ngo.example", role=Role.COORDINATOR)
    await desk.send("water-leave", "", sender="kim@ngo.example")
    assert [one.recipient for one in desk.new_letters()] == ["kim@ngo.example"]
    assert desk.count("fanouts") == 0


# --- Another address is named -----------------------------------------------------------------


async def test_whoever_answers_with_another_address_makes_us_ask_there_only(desk: Desk) -> None:
    texts = []
    for named in (BOB, "nobody@farm.example"):
        words = f"I get it at {named}.\nThanks! Write to water@lists.example for more."
        reply = await desk.send("water-leave", words, sender="eve@x.example")
        *asked, told = desk.new_letters()
        assert [one.recipient for one in asked] == ([BOB] if named == BOB else [])
        texts.append((reply, told.subject, told.text.replace(named, "?"), told.recipient))
    assert texts[0] == texts[1]
    assert desk.state(BOB) == "active"


async def test_the_one_who_is_named_answers_and_is_out(desk: Desk) -> None:
    await desk.send("water-leave", f"<{BOB}>", sender="bob@home.example", auth="none")
    question = desk.new_letters()[0]
    await desk.answer(question, "yes", auth="none")
    assert desk.state(BOB) == "left"


async def test_nobody_is_asked_because_of_what_a_quote_or_our_own_address_says(
    desk: Desk,
) -> None:
    words = f"leave\n\n> {BOB}\n> water-owner@lists.example"
    await desk.send("water-leave", words, sender="eve@x.example")
    letter = desk.letter()
    assert (letter.recipient, letter.reply_to) == ("eve@x.example", "water-leave@lists.example")


async def test_a_member_who_names_another_takes_nobody_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.join("ana@ngo.example", "Ana")
    saying(monkeypatch)(Reading("leave", (Named(BOB, ""),)))
    for _ in range(3):
        await desk.send("water-leave", BOB)
    assert (desk.state(BOB), desk.state("ana@ngo.example")) == ("active", "active")
    assert [one.recipient for one in desk.new_letters()].count(BOB) == 1


async def test_a_member_who_names_their_own_address_leaves(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(monkeypatch)(Reading("leave", (Named(BOB.upper(), ""),)))
    await desk.send("water-leave", BOB, sender=BOB)
    assert desk.state(BOB) == "left"


async def test_a_forger_who_names_somebody_gets_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(monkeypatch)(Reading("leave", (Named(BOB, ""),)))
    await desk.send("water-leave", BOB, sender="eve@x.example", auth="fail")
    assert desk.new_letters() == []


async def test_a_reply_to_what_we_did_not_find_is_read_as_leaving(desk: Desk) -> None:
    await desk.send("water-leave", "", sender="bob@home.example")
    assert desk.letter().reply_to == "water-leave@lists.example"

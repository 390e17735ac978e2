"""undo as a command of its own: the newest offer, or the one that is named."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.db import Database
from dgroup.incoming import Named, Options
from dgroup.model import Role
from tests.dgroup.commands.saying import Said, saying, words
from tests.dgroup.desk import Desk, Sent, opened

KIM, BOB, EVE = "kim@ngo.example", "bob@farm.example", "eve@x.example"


@pytest.fixture
def said() -> Iterator[Said]:
    with saying() as made:
        yield made


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.join(KIM, "Kim", Role.COORDINATOR)
        made.join(BOB, "Bob")
        made.join(EVE, "Eve")
        yield made


async def removed(desk: Desk, said: Said, address: str) -> str:
    """Remove somebody; gives the reference of the way back."""
    said.next(verb="remove", people=(Named(address, ""),))
    await desk.send("water-request", "x", sender=KIM)
    await desk.answer(desk.letter(), "yes")
    return words(desk.new_letters()[-1]).partition("(ref ")[2][:9]


async def undo(desk: Desk, said: Said, sender: str = KIM, **more: object) -> list[Sent]:
    target = str(more.pop("target", ""))
    said.next(verb="undo", options=Options(target=target), sure=True)
    await desk.send("water-request", "undo", sender=sender, **more)
    return desk.new_letters()


async def test_the_newest_act_is_taken_back_after_a_yes(desk: Desk, said: Said) -> None:
    await removed(desk, said, EVE)
    await removed(desk, said, BOB)
    (asked,) = await undo(desk, said)
    assert asked.subject.startswith('Please confirm: undo "remove" in Water [')
    assert BOB in words(asked)
    assert desk.state(BOB) == "left"
    await desk.answer(asked, "yes")
    assert (desk.state(BOB), desk.state(EVE)) == ("active", "left")


async def test_a_reference_names_which(desk: Desk, said: Said) -> None:
    reference = await removed(desk, said, EVE)
    await removed(desk, said, BOB)
    (asked,) = await undo(desk, said, target=reference)
    await desk.answer(asked, "yes")
    assert (desk.state(BOB), desk.state(EVE)) == ("left", "active")


async def test_the_reference_in_a_subject_is_enough(desk: Desk, said: Said) -> None:
    reference = await removed(desk, said, EVE)
    said.next(verb="undo", reference=reference, sure=True)
    await desk.send("water-request", "", sender=KIM, subject=f"undo [{reference}]")
    assert desk.state(EVE) == "active"


async def test_nobody_undoes_what_others_did(desk: Desk, said: Said) -> None:
    reference = await removed(desk, said, EVE)
    for target in ("", reference):
        (letter,) = await undo(desk, said, BOB, target=target)
        assert letter.subject == "Not done: there is nothing to undo in Water"
    assert desk.state(EVE) == "left"


async def test_a_forged_undo_gets_a_note(desk: Desk, said: Said) -> None:
    await removed(desk, said, EVE)
    (note,) = await undo(desk, said, auth="fail")
    assert note.subject.startswith("Not done: someone used your address")


async def test_an_offer_that_is_used_or_over_is_none(desk: Desk, said: Said) -> None:
    await removed(desk, said, EVE)
    desk.later(days=31)
    (letter,) = await undo(desk, said)
    assert letter.subject == "Not done: there is nothing to undo in Water"

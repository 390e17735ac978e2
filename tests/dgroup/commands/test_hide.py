"""hide: the author's post goes for good, by a code; a coordinator's hide of others is told to them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from archive import ids
from archive.db import Database
from archive.tables import posts
from dgroup.model import Role
from tests.dgroup.commands.spoken import Spoken, text_of, write
from tests.dgroup.desk import Desk, opened

ANA, BEN, KIM = "ana@ngo.example", "ben@farm.example", "kim@ngo.example"


@pytest.fixture
async def desk(sqlite_database: Database) -> AsyncIterator[Desk]:
    with opened(sqlite_database) as made:
        made.join(ANA, "Ana")
        made.join(BEN, "Ben")
        made.join(KIM, "Kim", Role.COORDINATOR)
        await write(made, "a1", "My number", "Call me at 555 1234.")
        await write(made, "b1", "Re: My number", "> Call me at 555 1234.\r\n\r\nI will.", "a1")
        yield made


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> Spoken:
    return Spoken(monkeypatch)


def states(desk: Desk) -> list[str]:
    with desk.db.read() as conn:
        return list(conn.execute(select(posts.c.state).order_by(posts.c.id)).scalars())


async def test_the_author_is_asked_first_even_when_proved(desk: Desk, spoken: Spoken) -> None:
    (asked,) = await spoken.ask(desk, "hide", ANA, target="1")
    assert asked.subject.startswith("Please confirm: take down post 1 of Water for good [")
    assert "this cannot be taken back" in text_of(asked).replace("\n", " ")
    assert "Call me at 555 1234." in text_of(asked)
    assert states(desk) == ["published", "published"]
    await desk.answer(asked, "yes")
    assert states(desk) == ["removed", "published"]
    told = desk.letter()
    assert (told.recipient, told.subject) == (ANA, "Done: post 1 of Water is taken down")
    assert f"{ids.key_of('b1@x.example')}.html" in text_of(told)
    assert "UNDO" not in text_of(told)


async def test_no_keeps_it(desk: Desk, spoken: Spoken) -> None:
    (asked,) = await spoken.ask(desk, "hide", ANA, target="1")
    await desk.answer(asked, "no")
    assert states(desk) == ["published", "published"]


async def test_another_member_cannot(desk: Desk, spoken: Spoken) -> None:
    (letter,) = await spoken.ask(desk, "hide", BEN, target="1")
    assert letter.subject == "Not done: post 1 of Water is not yours"
    assert states(desk) == ["published", "published"]


async def test_a_stranger_and_a_forger_cannot(desk: Desk, spoken: Spoken) -> None:
    (letter,) = await spoken.ask(desk, "hide", "bob@else.example", target="1")
    assert letter.subject.startswith("Not done:")
    (note,) = await spoken.ask(desk, "hide", ANA, auth="fail", target="1")
    assert note.subject == 'Not done: someone used your address to ask "hide"'


async def test_a_coordinator_can_and_the_author_is_told_why(desk: Desk, spoken: Spoken) -> None:
    (asked,) = await spoken.ask(desk, "hide", KIM, target="2", because="a private number")
    assert states(desk) == ["published", "published"]
    await desk.answer(asked, "yes", sender=ANA)
    assert desk.letter().subject.startswith("Not done:")
    await desk.answer(asked, "yes")
    told, author = desk.new_letters()
    assert (told.recipient, author.recipient) == (KIM, BEN)
    assert "The reason they gave: a private number" in text_of(author)
    assert states(desk) == ["published", "removed"]
    assert ("hidden", f"2 {ids.key_of('b1@x.example')} by {KIM}") in desk.outcomes()


async def test_twice_is_told(desk: Desk, spoken: Spoken) -> None:
    (asked,) = await spoken.ask(desk, "hide", ANA, target="1")
    (other,) = await spoken.ask(desk, "hide", KIM, target="1")
    await desk.answer(asked, "yes")
    desk.new_letters()
    await desk.answer(other, "yes")
    assert desk.letter().subject == "Not done: post 1 of Water was taken down"
    (letter,) = await spoken.ask(desk, "get", BEN, target="1")
    assert letter.subject == "Not done: post 1 of Water was taken down"


async def test_questions_about_one_address_are_few_unless_its_domain_vouches(
    desk: Desk, spoken: Spoken
) -> None:
    await write(desk, "a3", "More", "More.")
    for number in ("1", "3"):
        assert len(await spoken.ask(desk, "hide", ANA, target=number)) == 1
    assert await spoken.ask(desk, "hide", ANA, auth="none", target="1") == []
    assert desk.last() == ("discarded", "cap hide-confirm")

"""split, merge, lock, unlock, retitle: at once for a proved coordinator, and back by one reply."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from archive.db import Database
from archive.tables import posts, threads
from dgroup.model import Role
from tests.dgroup.commands.spoken import Spoken, text_of, write
from tests.dgroup.desk import Desk, opened

ANA, KIM = "ana@ngo.example", "kim@ngo.example"


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    with opened(database) as made:
        made.join(ANA, "Ana")
        made.join("ben@farm.example", "Ben")
        made.join(KIM, "Kim", Role.COORDINATOR)
        await write(made, "a1", "Wells", "How deep is your well?")
        await write(made, "b1", "Re: Wells", "By the way, pumps.", answers="a1")
        await write(made, "a2", "Re: Wells", "Which pump?", answers="b1")
        await write(made, "b2", "Taps", "Which tap?")
        yield made


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> Spoken:
    return Spoken(monkeypatch)


def shown(desk: Desk) -> dict[str, list[int]]:
    """Title of each thread that shows posts, and their numbers."""
    found: dict[str, list[int]] = {}
    with desk.db.read() as conn:
        rows = conn.execute(
            select(threads.c.title, threads.c.subject, posts.c.number)
            .join(posts, posts.c.thread_id == threads.c.id)
            .order_by(posts.c.number)
        )
        for row in rows:
            found.setdefault(row.title or row.subject, []).append(row.number)
    return found


def locked(desk: Desk) -> list[str]:
    with desk.db.read() as conn:
        where = threads.c.locked.is_(True)
        return list(conn.execute(select(threads.c.subject).where(where)).scalars())


BEFORE = {"Wells": [1, 2, 3], "Taps": [4]}


async def test_split_by_a_reply_and_back(desk: Desk, spoken: Spoken) -> None:
    (letter,) = await spoken.ask(
        desk, "split", KIM, words="Pumps", headers="In-Reply-To: <b1@x.example>\r\n"
    )
    assert letter.subject == "Done: discussion split in Water"
    assert shown(desk) == {"Wells": [1], "Pumps": [2, 3], "Taps": [4]}
    await desk.answer(letter, "undo")
    assert desk.letter().subject == "Done: taken back in Water"
    assert shown(desk) == BEFORE


async def test_merge_and_back(desk: Desk, spoken: Spoken) -> None:
    (letter,) = await spoken.ask(desk, "merge", KIM, target="4", into="1")
    assert '"Taps" goes into "Wells"' in text_of(letter)
    assert shown(desk) == {"Wells": [1, 2, 3, 4]}
    await desk.answer(letter, "undo")
    assert shown(desk) == BEFORE


async def test_retitle_and_back(desk: Desk, spoken: Spoken) -> None:
    (letter,) = await spoken.ask(desk, "retitle", KIM, target="4", words="Taps and\r\n valves")
    assert shown(desk) == {"Wells": [1, 2, 3], "Taps and valves": [4]}
    await desk.answer(letter, "undo")
    assert shown(desk) == BEFORE


async def test_lock_and_back_and_unlock(desk: Desk, spoken: Spoken) -> None:
    (letter,) = await spoken.ask(desk, "lock", KIM, target="2")
    assert locked(desk) == ["Wells"]
    await desk.answer(letter, "undo")
    assert locked(desk) == []
    await spoken.ask(desk, "lock", KIM, target="2")
    (letter,) = await spoken.ask(desk, "unlock", KIM, target="1")
    assert letter.subject == "Done: discussion open again in Water"
    assert locked(desk) == []


async def test_without_proof_a_code_is_asked_for(desk: Desk, spoken: Spoken) -> None:
    (asked,) = await spoken.ask(desk, "merge", KIM, auth="none", target="4", into="1")
    assert asked.subject.startswith("Please confirm: merge two discussions in Water [")
    assert shown(desk) == BEFORE
    await desk.answer(asked, "yes", sender=ANA)
    assert desk.letter().subject == "Not done: merge in Water"
    await desk.answer(asked, "yes", auth="none")
    assert desk.letter().subject == "Done: two discussions merged in Water"
    assert shown(desk) == {"Wells": [1, 2, 3, 4]}


@pytest.mark.parametrize("verb", ["split", "merge", "lock", "unlock", "retitle"])
async def test_only_coordinators(desk: Desk, spoken: Spoken, verb: str) -> None:
    (letter,) = await spoken.ask(desk, verb, ANA, target="2", into="4", words="Mine")
    assert letter.subject == f"Not done: {verb} in Water"
    (note,) = await spoken.ask(desk, verb, KIM, auth="fail", target="2", into="4", words="Mine")
    assert note.subject == f'Not done: someone used your address to ask "{verb}"'
    assert shown(desk) == BEFORE


@pytest.mark.parametrize(
    ("verb", "options", "words"),
    [
        ("merge", {"target": "4"}, "We did not find the other discussion."),
        ("merge", {"target": "1", "into": "2"}, "Both posts stand in one discussion already."),
        ("retitle", {"target": "1"}, "Write the new title after the number"),
        ("unlock", {"target": "1"}, "It was so already."),
        ("split", {"target": "1"}, "nothing would be left of it"),
        ("split", {"target": "88"}, "We looked for: 88"),
    ],
)
async def test_what_makes_no_sense_is_said(
    desk: Desk, spoken: Spoken, verb: str, options: dict[str, str], words: str
) -> None:
    (letter,) = await spoken.ask(desk, verb, KIM, **options)  # type: ignore[arg-type]  # options
    assert letter.subject.startswith("Not done:")
    assert words in text_of(letter).replace("\n", " ")
    assert shown(desk) == BEFORE


async def test_an_undo_that_comes_too_late_is_told(desk: Desk, spoken: Spoken) -> None:
    (letter,) = await spoken.ask(desk, "split", KIM, target="2")
    await spoken.ask(desk, "merge", KIM, target="2", into="1")
    await desk.answer(letter, "undo")
    assert desk.letter().subject == "Not done: nothing was taken back in Water"
    assert shown(desk) == BEFORE


async def test_a_closed_thread_takes_no_posts_by_mail(desk: Desk, spoken: Spoken) -> None:
    await spoken.ask(desk, "lock", KIM, target="1")
    answer = "In-Reply-To: <a2@x.example>\r\n"
    await desk.send("water", "One more pump.", sender=ANA, headers=answer)
    assert desk.last() == ("discarded", "locked")
    other = "In-Reply-To: <b2@x.example>\r\n"
    batch = [
        desk.envelope("water", "Among others.", sender=ANA, headers=answer),
        desk.envelope("water", "A long tap.", sender=ANA, headers=other),
        desk.envelope("water", "A new question.", sender=ANA, subject="New"),
    ]
    await asyncio.gather(*map(desk.intake.accept, batch))
    assert shown(desk) == {"Wells": [1, 2, 3], "Taps": [4, 5], "New": [6]}
    await spoken.ask(desk, "unlock", KIM, target="1")
    await desk.send("water", "One more pump.", sender=ANA, headers=answer)
    assert shown(desk)["Wells"] == [1, 2, 3, 7]

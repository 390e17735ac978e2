"""mute and unmute: a thread's posts stay away from one member, and from nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from archive.db import Database
from dgroup import expansion
from dgroup.model import MailClass
from dgroup.outbox import queue_letter_to_group
from tests.dgroup.commands.spoken import Spoken, write
from tests.dgroup.desk import NOW, Desk, opened

ANA, BEN = "ana@ngo.example", "ben@farm.example"


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    with opened(database) as made:
        made.join(ANA, "Ana")
        made.join(BEN, "Ben")
        made.join("kim@ngo.example", "Kim")
        await write(made, "a1", "Wells", "How deep is your well?")
        await write(made, "k1", "Pumps", "Which pump?")
        sent(made)
        yield made


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> Spoken:
    return Spoken(monkeypatch)


def sent(desk: Desk) -> list[str]:
    """Expand what waits; who gets a copy, by local part."""
    with desk.db.write() as conn:
        items = [
            item
            for fanout in expansion.open_fanouts(conn)
            for item in expansion.expand(desk.db, conn, fanout, desk.now)
        ]
    return [item.recipient.partition("@")[0] for item in items]


async def test_a_muted_thread_stays_away_from_one_member(desk: Desk, spoken: Spoken) -> None:
    (letter,) = await spoken.ask(desk, "mute", BEN, target="1")
    assert letter.subject == 'Done: no more mail of "Wells"'
    await write(desk, "k2", "Re: Wells", "Forty metres.", answers="a1")
    assert sent(desk) == ["ana", "kim"]
    await write(desk, "a2", "Re: Pumps", "A good one.", answers="k1")
    assert sent(desk) == ["ana", "ben", "kim"]


async def test_posts_of_several_threads_go_out_together(desk: Desk, spoken: Spoken) -> None:
    await spoken.ask(desk, "mute", BEN, target="1")
    await spoken.ask(desk, "mute", ANA, target="2")
    await write(desk, "k2", "Re: Wells", "Forty metres.", answers="a1")
    await write(desk, "k3", "Re: Pumps", "A good one.", answers="k1")
    await write(desk, "k4", "Re: Wells", "Or fifty.", answers="k2")
    assert sent(desk) == ["ana", "kim", "ben", "kim", "ana", "kim"]


async def test_undo_brings_the_thread_back(desk: Desk, spoken: Spoken) -> None:
    (letter,) = await spoken.ask(desk, "mute", BEN, target="1")
    await desk.answer(letter, "undo")
    assert desk.letter().subject == 'Done: taken back, mail of "Wells" comes again'
    await write(desk, "k2", "Re: Wells", "Forty metres.", answers="a1")
    assert sent(desk) == ["ana", "ben", "kim"]


async def test_unmute_and_its_undo(desk: Desk, spoken: Spoken) -> None:
    await spoken.ask(desk, "mute", BEN, target="1")
    (letter,) = await spoken.ask(desk, "unmute", BEN, target="1")
    assert letter.subject == 'Done: mail of "Wells" comes again'
    await write(desk, "k2", "Re: Wells", "Forty metres.", answers="a1")
    assert "ben" in sent(desk)
    await desk.answer(letter, "undo")
    await write(desk, "k3", "Re: Wells", "Or fifty.", answers="a1")
    assert sent(desk) == ["ana", "kim"]


async def test_muted_twice_is_told(desk: Desk, spoken: Spoken) -> None:
    await spoken.ask(desk, "mute", BEN, target="1")
    (letter,) = await spoken.ask(desk, "mute", BEN, target="1")
    assert letter.subject == 'Nothing to do: no mail of "Wells" goes to you'
    (letter,) = await spoken.ask(desk, "unmute", ANA, target="1")
    assert letter.subject == 'Nothing to do: you get the mail of "Wells"'


async def test_a_mute_follows_threads_that_become_one(desk: Desk, spoken: Spoken) -> None:
    await spoken.ask(desk, "mute", BEN, target="1")
    both = "References: <k1@x.example> <a1@x.example>\r\n"
    await desk.send("water", "Both.", sender=ANA, headers=both, message_id="late@x.example")
    assert sent(desk) == ["ana", "kim"]
    await write(desk, "a3", "Re: Pumps", "A good one.", answers="k1")
    assert sent(desk) == ["ana", "kim"]
    await spoken.ask(desk, "unmute", BEN, target="2")
    await write(desk, "a4", "Re: Wells", "Still dry.", answers="a1")
    assert sent(desk) == ["ana", "ben", "kim"]


async def test_a_question_for_who_is_not_vouched_for(desk: Desk, spoken: Spoken) -> None:
    (asked,) = await spoken.ask(desk, "mute", BEN, auth="none", target="1")
    await write(desk, "k2", "Re: Wells", "Forty metres.", answers="a1")
    assert "ben" in sent(desk)
    await desk.answer(asked, "yes", auth="none")
    assert desk.letter().subject == 'Done: no more mail of "Wells"'
    await write(desk, "k3", "Re: Wells", "Or fifty.", answers="a1")
    assert sent(desk) == ["ana", "kim"]


async def test_summaries_still_come(desk: Desk, spoken: Spoken) -> None:
    await spoken.ask(desk, "mute", BEN, target="1")
    with desk.db.write() as conn:
        queue_letter_to_group(
            conn, group_id=desk.group.id, message=b"Subject: week\r\n\r\nnews\r\n",
            mail_class=MailClass.SUMMARY, cutoff=2**40, now=NOW,
        )  # fmt: skip
    assert sent(desk) == ["ana", "ben", "kim"]

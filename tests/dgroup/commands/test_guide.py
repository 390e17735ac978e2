"""help, and the kind answer to what was not understood; caps and silence around both."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.db import Database
from dgroup.commands import COMMANDS
from dgroup.letters import LetterWriter
from dgroup.model import Role
from tests.dgroup.desk import SITE, Desk, opened


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        yield made


async def test_help_tells_a_stranger_how_to_join(desk: Desk) -> None:
    await desk.send("water-help", sender="bob@farm.example", auth="none")
    letter = desk.letter()
    assert "water-join@lists.example" in letter.text
    assert "For coordinators" not in letter.text


async def test_help_tells_a_coordinator_more(desk: Desk) -> None:
    desk.join("kim@ngo.example", role=Role.COORDINATOR)
    await desk.send("water-request", "help", sender="kim@ngo.example")
    letter = desk.letter()
    assert "water-add@lists.example" in letter.text
    assert "water-leave@lists.example" in letter.text


async def test_a_letter_says_that_a_program_wrote_it_and_what_it_answers(desk: Desk) -> None:
    await desk.send("water-help", sender="bob@farm.example", message_id="q@farm.example")
    message = desk.letter().message
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["In-Reply-To"] == "<q@farm.example>"
    assert message["List-Id"] == "<water.lists.example>"
    assert message["X-Auto-Response-Suppress"] == "All"


async def test_an_answer_goes_to_the_registered_address_of_a_member(desk: Desk) -> None:
    desk.join("ana@ngo.example", "Ana", language="es")
    await desk.send("water-help", sender="ANA@ngo.example")
    assert desk.letter().recipient == "ana@ngo.example"


async def test_what_is_not_understood_is_said_kindly(desk: Desk) -> None:
    await desk.send("water-request", "The pump is broken.", subject="Pump")
    letter = desk.letter()
    assert letter.subject == "Not understood: Pump"
    assert letter.reply_to == "water-request@lists.example"


async def test_prose_goes_on_to_people_who_can_read_it(desk: Desk) -> None:
    desk.join("kim@ngo.example", role=Role.COORDINATOR)
    await desk.send("water-request", "The pump is broken.", subject="Pump")
    passed_on, told = desk.new_letters()
    assert (passed_on.recipient, told.subject) == (
        "kim@ngo.example",
        "A person will answer you: Pump",
    )
    await desk.send("water-request", "The pump is broken.", subject="Pump", auth="none")
    assert desk.letter().subject == "Not understood: Pump"


def test_every_verb_has_words_that_say_what_it_does() -> None:
    page = (
        LetterWriter(SITE)
        .environment("en")
        .from_string(
            '{% from "mail/_verbs.txt.j2" import meaning with context %}{{ meaning(verb) }}'
        )
    )
    assert all(len(page.render(verb=command.verb)) > 10 for command in COMMANDS)


async def test_nobody_gets_more_than_ten_answers_a_day(desk: Desk) -> None:
    for _ in range(13):
        await desk.send("water-help", sender="bob@farm.example", auth="none")
    assert len(desk.new_letters()) == 10
    desk.later(days=1, minutes=1)
    await desk.send("water-help", sender="BOB@farm.example", auth="none")
    assert len(desk.new_letters()) == 1


@pytest.mark.parametrize(
    "headers",
    [
        "List-Id: <x.other.example>\r\n",
        "Precedence: list\r\n",
        "X-Loop: water@lists.example\r\n",
        "Auto-Submitted: auto-notified\r\n",
    ],
)
async def test_no_answer_to_lists_loops_and_robots(desk: Desk, headers: str) -> None:
    await desk.send("water-help", headers=headers)
    assert desk.new_letters() == []
    assert desk.last()[1].startswith("shield=")


@pytest.mark.parametrize("name", ["water", "water-request", "soil-bounces+x", "postmaster"])
async def test_no_answer_to_addresses_of_our_own(desk: Desk, name: str) -> None:
    await desk.send("water-join", sender=f"{name}@lists.example", auth="none")
    assert desk.new_letters() == []
    assert desk.last()[1] == "shield=own-address"


async def test_a_sender_who_cannot_be_written_to_gets_no_letter(desk: Desk) -> None:
    await desk.send("water-help", sender='"a b"@x.example', auth="none")
    await desk.send("water-help", sender="", name="nobody", auth="none")
    assert desk.new_letters() == []


async def test_commands_without_a_group_are_refused(desk: Desk) -> None:
    assert await desk.intake.check_rcpt("soil-join@lists.example") is not None
    assert await desk.intake.check_rcpt("water-join@lists.example") is None
    reply = await desk.send("soil-join", sender="bob@farm.example")
    assert reply.code == 550

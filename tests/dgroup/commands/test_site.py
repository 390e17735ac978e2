"""Mail to groups@: a command that names its group, a question, a letter to the host's people."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.db import Database
from archive.model import ArchiveMode
from dgroup.model import Delivery
from tests.dgroup.desk import HOST, Desk, opened

ANA = "ana@ngo.example"


@pytest.fixture
def desk(sqlite_database: Database) -> Iterator[Desk]:
    with opened(sqlite_database) as made:
        made.join(ANA, "Ana")
        made.other_group("soil")
        made.other_group("inner", archive=ArchiveMode.MEMBERS)
        yield made


async def test_a_command_that_names_its_group_is_done_there(desk: Desk) -> None:
    await desk.send("groups", "leave water", sender=ANA)
    assert desk.state(ANA) == "left"


async def test_the_address_of_a_group_names_it_too(desk: Desk) -> None:
    await desk.send("groups", "weekly please", sender=ANA, subject="water@lists.example")
    member = desk.member(ANA)
    assert member is not None
    assert member.delivery is Delivery.WEEKLY


@pytest.mark.parametrize(("subject", "body"), [("help", ""), ("", "help"), ("", "")])
async def test_a_question_gets_the_groups_that_all_can_see(
    desk: Desk, subject: str, body: str
) -> None:
    await desk.send("groups", body, sender="bob@farm.example", subject=subject, auth="none")
    letter = desk.letter()
    assert "soil-join@lists.example" in letter.text
    assert "inner" not in letter.text


async def test_two_groups_in_one_mail_and_prose_are_for_people(desk: Desk) -> None:
    await desk.send("groups", "leave water and soil", sender=ANA)
    await desk.send("groups", "We would like to have a group about bees.", sender=ANA)
    assert [one.recipient for one in desk.new_letters()] == [HOST, HOST]
    assert desk.state(ANA) == "active"


async def test_robots_and_forgers_get_no_list(desk: Desk) -> None:
    await desk.send("groups", "help", headers="Auto-Submitted: auto-replied\r\n")
    await desk.send("groups", "help", sender="bob@farm.example", auth="fail")
    assert "groups of" not in " ".join(one.subject for one in desk.new_letters())


async def test_a_reply_to_a_letter_of_the_host_reaches_people(desk: Desk) -> None:
    reply = await desk.send("groups-owner", "Thank you, I have looked.", sender=HOST)
    assert reply.kept

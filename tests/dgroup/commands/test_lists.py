"""A coordinator's list of people: the numbered preview, slips put right, people asked first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.db import Database
from dgroup.incoming import Answer, Named, Options
from dgroup.model import Delivery, Role
from tests.dgroup.commands.saying import Said, saying, words
from tests.dgroup.desk import Desk, Sent, opened

KIM, LEE = "kim@ngo.example", "lee@ngo.example"
LIST = (
    Named("awa@ong.example", "Awa Diop"),
    Named("joao@ngo.example", "João Matos", "pt", "weekly"),
    Named("maria@gmial.com", "María Ruiz"),
    Named("ken@aid.example", ""),
)


@pytest.fixture
def said() -> Iterator[Said]:
    with saying() as made:
        yield made


@pytest.fixture
def desk(sqlite_database: Database) -> Iterator[Desk]:
    with opened(sqlite_database) as made:
        made.join(KIM, "Kim", Role.COORDINATOR)
        made.join("ken@aid.example", "Ken")
        yield made


async def preview(
    desk: Desk, said: Said, people: tuple[Named, ...] = LIST, verb: str = "add", **more: object
) -> Sent:
    said.next(verb=verb, people=people, **more)
    await desk.send("water-request", "a list", sender=KIM)
    return desk.letter()


async def reply(desk: Desk, said: Said, letter: Sent, answer: Answer, *choices: object) -> None:
    said.next(answer=answer, choices=choices)
    await desk.answer(letter, "as the reader understands it")


async def test_the_lines_are_numbered_and_say_what_will_happen(desk: Desk, said: Said) -> None:
    shown = await preview(desk, said)
    assert shown.subject.startswith("Please confirm: add 2 people to Water [")
    for line in (
        " 1. ADD awa@ong.example  Awa Diop\n",
        " 2. ADD joao@ngo.example  João Matos  the weekly summary  (pt)\n",
        " 3. CHECK maria@gmial.com  María Ruiz\n",
        "    did you mean maria@gmail.com? Reply FIX 3 or SKIP 3\n",
        " 4. ALREADY THERE ken@aid.example\n",
        "    member since 2026-03-02, nothing to do\n",
        "Reply INVITE instead of YES to ask them first.",
    ):
        assert line in words(shown)


async def test_yes_does_the_clear_lines_only_and_says_so(desk: Desk, said: Said) -> None:
    await reply(desk, said, await preview(desk, said), Answer.YES)
    assert desk.state("maria@gmial.com") == desk.state("maria@gmail.com") == ""
    joao = desk.member("joao@ngo.example")
    assert joao is not None
    assert (joao.delivery, joao.language, joao.name) == (Delivery.WEEKLY, "pt", "João Matos")
    done = desk.new_letters()[-1]
    assert done.subject == "Done: 2 people added to Water"
    assert " 2. ADDED joao@ngo.example" in words(done)
    assert " 3. LEFT OUT maria@gmial.com" in words(done)
    assert "reply UNDO before 1 April 2026 (ref " in words(done)


async def test_fix_shows_the_list_again_put_right(desk: Desk, said: Said) -> None:
    first = await preview(desk, said)
    await reply(desk, said, first, Answer.FIX, ("fix", 3))
    second = desk.letter()
    assert second.subject.startswith("Please confirm: add 3 people to Water [")
    assert " 3. ADD maria@gmail.com  María Ruiz\n" in words(second)
    await reply(desk, said, first, Answer.YES)
    assert desk.letter().subject.startswith("Nothing to do: already done")
    await reply(desk, said, second, Answer.YES)
    assert desk.state("maria@gmail.com") == "active"
    assert desk.state("maria@gmial.com") == ""


async def test_skip_leaves_a_line_out_and_keep_takes_it_as_it_is(desk: Desk, said: Said) -> None:
    await reply(desk, said, await preview(desk, said), Answer.FIX, ("skip", 1), ("keep", 3))
    shown = desk.letter()
    assert "awa@ong.example" not in words(shown)
    assert " 2. ADD maria@gmial.com  María Ruiz\n" in words(shown)
    await reply(desk, said, shown, Answer.YES)
    assert desk.state("maria@gmial.com") == "active"
    assert desk.state("awa@ong.example") == ""


async def test_a_list_of_slips_only_can_still_be_put_right(desk: Desk, said: Said) -> None:
    shown = await preview(desk, said, LIST[2:3])
    assert shown.subject.startswith("Please check the addresses: add people to Water [")
    await reply(desk, said, shown, Answer.YES)
    assert desk.state("maria@gmial.com") == ""


async def test_who_left_or_bounced_before_is_told_and_who_is_banned_stays_out(
    desk: Desk, said: Said
) -> None:
    for address, state in (("eve@x.example", "banned"), ("bob@farm.example", "left")):
        member = desk.join(address)
        said.next(verb="ban" if state == "banned" else "remove", people=(Named(address, ""),))
        await desk.send("water-request", "x", sender=KIM)
        await reply(desk, said, desk.new_letters()[-1], Answer.YES)
        assert desk.state(member.address) == state
    desk.new_letters()
    people = (Named("eve@x.example", ""), Named("bob@farm.example", "Bob"))
    shown = await preview(desk, said, people)
    assert " 1. LEFT OUT eve@x.example\n    is banned; to change that write: unban" in words(shown)
    assert " 2. ADD bob@farm.example  Bob\n    left on 2026-03-02\n" in words(shown)


async def test_lines_that_name_nobody_are_shown(desk: Desk, said: Said) -> None:
    problems = (("John at the office", "no-address"),)
    shown = await preview(desk, said, problems=problems, truncated=True)
    assert "These lines name nobody that we could read:\n\n John at the office\n" in words(shown)
    assert "Send the rest in another\nmail." in words(shown)


async def test_a_request_that_nobody_vouches_for_names_its_host(desk: Desk, said: Said) -> None:
    said.next(verb="add", people=LIST)
    await desk.send("water-request", "a list", sender=KIM, auth="none")
    assert "came from mail.ngo.example [192.0.2.1], and\nnobody vouches for it" in words(
        desk.letter()
    )
    assert "192.0.2.1" not in words(await preview(desk, said))


async def test_answers_to_a_code_are_no_unproved_previews(desk: Desk, said: Said) -> None:
    for number in range(4):
        said.next(verb="add", people=LIST)
        await desk.send("water-request", "a list", sender=KIM, auth="none")
        assert len(desk.new_letters()) == (number < 3)
    shown = desk.letters()[0]
    said.next(answer=Answer.FIX, choices=(("fix", 3),))
    await desk.answer(shown, "fix 3", auth="none")
    assert "maria@gmail.com" in words(desk.letter())


@pytest.mark.parametrize("count", [25, 26])
async def test_above_25_people_the_other_coordinators_are_told(
    desk: Desk, said: Said, count: int
) -> None:
    desk.join(LEE, "Lee", Role.COORDINATOR)
    people = tuple(Named(f"p{n}@ngo.example", "") for n in range(count))
    await reply(desk, said, await preview(desk, said, people), Answer.YES)
    told = [one for one in desk.new_letters() if one.recipient == LEE]
    assert [one.subject for one in told] == ["Kim added 26 people to Water"] * (count - 25)
    assert all("and 1 more" in words(one) for one in told)


async def test_invite_in_place_of_yes_asks_them(desk: Desk, said: Said) -> None:
    await reply(desk, said, await preview(desk, said), Answer.INVITE)
    assert desk.state("awa@ong.example") == ""
    letters = desk.new_letters()
    assert [(one.recipient, one.subject) for one in letters] == [
        ("awa@ong.example", "You are invited to Water"),
        ("joao@ngo.example", letters[1].subject),
        (KIM, "Done: 2 people invited to Water"),
    ]


async def test_the_languages_of_a_whole_list(desk: Desk, said: Said) -> None:
    shown = await preview(desk, said, options=Options(language="fr"))
    assert " 1. ADD awa@ong.example  Awa Diop  (fr)\n" in words(shown)
    assert "João Matos  the weekly summary  (pt)\n" in words(shown)

"""A group's life by mail: closed and opened, another name, an end with a week's grace, a step-down."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.db import Database
from dgroup import groups
from dgroup.commands import reading
from dgroup.incoming import Incoming, Options, Reading
from dgroup.model import GroupState, MemberState, Role
from tests.dgroup.desk import DOMAIN, HOST, Desk, Sent, opened

KIM, AWA, ANA = "kim@ngo.example", "awa@coop.example", "ana@ngo.example"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.join(KIM, "Kim", Role.COORDINATOR)
        made.join(AWA, "Awa", Role.COORDINATOR, language="fr")
        made.join(ANA, "Ana")
        yield made


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> list[Reading]:
    """What a mail to -request says; answers to codes are read as always."""
    said: list[Reading] = []
    real = reading.read

    def read(mail: Incoming) -> Reading:
        return said.pop() if said and mail.route.verb == "request" else real(mail)

    monkeypatch.setattr("dgroup.receiving.intake.read", read)
    return said


async def ask(
    desk: Desk, says: list[Reading], verb: str, words: str = "", sender: str = KIM, auth: str = ""
) -> Sent:
    """Send a command to the group as it is called now, and give the one letter that came back."""
    says.append(Reading(verb, options=Options(words=words)))
    name = desk.fresh_group().name
    await desk.send(f"{name}-request", verb, sender=sender, auth=auth or "aligned")
    return desk.letter()


async def do(desk: Desk, says: list[Reading], verb: str, words: str = "") -> list[Sent]:
    """Have a command of Kim's done, and give the letters about it, Kim's last."""
    await desk.answer(await ask(desk, says, verb, words), "YES")
    letters = desk.new_letters()
    return sorted(letters, key=lambda one: one.recipient == KIM)


# --- Closing and opening ------------------------------------------------------------------------


async def test_a_group_is_closed_and_everybody_is_told_once(
    desk: Desk, says: list[Reading]
) -> None:
    preview = await ask(desk, says, "freeze")
    assert preview.subject.startswith("Please confirm: close Water for posts [")
    assert desk.fresh_group().state is GroupState.OPEN
    await desk.answer(preview, "YES")
    told, done = desk.new_letters()
    assert (told.recipient, done.recipient) == (AWA, KIM)
    assert done.subject == "Done: Water is closed for posts"
    assert desk.count("fanouts") == 2  # in English and in French
    group = desk.fresh_group()
    assert (group.state, group.info.closed_at) == (GroupState.FROZEN, desk.now)


async def test_closing_is_taken_back_by_one_reply_and_by_another_coordinator(
    desk: Desk, says: list[Reading]
) -> None:
    done = (await do(desk, says, "freeze"))[-1]
    await desk.answer(done, "undo")
    assert desk.fresh_group().state is GroupState.OPEN
    assert desk.fresh_group().info.closed_at is None
    assert "open again" in desk.new_letters()[-1].subject
    await do(desk, says, "freeze")
    await desk.answer(await ask(desk, says, "unfreeze", sender=AWA), "oui")
    assert desk.fresh_group().state is GroupState.OPEN


async def test_what_is_so_already_is_said(desk: Desk, says: list[Reading]) -> None:
    assert (await ask(desk, says, "unfreeze")).subject == "Nothing to do: Water takes posts"
    await do(desk, says, "freeze")
    assert "already" in (await ask(desk, says, "freeze")).subject


async def test_an_undo_after_somebody_opened_it_tells_the_members_nothing(
    desk: Desk, says: list[Reading]
) -> None:
    done = (await do(desk, says, "freeze"))[-1]
    await do(desk, says, "unfreeze")
    told = desk.count("fanouts")
    await desk.answer(done, "undo")
    assert desk.letter().subject == "Nothing to do: Water takes posts"
    assert desk.count("fanouts") == told


async def test_nobody_joins_a_closed_group_not_even_by_an_older_code(
    desk: Desk, says: list[Reading]
) -> None:
    await desk.send("water-join", sender="new@x.example")
    older = desk.letter()
    await do(desk, says, "freeze")
    await desk.answer(older, "yes")
    kindly = desk.letter()
    assert "This group was closed on 2 March 2026" in kindly.text
    assert "https://lists.example/water/" in kindly.text
    assert desk.state("new@x.example") == ""
    await desk.send("water-join", sender="two@x.example")
    assert desk.letter().subject == "Not done: join Water"


async def test_a_closed_group_takes_no_post_and_says_so_kindly(
    desk: Desk, says: list[Reading]
) -> None:
    await do(desk, says, "freeze")
    await desk.send("water", "Hello", sender=ANA, subject="One more")
    kindly = desk.letter()
    assert (kindly.recipient, kindly.subject) == (ANA, "Not published: One more")
    assert "https://lists.example/water/" in kindly.text
    refused = await desk.send("water", "Hello", sender=ANA, subject="Two", front=False)
    assert refused.code == 550
    assert "https://lists.example/water/" in refused.text
    assert desk.subjects() == []


# --- Proof --------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["freeze", "unfreeze", "rename", "delete", "stepdown"])
async def test_a_member_and_a_forger_get_nowhere(
    desk: Desk, says: list[Reading], verb: str
) -> None:
    for sender, auth in ((ANA, "aligned"), (KIM, "fail")):
        letter = await ask(desk, says, verb, "springs", sender=sender, auth=auth)
        assert letter.subject.startswith("Not done: ")
    assert desk.count("codes") == 0


@pytest.mark.parametrize("verb", ["freeze", "rename", "delete", "stepdown"])
async def test_only_the_coordinator_who_asked_confirms(
    desk: Desk, says: list[Reading], verb: str
) -> None:
    preview = await ask(desk, says, verb, "springs", auth="none")
    for sender, auth in ((AWA, "aligned"), (ANA, "aligned"), (KIM, "fail")):
        await desk.answer(preview, "yes", sender=sender, auth=auth)
    group = desk.fresh_group()
    assert (group.name, group.state, desk.count("fanouts")) == ("water", GroupState.OPEN, 0)
    kim = desk.member(KIM)
    assert kim is not None
    assert kim.coordinates


# --- Another name -------------------------------------------------------------------------------


async def test_a_group_gets_another_address_and_the_old_one_works_on(
    desk: Desk, says: list[Reading]
) -> None:
    preview = await ask(desk, says, "rename", "springs")
    assert "The address water@lists.example becomes springs@lists.example" in preview.text
    await desk.answer(preview, "YES")
    told, done = desk.new_letters()
    assert done.subject == "Done: the address of Water is springs@lists.example"
    assert done.reply_to.startswith("springs-confirm+")
    assert told.message["From"] == "Water <springs-owner@lists.example>"
    assert desk.fresh_group().address == "springs@lists.example"
    for to in ("water", "springs"):
        reply = await desk.send(to, "Hello", subject=f"to {to}", sender=ANA)
        assert reply.code == 250
    assert desk.subjects() == ["to water", "to springs"]


async def test_codes_and_tokens_that_are_out_work_under_the_old_name(
    desk: Desk, says: list[Reading]
) -> None:
    await desk.send("water-join", sender="new@x.example")
    code = desk.letter()
    ana = desk.member(ANA)
    assert ana is not None
    await do(desk, says, "rename", "springs")
    await desk.answer(code, "yes")
    assert desk.state("new@x.example") == "active"
    await desk.send(f"water-leave+{desk.leave_token(ana)}", sender="other@x.example")
    assert desk.state(ANA) == "left"
    assert await desk.intake.check_rcpt(f"water-owner@{DOMAIN}") is None


async def test_the_list_id_stays_so_that_filters_go_on(desk: Desk, says: list[Reading]) -> None:
    done = (await do(desk, says, "rename", "springs"))[-1]
    assert done.message["List-Id"] == "<water.lists.example>"
    done = (await do(desk, says, "rename", "wells"))[-1]
    assert done.message["List-Id"] == "<water.lists.example>"
    with desk.db.read() as conn:
        for name in ("water", "springs", "wells"):
            found = groups.find(conn, name, DOMAIN)
            assert found is not None
            assert found.id == desk.group.id


async def test_a_new_name_is_taken_back_by_one_reply(desk: Desk, says: list[Reading]) -> None:
    done = (await do(desk, says, "rename", "springs"))[-1]
    await desk.answer(done, "undo")
    assert desk.fresh_group().name == "water"
    await desk.send("springs", "Hello", subject="to springs", sender=ANA)
    assert desk.subjects() == ["to springs"]


@pytest.mark.parametrize(
    ("words", "says_why"),
    [
        ("water", "nothing was changed"),
        ("Water@lists.example", "nothing was changed"),
        ("water-help", "2 to 24"),
        ("postmaster", "2 to 24"),
        ("", "2 to 24"),
        ("x" * 30, "2 to 24"),
        ("сорока", "2 to 24"),
        ("fish", "Somebody else"),
        ("mia", "Somebody else"),
    ],
)
async def test_a_name_that_cannot_be_is_refused_with_the_reason(
    desk: Desk, says: list[Reading], words: str, says_why: str
) -> None:
    desk.other_group("fish")
    desk.join("mia@lists.example")
    letter = await ask(desk, says, "rename", words)
    assert letter.subject == "Not done: another name for Water"
    assert says_why in letter.text


async def test_a_former_name_is_nobody_elses_ever(desk: Desk, says: list[Reading]) -> None:
    await do(desk, says, "rename", "springs")
    with pytest.raises(groups.GroupError):
        desk.other_group("water")
    other = desk.other_group("fish")
    desk.join("boss@fish.example", role=Role.COORDINATOR, group=other)
    says.append(Reading("rename", options=Options(words="water")))
    await desk.send("fish-request", "rename water", sender="boss@fish.example")
    assert "Somebody else" in desk.letter().text


async def test_a_name_taken_between_preview_and_yes_is_not_given(
    desk: Desk, says: list[Reading]
) -> None:
    preview = await ask(desk, says, "rename", "springs")
    desk.other_group("springs")
    await desk.answer(preview, "YES")
    assert desk.letter().subject == "Not done: another name for Water"
    assert desk.fresh_group().name == "water"


async def test_a_copy_sent_under_the_old_name_is_known_when_it_comes_back(
    desk: Desk, says: list[Reading]
) -> None:
    await do(desk, says, "rename", "springs")
    headers = "X-Loop: water@lists.example\r\n"
    await desk.send("water", "Hello", subject="again", sender=ANA, headers=headers)
    assert desk.last() == ("discarded", "own-echo")


# --- A step-down --------------------------------------------------------------------------------


async def test_a_coordinator_steps_down_and_the_others_are_told(
    desk: Desk, says: list[Reading]
) -> None:
    preview = await ask(desk, says, "stepdown")
    assert AWA in preview.text
    await desk.answer(preview, "yes")
    told, done = desk.new_letters()
    assert (told.recipient, done.recipient) == (AWA, KIM)
    kim = desk.member(KIM)
    assert kim is not None
    assert (kim.role, kim.state) == (Role.MEMBER, MemberState.ACTIVE)
    assert desk.count("fanouts") == 0
    await desk.answer(done, "undo")
    kim = desk.member(KIM)
    assert kim is not None
    assert kim.coordinates
    assert AWA in [one.recipient for one in desk.new_letters()]


async def test_the_last_coordinator_does_not_go_silently(desk: Desk, says: list[Reading]) -> None:
    desk.join(AWA, role=Role.MEMBER)
    preview = await ask(desk, says, "stepdown")
    assert "You are the last coordinator" in preview.text
    await desk.answer(preview, "yes")
    assert HOST in [one.recipient for one in desk.new_letters()]
    assert desk.count("fanouts") == 1

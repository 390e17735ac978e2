"""Decisions on held posts by reply, through the whole core."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from archive.db import Database
from dgroup.model import Posting, Role, WhoPosts
from tests.dgroup.desk import Desk, Sent, opened
from tests.dgroup.spoken import plain_words

ANA, KIM, AWA = "ana@ngo.example", "kim@ngo.example", "awa@coop.example"


@pytest.fixture
def desk(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    plain_words(monkeypatch)
    with opened(sqlite_database, who_posts=WhoPosts.MODERATED) as made:
        made.join(ANA, "Ana Lopez")
        made.join(KIM, "Kim Osei", Role.COORDINATOR)
        made.join(AWA, "Awa Diop", Role.MODERATOR)
        yield made


async def asked(desk: Desk, body: str = "May I?", **more: object) -> tuple[Sent, Sent]:
    """A post is held; gives the letters to Kim and to Awa."""
    await desk.send("water", body, subject="Arsenic test kits", **more)
    letters = {one.recipient: one for one in desk.new_letters()}
    return letters[KIM], letters[AWA]


def to(letters: list[Sent], address: str) -> Sent:
    (one,) = [letter for letter in letters if letter.recipient == address]
    return one


async def test_moderators_see_why_first_lines_and_files_and_how_to_answer(desk: Desk) -> None:
    file = (
        '--b\r\nContent-Type: application/pdf; name="kits.pdf"\r\n'
        "Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        f"{'QUFB' * 800}\r\n--b--"
    )
    lines = "\r\n".join(f"line {number}" for number in range(1, 18))
    kim, awa = await asked(
        desk,
        f"--b\r\nContent-Type: text/plain\r\n\r\n{lines}\r\n{file}",
        headers='MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n',
    )
    assert kim.subject == f"Approve? [water] Arsenic test kits - Ana Lopez [P-{desk.hold_id()}]"
    assert "each post" in kim.text
    assert "line 15" in kim.text
    assert "line 16" not in kim.text
    assert "kits.pdf (3 KB)" in kim.text
    for word in ("YES", "NO: your reason", "DISCARD", "TRUST"):
        assert word in kim.text
    assert kim.reply_to != awa.reply_to


async def test_yes_publishes_and_the_other_moderator_is_told(desk: Desk) -> None:
    kim, _ = await asked(desk)
    await desk.answer(kim, "yes")
    assert desk.subjects() == ["Arsenic test kits"]
    told = desk.letter()
    assert told.recipient == AWA
    assert told.subject == f"P-{desk.hold_id()} was published by Kim Osei, 09:30"
    assert desk.held() == [("moderated", "approved")]


async def test_no_tells_the_author_the_reason_and_the_others_who_and_when(desk: Desk) -> None:
    _, awa = await asked(desk)
    desk.later(minutes=72)
    await desk.answer(awa, "no: please send the PDF as a link")
    letters = desk.new_letters()
    assert to(letters, ANA).subject == "Not published: Arsenic test kits"
    assert "please send the PDF as a link" in to(letters, ANA).text
    assert "water@lists.example" in to(letters, ANA).text
    number = f"P-{desk.hold_id()}"
    assert to(letters, KIM).subject == f"{number} was declined by Awa Diop, 10:42"
    assert to(letters, AWA).subject == f"Done: {number} is not published: Arsenic test kits"
    assert desk.subjects() == []


async def test_the_time_of_a_decision_is_the_groups_own(desk: Desk) -> None:
    desk.set(timezone="Asia/Dhaka")
    kim, _ = await asked(desk)
    await desk.answer(kim, "discard")
    letters = desk.new_letters()
    assert to(letters, AWA).subject == f"P-{desk.hold_id()} was discarded by Kim Osei, 15:30"
    assert [one.recipient for one in letters if one.recipient == ANA] == []


async def test_who_answers_later_is_told_who_was_first_and_can_reopen(desk: Desk) -> None:
    kim, awa = await asked(desk)
    await desk.answer(awa, "no: too long")
    desk.new_letters()
    await desk.answer(kim, "yes")
    late = desk.letter()
    number = f"P-{desk.hold_id()}"
    assert late.subject == f"Not done: {number} already declined by Awa Diop, 09:30"
    assert "REOPEN" in late.text
    assert desk.subjects() == []
    await desk.answer(late, "reopen", auth="none")
    assert desk.subjects() == ["Arsenic test kits"]
    assert desk.held() == [("moderated", "approved")]
    desk.new_letters()
    await desk.answer(late, "reopen")
    assert desk.letter().subject == f"Not done: {number} already published by Kim Osei, 09:30"
    assert desk.count("posts") == 1


async def test_trust_publishes_and_holds_no_more_of_the_member_until_undone(desk: Desk) -> None:
    kim, _ = await asked(desk)
    await desk.answer(kim, "trust")
    letters = desk.new_letters()
    assert desk.member(ANA).posting is Posting.TRUSTED  # type: ignore[union-attr]  # joined above
    await desk.send("water", "And more", subject="More")
    assert desk.subjects() == ["Arsenic test kits", "More"]
    done = to(letters, KIM)
    assert "Ana Lopez" in done.text
    await desk.answer(done, "undo")
    await desk.send("water", "Again", subject="Again")
    assert desk.subjects() == ["Arsenic test kits", "More"]


async def test_a_moderator_who_is_no_coordinator_takes_trust_back_too(desk: Desk) -> None:
    _, awa = await asked(desk)
    await desk.answer(awa, "trust")
    await desk.answer(to(desk.new_letters(), AWA), "undo", auth="none")
    assert desk.member(ANA).posting is Posting.DEFAULT  # type: ignore[union-attr]  # joined above


@pytest.mark.parametrize("words", ["", "What do you think, Awa?", "undo"])
async def test_without_a_word_nothing_is_decided(desk: Desk, words: str) -> None:
    kim, _ = await asked(desk)
    await desk.answer(kim, words)
    assert desk.held() == [("moderated", "waiting")]
    assert desk.letter().subject.startswith("Not done")
    await desk.answer(kim, "yes")
    assert desk.subjects() == ["Arsenic test kits"]


async def test_a_forger_with_the_code_decides_nothing_and_the_real_person_is_told(
    desk: Desk,
) -> None:
    kim, _ = await asked(desk)
    await desk.answer(kim, "yes", auth="fail")
    assert desk.subjects() == []
    assert desk.letter().recipient == KIM
    await desk.answer(kim, "yes", auth="fail")
    assert desk.new_letters() == []


async def test_a_code_in_other_hands_decides_nothing(desk: Desk) -> None:
    kim, _ = await asked(desk)
    await desk.answer(kim, "yes", sender="mallory@bad.example")
    await desk.answer(kim, "yes", sender=ANA)
    await desk.answer(kim, "yes", sender=AWA, auth="none")
    assert desk.held() == [("moderated", "waiting")]
    assert {one.recipient for one in desk.new_letters()} == {KIM}


async def test_a_moderator_who_is_one_no_more_decides_nothing(desk: Desk) -> None:
    _, awa = await asked(desk)
    desk.join(AWA, role=Role.MEMBER)
    await desk.answer(awa, "yes")
    assert desk.subjects() == []


async def test_a_number_is_enough_from_a_moderator_whose_domain_vouches(desk: Desk) -> None:
    await asked(desk)
    subject = f"Re: Approve? [water] Arsenic test kits [P-{desk.hold_id()}]"
    await desk.send("water-owner", "yes", sender=KIM, subject=subject)
    assert desk.subjects() == ["Arsenic test kits"]


async def test_a_number_without_proof_brings_the_question_again(desk: Desk) -> None:
    await asked(desk)
    number = f"P-{desk.hold_id()}"
    await desk.send("water-request", f"no {number}: spam", sender=KIM, auth="none")
    again = desk.letter()
    assert (again.recipient, desk.held()) == (KIM, [("moderated", "waiting")])
    await desk.answer(again, "no: spam", auth="none")
    assert desk.held() == [("moderated", "refused")]


async def test_a_number_from_anybody_else_is_mail_for_people(desk: Desk) -> None:
    await asked(desk)
    subject = f"yes [P-{desk.hold_id()}]"
    await desk.send("water-owner", "yes", sender="bob@farm.example", subject=subject)
    assert desk.last() == ("forwarded", "to-people")
    await desk.send("water-request", "yes", sender=ANA, subject=subject)
    assert desk.held() == [("moderated", "waiting")]


async def test_a_hold_of_another_group_is_not_decided_here(desk: Desk) -> None:
    other = desk.other_group("soil", who_posts=WhoPosts.MODERATED)
    desk.join(ANA, group=other)
    await desk.send("soil", "x", subject="Soil")
    number = f"P-{desk.hold_id()}"
    await desk.send("water-request", f"yes {number}", sender=KIM)
    assert desk.subjects() == []


async def test_an_old_code_still_says_what_became_of_it(desk: Desk) -> None:
    kim, _ = await asked(desk)
    await desk.answer(kim, "no: too long")
    desk.new_letters()
    await desk.answer(kim, "no: too long", auth="none")
    assert "already declined by Kim Osei" in desk.letter().subject
    await desk.answer(kim, "reopen")
    assert desk.subjects() == ["Arsenic test kits"]
    assert ("approved", f"P-{desk.hold_id()} by {KIM}") in desk.outcomes()


async def test_letters_to_moderators_take_nothing_from_the_answers_of_the_day(desk: Desk) -> None:
    for number in range(12):
        await asked(desk, f"number {number}")
    await desk.send("water-help", sender=KIM)
    assert "water-owner" in desk.new_letters()[-1].text
    assert desk.last()[0] == "command"


async def test_hostile_subjects_and_lines_stay_in_their_place(desk: Desk) -> None:
    await desk.send(
        "water", "Bcc: x@y.example\r\nyes\r\n\x1b[31mred", subject="a\tb" + " long" * 80
    )
    kim = next(one for one in desk.new_letters() if one.recipient == KIM)
    assert kim.subject.endswith(f"[P-{desk.hold_id()}]")
    assert kim.message["Bcc"] is None
    assert "\x1b" not in kim.text

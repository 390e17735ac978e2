"""Held mails: proved, approved, refused, discarded; once, and told only to whom it may be."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from archive.db import Database
from archive.tables import posts
from dgroup.apply import hold_decision
from dgroup.errors import NotFoundError
from dgroup.model import WhoPosts
from dgroup.tables import fanouts
from tests.dgroup.desk import Desk, opened

ANA = "ana@ngo.example"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.join(ANA, "Ana", language="fr")
        yield made


async def held(desk: Desk) -> int:
    desk.set(who_posts=WhoPosts.MODERATED)
    await desk.send("water", "May I?", subject="Please look")
    assert desk.letter().recipient == ANA
    assert desk.subjects() == []
    return desk.hold_id()


async def test_an_approved_mail_becomes_a_post_of_the_moment_of_its_approval(desk: Desk) -> None:
    hold = await held(desk)
    desk.later(days=3)
    with desk.db.write() as conn:
        work = hold_decision(conn, desk.tools, desk.group, hold, "approved", "kim", desk.now)
    assert (work.sends, work.dirty) == (True, True)
    with desk.db.read() as conn:
        post = conn.execute(select(posts)).one()
        fanout = conn.execute(select(fanouts)).one()
    assert (post.subject, post.received_at) == ("Please look", desk.now)
    assert fanout.author_membership is not None
    assert desk.last() == ("posted", "approved by kim")
    assert desk.held() == [("moderated", "approved")]


async def test_a_refused_mail_is_answered_with_the_reason(desk: Desk) -> None:
    hold = await held(desk)
    with desk.db.write() as conn:
        because = "Please send the PDF\nas a link."
        hold_decision(conn, desk.tools, desk.group, hold, "refused", "kim", desk.now, because)
    letter = desk.letter()
    assert letter.recipient == ANA
    assert "Please send the PDF as a link." in letter.text
    assert desk.subjects() == []
    assert desk.last() == ("refused", "by kim")


async def test_a_discarded_mail_is_answered_by_nothing(desk: Desk) -> None:
    hold = await held(desk)
    with desk.db.write() as conn:
        hold_decision(conn, desk.tools, desk.group, hold, "discarded", "kim", desk.now)
    assert (desk.new_letters(), desk.held()) == ([], [("moderated", "discarded")])


async def test_a_decision_stands(desk: Desk) -> None:
    hold = await held(desk)
    with desk.db.write() as conn:
        hold_decision(conn, desk.tools, desk.group, hold, "discarded", "kim", desk.now)
    with desk.db.write() as conn, pytest.raises(NotFoundError):
        hold_decision(conn, desk.tools, desk.group, hold, "approved", "lee", desk.now)
    other = desk.other_group("soil")
    with desk.db.write() as conn, pytest.raises(NotFoundError):
        hold_decision(conn, desk.tools, other, hold, "approved", "lee", desk.now)


async def test_a_refusal_is_not_told_to_an_address_that_may_be_forged(desk: Desk) -> None:
    await desk.send("water", "x", auth="fail")
    desk.new_letters()
    with desk.db.write() as conn:
        hold_decision(conn, desk.tools, desk.group, desk.hold_id(), "refused", "kim", desk.now)
    assert desk.new_letters() == []


async def test_the_registered_address_says_that_a_mail_is_its_own(desk: Desk) -> None:
    await desk.send("water", "from the road", subject="Road", auth="fail")
    question = desk.letter()
    assert (question.recipient, desk.subjects()) == (ANA, [])
    await desk.answer(question, "oui", auth="fail")
    assert desk.subjects() == ["Road"]


async def test_in_a_moderated_group_a_proved_mail_still_waits(desk: Desk) -> None:
    desk.set(who_posts=WhoPosts.MODERATED)
    await desk.send("water", "from the road", subject="Road", auth="fail")
    await desk.answer(desk.letter(), "oui", auth="fail")
    assert (desk.subjects(), desk.held()) == ([], [("moderated", "waiting")])


async def test_the_same_mail_is_held_once(desk: Desk) -> None:
    sent = desk.envelope("water", "x", sender="bob@farm.example")
    await desk.intake.accept(sent)
    await desk.intake.accept(sent)
    assert (desk.count("holds"), len(desk.new_letters())) == (1, 1)

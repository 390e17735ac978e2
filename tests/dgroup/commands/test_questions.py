"""A coordinator's questions: who is in the group, what waits, who bounces, the months, a trace."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from archive.db import Database
from dgroup import expansion
from dgroup.commands.members_list import table
from dgroup.incoming import Named, Options
from dgroup.known import Bouncing
from dgroup.model import MemberState, Role
from dgroup.tables import bounces, deliveries, memberships, outbox_mails
from tests.dgroup.commands.saying import Said, saying, words
from tests.dgroup.desk import Desk, Sent, opened

KIM, BOB = "kim@ngo.example", "bob@farm.example"


@pytest.fixture
def said() -> Iterator[Said]:
    with saying() as made:
        yield made


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.join(KIM, "Kim", Role.COORDINATOR)
        made.join(BOB, "Bob")
        yield made


async def asked(
    desk: Desk, said: Said, verb: str, *people: str, sender: str = KIM, **more: object
) -> Sent:
    desk.new_letters()
    options = Options(count=int(str(more.pop("count", 0))))
    said.next(verb=verb, people=tuple(Named(one, "") for one in people), options=options)
    await desk.send("water-request", "x", sender=sender, **more)
    return desk.letter()


@pytest.mark.parametrize("verb", ["members", "pending", "bouncing", "report", "trace"])
async def test_only_coordinators_are_told(desk: Desk, said: Said, verb: str) -> None:
    letter = await asked(desk, said, verb, sender=BOB)
    assert letter.subject.startswith("Not done: ")
    forged = await asked(desk, said, verb, auth="fail")
    assert forged.subject.startswith("Not done: someone used your address")


# --- Members ------------------------------------------------------------------------------------


async def test_the_members_come_as_a_letter_and_as_a_table(desk: Desk, said: Said) -> None:
    desk.join("zoe@x.example", '=HYPERLINK("x")', state=MemberState.PAUSED)
    letter = await asked(desk, said, "members")
    assert letter.subject == "Water: 3 members"
    text, file = letter.message.iter_parts()
    lines = text.get_content().splitlines()
    assert f" {KIM}  Kim  coordinator" in lines
    assert f" {BOB}  Bob" in lines
    assert file.get_filename() == "water-members.csv"
    sheet = file.get_payload(decode=True)
    assert isinstance(sheet, bytes)
    rows = list(csv.DictReader(io.StringIO(sheet.decode("utf-8-sig"))))
    assert [row["address"] for row in rows] == [BOB, KIM, "zoe@x.example"]
    assert rows[2]["name"].startswith("'=HYPERLINK")
    assert rows[2]["state"] == "paused"


async def test_a_thousand_members_are_cut_in_the_letter_only(desk: Desk, said: Said) -> None:
    for number in range(120):
        desk.join(f"p{number:03}@x.example")
    text, file = (await asked(desk, said, "members")).message.iter_parts()
    assert "and 22 more" in text.get_content()
    sheet = file.get_payload(decode=True)
    assert isinstance(sheet, bytes)
    assert len(sheet.splitlines()) == 123


@pytest.mark.parametrize("name", ["=1+1", "+cmd", "-2", "@sum", "\tx"])
def test_no_cell_is_a_formula(name: str, desk: Desk) -> None:
    member = desk.join("zoe@x.example")
    cells = table([Bouncing(member, 0, None)]).decode("utf-8-sig").splitlines()[1].split(",")
    assert cells[0] == "zoe@x.example"
    named = table([Bouncing(desk.join("al@x.example", name), 0, None)]).decode("utf-8-sig")
    assert f"\r\nal@x.example,{name}" not in named


# --- Pending and bouncing -----------------------------------------------------------------------


async def test_all_that_waits(desk: Desk, said: Said) -> None:
    desk.join("new@x.example", "New", state=MemberState.PENDING)
    await desk.send("water", "Hello", sender="stranger@x.example", subject="A pump")
    said.next(verb="invite", people=(Named("zoe@x.example", "Zoe"), Named("al@x.example", "")))
    await desk.send("water-request", "x", sender=KIM)
    await desk.answer(desk.new_letters()[-1], "yes")
    (invitation,) = [one for one in desk.new_letters() if one.recipient == "al@x.example"]
    await desk.answer(invitation, "no")
    letter = await asked(desk, said, "pending")
    text = words(letter)
    assert letter.subject == "Water: 4 things wait"
    assert f" P-{desk.hold_id()}  2026-03-02  stranger@x.example  A pump" in text
    assert " new@x.example  New  2026-03-02" in text
    assert " zoe@x.example  Zoe\n    invited on 2026-03-02, no answer yet; ends on" in text
    assert " al@x.example\n    said no" in text


async def test_nothing_waits(desk: Desk, said: Said) -> None:
    letter = await asked(desk, said, "pending")
    assert letter.subject == "Water: nothing waits"
    assert "Nothing waits for you." in words(letter)


async def test_who_bounces_worst_first(desk: Desk, said: Said) -> None:
    people = {"two@x.example": 1, "six@x.example": 6, "gone@x.example": 2}
    for address, times in people.items():
        state = MemberState.SUSPENDED if address.startswith("gone") else MemberState.ACTIVE
        member = desk.join(address, state=state)
        changed = update(memberships).where(memberships.c.id == member.id)
        with desk.db.write() as conn:
            conn.execute(changed.values(bounces=times, last_bounce_at=desk.now))
    text = words(await asked(desk, said, "bouncing"))
    assert text.index("gone@x") < text.index("six@x") < text.index("two@x")
    assert BOB not in text


async def test_nobody_bounces(desk: Desk, said: Said) -> None:
    assert "No mail comes back." in words(await asked(desk, said, "bouncing"))


# --- Months -------------------------------------------------------------------------------------


async def test_the_months_in_figures(desk: Desk, said: Said) -> None:
    desk.set(timezone="Asia/Tokyo")
    desk.now = datetime(2026, 2, 28, 14, 59, tzinfo=UTC)  # still February in Tokyo
    desk.join("feb@x.example")
    await desk.send("water", "February", sender=BOB, subject="one")
    desk.later(minutes=1)
    desk.join("mar@x.example")
    for subject, sender in (("two", BOB), ("three", BOB), ("four", KIM)):
        await desk.send("water", "March", sender=sender, subject=subject)
    said.next(verb="remove", people=(Named("feb@x.example", ""),))
    await desk.send("water-request", "x", sender=KIM)
    await desk.answer(desk.new_letters()[-1], "yes")
    with desk.db.write() as conn:
        rows = [_bounce(desk, timedelta()), _bounce(desk, -timedelta(days=9))]
        conn.execute(insert(bounces), [*rows, _bounce(desk, timedelta(), "temporary")])
    text = words(await asked(desk, said, "report"))
    march, february = text.split("From 2026-02-01 to 2026-02-28")
    assert "From 2026-03-01 to 2026-03-01" in march
    for line in ("posts: 3", "people who wrote: 2", "left: 1", "mails that came back: 1"):
        assert f" {line}\n" in march
    assert " posts: 1\n" in february
    assert " joined: 1\n" in february


def _bounce(desk: Desk, ago: timedelta, cause: str = "dead") -> dict[str, object]:
    who = desk.member(BOB)
    assert who is not None
    row: dict[str, object] = {"membership_id": who.id, "group_id": desk.group.id}
    row |= {"at": desk.now + ago, "cause": cause, "status": "", "diagnostic": "", "address": BOB}
    return row | {"domain": "farm.example", "points": 0, "excused": False}


# --- Trace --------------------------------------------------------------------------------------


async def posted(desk: Desk, state: str = "", reply: str = "") -> None:
    """A post, sent as far as `state` says; '' leaves its fan-out as it is."""
    number = desk.count("posts") + 1
    await desk.send("water", "Words", sender=KIM, subject=f"post {number}")
    if not state:
        return
    with desk.db.write() as conn:
        for one in expansion.open_fanouts(conn, 10):
            expansion.expand(desk.db, conn, one, desk.now, 100)
        newest = conn.execute(outbox_mails.select().order_by(outbox_mails.c.id.desc())).first()
        assert newest is not None
        changed = update(deliveries).where(deliveries.c.outbox_mail_id == newest.id)
        conn.execute(changed.values(state=state, last_reply=reply, done_at=desk.now, attempts=1))


async def test_what_became_of_the_last_posts(desk: Desk, said: Said) -> None:
    await posted(desk, "sent", "250 2.0.0 Ok: queued as 4711")
    await posted(desk, "failed", "552 5.2.2 Mailbox full")
    await posted(desk, "pending", "451 4.7.1 Greylisted")
    await posted(desk)
    letter = await asked(desk, said, "trace", BOB, "zoe@x.example", count=3)
    text = words(letter)
    assert letter.subject == f"Water: what became of the mail to {BOB}"
    assert "post 1" not in text
    assert "not delivered: their mailbox is full (552 5.2.2 Mailbox full)" in text
    assert "come again later (451 4.7.1 Greylisted)" in text
    assert "no copy was made for them" in text
    assert "NOT A MEMBER zoe@x.example" in text
    whole = words(await asked(desk, said, "trace", BOB))
    assert "taken by the mail server on 2026-03-02 09:30: 250 2.0.0 Ok: queued" in whole


async def test_a_trace_of_nobody_says_how(desk: Desk, said: Said) -> None:
    assert "trace ana@ngo.example" in words(await asked(desk, said, "trace"))

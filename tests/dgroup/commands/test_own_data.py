"""my data, erase me: asked of the registered address always; what goes, goes everywhere."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator
from email.message import EmailMessage
from typing import cast

import pytest
from sqlalchemy import Table, select

from archive.db import Database
from archive.tables import mail_chunks, mails, metadata, posts
from dgroup import erasure, expansion, quarantine
from dgroup.model import Role
from dgroup.tables import addresses, deliveries, job_runs, memberships, outbox_mails, persons
from tests.dgroup.commands.spoken import Spoken, text_of, write
from tests.dgroup.desk import DOMAIN, HOST, Desk, Sent, opened

ANA, BEN, KIM = "ana@ngo.example", "ben@farm.example", "kim@ngo.example"


@pytest.fixture
async def desk(database: Database) -> AsyncIterator[Desk]:
    with opened(database) as made:
        made.join(ANA, "Ana Lopez")
        made.join(BEN, "Ben")
        made.join(KIM, "Kim", Role.COORDINATOR)
        await write(made, "a1", "=1+1", "How deep is your well?")
        await write(made, "b1", "Re: Wells", "Forty metres.", answers="a1")
        await write(made, "a2", "Pumps", "Which pump?")
        yield made


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> Spoken:
    return Spoken(monkeypatch)


def files(letter: Sent) -> dict[str, bytes]:
    found = {}
    for part in letter.message.iter_attachments():
        assert isinstance(part, EmailMessage)
        found[str(part.get_filename())] = cast("bytes", part.get_payload(decode=True))
    return found


def erase_all(desk: Desk) -> int:
    """Take every step of the erasures that wait; gives how many there were."""
    steps = 0
    going_on = True
    while going_on:
        with desk.db.write() as conn:
            going_on = erasure.step(desk.db, conn, DOMAIN, desk.now)
        steps += going_on
    return steps


def everything(desk: Desk) -> str:
    """All rows of all tables."""
    with desk.db.read() as conn:
        tables: list[Table] = list(metadata.sorted_tables)
        return "\n".join(str(row) for table in tables for row in conn.execute(select(table)))


def states(desk: Desk) -> list[str]:
    with desk.db.read() as conn:
        return list(conn.execute(select(posts.c.state).order_by(posts.c.id)).scalars())


# --- My data ----------------------------------------------------------------------------------


async def test_my_data_goes_to_the_registered_address_after_a_yes(
    desk: Desk, spoken: Spoken
) -> None:
    (asked,) = await spoken.ask(desk, "data", ANA)
    assert asked.subject.startswith("Please confirm: send you all that we keep about you [")
    await desk.answer(asked, "yes", sender="ana@elsewhere.example", auth="none")
    letter = desk.letter()
    assert (letter.recipient, letter.subject) == (ANA, "Done: all that we keep about you")
    found = files(letter)
    kept = json.loads(found["my-data.json"])
    assert kept["person"][0]["name"] == "Ana Lopez"
    assert [one["address"] for one in kept["addresses"]] == [ANA]
    assert kept["memberships"][0]["group"] == "water"
    assert [one["action"] for one in kept["questions"]] == ["data"]
    assert {one["kind"] for one in kept["letters"]} == {"data-confirm"}
    assert {one["event"] for one in kept["log"]} == {"posted", "command", "data"}
    assert not {"hash", "payload", "reference"} & set(kept["questions"][0])
    assert BEN not in found["my-data.json"].decode()
    rows = list(csv.reader(found["my-posts.csv"].decode("utf-8-sig").splitlines()))
    assert [row[3] for row in rows] == ["subject", "'=1+1", "Pumps"]
    assert rows[1][4].startswith("https://lists.example/water/m/")


@pytest.mark.parametrize("verb", ["data", "erase"])
async def test_a_forger_and_a_stranger_get_nothing(desk: Desk, spoken: Spoken, verb: str) -> None:
    (note,) = await spoken.ask(desk, verb, ANA, auth="fail")
    assert note.subject == f'Not done: someone used your address to ask "{verb}"'
    (letter,) = await spoken.ask(desk, verb, "bob@else.example")
    assert letter.subject.startswith("Not done:")
    assert desk.state(ANA) == "active"


async def test_who_left_may_ask_as_well(desk: Desk, spoken: Spoken) -> None:
    await desk.send("water-leave", "", sender=ANA)
    (asked,) = await spoken.ask(desk, "data", ANA)
    await desk.answer(asked, "yes")
    assert "my-data.json" in files(desk.letter())


# --- Erase me ---------------------------------------------------------------------------------


async def test_the_preview_says_what_goes_and_a_no_keeps_it(desk: Desk, spoken: Spoken) -> None:
    (asked,) = await spoken.ask(desk, "erase", ANA)
    text = " ".join(text_of(asked).split())
    for words in ("your place in Water", f"the address {ANA}", "words and files: 2 or more"):
        assert words in text
    assert "This cannot be taken back." in text
    await desk.answer(asked, "no")
    assert desk.state(ANA) == "active"
    assert erase_all(desk) == 0


async def test_everything_of_a_person_goes(desk: Desk, spoken: Spoken) -> None:
    soil = desk.other_group("soil")
    desk.join(ANA, group=soil)
    await desk.send("soil", "Clay.", sender=ANA, subject="Soil", message_id="s1@x.example")
    with desk.db.write() as conn:
        odd = desk.envelope("water", "odd", sender=ANA)
        quarantine.store_mail(conn, desk.tools, odd, ValueError("odd"))
    desk.set(max_size=2000)
    await desk.send("water", "large " * 900, sender=ANA, subject="Large")
    assert desk.held() == [("too-large", "waiting")]
    (asked,) = await spoken.ask(desk, "erase", ANA)
    await desk.answer(asked, "yes")
    told = desk.letter()
    assert (told.recipient, told.subject) == (ANA, "Done: you are forgotten here. Goodbye")
    assert (desk.state(ANA), desk.member(ANA, soil)) == ("", None)
    assert erase_all(desk) >= 4
    assert states(desk) == ["removed", "published", "removed", "removed"]
    assert desk.held() == [("too-large", "discarded")]
    with desk.db.read() as conn:
        assert ANA not in conn.execute(select(addresses.c.address)).scalars().all()
        assert "Ana Lopez" not in conn.execute(select(persons.c.name)).scalars().all()
        kept = select(mail_chunks.c.mail_id).distinct()
        assert len(conn.execute(kept).all()) == 1  # Ben's post
        assert ANA not in conn.execute(select(mails.c.mail_from)).scalars().all()
        pending = select(deliveries).where(deliveries.c.recipient == ANA)
        assert len(conn.execute(pending).all()) == 1  # the goodbye, not sent yet
    left = [line for line in everything(desk).splitlines() if ANA in line.lower()]
    assert len(left) == 2, left  # the goodbye's letter and its delivery


async def test_no_mail_follows_the_goodbye(desk: Desk, spoken: Spoken) -> None:
    with desk.db.write() as conn:
        for fanout in expansion.open_fanouts(conn):
            expansion.expand(desk.db, conn, fanout, desk.now)
    (asked,) = await spoken.ask(desk, "erase", ANA)
    await desk.answer(asked, "yes")
    await write(desk, "b2", "More", "More.")
    with desk.db.write() as conn:
        for fanout in expansion.open_fanouts(conn):
            expansion.expand(desk.db, conn, fanout, desk.now)
    with desk.db.read() as conn:
        waiting = select(deliveries.c.id).where(
            deliveries.c.recipient == ANA, deliveries.c.state == "pending"
        )
        assert len(conn.execute(waiting).all()) == 1


async def test_the_last_coordinator_is_missed_by_members_and_host(
    desk: Desk, spoken: Spoken
) -> None:
    (asked,) = await spoken.ask(desk, "erase", KIM)
    assert "You are the only coordinator of these groups." in text_of(asked).replace("\n", " ")
    await desk.answer(asked, "yes")
    host, goodbye = desk.new_letters()
    assert (host.recipient, goodbye.recipient) == (HOST, KIM)
    assert KIM not in text_of(host)
    with desk.db.read() as conn:
        heads = conn.execute(select(outbox_mails.c.head)).scalars().all()
    assert any(b"no coordinator now" in head and b"water@" in head for head in heads)


async def test_many_posts_go_in_steps_and_a_new_person_keeps_theirs(
    desk: Desk, spoken: Spoken, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "AT_ONCE", 2)
    monkeypatch.setattr(erasure, "SPAN", 3)
    for number in range(5):
        await write(desk, f"a{number + 10}", "News", "Something new.")
    (asked,) = await spoken.ask(desk, "erase", ANA)
    await desk.answer(asked, "yes")
    with desk.db.write() as conn:
        assert erasure.step(desk.db, conn, DOMAIN, desk.now)
        assert erasure.is_erasing(conn)
    assert states(desk).count("removed") == 2
    desk.join(ANA, "Ana")
    await write(desk, "a30", "Here again", "Hello.")
    assert erase_all(desk) > 6
    assert states(desk).count("removed") == 7
    assert states(desk)[-1] == "published"
    assert desk.state(ANA) == "active"
    with desk.db.read() as conn:
        assert not erasure.is_erasing(conn)
        row = conn.execute(select(job_runs).where(job_runs.c.job == "erase")).one()
    assert (row.result, ANA in str(row)) == ("posts=7", False)


async def test_all_addresses_of_a_person_are_erased(desk: Desk, spoken: Spoken) -> None:
    with desk.db.write() as conn:
        person = conn.execute(
            select(addresses.c.person_id).where(addresses.c.address == BEN)
        ).scalar_one()
        conn.execute(
            addresses.insert().values(
                address="ben@old.example", person_id=person, shown="Ben@old.example"
            )
        )
    await desk.send("water", "Old.", sender="Ben@Old.example", subject="Old")
    (asked,) = await spoken.ask(desk, "erase", BEN)
    assert "ben@old.example" in text_of(asked)
    await desk.answer(asked, "yes")
    erase_all(desk)
    assert states(desk) == ["published", "removed", "published", "removed"]
    assert "old.example" not in everything(desk).lower()


async def test_a_second_yes_finds_nothing(desk: Desk, spoken: Spoken) -> None:
    (asked,) = await spoken.ask(desk, "erase", ANA)
    await desk.answer(asked, "yes")
    desk.new_letters()
    await desk.answer(asked, "yes")
    assert desk.last()[1] == "code-unknown"
    with desk.db.read() as conn:
        assert len(conn.execute(select(memberships.c.id)).all()) == 2


async def test_a_coordinators_undo_does_not_bring_somebody_back(desk: Desk, spoken: Spoken) -> None:
    desk.join("bob@farm.example", "Bob")
    desk.new_letters()
    await desk.send("water-remove", f"{BEN}\r\nbob@farm.example", sender=KIM)
    await desk.answer(desk.letter(), "yes")
    undo = next(one for one in desk.new_letters() if one.recipient == KIM)
    (asked,) = await spoken.ask(desk, "erase", BEN)
    await desk.answer(asked, "yes")
    erase_all(desk)
    await desk.answer(undo, "undo")
    assert (desk.state(BEN), desk.state("bob@farm.example")) == ("", "active")

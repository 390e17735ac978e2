"""Effects that write mail: to whom, from where, and when not at all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from archive.db import Database
from dgroup.apply import Source, Work, apply_effects
from dgroup.effects import (
    Effect,
    ForwardMail,
    NewCode,
    Outcome,
    OutcomeKind,
    Plan,
    QueueLetter,
    TellGroup,
    TellHost,
)
from dgroup.model import Reply
from dgroup.tables import codes, deliveries, fanouts, outbox_mails
from tests.dgroup.desk import HOST, Desk, opened

ENDED = Outcome(OutcomeKind.COMMAND, Reply(250, "2.0.0", "x"), "x")
BOB = "bob@farm.example"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        yield made


def done(desk: Desk, *effects: Effect) -> Work:
    mail = desk.intake.prepare(desk.envelope("water-help", "x", sender=BOB))[0].mail
    with desk.db.write() as conn:
        work = Work(conn, desk.tools, desk.group, Source.of(mail))
        apply_effects(work, Plan(ENDED, effects))
    return work


def test_letters_leave_from_the_null_reverse_path(desk: Desk) -> None:
    """RFC 5321 4.5.5: what a program writes must not be answered by a report."""
    work = done(desk, QueueLetter("help", BOB, "en", (("member", False), ("coordinator", False))))
    assert work.sends
    with desk.db.read() as conn:
        row = conn.execute(select(deliveries)).one()
    assert (row.recipient, row.envelope_from, row.state) == (BOB, "", "pending")


@pytest.mark.parametrize("address", ["", "a b@x.example", "a@x.example\r\nBcc: b@y.example"])
def test_what_is_no_address_gets_nothing(desk: Desk, address: str) -> None:
    work = done(desk, QueueLetter("cancelled", address, "en"))
    assert (work.sends, desk.letters()) == (False, [])


def test_an_address_beyond_ascii_needs_a_path_that_carries_it(desk: Desk) -> None:
    done(desk, QueueLetter("cancelled", "josé@x.example", "en"))
    with desk.db.read() as conn:
        assert conn.execute(select(outbox_mails.c.smtputf8)).scalar_one() is True


def test_a_code_is_kept_as_a_hash_only(desk: Desk) -> None:
    done(desk, QueueLetter("join-confirm", BOB, "en", code=NewCode("join", BOB, "{}", 7)))
    letter = desk.letter()
    printed = letter.reply_to.partition("+")[2].partition("@")[0]
    assert len(printed) == 26
    with desk.db.read() as conn:
        row = conn.execute(select(codes)).one()
    assert printed not in str(tuple(row))
    assert row.reference in letter.subject


def test_a_letter_to_the_group_is_one_fan_out(desk: Desk) -> None:
    member = desk.join("ana@ngo.example")
    done(desk, TellGroup("no-coordinator", ()))
    with desk.db.read() as conn:
        assert conn.execute(select(fanouts.c.cutoff)).scalar_one() == member.id
        assert conn.execute(select(deliveries)).all() == []


def test_a_letter_to_the_group_speaks_the_language_of_each_reader(desk: Desk) -> None:
    for address, language in (("ana@ngo.example", "es"), ("luc@ong.example", "fr"), (BOB, "sw")):
        desk.join(address, language=language)
    done(desk, TellGroup("no-coordinator", ()))
    with desk.db.read() as conn:
        sent = conn.execute(select(outbox_mails.c.variant, outbox_mails.c.head)).all()
    found = {row.variant: row.head for row in sent}
    assert set(found) == {"!es,fr", "es", "fr"}
    assert len(set(found.values())) == len(found)


def test_the_host_is_told_where_there_is_a_contact(database: Database) -> None:
    with opened(database, contact="") as desk:
        done(desk, TellHost("no-coordinator-host", (("who", BOB),)))
        assert desk.letters() == []


def test_the_host_is_told_in_its_own_language(desk: Desk) -> None:
    done(desk, TellHost("no-coordinator-host", (("who", BOB),)))
    assert desk.letter().recipient == HOST


def test_a_forward_is_the_mail_as_it_came_marked_against_loops(desk: Desk) -> None:
    done(desk, ForwardMail((HOST, "kim@ngo.example")))
    first, second = desk.letters()
    assert [first.recipient, second.recipient] == [HOST, "kim@ngo.example"]
    assert first.message["From"] == "Ana <bob@farm.example>"
    assert first.message["X-Loop"] == "water@lists.example"

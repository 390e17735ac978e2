"""The outbox by domain; trying again and dropping by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from dgroup import queueing
from dgroup.queueing import Chosen
from dgroup.tables import audit
from dgroup.tables import deliveries as rows
from tests.dgroup.office import NOW, Office, opened

LATER = NOW + timedelta(hours=2)


@pytest.fixture
def office(db_url: str) -> Iterator[Office]:
    with opened(db_url) as made:
        made.join("ana@one.example", "ben@one.example", "cid@two.example", "dé@ONE.example")
        made.post()
        made.expand_all()
        with made.db.write() as conn:
            for name, reply in (("ana", "452 4.2.2 full"), ("cid", "451 4.4.1 away")):
                conn.execute(
                    update(rows)
                    .where(rows.c.recipient.startswith(name))
                    .values(last_reply=reply, attempts=1, not_before=LATER)
                )
        yield made


def state(office: Office, name: str) -> str:
    with office.db.read() as conn:
        query = select(rows.c.state).where(rows.c.recipient.startswith(name))
        return str(conn.execute(query).scalar_one())


def test_domains_are_listed_with_what_was_said_last(office: Office) -> None:
    with office.db.read() as conn:
        found = queueing.by_domain(conn)
    assert [(one.name, one.waiting, one.untried, one.last_reply) for one in found] == [
        ("one.example", 3, 2, "452 4.2.2 full"),
        ("two.example", 1, 0, "451 4.4.1 away"),
    ]
    assert [one.next_try for one in found] == [NOW, LATER]


def test_what_waits_is_tried_at_once(office: Office) -> None:
    with office.db.write() as conn:
        assert queueing.retry(conn, Chosen(domain="two.example"), NOW) == 1
        assert queueing.retry(conn, Chosen(), NOW) == 1
        assert queueing.retry(conn, Chosen(), NOW) == 0


def test_a_domain_is_dropped_with_a_line_in_the_log(office: Office) -> None:
    with office.db.write() as conn:
        assert queueing.count(conn, Chosen(domain="One.Example")) == 3
        assert queueing.drop(conn, Chosen(domain="One.Example"), NOW) == 3
        assert queueing.drop(conn, Chosen(domain="ne.example"), NOW) == 0
        (line,) = conn.execute(select(audit)).all()
    assert (line.event, line.reason) == (
        "dropped",
        "ana@one.example and 2 more: dropped by the host",
    )
    assert (state(office, "ana"), state(office, "cid")) == ("dropped", "pending")


def test_what_a_sender_holds_is_left_alone(office: Office) -> None:
    with office.db.write() as conn:
        conn.execute(update(rows).values(claimed_by="x", claimed_until=NOW + timedelta(minutes=9)))
        assert queueing.drop(conn, Chosen(domain="one.example"), NOW) == 0
        assert queueing.retry(conn, Chosen(), NOW) == 0

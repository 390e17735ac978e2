"""A delivery belongs to one node at a time and ends in one state."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from archive.errors import NotFound
from archive.tables import mail_chunks, mails
from dgroup import deliveries
from dgroup.deliveries import PutOff
from dgroup.model import MemberState, OutboxItem
from dgroup.tables import deliveries as rows
from dgroup.tables import memberships
from tests.dgroup.office import NOW, Office, later, opened, recipients


@pytest.fixture
def office(db_url: str) -> Iterator[Office]:
    with opened(db_url) as found:
        found.join("ana", "ben", "cid")
        found.post()
        found.expand_all()
        yield found


def claim(
    office: Office, node: str, limit: int = 10, at: float = 0, lease: float = 60
) -> list[OutboxItem]:
    with office.db.write() as conn:
        return deliveries.claim(conn, node, later(at), limit, later(at + lease))


def states(office: Office) -> dict[str, str]:
    with office.db.read() as conn:
        found = conn.execute(select(rows.c.recipient, rows.c.state))
        return {row[0].split("@")[0]: row[1] for row in found}


def test_no_two_nodes_claim_the_same(office: Office) -> None:
    first = claim(office, "n1", limit=2)
    second = claim(office, "n2", limit=2)
    assert recipients(first) == ["ana", "ben"]
    assert recipients(second) == ["cid"]
    assert claim(office, "n3") == []


def test_nodes_that_claim_at_the_same_moment_do_not_wait_for_each_other(office: Office) -> None:
    if office.db.is_sqlite:
        pytest.skip("one writer at a time")
    with office.db.write() as one, office.db.write() as two:
        first = deliveries.claim(one, "n1", NOW, 2, later(60))
        second = deliveries.claim(two, "n2", NOW, 2, later(60))
    assert sorted(recipients(first) + recipients(second)) == ["ana", "ben", "cid"]


def test_a_lease_that_ended_is_taken_over(office: Office) -> None:
    claim(office, "dead", lease=60)
    assert claim(office, "n2", at=30) == []
    assert recipients(claim(office, "n2", at=61)) == ["ana", "ben", "cid"]


def test_a_node_that_starts_again_gets_its_own_back_at_once(office: Office) -> None:
    claim(office, "n1", limit=2)
    claim(office, "n2", limit=1)
    with office.db.write() as conn:
        assert deliveries.release_node(conn, "n1") == 2
    assert recipients(claim(office, "n1")) == ["ana", "ben"]


def test_what_was_released_is_due_again(office: Office) -> None:
    items = claim(office, "n1")
    with office.db.write() as conn:
        deliveries.release(conn, [items[1].id])
    assert recipients(claim(office, "n2")) == ["ben"]


def test_each_end_has_its_state(office: Office) -> None:
    ana, ben, cid = claim(office, "n1")
    with office.db.write() as conn:
        deliveries.mark_sent(conn, {ana.id: "250 2.0.0 taken"}, later(1))
        deliveries.mark_failed(conn, {ben.id: "550 5.1.1 nobody" + "x" * 900}, later(1))
        deliveries.drop(conn, {cid.id: "left"}, later(1))
    assert states(office) == {"ana": "sent", "ben": "failed", "cid": "dropped"}
    assert claim(office, "n2", at=10_000) == []
    with office.db.read() as conn:
        found = deliveries.status(conn, later(2))
    assert (found.sent, found.failed, found.dropped, found.pending) == (1, 1, 1, 0)
    assert (found.oldest, found.open_fanouts) == (None, 0)


def test_a_reply_is_kept_whatever_stands_in_it(office: Office) -> None:
    said = ["250 '\"\\u0041\\", "250 \u00e9\U0001f4a7", "250 nul\0nul"]
    with office.db.write() as conn:
        items = deliveries.claim(conn, "n1", NOW, 10, later(60))
        done = {item.id: reply for item, reply in zip(items, said, strict=True)}
        deliveries.mark_sent(conn, done, NOW)
        kept = conn.execute(select(rows.c.last_reply).order_by(rows.c.id)).scalars().all()
        late = PutOff(items[0].id, "451 nul\0nul", later(300), 1)
        deliveries.mark_retry(conn, [late])
        put_off = conn.execute(select(rows.c.last_reply).where(rows.c.id == late.id)).scalar_one()
    assert kept == [*said[:2], "250 nul\ufffdnul"]
    assert put_off == "451 nul\ufffdnul"


def test_what_was_put_off_comes_back_at_its_time(office: Office) -> None:
    ana, *others = claim(office, "n1")
    with office.db.write() as conn:
        deliveries.mark_retry(conn, [PutOff(ana.id, "451 4.7.1 later", later(300), 1)])
        deliveries.mark_sent(conn, {item.id: "250 ok" for item in others}, NOW)
    with office.db.read() as conn:
        assert deliveries.next_due(conn) == later(300)
        found = deliveries.status(conn, NOW)
    assert (found.pending, found.put_off) == (1, 1)
    assert found.oldest == NOW
    assert claim(office, "n1", at=299) == []
    (again,) = claim(office, "n1", at=300)
    assert (again.attempts, again.last_reply) == (1, "451 4.7.1 later")


def test_a_member_who_left_meanwhile_is_spared(office: Office) -> None:
    items = claim(office, "n1")
    with office.db.write() as conn:
        left = update(memberships).where(memberships.c.id == items[0].membership_id)
        conn.execute(left.values(state=MemberState.LEFT))
        assert deliveries.drop_departed(conn, items, NOW) == {items[0].id}
        assert deliveries.drop_departed(conn, [], NOW) == set()
    assert states(office)["ana"] == "dropped"
    assert states(office)["ben"] == "pending"


def test_what_waited_too_long_is_given_up(office: Office) -> None:
    claim(office, "n1", limit=1)
    with office.db.write() as conn:
        assert deliveries.expire(conn, later(-1), later(5)) == 0
        assert deliveries.expire(conn, later(1), later(5)) == 2
    assert states(office) == {"ana": "pending", "ben": "failed", "cid": "failed"}


def test_a_body_that_was_taken_down_is_told(office: Office) -> None:
    (item, *_) = claim(office, "n1")
    with office.db.write() as conn:
        conn.execute(mail_chunks.delete())
        conn.execute(update(mails).values(purged=True))
    with office.db.read() as conn, pytest.raises(NotFound):
        deliveries.load_mail(conn, item.mail_id)

"""A post costs the same rows for any group; each member comes out of it once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from dgroup import deliveries, expansion
from dgroup.model import Delivery, MailClass, MemberState, OutboxItem
from dgroup.people.members import count_active
from dgroup.tables import deliveries as delivery_rows
from dgroup.tables import fanouts, outbox_mails
from tests.dgroup.office import NOW, RAW, Office, later, opened, recipients

_NUMBERS = itertools.count()


@pytest.fixture
def office(db_url: str) -> Iterator[Office]:
    with opened(db_url) as found:
        yield found


def claim_all(office: Office, node: str = "n1") -> list[OutboxItem]:
    with office.db.write() as conn:
        return deliveries.claim(conn, node, NOW, 10_000, later(60))


def test_a_post_costs_two_rows_whatever_the_size_of_the_group(office: Office) -> None:
    office.join(*[f"m{n}" for n in range(500)])
    office.post()
    with office.db.read() as conn:
        counts = [
            conn.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (outbox_mails, fanouts, delivery_rows)
        ]
    assert counts == [1, 1, 0]


def test_those_who_want_each_post_get_it(office: Office) -> None:
    office.join("ana", "ben")
    office.join("daily", delivery=Delivery.DAILY)
    office.join("none", delivery=Delivery.NONE)
    office.join("left", state=MemberState.LEFT)
    office.join("paused", state=MemberState.PAUSED)
    office.post()
    assert office.expand_all() == 2
    items = claim_all(office)
    assert recipients(items) == ["ana", "ben"]
    assert all(item.membership_id for item in items)


def test_who_joins_after_acceptance_gets_the_next_post(office: Office) -> None:
    (first,) = office.join("ana")
    office.post(cutoff=first)
    office.join("late")
    office.expand_all()
    assert recipients(claim_all(office)) == ["ana"]


def test_an_author_gets_an_own_copy_only_by_wish(office: Office) -> None:
    (wants,) = office.join("wants")
    (spares,) = office.join("spares", own_copy=False)
    office.post(author=wants)
    office.post(author=spares)
    office.expand_all()
    assert recipients(claim_all(office)) == ["wants", "spares", "wants"]


@settings(
    max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(count=st.integers(0, 40), chunk=st.integers(1, 15), again=st.integers(0, 2))
def test_chunks_make_each_row_once(office: Office, count: int, chunk: int, again: int) -> None:
    before = len(claim_all(office, "drain"))
    assert before == 0
    with office.db.read() as conn:
        rows = conn.execute(select(func.count()).select_from(delivery_rows)).scalar_one()
    office.join(*[f"m{next(_NUMBERS)}" for _ in range(count)])
    office.post()
    with office.db.read() as conn:
        stale = expansion.open_fanouts(conn)
        members = _active(office)
    assert office.expand_all(chunk) == members
    # A node that still believes in the old fan-out makes nothing.
    for _ in range(again):
        with office.db.write() as conn:
            assert [expansion.expand(office.db, conn, one, NOW, chunk) for one in stale] == [[]]
    with office.db.read() as conn:
        total = conn.execute(select(func.count()).select_from(delivery_rows)).scalar_one()
    assert total == rows + members
    claim_all(office, "drain")


def _active(office: Office) -> int:
    with office.db.read() as conn:
        return count_active(conn, office.group.id)


def test_rows_can_be_claimed_as_they_are_made(office: Office) -> None:
    ids = office.join("ana", "ben")
    mail = office.post()
    with office.db.write() as conn:
        (fanout,) = expansion.open_fanouts(conn)
        holder = expansion.Holder("n1", later(60))
        made = expansion.expand(office.db, conn, fanout, NOW, 10, holder)
    assert [(item.mail_id, item.membership_id) for item in made] == [(mail, one) for one in ids]
    assert claim_all(office, "n2") == []
    with office.db.write() as conn:
        assert deliveries.release_node(conn, "n1") == 2
    assert [item._replace(due=None) for item in claim_all(office, "n2")] == made


def test_an_address_that_is_there_twice_gets_one_copy(office: Office) -> None:
    office.join("ana")
    office.join("ana")
    office.post()
    assert office.expand_all() == 1


def test_expansion_that_was_rolled_back_is_done_again(office: Office) -> None:
    office.join("ana", "ben", "cid")
    office.post()
    with office.db.write() as conn:
        (fanout,) = expansion.open_fanouts(conn)
        assert len(expansion.expand(office.db, conn, fanout, NOW, 2)) == 2
        conn.rollback()
    assert office.expand_all(2) == 3


def test_a_letter_goes_to_one_address_with_its_own_reverse_path(office: Office) -> None:
    office.letter("eve@elsewhere.example")
    (item,) = claim_all(office)
    assert (item.recipient, item.envelope_from) == ("eve@elsewhere.example", "")
    assert item.membership_id is None
    with office.db.read() as conn:
        mail = deliveries.load_mail(conn, item.mail_id)
    assert mail.mail_class is MailClass.LETTER
    assert mail.whole == b"Subject: hello\r\n\r\nhello\r\n"


def test_summaries_reach_readers_of_their_language(office: Office) -> None:
    office.join("ana", language="fr")
    office.join("ben", language="es", delivery=Delivery.WEEKLY)
    office.join("cid", language="ar", delivery=Delivery.DAILY)
    office.join("off", language="fr", summary=False)
    office.join("none", language="fr", delivery=Delivery.NONE)
    office.letter_to_group(MailClass.SUMMARY, only="fr")
    office.letter_to_group(MailClass.SUMMARY, only="es")
    office.letter_to_group(MailClass.SUMMARY, but=("fr", "es"))
    office.expand_all()
    items = claim_all(office)
    assert sorted(recipients(items)) == ["ana", "ben", "cid"]
    assert len({item.mail_id for item in items}) == 3


def test_a_letter_to_the_group_reaches_all_who_are_in_it(office: Office) -> None:
    office.join("ana")
    office.join("none", delivery=Delivery.NONE)
    office.join("left", state=MemberState.LEFT)
    office.letter_to_group(MailClass.LETTER)
    office.expand_all()
    assert recipients(claim_all(office)) == ["ana", "none"]


def test_the_body_of_a_post_is_the_stored_mail_behind_a_new_head(office: Office) -> None:
    outbox_id = office.post()
    with office.db.read() as conn:
        mail = deliveries.load_mail(conn, outbox_id)
    assert mail.whole.startswith(b"Received: by lists.example")
    assert mail.whole.endswith(RAW)
    assert mail.mail_class is MailClass.POST

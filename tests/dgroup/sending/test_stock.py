"""What is claimed comes in turn, and bodies find room in memory."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from dgroup import expansion
from dgroup.model import Delivery, OutboxItem
from dgroup.sending.stock import BODIES, FANOUTS, Copies, ascii_domain, claim
from dgroup.tables import fanouts
from dgroup.tokens import Keyring
from tests.dgroup.office import NOW, RAW, SITE, Office, later

RING = Keyring(((1, b"a secret for tests of 32 bytes !!"),))


def take(office: Office, limit: int, last: int = 0) -> tuple[list[OutboxItem], int]:
    with office.db.write() as conn:
        found = claim(office.db, conn, "n1", NOW, limit, last)
    return list(found.items), found.fanout


def test_a_large_group_does_not_hold_up_a_small_one(office: Office) -> None:
    office.join(*[f"m{n}" for n in range(2500)])
    large, small = office.post(), office.post()
    sizes = []
    last = 0
    for _ in range(4):
        items, last = take(office, 500, last)
        (mail,) = {item.mail_id for item in items}
        sizes.append((mail, len(items)))
    assert sizes == [(large, 500), (small, 500), (large, 500), (small, 500)]


def test_a_letter_comes_between_the_chunks(office: Office) -> None:
    office.join(*[f"m{n}" for n in range(2500)])
    office.post()
    take(office, 1000)
    letter = office.letter("eve@elsewhere.example")
    items, _ = take(office, 1000)
    assert letter in {item.mail_id for item in items}


def test_many_small_fanouts_cost_the_statements_of_one(office: Office) -> None:
    office.join("ana", "ben")
    counts = []
    for posts in (1, 60):
        for _ in range(posts):
            office.post()
        statements: list[str] = []
        with office.db.write() as conn:
            driver: Any = conn.connection.dbapi_connection
            driver.set_trace_callback(statements.append)
            found = claim(office.db, conn, "n1", NOW, 1000, 0)
            driver.set_trace_callback(None)
        assert len(found.items) == 2 * posts
        assert not found.more
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert take(office, 1000)[0] == []


def test_posts_that_nobody_reads_are_done_at_the_first_look(office: Office) -> None:
    office.join("daily", delivery=Delivery.DAILY)
    for _ in range(FANOUTS + 1):
        office.post()
    with office.db.write() as conn:
        first = claim(office.db, conn, "n1", NOW, 10, 0)
        second = claim(office.db, conn, "n1", NOW, 10, first.fanout)
        assert expansion.open_fanouts(conn) == []
    assert (first.items, first.more) == ((), True)
    assert (second.items, second.more, second.wakes_at) == ((), False, None)


def test_small_groups_are_expanded_up_to_the_one_that_does_not_fit(office: Office) -> None:
    office.join(*[f"m{n}" for n in range(40)])
    mails = [office.post() for _ in range(5)]
    sizes: list[Counter[int]] = []
    last = 0
    for _ in range(3):
        items, last = take(office, 100, last)
        sizes.append(Counter(item.mail_id for item in items))
    assert sizes[0] == {mails[0]: 40, mails[1]: 40, mails[2]: 20}
    assert sizes[1] == {mails[3]: 40, mails[4]: 40, mails[2]: 20}
    assert sizes[2] == {}


def test_a_chunk_of_a_large_group_costs_what_it_holds(office: Office) -> None:
    steps = []
    for members in (300, 3000):
        office.join(*[f"m{members}-{n}" for n in range(members)])
        office.post()
        ticks: list[int] = []
        with office.db.write() as conn:
            driver: Any = conn.connection.dbapi_connection
            driver.set_progress_handler(lambda ticks=ticks: ticks.append(1), 100)
            assert len(claim(office.db, conn, "n1", NOW, 100, 0).items) == 100
            driver.set_progress_handler(None, 0)
            conn.execute(fanouts.delete())
        steps.append(len(ticks))
    assert steps[1] < steps[0] * 2


def test_an_empty_outbox_tells_when_to_look_again(office: Office) -> None:
    with office.db.write() as conn:
        assert claim(office.db, conn, "n1", NOW, 10, 0).wakes_at is None
    office.letter("eve@elsewhere.example")
    with office.db.write() as conn:
        assert claim(office.db, conn, "n1", later(-60), 10, 0).wakes_at == NOW


def test_a_body_is_loaded_once_for_all_its_copies(office: Office) -> None:
    office.join(*[f"m{n}" for n in range(50)])
    office.post()
    items, _ = take(office, 100)
    copies = Copies(office.db, RING, SITE)
    assert copies.at_hand(items) is None
    ready = copies.load(items)
    made = [copies.copy(item, loaded) for item, loaded in ready.stock]
    assert len({id(copy.body) for copy in made}) == 1
    assert len({copy.sender for copy in made}) == 50
    assert (ready.later, ready.gone) == ([], {})
    assert copies.at_hand(items) == ready


def test_large_bodies_wait_for_room(office: Office) -> None:
    office.join("ana", "ben")
    for _ in range(4):
        office.post(RAW + b"x" * (BODIES // 2 + 1))
    items, _ = take(office, 100)
    copies = Copies(office.db, RING, SITE)
    first = copies.load(items)
    assert len(first.stock) == 4
    second = copies.load(first.later)
    assert [item.id for item, _ in first.stock + second.stock] == [item.id for item in items]
    assert second.later == []


@pytest.mark.parametrize(
    ("address", "made"),
    [
        ("ana@ngo.example", "ana@ngo.example"),
        ("ana@n\u00e9.example", "ana@xn--n-bga.example"),
        ("\u00e9@ngo.example", "\u00e9@ngo.example"),
        ("a@" + "\u00e9" * 70, "a@" + "\u00e9" * 70),
    ],
)
def test_other_scripts_in_a_domain_have_an_ascii_form(address: str, made: str) -> None:
    assert ascii_domain(address) == made

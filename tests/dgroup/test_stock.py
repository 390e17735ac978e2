"""What is claimed comes in turn, and bodies find room in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dgroup.model import OutboxItem
from dgroup.stock import BODIES, Copies, ascii_domain, claim
from dgroup.tokens import Keyring
from tests.dgroup.office import NOW, RAW, SITE, Office, later, opened

RING = Keyring(((1, b"a secret for tests of 32 bytes !!"),))


@pytest.fixture
def office(sqlite_url: str) -> Iterator[Office]:
    with opened(sqlite_url) as found:
        yield found


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
    made = Copies(office.db, RING, SITE).make(items)
    assert len({id(copy.body) for _, copy in made.copies}) == 1
    assert len({copy.sender for _, copy in made.copies}) == 50
    assert (made.later, made.gone) == ([], [])


def test_large_bodies_wait_for_room(office: Office) -> None:
    office.join("ana", "ben")
    for _ in range(4):
        office.post(RAW + b"x" * (BODIES // 2 + 1))
    items, _ = take(office, 100)
    copies = Copies(office.db, RING, SITE)
    first = copies.make(items)
    assert len(first.copies) == 4
    second = copies.make(first.later)
    assert [item.id for item, _ in first.copies + second.copies] == [item.id for item in items]
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

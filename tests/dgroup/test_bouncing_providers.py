"""What providers do to many or for many: complaints, and days on which they refuse everybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from archive.db import Database
from dgroup.tokens import make
from tests.dgroup.desk import HOST, KEYRING, Desk, opened
from tests.dgroup.test_bouncing import ANA, complaint, days_of, kinds, points, report


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        yield made


# --- Complaints ---------------------------------------------------------------------------------


async def test_a_complaint_is_a_pause_with_a_way_back(desk: Desk) -> None:
    ana = desk.join(ANA)
    desk.know_address(ana, "ana@home.example")
    assert await report(desk, ana, complaint("")) == ("bounce", f"{ANA} complaint")
    assert desk.state(ANA) == "suspended"
    (notice,) = desk.new_letters()
    assert notice.recipient == "ana@home.example"
    assert "a mail of water@lists.example was marked as unwanted there" in " ".join(
        notice.text.split()
    )
    desk.later(days=200)
    await desk.answer(notice, "Resume please")
    assert desk.state(ANA) == "active"


@pytest.mark.parametrize(
    ("auth", "kind", "forged", "state"),
    [
        ("aligned", "abuse", False, "suspended"),
        ("none", "abuse", False, "active"),
        ("aligned", "not-spam", False, "active"),
        ("aligned", "auth-failure", False, "active"),
        ("aligned", "abuse", True, "active"),
    ],
)
async def test_a_complaint_to_the_host_counts_where_its_provider_and_our_token_vouch(
    desk: Desk, auth: str, kind: str, forged: bool, state: str
) -> None:
    ana = desk.join(ANA)
    token = make("bounce", ana.id, KEYRING)
    token = ("b" if token[0] != "b" else "c") + token[1:] if forged else token
    envelope = desk.envelope("abuse", sender="feedback@isp.example", auth=auth)
    head = envelope.raw.split(b"\r\n", 1)[0] + b"\r\n"
    await desk.intake.accept(replace(envelope, raw=head + complaint(token, kind)))
    assert desk.state(ANA) == state
    assert (desk.last()[0] == "bounce") is (state == "suspended")  # else people read it


# --- A provider out of order ----------------------------------------------------------------------


async def test_a_provider_that_fails_many_blames_nobody(desk: Desk) -> None:
    people = [desk.join(f"p{n}@big.example") for n in range(30)]
    for one in people[:4]:
        await report(desk, one)
    assert points(desk) == [100] * 4
    for one in people[4:7]:
        outcome = await report(desk, one)
        assert outcome[1] == f"{one.address} dead 5.1.1 provider-outage"
    assert set(points(desk)) == {0}
    assert kinds(desk) == [("provider-outage", HOST)]
    assert "big.example has said of 5 members" in " ".join(desk.letters()[0].text.split())


async def test_a_share_of_a_small_provider_is_enough_and_one_alone_is_not(desk: Desk) -> None:
    one, two = desk.join("a@small.example"), desk.join("b@small.example")
    desk.join("c@small.example")
    await report(desk, one)
    assert points(desk) == [100]
    await report(desk, two)
    assert points(desk) == [0, 0]


async def test_a_large_provider_has_two_dead_addresses_a_day(desk: Desk) -> None:
    people = [desk.join(f"p{n}@big.example") for n in range(30)]
    for one in people[:2]:
        await report(desk, one)
    assert points(desk) == [100, 100]


async def test_who_was_stopped_in_the_outage_gets_mail_again(desk: Desk) -> None:
    people = [desk.join(f"p{n}@big.example") for n in range(30)]
    await days_of(desk, people[0], 4)
    await report(desk, people[0], kind="probe")
    assert desk.state(people[0].address) == "suspended"
    for one in people[1:6]:
        await report(desk, one)
    assert desk.state(people[0].address) == "active"


async def test_a_provider_that_is_gone_for_good_is_taken_at_its_word(desk: Desk) -> None:
    people = [desk.join(f"p{n}@gone.example") for n in range(3)]
    for _ in range(16):
        for one in people:
            await report(desk, one)
        desk.later(days=1)
    assert [kind for kind, _ in kinds(desk)].count("probe") == 3
    for one in people:
        await report(desk, one, kind="probe")
    assert {desk.state(one.address) for one in people} == {"suspended"}

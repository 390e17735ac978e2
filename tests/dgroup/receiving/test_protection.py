"""What an author's domain asks of our copies: asked within bounds, remembered, and never in the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from dgroup.authentication.auth import protection
from dgroup.authentication.dns import Resolver
from dgroup.model import UNASKED, DmarcPolicy, Protection
from dgroup.receiving.protection import FRESH_S, MUTE_S, STALE_S, Protections
from tests.dgroup.zones import Table, ed25519_key, envelope, key_at, mail, signed

NGO = "ngo.example"
REJECT, QUARANTINE, NONE = DmarcPolicy.REJECT, DmarcPolicy.QUARANTINE, DmarcPolicy.NONE
ZONE = {("_dmarc.ngo.example", "TXT"): ["v=DMARC1; p=reject"], **key_at(NGO)}


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Place:
    """Protections over a table of records."""

    table: Table
    clock: Clock
    found: Protections

    async def find(
        self, raw: bytes | None = None, domain: str = NGO, said: Protection = UNASKED
    ) -> Protection:
        return await self.found.find(envelope(mail() if raw is None else raw), domain, said)


@pytest.fixture
def place() -> Iterator[Place]:
    table, clock = Table(dict(ZONE)), Clock()
    found = Protections(table, clock)
    yield Place(table, clock, found)
    found.close()


@pytest.mark.parametrize(
    ("record", "policy"),
    [
        ("v=DMARC1; p=reject", REJECT),
        ("v=DMARC1; p=quarantine", QUARANTINE),
        ("v=DMARC1; p=none", NONE),
        ("v=DMARC1; p=reject; t=y", NONE),
        ("v=spf1 -all", NONE),
    ],
)
async def test_the_published_policy_is_found(
    place: Place, record: str, policy: DmarcPolicy
) -> None:
    place.table.records = {("_dmarc.ngo.example", "TXT"): [record]}
    assert await place.find() == Protection(policy)


async def test_the_organisations_policy_holds_for_names_below(place: Place) -> None:
    place.table.records = {
        ("_dmarc.ngo.example", "TXT"): ["v=DMARC1; p=none; sp=reject"],
        ("field.ngo.example", "A"): ["192.0.2.1"],
    }
    assert (await place.find(domain="Field.NGO.example.")).policy is REJECT


async def test_signatures_that_hold_are_named(place: Place) -> None:
    raw = signed(mail())
    assert await place.find(raw) == Protection(REJECT, (NGO,))
    assert await place.find(raw.replace(b"is dry", b"is wet")) == Protection(REJECT)
    assert await place.find(signed(mail(), "evil.example")) == Protection(REJECT)
    assert await place.find(signed(mail(), key=ed25519_key())) == Protection(REJECT)


async def test_a_fronts_word_on_signatures_is_taken_where_it_may_vouch(place: Place) -> None:
    assert await place.find(said=Protection(None, (NGO,))) == Protection(REJECT, (NGO,))
    assert await place.find(said=Protection(None, ("evil.example",))) == Protection(REJECT)


async def test_the_published_policy_wins_over_a_fronts_word(place: Place) -> None:
    place.table.records = {}
    assert await place.find(said=Protection(REJECT)) == Protection(NONE)


@pytest.mark.parametrize("domain", ["", "localhost", "a" * 300 + ".example", "x..y"])
async def test_no_domain_no_question(place: Place, domain: str) -> None:
    assert (await place.find(domain=domain)).policy in {None, NONE}


async def test_an_answer_is_remembered(place: Place) -> None:
    await place.find()
    asked = len(place.table.asked)
    place.table.records = {}
    assert (await place.find()).policy is REJECT
    assert len(place.table.asked) == asked
    place.clock.now += FRESH_S + 1
    assert (await place.find()).policy is NONE


async def test_silence_counts_as_none_and_is_not_asked_again_at_once(place: Place) -> None:
    place.table.silent = frozenset({"_dmarc.ngo.example"})
    assert await place.find() == UNASKED
    assert await place.find(said=Protection(REJECT)) == Protection(REJECT)
    assert len(place.table.asked) == 1
    place.table.silent = frozenset()
    place.clock.now += MUTE_S + 1
    assert (await place.find()).policy is REJECT


async def test_in_silence_the_last_policy_holds_for_a_week(place: Place) -> None:
    await place.find()
    place.table.silent = frozenset({"_dmarc.ngo.example"})
    place.clock.now += FRESH_S + 1
    assert (await place.find()).policy is REJECT
    place.clock.now += STALE_S
    assert await place.find() == UNASKED


async def test_a_key_that_nobody_gives_is_no_proof(place: Place) -> None:
    place.table.silent = frozenset({f"k1._domainkey.{NGO}"})
    assert await place.find(signed(mail())) == Protection(REJECT)


async def test_a_fault_of_ours_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    @dataclass
    class Broken:
        asked: list[str] = field(default_factory=list)

        def look(self, name: str, kind: str, seconds: float) -> tuple[str, ...]:
            raise RuntimeError(name)

    broken: Resolver = Broken()
    found = Protections(broken)
    try:
        said = Protection(QUARANTINE)
        assert await found.find(envelope(mail()), NGO, said) == said
    finally:
        found.close()
    assert "cannot be found out" in caplog.text


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("dmarc=pass (p=reject dis=none) header.from=ngo.example", Protection(REJECT)),
        ("dmarc=pass (policy=quarantine) header.from=ngo.example", Protection(QUARANTINE)),
        ("dmarc=pass (p=none) header.from=ngo.example", UNASKED),
        ("dkim=pass header.d=ngo.example", Protection(None, (NGO,))),
        ("dkim=pass header.i=@ngo.example", UNASKED),
        ("dkim=fail header.d=ngo.example", UNASKED),
        ("dkim=pass header.d=evil.example", UNASKED),
        ("none", UNASKED),
    ],
)
def test_what_a_front_says(said: str, expected: Protection) -> None:
    headers = (("authentication-results", f"mx.example; {said}"),)
    assert protection(headers, NGO, "mx.example", trusted=True) == expected
    assert protection(headers, NGO, "mx.example", trusted=False) == UNASKED
    assert protection(headers, NGO, "other.example", trusted=True) == UNASKED

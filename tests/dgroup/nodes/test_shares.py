"""The parts of several senders never add up to more than the host allows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgroup.limits import NOTHING, Limit
from dgroup.nodes.shares import NONE, WHOLE, Share, Shares

LEASE_S = 15.0
NAMES = ("a", "b", "c")


@given(st.integers(0, 50), st.integers(0, 600), st.integers(1, 8))
def test_all_parts_together_are_the_whole(at_once: int, per_minute: int, senders: int) -> None:
    whole = Limit(per_minute, at_once)
    parts = [Share(place, senders).part(whole) for place in range(senders)]
    if at_once:
        assert sum(max(0, one.at_once) for one in parts) == at_once
    if per_minute:
        assert sum(one.per_minute for one in parts) <= per_minute + 1e-6
    if not whole.any:
        assert set(parts) == {whole}


def test_a_sender_alone_has_it_all_at_once() -> None:
    shares = Shares("a", (("x.example", Limit(60, 3)),), LEASE_S)
    assert shares.seen(["a"], 0.0) == (("x.example", Limit(60, 3, 60)),)


def test_who_comes_waits_until_the_others_have_seen_it() -> None:
    first, second = (Shares(name, (("x.example", Limit(60, 3)),), LEASE_S) for name in "ab")
    first.seen(["a"], 0.0)
    assert dict(second.seen(["a", "b"], 10.0))["x.example"].shut
    assert dict(first.seen(["a", "b"], 11.0))["x.example"] == Limit(30, 2, 60)
    assert dict(second.seen(["a", "b"], 24.0))["x.example"].shut
    assert dict(second.seen(["a", "b"], 25.1))["x.example"] == Limit(30, 1, 60)
    # One goes: what it had is the other's a lease later.
    assert dict(first.seen(["a"], 30.0))["x.example"] == Limit(30, 2, 60)
    assert dict(first.seen(["a"], 45.0))["x.example"] == Limit(60, 3, 60)


def test_fewer_at_once_than_senders_leaves_some_without() -> None:
    parts = [Share(place, 3).part(Limit(at_once=1)) for place in range(3)]
    assert [part.shut for part in parts] == [False, True, True]
    assert NONE.part(Limit(60, 5)) == NOTHING._replace(together=60)
    assert WHOLE.part(Limit()) == Limit()


class Town:
    """Senders that come, go and look at each other now and then."""

    def __init__(self, whole: Limit) -> None:
        self.whole = whole
        self.there: dict[str, Shares] = {}
        self.parts: dict[str, Limit] = {}
        self.looked: dict[str, float] = {}

    @property
    def at_once(self) -> int:
        return sum(max(0, part.at_once) for part in self.parts.values())

    @property
    def per_minute(self) -> int:
        return round(sum(part.per_minute for part in self.parts.values()))

    def look(self, name: str, at: float) -> None:
        limits = self.there[name].seen(list(self.there), at)
        self.parts[name], self.looked[name] = dict(limits)["x.example"], at

    def turn(self, name: str, at: float) -> None:
        if name in self.there:
            del self.there[name], self.parts[name], self.looked[name]
        else:
            self.there[name] = Shares(name, (("x.example", self.whole),), LEASE_S)
            self.look(name, at)


@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.integers(1, 20)), max_size=40),
    st.sampled_from([Limit(60, 1), Limit(60, 2), Limit(60, 7)]),
)
def test_whoever_comes_and_goes_the_limit_holds(moves: list[tuple[str, int]], whole: Limit) -> None:
    """Each looks every five seconds, a third of a lease; at no moment the parts are more than the whole."""
    town, now = Town(whole), 0.0
    for name, seconds in moves:
        for _ in range(seconds):
            now += 1
            for other in list(town.there):
                if now - town.looked[other] >= LEASE_S / 3:
                    town.look(other, now)
            assert town.at_once <= whole.at_once
            assert town.per_minute <= whole.per_minute
        town.turn(name, now)


@pytest.mark.parametrize("count", [2, 3, 5])
def test_the_pace_of_turns_is_that_of_all(count: int) -> None:
    assert {Share(place, count).part(Limit(600)).together for place in range(count)} == {600}

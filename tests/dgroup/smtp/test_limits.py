"""Places, bytes and patience are given out up to their bounds and come back."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgroup.smtp.limits import FULL, FULL_FOR_YOU, Admission, ByteBudget, patience


def test_sessions_are_bounded_in_all_and_from_one_address() -> None:
    admission = Admission(total=3, per_ip=2)
    assert admission.enter("192.0.2.1", trusted=False) is None
    assert admission.enter("192.0.2.1", trusted=False) is None
    assert admission.enter("192.0.2.1", trusted=False) == FULL_FOR_YOU
    assert admission.enter("192.0.2.2", trusted=False) is None
    assert admission.enter("192.0.2.3", trusted=False) == FULL
    admission.leave("192.0.2.1")
    assert admission.enter("192.0.2.1", trusted=False) is None


def test_our_own_front_is_bounded_only_in_all() -> None:
    admission = Admission(total=3, per_ip=1)
    assert [admission.enter("192.0.2.1", trusted=True) for _ in range(4)] == [
        None,
        None,
        None,
        FULL,
    ]


async def test_the_budget_is_never_overdrawn_and_serves_in_turn() -> None:
    budget = ByteBudget(100)
    inside = 0
    order: list[int] = []

    async def use(number: int, size: int) -> None:
        nonlocal inside
        async with budget.room(size):
            inside += min(size, 100)
            assert inside <= 100
            order.append(number)
            await asyncio.sleep(0)
            inside -= min(size, 100)

    sizes = [60, 60, 10, 500, 1, 100, 0, 30, 30, 30, 30]
    await asyncio.gather(*(use(number, size) for number, size in enumerate(sizes)))
    assert order == list(range(len(sizes)))
    assert not inside


async def test_who_gives_up_waiting_takes_nothing() -> None:
    budget = ByteBudget(100)
    async with budget.room(100):
        waiting = asyncio.create_task(_take(budget, 50))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})
    async with asyncio.timeout(5):
        await _take(budget, 100)


async def _take(budget: ByteBudget, size: int) -> None:
    async with budget.room(size):
        pass


@pytest.mark.parametrize(
    ("elapsed", "received", "want"),
    [
        (0, 0, 180),
        (100, 0, 80),
        (180, 0, 0),
        (200, 20_000, 0),
        (200, 200_000, 180),
        (250, 100_000, 30),
    ],
)
def test_patience_is_a_silence_beyond_the_slowest_rate(
    elapsed: float, received: int, want: float
) -> None:
    assert patience(elapsed, received, 180.0, 1000) == want


@given(st.floats(0, 1e6), st.integers(0, 10**9), st.integers(0, 10**6))
def test_patience_never_exceeds_the_silence(elapsed: float, received: int, rate: int) -> None:
    assert patience(elapsed, received, 180.0, rate) <= 180.0

"""What is remembered of name servers' answers, for how long, and what one mail may ask."""

from __future__ import annotations

import pytest

from dgroup.authentication.dns import Budget, Memory, Servers
from dgroup.errors import UnansweredError
from tests.dgroup.zones import Table


class Clock:
    """Seconds that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


QUESTION = ("ngo.example", "TXT")


def test_an_answer_is_remembered_for_its_time() -> None:
    clock = Clock()
    memory = Memory(clock)
    assert memory.get(QUESTION) is None
    memory.put(QUESTION, ("x",), 10)
    clock.now += 9
    assert memory.get(QUESTION) == ("x",)
    clock.now += 1
    assert memory.get(QUESTION) is None


def test_silence_is_remembered_too() -> None:
    clock = Clock()
    memory = Memory(clock)
    memory.put(QUESTION, (), 5, failed=True)
    with pytest.raises(UnansweredError):
        memory.get(QUESTION)
    clock.now += 5
    assert memory.get(QUESTION) is None


def test_what_is_remembered_is_bounded_by_number_and_size() -> None:
    memory = Memory(Clock(), entries=3, memory=1_000)
    for number in range(5):
        memory.put((f"{number}.example", "A"), ("192.0.2.1",), 10)
    assert [memory.get((f"{n}.example", "A")) is not None for n in range(5)] == [
        False, False, True, True, True,
    ]  # fmt: skip
    memory.put(("big.example", "TXT"), ("x" * 980,), 10)
    assert memory.get(("4.example", "A")) is None
    assert memory.get(("big.example", "TXT")) is not None
    memory.put(("bigger.example", "TXT"), ("x" * 2_000,), 10)
    assert memory.get(("bigger.example", "TXT")) is None
    memory.put(("small.example", "TXT"), ("x",), 10)
    assert memory.get(("small.example", "TXT")) is not None


def test_the_same_question_counts_once() -> None:
    memory = Memory(Clock(), entries=10, memory=100)
    for _ in range(50):
        memory.put(QUESTION, ("x" * 40,), 10)
    assert memory.get(QUESTION) is not None


def test_a_mail_may_ask_only_so_much() -> None:
    clock = Clock()
    table = Table({QUESTION: ["x"]})
    few = Budget(table, 5, 2, clock)
    assert few.look(*QUESTION) == few.look(*QUESTION) == ("x",)
    with pytest.raises(UnansweredError):
        few.look(*QUESTION)
    late = Budget(table, 5, 100, clock)
    late.look(*QUESTION)
    clock.now += 5
    with pytest.raises(UnansweredError):
        late.look(*QUESTION)
    assert len(table.asked) == 3


@pytest.mark.parametrize(
    "name", ["", ".", "a..b", "x" * 64 + ".example", "a." * 130, "\u00e9\ud800", "b\u00fccher..de"]
)
def test_what_is_no_name_has_no_records(name: str) -> None:
    """No packet leaves: 192.0.2.1 is nobody's."""
    assert Servers(["192.0.2.1"]).look(name, "MX", 0.01) == ()

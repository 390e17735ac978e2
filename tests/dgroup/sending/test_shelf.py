"""Copies in memory: each domain at its own pace, nothing forgotten, memory bounded."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from dgroup.limits import Limit
from dgroup.model import OutboxItem
from dgroup.retry import Answer, Heard
from dgroup.sending.pacing import STRIKES, Pacing
from dgroup.sending.pipeline import body_of
from dgroup.sending.shelf import ASIDE, ASIDE_IN_ALL, Shelf
from dgroup.sending.stock import Loaded
from tests.dgroup.office import NOW

LOADED = Loaded(body_of(b"Subject: hi\r\n\r\nhi\r\n"), "water")
YES = Answer(Heard.ANSWER, 250, "2.0.0 taken")
ANSWERS = (
    YES,
    Answer(Heard.ANSWER, 450, "4.7.1 too much"),
    Answer(Heard.ANSWER, 452, "4.2.2 full"),
    Answer(Heard.ANSWER, 452, "4.3.1 no room"),
    Answer(Heard.ANSWER, 550, "5.1.1 nobody"),
    Answer(Heard.UNSENT, 0, "gone"),
    Answer(Heard.UNSENT, 421, "421 4.7.0 too fast"),
    Answer(Heard.UNKNOWN, 0, "gone"),
)


def items(*domains: str) -> list[OutboxItem]:
    return [
        OutboxItem(n, 1, None, f"m{n}@{domain}", "", 0, NOW) for n, domain in enumerate(domains)
    ]


def filled(pacing: Pacing, made: list[OutboxItem]) -> Shelf:
    shelf = Shelf(pacing)
    shelf.add([(item, LOADED) for item in shelf.admit(made, NOW)])
    return shelf


def test_who_has_no_room_is_passed_over_and_comes_back() -> None:
    shelf = filled(
        Pacing({"slow.example": Limit(at_once=1)}, 10),
        items("slow.example", "slow.example", "quick.example"),
    )
    taken = [shelf.take(NOW) for _ in range(3)]
    assert [one and one[0].id for one in taken] == [0, 2, None]
    assert (len(shelf.stock), shelf.held) == (0, 1)
    assert taken[0] is not None
    assert shelf.settle(taken[0][0], YES, NOW)[1]
    back = shelf.take(NOW)
    assert back is not None
    assert back[0].id == 1


def test_few_of_a_slow_domain_stay_in_memory() -> None:
    pacing = Pacing({"slow.example": Limit(at_once=1)}, 10)
    shelf = filled(pacing, items(*["slow.example"] * 200))
    first = shelf.take(NOW)
    assert first is not None
    shelf.settle(first[0], YES, NOW)
    assert shelf.take(NOW) is not None
    assert shelf.take(NOW) is None
    later = shelf.put_off()
    assert (shelf.held, len(later)) == (ASIDE, 200 - 2 - ASIDE)
    assert all(one.not_before > NOW and one.attempts == 0 for one in later)


def test_what_rests_leaves_memory_until_its_rest_is_over() -> None:
    pacing = Pacing({}, 10)
    shelf = filled(pacing, items(*["full.example"] * 30))
    for _ in range(STRIKES):
        found = shelf.take(NOW)
        assert found is not None
        shelf.settle(found[0], ANSWERS[1], NOW)
    assert shelf.take(NOW) is None
    assert shelf.held == 0
    later = shelf.put_off()
    assert len(later) == 30 - STRIKES
    assert min(one.not_before for one in later) == NOW + timedelta(minutes=1)


@given(
    st.lists(st.sampled_from(["a.example", "b.example", "c.example"]), max_size=80),
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(ANSWERS), st.integers(0, 100)), max_size=120
    ),
    st.sampled_from([Limit(), Limit(at_once=1), Limit(per_minute=30), Limit(60, 2)]),
)
def test_every_copy_is_in_one_place(
    domains: list[str], moves: list[tuple[int, Answer, int]], limit: Limit
) -> None:
    """On the shelf, with a session, put off or answered: never lost, never in two places."""
    made = items(*domains)
    shelf = filled(Pacing({"a.example": limit}, 4), made)
    now, done = NOW, Counter[int]()
    flying: list[OutboxItem] = []
    done.update(one.id for one in shelf.put_off())
    for kind, answer, seconds in moves:
        if kind == 0:
            now += timedelta(seconds=seconds)
        elif kind == 1 and flying:
            item = flying.pop(seconds % len(flying))
            shelf.settle(item, answer, now)
            done[item.id] += 1
        elif (found := shelf.take(now)) is not None:
            flying.append(found[0])
        done.update(one.id for one in shelf.put_off())
        assert shelf.held <= ASIDE_IN_ALL + len(made)
    done.update(item.id for item in flying)
    done.update(item.id for item in shelf.clear())
    assert done == Counter(item.id for item in made)
    assert shelf.held == 0

"""How fast copies may go to a domain: by settings, by how long answers take, by what they say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgroup.config import parse
from dgroup.errors import ConfigError
from dgroup.limits import Limit
from dgroup.retry import Answer, Heard
from dgroup.sending.pacing import (
    FIRST_REST,
    LONGEST_REST,
    MANY,
    REMEMBERED,
    SLOW,
    STRIKES,
    Blame,
    Pacing,
    blame,
    domain_of,
)

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
YES = Answer(Heard.ANSWER, 250, "2.0.0 taken")
LATER = Answer(Heard.ANSWER, 450, "4.7.1 too much mail")


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def sent(pacing: Pacing, domain: str, copy: int, answer: Answer, now: datetime) -> Blame:
    assert pacing.begin(domain, copy, now)
    return pacing.settle(copy, answer, now)


@pytest.mark.parametrize(
    ("code", "text", "about"),
    [
        (450, "4.2.1 greylisted", Blame.COPY),
        (452, "4.2.2 mailbox full", Blame.COPY),
        (450, "4.1.1 not verified as yet", Blame.COPY),
        (450, "4.7.1 rate limit", Blame.DOMAIN),
        (451, "4.4.1 no answer from host", Blame.DOMAIN),
        (452, "4.3.1 Insufficient system storage", Blame.HOST),
        (452, "4.5.3 too many recipients", Blame.HOST),
        (452, "no room", Blame.HOST),
        (450, "busy", Blame.COPY),
        (451, "local error", Blame.DOMAIN),
        (250, "4.7.1 what a text", Blame.NOTHING),
        (550, "5.7.1 policy", Blame.NOTHING),
    ],
)
def test_a_status_tells_what_is_to_blame(code: int, text: str, about: Blame) -> None:
    assert blame(Answer(Heard.ANSWER, code, text)) is about


def test_the_end_of_a_session_is_about_a_domain_only_for_its_rate() -> None:
    assert blame(Answer(Heard.UNSENT, 421, "421 4.7.28 unusual rate")) is Blame.DOMAIN
    assert blame(Answer(Heard.UNSENT, 421, "421 4.3.2 closing")) is Blame.NOTHING
    assert blame(Answer(Heard.UNSENT, 0, "connection lost")) is Blame.NOTHING
    assert blame(Answer(Heard.UNKNOWN, 0, "connection lost")) is Blame.NOTHING


def test_so_many_a_minute_and_in_turn() -> None:
    pacing = Pacing({"slow.example": Limit(per_minute=60)}, 10)
    turns = [pacing.admit("slow.example", NOW, had_turn=False) for _ in range(5)]
    assert turns == [None, None, after(1), after(2), after(3)]
    assert pacing.admit("other.example", NOW, had_turn=False) is None
    # Who had a turn goes, who is new stands at the end of the row.
    assert pacing.admit("slow.example", after(1), had_turn=False) == after(4)
    assert pacing.admit("slow.example", after(1), had_turn=True) is None
    assert pacing.admit("slow.example", after(1), had_turn=True) == after(2)


@given(st.integers(1, 600), st.lists(st.floats(0.01, 5), min_size=1, max_size=60))
def test_never_more_than_the_rate_and_a_short_burst(rate: int, gaps: list[float]) -> None:
    pacing = Pacing({"slow.example": Limit(per_minute=rate)}, 10)
    now, admitted = NOW, 0
    for gap in gaps:
        for _ in range(20):
            admitted += pacing.admit("slow.example", now, had_turn=True) is None
        now += timedelta(seconds=gap)
    passed = (now - NOW).total_seconds()
    assert admitted <= rate / 60 * passed + max(1.0, rate / 30) + 0.001


def test_so_many_at_once() -> None:
    pacing = Pacing({"slow.example": Limit(at_once=2)}, 10)
    assert sent(pacing, "slow.example", 0, YES, NOW) is Blame.NOTHING
    assert [pacing.begin("slow.example", copy, NOW) for copy in (1, 2, 3)] == [True, True, False]
    pacing.settle(1, YES, NOW)
    assert pacing.begin("slow.example", 3, NOW)


def test_a_domain_rests_longer_and_longer_and_one_copy_tries() -> None:
    pacing = Pacing({}, 10)
    now = NOW
    for _ in range(STRIKES):
        sent(pacing, "full.example", 1, LATER, now)
    rest = FIRST_REST
    for _ in range(9):
        assert not pacing.begin("full.example", 1, now)
        assert pacing.admit("full.example", now, had_turn=False) == now + rest
        assert pacing.admit("full.example", now, had_turn=False) > now + rest  # type: ignore[operator]  # no None
        assert sent(pacing, "other.example", 2, YES, now) is Blame.NOTHING
        now += rest
        assert pacing.begin("full.example", 1, now)
        assert not pacing.begin("full.example", 2, now)
        pacing.settle(1, LATER, now)
        rest = min(2 * rest, LONGEST_REST)
    now += rest
    sent(pacing, "full.example", 1, YES, now)
    assert all(pacing.begin("full.example", copy, now) for copy in range(10))


def test_full_mailboxes_and_refusals_make_nobody_rest() -> None:
    pacing = Pacing({}, 10)
    for copy in range(20):
        sent(pacing, "home.example", copy, Answer(Heard.ANSWER, 452, "4.2.2 mailbox full"), NOW)
        sent(pacing, "home.example", copy, Answer(Heard.ANSWER, 550, "5.1.1 nobody"), NOW)
    assert pacing.begin("home.example", 1, NOW)


def test_a_full_smarthost_stops_all_and_then_tries_one() -> None:
    pacing = Pacing({}, 10)
    full = Answer(Heard.ANSWER, 452, "4.3.1 disk full")
    assert sent(pacing, "one.example", 1, full, NOW) is Blame.HOST
    assert pacing.host_wait(NOW) == 1
    assert not pacing.begin("two.example", 2, NOW)
    assert sent(pacing, "two.example", 2, full, after(1)) is Blame.HOST
    assert pacing.host_wait(after(1)) == 2
    assert pacing.begin("two.example", 2, after(3))
    assert not pacing.begin("one.example", 1, after(3))
    pacing.settle(2, YES, after(3))
    assert pacing.begin("one.example", 1, after(3))
    assert pacing.begin("two.example", 2, after(3))


def test_many_domains_in_trouble_are_one_smarthost_in_trouble() -> None:
    pacing = Pacing({}, 10)
    found = [sent(pacing, f"d{n}.example", n, LATER, NOW) for n in range(MANY)]
    assert found == [Blame.DOMAIN] * (MANY - 1) + [Blame.HOST]


def test_a_domain_that_does_not_answer_leaves_room_for_others() -> None:
    pacing = Pacing({}, 8)
    begun = [pacing.begin("hangs.example", copy, NOW) for copy in range(8)]
    assert sum(begun) == 1  # until the first answer
    late = NOW + 2 * SLOW
    pacing.settle(0, YES, late)
    assert set(pacing.slow) == {"hangs.example"}
    assert sum(pacing.begin("hangs.example", copy, late) for copy in range(8)) == 6
    assert pacing.begin("quick.example", 100, late)
    for copy in range(6):
        pacing.settle(copy, YES, late)
    assert sum(pacing.begin("hangs.example", copy, late) for copy in range(8)) == 8  # quick again


def test_domains_that_never_answered_get_half_and_overdue_all_but_one() -> None:
    pacing = Pacing({}, 8)
    sent(pacing, "home.example", 0, YES, NOW)
    names = [f"hangs{number}.example" for number in range(1, 20)]
    assert sum(pacing.begin(name, at, NOW) for at, name in enumerate(names, 1)) == 4
    late = NOW + 2 * SLOW
    assert sum(pacing.begin(name, at, late) for at, name in enumerate(names[4:], 5)) == 3
    assert pacing.begin("home.example", 100, late)
    pacing.settle(1, Answer(Heard.UNKNOWN, 0, "timed out"), late)
    assert pacing.begin(names[-1], 101, late)


def test_what_is_known_of_domains_is_bounded() -> None:
    pacing = Pacing({"kept.example": Limit(at_once=1)}, 10)
    sent(pacing, "kept.example", 0, YES, NOW)
    for number in range(2 * REMEMBERED):
        sent(pacing, f"d{number}.example", number, YES, NOW)
    assert pacing.known <= REMEMBERED


def test_a_domain_is_what_stands_behind_the_last_at() -> None:
    assert domain_of('"a@b"@Home.Example') == "home.example"


def test_limits_are_read_and_mistakes_are_told() -> None:
    text = '[relay.domains]\n"GMail.com" = { per_minute = 600, at_once = 5 }\n"x.example" = {}\n'
    assert parse(text).relay.domains == (("gmail.com", Limit(600, 5)), ("x.example", Limit()))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('"gmail" = { per_minute = 1 }', "gmail"),
        ('"gmail.com" = 5', "per_minute = 60"),
        ('"gmail.com" = { hourly = 1 }', "not hourly"),
        ('"gmail.com" = { at_once = -1 }', "at_once of gmail.com"),
        ('"gmail.com" = { at_once = true }', "at_once of gmail.com"),
    ],
)
def test_wrong_limits_are_named(line: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(f"[relay.domains]\n{line}\n")
    (mistake,) = caught.value.mistakes
    assert (mistake.key, mistake.line) == ("relay.domains", 1)
    assert said in mistake.text

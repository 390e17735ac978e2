"""Pacing: how fast and how many at once copies may go to each recipient domain, and which of them rests.

State without I/O: every call is given the moment. A domain is slowed by the host's settings, by answers
that take long, and by 4xx that are about it; a smarthost that is full slows everything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto

from dgroup.limits import NO_LIMIT, Limit
from dgroup.retry import Answer, Heard, host_delay

SLOW = timedelta(seconds=3)
"""an answer that takes longer makes its domain slow: it gets no more than a part of the sessions"""
STRIKES = 3
"""4xx in a row, no copy taken between, after which a domain rests"""
FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(hours=1)
MANY = 5
"""domains in trouble at a time, no copy taken between, that speak of the smarthost itself"""
LONGEST_TURN = timedelta(minutes=10)
PROBE = timedelta(seconds=2)
"""what others of a domain wait longer than the copy that tries whether its rest was long enough"""
SHUT_TURNS = 600
"""turns a minute that a sender gives to copies that others have to send"""
REMEMBERED = 5000
"""domains that are known at a time"""

_NEVER = datetime.min.replace(tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_STATUS = re.compile(r"(?:421 )?4\.(\d{1,3})\.(\d{1,3})\b")


class Blame(Enum):
    """What a refusal for now is about."""

    NOTHING = auto()
    COPY = auto()
    """one mailbox: full, locked, unknown as yet"""
    DOMAIN = auto()
    """where the copy goes: too much mail, a server that is away"""
    HOST = auto()
    """the smarthost: its disk or its queue is full"""


def blame(answer: Answer) -> Blame:
    """Tell what a 4xx is about, by its status code (RFC 3463), else by the reply code (RFC 5321 4.2.3)."""
    if not 400 <= answer.code < 500 or answer.heard is Heard.UNKNOWN:
        return Blame.NOTHING
    status = _STATUS.match(answer.text)
    if status is None:
        return {450: Blame.COPY, 451: Blame.DOMAIN, 452: Blame.HOST}.get(answer.code, Blame.NOTHING)
    subject, detail = int(status[1]), int(status[2])
    if (
        answer.heard is Heard.UNSENT
    ):  # the end of a session: only a limit of rates is about a domain
        return Blame.DOMAIN if subject == 7 else Blame.NOTHING
    if (subject, detail) in {(3, 1), (3, 2), (5, 3)}:
        return Blame.HOST
    return Blame.DOMAIN if subject in {3, 4, 5, 7} else Blame.COPY


@dataclass(slots=True)
class _Domain:
    """What is known of one domain."""

    name: str
    limit: Limit
    begun: dict[int, datetime]
    """copies in flight, the oldest first"""
    tokens: float
    """copies that may be begun now under `per_minute`"""
    filled_at: datetime
    heard: bool = False
    slow: bool = False
    took: timedelta = timedelta(0)
    """how long the last answer took"""
    strikes: int = 0
    rests: int = 0
    """rests in a row; while there are any, one copy at a time tries"""
    rest_until: datetime = _NEVER
    probe_given: bool = False
    turn: datetime = _NEVER
    """the last turn that was given to a new copy"""
    late: datetime = _NEVER
    """the same for copies that had a turn and must wait again"""

    @property
    def forgettable(self) -> bool:
        """Whether nothing is lost with it."""
        return not (self.begun or self.strikes or self.rests or self.slow or self.limit.any)

    def is_slow(self, now: datetime) -> bool:
        """Whether its answers take long: the last one did, or one is overdue."""
        if self.slow or not self.begun:
            return self.slow
        return now - next(iter(self.begun.values())) > SLOW


class Pacing:
    """Says of each copy whether it may be taken, whether it may be begun, or when its turn comes."""

    def __init__(self, limits: Mapping[str, Limit], connections: int) -> None:
        self._limits = limits
        self._half = max(1, connections // 2)
        self._most_slow = max(1, connections * 3 // 4)
        self._most_untried = max(1, connections - 1)
        self._domains: dict[str, _Domain] = {}
        self._flying: dict[int, _Domain] = {}
        """copies in flight"""
        self._untried: dict[str, _Domain] = {}
        """domains that have a copy in flight and have never answered"""
        self.slow: set[str] = set()
        """domains behind whose copies nothing should go out in the same session"""
        self._calm_from = _NEVER
        """when the last rest of a domain ends"""
        self._troubled: set[str] = set()
        self._host_failures = 0
        self._host_until = _NEVER

    def limit(self, limits: Mapping[str, Limit], now: datetime) -> None:
        """Keep to other limits from now on: senders came or went."""
        self._limits = limits
        for one in self._domains.values():
            changed = limits.get(one.name, NO_LIMIT)
            if one.limit != changed:
                one.limit, one.tokens, one.filled_at = changed, 0.0, now

    def is_calm(self, now: datetime) -> bool:
        """Whether every copy may be taken into the stock: saves asking for each."""
        return not self._limits and self._calm_from <= now

    def forget_times(self, now: datetime) -> None:
        """The clock was put back: what was to last a minute would last until it is as late again."""
        self._calm_from = self._host_until = _NEVER
        for one in self._domains.values():
            one.rest_until = one.turn = one.late = _NEVER
            one.filled_at = now
            one.begun = dict.fromkeys(one.begun, now)

    def shares(self, domain: str, now: datetime) -> bool:
        """Whether its copies need no turn of their own: nothing limits it, and nothing is wrong with it or
        with the smarthost."""
        if domain in self._limits or self._host_failures:
            return False
        one = self._domains.get(domain)
        return one is None or not (
            one.rests or one.strikes or one.rest_until > now or one.is_slow(now)
        )

    # --- Before a copy goes ------------------------------------------------------------------

    def admit(self, domain: str, now: datetime, *, had_turn: bool) -> datetime | None:
        """Take a copy into the stock: None, or the moment to which it is put off.

        `had_turn`: it waited for a turn before, so it goes before those that are new.
        """
        one = self._domains.get(domain)
        if one is None:
            if domain not in self._limits:
                return None
            one = self._known(domain, now)
        if one.rest_until > now:
            return self._after_rest(one)
        if one.limit.shut:
            return self._turn(one, now)
        return self._by_minute(one, now, had_turn=had_turn) if one.limit.per_minute else None

    def _turn(self, one: _Domain, now: datetime) -> datetime:
        """The next moment at which one of all senders may begin a copy."""
        a_minute = one.limit.together or one.limit.per_minute or SHUT_TURNS
        one.turn = max(one.turn, now) + timedelta(minutes=1 / a_minute)
        if one.limit.shut:
            one.turn = min(one.turn, now + LONGEST_TURN)
        return _whole(one.turn)

    def _after_rest(self, one: _Domain) -> datetime:
        """The first one tries; the others come when its answer is known."""
        if not one.probe_given:
            one.probe_given = True
            return one.rest_until
        return one.rest_until + PROBE

    def _by_minute(self, one: _Domain, now: datetime, *, had_turn: bool) -> datetime | None:
        a_second = one.limit.per_minute / 60
        gained = max(0.0, (now - one.filled_at).total_seconds()) * a_second
        one.tokens = min(one.tokens + gained, max(1.0, 2 * a_second))
        one.filled_at = now
        if one.tokens >= 1 and (had_turn or one.turn <= now):
            one.tokens -= 1
            return None
        if had_turn:
            one.late = max(one.late, now) + timedelta(seconds=1 / a_second)
            return _whole(one.late)
        return self._turn(one, now)

    def begin(self, domain: str, copy: int, now: datetime) -> bool:
        """Whether a copy may go now; then it counts as in flight until `settle`."""
        one = self._domains.get(domain)
        if one is None:
            one = self._known(domain, now)
        usual = one.heard and not (one.rests or one.limit.at_once or self._host_failures)
        if (not usual and not self._has_room(one, now)) or one.rest_until > now:
            return False
        if (
            (one.begun or one.slow)
            and one.is_slow(now)
            and self._slow_in_flight(now) >= self._most_slow
        ):
            return False
        one.begun[copy] = now
        self._flying[copy] = one
        if not one.heard:
            self._untried[domain] = one
        return True

    def _has_room(self, one: _Domain, now: datetime) -> bool:
        if self._host_failures and (self._flying or self.host_wait(now)):
            return False
        return len(one.begun) < self._room(one) and (one.heard or self.may_try(now) > 0)

    def may_try(self, now: datetime) -> int:
        """How many more domains that have never answered may get a copy: half of the sessions, and with
        those that are overdue all but one, which is left to domains that do answer."""
        late = sum(one.is_slow(now) for one in self._untried.values())
        left = min(self._half + late, self._most_untried)
        return max(0, left - len(self._untried))

    def _room(self, one: _Domain) -> int:
        if one.rests:
            return 1
        if one.limit.shut:
            return 0
        allowed = one.limit.at_once or 1_000_000
        # Until the first answer nobody knows whether there will be one.
        return allowed if one.heard else 1

    def _slow_in_flight(self, now: datetime) -> int:
        busy = {one.name: one for one in self._flying.values()}
        return sum(len(one.begun) for one in busy.values() if one.is_slow(now))

    def has_queue(self, domain: str, now: datetime) -> bool:
        """Whether a domain's copies have to wait for more than its first answer."""
        one = self._known(domain, now)
        return bool(one.heard or one.rests or one.rest_until > now or one.is_slow(now))

    def rests(self, domain: str, now: datetime) -> bool:
        """Whether nothing may go to a domain for a while."""
        one = self._domains.get(domain)
        return one is not None and (one.rest_until > now or one.limit.shut)

    def free(self, domain: str) -> int:
        """How many more copies a domain may have in flight."""
        one = self._domains.get(domain)
        return 1 if one is None else max(0, self._room(one) - len(one.begun))

    def has_answered(self, domain: str) -> bool:
        """Whether anything was heard about a domain."""
        one = self._domains.get(domain)
        return one is not None and one.heard

    def later(self, domain: str, now: datetime) -> datetime:
        """Give a turn to a copy for which `begin` had no room and the stock has none."""
        one = self._known(domain, now)
        if one.rest_until > now:
            return self._after_rest(one)
        if one.limit.shut:
            return self._turn(one, now)
        step = max(one.took / self._room(one), timedelta(milliseconds=10))
        one.late = min(max(one.late, now + _SECOND) + step, now + LONGEST_TURN)
        if one.rests:
            one.late = min(one.late, now + FIRST_REST)
        return _whole(one.late)

    def host_wait(self, now: datetime) -> float:
        """Seconds for which nothing should go out at all."""
        return max(0.0, (self._host_until - now).total_seconds())

    # --- After it ----------------------------------------------------------------------------

    def settle(self, copy: int, answer: Answer, now: datetime) -> Blame:
        """Learn from the outcome of a copy that was begun; gives what a refusal was about."""
        one = self._flying.pop(copy)
        one.took = now - one.begun.pop(copy)
        if self._untried:
            self._untried.pop(one.name, None)
        if (slow := one.took > SLOW) is not one.slow:
            one.slow = slow
            (self.slow.add if slow else self.slow.discard)(one.name)
        if answer.taken:
            one.heard, one.strikes, one.rests = True, 0, 0
            self._host_failures = 0
            if self._troubled:
                self._troubled.clear()
            return Blame.NOTHING
        if answer.heard is Heard.ANSWER:
            one.heard = True
        found = blame(answer)
        if found is Blame.DOMAIN:
            found = self._strike(one, now)
        if found is Blame.HOST:
            self._host_failed(now)
        return found

    def _strike(self, one: _Domain, now: datetime) -> Blame:
        """A domain refuses for now. Answers to copies that were under way when its rest began, and a
        rest that is over, count once."""
        self._troubled.add(one.name)
        if one.rest_until <= now:
            one.strikes += 1
            if one.strikes >= STRIKES or one.rests:
                one.rest_until = now + min(FIRST_REST * 2 ** min(one.rests, 10), LONGEST_REST)
                one.rests, one.strikes, one.probe_given = one.rests + 1, 0, False
                self._calm_from = max(self._calm_from, one.rest_until)
        if len(self._troubled) < MANY:
            return Blame.DOMAIN
        self._troubled.clear()
        return Blame.HOST

    def _host_failed(self, now: datetime) -> None:
        if self._host_until <= now:
            self._host_failures += 1
            self._host_until = now + host_delay(self._host_failures)

    def _known(self, domain: str, now: datetime) -> _Domain:
        one = self._domains.get(domain)
        if one is None:
            if len(self._domains) >= REMEMBERED:
                kept = {name: old for name, old in self._domains.items() if not old.forgettable}
                self._domains = kept
            limit = self._limits.get(domain, NO_LIMIT)
            tokens = max(1.0, limit.per_minute / 30)
            one = self._domains[domain] = _Domain(domain, limit, {}, tokens, now)
        return one

    @property
    def known(self) -> int:
        """How many domains are remembered."""
        return len(self._domains)


def _whole(moment: datetime) -> datetime:
    """Round up to whole seconds, so that turns that follow each other share a look."""
    return moment if not moment.microsecond else moment.replace(microsecond=0) + _SECOND


def domain_of(address: str) -> str:
    """The domain that a recipient's address is paced by."""
    return address.rpartition("@")[2].lower()

"""Asking the domain name system: one small question at a time, with a time limit and a memory.

`Servers` asks real servers and remembers answers within bounds; `Budget` bounds what one mail may cost
(RFC 7208 4.6.4). A test gives a plain table in place of both.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import dns.exception
import dns.nameserver
import dns.rdtypes.ANY.MX
import dns.rdtypes.txtbase
import dns.resolver
from dns.rdata import Rdata

from dgroup.config import name_server
from dgroup.errors import InputError, UnansweredError

TRY_S = 1.0
"""seconds after which the next server is asked, or the only one again"""
QUESTION_S = 2.5
"""seconds for one question in all"""
LONGEST = 16 * 1024
"""characters of one answer; a longer one is no answer"""
MOST = 200
"""records of one answer, the same"""
TTL_S = 3600.0
"""the longest that an answer is remembered"""
NOTHING_S = 60.0
"""how long it is remembered that there is nothing"""
FAILURE_S = 10.0
"""how long a server that does not answer is left alone about that question"""
ENTRIES = 4_000
MEMORY = 4 * 1024 * 1024
"""characters of all remembered answers"""


class Resolver(Protocol):
    """Answers one question about a name."""

    def look(self, name: str, kind: str, seconds: float) -> tuple[str, ...]:
        """Give the records of `kind` (TXT, A, AAAA, MX, PTR); none where the name has none.

        A TXT is its strings joined, one character a byte; an MX is 'preference host'. Raises
        UnansweredError, within about `seconds`.
        """


@dataclass(frozen=True, slots=True)
class _Entry:
    records: tuple[str, ...]
    until: float
    failed: bool
    size: int


class Memory:
    """Answers by question, the oldest forgotten first; for many threads."""

    def __init__(
        self, clock: Callable[[], float], entries: int = ENTRIES, memory: int = MEMORY
    ) -> None:
        self._clock = clock
        self._entries, self._memory = entries, memory
        self._known: OrderedDict[tuple[str, str], _Entry] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, question: tuple[str, str]) -> tuple[str, ...] | None:
        """What was answered, if it still holds. Raises UnansweredError where nobody could say."""
        with self._lock:
            entry = self._known.get(question)
        if entry is None or entry.until <= self._clock():
            return None
        if entry.failed:
            raise UnansweredError(f"{question[0]} {question[1]} did not answer a moment ago")
        return entry.records

    def put(
        self,
        question: tuple[str, str],
        records: tuple[str, ...],
        seconds: float,
        *,
        failed: bool = False,
    ) -> None:
        """Remember an answer, or that there was none."""
        size = len(question[0]) + sum(map(len, records))
        entry = _Entry(records, self._clock() + seconds, failed, size)
        with self._lock:
            self._forget(question)
            self._known[question] = entry
            self._size += size
            while len(self._known) > self._entries or self._size > self._memory:
                self._forget(next(iter(self._known)))

    def _forget(self, question: tuple[str, str]) -> None:
        gone = self._known.pop(question, None)
        if gone is not None:
            self._size -= gone.size


class Servers:
    """Asks name servers; `servers` as for `config.name_server`, none: those of the machine.

    For many threads. Raises InputError where the machine has none.
    """

    def __init__(
        self, servers: Sequence[str] = (), clock: Callable[[], float] = time.monotonic
    ) -> None:
        try:
            self._resolver = dns.resolver.Resolver(configure=not servers)
        except dns.resolver.NoResolverConfiguration as error:
            raise InputError(
                "this machine names no name servers: set auth.dns_servers, or auth.verify to false"
            ) from error
        if servers:
            self._resolver.nameservers = [
                dns.nameserver.Do53Nameserver(*name_server(text)) for text in servers
            ]
        self._resolver.timeout = TRY_S
        self._resolver.use_edns(0, 0, 1232)
        self._memory = Memory(clock)

    def look(self, name: str, kind: str, seconds: float) -> tuple[str, ...]:
        """See `Resolver`."""
        question = (name.lower().rstrip("."), kind)
        known = self._memory.get(question) if question[0] else ()
        if known is not None:
            return known
        try:
            records, ttl = self._ask(question, seconds)
        except UnansweredError:
            self._memory.put(question, (), FAILURE_S, failed=True)
            raise
        self._memory.put(question, records, min(ttl, TTL_S))
        return records

    def _ask(self, question: tuple[str, str], seconds: float) -> tuple[tuple[str, ...], float]:
        try:
            answer = self._resolver.resolve(
                question[0] + ".",
                question[1],
                lifetime=seconds,
                search=False,
                raise_on_no_answer=False,
            )
        except (dns.resolver.NXDOMAIN, dns.resolver.YXDOMAIN):
            return (), NOTHING_S
        except (dns.resolver.NoNameservers, dns.exception.Timeout, OSError, EOFError) as error:
            raise UnansweredError(f"{question[0]} {question[1]}: {error}") from error
        except (dns.exception.DNSException, ValueError):  # no name at all: a label too long, ...
            return (), NOTHING_S
        if answer.rrset is None:
            return (), NOTHING_S
        records = tuple(map(_text, answer.rrset))
        if len(records) > MOST or sum(map(len, records)) > LONGEST:
            raise UnansweredError(f"{question[0]} {question[1]}: the answer is too long")
        return records, float(answer.rrset.ttl)


def _text(record: Rdata) -> str:
    if isinstance(record, dns.rdtypes.txtbase.TXTBase):
        return b"".join(record.strings).decode("latin-1")
    if isinstance(record, dns.rdtypes.ANY.MX.MX):
        return f"{record.preference} {record.exchange.to_text(omit_final_dot=True)}"
    return record.to_text().rstrip(".")


class Budget:
    """A resolver for one mail: at most so many questions, in all at most so many seconds."""

    def __init__(
        self,
        resolver: Resolver,
        seconds: float,
        questions: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._resolver, self._clock = resolver, clock
        self._until = clock() + seconds
        self._left = questions

    def look(self, name: str, kind: str, seconds: float = QUESTION_S) -> tuple[str, ...]:
        """See `Resolver`."""
        self._left -= 1
        remaining = self._until - self._clock()
        if self._left < 0 or remaining <= 0:
            raise UnansweredError("this mail has asked enough")
        return self._resolver.look(name, kind, min(seconds, remaining))

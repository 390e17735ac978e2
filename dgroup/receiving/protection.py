"""What the hosts that get our copies will ask of an author's domain: its DMARC policy (RFC 9989), and
which signatures of it hold on the mail.

Asked within bounds, in threads, outside any transaction; nothing here refuses a mail. Policies are
remembered: where no name server answers, the last one known holds for a week, then none does (RULINGS 6).
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from dgroup.address import ascii_domain
from dgroup.authentication import dkimcheck, dmarc
from dgroup.authentication.dkimcanon import Mail
from dgroup.authentication.dns import QUESTION_S, Budget, Resolver
from dgroup.errors import UnansweredError
from dgroup.failing import Failing
from dgroup.model import DmarcPolicy, Envelope, Protection

log = logging.getLogger("dgroup.receiving.protection")

SECONDS = 3.0
"""for all questions about one mail"""
QUESTIONS = 40
THREADS = 16
FRESH_S = 300.0
"""how long an answer is not asked for again"""
MUTE_S = 60.0
"""how long a domain whose servers gave no answer is left alone"""
STALE_S = 7 * 86_400.0
"""how long the last policy known stands in for an answer"""
ENTRIES = 4_000
MAX_DOMAIN = 255
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Known:
    walk: dmarc.Walk
    policy: DmarcPolicy
    at: float
    again_at: float


class Protections:
    """Finds protections, for the event loop; `resolver` is for many threads."""

    def __init__(self, resolver: Resolver, clock: Callable[[], float] = time.monotonic) -> None:
        self._resolver, self._clock = resolver, clock
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._mute: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(THREADS, "protection")
        self._failing = Failing(log, "what a domain asks of copies cannot be found out")

    async def find(self, envelope: Envelope, from_domain: str, said: Protection) -> Protection:
        """Give the protection of the author's domain; `said` is what a trusted front has told of it.
        Never raises, takes about three seconds at most."""
        domain = ascii_domain(from_domain[: MAX_DOMAIN + 1].lower().rstrip("."))
        if "." not in domain or len(domain) > MAX_DOMAIN:
            return said
        known = self._known.get(domain)
        if known is not None and known.again_at > self._clock():
            now = Protection(known.policy, said.signers)
            if not now.protected:
                return now  # as most mails: no thread is needed
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._safely, envelope, domain, said)

    def _safely(self, envelope: Envelope, domain: str, said: Protection) -> Protection:
        try:
            found = self._look(envelope, domain, said)
        except Exception as error:  # the named edge: a fault of ours must not lose or refuse a mail
            self._failing.failed(error, f"envelope={envelope.id}")
            return said
        self._failing.works()
        return found

    def _look(self, envelope: Envelope, domain: str, said: Protection) -> Protection:
        asked = Budget(self._resolver, SECONDS, QUESTIONS)
        known = self._policy(domain, asked)
        if known is None:
            return said
        strict = _strict(known.walk)
        named = [one for one in said.signers if dmarc.may_align(known.walk, one, strict=strict)]
        found = Protection(known.policy, tuple(named))
        if not found.protected or found.signers:
            return found
        return Protection(known.policy, _signers(asked, envelope, known.walk))

    def _policy(self, domain: str, asked: Budget) -> _Known | None:
        """Give what the domain publishes; where nobody answers what is remembered, or None."""
        now, known = self._clock(), self._known.get(domain)
        if known is not None and known.again_at > now:
            return known
        if self._mute.get(domain, now) <= now:
            try:
                return self._remember(domain, asked, now)
            except UnansweredError as error:
                log.info("no answer about the policy of %s: %s", domain, error)
                self._put(self._mute, domain, self._clock() + MUTE_S)
        return known if known is not None and now - known.at < STALE_S else None

    def _remember(self, domain: str, asked: Budget, now: float) -> _Known:
        walk = dmarc.walk(domain, lambda name: asked.look(name, "TXT", QUESTION_S))
        policy = dmarc.effective(walk, lambda: _exists(asked, domain)) or DmarcPolicy.NONE
        found = _Known(walk, policy, now, now + FRESH_S)
        self._put(self._known, domain, found)
        return found

    def _put(self, memory: OrderedDict[str, T], name: str, value: T) -> None:
        """Remember; the oldest is forgotten."""
        with self._lock:
            memory.pop(name, None)
            memory[name] = value
            while len(memory) > ENTRIES:
                memory.popitem(last=False)

    def close(self) -> None:
        """Let go of the threads; questions under way end by their own limits."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _strict(author: dmarc.Walk) -> bool:
    return author.published is not None and author.published[1].strict_dkim


def _exists(asked: Budget, domain: str) -> bool:
    try:
        return any(asked.look(domain, kind, QUESTION_S) for kind in ("MX", "A", "AAAA"))
    except UnansweredError:
        return True


def _signers(asked: Budget, envelope: Envelope, author: dmarc.Walk) -> tuple[str, ...]:
    """Name the domains that may speak for the author and have a signature that holds."""

    def texts(name: str) -> tuple[str, ...]:
        return asked.look(name, "TXT", QUESTION_S)

    strict = _strict(author)
    mail = Mail(envelope.raw)
    found: list[str] = []
    for one in dkimcheck.signatures(mail):
        if one.domain in found or not dmarc.may_align(author, one.domain, strict=strict):
            continue
        try:
            holds = not dkimcheck.failure(mail, one, texts, envelope.received_at)
            if holds and dmarc.is_aligned(author, one.domain, texts, strict=strict):
                found.append(one.domain)
        except UnansweredError:
            continue  # a proof that nobody can check now: members' hosts may not be able to either
    return tuple(found)

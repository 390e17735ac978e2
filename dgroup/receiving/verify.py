"""Who is speaking, found out by ourselves where we are the MX: DKIM, SPF and DMARC of one mail.

Only what could vouch for the From domain is looked at, so that a mail costs few questions. All of it
runs in threads, outside any transaction. Whatever cannot be read or answered proves nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from dgroup.address import ascii_domain
from dgroup.authentication import arccheck, auth, dkimcheck, dmarc, spfcheck
from dgroup.authentication.dkimcanon import Mail
from dgroup.authentication.dns import QUESTION_S, Budget, Resolver
from dgroup.errors import UnansweredError
from dgroup.failing import Failing
from dgroup.model import Alignment, DmarcPolicy, Envelope, Verdicts

log = logging.getLogger("dgroup.receiving.verify")

SECONDS = 5.0
"""for all questions about one mail"""
MAX_DOMAIN = 255
QUESTIONS = 80
"""for one mail"""
THREADS = 32
"""mails that are looked at together; they mostly wait for answers"""


class Verifier:
    """Finds verdicts about mails that came to us directly; for the event loop."""

    def __init__(self, resolver: Resolver, *, spf: bool = True, threads: int = THREADS) -> None:
        """`spf` is False where the listener cannot know the real client (LMTP)."""
        self._resolver, self._spf = resolver, spf
        self._threads = ThreadPoolExecutor(threads, "verify")
        self._failing = Failing(log, "a mail cannot be verified")

    async def verdicts(self, envelope: Envelope, from_domain: str) -> Verdicts:
        """Give the alignment of `from_domain`; never raises, takes about five seconds at most."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._safely, envelope, from_domain)

    def _safely(self, envelope: Envelope, from_domain: str) -> Verdicts:
        try:
            found = judge(
                Budget(self._resolver, SECONDS, QUESTIONS), envelope, from_domain, spf=self._spf
            )
        except Exception as error:  # the named edge: a fault of ours must not lose or refuse a mail
            self._failing.failed(error, f"envelope={envelope.id}")
            return Verdicts(evidence="error by us")
        self._failing.works()
        return found

    def close(self) -> None:
        """Let go of the threads; questions under way end by their own limits."""
        self._threads.shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _Found:
    """What one method says."""

    vouches: bool
    unsure: bool
    """somebody who could have vouched did not answer"""
    words: str
    """for the log"""


def judge(
    resolver: Resolver, envelope: Envelope, from_domain: str, *, spf: bool = True
) -> Verdicts:
    """Judge one mail. Blocks while the resolver does."""
    short = from_domain[: MAX_DOMAIN + 1]
    domain = ascii_domain(short.lower().rstrip("."))
    if "." not in domain or len(domain) > MAX_DOMAIN:
        return Verdicts(evidence="no domain by us")
    mail = Mail(envelope.raw)
    judgement = _Judgement(resolver, envelope, mail, domain)
    found = [judgement.dkim()]
    if spf and not found[0].vouches:
        found.append(judgement.spf())
    return _with_chain(judgement.verdicts(found), judgement.chain(), domain)


def _with_chain(said: Verdicts, chain: arccheck.Chain | None, domain: str) -> Verdicts:
    """Tell of the chain beside the verdicts; it changes none of them: anybody may begin a chain that
    says what they like (STANDARDS 18)."""
    words = chain.words if chain is not None else "arc=unanswered"
    evidence = said.evidence.removesuffix(" by us") + f" {words} by us" if words else said.evidence
    results = auth.told(said.evidence, domain, chain.verdict if chain is not None else "")
    return replace(said, evidence=evidence, results=results)


class _Judgement:
    """One mail and what is published about its From domain."""

    def __init__(self, resolver: Resolver, envelope: Envelope, mail: Mail, domain: str) -> None:
        self._resolver, self._envelope, self._mail = resolver, envelope, mail
        self._published = True
        try:
            self._author = dmarc.walk(domain, self._texts)
        except UnansweredError:
            self._author, self._published = dmarc.Walk(domain, (), domain), False
        published = self._author.published
        self._record = published[1] if published is not None else dmarc.Record()

    def _texts(self, name: str) -> tuple[str, ...]:
        return self._resolver.look(name, "TXT", QUESTION_S)

    def _strict(self, *, asked: bool) -> bool:
        """Where nobody knows what is published, only the very domain is sure to be aligned."""
        return asked or not self._published

    def _vouches(self, domain: str, *, strict: bool) -> bool:
        return dmarc.is_aligned(self._author, domain, self._texts, strict=strict)

    def dkim(self) -> _Found:
        """Look for a signature that holds and is of a domain that may speak for the author."""
        strict = self._strict(asked=self._record.strict_dkim)
        mail = self._mail
        every = dkimcheck.signatures(mail)
        likely = [one for one in every if dmarc.may_align(self._author, one.domain, strict=strict)]
        unsure, words = False, "dkim=unaligned" if every else "dkim=none"
        for one in likely:
            try:
                said = dkimcheck.failure(mail, one, self._texts, self._envelope.received_at)
                if not said and self._vouches(one.domain, strict=strict):
                    return _Found(vouches=True, unsure=unsure, words=f"dkim=pass d={one.domain}")
            except UnansweredError:
                unsure, said = True, "unanswered"
            words = f"dkim=fail ({said or 'unaligned'}) d={one.domain}"
        return _Found(vouches=False, unsure=unsure, words=words)

    def spf(self) -> _Found:
        """Ask whether the client may send for the reverse-path, where that speaks for the author."""
        envelope, strict = self._envelope, self._strict(asked=self._record.strict_spf)
        local, at, domain = (envelope.mail_from or envelope.helo).rpartition("@")
        domain = ascii_domain(domain.lower().rstrip("."))
        if not dmarc.may_align(self._author, domain, strict=strict):
            return _Found(vouches=False, unsure=False, words="spf=unaligned")
        sender = f"{local}@{domain}" if at else ""
        said = spfcheck.result(self._resolver, envelope.peer, sender, envelope.helo)
        unsure = said == "temperror"
        try:
            vouches = said == "pass" and self._vouches(domain, strict=strict)
        except UnansweredError:
            vouches, unsure = False, True
        return _Found(vouches, unsure, f"spf={said}")

    def chain(self) -> arccheck.Chain | None:
        """Judge the ARC chain; None where somebody did not answer."""
        try:
            return arccheck.chain(self._mail, self._texts)
        except UnansweredError:
            return None

    def verdicts(self, found: Sequence[_Found]) -> Verdicts:
        """Sum up. Where somebody who could have vouched did not answer, a failure is not sure: the
        mail is treated as under p=none, so that it is neither refused nor let through."""
        words = " ".join(one.words for one in found)
        if any(one.vouches for one in found):
            said = "pass" if self._author.published else "none"
            return Verdicts(Alignment.ALIGNED, DmarcPolicy.NONE, f"{words} dmarc={said} by us")
        if not self._published:
            return Verdicts(evidence=f"{words} dmarc=unanswered by us")
        policy = dmarc.effective(self._author, self._exists)
        if policy is None:
            return Verdicts(evidence=f"{words} dmarc=none by us")
        line = f"{words} dmarc=fail p={policy} by us"
        if any(one.unsure for one in found):
            policy, line = DmarcPolicy.NONE, f"{words} dmarc=fail (unsure) p={policy} by us"
        return Verdicts(Alignment.FAIL, policy, line)

    def _exists(self) -> bool:
        try:
            return any(
                self._resolver.look(self._author.start, kind, QUESTION_S)
                for kind in ("MX", "A", "AAAA")
            )
        except UnansweredError:
            return True

"""Asks the name servers all that `dgroup doctor` wants to know of us, side by side, in `SECONDS` in all."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from dgroup.authentication import dkimkeys, dmarc, spfcheck
from dgroup.authentication.dns import QUESTION_S, Budget, Resolver
from dgroup.config import Config
from dgroup.doctor.checkup import Dmarc, Names, Outgoing, PublishedKey, Records
from dgroup.errors import InputError, UnansweredError

SECONDS = 5.0
QUESTIONS = 400
HOSTS = 20
"""names of one answer that are followed"""
THREADS = 16
_LOOPBACK = ("127.0.0.1", "::1")


class _Asker:
    """One run: a budget that all threads share, and silence as a value."""

    def __init__(self, resolver: Resolver, clock: Callable[[], float]) -> None:
        self.budget = Budget(resolver, SECONDS, QUESTIONS, clock)

    def records(self, name: str, kind: str) -> Records:
        """Give the records; None where nobody answers."""
        try:
            return self.budget.look(name, kind)
        except UnansweredError:
            return None

    def addresses(self, name: str) -> Records:
        """Give A and AAAA together; what stands for itself is not asked about."""
        if found := literal(name):
            return (found,)
        four, six = self.records(name, "A"), self.records(name, "AAAA")
        if not (four or six) and None in {four, six}:
            return None
        return tuple(map(_plain, [*(four or ()), *(six or ())]))

    def text(self, name: str) -> Sequence[str]:
        """TXT records for the walk of DMARC."""
        return self.budget.look(name, "TXT", QUESTION_S)


def literal(host: str) -> str:
    """Give the address that a host's name is already, or stands for on every machine; else ''."""
    if host.lower() == "localhost":
        return _LOOPBACK[0]
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return ""


def _plain(address: str) -> str:
    """One spelling of an address, so that they can be compared."""
    return literal(address) or address


def ask(
    config: Config,
    resolver: Resolver,
    here: frozenset[str],
    given: Sequence[str] = (),
    clock: Callable[[], float] = time.monotonic,
) -> Names:
    """Find out what the world sees of us. `here` are this machine's addresses; `given`, those that the
    operator says others see (behind NAT), win over what could be guessed."""
    asker = _Asker(resolver, clock)
    domain = config.site.domain
    with ThreadPoolExecutor(THREADS, "doctor") as threads:
        mx = threads.submit(asker.records, domain, "MX")
        texts = threads.submit(asker.records, domain, "TXT")
        own = threads.submit(asker.addresses, domain)
        policy = threads.submit(_dmarc, config, asker)
        keys = [threads.submit(_published, one, asker) for one in _keys(config)]
        ours = threads.submit(asker.addresses, config.hostname)
        target = config.relay_target.host
        theirs = threads.submit(asker.addresses, target) if target else None
        hosts = sorted(mx.result() or (), key=_preference)[:HOSTS]
        names = [one.partition(" ")[2].rstrip(".") for one in hosts]
        of_mx = {name: threads.submit(asker.addresses, name) for name in names if name}
        leaves, certain = _leaves_from(
            here, given, (theirs.result() if theirs else None) or (), ours.result() or ()
        )
        outgoing = [threads.submit(_outgoing, config, asker, one) for one in leaves[:HOSTS]]
        return Names(
            mx=None if mx.result() is None else tuple(hosts),
            mx_addresses={name: found.result() for name, found in of_mx.items()},
            own_addresses=own.result(),
            spf=_spf(texts.result()),
            outgoing=tuple(one.result() for one in outgoing),
            certain=certain,
            keys=tuple(one.result() for one in keys),
            dmarc=policy.result(),
            here=here | set(map(_plain, given)),
        )


def _preference(record: str) -> tuple[int, str]:
    number, _, host = record.partition(" ")
    return int(number), host


def _spf(texts: Records) -> Records:
    if texts is None:
        return None
    return tuple(one for one in texts if one.lower().split(" ")[0] == "v=spf1")


def _leaves_from(
    here: Iterable[str], given: Sequence[str], theirs: Sequence[str], ours: Sequence[str]
) -> tuple[list[str], bool]:
    """Give the addresses from which our mail reaches others, and whether that is certain.

    Another machine's smarthost may send from other addresses than it listens at; a machine behind
    NAT does not know its own.
    """
    if given:
        return list(map(_plain, given)), True
    away = [one for one in theirs if one not in _LOOPBACK and _is_public(one)]
    if away:
        return away, False
    public = sorted(filter(_is_public, here))
    return (public, True) if public else (list(ours), False)


def _is_public(address: str) -> bool:
    return ipaddress.ip_address(address).is_global


def _outgoing(config: Config, asker: _Asker, address: str) -> Outgoing:
    """SPF and PTR of one address."""
    sender = f"bounces@{config.site.domain}"
    said = spfcheck.result(asker.budget, address, sender, config.hostname)
    names = asker.records(ipaddress.ip_address(address).reverse_pointer, "PTR")
    back = [asker.addresses(name) for name in (names or ())[:HOSTS]]
    confirmed: bool | None = any(address in (found or ()) for found in back)
    if not confirmed and None in back:
        confirmed = None
    return Outgoing(address, said, names, confirmed)


# --- Keys and policy --------------------------------------------------------------------------


def _keys(config: Config) -> list[PublishedKey]:
    """Read the keys that sign."""
    ours = config.dkim
    domain = ours.domain or config.site.domain
    found = []
    for selector, path in (
        (ours.selector, ours.key_file),
        (ours.ed25519_selector, ours.ed25519_key_file),
    ):
        if path is None:
            continue
        try:
            key = dkimkeys.read(path)
        except InputError as error:
            found.append(PublishedKey(selector, domain, "", problem=str(error)))
            continue
        bits = key.key_size if isinstance(key, RSAPrivateKey) else 0
        found.append(PublishedKey(selector, domain, dkimkeys.record(key), bits=bits))
    return found


def _published(key: PublishedKey, asker: _Asker) -> PublishedKey:
    if key.problem:
        return key
    found = asker.records(f"{key.selector}._domainkey.{key.domain}", "TXT")
    return PublishedKey(key.selector, key.domain, key.record, bits=key.bits, published=found)


def _dmarc(config: Config, asker: _Asker) -> Dmarc:
    domain = config.site.domain
    try:
        walked = dmarc.walk(domain, asker.text)
    except UnansweredError:
        return Dmarc(answered=False)
    published = walked.published
    policy = dmarc.effective(walked, lambda: True)  # we take mail: our domain exists
    if published is None or policy is None:
        return Dmarc()
    return Dmarc(True, policy, published[0], _aligned(config, walked, asker))


def _aligned(config: Config, walked: dmarc.Walk, asker: _Asker) -> bool | None:
    if config.dkim.key_file is None or walked.published is None:
        return None
    signer = config.dkim.domain or config.site.domain
    strict = walked.published[1].strict_dkim
    try:
        return dmarc.is_aligned(walked, signer, asker.text, strict=strict)
    except UnansweredError:
        return None

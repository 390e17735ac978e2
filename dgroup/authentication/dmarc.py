"""DMARC (RFC 9989): policy records, the tree walk that finds them, organisational domains, alignment.

Pure: whoever calls brings the function that asks for the TXT records of a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from dgroup.errors import UnansweredError
from dgroup.model import DmarcPolicy

MAX_LABELS = 8
"""A longer name is asked about itself and then from its last seven labels on (RFC 9989 4.10)."""
_VERSION = re.compile(r"[vV][ \t]*=[ \t]*DMARC1[ \t]*(?:;|$)")
_URI = re.compile(r"[a-z][a-z0-9+.-]*:[^\s,;!]+", re.IGNORECASE)
_POLICIES = frozenset(DmarcPolicy)

Ask = Callable[[str], Sequence[str]]
"""gives the TXT records of a name, or raises UnansweredError"""


@dataclass(frozen=True, slots=True)
class Record:
    """What a domain publishes (RFC 9989 4.7)."""

    policy: DmarcPolicy = DmarcPolicy.NONE
    subdomains: DmarcPolicy = DmarcPolicy.NONE
    """sp=, else p="""
    absent: DmarcPolicy = DmarcPolicy.NONE
    """np=, for subdomains that do not exist; else as `subdomains`"""
    strict_dkim: bool = False
    strict_spf: bool = False
    suffix: str = "u"
    """psd=: y others register below it, n it is an organisation, u not told"""
    testing: bool = False
    """t=y: the policy is not to be applied yet"""
    applies: bool = True
    """False where it says no valid policy and nobody to report to: no DMARC then"""


@dataclass(frozen=True, slots=True)
class Walk:
    """What the tree walk from `start` found, the longest name first."""

    start: str
    found: tuple[tuple[str, Record], ...]
    organisation: str

    @property
    def published(self) -> tuple[str, Record] | None:
        """The name and record whose policy holds for `start` (RFC 9989 4.10.1): its own, that of its
        organisation, or that of the public suffix above."""
        by_name = dict(self.found)
        for name in (self.start, self.organisation):
            if name in by_name:
                return name, by_name[name]
        return next(((name, one) for name, one in self.found if one.suffix == "y"), None)


def parse(text: str) -> Record | None:
    """Read a TXT record; None where it is no DMARC record. What is wrong in it counts as absent."""
    if _VERSION.match(text) is None:
        return None
    tags: dict[str, str] = {}
    for part in text.split(";")[1:]:
        name, _, value = part.partition("=")
        tags.setdefault(name.strip(" \t").lower(), value.strip(" \t"))
    low = {name: value.lower() for name, value in tags.items()}
    sound = low.get("p") in _POLICIES and all(
        low[name] in _POLICIES for name in ("sp", "np") if name in low
    )
    policies = low if sound else {}
    policy = DmarcPolicy(policies.get("p", "none"))
    subdomains = DmarcPolicy(policies.get("sp", policy))
    return Record(
        policy=policy,
        subdomains=subdomains,
        absent=DmarcPolicy(policies.get("np", subdomains)),
        strict_dkim=low.get("adkim") == "s",
        strict_spf=low.get("aspf") == "s",
        suffix=low["psd"] if low.get("psd") in {"y", "n"} else "u",
        testing=low.get("t") == "y",
        applies=sound or any(map(_URI.fullmatch, re.split(r"[ \t]*,[ \t]*", tags.get("rua", "")))),
    )


def the_record(texts: Sequence[str]) -> Record | None:
    """Give the one DMARC record among the TXT records of a name; several are none."""
    found = [one for one in map(parse, texts) if one is not None]
    return found[0] if len(found) == 1 else None


def targets(domain: str) -> Iterator[str]:
    """Name the domains that the walk asks about, from `domain` up: at most eight."""
    labels = domain.split(".")
    yield domain
    for count in range(min(len(labels), MAX_LABELS) - 1, 0, -1):
        yield ".".join(labels[-count:])


def walk(domain: str, ask: Ask) -> Walk:
    """Walk up from `domain`. UnansweredError passes, except at a top-level domain: one that does not
    answer is taken for one that publishes nothing, or its failure would disarm all below."""
    found = []
    for name in targets(domain):
        try:
            record = the_record(ask(f"_dmarc.{name}"))
        except UnansweredError:
            if "." in name or name == domain:
                raise
            continue
        if record is None:
            continue
        if "." not in name and name != domain and record.suffix == "u":
            # A top-level domain that forgot to say so: strangers below it must not be one family.
            record = replace(record, suffix="y")
        found.append((name, record))
        if record.suffix == "n" or (record.suffix == "y" and name != domain):
            break
    return Walk(domain, tuple(found), _organisation(domain, found))


def _organisation(start: str, found: Sequence[tuple[str, Record]]) -> str:
    """Give the organisational domain (RFC 9989 4.10.2)."""
    for name, record in found:
        if record.suffix == "n":
            return name
        if record.suffix == "y" and name != start:
            depth = name.count(".") + 2
            return ".".join(start.split(".")[-depth:])
    return found[-1][0] if found else start


def effective(walked: Walk, exists: Callable[[], bool]) -> DmarcPolicy | None:
    """Give the policy that holds for the walk's start; None where DMARC does not apply to it.

    `exists` tells whether the domain has A, AAAA or MX records; asked only where it matters.
    """
    published = walked.published
    if published is None or not published[1].applies:
        return None
    name, record = published
    if record.testing:
        return DmarcPolicy.NONE
    if name == walked.start:
        return record.policy
    if record.absent is record.subdomains or exists():
        return record.subdomains
    return record.absent


def may_align(author: Walk, domain: str, *, strict: bool) -> bool:
    """Tell whether `domain` can vouch for the walk's start, before anything is asked about it.

    Where nothing is published a domain also vouches for names below it, never for one above: who
    may register below a public suffix must not speak for it.
    """
    if domain == author.start:
        return True
    if strict or "." not in domain:
        return False
    if author.published is None:
        return author.start.endswith(f".{domain}")
    return f".{domain}".endswith(f".{author.organisation}")


def is_aligned(author: Walk, domain: str, ask: Ask, *, strict: bool) -> bool:
    """Tell whether `domain` vouches for the walk's start (RFC 9989 4.4). UnansweredError: nobody knows."""
    if not may_align(author, domain, strict=strict):
        return False
    if domain == author.start or author.published is None:
        return True
    return walk(domain, ask).organisation == author.organisation

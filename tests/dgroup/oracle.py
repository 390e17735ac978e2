"""What others find of our signatures: the library's verdict on each, and our own reader's."""

from __future__ import annotations

import re
from collections.abc import Mapping

import dkim

from dgroup.authentication import dkimcheck
from dgroup.authentication.dkimcanon import Mail
from tests.dgroup.zones import NOON

Zone = Mapping[str, str]
"""TXT records by name"""


def holding(raw: bytes, zone: Zone) -> list[str]:
    """The domains of the signatures that hold, topmost first; both readers must agree on each."""

    def ask(name: bytes, timeout: float = 5) -> bytes | None:
        found = zone.get(name.decode("ascii").rstrip("."))
        return found.encode() if found else None

    cut = Mail(raw)
    domains = []
    for at, one in enumerate(dkimcheck.signatures(cut)):
        ours = dkimcheck.failure(cut, one, lambda name: [zone[name]] if name in zone else [], NOON)
        try:
            theirs = bool(dkim.DKIM(raw).verify(idx=at, dnsfunc=ask))
        except dkim.DKIMException:
            theirs = False
        assert theirs == (not ours), ours
        if not ours:
            domains.append(one.domain)
    return domains


def covered(raw: bytes, domain: str) -> list[str]:
    """The names in h= of the topmost signature of a domain."""
    for field in Mail(raw).named(b"dkim-signature"):
        text = re.sub(r"\s", "", field.decode("ascii"))
        if f";d={domain};" in text:
            return str(re.findall(r";h=([^;]*);", text)[0]).split(":")
    return []


def chain(raw: bytes, zone: Zone) -> str:
    """The library's verdict on the ARC chain of a mail."""
    verdict, _, _ = dkim.arc_verify(
        raw, dnsfunc=lambda name, timeout=5: zone.get(name.decode().rstrip("."), "").encode()
    )
    return (verdict or b"none").decode()

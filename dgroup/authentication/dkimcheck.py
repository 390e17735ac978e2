"""DKIM signatures (RFC 6376, 8301, 8463): what they say, and whether they hold for a mail and a key.

Pure: the caller looks up the key records. We verify by ourselves: the library takes time in the square
of a run of spaces while all else stands still, follows l= and accepts SHA-1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from dgroup.authentication.dkimcanon import Mail
from dgroup.authentication.dkimparts import (
    ALGORITHMS,
    MAX_KEYS,
    UnusableError,
    domain_of,
    forms_of,
    key_of,
    names_of,
    octets_of,
    seconds_of,
    tags_of,
    verify,
)

MAX_SIGNATURES = 10
"""signatures of one mail that are looked at, from the top"""


@dataclass(frozen=True, slots=True)
class Signature:
    """What one DKIM-Signature field says (RFC 6376 3.5)."""

    field: bytes
    domain: str
    selector: str
    identity: str
    """domain of i="""
    key_type: str
    """rsa or ed25519"""
    relaxed_header: bool
    relaxed_body: bool
    names: tuple[bytes, ...]
    body_hash: bytes
    value: bytes
    expires: int | None
    """seconds since 1970"""
    partial: bool
    """has l=: the signer left out what follows; such a signature must still hold for all of it"""

    @property
    def key_name(self) -> str:
        """Where the key stands."""
        return f"{self.selector}._domainkey.{self.domain}"


def signatures(mail: Mail) -> list[Signature]:
    """Give the signatures that can be read, topmost first."""
    if not mail.whole or len(mail.named(b"from")) != 1:
        return []
    found = []
    for field in mail.named(b"dkim-signature")[:MAX_SIGNATURES]:
        try:
            found.append(_signature(field))
        except UnusableError:
            continue
    return found


def failure(
    mail: Mail, signature: Signature, ask: Callable[[str], Sequence[str]], now: datetime
) -> str:
    """Say why a signature does not hold, '' where it does.

    `ask` gives the TXT records of a name; asked only where the body is the one that was signed, what
    it raises passes. `now` is when the mail came.
    """
    if signature.expires is not None and signature.expires < now.timestamp():
        return "expired"
    if mail.body_hash(relaxed=signature.relaxed_body) != signature.body_hash:
        return "body" if not signature.partial else "body-l"
    said = "no-key"
    octets = mail.signed(signature.names, signature.field, relaxed=signature.relaxed_header)
    for record in ask(signature.key_name)[:MAX_KEYS]:
        try:
            below = signature.identity != signature.domain
            verify(key_of(record, signature.key_type, below=below), signature.value, octets)
        except UnusableError as error:
            said = str(error)
            continue
        return ""
    return said


def _signature(field: bytes) -> Signature:
    tags = tags_of(field)
    key_type = ALGORITHMS.get(tags.get("a", "").lower())
    if tags.get("v") != "1" or key_type is None:
        raise UnusableError("version-or-algorithm")
    domain = domain_of(tags.get("d", ""))
    identity = domain_of(tags["i"].rpartition("@")[2]) if "i" in tags else domain
    if not f".{identity}".endswith(f".{domain}"):
        raise UnusableError("identity")
    relaxed_header, relaxed_body = forms_of(tags.get("c", "simple/simple"))
    names = names_of(tags.get("h", ""))
    if b"from" not in names:
        raise UnusableError("form-or-names")
    if "dns/txt" not in tags.get("q", "dns/txt").lower().split(":"):
        raise UnusableError("query")
    return Signature(
        field=field,
        domain=domain,
        selector=domain_of(tags.get("s", "")),
        identity=identity,
        key_type=key_type,
        relaxed_header=relaxed_header,
        relaxed_body=relaxed_body,
        names=names,
        body_hash=octets_of(tags.get("bh", "")),
        value=octets_of(tags.get("b", "")),
        expires=seconds_of(tags.get("x")),
        partial="l" in tags,
    )

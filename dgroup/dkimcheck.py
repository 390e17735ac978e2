"""DKIM signatures (RFC 6376, 8301, 8463): what they say, and whether they hold for a mail and a key.

Pure: the caller looks up the key records. We verify by ourselves: the library takes time in the square
of a run of spaces while all else stands still, follows l= and accepts SHA-1. It signs (another module).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from dgroup.address import ascii_domain
from dgroup.dkimcanon import Mail

MAX_SIGNATURES = 10
"""signatures of one mail that are looked at, from the top"""
MAX_FIELD = 16 * 1024
"""bytes of one signature's field"""
MAX_KEYS = 4
"""key records of one name that are tried"""
MIN_BITS, MAX_BITS = 1024, 4096
MAX_EXPONENT = 2**32
"""of an RSA key: verifying takes time by its length, and nobody uses a longer one"""
MAX_DOMAIN = 255
_ALGORITHMS = {"rsa-sha256": "rsa", "ed25519-sha256": "ed25519"}
_FORMS = {"simple": False, "relaxed": True}
_DOMAIN = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.?)+")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


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


class UnusableError(ValueError):
    """A signature or key that proves nothing; the text says why."""


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
            _verify(_key(record, signature), signature.value, octets)
        except UnusableError as error:
            said = str(error)
            continue
        return ""
    return said


# --- Reading ----------------------------------------------------------------------------------


def _signature(field: bytes) -> Signature:
    if len(field) > MAX_FIELD:
        raise UnusableError("too-long")
    tags = _tags(field.partition(b":")[2].decode("utf-8", "replace"))
    key_type = _ALGORITHMS.get(tags.get("a", "").lower())
    if tags.get("v") != "1" or key_type is None:
        raise UnusableError("version-or-algorithm")
    domain = _domain(tags.get("d", ""))
    identity = _domain(tags["i"].rpartition("@")[2]) if "i" in tags else domain
    if not f".{identity}".endswith(f".{domain}"):
        raise UnusableError("identity")
    header, _, body = tags.get("c", "simple/simple").lower().partition("/")
    names = tuple(name.strip().lower().encode() for name in tags.get("h", "").split(":"))
    if header not in _FORMS or (body or "simple") not in _FORMS or b"from" not in names:
        raise UnusableError("form-or-names")
    if "dns/txt" not in tags.get("q", "dns/txt").lower().split(":"):
        raise UnusableError("query")
    return Signature(
        field=field,
        domain=domain,
        selector=_domain(tags.get("s", "")),
        identity=identity,
        key_type=key_type,
        relaxed_header=_FORMS[header],
        relaxed_body=_FORMS[body or "simple"],
        names=names,
        body_hash=_base64(tags.get("bh", "")),
        value=_base64(tags.get("b", "")),
        expires=_seconds(tags.get("x")),
        partial="l" in tags,
    )


def _tags(text: str) -> dict[str, str]:
    """Read a tag list (RFC 6376 3.2); a tag that stands twice makes it none."""
    tags: dict[str, str] = {}
    for part in text.removesuffix(";").split(";"):
        name, equals, value = part.partition("=")
        name = name.strip()
        if not equals and not part.strip():
            continue
        if not equals or name in tags or _NAME.fullmatch(name) is None:
            raise UnusableError("tags")
        tags[name] = "".join(value.split()) if name != "n" else value
    return tags


def _domain(text: str) -> str:
    domain = ascii_domain(text.lower()) if len(text) <= MAX_DOMAIN else ""
    if _DOMAIN.fullmatch(domain) is None or domain.endswith("."):
        raise UnusableError("domain")
    return domain


def _base64(text: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnusableError("base64") from error
    if not found:
        raise UnusableError("base64")
    return found


def _seconds(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise UnusableError("time")
    return int(text)


# --- Keys -------------------------------------------------------------------------------------


def _key(record: str, signature: Signature) -> RSAPublicKey | Ed25519PublicKey:
    """Read a key record (RFC 6376 3.6.1) that is meant for such a signature."""
    tags = _tags(record)
    if tags.get("v", "DKIM1") != "DKIM1" or tags.get("k", "rsa") != signature.key_type:
        raise UnusableError("key-type")
    if "sha256" not in tags.get("h", "sha256").split(":"):
        raise UnusableError("key-hash")
    if not {"*", "email"} & set(tags.get("s", "*").split(":")):
        raise UnusableError("key-service")
    if "s" in tags.get("t", "").split(":") and signature.identity != signature.domain:
        raise UnusableError("key-identity")
    if not tags.get("p"):
        raise UnusableError("key-revoked")
    octets = _base64(tags["p"])
    try:
        if signature.key_type == "ed25519":
            return Ed25519PublicKey.from_public_bytes(octets)
        key = load_der_public_key(octets)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UnusableError("key-form") from error
    if not isinstance(key, RSAPublicKey) or not MIN_BITS <= key.key_size <= MAX_BITS:
        raise UnusableError("key-size")
    if key.public_numbers().e > MAX_EXPONENT:
        raise UnusableError("key-exponent")
    return key


def _verify(key: RSAPublicKey | Ed25519PublicKey, value: bytes, octets: bytes) -> None:
    try:
        if isinstance(key, RSAPublicKey):
            key.verify(value, octets, PKCS1v15(), hashes.SHA256())
        else:  # RFC 8463 3: the signature is over the hash
            key.verify(value, hashlib.sha256(octets).digest())
    except InvalidSignature as error:
        raise UnusableError("signature") from error

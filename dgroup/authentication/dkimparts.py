"""What DKIM and ARC fields are made of: tag lists, domains, keys and their records (RFC 6376 3.2, 3.6.1;
RFC 8301; RFC 8463; RFC 8617 4.1). Pure; whatever cannot be read raises UnusableError.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from dgroup.address import ascii_domain

MAX_FIELD = 16 * 1024
"""bytes of one signature's field"""
MAX_KEYS = 4
"""key records of one name that are tried"""
MIN_BITS, MAX_BITS = 1024, 4096
MAX_EXPONENT = 2**32
"""of an RSA key: verifying takes time by its length, and nobody uses a longer one"""
MAX_DOMAIN = 255
ALGORITHMS = {"rsa-sha256": "rsa", "ed25519-sha256": "ed25519"}
"""a= of a signature, and k= of its key"""
FORMS = {"simple": False, "relaxed": True}
"""a canonical form, and whether it is the relaxed one"""
PublicKey = RSAPublicKey | Ed25519PublicKey
_DOMAIN = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.?)+")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class UnusableError(ValueError):
    """A signature or key that proves nothing; the text says why."""


def tags_of(field: bytes) -> dict[str, str]:
    """Read the tag list of a field; UnusableError for one that is too long."""
    if len(field) > MAX_FIELD:
        raise UnusableError("too-long")
    return tags(field.partition(b":")[2].decode("utf-8", "replace"))


def tags(text: str) -> dict[str, str]:
    """Read a tag list (RFC 6376 3.2); a tag that stands twice makes it none."""
    found: dict[str, str] = {}
    for part in text.removesuffix(";").split(";"):
        name, equals, value = part.partition("=")
        name = name.strip()
        if not equals and not part.strip():
            continue
        if not equals or name in found or _NAME.fullmatch(name) is None:
            raise UnusableError("tags")
        found[name] = "".join(value.split()) if name != "n" else value
    return found


def domain_of(text: str) -> str:
    """Read a domain or selector in its ASCII form."""
    domain = ascii_domain(text.lower()) if len(text) <= MAX_DOMAIN else ""
    if _DOMAIN.fullmatch(domain) is None or domain.endswith("."):
        raise UnusableError("domain")
    return domain


def octets_of(text: str) -> bytes:
    """Read base64; nothing is no value."""
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnusableError("base64") from error
    if not found:
        raise UnusableError("base64")
    return found


def seconds_of(text: str | None) -> int | None:
    """Read seconds since 1970; None where there are none."""
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise UnusableError("time")
    return int(text)


def forms_of(text: str) -> tuple[bool, bool]:
    """Read c=: whether header and body are in the relaxed form (RFC 6376 3.5)."""
    header, _, body = text.lower().partition("/")
    if header not in FORMS or (body or "simple") not in FORMS:
        raise UnusableError("form-or-names")
    return FORMS[header], FORMS[body or "simple"]


def names_of(text: str) -> tuple[bytes, ...]:
    """Read h=: names of header fields in lower case."""
    return tuple(name.strip().lower().encode() for name in text.split(":"))


def key_of(record: str, key_type: str, *, below: bool = False) -> PublicKey:
    """Read a key record (RFC 6376 3.6.1) that is meant for such a signature; `below`: the signer
    speaks for a name below the domain."""
    found = tags(record)
    if found.get("v", "DKIM1") != "DKIM1" or found.get("k", "rsa") != key_type:
        raise UnusableError("key-type")
    if "sha256" not in found.get("h", "sha256").split(":"):
        raise UnusableError("key-hash")
    if not {"*", "email"} & set(found.get("s", "*").split(":")):
        raise UnusableError("key-service")
    if "s" in found.get("t", "").split(":") and below:
        raise UnusableError("key-identity")
    if not found.get("p"):
        raise UnusableError("key-revoked")
    octets = octets_of(found["p"])
    try:
        if key_type == "ed25519":
            return Ed25519PublicKey.from_public_bytes(octets)
        key = load_der_public_key(octets)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise UnusableError("key-form") from error
    if not isinstance(key, RSAPublicKey) or not MIN_BITS <= key.key_size <= MAX_BITS:
        raise UnusableError("key-size")
    if key.public_numbers().e > MAX_EXPONENT:
        raise UnusableError("key-exponent")
    return key


def verify(key: PublicKey, value: bytes, octets: bytes) -> None:
    """Check a signature over octets; UnusableError where it does not hold."""
    try:
        if isinstance(key, RSAPublicKey):
            key.verify(value, octets, PKCS1v15(), hashes.SHA256())
        else:  # RFC 8463 3: the signature is over the hash
            key.verify(value, hashlib.sha256(octets).digest())
    except InvalidSignature as error:
        raise UnusableError("signature") from error

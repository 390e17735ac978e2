"""Our keys for DKIM: made, kept where nobody else can read them, and published as a line for the zone."""

from __future__ import annotations

import base64
import logging
import os
import re
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from dgroup.errors import InputError

log = logging.getLogger("dgroup.dkim")

BITS = 2048
"""of a new key: RFC 8301 3.2 asks for it, and all providers verify it"""
LEAST_BITS = 1024
_STRING = 250
"""characters of one string of a TXT record, of which at most 255 fit"""
PrivateKey = RSAPrivateKey | Ed25519PrivateKey


def generated(*, ed25519: bool = False) -> PrivateKey:
    """Make a key that is kept nowhere."""
    return Ed25519PrivateKey.generate() if ed25519 else generate_private_key(65537, BITS)


def make(path: Path, *, ed25519: bool = False) -> PrivateKey:
    """Make a key in a new file that only its owner can read. Raises OSError; never overwrites."""
    key = generated(ed25519=ed25519)
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return key


def read(path: Path) -> PrivateKey:
    """Read a key. InputError says what is wrong; one that others may read is told in the log."""
    try:
        text, mode = path.read_bytes(), path.stat().st_mode
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    try:
        key = load_pem_private_key(text, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InputError(f"{path} holds no private key without a password (PEM)") from error
    if not isinstance(key, RSAPrivateKey | Ed25519PrivateKey):
        raise InputError(f"{path} holds neither an RSA nor an Ed25519 key")
    if isinstance(key, RSAPrivateKey) and key.key_size < LEAST_BITS:
        raise InputError(f"{path} holds an RSA key of {key.key_size} bits: nobody verifies those")
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        log.warning("%s can be read by others than its owner: chmod 600", path)
    return key


def record(key: PrivateKey) -> str:
    """Give the TXT record that publishes the other half (RFC 6376 3.6.1, RFC 8463 4)."""
    public = key.public_key()
    if isinstance(key, RSAPrivateKey):
        kind, octets = "rsa", public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    else:
        kind, octets = "ed25519", public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return f"v=DKIM1; k={kind}; p={base64.b64encode(octets).decode('ascii')}"


def zone_line(selector: str, domain: str, text: str) -> str:
    """Give a record as a line of a zone file."""
    return f"{selector}._domainkey.{domain}. IN TXT ( {strings(text)} )"


def strings(text: str) -> str:
    """Give a text as a zone file has it (RFC 1035 5.1): in strings as long as DNS allows, and nothing in
    it ends one."""
    pieces = [text[at : at + _STRING] for at in range(0, len(text), _STRING)]
    return " ".join('"' + re.sub(r'(["\\])', r"\\\1", piece) + '"' for piece in pieces)

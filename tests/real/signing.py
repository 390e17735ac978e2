"""A domain of a test that signs its mail (DKIM, RFC 6376) and whose key is found without DNS."""

from __future__ import annotations

import base64
from functools import cache

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

SELECTOR = b"test"
COVERED = [b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"content-type"]


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def signed(raw: bytes, domain: str) -> bytes:
    """Put a signature of `domain` on top of a mail."""
    pem = _key().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    signature = dkim.sign(raw, SELECTOR, domain.encode(), pem, include_headers=COVERED)
    assert isinstance(signature, bytes)
    return signature + raw


def is_signed(raw: bytes) -> bool:
    """Whether the first signature of a mail holds; line ends may be a mailbox's."""
    text = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return bool(dkim.verify(text, dnsfunc=lambda name, timeout=5: _record()))


def _record() -> bytes:
    public = _key().public_key()
    der = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(der)

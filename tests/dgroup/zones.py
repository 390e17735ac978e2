"""Name servers and signers for tests: a table of records in place of servers, and keys made here."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

import dkim
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from dgroup.errors import UnansweredError
from dgroup.model import Envelope

Records = Mapping[tuple[str, str], Sequence[str]]
SELECTOR = "k1"
PEER = "192.0.2.7"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass
class Table:
    """A resolver that reads a table: names with no entry have no records."""

    records: Records
    silent: frozenset[str] = frozenset()
    """names whose server never answers"""
    asked: list[tuple[str, str]] = field(default_factory=list)

    def look(self, name: str, kind: str, seconds: float) -> tuple[str, ...]:
        """See `dgroup.authentication.dns.Resolver`."""
        key = (name.lower().rstrip("."), kind)
        self.asked.append(key)
        if key[0] in self.silent:
            raise UnansweredError(key[0])
        return tuple(self.records.get(key, ()))


@dataclass(frozen=True)
class Key:
    """A key pair: what signs, and the record that is published."""

    secret: bytes
    record: str
    algorithm: bytes


@cache
def rsa_key(bits: int = 1024) -> Key:
    """Make an RSA key once."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    secret = made.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = made.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return Key(secret, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}", b"rsa-sha256")


@cache
def ed25519_key() -> Key:
    """Make an Ed25519 key once."""
    made = ed25519.Ed25519PrivateKey.generate()
    secret = base64.b64encode(made.private_bytes_raw())
    public = base64.b64encode(made.public_key().public_bytes_raw()).decode()
    return Key(secret, f"v=DKIM1; k=ed25519; p={public}", b"ed25519-sha256")


def signed(
    raw: bytes,
    domain: str = "ngo.example",
    key: Key | None = None,
    *,
    forms: tuple[bytes, bytes] = (b"relaxed", b"relaxed"),
    length: bool = False,
    include: Sequence[bytes] | None = None,
) -> bytes:
    """Put a signature of `domain` on top of a mail, made by the library."""
    key = key or rsa_key()
    field_: bytes = dkim.sign(
        raw,
        SELECTOR.encode(),
        domain.encode(),
        key.secret,
        canonicalize=forms,
        signature_algorithm=key.algorithm,
        include_headers=list(include) if include else None,
        length=length,
    )
    return field_ + raw


def key_at(domain: str, record: str | None = None) -> dict[tuple[str, str], list[str]]:
    """The entry of a key in a table."""
    return {(f"{SELECTOR}._domainkey.{domain}", "TXT"): [record or rsa_key().record]}


def mail(sender: str = "ana@ngo.example", body: str = "The well is dry.\r\n") -> bytes:
    """A plain mail of somebody."""
    return (
        f"From: Ana <{sender}>\r\nTo: water@lists.example\r\nSubject: wells\r\n"
        f"Message-ID: <w1@{sender.rpartition('@')[2]}>\r\n"
        f"Date: Mon, 2 Mar 2026 11:59:00 +0000\r\n\r\n{body}"
    ).encode()


def envelope(
    raw: bytes,
    mail_from: str = "bounce@elsewhere.example",
    peer: str = PEER,
    helo: str = "mail.elsewhere.example",
) -> Envelope:
    """A mail as a stranger's host brings it to us."""
    return Envelope(
        id="e1",
        mail_from=mail_from,
        rcpt=("water@lists.example",),
        raw=raw,
        received_at=NOON,
        peer=peer,
        helo=helo,
        smtputf8=False,
        trusted_front=False,
    )

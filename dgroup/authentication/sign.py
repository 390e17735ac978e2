"""DKIM signatures of ours (RFC 6376, 8463): made over the bytes that leave us, as the last change. Pure.

A copy differs from the other copies of its mail by a few lines on top. So the body and the fields that
all copies share are hashed once, and a copy costs the hash of its own lines and one signature. The
library signs whole mails only (docs/design.md has the figures); tests hold the two together.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from dgroup.authentication.dkimcanon import Mail, fields_of, relaxed_field

ALWAYS = (
    b"from to cc reply-to subject date message-id content-type content-transfer-encoding".split()
)
"""signed once more than they stand there, also as absent: nobody can add one on the way, which would
show other words, or lead answers elsewhere, under our signature"""
ONCE_MORE = b"list-id list-help list-subscribe list-post list-owner list-archive".split()
"""the same, where there is one"""
AS_THEY_STAND = (
    b"sender author in-reply-to references mime-version archived-at auto-submitted".split()
)
PERSONAL = (b"list-unsubscribe", b"list-unsubscribe-post")
"""what each copy has of its own; covered, so that providers act on it (RFC 8058 4)"""
_PADDING, _PREHASHED = PKCS1v15(), Prehashed(SHA256())
_CRLF = b"\r\n"
_WIDTH = 72
_FOLD = b"\r\n "


@dataclass(frozen=True, slots=True)
class Key:
    """A private key and the selector under which its other half is published."""

    selector: str
    private: RSAPrivateKey | Ed25519PrivateKey

    @property
    def algorithm(self) -> str:
        """The value of a=."""
        return "rsa-sha256" if isinstance(self.private, RSAPrivateKey) else "ed25519-sha256"

    def signed(self, digest: bytes) -> bytes:
        """Sign a SHA-256 digest; gives base64."""
        if isinstance(self.private, RSAPrivateKey):
            value = self.private.sign(digest, _PADDING, _PREHASHED)
        else:  # RFC 8463 3: over the hash
            value = self.private.sign(digest)
        return base64.b64encode(value)


@dataclass(frozen=True, slots=True)
class Signing:
    """In whose name we sign, and with what: RSA first, it is what everybody can verify."""

    domain: str
    keys: tuple[Key, ...]


class Signable:
    """A mail to be signed copy by copy. `whole` has CRLF line ends and ends with one.

    `body_hash` is given where it is known already. Raises ValueError for a header without an end.
    """

    def __init__(self, whole: bytes, signing: Signing, body_hash: bytes = b"") -> None:
        mail = Mail(whole)
        if not mail.whole:
            raise ValueError("a header without an end cannot be signed")
        names = _names(mail)
        shared = b"".join(relaxed_field(field) + _CRLF for field in chosen(mail, names))
        self._shared = hashlib.sha256(shared)
        self._own = {name: mail.named(name)[::-1] for name in PERSONAL}
        names_text = [name.decode("ascii") for name in names]
        hashed = base64.b64encode(body_hash or mail.body_hash(relaxed=True)).decode("ascii")
        plain = _rest(names_text, [name for name in PERSONAL if self._own[name]], hashed)
        personal = _rest(names_text, PERSONAL, hashed)
        self._plain = [_Layout.of(signing.domain, key, plain) for key in signing.keys]
        self._personal = [_Layout.of(signing.domain, key, personal) for key in signing.keys]

    def signature(self, personal: bytes, at: datetime) -> bytes:
        """Give the fields to put above `personal`, whole lines that go above the mail (or b'')."""
        hasher = self._shared.copy()
        fields = list(fields_of(personal.removesuffix(_CRLF))) if personal else []
        for name in PERSONAL:
            own = [field for known, field in fields if known == name]
            for field in [*self._own[name], *own[::-1]][:2]:
                hasher.update(relaxed_field(field) + _CRLF)
        seconds = b"%d" % int(at.timestamp())
        layouts = self._personal if personal else self._plain
        return b"".join([layout.field(hasher, seconds) for layout in layouts])


@dataclass(frozen=True, slots=True)
class _Layout:
    """A signature's field in two pieces around its time, as it is sent and in the relaxed form:
    made once, because each copy needs it."""

    key: Key
    begin: bytes
    rest: bytes
    begin_relaxed: bytes
    rest_relaxed: bytes

    @staticmethod
    def of(domain: str, key: Key, rest: str) -> _Layout:
        tags = f"v=1; a={key.algorithm}; c=relaxed/relaxed;\r\n d={domain}; s={key.selector}; t="
        begin, end = tags.encode("ascii"), f";\r\n {rest}".encode("ascii")
        relaxed = b"dkim-signature:" + begin.replace(_FOLD, b" ")
        return _Layout(key, b"DKIM-Signature: " + begin, end, relaxed, end.replace(_FOLD, b" "))

    def field(self, shared: hashlib._Hash, seconds: bytes) -> bytes:
        """Make the field; `shared` has taken all fields before it and is left as it was."""
        hasher = shared.copy()
        hasher.update(self.begin_relaxed + seconds + self.rest_relaxed)
        value = _folded(self.key.signed(hasher.digest()))
        return b"".join((self.begin, seconds, self.rest, value, _CRLF))


def _rest(names: Sequence[str], more: Sequence[bytes], hashed: str) -> str:
    twice = [name.decode("ascii") for name in more for _ in range(2)]
    return f"h={folded_names([*names, *twice])};\r\n bh={hashed}; b="


def field_of(name: str, begin: str, key: Key, hasher: hashlib._Hash, after: str) -> bytes:
    """Make a field whose value stands between `begin` and `after`; folds are CRLF and a space.
    `hasher` has taken all that comes before it."""
    hasher.update(f"{name.lower()}:{begin}{after}".replace("\r\n ", " ").encode("ascii"))
    value = _folded(key.signed(hasher.digest()))
    return b"".join((f"{name}: {begin}".encode("ascii"), value, f"{after}\r\n".encode("ascii")))


def _names(mail: Mail) -> list[bytes]:
    """The value of h= but for the personal lines."""
    present = [name for name, _ in mail.fields]
    found = [name for name in ALWAYS for _ in range(present.count(name) + 1)]
    for name in ONCE_MORE:
        found += [name] * (present.count(name) + 1) if name in present else []
    return found + [name for name in AS_THEY_STAND for _ in range(present.count(name))]


def chosen(mail: Mail, names: Sequence[bytes]) -> list[bytes]:
    """Give the fields that a list of names means: each time the lowest that is left (5.4.2)."""
    left = {name: mail.named(name) for name in set(names)}
    return [left[name].pop() for name in names if left[name]]


def folded_names(names: Sequence[str]) -> str:
    """Join names with colons, folded after one where the line grows too long."""
    lines = [""]
    for at, name in enumerate(names):
        piece = name + (":" if at < len(names) - 1 else "")
        if lines[-1] and len(lines[-1]) + len(piece) > _WIDTH:
            lines.append("")
        lines[-1] += piece
    return "\r\n ".join(lines)


def _folded(value: bytes) -> bytes:
    pieces = [value[at : at + _WIDTH] for at in range(0, len(value), _WIDTH)]
    return _FOLD + _FOLD.join(pieces)

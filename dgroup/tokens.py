"""Tokens that stand in addresses and links (HMACs, can be printed again) and confirmation codes
(random, kept only as hashes). Pure: secrets and random bytes are passed in (RULINGS 8).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["bounce", "leave", "probe", "mail"]

TOKEN_LENGTH = 26
CODE_LENGTH = 26
CODE_BYTES = 17
_ID_BYTES = 5
_MAC_BYTES = 10
_HEAD_BYTES = 1 + _ID_BYTES
_PADDING = "======"
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_30_BITS = (1 << 30) - 1
_BLOCK = 64
"""bytes of a block of SHA-256"""
# Each kind has its own part of one HMAC: parts of a pseudo-random value tell nothing of each other.
_BOUNCE = slice(0, _MAC_BYTES)
_LEAVE = slice(_MAC_BYTES, 2 * _MAC_BYTES)
_PART = {"bounce": _BOUNCE, "leave": _LEAVE, "probe": slice(2 * _MAC_BYTES, 3 * _MAC_BYTES)}
_TOKEN = re.compile(rf"[a-z2-7]{{{TOKEN_LENGTH}}}")
_CODE = re.compile(rf"[a-z2-7]{{{CODE_LENGTH}}}")
# Groups of four as printed, or as a mail program wrapped them; never the inside of a longer word.
_PRINTED = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z2-7]{4}[-\s]{0,3}){6}[A-Za-z2-7]{2}(?![A-Za-z0-9])"
)


@dataclass(frozen=True, slots=True)
class Keyring:
    """The secrets that tokens are made with; the one with the highest id signs, all are read.

    Ids run from 0 to 255. Raises ValueError for an empty ring, a bad id or a short secret.
    """

    keys: tuple[tuple[int, bytes], ...]

    def __post_init__(self) -> None:
        if not self.keys:
            raise ValueError("a keyring needs a key")
        for key_id, secret in self.keys:
            if not 0 <= key_id <= 255 or len(secret) < 16:
                raise ValueError(f"key {key_id} needs an id from 0 to 255 and 16 bytes or more")

    @property
    def newest(self) -> tuple[int, bytes]:
        """The key that signs."""
        return max(self.keys)

    def secret(self, key_id: int) -> bytes | None:
        """Give the secret with this id, or None."""
        return next((secret for known, secret in self.keys if known == key_id), None)


def make(kind: Kind, subject_id: int, keyring: Keyring) -> str:
    """Give the token of `kind` for a row id (below 2**40): the same each time, 26 characters.

    Key id, row id and 80 bits of an HMAC-SHA256 (RFC 2104 5 allows to cut it) in lower-case base32,
    because local parts are lower-cased on their way.
    """
    if kind in {"probe", "mail"}:
        key_id, secret = keyring.newest
        head = (key_id << 8 * _ID_BYTES | subject_id).to_bytes(_HEAD_BYTES, "big")
        return _base32(head + _mac(kind, secret, head))
    return Signer(keyring).pair(subject_id)[kind == "leave"]


class Signer:
    """Makes the bounce and the leave token of one row id after another: each copy of a post needs both.

    The same tokens as `make`, for a third of the work: HMAC-SHA256 goes on from its keyed states
    (RFC 2104 4), and what both tokens begin with is spelt once.
    """

    __slots__ = ("_head", "_inner", "_outer")

    def __init__(self, keyring: Keyring) -> None:
        key_id, secret = keyring.newest
        key = secret if len(secret) <= _BLOCK else hashlib.sha256(secret).digest()
        key = key.ljust(_BLOCK, b"\0")
        self._head = key_id << 8 * _ID_BYTES
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in key))

    def pair(self, subject_id: int) -> tuple[str, str]:
        """Give the bounce and the leave token of a row id (below 2**40)."""
        head = (self._head | subject_id).to_bytes(_HEAD_BYTES, "big")
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(head)
        outer.update(inner.digest())
        mac = outer.digest()
        # 40 of the head's 48 bits are eight whole letters; the other 8 bits stand before each part.
        begin, rest = _begin(head[:-1]), head[-1:]
        return begin + _end(rest + mac[_BOUNCE]), begin + _end(rest + mac[_LEAVE])


@lru_cache(maxsize=64)
def _begin(head: bytes) -> str:
    """Spell the five bytes that 256 row ids have in common."""
    return _base32(head)


def _end(rest: bytes) -> str:
    """Spell eleven bytes: 88 bits and two zeros are nine pairs of letters (RFC 4648 6)."""
    pairs, bits = _PAIRS, int.from_bytes(rest, "big") << 2
    # Ints of 30 bits are Python's small ones.
    high, mid, low = bits >> 60, bits >> 30 & _30_BITS, bits & _30_BITS
    return (
        f"{pairs[high >> 20]}{pairs[high >> 10 & 1023]}{pairs[high & 1023]}"
        f"{pairs[mid >> 20]}{pairs[mid >> 10 & 1023]}{pairs[mid & 1023]}"
        f"{pairs[low >> 20]}{pairs[low >> 10 & 1023]}{pairs[low & 1023]}"
    )


def read(kind: Kind, token: str, keyring: Keyring) -> int | None:
    """Give the row id of a token of this kind, in any case; None if it is not one of ours."""
    plain = token.strip().lower()
    if not _TOKEN.fullmatch(plain):
        return None
    try:
        data = base64.b32decode(plain.upper() + _PADDING)
    except binascii.Error:
        return None
    head = data[:_HEAD_BYTES]
    secret = keyring.secret(head[0])
    if secret is None:
        return None
    wanted = _mac(kind, secret, head)
    if not hmac.compare_digest(data[_HEAD_BYTES:], wanted):
        return None
    return int.from_bytes(head[1:], "big")


def _mac(kind: Kind, secret: bytes, head: bytes) -> bytes:
    """Row ids of mails are another kind of number than those of members: they have an HMAC of their own."""
    if kind == "mail":
        return hmac.digest(secret, b"outbox mail\0" + head, "sha256")[:_MAC_BYTES]
    return hmac.digest(secret, head, "sha256")[_PART[kind]]


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode("ascii").rstrip("=").lower()


# --- Confirmation codes -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CodeText:
    """A fresh confirmation code in the forms that a letter carries. Never stored: `hashed` is."""

    text: str
    """26 lower-case characters, as in the confirm address"""
    printed: str
    """'7KQ2-MX4T-...', for the letter's text"""
    reference: str
    """'7KQ2-MX4T', for the subject: a hint, which proves nothing by itself"""
    hashed: str


def new_code(random_bytes: bytes) -> CodeText:
    """Make a code of 26 base32 characters (130 bits) from 17 random bytes or more.

    The reference is the code's beginning, so that people see one and the same thing; the 90 bits
    behind it stay secret. Raises ValueError for too few random bytes.
    """
    if len(random_bytes) < CODE_BYTES:
        raise ValueError(f"a code needs {CODE_BYTES} random bytes")
    text = _base32(random_bytes[:CODE_BYTES])[:CODE_LENGTH]
    return CodeText(text, print_code(text), reference_of(text), hash_code(text))


def print_code(text: str) -> str:
    """Give a normal code in upper case and groups of four."""
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4)).upper()


def reference_of(text: str) -> str:
    """Give the short reference of a normal code: '7KQ2-MX4T'."""
    return f"{text[:4]}-{text[4:8]}".upper()


def normal_code(text: str) -> str:
    """Give a code as it is hashed (lower case, no hyphens or white space); '' if it is not one."""
    plain = "".join(text.split()).replace("-", "").lower()
    return plain if _CODE.fullmatch(plain) else ""


def find_code(text: str) -> str:
    """Give the first code that stands in `text`, normalised; '' if there is none.

    A run of letters in groups must hold a digit or capitals throughout: prose in words of four
    letters is no code.
    """
    for found in _PRINTED.finditer(text):
        run = found.group(0)
        if not any(sign.isdigit() for sign in run) and not run.isupper():
            continue
        if code := normal_code(run):
            return code
    return ""


def hash_code(text: str) -> str:
    """Give the sha256 (hex) under which a code is stored; 130 random bits need no salt."""
    return hashlib.sha256(normal_code(text).encode("ascii")).hexdigest()

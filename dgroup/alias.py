"""Aliases: the address of ours that stands in From for an author, and the token in it. Pure.

A token names a membership, which is one for each person and group and outlives changes of address and
name: the alias stays the same for years, and no table remembers it. An author who is no member has one
for each post.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from dataclasses import dataclass
from typing import Literal

from dgroup.address import alias_address
from dgroup.tokens import Keyring

Kind = Literal["member", "post"]
TOKEN_LENGTH = 26
_ID_BYTES = 5
_MAC_BYTES = 10
_HEAD_BYTES = 1 + _ID_BYTES
_PADDING = "======"
_LABELS: dict[Kind, bytes] = {"member": b"alias of member\0", "post": b"alias of post\0"}
"""keep these HMACs apart from each other and from those of all other tokens"""
_TOKEN = re.compile(rf"[a-z2-7]{{{TOKEN_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class Aliases:
    """Makes and reads aliases, and knows whose copies need none."""

    keyring: Keyring
    domain: str
    keep_from_for: tuple[str, ...] = ()
    """domains of recipients who take the author's own From from us"""

    def of_member(self, group: str, membership_id: int) -> str:
        """Give a member's alias: the same each time, ASCII, in lower case."""
        return alias_address(group, make("member", membership_id, self.keyring), self.domain)

    def of_post(self, group: str, post_id: int) -> str:
        """Give an alias of the author of one post."""
        return alias_address(group, make("post", post_id, self.keyring), self.domain)


@dataclass(frozen=True, slots=True)
class Named:
    """What a token names: the row id of a membership or of a post."""

    kind: Kind
    row: int


def make(kind: Kind, row: int, keyring: Keyring) -> str:
    """Give the token of a row id (below 2**40).

    Signed with the oldest key, so that it outlives the making of new ones: address books hold it.
    """
    key_id, secret = min(keyring.keys)
    head = bytes([key_id]) + row.to_bytes(_ID_BYTES, "big")
    whole = head + _mac(kind, secret, head)
    return base64.b32encode(whole).decode("ascii").rstrip("=").lower()


def read(token: str, keyring: Keyring) -> Named | None:
    """Say what a token names, in any case; None if it is not one of ours."""
    plain = token.strip().lower()
    if not _TOKEN.fullmatch(plain):
        return None
    try:
        data = base64.b32decode(plain.upper() + _PADDING)
    except binascii.Error:
        return None
    head, mac = data[:_HEAD_BYTES], data[_HEAD_BYTES:]
    secret = keyring.secret(head[0])
    if secret is None:
        return None
    for kind in _LABELS:
        if hmac.compare_digest(mac, _mac(kind, secret, head)):
            return Named(kind, int.from_bytes(head[1:], "big"))
    return None


def _mac(kind: Kind, secret: bytes, head: bytes) -> bytes:
    return hmac.digest(secret, _LABELS[kind] + head, "sha256")[:_MAC_BYTES]

"""Links to files of posts that only members may read: signed, for one member, for a time. Pure.

A mail to many holds the link for nobody; the sender, which makes each member's copy, puts that member's
link in its place (`Slots`). Both are signed, so that no author can write such a place into a post.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from archive import ids
from dgroup.tokens import Keyring

VERB = "file"
DAYS = 90
"""a link works for so long, and never longer than the membership"""
TEXT = 255
"""stands for the post's whole text in place of a part's index"""
LENGTH = 32
NOBODY = 0
_MAC = 10
_HEAD = 14
_DOMAIN = b"dgroup file\0"
_MOST = 2**40
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{{LENGTH}}}")
_SLOT = re.compile(rb"/_/file/(?:=\r\n)?([A-Za-z0-9_-]{%d})(?![A-Za-z0-9_-])" % LENGTH)
_PATH = b"/_/file/"
_LINK = re.compile(r"https?://\S*/_/file/(?=[A-Za-z0-9_-]{32}(?![A-Za-z0-9_-]))")


@dataclass(frozen=True, slots=True)
class FileRef:
    """What a link is for."""

    member: int
    """row id of the membership; NOBODY in a mail to many"""
    post: int
    part: int
    """index of a leaf part, or TEXT"""
    expires: int
    """the last day, counted from 1970"""


def day_of(moment: datetime) -> int:
    """Give the number of a day (UTC), as links count them."""
    return (moment - _EPOCH).days


def make(ref: FileRef, keyring: Keyring) -> str:
    """Give the token: 32 characters of base64 for addresses of pages (RFC 4648 5), with 80 bits of an
    HMAC-SHA256."""
    key_id, secret = keyring.newest
    head = (
        bytes([key_id])
        + ref.member.to_bytes(5, "big")
        + ref.post.to_bytes(5, "big")
        + bytes([ref.part])
        + ref.expires.to_bytes(2, "big")
    )
    return base64.urlsafe_b64encode(head + _mac(secret, head)).decode("ascii")


def read(token: str, keyring: Keyring) -> FileRef | None:
    """Give what a token is for, whether or not its time is over; None if it is not one of ours."""
    if not _TOKEN.fullmatch(token):
        return None
    try:
        data = base64.urlsafe_b64decode(token)
    except binascii.Error:
        return None
    head = data[:_HEAD]
    secret = keyring.secret(head[0])
    if secret is None or not hmac.compare_digest(data[_HEAD:], _mac(secret, head)):
        return None
    number = int.from_bytes
    return FileRef(
        number(head[1:6], "big"), number(head[6:11], "big"), head[11], number(head[12:], "big")
    )


def _mac(secret: bytes, head: bytes) -> bytes:
    # Longer than what the tokens of addresses sign, and marked: none can be taken for another.
    return hmac.digest(secret, _DOMAIN + head, "sha256")[:_MAC]


@dataclass(frozen=True, slots=True)
class Links:
    """Makes the links of one mail to many."""

    keyring: Keyring
    base_url: str
    now: datetime

    def url(self, post_id: int, part: int = TEXT) -> str:
        """Give the link to a part of a post, to be made each reader's own; '' where there can be none."""
        if not (0 <= part <= TEXT and 0 < post_id < _MOST):
            return ""
        expires = day_of(self.now + timedelta(days=DAYS))
        token = make(FileRef(NOBODY, post_id, part, expires), self.keyring)
        return ids.service_url(self.base_url, VERB, token)


# --- In the body of a mail --------------------------------------------------------------------


def holds_links(text: str) -> bool:
    """Tell whether a text of ours has such links."""
    return _LINK.search(text) is not None


def with_whole_links(text: str) -> bytes:
    """Encode as quoted-printable (RFC 2045 6.7) with each token whole on a line: it is changed there."""
    lines = [b"=\r\n".join(_pieces(line)) for line in text.split("\n")]
    return b"\r\n".join(lines)


def _pieces(line: str) -> Iterator[bytes]:
    at = 0
    for found in _LINK.finditer(line):
        start, token = found.start(), found.end()
        if start > at:
            yield _quoted(line[at:start])
        yield found.group(0).encode("utf-8")
        yield line[token : token + LENGTH].encode("ascii")
        at = token + LENGTH
    if at < len(line) or at == 0:
        yield _quoted(line[at:])


def _quoted(piece: str) -> bytes:
    return quopri.encodestring(piece.encode("utf-8", "replace")).replace(b"\n", b"\r\n")


@dataclass(frozen=True, slots=True)
class Slots:
    """A body with the places where links become a member's own."""

    pieces: tuple[bytes, ...]
    """what stands before, between and behind the tokens"""
    refs: tuple[FileRef, ...]

    def filled(self, member: int, keyring: Keyring) -> bytes:
        """Give the body of this member's copy: as long as it was."""
        found = [self.pieces[0]]
        for ref, piece in zip(self.refs, self.pieces[1:], strict=True):
            own = FileRef(member, ref.post, ref.part, ref.expires)
            found += [make(own, keyring).encode("ascii"), piece]
        return b"".join(found)


def slots_of(body: bytes, keyring: Keyring) -> Slots | None:
    """Find the places in a mail's body; None for nearly all mails, which have none."""
    if _PATH not in body:
        return None
    pieces: list[bytes] = []
    refs: list[FileRef] = []
    at = 0
    for found in _SLOT.finditer(body):
        ref = read(found.group(1).decode("ascii"), keyring)
        if ref is None or ref.member != NOBODY:
            continue
        pieces.append(body[at : found.start(1)])
        refs.append(ref)
        at = found.end(1)
    return Slots((*pieces, body[at:]), tuple(refs)) if refs else None

"""ARC chains (RFC 8617): what earlier hosts say that they saw of a mail, and whether their seals hold.

Pure: the caller looks up the key records. A chain proves who handled a mail, not who wrote it: anybody
may begin one. So its verdict is told and passed on, and nothing is decided by it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dgroup.authentication.dkimcanon import Mail, relaxed_field, without_value
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

MAX_SETS = 50
"""of one chain (RFC 8617 4.2.1)"""
SEAL, MESSAGE, RESULTS = b"arc-seal", b"arc-message-signature", b"arc-authentication-results"
_INSTANCE = re.compile(rb"[ \t\r\n]*i[ \t\r\n]*=[ \t\r\n]*([0-9]{1,4})[ \t\r\n]*;")
_NUMBER = re.compile(r"[0-9]{1,4}")
_EMPTY_TAG = re.compile(rb";[ \t\r\n]*;")

Ask = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class ArcSet:
    """One host's set of fields."""

    results: bytes
    message: bytes
    seal: bytes


@dataclass(frozen=True, slots=True)
class Chain:
    """The verdict about a mail's chain."""

    verdict: str
    """none, pass or fail"""
    sets: int = 0
    domain: str = ""
    """of the last seal, where the chain holds"""
    why: str = ""
    """why it fails: 'ams body', 'as 2 signature', 'structure'"""

    @property
    def words(self) -> str:
        """For the log; '' where there is no chain."""
        if self.verdict == "none":
            return ""
        about = f"i={self.sets} d={self.domain}" if self.verdict == "pass" else f"({self.why})"
        return f"arc={self.verdict} {about}"


def chain(mail: Mail, ask: Ask) -> Chain:
    """Judge the chain of a mail as RFC 8617 5.2 says.

    `ask` gives the TXT records of a name; what it raises passes. Expired AMS count: a chain outlives
    its signatures (5.2 names no x=).
    """
    try:
        sets = sets_of(mail)
    except UnusableError as error:
        return Chain("fail", why=str(error))
    if not sets:
        return Chain("none")
    try:
        _check_claims(sets)
        domain = _check_message(mail, sets[-1].message, ask)
    except UnusableError as error:
        return Chain("fail", len(sets), why=str(error))
    for count in range(len(sets), 0, -1):
        try:
            _check_seal(sets[:count], ask)
        except UnusableError as error:
            return Chain("fail", len(sets), why=f"as {count} {error}")
    return Chain("pass", len(sets), domain)


def sets_of(mail: Mail) -> tuple[ArcSet, ...]:
    """Give the sets from the first to the last; none where the mail has no ARC field. UnusableError
    where one lacks a field or has it twice, or a number is missing."""
    found = [_by_instance(mail.named(name)) for name in (RESULTS, MESSAGE, SEAL)]
    counts = {len(one) for one in found}
    if counts == {0} and mail.whole:
        return ()
    numbers = range(1, len(found[0]) + 1)
    if not mail.whole or len(numbers) > MAX_SETS or any(set(one) != set(numbers) for one in found):
        raise UnusableError("structure")
    return tuple(ArcSet(*(one[number] for one in found)) for number in numbers)


def seal_claim(seal: bytes) -> str:
    """Give what a seal says of the chain before it (cv=). Raises UnusableError."""
    return _tags(seal).get("cv", "").lower()


def seal_octets(sets: Sequence[ArcSet]) -> bytes:
    """Give what the last seal of these sets is over: all of them, its own value left out (5.1.1)."""
    fields = [field for one in sets for field in (one.results, one.message, one.seal)]
    fields[-1] = without_value(fields[-1])
    return b"\r\n".join(map(relaxed_field, fields))


def _tags(field: bytes) -> dict[str, str]:
    """Read a tag list as it is defined: nothing between two semicolons is none."""
    if _EMPTY_TAG.search(field):
        raise UnusableError("tags")
    return tags_of(field)


def _by_instance(fields: Sequence[bytes]) -> dict[int, bytes]:
    found = {_instance(field): field for field in fields[: MAX_SETS + 1]}
    if len(found) != len(fields):
        raise UnusableError("structure")
    return found


def _instance(field: bytes) -> int:
    """Give the number i= of any of the three; of AAR it stands first (RFC 8617 4.1.1)."""
    name, _, value = field.partition(b":")
    if name.strip(b" \t").lower() == RESULTS:
        found = _INSTANCE.match(value)
        text = found[1].decode() if found is not None else ""
    else:
        text = _tags(field).get("i", "")
    if not _NUMBER.fullmatch(text):
        raise UnusableError("structure")
    return int(text)


def _check_claims(sets: Sequence[ArcSet]) -> None:
    """The first seal says that there was no chain before, each other one that it held (5.2, 3)."""
    for at, one in enumerate(sets):
        if seal_claim(one.seal) != ("pass" if at else "none"):
            raise UnusableError(f"as {at + 1} cv")


def _check_message(mail: Mail, field: bytes, ask: Ask) -> str:
    """Check the newest message signature; gives its domain."""
    try:
        return _message_domain(mail, field, ask)
    except UnusableError as error:
        raise UnusableError(f"ams {error}") from error


def _message_domain(mail: Mail, field: bytes, ask: Ask) -> str:
    tags = _tags(field)
    # DKIM's default is simple (RFC 6376 3.5); the ARC suite and the library read relaxed, so do we.
    header, body = forms_of(tags.get("c", "relaxed/relaxed"))
    names = names_of(tags.get("h", ""))
    if SEAL in names or b"from" not in names:
        raise UnusableError("names")
    seconds_of(tags.get("t"))
    wanted = octets_of(tags.get("bh", ""))
    if mail.body_hash(relaxed=body) != wanted:
        raise UnusableError("body")
    return _check_value(tags, mail.signed(names, field, relaxed=header), ask)


def _check_seal(sets: Sequence[ArcSet], ask: Ask) -> None:
    tags = _tags(sets[-1].seal)
    if "h" in tags:  # RFC 8617 4.1.3: such a seal fails
        raise UnusableError("names")
    seconds_of(tags.get("t"))
    _check_value(tags, seal_octets(sets), ask)


def _check_value(tags: dict[str, str], octets: bytes, ask: Ask) -> str:
    """Check b= of a field; gives its domain."""
    key_type = ALGORITHMS.get(tags.get("a", "").lower())
    if key_type is None:
        raise UnusableError("algorithm")
    domain, selector = domain_of(tags.get("d", "")), domain_of(tags.get("s", ""))
    value = octets_of(tags.get("b", ""))
    said = UnusableError("no-key")
    for record in ask(f"{selector}._domainkey.{domain}")[:MAX_KEYS]:
        try:
            verify(key_of(record, key_type), value, octets)
        except UnusableError as error:
            said = error
            continue
        return domain
    raise said

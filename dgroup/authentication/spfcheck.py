"""SPF (RFC 7208): whether a host may send for a domain. The library decides, our resolver asks."""

from __future__ import annotations

from typing import Any

import spf

from dgroup.authentication.dns import QUESTION_S, Resolver
from dgroup.errors import UnansweredError

MAX_RECORD = 4_096
"""characters of a record; common ones have up to 450 (RFC 7208 3.4)"""
MAX_TERM = 300
"""characters of one mechanism or modifier: the library takes time in the square of them"""


class _Query(spf.query):  # type: ignore[misc]  # the library has no types
    """The library's evaluation with our resolver in place of a module-wide one."""

    def __init__(self, resolver: Resolver, peer: str, sender: str, helo: str) -> None:
        super().__init__(i=peer, s=sender, h=helo, timeout=0, querytime=0)
        self._resolver = resolver

    def dns(
        self, name: Any, qtype: str, cnames: Any = None, ignore_void: bool = False
    ) -> list[Any]:
        """Records in the library's forms; empty answers are counted (RFC 7208 4.6.4)."""
        try:
            records = self._resolver.look(str(name), qtype, QUESTION_S)
        except UnansweredError as error:
            raise spf.TempError(str(error)) from error
        if qtype == "TXT" and not all(map(_is_bounded, records)):
            raise spf.PermError("a record is too long")
        if not records and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError("too many lookups without an answer")
        return [_shaped(record, qtype) for record in records]

    def get_explanation(self, spec: str) -> None:
        """Nobody reads it: a sender's domain writes nothing into our answers."""


def _is_bounded(record: str) -> bool:
    if record[:6].lower() != "v=spf1":
        return True
    return len(record) <= MAX_RECORD and all(len(term) <= MAX_TERM for term in record.split())


def _shaped(record: str, kind: str) -> Any:
    if kind == "TXT":
        return (record.encode("latin-1", "replace"),)
    if kind == "MX":
        preference, _, host = record.partition(" ")
        return int(preference), host
    return record


def result(resolver: Resolver, peer: str, mail_from: str, helo: str) -> str:
    """Give 'pass', 'fail', 'softfail', 'neutral', 'none', 'permerror' or 'temperror'.

    `peer` is the client's address; with an empty `mail_from` the HELO name stands for it (2.4).
    """
    if not mail_from and not helo:
        return "none"
    try:
        said: str = _Query(resolver, peer, mail_from, helo).check()[0]
    except Exception:  # the edge of an old library: a record that it cannot digest proves nothing
        return "permerror"
    return said

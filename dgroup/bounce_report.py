"""What a report about our mail says: about which addresses, what went wrong, and whose fault that is.
Frozen values; the readers make them, `dgroup.bounces.score` weighs them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What sort of mail has come back."""

    FAILURE = "failure"
    """a mail was not delivered, or not yet"""
    COMPLAINT = "complaint"
    """a provider passes on that its reader filed our mail as unwanted (RFC 5965)"""
    AUTOMATIC = "automatic"
    """an absence notice or another automatic answer: no failure at all"""
    NOTHING = "nothing"
    """nothing that we can read"""


class Cause(StrEnum):
    """Why a mail was not delivered."""

    DEAD = "dead"
    """the address or its domain does not exist"""
    DISABLED = "disabled"
    """the mailbox exists and is closed for now"""
    FULL = "full"
    TEMPORARY = "temporary"
    """delayed, or given up after delays: their server or the way to it"""
    POLICY = "policy"
    BLOCKLIST = "blocklist"
    AUTH = "auth"
    """our mail did not pass SPF, DKIM or DMARC"""
    CONTENT = "content"
    SIZE = "size"
    PROTOCOL = "protocol"
    """two servers did not understand each other"""
    UNKNOWN = "unknown"
    FINE = "fine"
    """delivered, relayed or expanded: no failure"""


MEMBERS_OWN = frozenset({Cause.DEAD, Cause.DISABLED, Cause.FULL})
"""the only causes that ever count against a member (STANDARDS pain 10)"""


@dataclass(frozen=True, slots=True)
class Fault:
    """What a report says about one recipient."""

    addresses: tuple[str, ...]
    """lower-cased; where the mail ended first, then where it was sent"""
    cause: Cause
    status: str = ""
    """enhanced status code (RFC 3463), or ''"""
    diagnostic: str = ""
    """what the other server said, one line"""


@dataclass(frozen=True, slots=True)
class Report:
    """A mail to one of our bounce addresses, read."""

    kind: Kind
    faults: tuple[Fault, ...] = ()
    reader: str = ""
    """which of the READERS understood it"""
    tokens: tuple[str, ...] = ()
    """tokens of ours in the addresses of the mail that a complaint encloses; not verified yet"""

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses that are named, in order."""
        named = (address for fault in self.faults for address in fault.addresses)
        return tuple(dict.fromkeys(named))

    def about(self, address: str) -> Fault | None:
        """Say what happened to the mail of `address`, to whom the token has led.

        A copy that was forwarded is reported under another address. Where several are named and none
        of them is this one, the member is taken to be the one who fared best: nobody is blamed for
        somebody else.
        """
        mine = [fault for fault in self.faults if address.lower() in fault.addresses]
        others = mine or list(self.faults)
        if not others:
            return None
        return min(others, key=lambda fault: fault.cause in MEMBERS_OWN)

"""Limits of a recipient domain, as `[relay.domains]` gives them: TOML table -> frozen values. Pure."""

from __future__ import annotations

from typing import NamedTuple

HIGHEST = 1_000_000


class Limit(NamedTuple):
    """How much one sender gives to one domain; 0: as much as it takes."""

    per_minute: float = 0
    at_once: int = 0
    together: float = 0
    """copies a minute of all senders, where there are several (`dgroup.nodes.shares`)"""

    @property
    def any(self) -> bool:
        """Whether it limits anything."""
        return bool(self.per_minute or self.at_once)

    @property
    def shut(self) -> bool:
        """Whether this sender gives nothing to the domain just now."""
        return self.at_once < 0


NO_LIMIT = Limit()
NOTHING = Limit(at_once=-1)
Limits = tuple[tuple[str, Limit], ...]
"""by domain, in lower case"""
_NAMES = ("per_minute", "at_once")


def read_limits(raw: object) -> Limits:
    """Read `"gmail.com" = { per_minute = 60, at_once = 5 }` lines; ValueError says what is wrong."""
    if not isinstance(raw, dict):
        raise ValueError("is a section: write [relay.domains] on a line of its own")  # noqa: TRY004  # as all of them
    return tuple((domain.lower(), _limit(domain, one)) for domain, one in raw.items())


def _limit(domain: str, raw: object) -> Limit:
    if "." not in domain or "@" in domain or not domain.isascii():
        raise ValueError(f'needs domains in quotes, as in "gmail.com" = {{ .. }}, not "{domain}"')
    if not isinstance(raw, dict):
        raise ValueError(f"needs {{ per_minute = 60, at_once = 5 }} for {domain}")  # noqa: TRY004  # as all of them
    for name, value in raw.items():
        if name not in _NAMES:
            raise ValueError(f"knows per_minute and at_once, not {name} ({domain})")
        if type(value) is not int or not 0 <= value <= HIGHEST:
            raise ValueError(f"needs a whole number from 0 to {HIGHEST} for {name} of {domain}")
    return Limit(**raw)

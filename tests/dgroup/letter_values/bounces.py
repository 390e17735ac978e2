"""What the letters about mail that comes back are given in `test_letters`."""

from __future__ import annotations

from dgroup.effects import Values

LETTERS: dict[str, tuple[Values, bool]] = {
    "back-again": ((("cause", "full"),), False),
    "probe": ((), False),
    "provider-outage": (
        (("domain", "ngo.example"), ("count", 6), ("said", "550 5.1.1 User unknown")),
        False,
    ),
    "resumed": ((("who", "awa@old.example"),), False),
    "suspended": (
        (("who", "awa@old.example"), ("cause", "dead"), ("here", "awa@home.example")),
        True,
    ),
}

"""What hostile mail is made of: harmless words, noise, control characters."""

from __future__ import annotations

import random
from collections.abc import Callable

Make = Callable[[random.Random], bytes]

CONTROLS = b"".join(bytes([n]) for n in range(32) if n not in {10, 13})
CHARSETS = (
    "utf-8",
    "utf-7",
    "utf-16",
    "x-unknown",
    "iso-2022-jp",
    "hz",
    "big5",
    "\0",
    "",
    "cp1252",
)
_WORDS = "water well pump rice union price loan seed rain market harvest co-op".split()


def words(dice: random.Random, count: int) -> bytes:
    """Harmless text between the harm."""
    return " ".join(dice.choice(_WORDS) for _ in range(count)).encode()


def noise(dice: random.Random, count: int) -> bytes:
    """Any bytes at all."""
    return dice.randbytes(count)

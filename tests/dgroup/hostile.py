"""Mail that means ill or is simply broken: made from a seed, so that a mail that did harm comes again.

To add a kind of harm is to add one function and one line, here or in the lists of fields and bodies.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from tests.dgroup.hostile_bodies import BODIES
from tests.dgroup.hostile_fields import HEADS
from tests.dgroup.hostile_text import CONTROLS, noise, words


def _cut(dice: random.Random, raw: bytes) -> bytes:
    return raw[: dice.randrange(len(raw) + 1)]


def _flipped(dice: random.Random, raw: bytes) -> bytes:
    data = bytearray(raw)
    for _ in range(dice.randrange(1, 30)):
        if data:
            data[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(data)


def _stuffed(dice: random.Random, raw: bytes) -> bytes:
    at = dice.randrange(len(raw) + 1)
    return raw[:at] + dice.choice((noise(dice, 50), CONTROLS, b"\r\n\r\n", b"\0" * 99)) + raw[at:]


def _lines_shuffled(dice: random.Random, raw: bytes) -> bytes:
    lines = raw.split(b"\r\n")[:500]
    dice.shuffle(lines)
    return b"\r\n".join(lines)


def _ends_changed(dice: random.Random, raw: bytes) -> bytes:
    return raw.replace(b"\r\n", dice.choice((b"\n", b"\r", b"\n\r", b"\r\r\n")))


def _twice(dice: random.Random, raw: bytes) -> bytes:
    return raw + raw


WOUNDS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _cut,
    _flipped,
    _stuffed,
    _lines_shuffled,
    _ends_changed,
    _twice,
)


def mail(dice: random.Random, senders: Sequence[str]) -> bytes:
    """Make one mail: mostly of a real sender, with one to four harmful fields and a harmful body."""
    fields = [b"To: open@lists.test", b"Subject: " + words(dice, 3)]
    if dice.random() < 0.7:
        fields.append(f"From: A <{dice.choice(senders)}>".encode())
    fields += [dice.choice(HEADS)(dice) for _ in range(dice.randrange(1, 5))]
    if dice.random() < 0.5:
        fields.append(b"Message-ID: <%d@far.test>" % dice.getrandbits(60))
    dice.shuffle(fields)
    whole = b"\r\n".join(fields) + b"\r\n" + dice.choice(BODIES)(dice)
    return wounded(dice, whole) if dice.random() < 0.2 else whole


def wounded(dice: random.Random, raw: bytes) -> bytes:
    """Break a mail in one way or more."""
    for _ in range(dice.randrange(1, 4)):
        raw = dice.choice(WOUNDS)(dice, raw)
    return raw

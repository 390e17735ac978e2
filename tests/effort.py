"""How much work something is, without a clock: calls are counted, which is the same on every machine;
and what would go on for ever is ended.

Calls show loops of ours that grow with the square of their input. What one call does inside (a regular
expression, a parser in C) is not seen; for that there is `ends`, with an input so large that a square
of it takes hours where the right way takes seconds.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

GUARD_S = 60.0
"""seconds of this process's own work; what is guarded takes less than a twentieth of it"""


class _EndlessError(BaseException):
    """No `except Exception` of the code at work may swallow it."""


def calls(do: Callable[[], object]) -> int:
    """Count the calls of Python and of C functions that `do` makes."""
    count = 0

    def note(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        do()
    finally:
        sys.setprofile(before)
    return count


def check_linear(do: Callable[[int], object], size: int) -> None:
    """Fail if four times the input makes more than about four times the calls."""
    do(size // 4)  # what is made once and kept is made now
    small, large = calls(lambda: do(size // 4)), calls(lambda: do(size))
    assert large <= 5 * small + 1000, f"{small} calls for a quarter, {large} for the whole"


@contextmanager
def ends() -> Iterator[None]:
    """Fail what does not come to an end. For the main thread."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise _EndlessError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, GUARD_S)
    try:
        yield
    except _EndlessError as error:
        raise AssertionError(f"no end after {GUARD_S:.0f} s of work") from error
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)

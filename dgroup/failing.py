"""What is said of work that fails again and again: a full disk or a database that is away meets every
mail, and a traceback for each would fill the disk for good."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

EVERY_S = 60.0
_SHOWN = 200
"""characters of an error in a line without traceback: SQLAlchemy's hold the statement"""


class Failing:
    """The log of one kind of work. The first failure, and the first of each other kind of error, is
    logged with its traceback; further ones once a minute, as a count; one line tells when it works
    again. May be used from several threads.
    """

    def __init__(
        self, log: logging.Logger, what: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`what` says what is broken, as in 'mails cannot be stored'; `clock` gives seconds."""
        self._log, self._what, self._clock = log, what, clock
        self._lock = threading.Lock()
        self._kinds: set[type[BaseException]] = set()
        self._began = self._said = 0.0
        self._count = self._silent = 0

    def failed(self, error: BaseException, about: str = "") -> None:
        """It failed, `about` a mail or a job, if the reader can tell them apart."""
        with self._lock:
            now = self._clock()
            if not self._count:
                self._began = self._said = now
            self._count += 1
            if type(error) not in self._kinds:
                self._kinds.add(type(error))
                self._log.error("%s%s", about and f"{about} ", self._what, exc_info=error)
            elif now - self._said < EVERY_S:
                self._silent += 1
            else:
                self._tell(error, now)

    def _tell(self, error: BaseException, now: float) -> None:
        text = " ".join(str(error).split())[:_SHOWN]
        self._log.error(
            "%s: %d times more in %.0f s (%s: %s)",
            self._what,
            self._silent + 1,
            now - self._said,
            type(error).__name__,
            text,
        )
        self._silent, self._said = 0, now

    def works(self) -> None:
        """It went well: the spell of failures is over, if there was one."""
        if not self._count:  # the usual case costs no lock
            return
        with self._lock:
            if not self._count:
                return
            seconds = self._clock() - self._began
            self._log.warning(
                "%s: over after %d failures in %.0f s", self._what, self._count, seconds
            )
            self._count = self._silent = 0
            self._kinds.clear()

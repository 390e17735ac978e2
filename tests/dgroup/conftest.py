"""What tests of sending begin with: a post office, and a clock that they move."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from dgroup.sending import sessions
from tests.dgroup.office import Office, opened
from tests.dgroup.sending.test_sender import Clock


@pytest.fixture
def office(sqlite_url: str) -> Iterator[Office]:
    """An office without members."""
    with opened(sqlite_url) as found:
        yield found


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until it is moved."""
    return Clock()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A smarthost that is down is asked again after moments, not seconds."""
    monkeypatch.setattr(sessions, "host_delay", lambda n: timedelta(milliseconds=min(5 * n, 50)))

"""Fixtures of the real parts; each is absent with a clear line, and with CI=true that is a failure."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.real.parts import chromium


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A headless Chromium for one test: playwright's loop must be gone before an async test runs."""
    with chromium() as running:
        yield running

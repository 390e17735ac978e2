"""The real parts under one roof: what the tests of this directory import."""

from __future__ import annotations

from tests.parts import Postgres, accepts, free_port, program, public_directory, wait_until
from tests.real.browser import chromium, page_at, scrolls_sideways, served, violations
from tests.real.postfix import Postfix, mx_front, postfix, smarthost

__all__ = [
    "Postfix",
    "Postgres",
    "accepts",
    "chromium",
    "free_port",
    "mx_front",
    "page_at",
    "postfix",
    "program",
    "public_directory",
    "scrolls_sideways",
    "served",
    "smarthost",
    "violations",
    "wait_until",
]

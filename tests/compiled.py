"""The memory of compiled statements and templates that all tests of a process share, as all mails of a running
service do: each store and each writer of letters would compile its own, which costs more than most tests.
"""

from __future__ import annotations

from functools import partial
from types import CodeType
from typing import Any

import pytest
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from sqlalchemy import Engine, create_engine


def share_compiled(patch: pytest.MonkeyPatch) -> None:
    """Let the code under test find what was compiled before."""
    engines: dict[str, Engine] = {}

    def create(url: str, **options: Any) -> Engine:
        engine = create_engine(url, query_cache_size=3000, **options)
        first = engines.setdefault(engine.dialect.name, engine)
        if first.dialect.server_version_info is not None:  # its first connection has been made
            engine.dialect = first.dialect
            engine._compiled_cache = first._compiled_cache
        return engine

    patch.setattr("archive.db.create_engine", create)
    # Pages need none of it: their templates hold the words of one language, and are kept by the program.
    patch.setattr("dgroup.letters.Environment", partial(Environment, bytecode_cache=_Templates()))


class _Templates(BytecodeCache):
    """By name and by what stands in the file; for environments that differ in no setting."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._codes[bucket.key, bucket.checksum] = bucket.code

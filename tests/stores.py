"""Empty stores for tests: made once for each process and then copied."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from archive.db import Database
from dgroup import migrate

_PREFIX = "sqlite:///"


def create_tables(url: str) -> None:
    """Make all tables by their definition, without migrations."""
    db = Database(url)
    db.create_tables()
    db.dispose()


def new_store(url: str) -> Database:
    """Open a store with all tables; those that it has stay as they are."""
    path = Path(url.removeprefix(_PREFIX))
    if not url.startswith(_PREFIX):
        create_tables(url)
    elif not path.exists():
        path.write_bytes(_bytes_of(create_tables))
    return Database(url)


def migrated(path: Path) -> None:
    """Put a store of the embedded engine, as migrations make it, at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_bytes_of(migrate.upgrade))


@cache
def _bytes_of(make: Callable[[str], None]) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "empty.db"
        make(f"{_PREFIX}{path}")
        return path.read_bytes()

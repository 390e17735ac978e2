"""What the commands share: settings, the open database, finding a group, plain tables."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection

from archive.errors import ArchiveError
from dgroup import config as settings
from dgroup import groups
from dgroup.errors import DgroupError, NotFoundError
from dgroup.model import Group
from dgroup.runtime import Runtime, open_runtime


class Context:
    """What `--config` names; opens the rest on demand."""

    def __init__(self, config_path: Path | None) -> None:
        self._path = config_path

    @cached_property
    def config(self) -> settings.Config:
        """The settings; raises ConfigError with every mistake."""
        path = self._path
        if path is None and Path("config.toml").is_file():
            path = Path("config.toml")
        return settings.load(path, os.environ)

    @contextmanager
    def runtime(self) -> Iterator[Runtime]:
        """The open database and tools, closed at the end."""
        runtime = open_runtime(self.config)
        try:
            yield runtime
        except ArchiveError as error:
            raise DgroupError(str(error)) from error
        finally:
            runtime.close()


def now() -> datetime:
    """The clock of the command line."""
    return datetime.now(UTC)


def group_named(conn: Connection, name: str, domain: str) -> Group:
    """Find a group by name or address; the error names those that there are."""
    found = groups.find(conn, name.partition("@")[0].lower(), domain)
    if found is None:
        names = ", ".join(group.name for group in groups.every(conn, domain)) or "none yet"
        raise NotFoundError(f"there is no group '{name}' (groups: {names})")
    return found


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Lay out rows in columns as wide as their widest cell."""
    cells = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(header))]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in cells
    )
    return "\n".join(line.rstrip() for line in lines)

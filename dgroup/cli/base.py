"""What the commands share: settings, the open database, plain errors, finding a group, tables."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property, update_wrapper
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection
from sqlalchemy.exc import ArgumentError, DBAPIError

from archive.db import is_away
from archive.errors import ArchiveError
from dgroup import config as settings
from dgroup import groups
from dgroup.errors import ConfigError, DgroupError, Mistake, NotFoundError
from dgroup.model import Group
from dgroup.runtime import Runtime, open_runtime

_NEXT = "`dgroup doctor` looks at it"
WIDTH = 80
SETTINGS_FILE = Path("config.toml")


class Context:
    """What `--config` names; opens the rest on demand."""

    def __init__(self, config_path: Path | None) -> None:
        self.path = config_path
        if config_path is None and SETTINGS_FILE.is_file():
            self.path = SETTINGS_FILE

    @cached_property
    def config(self) -> settings.Config:
        """The settings; raises ConfigError with every mistake."""
        return settings.load(self.path, os.environ)

    @contextmanager
    def runtime(self) -> Iterator[Runtime]:
        """The open database and tools, closed at the end."""
        runtime = open_runtime(self.config)
        try:
            yield runtime
        finally:
            runtime.close()


def with_context(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command its Context first, and turn what the machine refuses into plain errors."""

    def run(*args: Any, **values: Any) -> None:
        context = Context(click.get_current_context().find_root().obj)
        with plain_errors():
            command(context, *args, **values)

    return update_wrapper(run, command)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Tell an archive, a disk or a database that refuses as a DgroupError of one line."""
    try:
        yield
    except ArchiveError as error:
        raise DgroupError(str(error)) from error
    except ArgumentError as error:
        said = f"needs postgresql://user@host/name, or nothing ({error})"
        raise ConfigError("settings", (Mistake(0, "database.url", said),)) from error
    except DBAPIError as error:
        first = str(error.orig).strip().partition("\n")[0]
        if is_away(error):
            raise DgroupError(f"the database is away, full or locked: {first}; {_NEXT}") from error
        raise DgroupError(f"the database refuses: {first}") from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise DgroupError(f"{where}{error.strerror or error}") from error


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
    """Lay out rows in columns as wide as their widest cell; control characters become '?'."""
    cells = [[printable(str(cell)) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(header))]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in cells
    )
    return "\n".join(line.rstrip() for line in lines)


def printable(text: str) -> str:
    """Give `text` without what would steer a terminal: it may have come by mail."""
    plain = " ".join(text.split()) if "\n" in text else text
    return "".join(sign if sign.isprintable() else "?" for sign in plain)


def fitted(line: str, indent: str) -> list[str]:
    """Break a line of prose to 80 columns; addresses and commands in backticks stay whole."""
    whole = _COMMAND.sub(lambda found: found[0].replace(" ", _NO_BREAK), line)
    wrapped = textwrap.wrap(
        whole, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return [one.replace(_NO_BREAK, " ") for one in wrapped]


_COMMAND = re.compile(r"`[^`]+`")
_NO_BREAK = "\0"

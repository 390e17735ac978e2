"""Runs migrations on the connection that `dgroup.migrate` opened."""

from __future__ import annotations

from typing import Any

from alembic import context

import dgroup.tables  # noqa: F401 - adds the service's tables to the MetaData
from archive.tables import metadata
from archive.types import UtcTime


def include_object(obj: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
    """Leave full-text tables out of comparisons: they are made by DDL of their own."""
    return not (kind == "table" and name is not None and name.startswith("search_index"))


def render_item(kind: str, obj: Any, autogen_context: Any) -> str | bool:
    """Write our own column type into generated migrations."""
    if kind == "type" and isinstance(obj, UtcTime):
        autogen_context.imports.add("from archive.types import UtcTime")
        return "UtcTime()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    # On SQLite '' counts as another default than ''; a test compares whole schemas instead.
    compare_server_default=connection.dialect.name != "sqlite",
    transaction_per_migration=False,
    include_object=include_object,
    render_item=render_item,
)
context.run_migrations()

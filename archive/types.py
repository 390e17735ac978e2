"""Column types that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, DateTime, Dialect, Integer, Text, bindparam
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeDecorator, TypeEngine

BigId: TypeEngine[int] = BigInteger().with_variant(Integer, "sqlite")
"""A row id: 64 bits everywhere (SQLite only autoincrements a column called INTEGER)."""


class _SqliteMoment(sqlite.DATETIME):
    """DATETIME without SQLAlchemy's own conversions: `UtcTime` does them in less."""

    def bind_processor(self, dialect: Dialect) -> None:
        """Take text as it is."""

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        """Give text as it is."""


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite's DateTime drops the offset silently, so naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the engine's own type."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(_SqliteMoment())  # type: ignore[no-untyped-call]  # SQLAlchemy's own
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Convert to UTC; raise ValueError for a naive value."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime given to the database: {value!r}")
        moment = value if value.tzinfo is UTC else value.astimezone(UTC)
        if dialect.name != "sqlite":
            return moment
        return moment.replace(tzinfo=None).isoformat(" ", "microseconds")

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """Give an aware UTC datetime back."""
        if value is None:
            return None
        if isinstance(value, str):
            return datetime.fromisoformat(value + "+00:00")
        moment: datetime = value
        return moment.astimezone(UTC)


class _Values(TypeDecorator[Iterable[Any]]):
    """Many values in one parameter: JSON on SQLite, an array on PostgreSQL."""

    impl = Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self._is_text = isinstance(item, Text) or issubclass(item.python_type, str)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the engine's own type."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        item = Text() if self._is_text else BigInteger()
        return dialect.type_descriptor(ARRAY(item))

    def process_bind_param(self, value: Iterable[Any] | None, dialect: Dialect) -> Any:
        """Give the values in the engine's own form."""
        values = list(value or ())
        return json.dumps(values) if dialect.name == "sqlite" else values


class Among(FunctionElement[bool]):
    """`column` is one of the values given for parameter `name`; one statement for any number.

    An IN list with a placeholder for each value is another statement for each number of them.
    """

    inherit_cache = True
    name = "among"
    type = Boolean()

    def __init__(self, column: Any, name: str) -> None:
        super().__init__(column, bindparam(name, type_=_Values(column.type)))

    def self_group(self, against: Any = None) -> Any:
        """Stay as it is: `... IN (...) = 1`, as SQLite's booleans are written, uses no index."""
        return self


@compiles(Among, "sqlite")
def _among_sqlite(element: Among, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - compiled SQL


@compiles(Among, "postgresql")
def _among_postgresql(element: Among, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"{column} = ANY ({values})"


class _EachPair(FunctionElement[Any]):
    """Rows of a JSON object, one a key."""

    inherit_cache = True
    name = "each_pair"


def each_pair(name: str) -> TableValuedAlias:
    """Give the JSON object in parameter `name` as a table of `key` and `value`, both text.

    So one statement changes many rows, each in its own way: the driver hands over to the engine
    once and not once a row, and the other threads of the program run meanwhile.
    """
    return _EachPair(bindparam(name, type_=Text())).table_valued("key", "value")


@compiles(_EachPair, "sqlite")
def _each_pair_sqlite(element: _EachPair, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **kw)})"


@compiles(_EachPair, "postgresql")
def _each_pair_postgresql(element: _EachPair, compiler: SQLCompiler, **kw: Any) -> str:
    return f"jsonb_each_text(CAST({compiler.process(element.clauses, **kw)} AS JSONB))"

"""Statements of the hot path, run on SQLite without SQLAlchemy's work for each execution.

A post needs about 17 statements; SQLAlchemy's own share of each is 40 to 50 us, the engine's 5 to
10. So a Core statement is compiled once, with its types' processors, and given to the driver
directly, on the same connection and in the same transaction. On PostgreSQL it runs as usual.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

from archive.types import UtcTime

_DIALECT = sqlite.dialect(paramstyle="named")
_named: Any = namedtuple  # noqa: PYI024 - the fields are known at run time only
Values = Mapping[str, Any]
Processor = Callable[[Any], Any]


class Quick:
    """One Core statement, made at import time and run many times.

    Rows are plain tuples with the names of their columns. An INSERT must always be given the same
    columns. Errors of the driver come as SQLAlchemy's, as everywhere.
    """

    __slots__ = ("_compiled", "_named", "statement")

    def __init__(self, statement: Any, *, named: bool = True) -> None:
        """Without names (`named`) rows cost a third: for many that are unpacked at once."""
        self.statement = statement
        self._named = named
        self._compiled: _Compiled | None = None

    def rows(self, conn: Connection, values: Values) -> Sequence[Any]:
        """Run it once and give all rows."""
        if conn.dialect.name != "sqlite":
            return conn.execute(self.statement, values).all()
        return self._for(values).rows(conn, values)

    def first(self, conn: Connection, values: Values) -> Any | None:
        """Run it once and give the first row, or None."""
        found = self.rows(conn, values)
        return found[0] if found else None

    def run(self, conn: Connection, many: Sequence[Values]) -> None:
        """Run it once for each of `many`; it gives no rows. Nothing happens for none."""
        if not many:
            return
        if conn.dialect.name != "sqlite":
            conn.execute(self.statement, many if len(many) > 1 else many[0])
            return
        self._for(many[0]).run(conn, many)

    def _for(self, values: Values) -> _Compiled:
        if self._compiled is None:
            self._compiled = _Compiled(self.statement, list(values), named=self._named)
        return self._compiled


class _Compiled:
    """SQL text with named parameters, and what turns values and rows into the driver's and back."""

    __slots__ = ("_fixed", "_processors", "_results", "_row", "_sql")

    def __init__(self, statement: Any, names: list[str], *, named: bool) -> None:
        columns = names if isinstance(statement, Insert) else None
        compiled = statement.compile(dialect=_DIALECT, column_keys=columns)
        self._sql = str(compiled)
        found = {name: _binder(bind.type) for name, bind in compiled.binds.items()}
        self._processors = [(name, process) for name, process in found.items() if process]
        self._fixed = {
            name: process(bind.value) if (process := found[name]) else bind.value
            for name, bind in compiled.binds.items()
            if not bind.required and bind.value is not None
        }
        exported = getattr(statement, "exported_columns", ())
        results = [(at, _reader(column.type)) for at, column in enumerate(exported)]
        self._results = [(at, process) for at, process in results if process]
        keys = [str(column.key) for column in exported]
        self._row = _named("Row", keys, rename=True)._make if named else tuple

    def rows(self, conn: Connection, values: Values) -> list[Any]:
        """Run it once and give all rows."""
        given = self._values(values)
        try:
            found = _driver(conn).execute(self._sql, given).fetchall()
        except sqlite3.Error as error:
            raise _told(self._sql, given, error) from error
        if not self._results:
            return [self._row(row) for row in found]
        return [self._row(self._read(row)) for row in found]

    def run(self, conn: Connection, many: Sequence[Values]) -> None:
        """Run it for each of `many`."""
        given = [self._values(values) for values in many]
        try:
            if len(given) == 1:
                _driver(conn).execute(self._sql, given[0])
            else:
                _driver(conn).executemany(self._sql, given)
        except sqlite3.Error as error:
            raise _told(self._sql, given, error) from error

    def _values(self, values: Values) -> dict[str, Any]:
        given = {**self._fixed, **values}
        for name, process in self._processors:
            given[name] = process(given[name])
        return given

    def _read(self, row: Sequence[Any]) -> list[Any]:
        read = list(row)
        for at, process in self._results:
            read[at] = process(read[at])
        return read


def run_plain(conn: Connection, sql: str) -> None:
    """Give SQLite a statement without values, such as SAVEPOINT."""
    try:
        _driver(conn).execute(sql)
    except sqlite3.Error as error:
        raise _told(sql, {}, error) from error


def _driver(conn: Connection) -> sqlite3.Connection:
    found: Any = conn.connection.dbapi_connection
    driver: sqlite3.Connection = found
    return driver


def _told(sql: str, given: Any, error: sqlite3.Error) -> BaseException:
    return DBAPIError.instance(sql, given, error, sqlite3.Error, dialect=_DIALECT)


def _binder(kind: Any) -> Processor | None:
    found: Processor | None = kind.dialect_impl(_DIALECT).bind_processor(_DIALECT)
    # The rows of one change mostly hold the same moment.
    return lru_cache(maxsize=64)(found) if found and isinstance(kind, UtcTime) else found


def _reader(kind: Any) -> Processor | None:
    found: Processor | None = kind.dialect_impl(_DIALECT).result_processor(_DIALECT, None)
    return found

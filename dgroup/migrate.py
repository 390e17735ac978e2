"""Migrations through alembic's command API, from a checkout and from an installed wheel.

Foreign keys are off while they run: a table that is made anew in batch mode would otherwise take all
its child rows with it (ON DELETE CASCADE). They are checked at the end.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from archive.db import Database
from archive.resources import tree
from dgroup.errors import DgroupError

_UPGRADE = "dgroup upgrade"
"""the name of the lock under which the database is changed"""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(tree("dgroup", "alembic")).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database at `url` up to `revision`; of several nodes that try at once one does it,
    the others wait. Raises DgroupError if rows then point nowhere, or where a newer program has
    changed the database."""
    db = Database(url, foreign_keys=False)
    try:
        with db.write() as conn:
            db.lock_text(conn, _UPGRADE)
            command.upgrade(_config(conn), revision)
            _check_references(db, conn)
    except CommandError as error:
        raise DgroupError(f"the database is of a newer dgroup than this one: {error}") from error
    finally:
        db.dispose()


def downgrade(url: str, revision: str) -> None:
    """Take the database back to `revision`; for tests and for an operator in need."""
    db = Database(url, foreign_keys=False)
    try:
        with db.write() as conn:
            command.downgrade(_config(conn), revision)
            _check_references(db, conn)
    finally:
        db.dispose()


def _check_references(db: Database, conn: Connection) -> None:
    if db.is_sqlite:
        broken = conn.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise DgroupError(f"migration left {len(broken)} rows that point nowhere: {broken[0]}")


def current(url: str) -> str | None:
    """Give the revision that the database at `url` has; None for an empty or absent one."""
    if url.startswith("sqlite:///") and not _file_exists(url):
        return None
    db = Database(url)
    try:
        with db.read() as conn:
            return MigrationContext.configure(conn).get_current_revision()
    finally:
        db.dispose()


def _file_exists(url: str) -> bool:
    return Path(url.removeprefix("sqlite:///")).is_file()


def head() -> str:
    """Give the newest revision that this program knows."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    assert newest is not None  # the first migration is shipped
    return newest

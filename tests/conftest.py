"""Fixtures for the whole suite: the corpus, a fresh database on each engine, hypothesis profiles."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import dgroup.tables  # noqa: F401  -- puts its tables on the one MetaData
from archive.db import Database
from tests.compiled import share_compiled
from tests.corpus import corpus_path
from tests.parts import Postgres, postgres_server, run_base, work_in_memory
from tests.stores import create_tables, new_store

work_in_memory()
# Deterministic in the ordinary run, so that a red test is red again; `make fuzz` explores.
settings.register_profile(
    "suite",
    derandomize=True,
    deadline=timedelta(seconds=5),
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "fuzz",
    deadline=None,
    max_examples=5000,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("fuzz" if os.environ.get("DGROUP_FUZZ") else "suite")


@pytest.fixture(scope="session", autouse=True)
def _compiled() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        share_compiled(patch)
        yield


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The root of the mail corpus; the test is skipped where it is absent."""
    return corpus_path()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An address of a database that does not exist yet, in the embedded engine."""
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A real PostgreSQL, one for all processes of the run."""
    with postgres_server(run_base(tmp_path_factory) / "postgres") as server:
        yield server


@pytest.fixture
def pg_url(postgres: Postgres) -> Iterator[str]:
    """An address of an empty database of its own on a real PostgreSQL, dropped afterwards."""
    with postgres.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def db_url(request: pytest.FixtureRequest) -> str:
    """An address of an empty database; a test that asks for it runs once on each engine."""
    name = "sqlite_url" if request.param == "sqlite" else "pg_url"
    return str(request.getfixturevalue(name))


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """A store with all tables in the embedded engine."""
    db = new_store(sqlite_url)
    yield db
    db.dispose()


@pytest.fixture
def pg_database(postgres: Postgres) -> Iterator[Database]:
    """A store with all tables on a real PostgreSQL."""
    with postgres.emptied(postgres.template("dgroup_tables", create_tables)) as url:
        db = Database(url)
        yield db
        db.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """An empty store with all tables; a test that asks for it runs once on each engine."""
    name = "sqlite_database" if request.param == "sqlite" else "pg_database"
    found: Database = request.getfixturevalue(name)
    return found

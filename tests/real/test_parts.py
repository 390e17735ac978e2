"""The real parts work: each is started, used once and stopped."""

from __future__ import annotations

from sqlalchemy import create_engine, text

from tests.real.parts import Postgres


def test_postgres_gives_an_empty_database(pg_url: str) -> None:
    engine = create_engine(pg_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (id integer)"))
        assert connection.execute(text("SELECT count(*) FROM t")).scalar_one() == 0
    engine.dispose()


def _fill(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE filled (id integer)"))
    engine.dispose()


def test_postgres_copies_a_template_made_once(postgres: Postgres) -> None:
    name = postgres.template("parts_test", _fill)
    assert postgres.template("parts_test", _fill) == name
    with postgres.database(name) as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM filled")).scalar_one() == 0
        engine.dispose()

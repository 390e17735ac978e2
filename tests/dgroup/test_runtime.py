"""What every command opens: folders, database, the first key; made once, kept for ever."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from dgroup import config as settings
from dgroup.config import Config
from dgroup.errors import NotFoundError
from dgroup.runtime import caps, intake_settings, open_runtime, prepare, site_info
from dgroup.tables import secrets
from dgroup.tokens import make, read

NOW = datetime(2026, 3, 23, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Settings of a folder that is not there yet."""
    return replace(Config(), site=settings.Site(domain="lists.example", data_dir=tmp_path / "data"))


def test_without_prepare_nothing_is_opened_or_made(config: Config) -> None:
    with pytest.raises(NotFoundError, match="run `dgroup init` first"):
        open_runtime(config)
    assert not config.site.data_dir.exists()


def test_prepare_makes_it_once_and_links_stay_good(config: Config) -> None:
    prepare(config, NOW)
    first = open_runtime(config)
    token = make("leave", 7, first.keyring)
    first.close()
    prepare(config, NOW)
    again = open_runtime(config)
    assert read("leave", token, again.keyring) == 7
    again.close()


def test_two_databases_have_different_keys(config: Config, tmp_path: Path) -> None:
    other = replace(config, site=replace(config.site, data_dir=tmp_path / "other"))
    tokens = []
    for one in (config, other):
        prepare(one, NOW)
        runtime = open_runtime(one)
        tokens.append(make("leave", 7, runtime.keyring))
        runtime.close()
    assert tokens[0] != tokens[1]


def test_prepare_works_on_postgresql(config: Config, pg_url: str) -> None:
    chosen = replace(config, database=settings.Database(url=pg_url))
    prepare(chosen, NOW)
    runtime = open_runtime(chosen)
    assert not runtime.db.is_sqlite
    runtime.close()


def test_values_come_from_the_settings(config: Config) -> None:
    limits = settings.Limits(answers_per_address_per_day=3, code_days=2)
    listener = settings.Listener(protocol="lmtp", authserv_id="mx.example")
    bounces = settings.Bounces(points=1.5)
    changed = replace(config, limits=limits, listener=listener, bounces=bounces)
    assert caps(changed).bounces is bounces
    assert (caps(changed).answers_per_day, caps(changed).code_days) == (3, 2)
    assert intake_settings(changed).per_recipient
    assert intake_settings(changed).authserv_id == "mx.example"
    assert site_info(changed).body_limit == 64 * 1024


def test_nodes_that_start_at_once_make_one_database_with_one_key(
    config: Config, tmp_path: Path, pg_url: str
) -> None:
    nodes = [
        replace(
            config,
            site=replace(config.site, data_dir=tmp_path / name),
            database=settings.Database(url=pg_url),
        )
        for name in ("a", "b", "c")
    ]
    script = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path\n"
        "from dataclasses import replace; from dgroup.config import Config, Database, Site\n"
        "from dgroup.runtime import prepare\n"
        "made = replace(Config(), site=Site(data_dir=Path(sys.argv[1])), database=Database(url=sys.argv[2]))\n"
        "prepare(made, datetime.now(UTC))"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(one.site.data_dir), pg_url])
        for one in nodes
    ]
    assert [one.wait(60) for one in running] == [0, 0, 0]
    runtime = open_runtime(nodes[0])
    with runtime.db.read() as conn:
        assert len(conn.execute(select(secrets.c.id)).all()) == 1
    runtime.close()

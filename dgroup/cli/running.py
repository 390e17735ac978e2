"""`dgroup init | serve | demo | db`: make the database, run the service, show it at work."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from dgroup import demo_run, logs, migrate
from dgroup.cli.base import Context, now
from dgroup.config import Config
from dgroup.errors import DgroupError
from dgroup.runtime import prepare
from dgroup.service import Bound, Service, run_until_signal


@click.command("init")
@click.pass_obj
def init(context: Context) -> None:
    """Make the data folder and the database, or bring them up to date. Safe to repeat."""
    prepare(context.config, now())
    click.echo(f"Ready: {context.config.site.data_dir}")


@click.command("serve")
@click.pass_obj
def serve(context: Context) -> None:
    """Take mail, send mail, write pages, until Ctrl-C or SIGTERM."""
    config = context.config
    logs.setup(config.log)
    prepare(config, now())
    run(run_until_signal(Service(config, now), _say_where))


async def _say_where(bound: Bound) -> None:
    click.echo(f"Mail comes in at {_at(bound.smtp)}, pages are at http://{_at(bound.web)}/")


def _at(bound: tuple[str, int]) -> str:
    return f"{bound[0]}:{bound[1]}"


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run the service's coroutine, on the faster event loop where it is installed."""
    if importlib.util.find_spec("uvloop") is not None:
        import uvloop  # noqa: PLC0415 - optional: [speed]

        uvloop.run(main)
    else:
        asyncio.run(main)


@click.command("demo")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-data"),
    show_default=True,
    help="Where the demonstration keeps its data.",
)
@click.pass_obj
def demonstrate(context: Context, folder: Path) -> None:
    """Run a sample group with three weeks of mail: listener, pages, summary, outgoing mail.

    The first run makes it; later runs go on with it. Nothing leaves this machine.
    """
    config = context.config
    logs.setup(replace(config.log, level="warning"))
    config = _demo_config(config, folder.absolute())
    try:
        run(demo_run.run(config, now, click.echo))
    except OSError as error:
        raise DgroupError(f"cannot start: {error.strerror or error}") from error


def _demo_config(config: Config, folder: Path) -> Config:
    site = replace(config.site, data_dir=folder, name="dgroup demonstration")
    relay = replace(config.relay, url="maildir:outgoing")
    return replace(config, site=site, relay=relay)


@click.group("db")
def database_commands() -> None:
    """The database's migrations."""


@database_commands.command("upgrade")
@click.pass_obj
def upgrade(context: Context) -> None:
    """Bring the database up to date."""
    prepare(context.config, now())
    click.echo("The database is up to date.")


@database_commands.command("check")
@click.pass_obj
def check(context: Context) -> None:
    """Say whether the database is up to date; exit 1 if it is not."""
    url = context.config.database_url
    if migrate.current(url) != migrate.head():
        raise DgroupError("the database is not up to date: run `dgroup db upgrade`")
    click.echo("The database is up to date.")


COMMANDS = (init, serve, demonstrate, database_commands)

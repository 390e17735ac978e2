"""`dgroup init | db`: make the data folder, the settings file and the database; migrations."""

from __future__ import annotations

import shutil

import click

from archive.resources import tree
from dgroup import migrate
from dgroup.cli.base import SETTINGS_FILE, Context, now, with_context
from dgroup.errors import DgroupError
from dgroup.runtime import prepare


@click.command("init")
@with_context
def init(context: Context) -> None:
    """Make the data folder and the database, or bring them up to date.

    Without --config and without a config.toml in this folder, one is written too: every setting
    with its default and a comment. Nothing that is there already is overwritten.
    """
    config = context.config
    prepare(config, now())
    if context.path is None:
        shutil.copyfile(tree("dgroup", "config.example.toml"), SETTINGS_FILE)
    click.echo(f"Settings  {(context.path or SETTINGS_FILE).absolute()}")
    click.echo(f"Data      {config.site.data_dir}")
    click.echo(f"Groups are NAME@{config.site.domain}, pages {config.site.base_url}/")
    click.echo('Next: dgroup group create NAME --title "TITLE"')


@click.group("db")
def database_commands() -> None:
    """Check and upgrade the database."""


@database_commands.command("upgrade")
@with_context
def upgrade(context: Context) -> None:
    """Bring the database up to date with this version of dgroup. Safe to repeat."""
    prepare(context.config, now())
    click.echo("The database is up to date.")


@database_commands.command("check")
@with_context
def check(context: Context) -> None:
    """Say whether the database is up to date; exit code 1 if it is not."""
    url = context.config.database_url
    if migrate.current(url) != migrate.head():
        raise DgroupError("the database is not up to date: run `dgroup db upgrade`")
    click.echo("The database is up to date.")


COMMANDS = (init, database_commands)

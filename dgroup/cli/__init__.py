"""The command line: one file a family of commands. Exit codes: 0 done, 1 could not, 2 wrong use."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from dgroup import __version__
from dgroup.cli import archives, groups, mails, members, running
from dgroup.cli.base import Context
from dgroup.errors import ConfigError, DgroupError


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96})
@click.version_option(__version__, prog_name="dgroup")
@click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="DGROUP_CONFIG",
    help="Settings file. Default: config.toml in this folder if there is one, else the defaults.",
)
@click.pass_context
def cli(click_context: click.Context, config_path: Path | None) -> None:
    """Discussion groups by mail: mail in, mail out, and an archive that lasts.

    \b
    First steps:
      dgroup demo                            see everything at work with a sample group
      dgroup init                            make the database
      dgroup group create water --title "Water and wells"
      dgroup member add water awa@ong.example --name "Awa Diop" --coordinator
      dgroup serve                           take mail, send mail, write pages
    """  # noqa: D301 - the help text needs the backspace character itself
    click_context.obj = Context(config_path)


for family in (running, groups, members, archives, mails):
    for command in family.COMMANDS:
        cli.add_command(command)


def main() -> None:
    """Run the command line; errors that people can mend are told without a traceback."""
    try:
        cli(standalone_mode=True)
    except ConfigError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except DgroupError as error:
        click.echo(f"dgroup: {error}", err=True)
        sys.exit(1)

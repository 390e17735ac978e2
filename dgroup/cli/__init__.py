"""The command line: one file a family of commands, read only when one of them is asked for.

Exit codes: 0 done, 1 could not, 2 wrong use or wrong settings.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import click

from dgroup import __version__
from dgroup.errors import ConfigError, DgroupError, InputError


@dataclass(frozen=True, slots=True)
class Entry:
    """A command or family of commands: where it is, and what `--help` says of it."""

    name: str
    module: str
    about: str


# `dgroup --help` reads this table alone: the commands themselves take half a second to load.
SECTIONS = (
    (
        "Begin",
        (
            Entry("demo", "demo", "See everything at work with a sample group."),
            Entry("init", "setup", "Make the data folder, the database and a settings file."),
            Entry("serve", "running", "Take mail, send mail and write pages until stopped."),
        ),
    ),
    (
        "Groups and people",
        (
            Entry("group", "groups", "Make groups and change their settings."),
            Entry("member", "members", "Add, remove and list the members of a group."),
        ),
    ),
    (
        "The archive",
        (
            Entry("import", "archives", "Bring an old archive into a group."),
            Entry("render", "archives", "Write the pages of the archive."),
            Entry("summary", "archives", "Print a group's weekly summary."),
            Entry("post", "posts", "Take a post down."),
        ),
    ),
    (
        "What became of a mail",
        (
            Entry("explain", "mails", "Say what would become of a mail, without doing it."),
            Entry("trace", "mails", "Say what happened to a mail or a person."),
            Entry("queue", "queue", "Show what waits to be sent, decided or looked at."),
            Entry("hold", "holds", "Decide on mails that wait for a decision."),
            Entry("quarantine", "holds", "Look after mails that met an unexpected error."),
        ),
    ),
    (
        "Upkeep",
        (
            Entry("status", "status", "Show which services are at work and what waits."),
            Entry("doctor", "doctor", "Say what is wrong with this host, and the cure."),
            Entry("db", "setup", "Check and upgrade the database."),
            Entry("dkim", "dkim", "Make the key that our mail is signed with."),
        ),
    ),
)
ENTRIES = {entry.name: entry for _, entries in SECTIONS for entry in entries}


class Families(click.Group):
    """Commands that are loaded when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names in the order of the table."""
        return list(ENTRIES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command; None for an unknown name."""
        entry = ENTRIES.get(cmd_name)
        if entry is None:
            return None
        commands: tuple[click.Command, ...] = import_module(f"dgroup.cli.{entry.module}").COMMANDS
        return next(one for one in commands if one.name == cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is meant; an unknown one is told with its nearest neighbour."""
        near = difflib.get_close_matches(args[0], list(ENTRIES), 1)
        if near and args[0] not in ENTRIES:
            ctx.fail(f"No such command '{args[0]}'. Did you mean '{near[0]}'?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table, without loading a command."""
        width = max(len(name) for name in ENTRIES)
        for title, entries in SECTIONS:
            with formatter.section(title):
                formatter.write_dl([(entry.name.ljust(width), entry.about) for entry in entries])


@click.group(
    cls=Families, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96}
)
@click.version_option(__version__, prog_name="dgroup")
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="DGROUP_CONFIG",
    help="Settings file. Default: config.toml in this folder if there is one, else the defaults.",
)
@click.pass_context
def cli(click_context: click.Context, config: Path | None) -> None:
    """Discussion groups by mail: mail in, mail out, and an archive that lasts.

    \b
    First steps:
      dgroup demo                        see everything at work; nothing leaves this machine
      dgroup init                        then change config.toml, which it writes
      dgroup group create water --title "Water and wells"
      dgroup member add water awa@ong.example --name "Awa Diop" --coordinator
      dgroup serve

    \b
    dgroup COMMAND --help tells more. Exit code: 0 done, 1 could not, 2 wrong use or settings.
    """  # noqa: D301 - the help text needs the backspace character itself
    click_context.obj = config


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line (None: this process's own); it always ends in SystemExit.

    What people can mend is told in a line, without a traceback.
    """
    try:
        cli(args)
    except ConfigError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except InputError as error:
        click.echo(f"dgroup: {error}", err=True)
        sys.exit(2)
    except DgroupError as error:
        click.echo(f"dgroup: {error}", err=True)
        sys.exit(1)

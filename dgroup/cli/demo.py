"""`dgroup demo`: the sample group."""

from __future__ import annotations

from pathlib import Path

import click

from dgroup import demo_run, logs
from dgroup.cli.base import Context, now, with_context
from dgroup.cli.running import run
from dgroup.config import Log

_PORT = click.IntRange(0, 65535)


@click.command("demo")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-data"),
    show_default=True,
    help="Where the demonstration keeps everything.",
)
@click.option("--smtp-port", type=_PORT, help="Where mail comes in. Default: 8025; 0: a free one.")
@click.option("--web-port", type=_PORT, help="Where pages are. Default: 8080; 0: a free one.")
@with_context
def demonstrate(
    _context: Context, folder: Path, smtp_port: int | None, web_port: int | None
) -> None:
    """Run a sample group: six people and three weeks of mail in three languages.

    The first run makes it, posting every mail through the listener; later runs go on with it.
    Settings files are not looked at, and nothing leaves this machine: outgoing mail lies in a
    Maildir for each recipient.
    """
    logs.setup(Log(level="warning"))
    settings = demo_run.settings(folder, demo_run.Ports(smtp_port, web_port))
    run(demo_run.run(settings, now, click.echo))


COMMANDS = (demonstrate,)

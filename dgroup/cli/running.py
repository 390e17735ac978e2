"""`dgroup serve`: run the service."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Coroutine
from typing import Any

import click

from dgroup import logs
from dgroup.cli.base import Context, now, with_context
from dgroup.runtime import prepare
from dgroup.service import Bound, Service, run_until_signal


@click.command("serve")
@with_context
def serve(context: Context) -> None:
    """Take mail, send mail and write pages, until Ctrl-C or SIGTERM.

    The database is made or upgraded first. Mails that are being received when it stops are
    finished; what waits goes on at the next start.
    """
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


COMMANDS = (serve,)

"""`dgroup serve`: run the service."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import click

from dgroup import logs
from dgroup.checks import node_name_wrong, roles_wrong
from dgroup.cli.base import Context, now, with_context
from dgroup.config import Node
from dgroup.errors import InputError
from dgroup.runtime import prepare
from dgroup.service import Bound, Service
from dgroup.signals import run_until_signal


@click.command("serve")
@click.option(
    "--role",
    "roles",
    multiple=True,
    help="Do only this: listen, send, work or web, or several with commas. Default: [node] roles.",
)
@click.option("--name", help="Name among the processes that share a data folder: [node] name.")
@with_context
def serve(context: Context, roles: tuple[str, ...], name: str | None) -> None:
    """Take mail, send mail and write pages, until Ctrl-C or SIGTERM.

    The database is made or upgraded first. Mails that are being received when it stops are
    finished; what waits goes on at the next start. Several may share a PostgreSQL, each with the
    roles that it is given.
    """
    config = replace(context.config, node=_node(context.config.node, roles, name))
    logs.setup(config.log)
    prepare(config, now())
    run(run_until_signal(Service(config, now), _say_where))


def _node(node: Node, roles: tuple[str, ...], name: str | None) -> Node:
    """What the settings say of this node, and what the command line says otherwise."""
    if roles:
        asked = tuple(word.strip() for text in roles for word in text.split(","))
        if problem := roles_wrong(asked):
            raise InputError(f"--role {problem}")
        node = replace(node, roles=asked)
    if name is not None:
        if problem := node_name_wrong(name):
            raise InputError(f"--name {problem}")
        node = replace(node, name=name)
    return node


async def _say_where(bound: Bound) -> None:
    said = []
    if bound.smtp[1]:
        said.append(f"mail comes in at {_at(bound.smtp)}")
    if bound.web[1]:
        said.append(f"pages are at http://{_at(bound.web)}/")
    text = ", ".join(said) or f"at work; health is at http://{_at(bound.health)}/health"
    click.echo(text[0].upper() + text[1:])


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

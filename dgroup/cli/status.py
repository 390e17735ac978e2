"""`dgroup status`: which nodes are at work, who runs the jobs, and how much waits."""

from __future__ import annotations

import click
from sqlalchemy import Connection

from dgroup import __version__, operate
from dgroup.cli.base import Context, now, table, with_context
from dgroup.cli.queue import in_short
from dgroup.nodes import alone
from dgroup.nodes import register as nodes
from dgroup.runtime import Runtime


@click.command("status")
@with_context
def status(context: Context) -> None:
    """Show which services are at work, with their roles, and what waits."""
    with context.runtime() as runtime, runtime.db.read() as conn:
        rows = _nodes(runtime, conn)
        counts = operate.queues(conn, now())
        engine = runtime.db.engine.dialect.name
    click.echo(f"dgroup {__version__} on {engine}")
    nobody = "not running: no mail is taken or sent until `dgroup serve` is at work"
    click.echo(table(("node", "roles", "since (UTC)", "scheduler"), rows) if rows else nobody)
    click.echo("\n".join(in_short(counts)))


def _nodes(runtime: Runtime, conn: Connection) -> list[tuple[str, str, str, str]]:
    """One row a node: of PostgreSQL those that are connected, of SQLite the one that has the folder."""
    if not runtime.db.is_sqlite:
        return [
            (
                one.node.name,
                ", ".join(one.node.roles),
                f"{one.since:%Y-%m-%d %H:%M}",
                "yes" if one.schedules else "",
            )
            for one in nodes.present(conn)
        ]
    label = alone.holder(runtime.config.site.data_dir)
    if not label:
        return []
    node = nodes.node_of(label)
    return [(node.name, ", ".join(node.roles), "", "yes" if "work" in node.roles else "")]


COMMANDS = (status,)

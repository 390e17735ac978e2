"""`dgroup post remove`: take a post down."""

from __future__ import annotations

import click

from archive.pagewriter import Setting
from archive.publish import Publisher
from dgroup.cli.base import Context, group_named, now, with_context
from dgroup.takedown import take_down


@click.group("post")
def post_commands() -> None:
    """Look after single posts."""


@post_commands.command("remove")
@click.argument("group")
@click.argument("key")
@with_context
def remove(context: Context, group: str, key: str) -> None:
    """Take the post KEY of GROUP down for good: text, files and raw mail are deleted.

    KEY is the 16 characters of its address. Its page says that it was removed; answers to it stay.
    Copies that went out already cannot be called back.
    """
    with context.runtime() as runtime:
        with runtime.db.write() as conn:
            found = group_named(conn, group, runtime.site.domain)
            removed = take_down(runtime.db, conn, found, key.lower(), now())
        config = runtime.config
        pages = Setting(runtime.site, config.public_path, config.site.templates)
        Publisher(runtime.db, pages).drain(now)
    click.echo(f"Post {key.lower()} is removed.")
    for answer in removed.answers:
        click.echo(f"An answer may quote it: {answer.key}, {answer.author}")


COMMANDS = (post_commands,)

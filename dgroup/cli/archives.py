"""`dgroup import | render | summary`: bring mail in, write pages, print a weekly summary."""

from __future__ import annotations

import os
from pathlib import Path

import click
from sqlalchemy import select

from archive import mbox
from archive.importer import import_mails
from archive.pagewriter import Setting
from archive.publish import Publisher, Tally
from archive.tables import groups as groups_table
from dgroup import groups, weekly
from dgroup.cli.base import Context, group_named, now
from dgroup.errors import InputError
from dgroup.model import Group
from dgroup.runtime import Runtime


@click.command("import")
@click.argument("group")
@click.argument("source", type=click.Path(path_type=Path, exists=True))
@click.option("--no-pages", is_flag=True, help="Leave the pages to `dgroup render` or `serve`.")
@click.pass_obj
def import_archive(context: Context, group: str, source: Path, no_pages: bool) -> None:
    """Bring an old archive into GROUP: an mbox (also .gz), a Maildir or a folder of .eml files.

    Nothing is sent to anybody. Mails that are there already are skipped, so it can be repeated.
    """
    with context.runtime() as runtime:
        with runtime.db.read() as conn:
            found = group_named(conn, group, runtime.site.domain)
        size = sum(1 for _ in mbox.open_archive(source))
        with click.progressbar(length=size, label=f"Reading {source.name}", show_pos=True) as bar:
            result = import_mails(
                runtime.db,
                found.info,
                mbox.open_archive(source),
                now=now(),
                addresses=(found.address,),
                processes=os.cpu_count() or 1,
                progress=bar.update,
            )
        click.echo(f"{result.read} mails read, {result.added} new, {result.skipped} were there.")
    if not no_pages:
        _publish(context, found)


def _publish(context: Context, only: Group | None = None) -> None:
    """Write what is marked; of a group just imported, everything at once on all processors."""
    with context.runtime() as runtime:
        publisher = Publisher(runtime.db, _setting(runtime))
        total = Tally()
        if only is not None:
            with click.progressbar(length=_length(runtime, only), label="Writing pages") as bar:
                total.add(
                    publisher.rebuild(only.info, processes=os.cpu_count() or 1, progress=bar.update)
                )
        total.add(publisher.drain(now))
        click.echo(f"{total.written} pages written below {runtime.config.public_path}")


def _setting(runtime: Runtime) -> Setting:
    config = runtime.config
    return Setting(runtime.site, config.public_path, config.site.templates)


def _length(runtime: Runtime, group: Group) -> int:
    """About how many files the pages of a group are: two a post, and the threads and lists."""
    with runtime.db.read() as conn:
        query = select(groups_table.c.next_number).where(groups_table.c.id == group.id)
        return 3 * int(conn.execute(query).scalar_one())


@click.command("render")
@click.option("--all", "everything", is_flag=True, help="Write every page again, not only changes.")
@click.pass_obj
def render(context: Context, everything: bool) -> None:
    """Write the pages that changed; with --all every page, and remove strays."""
    if not everything:
        _publish(context)
        return
    with context.runtime() as runtime:
        publisher = Publisher(runtime.db, _setting(runtime))
        with runtime.db.read() as conn:
            infos = [one.info for one in groups.every(conn, runtime.site.domain)]
        total = publisher.verify(infos, now, processes=os.cpu_count() or 1)
        click.echo(
            f"{total.files} files looked at, {total.written} written, {total.removed} removed"
        )


@click.command("summary")
@click.argument("group")
@click.option("--week", required=True, metavar="2026-W12", help="ISO week, Monday to Sunday.")
@click.option("--language", help="Default: the group's.")
@click.pass_obj
def summary(context: Context, group: str, week: str, language: str | None) -> None:
    """Print the weekly summary of GROUP as the letter's text; nothing is sent or stored."""
    with context.runtime() as runtime, runtime.db.read() as conn:
        found = group_named(conn, group, runtime.site.domain)
        try:
            made = weekly.make(conn, found, week, runtime.site)
        except ValueError as error:
            raise InputError(f"--week: {error}") from error
        spoken = language or found.info.language
        letter = weekly.letter(made, found, runtime.tools.letters, runtime.site, spoken)
    click.echo(f"Subject: {letter.subject}\n\n{letter.text}")


COMMANDS = (import_archive, render, summary)

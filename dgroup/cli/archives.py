"""`dgroup import | render | summary`: bring mail in, write pages, print a weekly summary."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import select

from archive import mbox
from archive.importer import ImportResult, import_mails
from archive.pagewriter import Setting
from archive.publish import Publisher, Tally
from archive.tables import groups as groups_table
from dgroup import groups, runs
from dgroup.chores import weekly
from dgroup.cli.base import Context, group_named, now, with_context
from dgroup.config import LANGUAGES
from dgroup.errors import InputError
from dgroup.model import Group
from dgroup.runtime import Runtime


@click.command("import")
@click.argument("group")
@click.argument("source", type=click.Path(path_type=Path, exists=True))
@click.option("--no-pages", is_flag=True, help="Leave the pages to `dgroup render` or `serve`.")
@with_context
def import_archive(context: Context, group: str, source: Path, no_pages: bool) -> None:
    """Bring an old archive into GROUP and write its pages.

    SOURCE is an mbox file (also .gz), a Maildir or a folder of .eml files. Nothing is sent to
    anybody. Mails that are there already are skipped, so it can be repeated after a crash.
    """
    with context.runtime() as runtime:
        with runtime.db.read() as conn:
            found = group_named(conn, group, runtime.site.domain)
        result = _import(runtime, found, source)
        click.echo(f"{result.read} mails read, {result.added} new, {result.skipped} were there.")
        if no_pages:
            return
        runtime.db.dispose()  # the connections' caches, before other processes fill their own
        _publish(runtime, found if result.added else None)


def _import(runtime: Runtime, group: Group, source: Path) -> ImportResult:
    with _bar(f"Reading {source.name}", mbox.length_of(source)) as reached:
        return import_mails(
            runtime.db,
            group.info,
            mbox.open_archive(source, reached),
            now=now(),
            addresses=(group.address,),
            processes=_processes(),
        )


def _publish(runtime: Runtime, only: Group | None = None) -> None:
    """Write what is marked; of a group just imported, everything at once on all processors."""
    publisher = Publisher(runtime.db, _setting(runtime))
    total = Tally()
    if only is not None:
        written = 0
        with _bar("Writing pages", _length(runtime, only)) as reached:

            def progress(files: int) -> None:
                nonlocal written
                written += files
                reached(written)

            total.add(publisher.rebuild(only.info, processes=_processes(), progress=progress))
    total.add(publisher.drain(now))
    click.echo(f"{total.written} files written below {runtime.config.public_path}")


@contextmanager
def _bar(label: str, length: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, one line elsewhere; gives what tells it how far the work is."""
    at = 0
    with click.progressbar(length=max(length, 1), label=label) as bar:

        def reached(position: int) -> None:
            nonlocal at
            bar.update(min(position, length) - at)
            at = min(position, length)

        yield reached
        reached(length)


def _processes() -> int:
    return os.cpu_count() or 1


def _setting(runtime: Runtime) -> Setting:
    config = runtime.config
    return Setting(runtime.site, config.public_path, config.site.templates)


def _length(runtime: Runtime, group: Group) -> int:
    """About how many files the pages of a group are: two a post, and the threads and lists."""
    with runtime.db.read() as conn:
        query = select(groups_table.c.next_number).where(groups_table.c.id == group.id)
        return 3 * int(conn.execute(query).scalar_one())


@click.command("render")
@click.option("--all", "everything", is_flag=True, help="Every page again, and remove strays.")
@with_context
def render(context: Context, everything: bool) -> None:
    """Write the pages that changed; with --all every page, whatever became of the files."""
    with context.runtime() as runtime:
        if not everything:
            _publish(runtime)
            return
        publisher = Publisher(runtime.db, _setting(runtime))
        with runtime.db.read() as conn:
            infos = [one.info for one in groups.every(conn, runtime.site.domain)]
        total = publisher.verify(infos, now, processes=_processes())
    click.echo(f"{total.files} files looked at, {total.written} written, {total.removed} removed")


@click.command("summary")
@click.argument("group")
@click.option("--week", metavar="2026-W12", help="ISO week. Default: the last whole one.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Default: the group's.")
@with_context
def summary(context: Context, group: str, week: str | None, language: str | None) -> None:
    """Print the weekly summary of GROUP, as its letter says it; nothing is sent or stored.

    A week runs from Monday to Sunday in the group's time zone.
    """
    with context.runtime() as runtime, runtime.db.read() as conn:
        found = group_named(conn, group, runtime.site.domain)
        wanted = week or runs.week_name(runs.newest_due(found.info.timezone, 1, 0, now()))
        try:
            made = weekly.make(conn, found, wanted, runtime.site)
        except ValueError as error:
            raise InputError(f"--week: {error}") from error
        spoken = language or found.info.language
        letter = weekly.letter(made, found, runtime.tools.letters, runtime.site, spoken)
    click.echo(f"Subject: {letter.subject}\n\n{letter.text}")


COMMANDS = (import_archive, render, summary)

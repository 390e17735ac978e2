"""`dgroup group create | list | show | set`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import click

from archive import ids
from archive.dirty import mark
from archive.model import ArchiveMode, PageKey, PageKind
from archive.pagewriter import Setting
from archive.publish import Publisher
from dgroup import groups, members
from dgroup.cli.base import Context, group_named, now, table
from dgroup.config import LANGUAGES
from dgroup.errors import InputError
from dgroup.model import Group, WhoJoins, WhoPosts

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _choice(*words: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in words:
            raise InputError(f"needs one of: {', '.join(words)}")
        return value

    return check


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise InputError("needs a time zone like Africa/Accra, Europe/Paris or UTC")
    return ZoneInfo(value).key


def _day(value: str) -> int:
    if value.lower() not in DAYS:
        raise InputError(f"needs a day of the week: {', '.join(DAYS)}")
    return DAYS.index(value.lower()) + 1


def _number(low: int, high: int) -> Callable[[str], int]:
    def check(value: str) -> int:
        if not value.isdigit() or not low <= int(value) <= high:
            raise InputError(f"needs a whole number from {low} to {high}")
        return int(value)

    return check


def _yes_no(value: str) -> bool:
    return _choice("yes", "no")(value) == "yes"


SETTINGS: Mapping[str, tuple[str, Callable[[str], Any], str]] = {
    "title": ("title", str, "the group's name for people"),
    "about": ("about", str, "what it is for, one paragraph"),
    "language": ("language", _choice(*LANGUAGES), "language of its pages and letters"),
    "timezone": ("timezone", _zone, "its time zone"),
    "archive": ("archive", _choice(*ArchiveMode), "who may read its archive"),
    "who-posts": ("who_posts", _choice(*WhoPosts), "who may post"),
    "who-joins": ("who_joins", _choice(*WhoJoins), "who may join"),
    "tag": ("tag", str, "subject tag like [water]; breaks signatures, so off by default"),
    "reply-to-group": ("reply_to_group", _yes_no, "answers go to the group where that is safe"),
    "max-size": ("max_size", _number(0, 200_000_000), "largest mail in bytes, 0 = the host's"),
    "summary-day": ("summary_day", _day, "day of the weekly summary"),
    "summary-hour": ("summary_hour", _number(0, 23), "hour of the weekly summary"),
}


@click.group("group")
def group_commands() -> None:
    """Make groups and change their settings."""


@group_commands.command("create")
@click.argument("name")
@click.option("--title", help="The group's name for people. Default: NAME with a capital.")
@click.option("--about", default="", help="What it is for, one paragraph.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Default: the site's.")
@click.option("--timezone", default="UTC", show_default=True, help="Like Africa/Accra.")
@click.option(
    "--archive", type=click.Choice(list(ArchiveMode)), default="public", show_default=True
)
@click.pass_obj
def create(
    context: Context,
    name: str,
    title: str | None,
    about: str,
    language: str | None,
    timezone: str,
    archive: str,
) -> None:
    """Make the group NAME (2 to 24 of a-z, 0-9 and '-'): its address is NAME@ your domain."""
    with context.runtime() as runtime, runtime.db.write() as conn:
        new = groups.NewGroup(
            name=name,
            title=title or name.capitalize(),
            about=about,
            language=language or runtime.site.language,
            timezone=_zone(timezone),
            archive=ArchiveMode(archive),
            summary_hour=runtime.config.scheduler.summary_hour,
        )
        made = groups.create(conn, new, runtime.site.domain, now())
        mark(conn, runtime.db, _front_pages(made), now())
    click.echo(f"Group {made.address} is there.")
    click.echo(f"Next: dgroup member add {name} PERSON@EXAMPLE.ORG --name NAME --coordinator")


def _front_pages(group: Group) -> set[PageKey]:
    home = PageKey(group.id, PageKind.HOME, "")
    return {home, PageKey(group.id, PageKind.FEED, ""), PageKey(0, PageKind.SITE, "")}


@group_commands.command("list")
@click.pass_obj
def list_groups(context: Context) -> None:
    """List the groups of this host."""
    with context.runtime() as runtime, runtime.db.read() as conn:
        rows = [
            (one.name, one.info.title, members.count_active(conn, one.id), one.info.archive)
            for one in groups.every(conn, runtime.site.domain)
        ]
    click.echo(table(("name", "title", "members", "archive"), rows))


@group_commands.command("show")
@click.argument("name")
@click.pass_obj
def show(context: Context, name: str) -> None:
    """Show a group's settings and addresses."""
    with context.runtime() as runtime, runtime.db.read() as conn:
        found = group_named(conn, name, runtime.site.domain)
        count = members.count_active(conn, found.id)
        bosses = ", ".join(boss.address for boss in members.coordinators(conn, found.id))
        home = ids.url(runtime.site.base_url, ids.home_path(found.name))
    rows = [("address", found.address), ("pages", home), ("members", count)]
    rows += [("coordinators", bosses or "none yet")]
    rows += [(key, _value(found, column)) for key, (column, _, _) in SETTINGS.items()]
    click.echo(table(("setting", "value"), rows))


def _value(group: Group, column: str) -> object:
    holder: object = group.info if hasattr(group.info, column) else group
    value = getattr(holder, column)
    if column == "summary_day":
        return DAYS[value - 1]
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


@group_commands.command("set")
@click.argument("name")
@click.argument("setting", type=click.Choice(list(SETTINGS)), metavar="SETTING")
@click.argument("value")
@click.pass_obj
def set_value(context: Context, name: str, setting: str, value: str) -> None:
    """Change one SETTING of the group NAME to VALUE; `dgroup group show NAME` lists them."""
    column, check, _ = SETTINGS[setting]
    try:
        checked = check(value)
    except InputError as error:
        raise InputError(f"{setting}: {error}") from None
    with context.runtime() as runtime:
        with runtime.db.write() as conn:
            found = group_named(conn, name, runtime.site.domain)
            groups.change(conn, found, {column: checked})
            changed = group_named(conn, name, runtime.site.domain)
        if changed.info != found.info:  # its pages say so, or are taken away
            config = runtime.config
            pages = Setting(runtime.site, config.public_path, config.site.templates)
            publisher = Publisher(runtime.db, pages)
            publisher.rebuild(changed.info)
            publisher.rebuild_site()
    click.echo(f"{found.address}: {setting} is {value} now.")


COMMANDS = (group_commands,)

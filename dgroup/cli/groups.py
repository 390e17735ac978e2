"""`dgroup group create | list | show | set`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import click

from archive import ids
from archive.dirty import mark
from archive.model import ArchiveMode, PageKey, PageKind
from archive.pagewriter import Setting
from archive.publish import Publisher
from dgroup import filetypes, groups
from dgroup.cli.base import Context, group_named, now, table, with_context
from dgroup.commands.group_settings import BY_NAME
from dgroup.config import LANGUAGES
from dgroup.errors import InputError
from dgroup.model import Group, GroupState, Spam, Style, WhoJoins, WhoPosts, WhoSees
from dgroup.people import members

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _choice(*words: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in words:
            raise InputError(f"is none of: {', '.join(words)}")
        return value

    return check


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise InputError("is no time zone like Africa/Accra, Europe/Paris or UTC")
    return ZoneInfo(value).key


def _day(value: str) -> int:
    if value.lower() not in DAYS:
        raise InputError(f"is no day of the week: {', '.join(DAYS)}")
    return DAYS.index(value.lower()) + 1


def _number(low: int, high: int) -> Callable[[str], int]:
    def check(value: str) -> int:
        if not value.isdigit() or not low <= int(value) <= high:
            raise InputError(f"is no whole number from {low} to {high}")
        return int(value)

    return check


def _size(value: str) -> int:
    """Bytes, as here before, or a size as coordinators write it."""
    if value.isdigit():
        return _number(0, 100_000_000)(value)
    size = BY_NAME["links above"].read(value)
    if not isinstance(size, int):
        raise InputError("is no size like 500 KB, 2 MB or 0")
    return size


def _line(value: str) -> str:
    return " ".join(value.split())


def _filled(value: str) -> str:
    if not value.strip():
        raise InputError("must not be empty")
    return _line(value)


def _files(value: str) -> str:
    kinds = filetypes.read(value)
    if kinds is None:
        raise InputError(
            "is none of: standard, any, none, 'only pdf jpg', or endings like 'zip rar'"
        )
    return kinds


def _footer(value: str) -> str:
    return "" if value.strip().lower() in {"off", "no"} else value.strip()


def _yes_no(value: str) -> bool:
    return _choice("yes", "no")(value) == "yes"


SETTINGS: Mapping[str, tuple[str, Callable[[str], Any], str]] = {
    "title": ("title", _filled, "the group's name for people"),
    "about": ("about", str, "what it is for, one paragraph"),
    "language": ("language", _choice(*LANGUAGES), "of its pages and letters: en, fr, es or pt"),
    "timezone": ("timezone", _zone, "its time zone, as in Africa/Accra"),
    "archive": ("archive", _choice(*ArchiveMode), "who may read it: public, members or none"),
    "who-posts": ("who_posts", _choice(*WhoPosts), "members, open, moderated or announce"),
    "who-joins": ("who_joins", _choice(*WhoJoins), "open, approval or closed"),
    "who-sees-members": ("who_sees", _choice(*WhoSees), "members or coordinators"),
    "first-posts": ("first_posts", _number(0, 20), "posts of a new member that are held first"),
    "spam": ("spam", _choice(*Spam), "what the host's filter calls spam: hold, refuse or ignore"),
    "attachments": (
        "attachments",
        _files,
        "files held: standard, any (no file), none (every file), 'only pdf jpg' (all others), or more endings: 'zip rar'",
    ),
    "member-posts": (
        "member_hourly",
        _number(0, 9999),
        "posts of one sender an hour, 0: any number",
    ),
    "group-posts": ("group_hourly", _number(0, 9999), "posts of all an hour, 0: any number"),
    "remote-images": ("remote_images", _choice("on", "off"), "off: taken out where that is safe"),
    "footer": ("footer", _footer, "below posts: off, on (our words), or words of your own"),
    "delivery-style": (
        "delivery_style",
        _choice(*Style),
        "personal: a copy each; bulk: one for many, no one-click leave",
    ),
    "hold-days": ("hold_days", _number(1, 60), "days that a held mail waits"),
    "welcome": ("welcome", str, "own words in the welcome letter"),
    "tag": ("tag", _line, "subject tag like [water]; it breaks signatures, so '' is best"),
    "reply-to-group": (
        "reply_to_group",
        _yes_no,
        "yes: answers go to the group where that is safe",
    ),
    "links-above": (
        "links_above",
        _size,
        "size (300000, 500 KB) above which attachments go out as links into the archive, 0: never",
    ),
    "max-size": ("max_size", _number(0, 200_000_000), "largest mail in bytes, 0: the host's limit"),
    "summary-day": ("summary_day", _day, "day of the weekly summary, monday to sunday"),
    "summary-hour": ("summary_hour", _number(0, 23), "its hour, 0 to 23, in the group's time zone"),
}
_HELP = "\n".join(
    ["\b", "Settings:", *(f"  {k:<16} {about}" for k, (_, _, about) in SETTINGS.items())]
)


@click.group("group")
def group_commands() -> None:
    """Make groups and change their settings."""


@group_commands.command("create")
@click.argument("name")
@click.option("--title", help="The group's name for people. Default: NAME with a capital.")
@click.option("--about", default="", help="What it is for, one paragraph.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Default: the site's.")
@click.option("--timezone", default="UTC", show_default=True, help="As in Africa/Accra.")
@click.option(
    "--archive",
    type=click.Choice([mode.value for mode in ArchiveMode]),
    default=ArchiveMode.PUBLIC.value,
    show_default=True,
    help="Who may read its archive.",
)
@with_context
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
            title=_line(title or "") or name.capitalize(),
            about=about,
            language=language or runtime.site.language,
            timezone=_checked("timezone", timezone),
            archive=ArchiveMode(archive),
            summary_hour=runtime.config.scheduler.summary_hour,
        )
        made = groups.create(conn, new, runtime.site.domain, now())
        mark(conn, runtime.db, _front_pages(made), now())
    click.echo(f"Group {made.address} is there.")
    click.echo(f'Next: dgroup member add {name} ADDRESS --name "NAME" --coordinator')


def _front_pages(group: Group) -> set[PageKey]:
    home = PageKey(group.id, PageKind.HOME, "")
    return {home, PageKey(group.id, PageKind.FEED, ""), PageKey(0, PageKind.SITE, "")}


@group_commands.command("list")
@with_context
def list_groups(context: Context) -> None:
    """List the groups of this host."""
    with context.runtime() as runtime, runtime.db.read() as conn:
        rows = [
            (
                one.name,
                one.info.title,
                members.count_active(conn, one.id),
                one.info.archive,
                _state(one),
            )
            for one in groups.every(conn, runtime.site.domain)
        ]
    click.echo(table(("name", "title", "members", "archive", "state"), rows))


@group_commands.command("show")
@click.argument("name")
@with_context
def show(context: Context, name: str) -> None:
    """Show a group's settings, its address, its pages and who runs it."""
    with context.runtime() as runtime, runtime.db.read() as conn:
        found = group_named(conn, name, runtime.site.domain)
        count = members.count_active(conn, found.id)
        bosses = ", ".join(boss.address for boss in members.coordinators(conn, found.id))
        home = ids.url(runtime.site.base_url, ids.home_path(found.name))
    rows = [("address", found.address), ("pages", home), ("members", count)]
    rows += [("coordinators", bosses or "none yet"), ("state", _state(found))]
    rows += [(key, _value(found, column)) for key, (column, _, _) in SETTINGS.items()]
    click.echo(table(("setting", "value"), rows))


def _state(group: Group) -> str:
    words = {GroupState.OPEN: "open", GroupState.FROZEN: "closed", GroupState.DELETED: "ended"}
    since = group.info.closed_at
    return words[group.state] + (f" since {since:%Y-%m-%d}" if since else "")


def _value(group: Group, column: str) -> object:
    holder: object = group.info if hasattr(group.info, column) else group
    value = getattr(holder, column)
    if column == "summary_day":
        return DAYS[value - 1]
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


def _checked(setting: str, value: str) -> Any:
    _, check, _ = SETTINGS[setting]
    try:
        return check(value)
    except InputError as error:
        raise InputError(f"{setting}: '{value}' {error}") from None


@group_commands.command("set", epilog=_HELP)
@click.argument("name")
@click.argument("setting", type=click.Choice(list(SETTINGS)), metavar="SETTING")
@click.argument("value")
@with_context
def set_value(context: Context, name: str, setting: str, value: str) -> None:
    """Change one SETTING of the group NAME to VALUE.

    Pages that show it are written anew at once; `dgroup group show NAME` tells how things stand.
    """
    column, checked = SETTINGS[setting][0], _checked(setting, value)
    with context.runtime() as runtime:
        with runtime.db.write() as conn:
            found = group_named(conn, name, runtime.site.domain)
            groups.change(runtime.db, conn, found, {column: checked}, now())
            changed = group_named(conn, name, runtime.site.domain)
        if changed.info != found.info:  # its pages say so, or are taken away
            config = runtime.config
            pages = Setting(runtime.site, config.public_path, config.site.templates)
            publisher = Publisher(runtime.db, pages)
            publisher.rebuild(changed.info, processes=os.cpu_count() or 1)
            publisher.rebuild_site()
    click.echo(f"{found.address}: {setting} is {value} now.")


COMMANDS = (group_commands,)

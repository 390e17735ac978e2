"""`dgroup member add | remove | list`: what a host does by hand; coordinators do it by mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from email.utils import parseaddr
from typing import TextIO

import click
from sqlalchemy import Connection

from dgroup.changes import ChangeMember
from dgroup.cli.base import Context, group_named, now, table, with_context
from dgroup.config import LANGUAGES
from dgroup.errors import InputError, NotFoundError
from dgroup.facts import reads as facts
from dgroup.incoming import Named
from dgroup.model import Delivery, Group, MemberState, Role
from dgroup.people import members

_PROBLEMS = {
    "syntax": "is no mail address",
    "ours": "is an address of our own",
}
_SHOWN = 5


@click.group("member")
def member_commands() -> None:
    """Add, remove and list the members of a group."""


@member_commands.command("add")
@click.argument("group")
@click.argument("addresses", nargs=-1, metavar="ADDRESS...")
@click.option("--name", default="", help="Display name (with one address).")
@click.option(
    "--from",
    "file",
    type=click.File("r", encoding="utf-8"),
    help="A file with an address a line, also as 'Name <address>'; - for standard input.",
)
@click.option("--language", type=click.Choice(LANGUAGES), help="Default: the group's.")
@click.option(
    "--delivery",
    type=click.Choice([way.value for way in Delivery]),
    help="Which mail they get. Default: each.",
)
@click.option(
    "--coordinator", "role", flag_value=Role.COORDINATOR.value, help="They run the group."
)
@click.option(
    "--moderator", "role", flag_value=Role.MODERATOR.value, help="They decide on held posts."
)
@with_context
def add(
    context: Context,
    group: str,
    addresses: tuple[str, ...],
    name: str,
    file: TextIO | None,
    language: str | None,
    delivery: str | None,
    role: str | None,
) -> None:
    """Add people at once: they are not asked (they agreed elsewhere) and get no letter.

    Who is a member already is changed as the options say. One wrong address adds nobody.
    """
    if name and (len(addresses) != 1 or file):
        raise InputError("--name goes with one address")
    people = [Named(address, name) for address in addresses]
    people += _people_of(file) if file else []
    if not people:
        raise InputError("give at least one ADDRESS, or --from FILE")
    with context.runtime() as runtime, runtime.db.write() as conn:
        found = group_named(conn, group, runtime.site.domain)
        _check(conn, found, people)
        wishes = [
            ChangeMember(
                person.address,
                person.name,
                MemberState.ACTIVE,
                Role(role) if role else None,
                Delivery(delivery) if delivery else None,
                language,
                chosen=bool(language),
            )
            for person in people
        ]
        members.change_all(runtime.db, conn, found.info, wishes, now())
    click.echo(f"{len(people)} in {found.address} now: {_some(people)}")


def _people_of(file: TextIO) -> list[Named]:
    return list(_read(file))


def _read(file: TextIO) -> Iterator[Named]:
    """Read 'address' or 'Name <address>' lines; empty ones and those that begin with # are none."""
    for line in file:
        text = line.strip()
        if text and not text.startswith("#"):
            shown, address = parseaddr(text)
            yield Named(address or text, shown)


def _check(conn: Connection, group: Group, people: Sequence[Named]) -> None:
    wrong = [
        f"'{one.address}' {_PROBLEMS.get(one.problem, one.problem)}"
        for one in facts.known_people(conn, group, people)
        if one.problem
    ]
    if wrong:
        raise InputError("nobody was added: " + "; ".join(wrong))


def _some(people: Sequence[Named]) -> str:
    shown = ", ".join(person.address for person in people[:_SHOWN])
    return shown if len(people) <= _SHOWN else f"{shown} and {len(people) - _SHOWN} more"


@member_commands.command("remove")
@click.argument("group")
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@click.option("--ban", is_flag=True, help="They cannot come back or post; also who was never in.")
@with_context
def remove(context: Context, group: str, addresses: tuple[str, ...], ban: bool) -> None:
    """Take people out of a group at once; no letter is sent."""
    state = MemberState.BANNED if ban else MemberState.LEFT
    with context.runtime() as runtime, runtime.db.write() as conn:
        found = group_named(conn, group, runtime.site.domain)
        for address in addresses:
            if not ban and members.find(conn, found.id, address) is None:
                raise NotFoundError(f"'{address}' is not a member of {found.name}")
            members.change(
                conn, found.info, ChangeMember(address, state=state, decided=True), now()
            )
    click.echo(f"{'Banned from' if ban else 'Out of'} {found.address}: {', '.join(addresses)}")


@member_commands.command("list")
@click.argument("group")
@click.option("--all", "everyone", is_flag=True, help="Those who left or are banned too.")
@with_context
def list_members(context: Context, group: str, everyone: bool) -> None:
    """List the members of a group."""
    states = list(MemberState) if everyone else [s for s in MemberState if s not in _GONE]
    with context.runtime() as runtime, runtime.db.read() as conn:
        found = group_named(conn, group, runtime.site.domain)
        rows = [
            (m.address, m.name, m.role, m.state, m.delivery, m.language, f"{m.joined_at:%Y-%m-%d}")
            for m in members.of_group(conn, found.id, states)
        ]
    header = ("address", "name", "role", "state", "delivery", "language", "since")
    click.echo(table(header, rows))


_GONE = (MemberState.LEFT, MemberState.BANNED)
COMMANDS = (member_commands,)

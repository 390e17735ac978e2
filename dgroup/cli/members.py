"""`dgroup member add | remove | list`: what a host does by hand; coordinators do it by mail."""

from __future__ import annotations

import click

from dgroup import facts, members
from dgroup.cli.base import Context, group_named, now, table
from dgroup.config import LANGUAGES
from dgroup.effects import ChangeMember
from dgroup.errors import InputError, NotFoundError
from dgroup.incoming import Named
from dgroup.model import Delivery, MemberState, Role


@click.group("member")
def member_commands() -> None:
    """Add, remove and list the members of a group."""


@member_commands.command("add")
@click.argument("group")
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@click.option("--name", default="", help="Display name (with one address).")
@click.option("--language", type=click.Choice(LANGUAGES), help="Default: the group's.")
@click.option("--delivery", type=click.Choice(list(Delivery)), help="Default: each.")
@click.option("--coordinator", "role", flag_value=Role.COORDINATOR, help="Runs the group.")
@click.option("--moderator", "role", flag_value=Role.MODERATOR, help="Decides on held posts.")
@click.pass_obj
def add(
    context: Context,
    group: str,
    addresses: tuple[str, ...],
    name: str,
    language: str | None,
    delivery: str | None,
    role: str | None,
) -> None:
    """Add people at once, without asking them (they agreed elsewhere); no welcome letter is sent."""
    with context.runtime() as runtime, runtime.db.write() as conn:
        found = group_named(conn, group, runtime.site.domain)
        for address in addresses:
            checked = facts.known(conn, found, Named(address, name))
            if checked.problem:
                raise InputError(f"'{address}' cannot be a member's address ({checked.problem})")
            wish = ChangeMember(
                address,
                name,
                MemberState.ACTIVE,
                Role(role) if role else None,
                Delivery(delivery) if delivery else None,
                language,
            )
            members.change(conn, found.info, wish, now())
    click.echo(f"{len(addresses)} in {found.address} now: {', '.join(addresses)}")


@member_commands.command("remove")
@click.argument("group")
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@click.option("--ban", is_flag=True, help="They cannot come back or post.")
@click.pass_obj
def remove(context: Context, group: str, addresses: tuple[str, ...], ban: bool) -> None:
    """Take people out of a group at once; no letter is sent."""
    state = MemberState.BANNED if ban else MemberState.LEFT
    with context.runtime() as runtime, runtime.db.write() as conn:
        found = group_named(conn, group, runtime.site.domain)
        for address in addresses:
            if not ban and members.find(conn, found.id, address) is None:
                raise NotFoundError(f"'{address}' is not a member of {found.name}")
            members.change(conn, found.info, ChangeMember(address, state=state), now())
    click.echo(f"Out of {found.address}: {', '.join(addresses)}")


@member_commands.command("list")
@click.argument("group")
@click.option("--all", "everyone", is_flag=True, help="Those who left or are banned too.")
@click.pass_obj
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

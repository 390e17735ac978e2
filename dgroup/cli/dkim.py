"""`dgroup dkim`: our keys for DKIM signatures."""

from __future__ import annotations

import click

from dgroup.authentication import dkimkeys
from dgroup.cli.base import Context, with_context


@click.group("dkim")
def dkim_commands() -> None:
    """Make the key that our mail is signed with, and show its line for the zone."""


@dkim_commands.command("key")
@click.option("--ed25519", is_flag=True, help="The second, shorter key instead of the RSA key.")
@with_context
def key(context: Context, *, ed25519: bool) -> None:
    """Make a key, or take the one that is there, and print the line for the zone.

    The key is written where [dkim] key_file says, else below data_dir, readable by its owner only.
    A key that is there is never overwritten: to change it, take a new selector and a new file.
    """
    config = context.config
    ours = config.dkim
    setting = "ed25519_key_file" if ed25519 else "key_file"
    selector = ours.ed25519_selector if ed25519 else ours.selector
    named = ours.ed25519_key_file if ed25519 else ours.key_file
    path = named or config.site.data_dir / "dkim" / f"{selector}.pem"
    is_new = not path.exists()
    found = dkimkeys.make(path, ed25519=ed25519) if is_new else dkimkeys.read(path)
    click.echo(f"{'Made' if is_new else 'There already:'} {path}")
    click.echo("\nPut this line into the zone and wait until it can be looked up:\n")
    domain = ours.domain or config.site.domain
    click.echo(dkimkeys.zone_line(selector, domain, dkimkeys.record(found)))
    if named is None:
        click.echo("\nThen put this into the settings and restart dgroup:\n")
        click.echo(f'[dkim]\n{setting} = "{path}"')


COMMANDS = (dkim_commands,)

"""`dgroup doctor`: what is right, doubtful or wrong with this host, and the cure."""

from __future__ import annotations

import ipaddress
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby

import click

from dgroup import doctor as judge
from dgroup.authentication import dns
from dgroup.cli.base import Context, fitted, now, printable, with_context
from dgroup.config import Config
from dgroup.doctor import facts as doctor_facts
from dgroup.doctor.checkup import Finding, Level
from dgroup.errors import InputError

_TITLES = {
    "names": "The domain {domain}",
    "smarthost": "Mail out",
    "listener": "Mail in",
    "web": "Pages and one click",
    "clock": "Clock",
    "database": "Database",
    "disk": "Disk",
    "secrets": "Secrets",
    "providers": "Gmail and Outlook",
}
_INDENT = " " * 9


@click.command("doctor")
@click.option("--offline", is_flag=True, help="Only this machine: no names, smarthost and pages.")
@click.option(
    "--address",
    "addresses",
    multiple=True,
    help="The address from which our mail reaches others, where it is not this machine's own.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON object.")
@with_context
def doctor(context: Context, *, offline: bool, addresses: Sequence[str], as_json: bool) -> None:
    """Look at domain, mail out and in, pages, clock, database, disk and secrets; say the cure.

    Each line says ok, look (doubtful, or not to be told from here) or wrong; lines for the zone can be
    copied as they stand. Nothing is changed and no mail is sent. Exit code 1 where something is wrong.
    """
    _check(addresses)
    # A server that hangs is to be told, not waited for.
    os.environ.setdefault("PGCONNECT_TIMEOUT", "5")
    config = context.config
    resolver = None if offline else lambda: dns.Servers(config.auth.dns_servers)
    facts = doctor_facts.gather(config, context.path, now(), resolver, addresses)
    found = judge.findings(config, facts)
    if context.path is None and not as_json:
        click.echo(
            "No settings file was named, so these are defaults: dgroup --config FILE doctor\n"
        )
    click.echo(as_object(found) if as_json else as_text(config, found, offline=offline))
    if any(one.level is Level.WRONG for one in found):
        sys.exit(1)


def _check(addresses: Sequence[str]) -> None:
    for one in addresses:
        try:
            ipaddress.ip_address(one)
        except ValueError as error:
            raise InputError(
                f"--address needs an address like 192.0.2.10 ({one} is none)"
            ) from error


def as_text(config: Config, found: Sequence[Finding], *, offline: bool) -> str:
    """Lay the findings out for people."""
    lines: list[str] = []
    for section, some in groupby(found, key=lambda one: one.section):
        lines += ["", _TITLES[section].format(domain=config.site.domain)]
        for one in some:
            lines += fitted(f"  {one.level:<5}  {printable(one.text)}", _INDENT)
            if one.cure:
                colon = ":" if one.zone else ""
                lines += fitted(f"{_INDENT}-> {printable(one.cure)}{colon}", f"{_INDENT}   ")
            lines += [f"{_INDENT}{printable(line)}" for line in one.zone]
    counts = Counter(one.level for one in found)
    left = " (names, smarthost and pages were left out)" if offline else ""
    total = f"{counts[Level.WRONG]} wrong, {counts[Level.LOOK]} to look at, {counts[Level.OK]} ok"
    return "\n".join([*lines[1:], "", total + left])


def as_object(found: Sequence[Finding]) -> str:
    """The same for programs."""
    counts = Counter(one.level for one in found)
    whole = {
        "counts": {level.value: counts[level] for level in Level},
        "findings": [asdict(one) for one in found],
    }
    return json.dumps(whole, ensure_ascii=False, indent=1)


COMMANDS = (doctor,)

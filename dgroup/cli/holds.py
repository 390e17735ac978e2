"""`dgroup hold | quarantine`: mails that wait for a person."""

from __future__ import annotations

import asyncio

import click

from archive.parse import parse
from dgroup import operate
from dgroup.apply import hold_decision
from dgroup.cli.base import Context, group_named, now, printable, table, with_context
from dgroup.receiving.intake import Intake
from dgroup.runtime import intake_settings, verifier
from dgroup.writer import Writer

_RAW = click.option("--raw", is_flag=True, help="The whole mail as it came, byte for byte.")


class _Number(click.ParamType[int]):
    """The number of a mail that waits, as letters write it (P-98) or plain (98)."""

    name = "number"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Give the number; anything else is wrong use."""
        digits = str(value).upper().removeprefix("P-")
        if not (digits.isascii() and digits.isdigit()):
            self.fail(f"'{value}' is no number like P-98", param, ctx)
        return int(digits)


@click.group("hold")
def hold_commands() -> None:
    """Decide on mails that wait for a decision.

    They are held because the group is moderated, or because it is not certain who wrote them.
    """


@hold_commands.command("list")
@click.argument("group")
@with_context
def list_holds(context: Context, group: str) -> None:
    """List the mails of GROUP that wait, oldest first."""
    with context.runtime() as runtime, runtime.db.read() as conn:
        found = group_named(conn, group, runtime.site.domain)
        rows = [
            (f"P-{x.id}", f"{x.held_at:%Y-%m-%d %H:%M}", x.sender, x.reason, x.subject)
            for x in operate.held(conn, found.id)
        ]
    click.echo(table(("number", "since", "from", "why", "subject"), rows) if rows else "None.")


@hold_commands.command("show")
@click.argument("group")
@click.argument("number", type=_Number())
@_RAW
@with_context
def show_hold(context: Context, group: str, number: int, raw: bool) -> None:
    """Print a mail that waits."""
    with context.runtime() as runtime, runtime.db.read() as conn:
        found = group_named(conn, group, runtime.site.domain)
        _print(operate.held_mail(conn, found, number), raw=raw)


def _print(mail: bytes, *, raw: bool) -> None:
    if raw:
        click.echo(mail, nl=False)
        return
    message = parse(mail)
    sender = ", ".join(f"{one.name} <{one.address}>".strip() for one in message.from_)
    date = f"{message.date_claimed:%Y-%m-%d %H:%M} UTC" if message.date_claimed else "none"
    files = ", ".join(part.filename for part in message.parts if part.filename)
    rows = [("From", sender), ("Date", date), ("Subject", message.subject), ("Files", files)]
    for name, value in rows:
        if value:
            click.echo(f"{name + ':':<9}{printable(value)}")
    click.echo()
    for line in message.text.split("\n"):
        click.echo(printable(line.replace("\t", "    ")))


@hold_commands.command("approve")
@click.argument("group")
@click.argument("number", type=_Number())
@with_context
def approve(context: Context, group: str, number: int) -> None:
    """Publish a mail that waits, as if it had just come."""
    _decide(context, group, number, "approved")


@hold_commands.command("refuse")
@click.argument("group")
@click.argument("number", type=_Number())
@click.option("--because", default="", help="A sentence for its author.")
@with_context
def refuse(context: Context, group: str, number: int, because: str) -> None:
    """Do not publish a mail, and tell its author where the sender's address is certain."""
    _decide(context, group, number, "refused", because)


@hold_commands.command("discard")
@click.argument("group")
@click.argument("number", type=_Number())
@with_context
def discard(context: Context, group: str, number: int) -> None:
    """Do not publish a mail, and tell nobody."""
    _decide(context, group, number, "discarded")


def _decide(context: Context, group: str, number: int, decision: str, because: str = "") -> None:
    with context.runtime() as runtime, runtime.db.write() as conn:
        found = group_named(conn, group, runtime.site.domain)
        hold_decision(conn, runtime.tools, found, number, decision, "host", now(), because)
    click.echo(f"Mail P-{number} of {found.name} is {decision}.")


@click.group("quarantine")
def quarantine_commands() -> None:
    """Look after mails that met an unexpected error.

    Their senders were told that they are kept. They can be taken in again once the error is mended.
    """


@quarantine_commands.command("list")
@with_context
def list_quarantine(context: Context) -> None:
    """List the mails in quarantine, oldest first."""
    with context.runtime() as runtime, runtime.db.read() as conn:
        rows = [
            (x.id, f"{x.at:%Y-%m-%d %H:%M}", x.recipient, x.error)
            for x in operate.quarantined(conn)
        ]
    click.echo(table(("number", "since", "to", "error"), rows) if rows else "None.")


@quarantine_commands.command("show")
@click.argument("number", type=int)
@_RAW
@with_context
def show_quarantined(context: Context, number: int, raw: bool) -> None:
    """Print a mail in quarantine; where it cannot even be shown, --raw gives its bytes."""
    with context.runtime() as runtime, runtime.db.read() as conn:
        _print(operate.quarantined_mail(conn, number), raw=raw)


@quarantine_commands.command("release")
@click.argument("number", type=int)
@with_context
def release(context: Context, number: int) -> None:
    """Take a mail in again, as if it had just come, and say what became of it."""
    with context.runtime() as runtime:
        writer = Writer(runtime.db)
        judge = verifier(runtime.config)
        try:
            settings = intake_settings(runtime.config)
            verify = judge.verdicts if judge is not None else None
            intake = Intake(runtime.tools, writer, settings, runtime.keyring, verify=verify)
            reply = asyncio.run(operate.release(runtime.db, writer, intake, number))
        finally:
            writer.close()
            if judge is not None:
                judge.close()
    click.echo(reply.line())


COMMANDS = (hold_commands, quarantine_commands)

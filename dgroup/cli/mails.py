"""`dgroup explain | trace | queue | hold | quarantine`: what became, or would become, of a mail."""

from __future__ import annotations

import asyncio
import uuid
from typing import BinaryIO

import click

from dgroup import operate
from dgroup.apply import hold_decision
from dgroup.cli.base import Context, group_named, now, table
from dgroup.effects import Plan
from dgroup.errors import NotFoundError
from dgroup.intake import Intake
from dgroup.model import Envelope
from dgroup.runtime import intake_settings
from dgroup.writer import Writer


@click.command("explain")
@click.argument("file", type=click.File("rb"))
@click.option("--to", "recipient", required=True, help="The address it is sent to.")
@click.option("--from", "mail_from", default="", help="Envelope sender. Default: none.")
@click.option("--front", is_flag=True, help="As if a trusted front had handed it to us.")
@click.pass_obj
def explain(context: Context, file: BinaryIO, recipient: str, mail_from: str, front: bool) -> None:
    """Print what would become of the mail in FILE (- for standard input); nothing is done."""
    raw = file.read()
    envelope = Envelope(
        id=f"explain-{uuid.uuid4().hex[:8]}",
        mail_from=mail_from,
        rcpt=(recipient,),
        raw=raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
        received_at=now(),
        peer="127.0.0.1",
        helo="localhost",
        smtputf8=False,
        trusted_front=front,
    )
    with context.runtime() as runtime:
        writer = Writer(runtime.db)
        try:
            settings = intake_settings(runtime.config)
            intake = Intake(runtime.tools, writer, settings, runtime.keyring)
            with runtime.db.read() as conn:
                plans = intake.explain(conn, envelope)
        finally:
            writer.close()
    for plan in plans:
        click.echo(_plan_text(plan))


def _plan_text(plan: Plan | None) -> str:
    if plan is None:
        return "refused  unknown-group\n  550 5.1.1 No such group here"
    outcome = plan.outcome
    lines = [f"{outcome.kind}  {outcome.reason}", f"  {outcome.reply.line()}"]
    lines += [f"  {effect}" for effect in plan.effects]
    return "\n".join(lines)


@click.command("trace")
@click.argument("what")
@click.option("--last", default=50, show_default=True, help="How many lines at the most.")
@click.pass_obj
def trace(context: Context, what: str, last: int) -> None:
    """Tell what happened: WHAT is an address, a Message-ID, a post's key or an envelope id."""
    with context.runtime() as runtime, runtime.db.read() as conn:
        lines = operate.trace(conn, what, last)
    if not lines:
        raise NotFoundError(f"nothing is known of '{what}'")
    rows = [(f"{x.at:%Y-%m-%d %H:%M:%S}", x.group, x.event, x.who, x.detail) for x in lines]
    click.echo(table(("UTC", "group", "event", "who", "what"), rows))


@click.command("queue")
@click.option("--last", default=20, show_default=True, help="How many waiting mails to list.")
@click.pass_obj
def queue(context: Context, last: int) -> None:
    """Show what waits to be sent, and what is held or in quarantine."""
    with context.runtime() as runtime, runtime.db.read() as conn:
        counts = operate.queues(conn)
        rows = [
            (x.id, x.recipient, x.state, x.attempts, f"{x.not_before:%Y-%m-%d %H:%M}", x.last_reply)
            for x in operate.waiting(conn, last)
        ]
    oldest = f", oldest since {counts.oldest:%Y-%m-%d %H:%M} UTC" if counts.oldest else ""
    click.echo(f"to send {counts.pending}{oldest}; given up {counts.failed}")
    click.echo(f"held for a decision {counts.held}; in quarantine {counts.quarantined}")
    if rows:
        header = ("id", "recipient", "state", "tries", "not before", "last answer")
        click.echo(table(header, rows))


@click.group("hold")
def hold_commands() -> None:
    """Mails that wait for a decision."""


@hold_commands.command("list")
@click.argument("group")
@click.pass_obj
def list_holds(context: Context, group: str) -> None:
    """List the held mails of GROUP."""
    with context.runtime() as runtime, runtime.db.read() as conn:
        found = group_named(conn, group, runtime.site.domain)
        rows = [
            (x.id, f"{x.held_at:%Y-%m-%d %H:%M}", x.sender, x.reason, x.subject)
            for x in operate.held(conn, found.id)
        ]
    click.echo(table(("id", "since", "from", "why", "subject"), rows))


@hold_commands.command("decide")
@click.argument("group")
@click.argument("number", type=int)
@click.argument("decision", type=click.Choice(["approved", "refused", "discarded"]))
@click.option("--because", default="", help="Told to the author of a refused mail.")
@click.pass_obj
def decide(context: Context, group: str, number: int, decision: str, because: str) -> None:
    """Publish a held mail, refuse it (its author is told) or discard it."""
    with context.runtime() as runtime, runtime.db.write() as conn:
        found = group_named(conn, group, runtime.site.domain)
        hold_decision(conn, runtime.tools, found, number, decision, "host", now(), because)
    click.echo(f"Mail {number} is {decision}.")


@click.group("quarantine")
def quarantine_commands() -> None:
    """Mails that met an unexpected error: kept, answered 250, never lost."""


@quarantine_commands.command("list")
@click.pass_obj
def list_quarantine(context: Context) -> None:
    """List the mails in quarantine."""
    with context.runtime() as runtime, runtime.db.read() as conn:
        rows = [
            (x.id, f"{x.at:%Y-%m-%d %H:%M}", x.recipient, x.error)
            for x in operate.quarantined(conn)
        ]
    click.echo(table(("id", "since", "to", "error"), rows))


@quarantine_commands.command("release")
@click.argument("number", type=int)
@click.pass_obj
def release(context: Context, number: int) -> None:
    """Take a mail from quarantine in again, as if it had just come."""
    with context.runtime() as runtime:
        writer = Writer(runtime.db)
        try:
            settings = intake_settings(runtime.config)
            intake = Intake(runtime.tools, writer, settings, runtime.keyring)
            reply = asyncio.run(operate.release(runtime.db, writer, intake, number))
        finally:
            writer.close()
    click.echo(reply.line())


COMMANDS = (explain, trace, queue, hold_commands, quarantine_commands)

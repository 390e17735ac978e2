"""`dgroup explain | trace`: what would become, and what became, of a mail."""

from __future__ import annotations

import uuid
from dataclasses import fields, replace
from typing import BinaryIO

import click

from archive.parse import parse
from dgroup import tracing, whynot
from dgroup.cli.base import Context, now, table, with_context
from dgroup.effects import Effect, Plan
from dgroup.errors import InputError, NotFoundError
from dgroup.incoming import Options, Reading
from dgroup.model import Envelope
from dgroup.receiving.intake import Intake
from dgroup.runtime import intake_settings
from dgroup.writer import Writer

_LONGEST = 60


@click.command("explain")
@click.argument("file", type=click.File("rb"))
@click.option("--to", "recipient", required=True, help="The address it is sent to.")
@click.option(
    "--from", "mail_from", help="Envelope sender, <> for none. Default: the one in its From."
)
@click.option("--front", is_flag=True, help="As if a trusted mail server had handed it to us.")
@with_context
def explain(
    context: Context, file: BinaryIO, recipient: str, mail_from: str | None, front: bool
) -> None:
    """Say what would become of the mail in FILE (- for standard input); nothing is done.

    The first line is the outcome with its reason, the second what the sending server is told, the
    others what would be stored, sent and changed, and how a command was read.
    """
    raw = file.read()
    if not raw.strip():
        raise InputError("the mail is empty")
    if mail_from is None:
        mail_from = next((author.address for author in parse(raw).from_), "")
    envelope = Envelope(
        id=f"explain-{uuid.uuid4().hex[:8]}",
        mail_from=mail_from.strip("<> "),
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
                explained = intake.explain(conn, envelope)
        finally:
            writer.close()
    for reading, plan in explained:
        click.echo("\n  ".join([_plan_text(plan), *_reading_text(reading)]))


def _plan_text(plan: Plan | None) -> str:
    if plan is None:
        return "refused: unknown-group\n  550 5.1.1 No such group here"
    outcome = plan.outcome
    lines = [f"{outcome.kind}: {outcome.reason}", outcome.reply.line()]
    return "\n  ".join([*lines, *(_effect_text(effect) for effect in plan.effects)])


def _effect_text(effect: Effect) -> str:
    """One line: what it is, and the fields that say something."""
    return " ".join([f"- {type(effect).__name__}", *_shown(effect)])


def _reading_text(reading: Reading | None) -> list[str]:
    """One line: what was understood, and whether it is asked about first; none for a post."""
    if reading is None:
        return []
    said = replace(reading, options=Options())
    options = _shown(reading.options, Options())
    return [" ".join(["- Reading", *_shown(said, Reading("")), *options])]


def _shown(value: Effect | Reading | Options, unsaid: Reading | Options | None = None) -> list[str]:
    """The fields that say something: not empty, and not what goes without saying."""
    shown = []
    for item in fields(value):
        said = getattr(value, item.name)
        usual = (None, "", ()) if unsaid is None else (getattr(unsaid, item.name),)
        if said not in usual:
            text = str(said)
            shown.append(
                f"{item.name}={text if len(text) <= _LONGEST else text[:_LONGEST] + '...'}"
            )
    return shown


@click.command("trace")
@click.argument("what")
@click.option(
    "--last",
    type=click.IntRange(1, 100_000),
    default=50,
    show_default=True,
    help="How many lines at the most.",
)
@click.option("--post", default="", help="Tell of one post only: its key or Message-ID.")
@with_context
def trace(context: Context, what: str, last: int, post: str) -> None:
    """Tell what happened, oldest first.

    WHAT is somebody's address, a Message-ID, a post's key (in the address of its page) or the
    envelope id of a log line. With --post: what became of the copy for the person with the address
    WHAT, and where there is none, why.
    """
    target = context.config.relay_target
    via = target.host or f"Maildirs in {target.path}"
    with context.runtime() as runtime, runtime.db.read() as conn:
        if post:
            lines = whynot.trace_copy(conn, what, post, via)
        else:
            lines = tracing.standing(conn, what) + tracing.trace(conn, what, last, via)
    if not lines:
        raise NotFoundError(
            f"nothing is known of '{what}': no member has this address, and no mail from or to it, "
            "no post and no log line is called so"
        )
    rows = [(f"{x.at:%Y-%m-%d %H:%M:%S}", x.group, x.event, x.who, x.detail) for x in lines]
    click.echo(table(("UTC", "group", "event", "who", "what"), rows))


COMMANDS = (explain, trace)

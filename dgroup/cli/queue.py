"""`dgroup queue`: what waits to be sent, by domain; try it now, or drop it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

import click

from dgroup import operate, queueing, saying
from dgroup.cli.base import Context, now, table, with_context
from dgroup.errors import InputError, NotFoundError
from dgroup.queueing import Chosen

_LAST = click.option(
    "--last",
    type=click.IntRange(1, 100_000),
    default=20,
    show_default=True,
    help="How many domains and waiting mails to list.",
)
_DOMAIN = click.option("--domain", default="", help="All copies to this recipient domain.")


@click.group("queue", invoke_without_command=True)
@_LAST
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON object.")
@click.pass_context
def queue(click_context: click.Context, last: int, as_json: bool) -> None:
    """Show what waits to be sent, what was given up, and what waits for a decision."""
    if click_context.invoked_subcommand is None:
        click_context.invoke(_show, last=last, as_json=as_json)


@with_context
def _show(context: Context, last: int, as_json: bool) -> None:
    with context.runtime() as runtime, runtime.db.read() as conn:
        counts = operate.queues(conn, now())
        domains = queueing.by_domain(conn)[:last]
        waiting = operate.waiting(conn, last)
    if as_json:
        found = {
            "counts": asdict(counts),
            "domains": [asdict(one) | {"means": saying.why(one.last_reply)} for one in domains],
            "deliveries": [asdict(one) for one in waiting],
        }
        return click.echo(json.dumps(found, default=str, ensure_ascii=False, indent=1))
    click.echo("\n".join(in_short(counts)))
    if domains:
        rows = [
            (
                one.name,
                one.waiting,
                _time(one.oldest),
                _time(one.next_try),
                saying.plainly(one.last_reply),
            )
            for one in domains
        ]
        click.echo(table(("domain", "waiting", "oldest", "next try (UTC)", "last answer"), rows))
    if waiting:
        header = ("id", "recipient", "state", "tries", "not before (UTC)", "last answer")
        lines = [
            (x.id, x.recipient, x.state, x.attempts, _time(x.not_before), x.last_reply)
            for x in waiting
        ]
        click.echo(table(header, lines))
    return None


def in_short(counts: operate.Queues) -> list[str]:
    """Lines that say what waits, and where to look next."""
    oldest = f", the oldest since {_time(counts.oldest)} UTC" if counts.oldest else ""
    lines = [
        f"to send: {counts.pending}{oldest}; given up: {counts.failed}",
        f"held for a decision: {counts.held}; in quarantine: {counts.quarantined}",
    ]
    if counts.overdue:
        lines.append(f"{counts.overdue} should be out by now: `dgroup doctor` looks for the reason")
    if counts.quarantined:
        lines.append("quarantine: mails that met an error of ours; `dgroup quarantine list`")
    return lines


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


@queue.command("retry")
@click.argument("number", type=int, required=False)
@_DOMAIN
@with_context
def retry(context: Context, number: int | None, domain: str) -> None:
    """Try what waits now: the copy NUMBER, those of a domain, or all.

    A running service does it within half a minute.
    """
    chosen = _chosen(number, domain)
    with context.runtime() as runtime, runtime.db.write() as conn:
        _known(queueing.count(conn, chosen), chosen)
        tried = queueing.retry(conn, chosen, now())
    click.echo(f"{tried} to be tried now")


@queue.command("drop")
@click.argument("number", type=int, required=False)
@_DOMAIN
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_context
def drop(context: Context, number: int | None, domain: str, yes: bool) -> None:
    """Give up what waits, for good: the copy NUMBER, or all copies to a domain."""
    if number is None and not domain:
        raise InputError("give the number of a copy, or --domain")
    chosen = _chosen(number, domain)
    with context.runtime() as runtime:
        with runtime.db.read() as conn:
            waiting = queueing.count(conn, chosen)
        _known(waiting, chosen)
        if not yes:
            click.confirm(f"Drop {waiting} waiting copies? They will never be sent", abort=True)
        with runtime.db.write() as conn:
            dropped = queueing.drop(conn, chosen, now())
    left = f"; {waiting - dropped} are under way just now" if dropped < waiting else ""
    click.echo(f"{dropped} dropped{left}")


def _chosen(number: int | None, domain: str) -> Chosen:
    if number is not None and domain:
        raise InputError("give the number of a copy or --domain, not both")
    return Chosen(number, domain)


def _known(found: int, chosen: Chosen) -> None:
    if not found and chosen != Chosen():
        what = f"to {chosen.domain}" if chosen.domain else f"with the number {chosen.delivery}"
        raise NotFoundError(f"no copy {what} waits")


COMMANDS = (queue,)

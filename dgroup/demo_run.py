"""Runs the demonstration: a service whose first minutes are three weeks, then real time."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from archive import ids
from archive.pagewriter import Setting
from archive.publish import Publisher
from dgroup import config as configuration
from dgroup import demo, groups, runs
from dgroup.config import Config
from dgroup.runtime import open_runtime, prepare
from dgroup.service import Bound, Service
from dgroup.signals import run_until_signal

_SETTINGS = """\
# The demonstration's settings: `dgroup --config THIS-FILE group list` and all other commands work.
[site]
name = "dgroup demonstration"
base_url = "http://127.0.0.1:{web}"
data_dir = "."

[listener]
port = {smtp}

[auth]
verify = false

[web]
port = {web}

[health]
port = {health}

[relay]
url = "maildir:outgoing"

# All mail here is one person's, who tries out many commands in an hour.
[limits]
answers_per_address_per_day = 1000
confirmations_per_target_per_day_per_group = 100
confirmations_per_target_per_day_in_all = 100
"""


@dataclass(frozen=True, slots=True)
class Ports:
    """What was asked for; None: as it is, 0: a free one."""

    smtp: int | None = None
    web: int | None = None


@dataclass(frozen=True, slots=True)
class DemoSettings:
    """The settings of a demonstration, and whether its pages now stand at another address."""

    config: Config
    file: Path
    moved: bool


def settings(folder: Path, ports: Ports) -> DemoSettings:
    """Read the folder's own settings, written at the first run.

    Where the usual ports are taken at the first run, free ones are chosen.
    """
    file = folder.absolute() / "config.toml"
    old = configuration.load(file, {}) if file.is_file() else None
    if old is not None:
        smtp = old.listener.port if ports.smtp is None else ports.smtp or _free_port(0)
        web = old.web.port if ports.web is None else ports.web or _free_port(0)
        health = old.health.port
    else:
        usual = Config()
        smtp = _free_port(usual.listener.port) if ports.smtp is None else ports.smtp
        web = _free_port(usual.web.port) if ports.web is None else ports.web
        smtp, web, health = smtp or _free_port(0), web or _free_port(0), 0
    text = _SETTINGS.format(smtp=smtp, web=web, health=health)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    config = configuration.load(file, {})
    moved = old is not None and old.site.base_url != config.site.base_url
    return DemoSettings(config, file, moved)


def _free_port(wanted: int) -> int:
    """Give the loopback port `wanted` if nobody listens there, else one that is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return _free_port(0)
        return int(probe.getsockname()[1])


async def run(
    made: DemoSettings, clock: Callable[[], datetime], say: Callable[[str], None]
) -> None:
    """Make the demonstration if it is not there, then serve it until a signal comes."""
    config = made.config
    prepare(config, clock())
    fresh = _create(made, clock())
    demo_clock = demo.DemoClock(clock)
    service = Service(config, clock, demo_clock)

    async def started(bound: Bound) -> None:
        if fresh:
            say("Posting three weeks of mail through the listener ...")
            letters = demo.mails(clock(), config.site.domain)
            try:
                await demo.seed(*bound.smtp, letters, demo_clock.set)
            finally:
                demo_clock.release()
            for moment in _summary_times(clock()):
                await service.send_summaries(moment)
        await service.publisher.sweep()
        for line in _lines(made, bound, clock(), fresh=fresh):
            say(line)

    await run_until_signal(service, started)


def _create(made: DemoSettings, now: datetime) -> bool:
    """Make the group; False where an earlier run did. Pages that moved are written again."""
    config = made.config
    runtime = open_runtime(config)
    try:
        with runtime.db.write() as conn:
            found = groups.find(conn, demo.GROUP.name, config.site.domain)
            if found is None:
                first = demo.mails(now, config.site.domain)[0].sent_at
                demo.create(conn, config.site.domain, first)
        publisher = Publisher(runtime.db, Setting(runtime.site, config.public_path))
        if found is not None and made.moved:
            publisher.rebuild(found.info)
        if found is None or made.moved:
            publisher.rebuild_site()
    finally:
        runtime.close()
    return found is None


def _summary_times(now: datetime) -> Iterator[datetime]:
    """When the summary of each week of the conference was due, oldest first."""
    group = demo.GROUP
    newest = runs.newest_due(group.timezone, group.summary_day, group.summary_hour, now)
    for back in reversed(range(demo.WEEKS)):
        day = newest + timedelta(days=7 * (1 - back) + group.summary_day - 1)
        moment = datetime(day.year, day.month, day.day, group.summary_hour)
        yield moment.replace(tzinfo=runs.zone_of(group.timezone))


def _lines(made: DemoSettings, bound: Bound, now: datetime, *, fresh: bool) -> Iterator[str]:
    """Say where to read, where the mail went, and how to post."""
    config, group = made.config, demo.GROUP
    address = ids.group_address(group.name, config.site.domain)
    sender, server = demo.PEOPLE[0], f"{bound.smtp[0]}:{bound.smtp[1]}"
    base = f"http://{bound.web[0]}:{bound.web[1]}"
    week = runs.week_name(
        runs.newest_due(group.timezone, group.summary_day, group.summary_hour, now)
    )
    out = _near(config.relay_target.path or Path())
    count = len(demo.PEOPLE)
    yield ""
    yield (
        f'The sample group "{group.title}" is here: {count} members, {demo.WEEKS} weeks of mail.'
        if fresh
        else f'The sample group "{group.title}" goes on.'
    )
    yield ""
    yield f"  Read the archive    {ids.url(base, ids.home_path(group.name))}"
    yield f"  Last week's summary {ids.url(base, ids.week_path(group.name, week))}"
    yield f"  Mail that went out  {out}/ holds a Maildir for each who gets mail, as in"
    yield f"                      mutt -f {out}/{sender.address}"
    yield f"  Post a mail         swaks --server {server} --from {sender.address} \\"
    yield f"                        --to {address} --h-Subject 'Hello' --body 'Hello everybody'"
    yield f"                      or any mail program, with {bound.smtp[0]} port {bound.smtp[1]}"
    yield "                      as its outgoing server and a member's address as its own"
    yield f"  Other commands      dgroup --config {_near(made.file)} member list {group.name}"
    yield ""
    yield f"Ctrl-C stops it; the next run goes on. To begin anew, remove {_near(made.file.parent)}."


def _near(path: Path) -> str:
    """The path as short as it can be typed from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)

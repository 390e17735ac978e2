"""Runs the demonstration: a service whose first minutes are three weeks, then real time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from archive import ids
from archive.pagewriter import Setting
from archive.publish import Publisher
from dgroup import demo, groups
from dgroup.config import Config
from dgroup.runtime import open_runtime, prepare
from dgroup.service import Bound, Service, run_until_signal


async def run(config: Config, clock: Callable[[], datetime], say: Callable[[str], None]) -> None:
    """Make the demonstration if it is not there, then serve it until a signal comes."""
    prepare(config, clock())
    fresh = _create(config, clock())
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
        await service.publisher.sweep()
        await service.send_summaries()
        await service.publisher.sweep()
        for line in lines(config, bound, fresh=fresh):
            say(line)

    await run_until_signal(service, started)


def _create(config: Config, now: datetime) -> bool:
    """Make the group; False where an earlier run did."""
    runtime = open_runtime(config)
    try:
        with runtime.db.write() as conn:
            if groups.find(conn, demo.GROUP.name, config.site.domain) is not None:
                return False
            first = demo.mails(now, config.site.domain)[0].sent_at
            demo.create(conn, config.site.domain, first)
        Publisher(runtime.db, Setting(runtime.site, config.public_path)).rebuild_site()
    finally:
        runtime.close()
    return True


def lines(config: Config, bound: Bound, *, fresh: bool) -> list[str]:
    """Say how to post, where to read, and where the mail went."""
    group = f"{demo.GROUP.name}@{config.site.domain}"
    sender = demo.PEOPLE[0].address
    base = f"http://{bound.web[0]}:{bound.web[1]}"
    relay = config.relay_target.path
    return [
        "",
        "dgroup demonstration is running." if fresh else "dgroup demonstration goes on.",
        "",
        f"  Read   {ids.url(base, ids.home_path(demo.GROUP.name))}",
        f"  Post   swaks --server {bound.smtp[0]}:{bound.smtp[1]} --from {sender} --to {group}",
        f"         or any mail program with {bound.smtp[0]} port {bound.smtp[1]} as its server",
        f"  Mail   one Maildir per member below {relay}, for example:",
        f"         mutt -f {relay}/{sender}",
        "",
        "Ctrl-C stops it; the next run goes on where this one ended.",
    ]

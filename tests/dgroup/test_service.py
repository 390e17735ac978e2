"""The whole service: starts, takes a mail to page and mailbox, ends gracefully, says what is wrong."""

from __future__ import annotations

import asyncio
import platform
import smtplib
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from archive.db import Database
from dgroup import config as settings
from dgroup import groups, outbox
from dgroup.changes import ChangeMember
from dgroup.config import Config
from dgroup.errors import DgroupError, NotFoundError
from dgroup.groups import NewGroup
from dgroup.jobs import Scheduler
from dgroup.people import members
from dgroup.runtime import open_runtime, prepare
from dgroup.sending.sender import Sender
from dgroup.service import Bound, Service
from dgroup.tables import deliveries
from tests.dgroup.http_talk import ask
from tests.parts import accepts

DOMAIN = "lists.example"
MAIL = """\
From: Ana <ana@ngo.example>
To: water@lists.example
Subject: Rope pumps
Message-ID: <m{number}@ngo.example>

Which rope lasts?
"""


def now() -> datetime:
    """The real time."""
    return datetime.now(UTC)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Settings with ports that the system chooses, and a group of two."""
    config = replace(
        Config(),
        site=settings.Site(domain=DOMAIN, data_dir=tmp_path / "data"),
        listener=settings.Listener(port=0),
        auth=settings.Auth(verify=False),
        web=settings.Web(port=0),
        health=settings.Health(port=0),
        scheduler=settings.Scheduler(publish_debounce_s=0.02),
    )
    prepare(config, now())
    runtime = open_runtime(config)
    with runtime.db.write() as conn:
        group = groups.create(conn, NewGroup("water", "Water"), DOMAIN, now())
        for name in ("ana", "ben"):
            members.change(conn, group.info, ChangeMember(f"{name}@ngo.example"), now())
    runtime.close()
    return config


@asynccontextmanager
async def running(config: Config) -> AsyncIterator[tuple[Service, Bound]]:
    """A service that is stopped at the end."""
    service = Service(config, now)
    bound = await service.start()
    try:
        yield service, bound
    finally:
        await service.stop()


async def until(ready: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    """Poll on the event loop until `ready`; fail with `what` when time is up."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds:.0f} s for {what}")
        await asyncio.sleep(0.02)


def post(bound: Bound, number: int = 1) -> None:
    """Post a mail by SMTP."""
    with smtplib.SMTP(*bound.smtp) as client:
        client.sendmail("ana@ngo.example", ["water@lists.example"], MAIL.format(number=number))


def in_box(config: Config, name: str) -> int:
    """How many mails lie in somebody's Maildir."""
    path = config.relay_target.path
    assert path is not None
    folder = path / f"{name}@ngo.example"
    return len(list(folder.glob("new/*")))  # a Maildir's folders come one after the other


async def test_a_mail_becomes_a_post_a_page_and_a_copy_for_each(config: Config) -> None:
    async with running(config) as (_, bound):
        await asyncio.to_thread(post, bound)
        await until(lambda: in_box(config, "ben") == 1, "a copy for the reader")
        await until(lambda: in_box(config, "ana") == 2, "a copy and a receipt for the author")
        pages = config.public_path / "water"
        await until(lambda: len(list(pages.glob("m/*/*.html"))) == 1, "the page")
        home = pages / "index.html"
        await until(lambda: home.exists() and "Rope" in home.read_text(), "the group's page")


async def test_what_it_claims_carries_the_name_of_its_folder(config: Config) -> None:
    """A copy that another folder's service on this machine has in flight stays with it."""
    db = Database(config.database_url)
    try:
        with db.write() as conn:
            group = groups.find(conn, "water", config.site.domain)
            assert group is not None
            outbox.queue_letter(
                conn,
                group_id=group.id,
                message=b"Subject: x\r\n\r\nx\r\n",
                recipient="ana@ngo.example",
                envelope_from="",
                now=now(),
            )
            theirs = {
                "claimed_by": platform.node()[:40],
                "claimed_until": now() + timedelta(days=1),
            }
            conn.execute(update(deliveries).values(theirs))
        async with running(config) as (service, _):
            await until(lambda: service.sender._started, "the sender's first look")
        with db.read() as conn:
            assert (
                conn.execute(select(deliveries.c.claimed_by)).scalar_one() == theirs["claimed_by"]
            )
    finally:
        db.dispose()


async def test_it_starts_and_stops_again_and_leaves_nothing_behind(config: Config) -> None:
    for _ in range(2):
        async with running(config) as (_, bound):
            assert all(accepts(port) for _, port in (bound.smtp, bound.web, bound.health))
        assert not any(accepts(port) for _, port in (bound.smtp, bound.web, bound.health))
    # The loop's own helper threads stay until it ends.
    await until(
        lambda: not [one for one in threading.enumerate() if one.name.startswith("writer")],
        "the writer's end",
    )


async def test_an_idle_service_waits_out_no_grace(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour for each part to finish what it does, and nothing to do: the guard never comes near."""
    monkeypatch.setattr("dgroup.service.GRACE_S", 3600.0)
    for stop in (Sender.stop, Scheduler.stop):
        monkeypatch.setattr(stop, "__defaults__", (3600.0,))
    service = Service(config, now)
    await service.start()
    async with asyncio.timeout(60):
        await service.stop()


@pytest.mark.parametrize("edge", ["listener", "web", "health"])
async def test_a_port_that_is_taken_is_told_and_nothing_is_left_running(
    config: Config, edge: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        changed = replace(config, **{edge: replace(getattr(config, edge), port=port)})
        service = Service(changed, now)
        with pytest.raises(DgroupError, match=rf"127\.0\.0\.1:{port} \(\[{edge}\] host and port\)"):
            await service.start()
    assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []
    async with running(config):  # the database is free again
        pass


async def test_without_a_database_it_says_what_to_do(config: Config, tmp_path: Path) -> None:
    empty = replace(config, site=replace(config.site, data_dir=tmp_path / "empty"))
    with pytest.raises(NotFoundError, match="dgroup init"):
        await Service(empty, now).start()


async def test_a_mail_that_is_coming_in_is_finished_before_the_end(config: Config) -> None:
    service = Service(config, now)
    bound = await service.start()
    reader, writer = await asyncio.open_connection(*bound.smtp)
    for line in (
        "",
        "EHLO a",
        "MAIL FROM:<ana@ngo.example>",
        "RCPT TO:<water@lists.example>",
        "DATA",
    ):
        if line:
            writer.write(f"{line}\r\n".encode())
        while (await reader.readline())[3:4] == b"-":
            pass
    writer.write(MAIL.format(number=1).replace("\n", "\r\n").encode())
    await writer.drain()
    stopping = asyncio.create_task(service.stop())
    await until(lambda: not accepts(bound.smtp[1]), "the door to close")
    writer.write(b".\r\n")
    assert (await reader.readline()).startswith(b"250 ")
    await stopping
    writer.close()
    async with running(config):  # what was left to do is done at the next start
        await until(lambda: in_box(config, "ben") == 1, "the copy")
        pages = config.public_path / "water"
        await until(lambda: len(list(pages.glob("m/*/*.html"))) == 1, "the page")


async def test_pages_are_verified_and_healed(config: Config) -> None:
    async with running(config) as (service, bound):
        await asyncio.to_thread(post, bound)
        home = config.public_path / "water" / "index.html"
        await until(lambda: home.exists() and "Rope" in home.read_text(), "the group's page")
        await service.publisher.sweep()
        good = home.read_bytes()
        assert "healed=0" in await service.publisher.verify()
        home.write_text("spoilt")
        assert "healed=1" in await service.publisher.verify()
        assert home.read_bytes() == good


async def test_summaries_are_sent_by_the_service(config: Config) -> None:
    async with running(config) as (service, bound):
        for number in range(3):
            await asyncio.to_thread(post, bound, number)
        later = datetime.fromtimestamp(time.time() + 7 * 86400, UTC)
        assert await service.send_summaries(later) == 1
        assert await service.send_summaries(later) == 0
        await until(lambda: in_box(config, "ben") == 4, "three posts and the summary")


async def test_health_names_the_node_its_roles_and_the_scheduler(config: Config) -> None:
    async with running(config) as (_, bound):
        answer = await ask(bound.health, "/health")
        lines = answer.text.splitlines()
        assert (answer.status, lines[0]) == (200, "ok")
        name = lines[1].removeprefix("node: ")
        assert lines[2:] == ["roles: listen, send, work, web", f"scheduler: {name}"]
    only = replace(config, node=settings.Node(roles=("web",)))
    async with running(only) as (service, bound):
        assert bound.smtp == ("", 0)
        assert "scheduler: none" in (await ask(bound.health, "/health")).text
        assert not service.presence.holds

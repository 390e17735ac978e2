"""Mail gets out: at once, once, to everybody, whatever happens on the way."""

from __future__ import annotations

import asyncio
import mailbox
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

from sqlalchemy import select, update

from archive.tables import mail_chunks, mails
from dgroup import deliveries, tokens
from dgroup.address import route
from dgroup.config import Relay, RelayTarget, relay_target
from dgroup.limits import Limits
from dgroup.model import MemberState
from dgroup.nodes.alone import node_name
from dgroup.sending.sender import Sender
from dgroup.tables import deliveries as rows
from dgroup.tables import memberships
from dgroup.tokens import Keyring
from dgroup.writer import Writer
from tests.dgroup.faulty_smtp import DROP, HANG, FaultySmtp, Step, faulty_smtp, until
from tests.dgroup.office import DOMAIN, RAW, SITE, Office, opened

RING = Keyring(((1, b"a secret for tests of 32 bytes !!"),))


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@asynccontextmanager
async def sending(
    office: Office,
    clock: Clock,
    target: RelayTarget | None = None,
    server: FaultySmtp | None = None,
    connections: int = 3,
    per_connection: int = 100,
    timeout_s: int = 10,
    node: str = "",
    tls: str = "opportunistic",
    domains: Limits = (),
    recipients: int = 50,
) -> AsyncIterator[Sender]:
    """Run a sender, stop it at the end."""
    relay = Relay(
        timeout_s=timeout_s,
        connections=connections,
        per_connection=per_connection,
        tls=tls,
        domains=domains,
        recipients_per_transaction=recipients,
    )
    port = server.port if server else 9
    writer = Writer(office.db)
    sender = Sender(
        office.db,
        writer,
        relay=relay,
        target=target or relay_target(f"smtp://127.0.0.1:{port}"),
        password="",
        hostname=DOMAIN,
        keyring=RING,
        site=SITE,
        clock=clock,
        node=node,
    )
    task = asyncio.create_task(sender.run())
    try:
        yield sender
    finally:
        await sender.stop(grace_s=2)
        await task
        await asyncio.to_thread(writer.close)


def states(office: Office) -> Counter[str]:
    with office.db.read() as conn:
        return Counter(conn.execute(select(rows.c.state)).scalars())


def held(office: Office) -> int:
    with office.db.read() as conn:
        return len(conn.execute(select(rows.c.id).where(rows.c.claimed_by.is_not(None))).all())


async def test_posts_that_stream_in_share_their_looks(office: Office, clock: Clock) -> None:
    office.join("ana")
    async with faulty_smtp() as server, sending(office, clock, server=server) as sender:
        await until(lambda: sender.looks > 0)
        before = sender.looks
        for _ in range(200):
            sender.wake()
            await asyncio.sleep(0)
        office.post()
        sender.wake()
        await until(lambda: states(office)["sent"] == 1)
        assert sender.looks - before < 50


async def test_each_member_gets_an_own_copy(office: Office, clock: Clock) -> None:
    members = dict(zip(["ana", "ben", "cid"], office.join("ana", "ben", "cid"), strict=True))
    office.post()
    async with faulty_smtp() as server, sending(office, clock, server=server):
        await until(lambda: states(office)["sent"] == 3)
    for taken in server.ledger:
        member = members[taken.recipient.split("@")[0]]
        back = route(taken.sender, DOMAIN)
        assert (back.group, tokens.read("bounce", back.token, RING)) == ("water", member)
        mail = message_from_bytes(taken.data)
        leave = route(mail["List-Unsubscribe"].partition("<mailto:")[2].rstrip(">"), DOMAIN)
        assert tokens.read("leave", leave.token, RING) == member
        assert leave.token in mail["List-Unsubscribe"].partition(">")[0]
        assert taken.data.endswith(RAW)


async def test_a_letter_goes_out_from_the_null_sender_as_it_is(
    office: Office, clock: Clock
) -> None:
    office.letter("eve@elsewhere.example")
    async with faulty_smtp() as server, sending(office, clock, server=server):
        await until(lambda: states(office)["sent"] == 1)
    (taken,) = server.ledger
    assert (taken.sender, taken.recipient) == ("", "eve@elsewhere.example")
    assert taken.data == b"Subject: hello\r\n\r\nhello\r\n"


async def test_a_wake_is_enough(office: Office, clock: Clock) -> None:
    office.join("ana")
    async with faulty_smtp() as server, sending(office, clock, server=server) as sender:
        for number in (1, 2):
            office.post()
            sender.wake()
            await until(lambda number=number: len(server.ledger) == number, 5)  # type: ignore[misc]  # a default binds the loop variable


async def test_a_large_group_gets_it_all_once(office: Office, clock: Clock) -> None:
    office.join(*[f"m{n}" for n in range(2500)])
    office.post()
    office.letter("eve@elsewhere.example")
    async with faulty_smtp() as server, sending(office, clock, server=server, per_connection=300):
        await until(lambda: states(office)["sent"] == 2501, 60)
    assert Counter(Counter(taken.recipient for taken in server.ledger).values()) == {1: 2501}
    assert server.sessions >= 2501 / 300


async def test_answers_end_in_their_states(office: Office, clock: Clock) -> None:
    office.join("yes", "later", "never")
    office.post()

    def rule(step: Step) -> str:
        if step.kind != "rcpt" or "yes" in step.argument:
            return ""
        return "451 4.7.1 later" if "later" in step.argument else "550 5.1.1 no"

    async with faulty_smtp(rule) as server, sending(office, clock, server=server) as sender:
        await until(lambda: sum(sender.counts.values()) == 3)
        await until(lambda: states(office)["sent"] == 1)
    assert states(office) == {"sent": 1, "failed": 1, "pending": 1}
    with office.db.read() as conn:
        found = conn.execute(select(rows.c.last_reply).order_by(rows.c.id)).scalars().all()
        assert deliveries.next_due(conn) == clock() + timedelta(minutes=1)
    assert found == ["250 2.0.0 taken", "451 4.7.1 later", "550 5.1.1 no"]
    clock.move(minutes=2)
    async with faulty_smtp() as server, sending(office, clock, server=server):
        await until(lambda: states(office)["sent"] == 2)
    assert [taken.recipient for taken in server.ledger] == ["later@home.example"]


async def test_sessions_that_break_skip_nobody(office: Office, clock: Clock) -> None:
    office.join(*[f"m{n}" for n in range(60)])
    office.post()
    kinds = ["mail", "rcpt", "data"]

    def rule(step: Step) -> str:
        number = step.number
        return DROP if step.kind in kinds and number % 17 == 0 else ""

    async with faulty_smtp(rule) as server, sending(office, clock, server=server) as sender:
        await until(lambda: _poked(sender, states(office)["sent"] == 60), 30)
    assert Counter(Counter(taken.recipient for taken in server.ledger).values()) == {1: 60}


def _poked(sender: Sender, done: bool) -> bool:
    sender.wake()
    return done


async def test_a_dot_without_an_answer_is_repeated_once(office: Office, clock: Clock) -> None:
    office.join("ana")
    office.post()

    def silent(step: Step) -> str:
        return DROP if step.kind == "dot" else ""

    for expected in ("pending", "failed"):
        async with faulty_smtp(silent) as server, sending(office, clock, server=server) as sender:
            await until(lambda: bool(sender.counts))
        assert states(office) == {expected: 1}
        assert server.seen["dot"] == 1
        clock.move(minutes=5)


async def test_a_host_that_is_away_costs_no_attempt(office: Office, clock: Clock) -> None:
    office.join("ana")
    office.post()
    refuse = {"on": True}

    def rule(step: Step) -> str:
        return "421 4.3.2 busy" if refuse["on"] and step.kind == "greeting" else ""

    async with faulty_smtp(rule) as server, sending(office, clock, server=server):
        await until(lambda: server.sessions >= 1 and held(office) == 0)
        refuse["on"] = False
        await until(lambda: states(office)["sent"] == 1, 10)
    with office.db.read() as conn:
        assert conn.execute(select(rows.c.attempts)).scalar_one() == 1


async def test_a_mail_that_was_taken_down_is_not_sent(office: Office, clock: Clock) -> None:
    office.join("ana")
    office.post()
    with office.db.write() as conn:
        conn.execute(mail_chunks.delete())
        conn.execute(update(mails).values(purged=True))
    office.letter("eve@elsewhere.example")
    async with faulty_smtp() as server, sending(office, clock, server=server):
        await until(lambda: states(office) == {"failed": 1, "sent": 1})
    assert [taken.recipient for taken in server.ledger] == ["eve@elsewhere.example"]


async def test_who_left_before_a_second_try_is_spared(office: Office, clock: Clock) -> None:
    office.join("ana", "ben")
    office.post()
    office.expand_all()
    with office.db.write() as conn:
        left = memberships.c.address.startswith("ana")
        conn.execute(update(memberships).where(left).values(state=MemberState.LEFT))
    clock.move(minutes=5)
    async with faulty_smtp() as server, sending(office, clock, server=server):
        await until(lambda: states(office) == {"dropped": 1, "sent": 1})
    assert [taken.recipient for taken in server.ledger] == ["ben@home.example"]


async def test_a_stop_gives_back_what_was_not_sent(office: Office, clock: Clock) -> None:
    office.join(*[f"m{n}" for n in range(800)])
    office.post()
    async with faulty_smtp() as server, sending(office, clock, server=server) as sender:
        await until(lambda: len(server.ledger) > 50)
        await sender.stop()
    assert held(office) == 0
    assert states(office)["sent"] == len(server.ledger)
    async with faulty_smtp() as rest, sending(office, clock, server=rest):
        await until(lambda: states(office)["sent"] == 800)
    assert len(server.ledger) + len(rest.ledger) == 800


async def test_what_waits_longer_than_its_lease_is_not_taken_twice(
    office: Office, clock: Clock
) -> None:
    """A smarthost that is slow, and mail that comes meanwhile: each look begins a lease, but not of
    what is in stock already."""
    office.join(*[f"m{n}" for n in range(120)])
    office.post()
    async with (
        faulty_smtp(lambda step: HANG if step.kind == "dot" else "") as slow,
        sending(office, clock, server=slow, connections=1, timeout_s=60) as sender,
    ):
        await until(lambda: sender.stock == 119)  # one is with the session
        for number in range(1, 6):
            clock.move(minutes=4)
            office.letter(f"x{number}@home.example")
            sender.wake()
            await until(lambda found=119 + number: sender.stock == found)  # type: ignore[misc]  # bound now
        with office.db.read() as conn:
            ends = conn.execute(select(rows.c.claimed_until)).scalars().all()
        assert min(end for end in ends if end) > clock.now


async def test_two_folders_on_a_machine_keep_to_their_own_copies(
    office: Office, clock: Clock, tmp_path: Path
) -> None:
    """One database, one machine: who starts must not take what the other has in flight."""
    nodes = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        nodes.append(node_name(tmp_path / name, "mx.example"))
    office.join("ana", "ben", "cid")
    office.post()
    async with (
        faulty_smtp(lambda step: HANG if step.kind == "text" else "") as slow,
        faulty_smtp() as quick,
        sending(office, clock, server=slow, connections=1, timeout_s=60, node=nodes[0]),
    ):
        await until(lambda: held(office) == 3)
        async with sending(office, clock, server=quick, node=nodes[1]) as second:
            await until(lambda: second._claimed_at == clock.now)  # it has looked
            assert (second.waiting(), quick.sessions) == (0, 0)
            assert held(office) == 3


async def test_maildirs_get_the_same(office: Office, clock: Clock, tmp_path: Path) -> None:
    office.join(*[f"m{n}" for n in range(45)])
    office.post()
    target = relay_target(f"maildir:{tmp_path / 'out'}")
    async with sending(office, clock, target):
        await until(lambda: states(office)["sent"] == 45)
    boxes = list((tmp_path / "out").iterdir())
    assert len(boxes) == 45
    for path in boxes:
        (mail,) = mailbox.Maildir(path, create=False)
        assert mail["Delivered-To"] == path.name
        assert mail["Return-Path"].startswith("<water-bounces+")


async def test_a_disk_that_refuses_is_waited_out(
    office: Office, clock: Clock, tmp_path: Path
) -> None:
    office.join("ana")
    office.post()
    blocked = tmp_path / "out"
    blocked.write_text("in the way")
    async with sending(office, clock, relay_target(f"maildir:{blocked}")) as sender:
        await until(lambda: bool(sender.counts))
        blocked.unlink()
        await until(lambda: states(office)["sent"] == 1, 10)


async def test_both_engines_send(db_url: str, clock: Clock) -> None:
    with opened(db_url) as office:
        office.join(*[f"m{n}" for n in range(30)])
        office.post()
        async with faulty_smtp() as server, sending(office, clock, server=server):
            await until(lambda: states(office)["sent"] == 30)
        assert len(server.ledger) == 30

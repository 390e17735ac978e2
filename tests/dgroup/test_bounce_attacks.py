"""Reports with bad intentions, or from servers out of their mind: nobody is blamed, nobody is flooded."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from archive.db import Database
from dgroup.bounce_plan import MOST_A_DAY
from dgroup.bounce_report import MEMBERS_OWN, Kind
from dgroup.bounces import read
from dgroup.changes import ChangeMember
from dgroup.model import MemberState, Role
from dgroup.people.members import change
from dgroup.tables import bounces, deliveries, outbox_mails
from dgroup.tokens import Keyring, make
from tests.dgroup.desk import KEYRING, Desk, opened
from tests.dgroup.test_bouncing import (
    ANA,
    DEAD,
    KIM,
    complaint,
    counted,
    days_of,
    dsn,
    kinds,
    points,
    report,
)

REPLAYS = 1000


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        yield made


def rows(desk: Desk) -> int:
    with desk.db.read() as conn:
        return int(conn.execute(select(func.count()).select_from(bounces)).scalar_one())


# --- Forged -------------------------------------------------------------------------------------


async def test_a_members_address_without_their_token_blames_nobody(desk: Desk) -> None:
    ana = desk.join(ANA)
    old = Keyring(((9, b"a key that was thrown away, 32 by"),))
    left = desk.join("bo@b.example", state=MemberState.LEFT)
    tokens = {
        "": "unknown-token",
        "a" * 26: "unknown-token",
        make("bounce", ana.id, old): "unknown-token",
        make("bounce", ana.id + 1000, KEYRING): "unknown-token",
        make("bounce", left.id, KEYRING): "not-inside",
    }
    for token, why in tokens.items():
        to = f"water-bounces+{token}" if token else "water-bounces"
        head = desk.envelope(to, mail_from="", auth="none")
        (reply,) = await desk.intake.accept(replace(head, raw=dsn(ANA)))
        assert reply.code == 250
        assert desk.last()[1].endswith(why) or not token, (token, desk.last())
    assert (points(desk), counted(desk, ana), desk.letters()) == ([], 0, [])


async def test_a_token_is_read_in_capitals_too(desk: Desk) -> None:
    ana = desk.join(ANA)
    assert (await report(desk, ana, token=make("bounce", ana.id, KEYRING).upper()))[0] == "bounce"


async def test_a_report_that_is_replayed_counts_once_and_fills_no_table(desk: Desk) -> None:
    ana = desk.join(ANA)
    to = f"water-bounces+{make('bounce', ana.id, KEYRING)}"
    mail = replace(desk.envelope(to, mail_from="", auth="none"), raw=dsn(ANA))
    for _ in range(REPLAYS // 100):
        replies = await asyncio.gather(*(desk.intake.accept(mail) for _ in range(100)))
        assert {one.code for reply in replies for one in reply} == {250}
    assert rows(desk) == MOST_A_DAY
    assert sum(points(desk)) == 100
    assert (desk.letters(), desk.state(ANA)) == ([], "active")


async def test_a_complaint_or_an_old_probe_that_is_replayed_fills_no_table(desk: Desk) -> None:
    ana = desk.join(ANA)
    for _ in range(MOST_A_DAY + 5):
        await report(desk, ana, kind="probe")
    assert (rows(desk), sum(points(desk)), desk.state(ANA)) == (MOST_A_DAY, 100, "active")
    desk.later(days=2)
    for _ in range(MOST_A_DAY + 5):
        await report(desk, ana, complaint(""))
    assert (rows(desk), len(desk.letters())) == (2 * MOST_A_DAY, 1)


async def test_who_replays_it_for_months_stops_nobodys_mail(desk: Desk) -> None:
    """They can have a test letter sent now and then; that one arrives."""
    ana = desk.join(ANA)
    await days_of(desk, ana, 60)
    assert desk.state(ANA) == "active"
    assert len(desk.letters()) <= 8


async def test_a_probe_is_heard_on_a_day_of_many_reports(desk: Desk) -> None:
    ana = desk.join(ANA)
    await days_of(desk, ana, 4)
    for _ in range(MOST_A_DAY + 3):
        await report(desk, ana)
    assert desk.last()[1] == "bounce-ignored many-today"
    await report(desk, ana, kind="probe")
    assert desk.state(ANA) == "suspended"


@pytest.mark.parametrize("auth", ["aligned", "none"])
async def test_a_complaint_that_only_names_an_address_is_nothing(desk: Desk, auth: str) -> None:
    ana = desk.join(ANA)
    raw = complaint("x").replace(b"Version: 1", b"Version: 1\r\nOriginal-Rcpt-To: ana@ngo.example")
    for to in ("abuse", "water-bounces", "water-owner"):
        envelope = desk.envelope(to, sender="feedback@isp.example", auth=auth)
        head = envelope.raw.split(b"\r\n", 1)[0] + b"\r\n"
        await desk.intake.accept(replace(envelope, raw=head + raw))
    assert (desk.state(ANA), points(desk), counted(desk, ana)) == ("active", [], 0)


async def test_a_complaint_tells_the_member_also_where_no_other_address_is_known(
    desk: Desk,
) -> None:
    """Whoever was sent a mail with its header can send one: the member must hear of it, once."""
    ana = desk.join(ANA)
    for _ in range(3):
        await report(desk, ana, complaint(""))
    (notice,) = desk.new_letters()
    assert (notice.recipient, desk.state(ANA)) == (ANA, "suspended")
    await desk.answer(notice, "RESUME")
    assert desk.state(ANA) == "active"


# --- What a report says ---------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
async def test_good_news_that_speaks_of_failure_is_good_news(desk: Desk, action: str) -> None:
    ana = desk.join(ANA)
    said = dsn(action=action, status="2.0.0", said="250 failed before: 550 5.1.1 user unknown")
    raw = said.replace(b"Sorry.", b"Delivery to ana@ngo.example failed: user unknown, mailbox full")
    await days_of(desk, ana, 6, raw)
    odd = dsn(action=action, status="5.1.1", said=DEAD)
    await days_of(desk, ana, 6, odd)
    assert (points(desk), desk.letters()) == ([], [])


def block(address: str, action: str, status: str) -> bytes:
    text = f"\r\nFinal-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: {status}\r\n"
    return text.encode()


@pytest.mark.parametrize(
    ("others", "worth"),
    [
        ([("x@else.example", "failed", "5.1.1"), (ANA, "delivered", "2.0.0")], []),
        ([("x@else.example", "failed", "5.1.1"), (ANA, "delayed", "4.4.1")], [0]),
        ([("x@else.example", "failed", "5.1.1"), (ANA, "failed", "5.7.1")], [0]),
        ([("x@else.example", "delivered", "2.0.0"), (ANA, "failed", "5.1.1")], [100]),
        ([("x@else.example", "failed", "5.1.1"), ("y@else.example", "delivered", "2.0.0")], []),
        ([("ana@ngo.example.evil.example", "failed", "5.1.1"), (ANA, "relayed", "2.0.0")], []),
    ],
)
async def test_of_many_recipients_only_ours_counts(
    desk: Desk, others: list[tuple[str, str, str]], worth: list[int]
) -> None:
    ana = desk.join(ANA)
    first, rest = others[0], others[1:]
    raw = dsn(first[0], first[2], "", first[1]).replace(
        b"\r\n--b--", b"".join(block(*one) for one in rest) + b"\r\n--b--"
    )
    await report(desk, ana, raw)
    assert points(desk) == worth


# --- Loops and places ---------------------------------------------------------------------------


def new_reverse_paths(desk: Desk, seen: set[int]) -> list[str]:
    with desk.db.read() as conn:
        query = select(deliveries.c.id, deliveries.c.envelope_from).order_by(deliveries.c.id)
        found = [row for row in conn.execute(query) if row.id not in seen]
    seen.update(row.id for row in found)
    return [row.envelope_from for row in found]


async def test_whatever_comes_back_of_our_letters_makes_no_more_of_them(desk: Desk) -> None:
    desk.join(KIM, "Kim", Role.COORDINATOR)
    ana = desk.join(ANA)
    desk.know_address(ana, "ana@home.example")
    seen: set[int] = set()
    await days_of(desk, ana, 4)
    for _ in range(10):
        for back in new_reverse_paths(desk, seen):
            if back:
                mail = desk.envelope(back.partition("@")[0], mail_from="", auth="none")
                await desk.intake.accept(replace(mail, raw=dsn(ANA)))
        desk.later(days=1)
        await report(desk, ana)
    assert [kind for kind, _ in kinds(desk)] == ["probe", "suspended"]
    assert desk.state(ANA) == "suspended"


async def test_a_report_to_an_alias_reaches_nobody(desk: Desk) -> None:
    ana = desk.join(ANA)
    alias = desk.tools.aliases
    assert alias is not None
    to = alias.of_member("water", ana.id).partition("@")[0]
    mail = desk.envelope(to, mail_from="", auth="none")
    await desk.intake.accept(replace(mail, raw=dsn(ANA)))
    with desk.db.read() as conn:
        assert conn.execute(select(func.count()).select_from(outbox_mails)).scalar_one() == 0
    assert points(desk) == []


async def test_a_probe_that_comes_back_after_resume_stops_nothing(desk: Desk) -> None:
    ana = desk.join(ANA)
    await days_of(desk, ana, 4)
    await report(desk, ana, kind="probe")
    await desk.send("water-resume", sender=ANA)
    assert desk.state(ANA) == "active"
    for _ in range(3):
        await report(desk, ana, kind="probe")
    assert desk.state(ANA) == "active"


async def test_reports_on_who_is_suspended_change_nothing(desk: Desk) -> None:
    ana = desk.join(ANA)
    await days_of(desk, ana, 4)
    await report(desk, ana, kind="probe")
    before = kinds(desk)
    await days_of(desk, ana, 10)
    await report(desk, ana, kind="probe")
    await report(desk, ana, complaint(""))
    assert (kinds(desk), desk.state(ANA)) == (before, "suspended")


async def test_who_has_two_memberships_is_stopped_in_one(desk: Desk) -> None:
    fire = desk.other_group("fire")
    here, there = desk.join(ANA), desk.join(ANA, group=fire)
    await days_of(desk, here, 4)
    await report(desk, here, kind="probe")
    with desk.db.write() as conn:
        other = change(conn, fire.info, ChangeMember(ANA), desk.now)
    assert (desk.state(ANA), other.state) == ("suspended", MemberState.ACTIVE)
    assert (other.id, counted(desk, other)) == (there.id, 0)


async def test_yesterdays_failures_are_no_outage_of_today(desk: Desk) -> None:
    people = [desk.join(f"p{n}@big.example") for n in range(30)]
    for one in people[:4]:
        await report(desk, one)
    desk.later(days=1)  # to the second
    await report(desk, people[4])
    assert points(desk) == [100] * 5
    desk.later(seconds=-1)
    await report(desk, people[5])
    assert set(points(desk)) == {0}


# --- Mails made to hurt -----------------------------------------------------------------------------


def nested(depth: int) -> bytes:
    parts = [b"MIME-Version: 1.0\r\nFrom: MAILER-DAEMON@x.example\r\nSubject: failure\r\n"]
    parts += [
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(depth)
    ]
    status = b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n"
    return b"".join(parts) + status + block(ANA, "failed", "5.1.1")


def matryoshka(depth: int) -> bytes:
    return b"MIME-Version: 1.0\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * depth + nested(1)


@pytest.mark.parametrize("depth", [3, 11, 12, 300, 2000, 100_000])
def test_a_report_however_deep_is_read_or_ignored(depth: int) -> None:
    for raw in (nested(depth), matryoshka(depth)):
        found = read(raw)
        assert found.kind in {Kind.FAILURE, Kind.NOTHING}


def test_a_report_of_five_megabytes_is_read_from_its_beginning() -> None:
    long = b"x" * 78 + b"\r\n"
    late = dsn().replace(b"Sorry.", b"Sorry.\r\n" + long * 65_000)
    assert len(late) > 5_000_000
    assert not {fault.cause for fault in read(late).faults} & MEMBERS_OWN
    quoting = dsn().replace(
        b"\r\n--b--", b"\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + long * 65_000
    )
    assert read(quoting).addresses == (ANA,)


async def test_deep_and_long_reports_are_taken_and_answered_250(desk: Desk) -> None:
    ana = desk.join(ANA)
    for raw in (nested(2000), matryoshka(5000), dsn() + b"x" * 5_000_000):
        await report(desk, ana, raw)
    assert desk.state(ANA) == "active"

"""Groups whose members share copies: many recipients a transaction, one row each, nobody twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlalchemy import select, update

from dgroup import tokens
from dgroup.address import route
from dgroup.config import relay_target
from dgroup.limits import Limit
from dgroup.model import MailClass, RouteKind, Style
from dgroup.sending import sessions
from dgroup.tables import deliveries as rows
from dgroup.tables import group_settings
from tests.dgroup.faults import assert_kept, until_over
from tests.dgroup.faulty_smtp import (
    HANG,
    OFFERS,
    FaultySmtp,
    Rule,
    Step,
    faulty_smtp,
    until,
)
from tests.dgroup.office import DOMAIN, RAW, Office, opened
from tests.dgroup.sending.test_faults import first
from tests.dgroup.sending.test_sender import RING, Clock, held, sending, states

MEMBERS = 30


@pytest.fixture
def office(sqlite_url: str) -> Iterator[Office]:
    with opened(sqlite_url) as found:
        share(found)
        yield found


pytestmark = pytest.mark.usefixtures("patient")


def share(office: Office, style: Style = Style.BULK) -> None:
    with office.db.write() as conn:
        conn.execute(update(group_settings).values(delivery_style=style))


def names(count: int) -> list[str]:
    return [f"m{n}" for n in range(count)]


def transactions(server: FaultySmtp) -> list[int]:
    """How many recipients each transaction was offered."""
    found: list[int] = []
    for line in server.lines:
        if line.startswith("MAIL"):
            found.append(0)
        elif line.startswith("RCPT"):
            found[-1] += 1
    return found


async def sent(
    office: Office,
    clock: Clock,
    rule: Rule | None = None,
    offers: tuple[str, ...] = OFFERS,
    **how: int,
) -> FaultySmtp:
    async with (
        faulty_smtp(rule, offers) as server,
        sending(office, clock, server=server, **{"connections": 2, **how}) as sender,  # type: ignore[arg-type]  # numbers all
    ):
        await until_over(office, clock, sender)
    return server


# --- The shared copy ----------------------------------------------------------------------------


async def test_a_shared_copy_names_nobody(office: Office, clock: Clock) -> None:
    office.join(*names(120))
    mail_id = office.post()
    server = await sent(office, clock)
    assert states(office) == {"sent": 120}
    assert sorted(transactions(server)) == [20, 50, 50]
    assert_kept(office, server)
    assert len({one.data for one in server.ledger}) == 1
    mail = message_from_bytes(server.ledger[0].data)
    assert mail["List-Unsubscribe"] == f"<mailto:water-leave@{DOMAIN}>"
    assert mail["List-Unsubscribe-Post"] is None
    assert server.ledger[0].data.endswith(RAW.partition(b"\r\n\r\n")[2])
    back = route(server.ledger[0].sender, DOMAIN)
    assert (back.kind, back.group) == (RouteKind.BOUNCE, "water")
    assert tokens.read("mail", back.token[1:], RING) == mail_id
    assert {len(one.sender.partition("@")[0]) <= 64 for one in server.ledger} == {True}


async def test_on_both_engines(db_url: str, clock: Clock) -> None:
    with opened(db_url) as office:
        share(office)
        office.join(*names(70))
        office.post()
        office.post()

        def rule(step: Step) -> str:
            return "550 5.1.1 nobody" if step.kind == "rcpt" and "m9@" in step.argument else ""

        server = await sent(office, clock, rule)
        assert states(office) == {"sent": 138, "failed": 2}
        assert sum(transactions(server)) == 142  # two were asked about again, alone
        assert max(transactions(server)) == 50
        assert len(transactions(server)) <= 8


async def test_two_nodes_share_the_work_and_nobody_gets_two(db_url: str, clock: Clock) -> None:
    with opened(db_url) as office:
        share(office)
        office.join(*names(400))
        office.post()
        async with (
            faulty_smtp() as server,
            sending(office, clock, server=server, node="a", recipients=20),
            sending(office, clock, server=server, node="b", recipients=20) as sender,
        ):
            await until_over(office, clock, sender)
        assert states(office) == {"sent": 400}
        assert_kept(office, server)
        assert len(server.ledger) == 400


async def test_what_a_stopped_sender_holds_is_given_back(office: Office, clock: Clock) -> None:
    """A crate under way ends, or is given back with all that waits."""
    office.join(*names(60))
    office.post()
    async with (
        faulty_smtp(lambda step: HANG if step.kind == "data" else "") as server,
        sending(office, clock, server=server, connections=2, recipients=10) as sender,
    ):
        await until(lambda: server.seen.get("data", 0) > 0)
        sender.blocked()
    assert states(office) == {"pending": 60}
    assert held(office) == 0
    server = await sent(office, clock)
    assert states(office) == {"sent": 60}
    assert_kept(office, server)


async def test_xverp_where_it_is_offered(office: Office, clock: Clock) -> None:
    office.join(*names(3))
    office.post()
    server = await sent(office, clock, offers=(*OFFERS, "XVERP"))
    asked = [line for line in server.lines if line.startswith("MAIL")]
    assert len(asked) == 1
    assert asked[0].startswith(f"MAIL FROM:<water-bounces@{DOMAIN}> ")
    assert asked[0].endswith(" XVERP=+=")


async def test_what_a_smarthost_says_it_takes_is_what_it_gets(office: Office, clock: Clock) -> None:
    office.join(*names(MEMBERS))
    office.post()
    server = await sent(office, clock, offers=(*OFFERS, "LIMITS MAILMAX=90 RCPTMAX=7"))
    assert sorted(transactions(server)) == [2, 7, 7, 7, 7]
    assert_kept(office, server)


@pytest.mark.parametrize(
    "refusal", ["452 4.5.3 too many recipients", "452 too many", "552 5.5.3 too many"]
)
async def test_too_many_for_one_transaction_go_in_the_next(
    office: Office, clock: Clock, refusal: str
) -> None:
    """What is learnt holds for the transactions that follow."""
    office.join(*names(MEMBERS))
    office.post()
    inside = [0]

    def rule(step: Step) -> str:
        inside[0] = 0 if step.kind == "mail" else inside[0] + (step.kind == "rcpt")
        return refusal if step.kind == "rcpt" and inside[0] > 8 else ""

    server = await sent(office, clock, rule, connections=1)
    assert transactions(server) == [30, 8, 8, 6]
    assert states(office) == {"sent": MEMBERS}
    assert_kept(office, server)
    assert server.sessions == 1


async def test_without_pipelining(office: Office, clock: Clock) -> None:
    office.join(*names(MEMBERS))
    office.post()

    def rule(step: Step) -> str:
        return "550 5.1.1 nobody" if step.kind == "rcpt" and "m7@" in step.argument else ""

    server = await sent(office, clock, rule, offers=("SIZE 1000000",))
    assert states(office) == {"sent": MEMBERS - 1, "failed": 1}
    assert_kept(office, server)


# --- Who gets a copy of their own -----------------------------------------------------------------


async def test_limited_domains_letters_and_odd_addresses_go_alone(
    office: Office, clock: Clock
) -> None:
    office.join(*names(20), "zoë@home.example")
    office.join(*[f"s{n}@slow.example" for n in range(4)])
    office.post()
    office.letter("eve@elsewhere.example")
    office.letter_to_group(MailClass.LETTER)
    async with (
        faulty_smtp() as server,
        sending(office, clock, server=server, domains=(("slow.example", Limit(at_once=1)),)) as one,
    ):
        await until_over(office, clock, one)
    assert states(office) == {"sent": 25 + 25 + 1}
    assert sorted(Counter(transactions(server)).items()) == [(1, 5 + 1 + 25), (20, 1)]
    own = [one for one in server.ledger if "slow.example" in one.recipient]
    assert all(b"One-Click" in one.data for one in own)
    assert len({one.sender for one in own}) == 4


async def test_light_copies_are_shared_too(office: Office, clock: Clock) -> None:
    office.join(*names(5))
    office.join(*[f"l{n}" for n in range(5)], light=True)
    office.post(light=b"Subject: wells\r\n\r\nlight\r\n")
    server = await sent(office, clock)
    assert sorted(transactions(server)) == [5, 5]
    light = {one.recipient for one in server.ledger if one.data.endswith(b"light\r\n")}
    assert light == {f"l{n}@home.example" for n in range(5)}


async def test_in_maildirs_each_copy_is_personal(
    office: Office, clock: Clock, tmp_path: Path
) -> None:
    office.join(*names(3))
    office.post()
    async with sending(office, clock, target=relay_target(f"maildir:{tmp_path / 'out'}")) as sender:
        await until_over(office, clock, sender)
    copies = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(copies) == 3
    assert all(b"One-Click" in path.read_bytes() for path in copies)


async def test_the_setting_decides_when_it_goes_out(office: Office, clock: Clock) -> None:
    office.join(*names(3))
    office.post()
    share(office, Style.PERSONAL)
    server = await sent(office, clock)
    assert transactions(server) == [1, 1, 1]


# --- The ledger -----------------------------------------------------------------------------------


async def test_each_member_has_a_row_with_what_was_said(office: Office, clock: Clock) -> None:
    office.join(*names(4))
    office.post()
    await sent(office, clock, first("dot", "250 2.0.0 queued as 4XyZ", 1))
    with office.db.read() as conn:
        kept = conn.execute(select(rows.c.recipient, rows.c.last_reply, rows.c.attempts)).all()
    assert sorted(map(tuple, kept)) == [
        (f"m{n}@home.example", "250 2.0.0 queued as 4XyZ", 1) for n in range(4)
    ]


async def test_no_second_text_before_the_first_is_written_down(
    office: Office, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash repeats at most one transaction of each connection."""
    office.join(*names(60))
    office.post()
    unwritten: list[int] = []
    before = sessions._Line.crate

    def crate(self: sessions._Line, offers: object) -> object:
        found = before(self, offers)  # type: ignore[arg-type]  # passed on
        unwritten.append(self.unwritten)
        return found

    monkeypatch.setattr(sessions._Line, "crate", crate)
    server = await sent(office, clock, connections=3, recipients=10)
    assert Counter(transactions(server)) == {10: 6}
    assert max(unwritten) == 10

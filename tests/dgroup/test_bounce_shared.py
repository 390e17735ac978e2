"""A shared copy comes back: nobody is blamed; who is named gets a letter, and only that letter counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from archive.db import Database
from dgroup.address import route, shared_bounce_address, verp_recipient
from dgroup.bounce_effects import Standing
from dgroup.bounce_report import MEMBERS_OWN, Cause, Fault, Kind, Report
from dgroup.bounce_shared import MOST_A_DAY, Named, SharedFacts, failing, plan
from dgroup.config import Bounces
from dgroup.effects import QueueLetter
from dgroup.incoming import Incoming
from dgroup.model import Membership, MemberState, RouteKind
from dgroup.tables import bounces, deliveries, outbox_mails
from dgroup.tokens import make
from tests.dgroup.desk import DOMAIN, KEYRING, Desk, opened
from tests.dgroup.plainmail import mail
from tests.dgroup.test_bouncing import dsn

NEVER, RULES = Standing(), Bounces()
ANA, BEN, EVE = "ana@ngo.example", "ben@aid.example", "eve@elsewhere.example"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        yield made


def dsn_of(*faults: tuple[str, str, str]) -> bytes:
    """A report about several recipients: address, action, status."""
    blocks = [
        f"Original-Recipient: rfc822;{who}\r\nFinal-Recipient: rfc822; {who}\r\n"
        f"Action: {action}\r\nStatus: {status}\r\n\r\n"
        for who, action, status in faults
    ]
    begin, _, _ = dsn().partition(b"Final-Recipient")
    return begin + "".join(blocks).encode() + b"--b--\r\n"


def mail_id(desk: Desk) -> int:
    with desk.db.read() as conn:
        query = select(outbox_mails.c.id).where(outbox_mails.c.post_id.is_not(None))
        return int(conn.execute(query).scalars().one())


async def post(desk: Desk) -> str:
    """Publish something; gives the token of its shared copy."""
    await desk.send("water", "The pump is mended.", sender=ANA, subject="Wells")
    return f"m{make('mail', mail_id(desk), KEYRING)}"


async def report(desk: Desk, token: str, raw: bytes, mail_from: str = "") -> tuple[str, str]:
    to = f"water-bounces+{token}" if token else "water-bounces"
    envelope = desk.envelope(to, mail_from=mail_from, auth="none")
    head = envelope.raw.split(b"\r\n", 1)[0] + b"\r\n"
    (reply,) = await desk.intake.accept(replace(envelope, raw=head + raw))
    assert reply.code == 250
    return desk.last()


def asked(desk: Desk) -> list[str]:
    """Who got a letter that tests whether mail reaches them."""
    return [one.recipient for one in desk.new_letters() if one.subject.startswith("A test:")]


def counted(desk: Desk) -> int:
    with desk.db.read() as conn:
        return len(conn.execute(select(bounces.c.id)).all())


async def test_the_named_are_asked_and_only_their_answer_counts(desk: Desk) -> None:
    ana, ben = desk.join(ANA), desk.join(BEN)
    token = await post(desk)
    said = dsn_of((BEN, "failed", "5.1.1"), (ANA, "delivered", "2.0.0"), (EVE, "failed", "5.1.1"))
    assert await report(desk, token, said) == ("bounce", f"{BEN} shared-copy asked 1")
    assert asked(desk) == [BEN]
    assert (counted(desk), desk.state(BEN)) == (0, "active")
    with desk.db.read() as conn:
        query = select(deliveries.c.envelope_from).where(deliveries.c.recipient == BEN)
        back = set(conn.execute(query).scalars()) - {""}
    own = make("bounce", ben.id, KEYRING)
    assert back == {f"water-bounces+{own}@{DOMAIN}"}
    kind, reason = await report(desk, own, dsn(BEN))  # the letter comes back
    assert (kind, reason.partition(":")[0]) == ("bounce", f"{BEN} dead 5.1.1")
    assert counted(desk) == 1
    assert ana.id != ben.id


async def test_once_a_week_at_most(desk: Desk) -> None:
    desk.join(ANA)
    desk.join(BEN)
    token = await post(desk)
    for _ in range(6):
        await report(desk, token, dsn(BEN))
        desk.later(days=1)
    assert asked(desk) == [BEN]
    desk.later(days=1)
    await report(desk, token, dsn(BEN))
    assert asked(desk) == [BEN]
    assert (counted(desk), desk.state(BEN)) == (0, "active")


async def test_a_mailbox_that_is_gone_ends_after_some_weeks(desk: Desk) -> None:
    """Each letter comes back, until the points are enough for the letter that decides."""
    desk.join(ANA)
    ben = desk.join(BEN)
    token = await post(desk)
    weeks = 0
    while desk.state(BEN) == "active" and weeks < 8:
        await report(desk, token, dsn(BEN))
        for one in back_to(desk, ben):
            await report(desk, one, dsn(BEN))
        weeks += 1
        desk.later(days=7)
    assert (desk.state(BEN), weeks) == ("suspended", 4)


def back_to(desk: Desk, member: Membership) -> list[str]:
    """The tokens of letters that go to a member, as they go out one after the other."""
    own, probe = (make(kind, member.id, KEYRING) for kind in ("bounce", "probe"))
    return [own, probe]


async def test_the_recipient_that_the_smarthost_wrote(desk: Desk) -> None:
    """What else the report names is a stranger's word."""
    desk.join(ANA)
    desk.join(BEN)
    assert await report(
        desk, "ben=aid.example", dsn_of((ANA, "failed", "5.1.1"), (BEN, "failed", "5.1.1"))
    )
    assert asked(desk) == [BEN]
    await report(desk, "Ana=NGO.example", dsn("forwarded@other.example"))
    assert asked(desk) == [ANA]


FORGED = {
    "no token": ("", dsn(BEN), ""),
    "a token that is none": ("m" + "a" * 26, dsn(BEN), ""),
    "a mail of another group": ("other", dsn(BEN), ""),
    "a mail that never was": (f"m{make('mail', 987654, KEYRING)}", dsn(BEN), ""),
    "a member's number as a mail's": (f"m{make('bounce', 1, KEYRING)}", dsn(BEN), ""),
    "a person's mail": ("mail", dsn(BEN), EVE),
    "a stranger": ("mail", dsn(EVE), ""),
    "a stranger in the path": ("eve=elsewhere.example", dsn(BEN), ""),
    "policy": ("mail", dsn(BEN, "5.7.1", "550 5.7.1 blocked by policy"), ""),
    "a delay": ("mail", dsn(BEN, "4.4.1", "timed out", "delayed"), ""),
    "delivered": ("mail", dsn(BEN, "2.0.0", "ok", "delivered"), ""),
    "an absence": ("mail", b"Subject: away\r\nAuto-Submitted: auto-replied\r\n\r\nAway.\r\n", ""),
    "nothing readable": ("ben=aid.example", b"Subject: hm\r\n\r\nben@aid.example\r\n", ""),
}


@pytest.mark.parametrize("case", FORGED)
async def test_nobody_is_asked_for_nothing(desk: Desk, case: str) -> None:
    desk.join(ANA)
    desk.join(BEN)
    token, raw, mail_from = FORGED[case]
    if token == "mail":
        token = await post(desk)
    elif token == "other":
        fire = desk.other_group("fire")
        with desk.db.write() as conn:
            row = {
                "group_id": fire.id,
                "class": "post",
                "variant": "",
                "body_offset": 0,
                "head": b"x",
            }
            row |= {"message_id": "", "created_at": desk.now}
            (made,) = conn.execute(outbox_mails.insert().values(row)).inserted_primary_key or (0,)
        token = f"m{make('mail', int(made), KEYRING)}"
    kind, reason = await report(desk, token, raw, mail_from)
    assert (kind, reason.partition(" ")[0]) == ("discarded", "bounce-ignored")
    assert asked(desk) == []
    assert counted(desk) == 0


def named(member: Membership, standing: Standing = NEVER) -> SharedFacts:
    return SharedFacts(named=(Named(member, standing, "x"),))


def incoming() -> Incoming:
    return mail(to=f"water-bounces@{DOMAIN}", mail_from="")


@pytest.mark.parametrize("state", [MemberState.PAUSED, MemberState.SUSPENDED, MemberState.LEFT])
def test_who_gets_no_mail_is_not_asked(desk: Desk, state: MemberState) -> None:
    ben = desk.join(BEN)
    assert plan(incoming(), named(ben), RULES).effects != ()
    assert plan(incoming(), named(replace(ben, state=state)), RULES).effects == ()


def test_a_probe_under_way_is_enough(desk: Desk) -> None:
    ben, came = desk.join(BEN), incoming()
    probed = Standing(probed_at=came.envelope.received_at)
    assert plan(came, named(ben, probed), RULES).effects == ()


def test_forged_reports_by_the_thousand_write_to_few(desk: Desk) -> None:
    ben, came = desk.join(BEN), incoming()
    crowd = tuple(Named(replace(ben, id=n), NEVER, "x") for n in range(MOST_A_DAY + 50))
    found = plan(came, SharedFacts(named=crowd, asked_today=20), RULES)
    assert sum(isinstance(one, QueueLetter) for one in found.effects) == MOST_A_DAY - 20
    assert plan(came, SharedFacts(named=crowd, asked_today=MOST_A_DAY + 7), RULES).effects == ()


causes = st.sampled_from(list(Cause))
faults = st.lists(st.tuples(st.sampled_from([ANA, BEN, EVE]), causes), max_size=5)


@given(faults)
def test_a_report_never_blames_and_names_only_what_is_the_mailboxs_own(
    found: Sequence[tuple[str, Cause]],
) -> None:
    report_ = Report(Kind.FAILURE, tuple(Fault((who,), cause) for who, cause in found))
    bad = {who for who, cause in found if cause in MEMBERS_OWN}
    assert set(failing(report_)) == bad
    assert set(failing(report_, ANA)) <= {ANA}


parts = st.from_regex(r"[a-z0-9+._=-]{1,30}", fullmatch=True)


@given(parts, st.from_regex(r"[a-z0-9-]{1,20}\.[a-z]{2,6}", fullmatch=True))
def test_our_own_reader_reads_what_the_smarthost_writes(local: str, domain: str) -> None:
    """Postfix: `user@domain` becomes `+user=domain` before our @ (XVERP=+=)."""
    before, _, ours = shared_bounce_address("water", "", DOMAIN).partition("@")
    back = route(f"{before}+{local}={domain}@{ours}", DOMAIN)
    assert (back.kind, back.group) == (RouteKind.BOUNCE, "water")
    assert verp_recipient(back.token) == f"{local}@{domain}"

"""Mail that comes back, through the whole core: who is blamed, when the mail stops, how it begins again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from archive.db import Database
from dgroup.model import Membership, MemberState, Role
from dgroup.tables import bounces, deliveries, memberships
from dgroup.tokens import Kind, make
from dgroup.tracing import trace
from tests.corpus import corpus_path
from tests.dgroup.desk import HOST, KEYRING, Desk, opened

ANA, KIM = "ana@ngo.example", "kim@aid.example"
DEAD = "550 5.1.1 <ana@ngo.example>: Recipient address rejected: User unknown"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        yield made


def dsn(
    address: str = ANA, status: str = "5.1.1", said: str = DEAD, action: str = "failed"
) -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: <x@lists.example>\r\nSubject: Undelivered\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status;"
        ' boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\n'
        "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {address}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {said}\r\n\r\n--b--\r\n"
    ).encode()


def complaint(token: str, kind: str = "abuse") -> bytes:
    body = (
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nA complaint.\r\n--b\r\n"
        f"Content-Type: message/feedback-report\r\n\r\nFeedback-Type: {kind}\r\nVersion: 1\r\n"
        "User-Agent: x/1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"Return-Path: <water-bounces+{token}@lists.example>\r\nSubject: Wells\r\n\r\nx\r\n--b--\r\n"
    )
    return f"From: <feedback@isp.example>\r\nSubject: complaint\r\nMIME-Version: 1.0\r\n{body}".encode()


async def report(
    desk: Desk,
    member: Membership,
    raw: bytes | None = None,
    *,
    mail_from: str = "",
    kind: Kind = "bounce",
    token: str = "",
    auth: str = "none",
) -> tuple[str, str]:
    """Have a report come in for a member; gives the outcome without what the other server said."""
    to = f"water-bounces+{token or make(kind, member.id, KEYRING)}"
    envelope = desk.envelope(to, mail_from=mail_from, auth=auth)
    raw = raw if raw is not None else dsn(member.address)
    head = envelope.raw.split(b"\r\n", 1)[0] + b"\r\n"
    (reply,) = await desk.intake.accept(replace(envelope, raw=head + raw))
    assert reply.code == 250
    kind_of, reason = desk.last()
    return kind_of, reason.partition(":")[0]


async def days_of(desk: Desk, member: Membership, days: int, raw: bytes | None = None) -> None:
    for _ in range(days):
        await report(desk, member, raw)
        desk.later(days=1)


def points(desk: Desk) -> list[int]:
    with desk.db.read() as conn:
        return list(conn.execute(select(bounces.c.points).order_by(bounces.c.id)).scalars())


def kinds(desk: Desk) -> list[tuple[str, str]]:
    return [one for one in desk.letter_kinds() if one[0] != "held"]


def counted(desk: Desk, member: Membership) -> int:
    with desk.db.read() as conn:
        query = select(memberships.c.bounces).where(memberships.c.id == member.id)
        return int(conn.execute(query).scalar_one())


# --- Score and probe --------------------------------------------------------------------------


async def test_a_dead_address_is_probed_on_the_fourth_day(desk: Desk) -> None:
    ana = desk.join(ANA)
    assert await report(desk, ana) == ("bounce", f"{ANA} dead 5.1.1")
    assert await report(desk, ana) == ("bounce", f"{ANA} dead 5.1.1")
    assert points(desk) == [100, 0]  # once a day
    desk.later(days=1)
    await days_of(desk, ana, 2)
    assert desk.letters() == []
    await report(desk, ana)
    (probe,) = desk.new_letters()
    assert probe.subject == "A test: does mail from Water reach you?"
    assert desk.state(ANA) == "active"
    with desk.db.read() as conn:
        back = conn.execute(select(deliveries.c.envelope_from)).scalar_one()
    assert back == f"water-bounces+{make('probe', ana.id, KEYRING)}@lists.example"
    desk.later(days=1)
    await report(desk, ana)  # another post's: the probe's own end decides
    assert (desk.new_letters(), desk.state(ANA)) == ([], "active")


async def test_a_probe_that_comes_back_stops_the_mail_and_the_other_address_is_told(
    desk: Desk,
) -> None:
    ana = desk.join(ANA, "Ana", language="fr")
    desk.know_address(ana, "ana@home.example")
    await days_of(desk, ana, 4)
    assert await report(desk, ana, kind="probe") == ("bounce", f"{ANA} dead 5.1.1")
    assert desk.state(ANA) == "suspended"
    notice = desk.new_letters()[-1]
    assert notice.recipient == "ana@home.example"
    await desk.answer(notice, "RESUME")
    assert desk.state(ANA) == "active"
    told = {(one.recipient, one.subject) for one in desk.new_letters()}
    assert {who for who, _ in told} == {ANA, "ana@home.example"}
    assert counted(desk, ana) == 0
    await report(desk, ana)  # all begins anew
    assert (desk.new_letters(), desk.state(ANA)) == ([], "active")


async def test_the_mail_can_go_to_the_address_that_was_told(desk: Desk) -> None:
    ana = desk.join(ANA, "Ana")
    desk.know_address(ana, "ana@home.example")
    await days_of(desk, ana, 4)
    await report(desk, ana, kind="probe")
    notice = desk.new_letters()[-1]
    await desk.answer(notice, "change address to eve@x.example")
    assert desk.state(ANA) == "suspended"
    await desk.answer(notice, "change address to ana@home.example")
    now = desk.member(ANA)
    assert now is not None
    assert (now.state, now.address) == (MemberState.ACTIVE, "ana@home.example")


HERE = "ana@home.example"


@pytest.mark.parametrize(
    ("words", "to"),
    [
        ("RESUME", ANA),
        ("REPRENDRE", ANA),
        ("REANUDAR", ANA),
        ("Retomar, por favor", ANA),
        ("yes", ANA),
        (f"change address to {HERE}", HERE),
        (f"changer d'adresse pour {HERE}", HERE),
        (f"cambiar dirección a {HERE}", HERE),
        (f"mudar endereço para {HERE}", HERE),
    ],
)
async def test_the_words_that_the_letter_shows_are_understood(
    desk: Desk, words: str, to: str
) -> None:
    ana = desk.join(ANA)
    desk.know_address(ana, HERE)
    await report(desk, ana, complaint(""))
    await desk.answer(desk.letter(), words)
    now = desk.member(ANA)
    assert now is not None
    assert (now.state, now.address) == (MemberState.ACTIVE, to)


@pytest.mark.parametrize("words", ["no", "I am on holiday", "leave me alone with change address"])
async def test_other_words_bring_nothing_back(desk: Desk, words: str) -> None:
    ana = desk.join(ANA)
    desk.know_address(ana, HERE)
    await report(desk, ana, complaint(""))
    await desk.answer(desk.letter(), words)
    now = desk.member(ANA)
    assert now is not None
    assert (now.state, now.address) != (MemberState.ACTIVE, ANA)


async def test_a_probe_that_arrives_wipes_the_slate(desk: Desk) -> None:
    ana = desk.join(ANA)
    await days_of(desk, ana, 4)
    assert len(desk.new_letters()) == 1
    desk.later(days=7)
    await days_of(desk, ana, 3)
    assert desk.new_letters() == []
    await report(desk, ana, kind="probe")  # weeks late: nobody knows which probe
    assert desk.state(ANA) == "active"


async def test_a_full_mailbox_counts_less_and_slower(desk: Desk) -> None:
    ana = desk.join(ANA)
    full = dsn(status="5.2.2", said="552 5.2.2 Mailbox full")
    await days_of(desk, ana, 12, full)
    assert (set(points(desk)), desk.letters()) == ({25}, [])
    await days_of(desk, ana, 1, full)
    assert [kind for kind, _ in kinds(desk)] == ["probe"]


async def test_dead_now_and_then_counts_less_and_less(desk: Desk) -> None:
    ana = desk.join(ANA)
    desk.join(KIM, "Kim")
    for number in range(12):
        await report(desk, ana)
        for day in range(4):
            desk.later(days=10)
            await desk.send("water", "News", sender=KIM, subject=f"News {number} {day}")
    assert "probe" not in {kind for kind, _ in kinds(desk)}


@pytest.mark.parametrize(
    ("status", "said", "action"),
    [
        ("5.7.26", "550 5.7.26 DMARC policy of lists.example", "failed"),
        ("5.7.1", "554 5.7.1 blocked using zen.spamhaus.org", "failed"),
        ("5.6.0", "550 5.6.0 message looks like spam", "failed"),
        ("5.3.4", "552 5.3.4 message size exceeds limit", "failed"),
        ("4.4.1", "connection timed out", "delayed"),
        ("4.4.7", "message expired", "failed"),
        ("5.0.0", "550 no", "failed"),
    ],
)
async def test_what_is_not_theirs_never_counts(
    desk: Desk, status: str, said: str, action: str
) -> None:
    ana = desk.join(ANA)
    await days_of(desk, ana, 12, dsn(ANA, status, said, action))
    assert (set(points(desk)), desk.letters(), desk.state(ANA)) == ({0}, [], "active")


async def test_a_probe_refused_by_policy_stops_nothing(desk: Desk) -> None:
    ana = desk.join(ANA)
    await days_of(desk, ana, 4)
    await report(desk, ana, dsn(status="5.7.1", said="550 5.7.1 spam"), kind="probe")
    assert desk.state(ANA) == "active"


async def test_real_reports_of_the_corpus(desk: Desk) -> None:
    """Twelve days of each: only what the corpus calls a fault of the address ever stops mail."""
    folder = corpus_path("bounces")
    stops = {"lhost-postfix-33": True, "lhost-gmail-01": True, "lhost-qmail-01": True}
    stays = ("rhost-google-03", "lhost-postfix-71", "lhost-exim-29", "rhost-microsoft-01",
             "lhost-gmail-09", "lhost-postfix-37", "arf-01", "rfc3834-01")  # fmt: skip
    for name, stopped in (stops | dict.fromkeys(stays, False)).items():
        raw = (folder / f"sisimai--bsd--{name}.eml").read_bytes()
        who = desk.join(f"{name}@{name}.example")
        await days_of(desk, who, 12, raw)
        await report(desk, who, raw, kind="probe")
        is_complaint = name == "arf-01"
        assert (desk.state(who.address) == "suspended") is (stopped or is_complaint), name


# --- Forged and meaningless -------------------------------------------------------------------


async def test_trace_finds_the_report_and_what_was_said(desk: Desk) -> None:
    ana = desk.join(ANA)
    await report(desk, ana)
    with desk.db.read() as conn:
        lines = trace(conn, ANA, 10)
    assert any(f"{ANA} dead 5.1.1: {DEAD}" in str(line) for line in lines)


async def test_without_our_token_nobody_is_blamed(desk: Desk) -> None:
    ana = desk.join(ANA)
    other = make("bounce", ana.id, KEYRING)
    forged = ("b" if other[0] != "b" else "c") + other[1:]
    for token in (forged, make("leave", ana.id, KEYRING), "nonsense"):
        assert await report(desk, ana, token=token) == ("discarded", "bounce-ignored unknown-token")
    assert (points(desk), counted(desk, ana)) == ([], 0)


async def test_a_report_that_a_person_sends_is_none(desk: Desk) -> None:
    ana = desk.join(ANA)
    outcome = await report(desk, ana, mail_from="eve@x.example")
    assert outcome == ("discarded", "bounce-ignored by-hand")


async def test_a_mail_that_says_nothing_is_ignored(desk: Desk) -> None:
    ana = desk.join(ANA)
    hello = b"From: MAILER-DAEMON@x.example\r\nSubject: hello\r\n\r\nHello.\r\n"
    assert await report(desk, ana, hello) == ("discarded", "bounce-ignored nothing-readable")
    away = b"From: a@x.example\r\nAuto-Submitted: auto-replied\r\nSubject: Away\r\n\r\nAway.\r\n"
    assert await report(desk, ana, away) == ("discarded", "bounce-ignored away")


async def test_the_token_of_another_group_blames_nobody(desk: Desk) -> None:
    fire = desk.other_group("fire")
    ana = desk.join(ANA, group=fire)
    assert (await report(desk, ana))[1] == "bounce-ignored unknown-token"


async def test_whoever_has_left_is_left_alone(desk: Desk) -> None:
    ana = desk.join(ANA, state=MemberState.LEFT)
    assert (await report(desk, ana))[1] == "bounce-ignored not-inside"


# --- A suspended member writes ------------------------------------------------------------------


async def stopped(desk: Desk) -> Membership:
    ana = desk.join(ANA)
    await days_of(desk, ana, 4)
    await report(desk, ana, kind="probe")
    assert desk.state(ANA) == "suspended"
    desk.new_letters()
    return ana


async def test_a_post_of_theirs_brings_the_mail_back_and_says_so(desk: Desk) -> None:
    await stopped(desk)
    await desk.send("water", "I am here", sender=ANA, subject="Here")
    assert (desk.subjects(), desk.state(ANA)) == (["Here"], "active")
    (told,) = desk.new_letters()
    assert (told.recipient, told.subject) == (ANA, "You get mail from Water again")
    assert "the address does not exist" in told.text
    await desk.send("water", "Again", sender=ANA, subject="Again")
    assert desk.new_letters() == []


async def test_a_post_that_nobody_vouches_for_asks_first(desk: Desk) -> None:
    await stopped(desk)
    for _ in range(2):
        await desk.send("water", "I am here", sender=ANA, subject="Here", auth="none")
    (asked,) = desk.new_letters()
    assert desk.state(ANA) == "suspended"
    await desk.answer(asked, "resume", auth="none")
    assert desk.state(ANA) == "active"


async def test_resume_by_mail(desk: Desk) -> None:
    await stopped(desk)
    await desk.send("water-resume", sender=ANA)
    assert desk.state(ANA) == "active"


# --- People who run the group ---------------------------------------------------------------------


async def test_coordinators_see_why_and_what_is_next(desk: Desk) -> None:
    desk.join(KIM, "Kim", Role.COORDINATOR)
    ana, bo = desk.join(ANA, "Ana"), desk.join("bo@b.example", "Bo")
    await days_of(desk, ana, 4)
    await report(desk, ana, kind="probe")
    await report(desk, bo, dsn("bo@b.example", "5.7.26", "550 5.7.26 DMARC"))
    await desk.send("water-request", "bouncing", sender=KIM, name="Kim")
    text = " ".join(desk.new_letters()[-1].text.split())
    assert (
        "ana@ngo.example Ana 5 mails came back, since 2 March 2026 Why: the address does not exist"
        in text
    )
    assert (
        "We have sent nothing there since 6 March 2026. As soon as the member writes to the group"
        in text
    )
    assert "bo@b.example Bo 1 mail came back" in text
    assert "It does not count against the member, and we go on sending. If it goes on" in text
    assert "remove ana@ngo.example" in text


async def test_the_last_coordinator_does_not_fall_silent_unseen(desk: Desk) -> None:
    kim = desk.join(KIM, "Kim", Role.COORDINATOR)
    await days_of(desk, kim, 4)
    await report(desk, kim, kind="probe")
    assert ("no-coordinator-host", HOST) in kinds(desk)


async def test_a_month_of_reports_is_counted_by_an_index(desk: Desk) -> None:
    if desk.db.engine.dialect.name != "sqlite":
        pytest.skip("the plan of an empty table says nothing on PostgreSQL")
    with desk.db.read() as conn:
        asked = "SELECT count(*) FROM bounces WHERE group_id = 1 AND at >= 1 AND at < 2"
        plan = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}").all()
    assert "ix_bounces_group" in str(plan)

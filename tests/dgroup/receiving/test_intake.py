"""From an envelope to the reply: what stands in the database when 250 is said, and what when it is not."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy import event, select

from archive import store
from archive.content import Content
from archive.db import Database
from archive.model import ArchiveMode
from archive.tables import dirty_pages, posts
from dgroup.effects import QueueLetter
from dgroup.model import Alignment, Envelope, MemberState, Role, Verdicts, WhoPosts
from dgroup.receiving.intake import Intake, IntakeSettings
from dgroup.receiving.parsers import INLINE, UnreadableError
from dgroup.tables import fanouts, memberships, outbox_mails, quarantine
from tests.dgroup.desk import CAPS, DOMAIN, HOST, KEYRING, Desk, opened
from tests.stores import new_store

ANA = "ana@ngo.example"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.join(ANA, "Ana", language="fr")
        yield made


# --- Posts ------------------------------------------------------------------------------------


async def test_a_post_stands_with_all_its_consequences_when_250_is_said(desk: Desk) -> None:
    sent = desk.envelope("water", "The well is dry.", subject="Dry well")
    (reply,) = await desk.intake.accept(sent)
    assert reply.code == 250
    with desk.db.read() as conn:
        post = conn.execute(select(posts)).one()
        assert (
            reply.text == f"Accepted https://lists.example/water/m/{post.key[:2]}/{post.key}.html"
        )
        assert store.load_raw(conn, post.mail_id) == sent.raw
        copy = conn.execute(select(outbox_mails)).one()
        assert (copy.post_id, copy.mail_id) == (post.id, post.mail_id)
        fanout = conn.execute(select(fanouts)).one()
        cutoff = max(conn.execute(select(memberships.c.id)).scalars())
        assert (fanout.cutoff, fanout.group_id) == (cutoff, desk.group.id)
        assert conn.execute(select(dirty_pages)).first() is not None
    assert desk.last() == ("posted", "member")
    assert desk.woken == ["sender", "publish"]


async def test_the_commit_is_on_the_disk_before_250(sqlite_url: str) -> None:
    """Another program sees the post through a connection of its own, with the journal synced."""
    db = new_store(sqlite_url)
    with opened(db) as desk:
        desk.join(ANA)
        commits: list[str] = []
        event.listen(db.engine, "commit", lambda conn: commits.append("commit"))
        with db.read() as conn:
            assert conn.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2  # FULL
        await desk.send("water", "hello")
        assert commits
        with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as other:
            assert other.execute("SELECT count(*) FROM posts").fetchone() == (1,)
    db.dispose()


async def test_the_same_mail_twice_is_one_post(desk: Desk) -> None:
    sent = desk.envelope("water", "once")
    await asyncio.gather(desk.intake.accept(sent), desk.intake.accept(sent))
    assert len(desk.subjects()) == 1
    assert sorted(desk.outcomes()) == [("discarded", "duplicate"), ("posted", "member")]


async def test_another_mail_under_a_known_id_is_a_post_of_its_own(desk: Desk) -> None:
    await desk.send("water", "mine", message_id="same@x.example")
    await desk.send("water", "another", message_id="same@x.example")
    with desk.db.read() as conn:
        assert len(set(conn.execute(select(posts.c.key)).scalars())) == 2


async def test_a_reply_address_carries_the_parent(desk: Desk) -> None:
    await desk.send("water", "question", subject="Pumps")
    with desk.db.read() as conn:
        parent = conn.execute(select(posts)).one()
    await desk.send(f"water+re-{parent.key}", "answer", subject="no reference at all")
    with desk.db.read() as conn:
        child = conn.execute(select(posts).order_by(posts.c.id.desc())).first()
        assert child is not None
        assert (child.parent_id, child.thread_id) == (parent.id, parent.thread_id)
        head = conn.execute(select(outbox_mails.c.head).order_by(outbox_mails.c.id.desc())).scalar()
    assert f"In-Reply-To: <{parent.message_id}>".encode() in (head or b"")


async def test_one_mail_to_two_groups_is_stored_once_and_posted_twice(desk: Desk) -> None:
    soil = desk.other_group("soil")
    desk.join(ANA, group=soil)
    replies = await desk.send_all(("water", "soil"), "for both")
    assert [reply.code for reply in replies] == [250, 250]
    with desk.db.read() as conn:
        rows = conn.execute(select(posts.c.group_id, posts.c.mail_id)).all()
    assert len(rows) == 2
    assert len({row.mail_id for row in rows}) == 1


async def test_a_burst_of_posts_is_stored_whole_and_in_order_of_numbers(desk: Desk) -> None:
    desk.set(member_hourly=0)
    sent = [desk.envelope("water", f"text {n}", subject=f"s{n}") for n in range(60)]
    replies = await asyncio.gather(*(desk.intake.accept(one) for one in sent))
    assert {reply.code for (reply,) in replies} == {250}
    with desk.db.read() as conn:
        numbers = conn.execute(select(posts.c.number).order_by(posts.c.number)).scalars().all()
    assert numbers == list(range(1, 61))


# --- Several recipients with different fates --------------------------------------------------


async def test_a_refusal_beside_a_kept_mail_is_an_audit_line_where_nobody_vouches(
    desk: Desk,
) -> None:
    desk.other_group("news", who_posts=WhoPosts.ANNOUNCE)
    replies = await desk.send_all(("water", "news"), "x", subject="Hello", front=False, auth="none")
    assert [reply.code for reply in replies] == [250, 550]
    assert (desk.new_letters(), desk.outcomes()[-1]) == ([], ("refused", "mixed announce-only"))


async def test_lmtp_answers_each_recipient_and_needs_no_letter(database: Database) -> None:
    with opened(database, per_recipient=True) as desk:
        desk.join(ANA)
        desk.other_group("news", who_posts=WhoPosts.ANNOUNCE)
        replies = await desk.send_all(("water", "news"), "x", front=False)
        assert [reply.code for reply in replies] == [250, 550]
        assert desk.new_letters() == []
        assert desk.outcomes() == [("posted", "member"), ("refused", "announce-only")]


async def test_every_recipient_has_exactly_one_outcome(desk: Desk) -> None:
    to = ("water", "soil", "water-help", "water-owner", "postmaster", "water-bounces+x", "nobody")
    await desk.send_all(to, "x")
    assert len([one for one in desk.outcomes() if one[0] != "no-owner"]) == len(to)


# --- Mail for people --------------------------------------------------------------------------


async def test_owner_reaches_the_coordinators_and_without_them_the_host(desk: Desk) -> None:
    await desk.send("water-owner", "Who are you?", subject="Question")
    desk.join("kim@ngo.example", role=Role.COORDINATOR)
    await desk.send("water-owner", "And now?", subject="Question")
    first, second = desk.new_letters()
    assert (first.recipient, second.recipient) == (HOST, "kim@ngo.example")
    assert first.message["X-Loop"] == "water@lists.example"


async def test_postmaster_is_always_accepted_and_kept_where_nobody_is_named(
    database: Database,
) -> None:
    with opened(database, contact="") as desk:
        assert await desk.intake.check_rcpt("postmaster") is None
        assert (await desk.send("postmaster", "broken mail")).code == 250
        assert desk.held() == [("no-owner", "waiting")]


# --- RCPT -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["nobody@lists.example", "water@elsewhere.example", "water-nothing@lists.example", "@", ""],
)
async def test_unknown_and_foreign_recipients_are_refused(desk: Desk, address: str) -> None:
    reply = await desk.intake.check_rcpt(address)
    assert reply is not None
    assert reply.line().startswith("550 5.1.1 ")


@pytest.mark.parametrize("local", ["water", "WATER", "water-join", "water+leave", "join.water"])
async def test_addresses_of_a_group_are_taken(desk: Desk, local: str) -> None:
    assert await desk.intake.check_rcpt(f"{local}@{DOMAIN}") is None


# --- Parsing ----------------------------------------------------------------------------------


async def test_big_mails_are_parsed_beside_the_loop(desk: Desk) -> None:
    body = "x" * (INLINE + 1)
    assert (await desk.send("water", body, subject="big")).code == 250
    assert desk.subjects() == ["big"]


async def test_authentication_results_of_strangers_are_not_believed(desk: Desk) -> None:
    """Only a trusted front's header counts; a direct client may write whatever it likes."""
    reply = await desk.send("water-leave", "", front=False, auth="aligned")
    assert reply.code == 250
    assert desk.member(ANA) is not None
    assert desk.state(ANA) == "active"


async def test_what_we_find_out_ourselves_counts_and_stands_in_the_audit_log(desk: Desk) -> None:
    forged = {"front": False, "seen": "fail", "policy_": "reject"}
    assert (await desk.send("water", "x", **forged)).code == 550
    assert desk.outcomes() == [("auth", "fail by us"), ("refused", "auth-fail")]
    assert (await desk.send("water", "x", front=False, seen="aligned")).code == 250
    assert desk.outcomes()[2:] == [("posted", "member")]
    # The same leave as above, and this time the domain vouches for it.
    assert (await desk.send("water-leave", "", front=False, seen="aligned")).code == 250
    assert desk.state(ANA) == "left"


async def test_nobody_waits_for_the_questions_about_anothers_mail(desk: Desk) -> None:
    """They are asked outside the transaction; a front's mail asks none."""
    asked: list[str] = []
    began, answered = asyncio.Event(), asyncio.Event()

    async def verify(envelope: Envelope, domain: str) -> Verdicts:
        asked.append(domain)
        began.set()
        await answered.wait()
        return Verdicts(Alignment.ALIGNED)

    settings = IntakeSettings("", HOST, per_recipient=False, caps=CAPS)
    slow = Intake(desk.tools, desk.writer, settings, KEYRING, verify=verify)
    waiting = asyncio.create_task(slow.accept(desk.envelope("water", "direct", front=False)))
    await began.wait()
    for text in ("one", "two"):
        assert (await slow.accept(desk.envelope("water", text)))[0].code == 250
    assert not waiting.done()
    answered.set()
    assert (await waiting)[0].code == 250
    assert (asked, len(desk.subjects())) == (["ngo.example"], 3)


async def test_explain_tells_the_plan_and_changes_nothing(desk: Desk) -> None:
    sent = desk.envelope(("water", "soil", "water-leave"), "x")
    with desk.db.write() as conn:
        plans = [plan for _, plan in desk.intake.explain(conn, sent)]
    kinds = [str(one.outcome.kind) if one is not None else None for one in plans]
    assert kinds == ["posted", None, "command"]
    left = plans[2]
    assert left is not None
    assert any(isinstance(one, QueueLetter) for one in left.effects)
    assert (desk.outcomes(), desk.state(ANA)) == ([], "active")


async def test_a_paused_member_posts(desk: Desk) -> None:
    desk.join(ANA, state=MemberState.PAUSED)
    assert (await desk.send("water", "still here")).text.startswith("Accepted")


async def test_a_group_for_members_only_names_no_page(database: Database) -> None:
    with opened(database, archive=ArchiveMode.MEMBERS) as desk:
        desk.join(ANA)
        assert (await desk.send("water", "x")).line() == "250 2.0.0 Accepted"


async def test_a_mail_that_no_process_can_read_is_kept_in_quarantine(desk: Desk) -> None:
    async def read(raw: bytes) -> Content:
        raise UnreadableError("a process ended while it read this mail")

    settings = IntakeSettings("", HOST, per_recipient=False, caps=CAPS)
    unlucky = Intake(desk.tools, desk.writer, settings, KEYRING, read=read)
    sent = desk.envelope("water", "poison", subject="poison")
    (reply,) = await unlucky.accept(sent)
    assert reply.code == 250
    with desk.db.read() as conn:
        row = conn.execute(select(quarantine)).one()
        assert store.load_raw(conn, row.mail_id) == sent.raw

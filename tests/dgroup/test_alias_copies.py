"""Copies with our alias in From: who gets them, by the domain of the recipient, whatever way a post takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from archive.db import Database
from dgroup import deliveries, expiry
from dgroup.alias import make
from dgroup.apply import hold_decision
from dgroup.changes import ChangeMember
from dgroup.model import MemberState, WhoPosts
from dgroup.outbox import KEPT, LIGHT
from dgroup.people import members
from dgroup.sending.stock import claim
from dgroup.tables import fanouts, outbox_mails
from tests.dgroup.copies.test_authorship import values
from tests.dgroup.desk import KEYRING, Desk, opened
from tests.dgroup.office import later

ANA, BEN, LIA, OWN = "ana@ngo.example", "ben@farm.example", "lia@ngo.example", "kim@Home.Example"
DOMAINS = ("home.example", "far.example")
HTML = "Content-Type: text/html; charset=utf-8\r\n"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database, keep_from_for=DOMAINS) as made:
        for address in (ANA, BEN, LIA, OWN):
            made.join(address, address.split("@")[0].title())
        yield made


def alias_of(desk: Desk, address: str) -> str:
    member = desk.member(address)
    assert member is not None
    return f"water+a-{make('member', member.id, KEYRING)}@lists.example"


def sent(desk: Desk) -> dict[str, tuple[str, bytes]]:
    """Expand and claim everything: recipient -> variant and From of the copy."""
    with desk.db.write() as conn:
        claimed = claim(desk.db, conn, "n1", desk.now, 1000, 0).items
        found = [one for one in claimed if one.membership_id is not None]
        every = conn.execute(select(outbox_mails.c.id, outbox_mails.c.variant))
        variants = {row.id: row.variant for row in every}
        mails = {one.mail_id: deliveries.load_mail(conn, one.mail_id).whole for one in found}
    got = {one.recipient: (variants[one.mail_id], _from(mails[one.mail_id])) for one in found}
    assert len(got) == len(found)
    return got


def _from(whole: bytes) -> bytes:
    (found,) = values(whole, "from")
    return found


async def test_members_get_the_alias_and_some_domains_the_authors_own(desk: Desk) -> None:
    await desk.send("water", "Dry.", subject="Wells", policy_="reject")
    ours = f"Ana via Water <{alias_of(desk, ANA)}>".encode()
    kept = b"Ana <ana@ngo.example>"
    assert sent(desk) == {ANA: ("", ours), BEN: ("", ours), LIA: ("", ours), OWN: (KEPT, kept)}
    assert sent(desk) == {}


@pytest.mark.parametrize(
    "said",
    [
        "dmarc=pass (p=none) header.from=ngo.example",
        "dmarc=pass (p=reject) header.from=ngo.example; spf=pass smtp.mailfrom=ana@ngo.example",
        "dmarc=pass (p=quarantine) header.from=ngo.example",
        "dmarc=pass header.from=ngo.example; dkim=pass header.d=ngo.example",
        "dmarc=pass (policy=reject) header.from=ngo.example; dkim=pass header.d=ngo.example",
        "none",
    ],
)
async def test_a_fronts_word_counts(desk: Desk, said: str) -> None:
    protected = "p=reject" in said or "policy=reject" in said or "quarantine" in said
    envelope = desk.envelope("water", "Dry.", subject="Wells")
    lines = envelope.raw.split(b"\r\n")
    lines[0] = f"Authentication-Results: mx.lists.example; {said}".encode()
    await desk.intake.accept(replace(envelope, raw=b"\r\n".join(lines)))
    with desk.db.read() as conn:
        variants = set(conn.execute(select(outbox_mails.c.variant)).scalars())
    # A signature that a front names and that is not on the mail is no proof.
    assert variants == ({"", KEPT} if protected else {""})


async def test_posts_that_are_stored_together_are_like_posts_stored_alone(desk: Desk) -> None:
    prepared = [
        desk.intake.prepare(
            desk.envelope("water", "Dry.", subject=f"Wells {at}", policy_=policy, sender=author)
        )
        for at, (policy, author) in enumerate(
            [("reject", ANA), ("none", BEN), ("reject", LIA), ("quarantine", OWN.lower())]
        )
    ]
    with desk.db.write() as conn:
        desk.intake._decide_all(conn, prepared)
    with desk.db.write() as conn:
        found = claim(desk.db, conn, "n1", desk.now, 1000, 0).items
    assert len(found) == 16
    assert len({(one.mail_id, one.recipient) for one in found}) == 16
    with desk.db.read() as conn:
        mails = {one.mail_id: deliveries.load_mail(conn, one.mail_id).whole for one in found}
    froms: dict[str, list[bytes]] = {one: [] for one in (ANA, OWN)}
    for item in found:
        if item.recipient in froms:
            froms[item.recipient].append(_from(mails[item.mail_id]).partition(b"<")[2])
    assert [one.startswith(b"water+a-") for one in froms[ANA]] == [True, False, True, True]
    assert froms[OWN] == [f"{who.lower()}>".encode() for who in (ANA, BEN, LIA, OWN)]


async def test_where_nothing_is_to_be_kept_there_is_one_mail(database: Database) -> None:
    with opened(database) as desk:
        desk.join(ANA, "Ana")
        await desk.send("water", "Dry.", subject="Wells", policy_="reject")
        with desk.db.read() as conn:
            assert conn.execute(select(outbox_mails.c.variant)).scalars().all() == [""]
            assert conn.execute(select(fanouts.c.kept_mail_id, fanouts.c.kept_for)).all() == [
                (None, "")
            ]


async def test_a_light_copy_has_the_alias_whatever_the_policy(desk: Desk) -> None:
    with desk.db.write() as conn:
        for address in (LIA, OWN):
            members.change(conn, desk.group.info, ChangeMember(address, light=True), desk.now)
    await desk.send("water", "<p>a</p>", subject="Wells", headers=HTML, policy_="reject")
    got = sent(desk)
    ours = f"Ana via Water <{alias_of(desk, ANA)}>".encode()
    assert got[LIA] == got[OWN] == (LIGHT, ours)
    await desk.send("water", "<p>b</p>", subject="Wells", headers=HTML)
    assert sent(desk)[LIA] == (LIGHT, ours)


async def test_an_author_who_is_no_member_has_an_alias_for_each_post(desk: Desk) -> None:
    desk.set(who_posts=WhoPosts.OPEN)
    desk.join("old@far.test", "Old", state=MemberState.LEFT)
    alias = ""
    for number, sender in enumerate(("new@far.test", "old@far.test"), 1):
        await desk.send("water", "Dry.", sender=sender, name="Nia", policy_="reject")
        alias = f"water+a-{make('post', number, KEYRING)}@lists.example"
        assert sent(desk)[BEN][1] == f"Nia via Water <{alias}>".encode()
        assert await desk.intake.check_rcpt(alias) is None
        await desk.send(alias, "Come and look", sender=BEN)
        assert desk.letter().recipient == sender
    with desk.db.write() as conn:
        change = ChangeMember("old@far.test", state=MemberState.BANNED)
        members.change(conn, desk.group.info, change, desk.now)
    assert await desk.intake.check_rcpt(alias) is not None


async def test_a_post_that_waited_has_the_alias_too(desk: Desk) -> None:
    desk.set(who_posts=WhoPosts.MODERATED)
    await desk.send("water", "May I?", subject="Please look", policy_="reject")
    with desk.db.write() as conn:
        number = desk.hold_id()
        hold_decision(conn, desk.tools, desk.group, number, "approved", "kim", desk.now)
    got = sent(desk)
    assert got[BEN] == ("", f"Ana via Water <{alias_of(desk, ANA)}>".encode())
    assert got[OWN] == (KEPT, b"Ana <ana@ngo.example>")


async def test_a_mail_for_some_domains_is_kept_as_long_as_it_is_needed(desk: Desk) -> None:
    await desk.send("water", "Dry.", subject="Wells", policy_="reject")
    with desk.db.write() as conn:
        expiry.expire(conn, later(86_400 * 40), 14)
    assert sent(desk)[OWN][0] == KEPT


async def test_the_alias_outlives_a_new_address_and_a_new_name(desk: Desk) -> None:
    before = alias_of(desk, ANA)
    member = desk.member(ANA)
    assert member is not None
    desk.know_address(member, "ana@new.example")
    await desk.send("water", "Dry.", sender="ana@new.example", policy_="reject")
    assert before.encode() in sent(desk)[BEN][1]

"""RULINGS 1 whole: what becomes of a mail, each cell of the table on both paths, through the core.

Each kind of mail has a row for each path; its four fates are those where the sender is aligned, where
nothing is known, where DMARC fails, and where it fails under p=reject.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from archive.db import Database
from dgroup import policy
from dgroup.facts import reads as facts
from dgroup.model import MemberState, WhoPosts
from tests.dgroup.desk import DOMAIN, HOST, Desk, opened
from tests.stores import new_store

ANA, EVE, BEN = "ana@ngo.example", "eve@out.example", "ben@bad.example"
AUTH = ("aligned", "none", "fail", "reject")
PATHS = ("direct", "front")
Fate = tuple[int, str, str, tuple[tuple[str, str], ...]]

POSTED: Fate = (250, "posted", "member", ())
ASKED: Fate = (250, "held", "auth-fail", (("did-you-send", ANA),))
FORGED: Fate = (550, "refused", "auth-fail", ())
DROPPED: Fate = (250, "discarded", "auth-fail", ())
TO_JOIN: Fate = (250, "held", "not-a-member", (("join-to-publish", EVE),))
CURE: Fate = (550, "refused", "not-a-member", ())
SILENT: Fate = (250, "held", "unproved", ())
LARGE: Fate = (552, "refused", "too-large", ())
LARGE_HELD: Fate = (250, "held", "too-large", ())
LARGE_DROPPED: Fate = (250, "discarded", "too-large auth-fail", ())
NOTE: Fate = (250, "command", "auth-fail", (("forged-note", ANA),))


def large_told(who: str) -> Fate:
    """Held, and the sender hears of it once."""
    return (250, "held", "too-large", (("too-large", who),))


def dropped(reason: str) -> Fate:
    """Discarded without a word, 250."""
    return (250, "discarded", reason, ())


def refused(reason: str) -> Fate:
    """Refused to the client itself."""
    return (550, "refused", reason, ())


def command(reason: str, letter: str, who: str) -> Fate:
    """A command that was done or asked back by a letter."""
    return (250, "command", reason, ((letter, who),))


LEFT = command("left", "left", ANA)
LEAVE = command("asked leave-confirm", "leave-confirm", ANA)
JOIN = command("asked join-confirm", "join-confirm", EVE)
PASSED: Fate = (250, "forwarded", "to-people", ())

GRID: dict[tuple[str, str], tuple[Fate, Fate, Fate, Fate]] = {
    ("member", "direct"): (POSTED, POSTED, ASKED, FORGED),
    ("member", "front"): (POSTED, POSTED, ASKED, ASKED),
    ("stranger", "direct"): (TO_JOIN, CURE, FORGED, FORGED),
    ("stranger", "front"): (TO_JOIN, SILENT, DROPPED, DROPPED),
    ("banned", "direct"): (refused("banned"),) * 4,
    ("banned", "front"): (dropped("banned"),) * 4,
    ("robot", "direct"): (dropped("auto-submitted"),) * 4,
    ("robot", "front"): (dropped("auto-submitted"),) * 4,
    ("strange robot", "direct"): (dropped("null-sender"),) * 4,
    ("strange robot", "front"): (dropped("null-sender"),) * 4,
    ("loop", "direct"): (dropped("received-loop"),) * 4,
    ("loop", "front"): (dropped("received-loop"),) * 4,
    ("echo", "direct"): (dropped("own-echo"),) * 4,
    ("echo", "front"): (dropped("own-echo"),) * 4,
    ("again", "direct"): (dropped("duplicate"),) * 4,
    ("again", "front"): (dropped("duplicate"),) * 4,
    ("large", "direct"): (LARGE, LARGE, LARGE, LARGE),
    ("large", "front"): (large_told(ANA), LARGE_HELD, LARGE_DROPPED, LARGE_DROPPED),
    ("strange large", "direct"): (LARGE, LARGE, FORGED, FORGED),
    ("strange large", "front"): (large_told(EVE), LARGE_HELD, DROPPED, DROPPED),
    ("leave", "direct"): (LEFT, LEAVE, NOTE, NOTE),
    ("leave", "front"): (LEFT, LEAVE, NOTE, NOTE),
    ("join", "direct"): (JOIN, JOIN, dropped("auth-fail join"), dropped("auth-fail join")),
    ("join", "front"): (JOIN, JOIN, dropped("auth-fail join"), dropped("auth-fail join")),
    ("owner", "direct"): (PASSED, PASSED, FORGED, FORGED),
    ("owner", "front"): (PASSED, PASSED, DROPPED, DROPPED),
}  # fmt: skip

MAILS: dict[str, dict[str, str]] = {
    "member": {},
    "stranger": {"sender": EVE},
    "banned": {"sender": BEN},
    "robot": {"headers": "Auto-Submitted: auto-replied\r\n"},
    "strange robot": {"sender": EVE, "mail_from": ""},
    "loop": {"headers": "Received: from a by b; Mon, 2 Mar 2026 09:00:00 +0000\r\n" * 100},
    "echo": {"headers": f"X-Loop: water@{DOMAIN}\r\n"},
    "again": {"message_id": "again@ngo.example"},
    "large": {"body": "x" * 9_000},
    "strange large": {"sender": EVE, "body": "x" * 9_000},
    "leave": {"to": "water-leave", "body": ""},
    "join": {"to": "water-join", "body": "", "sender": EVE},
    "owner": {"to": "water-owner", "sender": EVE},
}


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    """One engine is enough: these are decisions, and what they write is tried on both elsewhere."""
    db = new_store(sqlite_url)
    yield db
    db.dispose()


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.set(max_size=8_000)
        made.join(ANA, "Ana")
        made.join(BEN, "Ben", state=MemberState.BANNED)
        yield made


def way(path: str, auth: str) -> dict[str, object]:
    """How a mail comes: through the front, which says what it saw, or directly, seen by us."""
    said = "fail" if auth == "reject" else auth
    told = {"policy_": "reject" if auth == "reject" else "none"}
    if path == "front":
        return {**told, "auth": said, "front": True}
    # Its own header claims to be fine, which nobody believes.
    return {**told, "auth": "aligned", "front": False, "seen": said}


@pytest.mark.parametrize(
    ("kind", "path", "auth", "fate"),
    [
        pytest.param(kind, path, auth, fate, id=f"{kind}-{path}-{auth}".replace(" ", "-"))
        for (kind, path), fates in GRID.items()
        for auth, fate in zip(AUTH, fates, strict=True)
    ],
)
async def test_what_becomes_of_a_mail(
    desk: Desk, kind: str, path: str, auth: str, fate: Fate
) -> None:
    code, event, reason, letters = fate
    sent = {"to": "water", "body": "How deep is your well?", "subject": "", **MAILS[kind]}
    if kind == "again":
        await desk.send(**sent)
    before = (desk.count("posts"), desk.count("holds"))
    reply = await desk.send(**sent, **way(path, auth))
    assert (reply.code, *desk.last()) == (code, event, reason)
    assert desk.letter_kinds() == list(letters)
    after = (desk.count("posts"), desk.count("holds"))
    wanted = (before[0] + (event == "posted"), before[1] + (event == "held"))
    assert after == wanted
    assert desk.state(ANA) == ("left" if fate is LEFT else "active")
    assert desk.count("quarantine") == 0


def test_the_grid_has_every_cell() -> None:
    assert set(GRID) == set(itertools.product(MAILS, PATHS))


def test_a_front_is_never_answered_with_a_refusal() -> None:
    for (_, path), fates in GRID.items():
        assert path != "front" or {code for code, *_ in fates} == {250}


def test_nothing_leaves_for_an_address_that_is_forged() -> None:
    """Where DMARC fails the only letters are those to a member's registered address."""
    for fates in GRID.values():
        for _, _, _, letters in fates[2:]:
            assert {who for _, who in letters} <= {ANA}


# --- The words of the refusals, and the caps --------------------------------------------------


async def test_a_strangers_refusal_names_the_cure(desk: Desk) -> None:
    reply = await desk.send("water", "x", sender=EVE, **way("direct", "none"))
    assert reply.line().startswith("550 5.7.1 ")
    assert f"water-join@{DOMAIN}" in reply.text


@pytest.mark.parametrize("path", PATHS)
async def test_a_stranger_gets_one_letter(desk: Desk, path: str) -> None:
    for _ in range(3):
        await desk.send("water", "x", sender=EVE, **way(path, "aligned"))
    assert desk.letter_kinds() == [("join-to-publish", EVE)]
    assert desk.count("holds") == 3


async def test_what_nobody_vouches_for_is_held_up_to_a_cap(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "UNPROVED_HOLDS", 3)
    for number in range(5):
        sender = f"s{number}@out{number}.example"
        assert (await desk.send("water", "x", sender=sender, **way("front", "none"))).code == 250
    assert desk.count("holds") == 3
    assert [one for one in desk.outcomes() if one[0] == "discarded"] == [
        ("discarded", "cap unproved")
    ] * 2


@pytest.mark.parametrize(("path", "end"), [("direct", 550), ("front", 250)])
async def test_a_forgers_flood_in_a_members_name(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, path: str, end: int
) -> None:
    """One question a day to the member, few held mails, then refused or discarded."""
    monkeypatch.setattr(policy, "SENDER_HOLDS", 3)
    codes = [(await desk.send("water", f"{n}", **way(path, "fail"))).code for n in range(5)]
    assert codes == [250, 250, 250, end, end]
    assert desk.letter_kinds() == [("did-you-send", ANA)]
    assert desk.count("holds") == 3


@pytest.mark.parametrize("path", PATHS)
async def test_the_real_person_gets_one_note_a_day(desk: Desk, path: str) -> None:
    for _ in range(4):
        assert (await desk.send("water-leave", "", **way(path, "reject"))).code == 250
    assert desk.letter_kinds() == [("forged-note", ANA)]
    assert desk.state(ANA) == "active"


# --- Recipients -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["nobody@lists.example", "water@elsewhere.example", "water-nothing@lists.example"]
)
async def test_unknown_and_foreign_recipients_are_refused_at_once(desk: Desk, address: str) -> None:
    reply = await desk.intake.check_rcpt(address)
    assert reply is not None
    assert reply.code == 550


SEVERAL: list[tuple[str, str, list[int], list[tuple[str, str]]]] = [
    ("direct", "aligned", [250, 250], [("not-posted", ANA)]),
    ("direct", "none", [250, 250], []),
    ("direct", "fail", [250, 250], [("did-you-send", ANA)]),
    ("direct", "reject", [550, 550], []),
    ("front", "aligned", [250, 250], [("announce-only", ANA)]),
]


@pytest.mark.parametrize(("path", "auth", "codes", "letters"), SEVERAL)
async def test_several_recipients_by_smtp(
    desk: Desk, path: str, auth: str, codes: list[int], letters: list[tuple[str, str]]
) -> None:
    """SMTP has one answer: it is 250 if any is kept, what it cannot say becomes a letter."""
    desk.other_group("news", who_posts=WhoPosts.ANNOUNCE)
    replies = await desk.send_all(("water", "news"), "x", subject="Hi", **way(path, auth))
    assert (min(codes), desk.letter_kinds()) == (min(one.code for one in replies), letters)
    if codes == [550, 550]:
        assert {one.code for one in replies} == {550}


async def test_several_recipients_by_lmtp(database: Database) -> None:
    with opened(database, per_recipient=True) as desk:
        desk.join(ANA)
        desk.other_group("news", who_posts=WhoPosts.ANNOUNCE)
        replies = await desk.send_all(("water", "news"), "x", **way("direct", "aligned"))
        assert [one.code for one in replies] == [250, 550]
        assert desk.letter_kinds() == []


# --- When we cannot ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", PATHS)
async def test_an_unexpected_error_keeps_the_mail_and_tells_the_host(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(facts, "post_facts", broken)
    reply = await desk.send("water", "x", **way(path, "aligned"))
    assert (reply.code, desk.count("quarantine")) == (250, 1)
    assert [who for _, who in desk.letter_kinds()] == [HOST]


@pytest.mark.parametrize("path", PATHS)
async def test_where_nothing_can_be_stored_the_client_keeps_the_mail(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    async def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(desk.writer, "run", full)
    monkeypatch.setattr(desk.writer, "run_together", full)
    reply = await desk.send("water", "x", **way(path, "aligned"))
    assert reply.line().startswith("451 4.3.0 ")

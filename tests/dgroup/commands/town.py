"""The cast of the corpus of command mails in a real core, and questions asked by real mails: what a
mail of the corpus does there (tests/commands/README).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select, update

from archive.db import Database
from archive.tables import posts, threads
from dgroup import tokens
from dgroup.model import Envelope, MemberState, Posting, Role
from dgroup.tables import (
    addresses,
    codes,
    group_settings,
    holds,
    invitations,
    letter_log,
    memberships,
    mutes,
    persons,
)
from tests.dgroup.commands.corpus import Case
from tests.dgroup.desk import FRONT, Desk, Sent, opened

KIM, AWA, KEN = "kim@ngo.example", "awa@coop.example", "ken@aid.example"
CAST = (
    (KIM, "Kim Osei", Role.COORDINATOR, "en"),
    (AWA, "Awa Diop", Role.COORDINATOR, "fr"),
    ("ana@ngo.example", "Ana Lopez", Role.MEMBER, "en"),
    ("luc@ong.example", "Luc Bernard", Role.MEMBER, "fr"),
    ("marta@red.example", "Marta Ruiz", Role.MEMBER, "es"),
    ("joao@rede.example", "João Matos", Role.MEMBER, "pt"),
    (KEN, "Ken Ouma", Role.MEMBER, "en"),
)
NEW = "newcomer@fresh.example"
_KEPT: dict[Table, tuple[str, ...]] = {
    memberships: ("address", "role", "state", "delivery", "summary", "own_copy", "light",
                  "paused_until", "posting", "receipts", "morning"),
    addresses: ("address", "person_id"),
    group_settings: ("who_posts", "who_joins", "state", "first_posts", "who_sees", "welcome",
                     "summary_day", "summary_hour", "hold_days"),
    invitations: ("address", "state"),
    posts: ("number", "state"),
    threads: ("subject", "merged_into", "locked"),
    holds: ("id", "state"),
    mutes: ("membership_id", "thread_id"),
}  # fmt: skip
_NOT_DONE = ("Not done", "Pas fait", "No se ha hecho", "Não foi feito")
_UNCLEAR = {
    "not-understood", "answer-unclear", "moderate-unclear", "language-which", "pause-day",
    "set-all", "address-bad",
}  # fmt: skip


async def furnish(path: Path) -> None:
    """Make the store that each mail finds: the cast, and a few posts with the number 412 among them."""
    db = Database(f"sqlite:///{path}")
    db.create_tables()
    try:
        with opened(db) as desk:
            for address, name, role, language in CAST:
                state = MemberState.PAUSED if address == KEN else MemberState.ACTIVE
                desk.join(address, name, role, state, language)
            for at in range(3):
                await desk.send("water", "How is it?", subject=f"Arsenic {at}")
            with db.write() as conn:
                found = conn.execute(select(posts.c.id).order_by(posts.c.id)).scalars().all()
                for post_id, number in zip(found, (398, 411, 412), strict=True):
                    conn.execute(update(posts).where(posts.c.id == post_id).values(number=number))
                conn.execute(update(memberships).values(published=1000))
    finally:
        db.dispose()


@dataclass
class Done:
    """What a mail of the corpus did."""

    outcome: str
    changes: list[str] = field(default_factory=list)


@contextmanager
def town(store: Path, folder: Path) -> Iterator[Desk]:
    """A desk on a copy of the store."""
    copy = folder / "town.db"
    shutil.copy(store, copy)
    db = Database(f"sqlite:///{copy}")
    try:
        with opened(db, founded=True) as desk:
            yield desk
    finally:
        db.dispose()


async def act(desk: Desk, case: Case) -> Done:
    """Ask the question that the case answers, if any, send its mail, and see what came of it."""
    code = tokens.new_code(bytes(range(17)))
    if asked := case.expected.get("asked", ""):
        code = await _question(desk, case, asked)
    before, letters = _snapshot(desk), len(desk.letters())
    (reply,) = await desk.intake.accept(_envelope(case, code))
    changes = _changes(before, _snapshot(desk))
    return Done(_outcome(desk, changes, desk.letters()[letters:], reply.kept), changes)


def _envelope(case: Case, code: tokens.CodeText) -> Envelope:
    """The mail as a trusted front hands it over, with its verdict on top."""
    envelope = case.mail(code).envelope
    domain = case.mail().sender.rpartition("@")[2]
    said = {
        "aligned": f"dmarc=pass (p=none) header.from={domain}",
        "none": "none",
        "fail": f"dmarc=fail (p=none) header.from={domain}",
    }[case.expected.get("auth", "none")]
    head = f"Authentication-Results: {FRONT}; {said}\r\n".encode()
    raw = head + envelope.raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return replace(envelope, raw=raw, trusted_front=True)


# --- Questions --------------------------------------------------------------------------------


async def _question(desk: Desk, case: Case, asked: str) -> tokens.CodeText:
    """Have the program ask, by a real mail, and give the code of its letter."""
    who = case.expected.get("asked_of", case.mail().sender)
    letter = await _ask(desk, who, asked, case.expected.get("answer", ""))
    if asked == "moderate" and (case.expected.get("used") or case.expected["answer"] == "reopen"):
        other = next(one for one in (KIM, AWA) if one != who)
        await desk.answer(_coded(desk, other), "NO: later")
    text = letter.reply_to.partition("+")[2].partition("@")[0]
    with desk.db.write() as conn:
        if case.expected.get("used") and asked != "moderate":
            conn.execute(update(codes).values(used_at=desk.now))
        if case.expected.get("expired"):
            conn.execute(update(codes).values(expires_at=desk.now))
    return tokens.CodeText(
        text, tokens.print_code(text), tokens.reference_of(text), tokens.hash_code(text)
    )


async def _ask(desk: Desk, who: str, asked: str, answer: str) -> Sent:
    if asked == "publish" and answer in {"post", "leave"}:
        words = "Please remove me from this list. The pump at the school is dry again, by the way."
        await desk.send("water", words, sender=who, subject="Pump")
        return _coded(desk, who)
    if asked in {"moderate", "publish", "invited", "undo"}:
        return await _longer(desk, who, asked)
    words = {
        "join": ("water-join", ""),
        "leave": ("water-leave", ""),
        "add": ("water-add", NEW),
        "remove": ("water-remove", KEN),
        "invite": ("water-invite", NEW),
        "erase": ("water-request", "erase me"),
        "address": ("water-request", "change address to moved@new.example"),
        "pause": ("water-pause", ""),
        "set": ("water-request", "set first posts 2"),
    }
    to, body = words[asked]
    unproved = {"leave", "pause"}
    auth = "none" if asked in unproved else "aligned"
    await desk.send(to, body, sender=who, auth=auth)
    return _coded(desk, who)


async def _longer(desk: Desk, who: str, asked: str) -> Sent:
    if asked == "publish":
        await desk.send("water", "The pump is dry.", sender=who, subject="Pump", auth="fail")
    elif asked == "moderate":
        await _hold_one(desk)
    elif asked == "invited":
        await desk.send("water-invite", who, sender=KIM)
        await desk.answer(_coded(desk, KIM), "YES")
    elif who in {KIM, AWA}:
        await desk.send("water-add", NEW, sender=who)
        await desk.answer(_coded(desk, who), "YES")
    else:
        await desk.send("water-leave", "", sender=who)
    return _coded(desk, who)


async def _hold_one(desk: Desk) -> None:
    with desk.db.write() as conn:
        held = memberships.c.address == "ana@ngo.example"
        conn.execute(update(memberships).where(held).values(posting=Posting.MODERATED))
    await desk.send("water", "Who has tried them?", sender="ana@ngo.example", subject="Test kits")


def _coded(desk: Desk, who: str) -> Sent:
    mine = [one for one in desk.letters() if one.recipient == who and "confirm+" in one.reply_to]
    assert mine, f"nothing was asked of {who}: {[one.subject for one in desk.letters()]}"
    return mine[-1]


# --- What came of it --------------------------------------------------------------------------


def _snapshot(desk: Desk) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with desk.db.read() as conn:
        for table, columns in _KEPT.items():
            key = next(iter(table.primary_key.columns))
            for row in conn.execute(select(key.label("row_key"), *[table.c[c] for c in columns])):
                for column in columns:
                    found[f"{table.name}:{row.row_key}:{column}"] = getattr(row, column)
        chosen = select(persons.c.id, persons.c.language).where(persons.c.language_chosen)
        for row in conn.execute(chosen):
            found[f"persons:{row.id}:language"] = row.language
    return found


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Every value that differs: 'memberships:7:state active -> left'."""
    return [
        f"{key} {before.get(key, '-')} -> {after.get(key, '-')}"
        for key in sorted(before.keys() | after.keys())
        if before.get(key) != after.get(key)
    ]


def _outcome(desk: Desk, changes: list[str], letters: list[Sent], kept: bool) -> str:
    if any(one.startswith("posts:") and "-> published" in one for one in changes):
        return "posted"
    if any(one.startswith("holds:") and "-> waiting" in one for one in changes):
        return "held"
    if any("-> declined" not in one for one in changes):
        return "done"
    kind = _last_kind(desk)
    if kind == "to-people" or desk.last()[0] == "forwarded":
        return "people"
    if not letters:
        return "silent" if kept else "refused"
    if kind in _UNCLEAR:
        return "unclear"
    if letters[-1].subject.startswith(_NOT_DONE):
        return "refused"
    return "asked" if any("confirm+" in one.reply_to for one in letters) else "told"


def _last_kind(desk: Desk) -> str:
    """The newest letter, by its template."""
    with desk.db.read() as conn:
        newest = select(letter_log.c.kind).order_by(letter_log.c.id.desc()).limit(1)
        return conn.execute(newest).scalar() or ""

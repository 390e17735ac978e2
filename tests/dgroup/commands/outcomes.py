"""What becomes of each mail of the corpus in a real core: a group with the cast, a code where one is
answered, and what changed. Slow beside reading: one database a mail.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from archive.content import content_of
from archive.tables import groups, posts, threads
from dgroup import tokens
from dgroup.model import Delivery, Envelope, MemberState, Role
from dgroup.tables import group_settings, holds, memberships, mutes, persons
from tests.dgroup.commands.corpus import CODE, Case
from tests.dgroup.desk import FRONT, Desk, Sent, opened
from tests.stores import new_store

CAST = (
    ("kim@ngo.example", "Kim Osei", Role.COORDINATOR, MemberState.ACTIVE, "en"),
    ("awa@coop.example", "Awa Diop", Role.COORDINATOR, MemberState.ACTIVE, "fr"),
    ("ana@ngo.example", "Ana Lopez", Role.MEMBER, MemberState.ACTIVE, "en"),
    ("luc@ong.example", "Luc Bernard", Role.MEMBER, MemberState.ACTIVE, "fr"),
    ("marta@red.example", "Marta Ruiz", Role.MEMBER, MemberState.ACTIVE, "es"),
    ("joao@rede.example", "João Matos", Role.MEMBER, MemberState.ACTIVE, "pt"),
    ("ken@aid.example", "Ken Ouma", Role.MEMBER, MemberState.PAUSED, "en"),
)
KIM = "kim@ngo.example"
NUMBERS = (398, 412)
_SAID = {
    "aligned": "dmarc=pass (p=none) header.from={}",
    "fail": "dmarc=fail (p=none) header.from={}",
    "none": "none",
}
_REFUSED = (
    "not-", "auth-fail", "invitation-declined", "leave-unknown", "code-", "cancelled", "forged", "cap ", "declined", "hide-not", "refused",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a mail."""

    outcome: str
    """in the words of the corpus; '' where the core cannot be asked yet"""
    reason: str
    lost: tuple[str, ...] = ()
    """what was taken away: memberships that ended, posts hidden, a group frozen or deleted"""


def is_harm(case: Case, found: Became) -> bool:
    """Tell whether something was taken away where nothing was to be done."""
    return bool(found.lost) and "done" not in case.outcomes


@dataclass(frozen=True, slots=True)
class _State:
    members: dict[str, tuple[Any, ...]]
    group: tuple[Any, ...]
    persons: tuple[Any, ...]
    posts: tuple[Any, ...]
    held: int
    waiting: tuple[Any, ...]


def became(case: Case, folder: Path) -> Became:
    """Run one case through a core of its own."""
    with _cast(folder) as desk:
        return asyncio.run(_run(case, desk))


@contextmanager
def _cast(folder: Path) -> Iterator[Desk]:
    db = new_store(f"sqlite:///{folder / 'case.db'}")
    try:
        with opened(db) as desk:
            for address, name, role, state, language in CAST:
                desk.join(address, name, role, state, language)
            yield desk
    finally:
        db.dispose()
        for path in folder.glob("case.db*"):
            path.unlink()


async def _run(case: Case, desk: Desk) -> Became:
    await _posts(desk)
    code = CODE
    if "asked" in case.expected:
        asked = await _ask(case, desk)
        if asked is None:
            return Became("", f"no way to ask {case.expected['asked']!r}")
        code = _code(asked)
        if case.expected.get("used"):
            await desk.answer(asked, "yes")
        if case.expected.get("expired"):
            desk.later(days=40)
    before, letters = _state(desk), len(desk.letters())
    reply = (await desk.intake.accept(_envelope(case, desk, code)))[0]
    after, new = _state(desk), desk.letters()[letters:]
    event, reason = desk.last()
    lost = _lost(before, after)
    return Became(_outcome(event, reason, before, after, new, kept=reply.kept), reason, lost)


async def _posts(desk: Desk) -> None:
    for number in NUMBERS:
        await desk.send(
            "water", f"Post {number}", subject=f"Post {number}", sender="ana@ngo.example"
        )
    with desk.db.write() as conn:
        rows = conn.execute(select(posts.c.id).order_by(posts.c.id)).scalars().all()
        for row, number in zip(rows, NUMBERS, strict=True):
            conn.execute(update(posts).where(posts.c.id == row).values(number=number))


def _envelope(case: Case, desk: Desk, code: tokens.CodeText) -> Envelope:
    mail = case.mail(code)
    sender = content_of(mail.envelope.raw).message.from_
    domain = sender[0].address.lower().rpartition("@")[2] if sender else "x.example"
    said = _SAID[case.expected.get("auth", "none")].format(domain)
    raw = f"Authentication-Results: {FRONT}; {said}\n".encode() + mail.envelope.raw
    return replace(mail.envelope, raw=raw, received_at=desk.now, trusted_front=True)


# --- Asking -----------------------------------------------------------------------------------


async def _ask(case: Case, desk: Desk) -> Sent | None:
    """Have the core ask what the mail answers; None where it cannot be made to."""
    asked = case.expected["asked"]
    raw = content_of(case.raw).message.from_
    who = case.expected.get("asked_of", raw[0].address.lower() if raw else "")
    start = len(desk.letters())
    if asked == "invited":
        await desk.send("water-invite", who, sender=KIM)
        first = [one for one in desk.letters()[start:] if one.recipient == KIM]
        if not first:
            return None
        await desk.answer(first[0], "yes")
    elif asked == "moderate":
        desk.set(who_posts="moderated")
        await desk.send("water", "How deep?", subject="Arsenic test kits", sender="luc@ong.example")
    elif asked == "publish" and case.expected.get("answer") not in {"post", "leave"}:
        await desk.send("water", "How deep?", subject="Kits", sender=who, auth="fail")
    elif asked in {"post", "publish"}:
        body = "leave, but tell me how deep the new wells in the north are before I do"
        await desk.send("water", body, subject="unsubscribe", sender=who)
    else:
        to, body, auth = _QUESTIONS.get(asked, ("", "", ""))
        if not to:
            return None
        await desk.send(to, body, sender=who, auth=auth)
    letters = [one for one in desk.letters()[start:] if one.recipient == who]
    return next((one for one in reversed(letters) if "confirm+" in one.reply_to), None)


_QUESTIONS = {
    "join": ("water-join", "", "aligned"),
    "leave": ("water-leave", "", "none"),
    "add": ("water-add", "p1@coop.example\np2@coop.example", "aligned"),
    "invite": ("water-invite", "p1@coop.example\np2@coop.example", "aligned"),
    "remove": ("water-remove", "luc@ong.example", "aligned"),
    "undo": ("water-leave", "", "aligned"),
    "erase": ("water-request", "erase me", "aligned"),
    "address": ("water-request", "change address to new@x.example", "aligned"),
    "pause": ("water-pause", "", "none"),
    "set": ("water-request", "set who posts moderated", "aligned"),
}


def _code(letter: Sent) -> tokens.CodeText:
    text = letter.reply_to.partition("+")[2].partition("@")[0]
    printed, reference = tokens.print_code(text), tokens.reference_of(text)
    return tokens.CodeText(text, printed, reference, tokens.hash_code(text))


# --- What changed -----------------------------------------------------------------------------


def _state(desk: Desk) -> _State:
    with desk.db.read() as conn:
        rows = conn.execute(select(memberships)).all()
        ignored = {"bounce_score", "published", "last_post_at"}
        people = {
            row.address: tuple(value for key, value in row._mapping.items() if key not in ignored)
            for row in rows
        }
        group = [
            tuple(row)
            for table in (group_settings, groups, mutes, threads)
            for row in conn.execute(select(table))
        ]
        spoken = [tuple(row) for row in conn.execute(select(persons))]
        shown = conn.execute(select(posts.c.id, posts.c.state).order_by(posts.c.id)).all()
        kept = conn.execute(select(holds.c.id, holds.c.state).order_by(holds.c.id)).all()
    waiting = tuple(row for row in kept)
    return _State(people, tuple(group), tuple(spoken), tuple(map(tuple, shown)), len(kept), waiting)


def _lost(before: _State, after: _State) -> tuple[str, ...]:
    """Who is no member any more, and what cannot be read any more."""
    gone = [
        f"member {address}"
        for address, row in before.members.items()
        if _inside(row) and not _inside(after.members.get(address, ()))
    ]
    hidden = [
        f"post {number}"
        for (number, state), now in zip(before.posts, after.posts, strict=False)
        if tuple(now) != (number, state)
    ]
    return (*gone, *hidden)


def _inside(row: tuple[Any, ...]) -> bool:
    return bool({MemberState.ACTIVE, MemberState.PAUSED, "active", "paused"} & _texts(row))


def _texts(row: tuple[Any, ...]) -> set[Any]:
    return {value for value in row if isinstance(value, str) and value not in set(Delivery)}


def _outcome(
    event: str, reason: str, before: _State, after: _State, new: list[Sent], *, kept: bool
) -> str:
    if len(after.posts) > len(before.posts):
        return "posted" if event == "posted" else "done"
    if event == "forwarded" or "to-people" in reason:
        return "people"
    if after.members != before.members or after.group != before.group:
        return "done"
    # A language is also learnt from how somebody writes.
    if after.persons != before.persons and (reason == "language" or not before.persons):
        return "done"
    if after.held == before.held and after.waiting != before.waiting:
        return "done"
    if reason.endswith("-done"):
        return "done"
    if event == "held":
        return "held"
    if any("confirm+" in one.reply_to for one in new):
        return "asked"
    if "not-understood" in reason or "unclear" in reason:
        return "unclear"
    if not kept or reason.startswith(_REFUSED):
        return "refused" if new or not kept or "auth-fail" in reason else "silent"
    return "told" if new else "silent"

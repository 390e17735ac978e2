"""Mails in some order of arrival, and what coordinators do to their threads, for property tests."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Connection, select

from archive import store, surgery
from archive.db import Database
from archive.errors import CannotMove
from archive.model import GroupInfo, ParsedMessage
from archive.tables import months, posts, thread_months, threads
from tests.archive.made import NOW, mail
from tests.archive.storing import add

NAMES = [f"n{n}" for n in range(7)]
SUBJECTS = ["Pods and rain", "Re: Pods and rain", "Beans", "Re: Beans", "hi", "Re: hi"]
Mails = Sequence[tuple[ParsedMessage, float]]


class Batch(tuple[tuple[ParsedMessage, float], ...]):
    """Mails that come together, told in few words."""

    __slots__ = ()

    def __repr__(self) -> str:
        told = [
            f"{one.digest.rstrip('0')} {one.message_id[:2]} <- {[name[:2] for name in one.references]}"
            f" {one.subject!r} {minutes / 1440:.3f}"
            for one, minutes in self
        ]
        return "\n".join(["", *told, ""])


@dataclass(frozen=True, slots=True)
class World:
    """Up to ten mails in order of arrival, cut into batches."""

    mails: Batch
    cuts: tuple[int, ...]

    def batches(self) -> list[Batch]:
        """The mails as they come, together or one by one."""
        edges = [0, *self.cuts, len(self.mails)]
        return [Batch(self.mails[a:b]) for a, b in itertools.pairwise(edges) if a < b]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Reused ids, ghosts, cycles, equal subjects and parents that come late abound."""
    count = draw(st.integers(1, 10))
    mails = []
    for number in range(count):
        references = draw(st.lists(st.sampled_from(NAMES), max_size=3))
        message = mail(
            draw(st.sampled_from(NAMES)),
            *references,
            subject=draw(st.sampled_from(SUBJECTS)),
            author=draw(st.sampled_from(["Ana Silva", "Bo Lund"])),
            digest=f"d{number}",
        )
        days = draw(st.sampled_from([0, 1, 2, 20, 45, 70]))
        mails.append((message, days * 1440 + draw(st.integers(0, 2))))
    cuts = draw(st.lists(st.integers(0, count), max_size=4).map(sorted))
    return World(Batch(mails), tuple(cuts))


def snapshot(conn: Connection, group: GroupInfo) -> dict[str, Any]:
    """All that must not depend on the order of arrival; posts are named by their content."""
    rows = conn.execute(select(posts).where(posts.c.group_id == group.id)).all()
    name_of = {row.id: row.digest for row in rows}
    members: dict[int, set[str]] = {}
    for row in rows:
        members.setdefault(row.thread_id, set()).add(row.digest)
    shown = {}
    for row in conn.execute(select(threads).where(threads.c.id.in_(members))):
        months_of = select(thread_months.c.month, thread_months.c.count).where(
            thread_months.c.thread_id == row.id
        )
        shown[frozenset(members[row.id])] = (
            *(row.subject, row.started_at, row.last_at, row.count, row.people),
            *(row.merged_into, name_of[row.first_id]),
            tuple(sorted((row[0], row[1]) for row in conn.execute(months_of))),
        )
    counts = select(months.c.month, months.c.posts).where(months.c.group_id == group.id)
    return {
        "parents": {row.digest: (name_of.get(row.parent_id), row.depth) for row in rows},
        "threads": shown,
        "months": sorted((row[0], row[1]) for row in conn.execute(counts)),
    }


# --- What coordinators do ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that coordinators do, to posts by their place among those that are there."""

    what: str
    one: int
    other: int


ACTS = ("split", "merge", "unmerge", "unsplit", "retitle", "lock", "remove")
acts = st.builds(Act, st.sampled_from(ACTS), st.integers(0, 9), st.integers(0, 9))


class Coordinator:
    """Does acts to a group, and undoes them; what cannot be done is left."""

    def __init__(self, db: Database, group: GroupInfo) -> None:
        self._db = db
        self._group = group
        self._undo: list[Callable[[Connection], object]] = []

    def do(self, act: Act) -> None:
        """Do one act in a transaction of its own."""
        with self._db.write() as conn:
            chosen = select(posts.c.key, posts.c.thread_id).where(
                posts.c.group_id == self._group.id
            )
            here = conn.execute(chosen.order_by(posts.c.number)).all()
            if here:
                one, other = here[act.one % len(here)], here[act.other % len(here)]
                with suppress(CannotMove), self._db.savepoint(conn):
                    self._do(conn, act, one, other)

    def _do(self, conn: Connection, act: Act, one: Any, other: Any) -> None:
        db, group, now = self._db, self._group, NOW + timedelta(days=90)
        match act.what:
            case "split":
                title = f"Part {act.other}" if act.other % 2 else None
                surgery.split(db, conn, group, one.key, title, now)
            case "merge":
                done = surgery.merge(db, conn, group, one.thread_id, other.thread_id, now)
                self._undo.append(lambda conn: surgery.unmerge(db, conn, group, done, now))
            case "unmerge" if self._undo:
                self._undo.pop()(conn)
            case "unsplit":
                found = store.get_thread(conn, one.thread_id)
                if found.split_from is not None:
                    to = found.split_from
                    surgery.merge(db, conn, group, found.id, to, now, keep_title=False)
            case "retitle":
                surgery.retitle(db, conn, group, one.thread_id, f"Title {act.other % 3}", now)
            case "lock":
                change = surgery.lock if act.other % 2 else surgery.unlock
                change(db, conn, group, one.thread_id, now)
            case "remove":
                store.remove_post(db, conn, group, one.key, now)


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Any], bool]:
    """Batches of mails and acts in some order; whether mails are joined by subject."""
    steps: list[Any] = []
    for batch in draw(worlds()).batches():
        steps.append(batch)
        steps.extend(draw(st.lists(acts, max_size=3)))
    return steps, draw(st.booleans())


def live(db: Database, group: GroupInfo, steps: Sequence[Any], *, join: bool) -> Coordinator:
    """Let a history happen."""
    coordinator = Coordinator(db, group)
    for step in steps:
        if isinstance(step, Act):
            coordinator.do(step)
        else:
            add(db, group, *step, join=join)
    return coordinator

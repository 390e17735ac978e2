"""The queue of pages to write: marked with the change itself, settled only once they are on disk."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, or_, select, update

from archive.db import Database, wake
from archive.model import PageKey, PageKind
from archive.tables import dirty_pages

PAGES = "pages"
"""what a process is woken for that writes pages"""


@dataclass(frozen=True, slots=True)
class DirtyPage:
    """A claimed page; `version` tells whether it was marked again while it was being written."""

    key: PageKey
    version: int


_COLUMNS = (dirty_pages.c.group_id, dirty_pages.c.kind, dirty_pages.c.ref, dirty_pages.c.version)
_ROW = (
    (dirty_pages.c.group_id == bindparam("of_group"))
    & (dirty_pages.c.kind == bindparam("of_kind"))
    & (dirty_pages.c.ref == bindparam("of_ref"))
)
_CLAIM = (
    update(dirty_pages)
    .where(_ROW)
    .values(claimed_until=bindparam("until"), claimed_by=bindparam("node"))
)
_SETTLE = delete(dirty_pages).where(_ROW, dirty_pages.c.version == bindparam("of_version"))
_RELEASE = update(dirty_pages).where(_ROW).values(claimed_until=None, claimed_by=None)


def mark(conn: Connection, db: Database, keys: Iterable[PageKey], now: datetime) -> None:
    """Mark pages dirty, in the transaction of the change. A page marked already gets a higher
    version; its claim stays, so that two nodes never write one page at the same time."""
    rows = [
        {"group_id": key.group_id, "kind": key.kind, "ref": key.ref, "version": 1, "marked_at": now}
        for key in sorted(keys)  # one order for all writers: no deadlock
    ]
    db.upsert(conn, dirty_pages, rows, update=("marked_at",), add=("version",))
    if rows:
        wake(conn, PAGES)


def any_dirty(conn: Connection, kinds: Collection[PageKind]) -> bool:
    """Tell whether a page of one of these kinds waits: an idle sweep takes no write lock."""
    waiting = select(dirty_pages.c.group_id).where(dirty_pages.c.kind.in_(sorted(kinds))).limit(1)
    return conn.execute(waiting).first() is not None


def waiting_pages(conn: Connection, group_id: int) -> list[DirtyPage]:
    """Give all dirty pages of a group, claimed or not: what a full rebuild may settle."""
    rows = conn.execute(select(*_COLUMNS).where(dirty_pages.c.group_id == group_id))
    return [DirtyPage(PageKey(of, PageKind(kind), ref), version) for of, kind, ref, version in rows]


def claim_dirty(
    db: Database,
    conn: Connection,
    limit: int,
    node: str,
    now: datetime,
    lease: timedelta,
    kinds: Collection[PageKind] = tuple(PageKind),
) -> list[DirtyPage]:
    """Claim up to `limit` dirty pages of some kinds for `node` until `now + lease`: they are given
    to nobody else before that. Call it in a write transaction."""
    free = or_(dirty_pages.c.claimed_until.is_(None), dirty_pages.c.claimed_until < now)
    wanted = dirty_pages.c.kind.in_(sorted(kinds))
    statement = select(*_COLUMNS).where(free, wanted).limit(limit)
    chosen = conn.execute(db.for_claim(statement)).all()
    pages = [
        DirtyPage(PageKey(group_id, PageKind(kind), ref), version)
        for group_id, kind, ref, version in chosen
    ]
    if pages:
        until = {"until": now + lease, "node": node}
        conn.execute(_CLAIM, [_which(page.key) | until for page in pages])
    return pages


def release_node(conn: Connection, node: str) -> int:
    """Free what `node` held when it died, so that its pages need not wait for their leases; gives
    how many there were."""
    held = conn.execute(select(*_COLUMNS).where(dirty_pages.c.claimed_by == node))
    keys = sorted(PageKey(group_id, PageKind(kind), ref) for group_id, kind, ref, _ in held)
    if keys:
        conn.execute(_RELEASE, [_which(key) for key in keys])  # in the order of `mark`
    return len(keys)


def settle(conn: Connection, key: PageKey, version: int) -> bool:
    """Take a written page off the queue, unless it was marked again since it was claimed: then it
    only becomes free to claim. Tells whether it is off."""
    settled = conn.execute(_SETTLE, [_which(key) | {"of_version": version}]).rowcount == 1
    if not settled:
        conn.execute(_RELEASE, [_which(key)])
    return settled


def settle_all(db: Database, pages: Iterable[DirtyPage]) -> None:
    """Settle many pages. Rows are taken in the order of `mark`, and once in a transaction: else the two
    would wait for each other's rows on PostgreSQL."""
    ordered = sorted(pages, key=lambda page: page.key)
    if not ordered:
        return
    with db.write() as conn:
        rows = [_which(page.key) | {"of_version": page.version} for page in ordered]
        done = conn.execute(_SETTLE, rows).rowcount
    if done != len(ordered):
        with db.write() as conn:
            conn.execute(_RELEASE, [_which(page.key) for page in ordered])


def _which(key: PageKey) -> dict[str, object]:
    return {"of_group": key.group_id, "of_kind": key.kind, "of_ref": key.ref}

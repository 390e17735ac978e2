"""Brings an old archive in: parse in worker processes, store in batches, index for search.

Memory stays flat: a bounded number of chunks is under way at any time. A mail that is there already
(same id and content) is skipped, so an import can be repeated after a crash.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from archive import search, store
from archive.content import Content, content_of
from archive.db import Database
from archive.mbox import MboxMessage
from archive.model import GroupInfo
from archive.processes import pool

CHUNK = 100
CHUNK_BYTES = 4 * 1024 * 1024
CHUNKS_AHEAD = 3
"""chunks under way for each worker process"""
FIRST_MAIL = datetime(1980, 1, 1, tzinfo=UTC)
UNKNOWN = datetime(1980, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A mail read in a worker process, ready to be stored."""

    raw: bytes
    content: Content
    from_line_date: datetime | None


@dataclass(frozen=True, slots=True)
class ImportResult:
    """How an import ended."""

    read: int
    added: int
    skipped: int
    """mails that were there already"""


def import_mails(
    db: Database,
    group: GroupInfo,
    messages: Iterable[MboxMessage],
    *,
    now: datetime,
    addresses: tuple[str, ...] = (),
    processes: int = 1,
    progress: Callable[[int], None] = lambda count: None,
) -> ImportResult:
    """Store all `messages` in `group`; pages become dirty and are written by `publish`.

    `addresses` are the group's own (they are never an author's). `progress` is told how many mails
    each batch held. Arrival is not known for an old archive: `arrival` says what is taken.
    """
    read = added = 0
    last = UNKNOWN
    for batch in _prepared(messages, processes):
        moments = []
        for one in batch:
            last = arrival(one, last, now)
            moments.append(last)
        added += _store(db, group, batch, moments, addresses)
        read += len(batch)
        progress(len(batch))
    while search.index_pending(db, limit=2000):
        pass
    return ImportResult(read, added, read - added)


def arrival(mail: Prepared, previous: datetime, now: datetime) -> datetime:
    """When an old mail came: newest Received date, else Date, else the mbox line, else the mail
    before it (FACTS 11). Dates before 1980 or in the future are not believed."""
    message = mail.content.message
    for claimed in (message.received_claimed, message.date_claimed, mail.from_line_date):
        if claimed is not None and FIRST_MAIL < claimed <= now + timedelta(days=1):
            return claimed
    return previous


def _prepared(messages: Iterable[MboxMessage], processes: int) -> Iterator[list[Prepared]]:
    """Read chunks in order; with more than one process, a few chunks ahead."""
    chunks = _chunks(iter(messages))
    if processes <= 1:
        yield from map(prepare, chunks)
        return
    ahead = processes * CHUNKS_AHEAD
    with pool(processes) as workers:
        under_way: deque[Future[list[Prepared]]] = deque()
        for chunk in chunks:
            under_way.append(workers.submit(prepare, chunk))
            if len(under_way) >= ahead:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


def _chunks(messages: Iterator[MboxMessage]) -> Iterator[list[MboxMessage]]:
    """Up to 100 mails or 4 MB, whichever comes first."""
    chunk: list[MboxMessage] = []
    size = 0
    for message in messages:
        chunk.append(message)
        size += len(message.raw)
        if len(chunk) >= CHUNK or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def prepare(chunk: Sequence[MboxMessage]) -> list[Prepared]:
    """Parse a chunk of mails: the part of an import that needs no database."""
    return [Prepared(one.raw, content_of(one.raw), one.from_line_date) for one in chunk]


def _store(
    db: Database,
    group: GroupInfo,
    batch: Sequence[Prepared],
    moments: Sequence[datetime],
    addresses: tuple[str, ...],
) -> int:
    with db.write() as conn:
        db.lock_group(conn, group.id)
        known = store.unknown_of(conn, group.id, [one.content.message for one in batch])
        fresh = [
            (one, moment, imposter)
            for one, moment, (is_new, imposter) in zip(batch, moments, known, strict=True)
            if is_new
        ]
        raws = [
            store.RawMail(one.raw, one.content.message.digest, "", at, one.content.packed)
            for one, at, _ in fresh
        ]
        news = [
            store.NewPost(
                message=one.content.message,
                mail_id=mail_id,
                received_at=moment,
                imposter=imposter,
                own=one.content.own,
                layout=one.content.layout,
                links=one.content.links,
                addresses=addresses,
            )
            for (one, moment, imposter), mail_id in zip(
                fresh, store.store_mails(db, conn, raws), strict=True
            )
        ]
        store.add_posts(db, conn, group, news, join_by_subject=True)
    return len(news)

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
from archive.model import GroupInfo, ParsedMessage
from archive.processes import pool

CHUNK = 100
CHUNK_BYTES = 640 * 1024
STORED_MAILS = 200
STORED_BYTES = 2 * CHUNK_BYTES
"""what is stored together: a transaction waits for the disk, however small it is"""
CHUNKS_AHEAD = 2
"""chunks under way for each worker process"""
FIRST_MAIL = datetime(1980, 1, 1, tzinfo=UTC)
UNKNOWN = datetime(1980, 1, 1, tzinfo=UTC)


_Batch = list[tuple[MboxMessage, Content]]
"""mails with what a worker process read in them; their bytes need not come back from there"""


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
    for batch in _together(_prepared(messages, processes)):
        moments = []
        for mail, one in batch:
            last = arrival(one.message, mail.from_line_date, last, now)
            moments.append(last)
        added += _store(db, group, batch, moments, addresses)
        read += len(batch)
        progress(len(batch))
    while search.index_pending(db, limit=2000):
        pass
    return ImportResult(read, added, read - added)


def arrival(
    message: ParsedMessage, from_line_date: datetime | None, previous: datetime, now: datetime
) -> datetime:
    """When an old mail came: newest Received date, else Date, else the mbox line, else the mail
    before it (FACTS 11). Dates before 1980 or in the future are not believed."""
    for claimed in (message.received_claimed, message.date_claimed, from_line_date):
        if claimed is not None and FIRST_MAIL < claimed <= now + timedelta(days=1):
            return claimed
    return previous


def _prepared(messages: Iterable[MboxMessage], processes: int) -> Iterator[_Batch]:
    """Read chunks in order; with more than one process, a few chunks ahead."""
    chunks = _chunks(iter(messages))
    if processes <= 1:
        for chunk in chunks:
            yield _beside(chunk, prepare([one.raw for one in chunk]))
        return
    ahead = processes * CHUNKS_AHEAD
    with pool(processes) as workers:
        under_way: deque[tuple[list[MboxMessage], Future[list[Content]]]] = deque()
        for chunk in chunks:
            under_way.append((chunk, workers.submit(prepare, [one.raw for one in chunk])))
            if len(under_way) >= ahead:
                first, done = under_way.popleft()
                yield _beside(first, done.result())
        for first, done in under_way:
            yield _beside(first, done.result())


def _together(chunks: Iterable[_Batch]) -> Iterator[_Batch]:
    """Put chunks together until there is enough for a transaction."""
    batch: _Batch = []
    size = 0
    for chunk in chunks:
        batch += chunk
        size += sum(len(mail.raw) for mail, _ in chunk)
        if len(batch) >= STORED_MAILS or size >= STORED_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _beside(chunk: Sequence[MboxMessage], read: Sequence[Content]) -> _Batch:
    return list(zip(chunk, read, strict=True))


def _chunks(messages: Iterator[MboxMessage]) -> Iterator[list[MboxMessage]]:
    """Up to 100 mails or 640 KB, whichever comes first."""
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


def prepare(raws: Sequence[bytes]) -> list[Content]:
    """Parse a chunk of mails: the part of an import that needs no database."""
    return [content_of(raw) for raw in raws]


def _store(
    db: Database,
    group: GroupInfo,
    batch: _Batch,
    moments: Sequence[datetime],
    addresses: tuple[str, ...],
) -> int:
    with db.write() as conn:
        db.lock_group(conn, group.id)
        known = store.unknown_of(conn, group.id, [one.message for _, one in batch])
        fresh = [
            (mail.raw, one, moment, imposter)
            for (mail, one), moment, (is_new, imposter) in zip(batch, moments, known, strict=True)
            if is_new
        ]
        raws = [
            store.RawMail(raw, one.message.digest, "", at, one.packed) for raw, one, at, _ in fresh
        ]
        news = [
            store.NewPost(
                message=one.message,
                mail_id=mail_id,
                received_at=moment,
                imposter=imposter,
                own=one.own,
                layout=one.layout,
                links=one.links,
                addresses=addresses,
            )
            for (_, one, moment, imposter), mail_id in zip(
                fresh, store.store_mails(db, conn, raws), strict=True
            )
        ]
        store.add_posts(db, conn, group, news, join_by_subject=True)
    return len(news)

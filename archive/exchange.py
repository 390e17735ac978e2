"""A group out of one store and into another: its raw mails as an mbox, its recorded facts as JSON
lines beside it. Together they rebuild the same archive, byte for byte (DESIGN, invariant 2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import BinaryIO, TypeVar

import msgspec
from sqlalchemy import Connection

from archive import mbox, store
from archive.db import Database
from archive.drafts import RecordedFacts
from archive.errors import BadArchive
from archive.model import GroupInfo, PostState
from archive.parse import parse
from archive.readers import walk
from archive.text import blocks, layout_of, links, words_of
from archive.threadfacts import ThreadFact, restore_threads, thread_facts

BATCH = 200
_Kind = TypeVar("_Kind")


@dataclass(frozen=True, slots=True)
class Fact:
    """What was decided once about a post: one line of the facts file, in order of the mails."""

    key: str
    received_at: datetime
    imposter: bool
    facts: RecordedFacts


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """A line of the facts file about a thread; these follow those of the mails."""

    thread: ThreadFact


_THREAD = b'{"thread":'


def export_group(
    conn: Connection, group: GroupInfo, mails: BinaryIO, facts: BinaryIO
) -> tuple[int, int]:
    """Write all published mails of a group by number; give how many, and how many were removed."""
    written = removed = 0
    for one in walk(conn, group.id):
        post = one.post
        if post.state is not PostState.PUBLISHED:
            removed += 1
            continue
        mbox.write(mails, store.load_raw(conn, one.mail_id), "", post.received_at)
        fact = Fact(post.key, post.received_at, one.imposter, one.facts)
        facts.write(msgspec.json.encode(fact) + b"\n")
        written += 1
    facts.writelines(
        msgspec.json.encode(ThreadLine(thread)) + b"\n" for thread in thread_facts(conn, group.id)
    )
    return written, removed


def import_group(
    db: Database, group: GroupInfo, mails: Iterable[mbox.MboxMessage], facts: BinaryIO
) -> int:
    """Store exported mails in an empty group with their facts; give how many. Raises BadArchive
    where mails and facts do not belong together."""
    told: list[ThreadFact] = []
    pairs = _pairs(mails, facts, told)
    count = 0
    while batch := list(islice(pairs, BATCH)):
        with db.write() as conn:
            news = [_new(conn, raw, fact) for raw, fact in batch]
            added = store.add_posts(db, conn, group, news)
            for one, (_, fact) in zip(added, batch, strict=True):
                if one.post.key != fact.key:
                    raise BadArchive(f"mail {fact.facts.number} is not the one of its fact")
        count += len(batch)
    with db.write() as conn:
        restore_threads(db, conn, group.id, told)
    return count


def _pairs(
    mails: Iterable[mbox.MboxMessage], facts: BinaryIO, told: list[ThreadFact]
) -> Iterator[tuple[bytes, Fact]]:
    """Give mails with their facts; what is said of threads goes to `told`."""
    lines = (line for line in facts if line.strip())
    for mail in mails:
        line = next(lines, None)
        if line is None or line.startswith(_THREAD):
            raise BadArchive("there are more mails than facts")
        yield mail.raw, _read(line, Fact)
    for line in lines:
        if not line.startswith(_THREAD):
            raise BadArchive("there are more facts than mails")
        told.append(_read(line, ThreadLine).thread)


def _read(line: bytes, kind: type[_Kind]) -> _Kind:
    try:
        return msgspec.json.decode(line, type=kind)
    except msgspec.MsgspecError as error:
        raise BadArchive(f"the facts cannot be read: {error}") from error


def _new(conn: Connection, raw: bytes, fact: Fact) -> store.NewPost:
    message = parse(raw)
    parts = blocks(message.text)
    own = words_of(parts)
    return store.NewPost(
        message=message,
        mail_id=store.store_mail(conn, raw, message.digest, "", fact.received_at),
        received_at=fact.received_at,
        imposter=fact.imposter,
        own=own,
        layout=layout_of(parts),
        links=links(own),
        recorded=fact.facts,
    )

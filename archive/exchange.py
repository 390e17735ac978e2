"""A group out of one store and into another: its raw mails as an mbox, its recorded facts as JSON
lines beside it. Together they rebuild the same archive, byte for byte (DESIGN, invariant 2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import BinaryIO

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

BATCH = 200


@dataclass(frozen=True, slots=True)
class Fact:
    """What was decided once about a post: one line of the facts file, in order of the mails."""

    key: str
    received_at: datetime
    imposter: bool
    facts: RecordedFacts


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
    return written, removed


def import_group(
    db: Database, group: GroupInfo, mails: Iterable[mbox.MboxMessage], facts: BinaryIO
) -> int:
    """Store exported mails in an empty group with their facts; give how many. Raises BadArchive
    where mails and facts do not belong together."""
    pairs = _pairs(mails, facts)
    count = 0
    while batch := list(islice(pairs, BATCH)):
        with db.write() as conn:
            news = [_new(conn, raw, fact) for raw, fact in batch]
            added = store.add_posts(db, conn, group, news)
            for one, (_, fact) in zip(added, batch, strict=True):
                if one.post.key != fact.key:
                    raise BadArchive(f"mail {fact.facts.number} is not the one of its fact")
        count += len(batch)
    return count


def _pairs(mails: Iterable[mbox.MboxMessage], facts: BinaryIO) -> Iterator[tuple[bytes, Fact]]:
    lines = (line for line in facts if line.strip())
    for mail in mails:
        line = next(lines, None)
        if line is None:
            raise BadArchive("there are more mails than facts")
        try:
            yield mail.raw, msgspec.json.decode(line, type=Fact)
        except msgspec.MsgspecError as error:
            raise BadArchive(f"the facts cannot be read: {error}") from error
    if next(lines, None) is not None:
        raise BadArchive("there are more facts than mails")


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

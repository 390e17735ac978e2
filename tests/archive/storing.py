"""Groups and posts put into a store by tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from archive import store
from archive.db import Database
from archive.model import GroupInfo, ParsedMessage
from archive.store import NewPost
from tests.archive.made import after


def make_group(db: Database, name: str = "beans") -> GroupInfo:
    """Make an empty group."""
    with db.write() as conn:
        return store.create_group(conn, name)


def new_posts(conn: Connection, mails: Sequence[tuple[ParsedMessage, float]]) -> list[NewPost]:
    """Store the raw mails and give their posts-to-be; the number is minutes after NOW."""
    return [
        NewPost(
            message=message,
            mail_id=store.store_mail(conn, b"x", message.digest, "", after(minutes)),
            received_at=after(minutes),
        )
        for message, minutes in mails
    ]


def add(
    db: Database, group: GroupInfo, *mails: tuple[ParsedMessage, float], join: bool = False
) -> list[store.AddedPost]:
    """Add mails as one batch."""
    with db.write() as conn:
        news = new_posts(conn, mails)
        known = store.unknown_of(conn, group.id, [new.message for new in news])
        kept = [
            replace(new, imposter=imposter)
            for new, (is_new, imposter) in zip(news, known, strict=True)
            if is_new
        ]
        return store.add_posts(db, conn, group, kept, join_by_subject=join)

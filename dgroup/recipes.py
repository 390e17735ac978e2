"""Recipes: from which posts a digest, a weekly summary or a letter in the outbox was made.

Where one of the posts is taken down, the mail is emptied, whether it was sent or not; what still waits
of it gets another row of the outbox, without a text: it is made again when it is sent (`dgroup.chores.remaking`).
A letter to one person is not: who asked for a post may ask again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, exists, insert, select, update

from archive.model import Post
from dgroup.tables import deliveries, fanouts, outbox_mails
from dgroup.tables_outbox import recipes


@dataclass(frozen=True, slots=True)
class DigestRecipe:
    """What the words of a digest follow from, beside the posts themselves."""

    posts: tuple[int, ...]
    """in the order in which they stand"""
    first: int
    """number of the first of them"""
    place: tuple[int, int]
    """the mail's number, and of how many"""
    form: str
    language: str
    day: date
    message_id: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class SummaryRecipe:
    """What the words of a weekly summary follow from."""

    week: str
    back: int
    """quiet weeks before it that it tells of, too"""
    language: str
    message_id: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class LetterRecipe:
    """What posts a letter to one person shows."""

    numbers: tuple[int, ...] = ()
    message_id: str = ""
    """of a mail that waited for a decision when it was shown"""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Of one of the kinds."""

    digest: DigestRecipe | None = None
    summary: SummaryRecipe | None = None
    letter: LetterRecipe | None = None

    def tells_of(self, post: Post) -> bool:
        """Whether the post may stand in the mail."""
        if self.digest is not None:
            return post.id in self.digest.posts
        if self.letter is not None:
            shown = self.letter
            return post.number in shown.numbers or post.message_id == shown.message_id
        return self.summary is not None and post.received_at <= self.summary.made_at


def keep(conn: Connection, outbox_mail_id: int, group_id: int, recipe: Recipe) -> None:
    """Write down from what a mail in the outbox was made."""
    text = msgspec.json.encode(recipe).decode()
    row = {"outbox_mail_id": outbox_mail_id, "group_id": group_id, "recipe": text}
    conn.execute(insert(recipes).values(row))


def find(conn: Connection, outbox_mail_id: int) -> tuple[int, Recipe] | None:
    """Give the group and the recipe of a mail; None where it has none."""
    query = select(recipes).where(recipes.c.outbox_mail_id == outbox_mail_id)
    row = conn.execute(query).first()
    return (row.group_id, _read(row.recipe)) if row is not None else None


def _read(text: str) -> Recipe:
    return msgspec.json.decode(text, type=Recipe)


def take_out(conn: Connection, post: Post) -> None:
    """Empty all mails that tell of a post; what waits of them is made again without it."""
    query = select(recipes).where(recipes.c.group_id == post.group_id)
    for row in conn.execute(query).all():
        if _read(row.recipe).tells_of(post):
            _renew(conn, row)


def _renew(conn: Connection, row: Row[Any]) -> None:
    """A row of its own for what waits: senders keep the texts of rows that they have read."""
    old = row.outbox_mail_id
    pending = (deliveries.c.outbox_mail_id == old) & (deliveries.c.state == "pending")
    opened = (fanouts.c.outbox_mail_id == old) & fanouts.c.done.is_(False)
    waits = conn.execute(select(exists().where(pending) | exists().where(opened))).scalar_one()
    mine = outbox_mails.c.id == old
    if waits:
        values = dict(conn.execute(select(outbox_mails).where(mine)).mappings().one())
        del values["id"]
        made = insert(outbox_mails).values({**values, "head": b""})
        new = conn.execute(made.returning(outbox_mails.c.id)).scalar_one()
        conn.execute(
            insert(recipes).values(outbox_mail_id=new, group_id=row.group_id, recipe=row.recipe)
        )
        conn.execute(update(deliveries).where(pending).values(outbox_mail_id=new))
        conn.execute(
            update(fanouts).where(fanouts.c.outbox_mail_id == old).values(outbox_mail_id=new)
        )
    conn.execute(update(outbox_mails).where(mine).values(head=b""))
    conn.execute(delete(recipes).where(recipes.c.outbox_mail_id == old))

"""The outbox: mails that wait to be sent.

A post to a group costs two rows when it is accepted, however many members the group has; the sender
makes the delivery rows (`dgroup.expansion`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, insert

from archive.db import Database, wake
from archive.quick import Quick
from dgroup import recipes
from dgroup.model import MailClass
from dgroup.recipes import Recipe
from dgroup.tables import deliveries, fanouts, outbox_mails
from dgroup.tables_outbox import spoken_mails

PENDING = "pending"
MAIL = "mail"
"""what a sender is woken for"""
OTHERS = "!"
"""begins a variant that is for all other readers"""
LIGHT = "light"
"""the variant of a post for members who want text only; one fan-out serves both"""
SPOKEN = "spoken"
"""the variant with words of ours in another language"""
KEPT = "kept"
"""the variant with the author's own From, where the others have an alias in it"""


class NewHead(Protocol):
    """A header block to be sent in place of the stored mail's (`rewrite.Rewritten`)."""

    @property
    def head(self) -> bytes:
        """The block, with the blank line where the stored mail lacks one."""

    @property
    def body_offset(self) -> int:
        """Where the rest begins in the stored raw mail."""

    @property
    def smtputf8(self) -> bool:
        """The block holds UTF-8 that needs SMTPUTF8."""

    @property
    def body(self) -> bytes | None:
        """What follows the block in place of the stored mail's rest; None: that rest."""


# --- Filling ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """The head with the author's own From, and the domains whose members get it."""

    rewritten: NewHead
    domains: tuple[str, ...]

    @property
    def joined(self) -> str:
        """As a fan-out has them."""
        return ",".join(self.domains)


@dataclass(frozen=True, slots=True)
class Spoken:
    """The copies of a post for readers of one other language; what is not here they get as others do."""

    language: str
    rewritten: NewHead | None
    light: bytes
    kept: Kept | None


@dataclass(frozen=True, slots=True)
class Copies:
    """A stored post and whom it goes to."""

    group_id: int
    post_id: int | None
    mail_id: int
    rewritten: NewHead
    message_id: str
    author_membership: int | None
    now: datetime
    light: bytes = b""
    """the whole mail for members who want light copies, where they are not to get the other"""
    kept: Kept | None = None
    spoken: tuple[Spoken, ...] = ()


def queue_copies(conn: Connection, post: Copies, cutoff: int) -> int:
    """Queue a stored post to the members up to id `cutoff`; gives the outbox mail's id."""
    row = _mail_row(post.group_id, MailClass.POST, post.rewritten.head, post.now)
    row |= {"post_id": post.post_id, "message_id": post.message_id}
    row |= _of_head(post.rewritten, post.mail_id)
    outbox_id = _store_mail(conn, row)
    light_id = kept_id = None
    if post.kept is not None:
        kept_id = _store_mail(conn, _kept_row(row, post.kept, post.mail_id))
    if post.light:
        light_id = _store_mail(conn, _light_row(post))
    _queue_spoken(conn, row | {"id": outbox_id}, post)
    kept_for = post.kept.joined if post.kept is not None else ""
    wider = light_id, kept_id, kept_for
    _open_fanout(conn, outbox_id, post.group_id, cutoff, post.author_membership, *wider)
    return outbox_id


def queue_many(db: Database, conn: Connection, new: Sequence[Copies], cutoff: int) -> None:
    """Queue many stored posts to the members up to id `cutoff`, with few statements."""
    lighter = [one for one in new if one.light]
    keeping = [one for one in new if one.kept is not None]
    ids = list(db.reserve_ids(conn, outbox_mails, len(new) + len(lighter) + len(keeping)))
    taken, more = ids[: len(new)], iter(ids[len(new) :])
    light_ids = [next(more) if one.light else None for one in new]
    kept_ids = [next(more) if one.kept is not None else None for one in new]
    mails = [
        {
            **_mail_row(one.group_id, MailClass.POST, one.rewritten.head, one.now),
            "id": outbox_id,
            "post_id": one.post_id,
            "message_id": one.message_id,
            **_of_head(one.rewritten, one.mail_id),
        }
        for outbox_id, one in zip(taken, new, strict=True)
    ]
    mails += [
        _light_row(one) | {"id": light_id}
        for light_id, one in zip(light_ids, new, strict=True)
        if light_id is not None
    ]
    mails += [
        _kept_row(mail, one.kept, one.mail_id) | {"id": kept_id}
        for mail, kept_id, one in zip(mails, kept_ids, new, strict=False)
        if one.kept is not None
    ]
    wake(conn, MAIL)
    _INSERT_MAILS.run(conn, mails)
    for mail, one in zip(mails, new, strict=False):
        _queue_spoken(conn, mail, one)
    _INSERT_FANOUT.run(
        conn,
        [
            {
                "outbox_mail_id": outbox_id,
                "light_mail_id": light_id,
                "kept_mail_id": kept_id,
                "kept_for": one.kept.joined if one.kept is not None else "",
                "group_id": one.group_id,
                "cutoff": cutoff,
                "author_membership": one.author_membership,
            }
            for outbox_id, light_id, kept_id, one in zip(
                taken, light_ids, kept_ids, new, strict=True
            )
        ],
    )


def _queue_spoken(conn: Connection, mail: dict[str, Any], post: Copies) -> None:
    """Queue what a post has for readers of other languages; `mail` is its ordinary row."""
    for one in post.spoken:
        rows = {}
        if one.rewritten is not None:
            same = {name: value for name, value in mail.items() if name != "id"}
            rows[""] = same | _of_head(one.rewritten, post.mail_id) | {"variant": SPOKEN}
        if one.kept is not None:
            rows[KEPT] = _kept_row(mail, one.kept, post.mail_id)
        if one.light:
            rows[LIGHT] = _light_row(replace(post, light=one.light))
        for form, row in rows.items():
            made = {"mail_id": _store_mail(conn, row), "form": form, "language": one.language}
            conn.execute(insert(spoken_mails), {"outbox_mail_id": mail["id"], **made})


def queue_letter_to_group(
    conn: Connection,
    *,
    group_id: int,
    message: bytes,
    mail_class: MailClass,
    cutoff: int,
    now: datetime,
    only: str = "",
    but: Sequence[str] = (),
    recipe: Recipe | None = None,
) -> int:
    """Queue a letter of ours to members, each with an own reverse-path and leave link.

    LETTER goes to every active member, SUMMARY to those who get summaries. `only` is a language code:
    readers of that language; `but` are codes: all other readers. DIGEST goes to those whom `only` names
    (`dgroup.audience`). A mail without a text is made by its `recipe` when it is sent.
    """
    variant = only or (OTHERS + ",".join(but) if but else "")
    row = {**_mail_row(group_id, mail_class, message, now), "variant": variant}
    outbox_id = _store_mail(conn, row)
    if recipe is not None:
        recipes.keep(conn, outbox_id, group_id, recipe)
    _open_fanout(conn, outbox_id, group_id, cutoff, None)
    return outbox_id


def queue_letters_to_group(
    conn: Connection,
    *,
    group_id: int,
    letters: Sequence[tuple[str, bytes]],
    mail_class: MailClass,
    cutoff: int,
    now: datetime,
    made_by: Sequence[Recipe | None] = (),
) -> None:
    """Queue one letter in several languages, (language, mail) each: the first serves all who read no other.
    `made_by` are their recipes, where they have some."""
    others = [language for language, _ in letters[1:]]
    for at, (language, message) in enumerate(letters):
        queue_letter_to_group(
            conn,
            group_id=group_id,
            message=message,
            mail_class=mail_class,
            cutoff=cutoff,
            now=now,
            only=language if at else "",
            but=() if at else others,
            recipe=made_by[at] if made_by else None,
        )


def queue_letter(
    conn: Connection,
    *,
    group_id: int,
    message: bytes,
    recipient: str,
    envelope_from: str,
    now: datetime,
    smtputf8: bool = False,
    recipe: Recipe | None = None,
) -> int:
    """Queue a whole mail to one address; `envelope_from` '' is the null reverse-path.

    `smtputf8` says that headers or address hold UTF-8 (RFC 6531).
    """
    row = {**_mail_row(group_id, MailClass.LETTER, message, now), "smtputf8": smtputf8}
    outbox_id = _store_mail(conn, row)
    conn.execute(
        insert(deliveries),
        {
            "outbox_mail_id": outbox_id,
            "recipient": recipient,
            "envelope_from": envelope_from,
            "state": PENDING,
            "not_before": now,
            "created_at": now,
        },
    )
    if recipe is not None:
        recipes.keep(conn, outbox_id, group_id, recipe)
    return outbox_id


_INSERT_MAIL = Quick(insert(outbox_mails).returning(outbox_mails.c.id))
_INSERT_MAILS = Quick(insert(outbox_mails))
_INSERT_FANOUT = Quick(insert(fanouts))


def _store_mail(conn: Connection, row: dict[str, Any]) -> int:
    wake(conn, MAIL)
    made = _INSERT_MAIL.first(conn, row)
    assert made is not None  # an INSERT gives its row
    return int(made.id)


def _mail_row(group_id: int, mail_class: MailClass, head: bytes, now: datetime) -> dict[str, Any]:
    return {
        "group_id": group_id,
        "post_id": None,
        "class": mail_class,
        "variant": "",
        "mail_id": None,
        "body_offset": 0,
        "head": head,
        "message_id": "",
        "smtputf8": False,
        "created_at": now,
    }


def _of_head(new: NewHead, mail_id: int) -> dict[str, Any]:
    """A head before the stored body, or with a body of its own behind it."""
    if new.body is None:
        stored = {"head": new.head, "mail_id": mail_id, "body_offset": new.body_offset}
    else:
        stored = {"head": new.head + new.body, "mail_id": None, "body_offset": 0}
    return {**stored, "smtputf8": new.smtputf8}


def _kept_row(mail: dict[str, Any], kept: Kept, mail_id: int) -> dict[str, Any]:
    """The same mail with another head, under an id of its own."""
    same = {name: value for name, value in mail.items() if name != "id"}
    return same | _of_head(kept.rewritten, mail_id) | {"variant": KEPT}


def _light_row(post: Copies) -> dict[str, Any]:
    made = {"post_id": post.post_id, "message_id": post.message_id, "variant": LIGHT}
    return _mail_row(post.group_id, MailClass.POST, post.light, post.now) | made


def _open_fanout(
    conn: Connection,
    outbox_id: int,
    group_id: int,
    cutoff: int,
    author: int | None,
    light_id: int | None = None,
    kept_id: int | None = None,
    kept_for: str = "",
) -> None:
    row = {
        "outbox_mail_id": outbox_id,
        "light_mail_id": light_id,
        "kept_mail_id": kept_id,
        "kept_for": kept_for,
        "group_id": group_id,
        "cutoff": cutoff,
        "author_membership": author,
    }
    _INSERT_FANOUT.run(conn, [row])

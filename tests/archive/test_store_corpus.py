"""Real mail in the store: every torture mail on both engines, real lists shuffled."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice

from sqlalchemy import Connection, select

from archive import search, store
from archive.db import Database
from archive.importer import arrival, prepare
from archive.mbox import open_archive
from archive.model import GroupInfo
from archive.parse import parse
from archive.store import NewPost
from archive.tables import posts
from archive.text import links, own_words
from tests.archive.made import NOW, after
from tests.archive.storing import make_group
from tests.corpus import corpus_files, corpus_path


def _torture() -> Iterator[bytes]:
    for folder in ("mime-torture", "auth", "replies", "bounces"):
        for path in corpus_files(folder, pattern="*.eml")[::3]:
            yield path.read_bytes()


def test_every_torture_mail_can_be_stored_and_found_again(database: Database) -> None:
    corpus_path("mime-torture")
    group = make_group(database)
    kept = 0
    with database.write() as conn:
        for number, raw in enumerate(_torture()):
            message = parse(raw)
            same = store.find_duplicate(conn, group.id, message.message_id, message.digest)
            if same is not None and not same.imposter:
                continue
            own = own_words(message.text)
            mail_id = store.store_mail(conn, raw, message.digest, "", after(number))
            new = NewPost(
                message, mail_id, after(number), same is not None, own=own, links=links(own)
            )
            added = store.add_post(database, conn, group, new)
            assert store.load_raw(conn, mail_id) == raw
            assert store.post_by_key(conn, group.id, added.post.key) == added.post
            kept += 1
    indexed = 0
    while count := search.index_pending(database):
        indexed += count
    assert indexed == kept > 250


def _list_mails(name: str, count: int) -> list[NewPost]:
    """The first mails of a list with the arrival that an import gives them; each id once."""
    mails = list(islice(open_archive(corpus_path("lists", f"{name}.mbox.gz")), count))
    found: dict[str, NewPost] = {}
    last = NOW - timedelta(days=36_500)
    for mail, one in zip(mails, prepare([mail.raw for mail in mails]), strict=True):
        last = arrival(one.message, mail.from_line_date, last, NOW)
        new = NewPost(one.message, 0, last, own=one.own, links=one.links)
        found.setdefault(one.message.message_id, new)
    return list(found.values())


def _threads(conn: Connection, group: GroupInfo) -> tuple[object, object]:
    rows = conn.execute(select(posts).where(posts.c.group_id == group.id)).all()
    key_of = {row.id: row.key for row in rows}
    members: dict[int, set[str]] = {}
    for row in rows:
        members.setdefault(row.thread_id, set()).add(row.key)
    parents = {row.key: (key_of.get(row.parent_id), row.depth) for row in rows}
    return parents, {frozenset(keys) for keys in members.values()}


def _stored(db: Database, name: str, mails: Sequence[NewPost], size: int) -> tuple[object, object]:
    group = make_group(db, name)
    with db.write() as conn:
        raw = store.store_mail(conn, b"x", "", "", NOW)
        for start in range(0, len(mails), size):
            chosen = mails[start : start + size]
            news = [
                NewPost(one.message, raw, one.received_at, own=one.own, links=one.links)
                for one in chosen
            ]
            store.add_posts(db, conn, group, news, join_by_subject=True)
    with db.read() as conn:
        return _threads(conn, group)


def test_a_real_list_gives_the_same_threads_in_every_order(sqlite_database: Database) -> None:
    for name in ("ksummit-discuss", "caml-list-1"):
        mails = _list_mails(name, 400)
        in_order = _stored(sqlite_database, f"{name[:4]}-in-order", mails, 100)
        shuffled = list(mails)
        random.Random(4).shuffle(shuffled)
        assert _stored(sqlite_database, f"{name[:4]}-shuffled", shuffled, 7) == in_order
        assert _stored(sqlite_database, f"{name[:4]}-reversed", mails[::-1], 1) == in_order

"""An archive of any size to measure against: real texts, 500 posts a month, the newest from now."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from functools import cache

from archive import search, store
from archive.model import GroupInfo, ParsedMessage
from archive.pagewriter import Setting
from archive.parse import parse
from archive.publish import Publisher
from archive.text import links, own_words
from bench.mails import DOMAIN, GROUP, Mails, member
from dgroup import groups
from dgroup.runtime import Runtime

A_MONTH = 500
_STEP = timedelta(days=30) / A_MONTH
_BATCH = 200
_AHEAD = 20
_KILOBYTES = 4
_NAME = "old"


@cache
def mails() -> Mails:
    """The mails that `fill` takes, from number 0 on; those after them answer them."""
    return Mails(_KILOBYTES, _NAME)


def _read(first: int) -> list[tuple[bytes, ParsedMessage, str]]:
    """A batch of mails, parsed; in a process of its own."""
    batch = []
    for number in range(first, first + _BATCH):
        raw = mails().mail(number)
        message = parse(raw)
        batch.append((raw, message, own_words(message.text)))
    return batch


def fill(runtime: Runtime, size: int, now: datetime, *, pages: bool = True) -> None:
    """Store about `size` posts, searchable, and write their pages; the newest came at `now`."""
    with runtime.db.read() as conn:
        group = groups.find(conn, GROUP, DOMAIN)
    assert group is not None  # `servers.make_group` made it
    processes = os.cpu_count() or 1
    firsts = list(range(0, max(size, _BATCH), _BATCH))
    with ProcessPoolExecutor(processes) as pool:
        for at in range(0, len(firsts), _AHEAD):  # else all of them would wait in memory
            some = firsts[at : at + _AHEAD]
            for first, batch in zip(some, pool.map(_read, some), strict=True):
                _store(runtime, group.info, batch, first, now - _STEP * size)
    while search.index_pending(runtime.db, limit=2000):
        pass
    if pages:
        config = runtime.config
        setting = Setting(runtime.site, config.public_path, config.site.templates)
        publisher = Publisher(runtime.db, setting)
        publisher.rebuild(group.info, processes=processes)
        publisher.rebuild_site()


def _store(
    runtime: Runtime,
    group: GroupInfo,
    batch: list[tuple[bytes, ParsedMessage, str]],
    first: int,
    start: datetime,
) -> None:
    db = runtime.db
    with db.write() as conn:
        news = []
        for number, (raw, message, own) in enumerate(batch, first):
            moment = start + _STEP * number
            mail_id = store.store_mail(conn, raw, message.digest, member(number), moment)
            news.append(store.NewPost(message, mail_id, moment, own=own, links=links(own)))
        store.add_posts(db, conn, group, news)
